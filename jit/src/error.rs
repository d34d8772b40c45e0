//! Why something is not compiled. Never a failure of the program: it stays in the interpreter.

use crate::code_memory::NoRoom;
use runtime::FuncIdx;

/// Why code was not made, or not installed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CompileError {
    /// The function does something the compiler cannot translate.
    #[error("unsupported {what} at {pc:#x} in {func}")]
    Unsupported {
        /// What.
        what: String,
        /// In which function: the compiled one, or one inlined into it.
        func: FuncIdx,
        /// Offset of the instruction from the first one.
        pc: u32,
    },
    /// The host's machine or system lacks something that all compiled code needs, or that this
    /// code needs.
    #[error("host cannot run compiled code: {0}")]
    Host(String),
    /// The embedder set a flag that does not exist, or to what is none of its values.
    #[error("{0}")]
    Flag(String),
    /// Something exceeds a limit of the compiler.
    #[error("{what} is {size}, above the limit of {limit}")]
    TooLarge {
        /// What.
        what: &'static str,
        /// How large it is.
        size: usize,
        /// How large it may be.
        limit: usize,
    },
    /// Cranelift refused the function.
    #[error("code generation failed: {0}")]
    Codegen(String),
    /// The system gives no memory for code.
    #[error("no memory for code: {0}")]
    CodeMemory(String),
    /// Other code must be freed first: the limit is reached, or free pages are not adjacent.
    #[error("no room for {needed} bytes of code: {used} of at most {limit} are in use")]
    NoRoom {
        /// Bytes of code.
        needed: usize,
        /// Bytes in use.
        used: usize,
        /// Bytes that may be in use.
        limit: usize,
    },
    /// The compiler panicked.
    #[error("compiler panicked: {0}")]
    Panic(String),
}

impl From<NoRoom> for CompileError {
    fn from(it: NoRoom) -> Self {
        let NoRoom {
            needed,
            used,
            limit,
        } = it;
        CompileError::NoRoom {
            needed,
            used,
            limit,
        }
    }
}

//! Why something is not compiled. Never a failure of the program: it stays in the interpreter.

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
    /// There is no more memory for code, or the system does not give any.
    #[error("no memory for code: {0}")]
    CodeMemory(String),
    /// The compiler panicked.
    #[error("compiler panicked: {0}")]
    Panic(String),
}

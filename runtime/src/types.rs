//! Wasm types as the runtime sees them.
//!
//! The public API has richer types; these hold what the tiers and the linker decide on. Function
//! types that references refer to are canonical ones of the engine's registry (`registry.rs`), so
//! that equality of types is equality of these values.

mod registry;

pub use registry::{SigRef, SubType, TypeRegistry};

use std::fmt;

/// The type of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ValType {
    /// 32-bit integer.
    I32,
    /// 64-bit integer.
    I64,
    /// 32-bit float.
    F32,
    /// 64-bit float.
    F64,
    /// 128-bit vector: two slots, low half first.
    V128,
    /// Reference.
    Ref(RefType),
}

/// The type of a reference: a slot that is 0 if it is null.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RefType {
    /// Can it be null?
    pub nullable: bool,
    /// What it refers to.
    pub heap: HeapType,
}

/// What a reference refers to.
///
/// References to functions are `*mut VMFuncRef`; what external ones are, `host_values.rs` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HeapType {
    /// Any function.
    Func,
    /// Functions of one type, or of types declared as subtypes of it.
    ConcreteFunc(SigRef),
    /// No function: null only.
    NoFunc,
    /// Anything of the host.
    Extern,
    /// Nothing of the host: null only.
    NoExtern,
}

impl ValType {
    /// Number of slots that a value takes.
    pub const fn n_slots(self) -> u32 {
        match self {
            ValType::V128 => 2,
            _ => 1,
        }
    }

    /// `(ref null func)`
    pub const FUNCREF: ValType = ValType::Ref(RefType::FUNCREF);

    /// `(ref null extern)`
    pub const EXTERNREF: ValType = ValType::Ref(RefType::EXTERNREF);

    /// Is it a reference type?
    pub fn is_ref(self) -> bool {
        matches!(self, ValType::Ref(_))
    }

    /// Is every value of this type one of `other`?
    pub fn matches(self, other: ValType) -> bool {
        match (self, other) {
            (ValType::Ref(a), ValType::Ref(b)) => a.matches(b),
            (a, b) => a == b,
        }
    }
}

impl RefType {
    /// `(ref null func)`
    pub const FUNCREF: RefType = RefType {
        nullable: true,
        heap: HeapType::Func,
    };

    /// `(ref null extern)`
    pub const EXTERNREF: RefType = RefType {
        nullable: true,
        heap: HeapType::Extern,
    };

    /// Is every reference of this type one of `other`?
    pub fn matches(self, other: RefType) -> bool {
        (other.nullable || !self.nullable) && self.heap.matches(other.heap)
    }
}

impl HeapType {
    /// Is everything of this type of type `other` too?
    pub fn matches(self, other: HeapType) -> bool {
        use HeapType::{ConcreteFunc, Extern, Func, NoExtern, NoFunc};
        match (self, other) {
            (NoFunc | ConcreteFunc(_), Func) | (NoFunc, ConcreteFunc(_)) => true,
            (NoExtern, Extern) => true,
            (ConcreteFunc(a), ConcreteFunc(b)) => a.is_subtype_of(b),
            (a, b) => a == b,
        }
    }

    /// Is it a type of functions, or of null among these?
    pub fn is_func(self) -> bool {
        use HeapType::{ConcreteFunc, Func, NoFunc};
        matches!(self, Func | ConcreteFunc(_) | NoFunc)
    }
}

impl fmt::Display for ValType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ValType::I32 => "i32",
            ValType::I64 => "i64",
            ValType::F32 => "f32",
            ValType::F64 => "f64",
            ValType::V128 => "v128",
            ValType::Ref(ty) => return ty.fmt(f),
        })
    }
}

impl fmt::Display for RefType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            RefType::FUNCREF => f.write_str("funcref"),
            RefType::EXTERNREF => f.write_str("externref"),
            RefType {
                nullable: true,
                heap,
            } => write!(f, "(ref null {heap})"),
            RefType {
                nullable: false,
                heap,
            } => write!(f, "(ref {heap})"),
        }
    }
}

impl fmt::Display for HeapType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            HeapType::Func => f.write_str("func"),
            HeapType::ConcreteFunc(sig) => write!(f, "func (engine {})", sig.id.0),
            HeapType::NoFunc => f.write_str("nofunc"),
            HeapType::Extern => f.write_str("extern"),
            HeapType::NoExtern => f.write_str("noextern"),
        }
    }
}

/// Parameters and results of a function.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub struct FuncType {
    /// Parameter types.
    pub params: Box<[ValType]>,
    /// Result types.
    pub results: Box<[ValType]>,
}

/// Number of slots that values of these types take.
pub(crate) fn slots_of(types: &[ValType]) -> u32 {
    types.iter().map(|it| it.n_slots()).sum()
}

impl FuncType {
    /// Does it have a vector among its parameters or results?
    pub(crate) fn has_vector(&self) -> bool {
        let mut types = self.params.iter().chain(&self.results);
        types.any(|&it| it == ValType::V128)
    }
}

impl fmt::Display for FuncType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(func")?;
        for (name, types) in [("param", &self.params), ("result", &self.results)] {
            if types.is_empty() {
                continue;
            }
            write!(f, " ({name}")?;
            types.iter().try_for_each(|it| write!(f, " {it}"))?;
            f.write_str(")")?;
        }
        f.write_str(")")
    }
}

/// The type of addresses of a memory, or of indices into a table, and of their sizes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IndexType {
    /// `i32`
    I32,
    /// `i64`
    I64,
}

impl IndexType {
    /// 64 bits or 32?
    pub fn new(is_64: bool) -> Self {
        if is_64 {
            IndexType::I64
        } else {
            IndexType::I32
        }
    }

    /// 64 bits?
    pub fn is_64(self) -> bool {
        self == IndexType::I64
    }

    /// The slot of -1, which says that something could not grow.
    pub(crate) fn minus_one(self) -> u64 {
        match self {
            IndexType::I32 => u64::from(u32::MAX),
            IndexType::I64 => u64::MAX,
        }
    }
}

/// The type of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TableType {
    /// Element type.
    pub element: RefType,
    /// Type of its indices.
    pub index: IndexType,
    /// Initial number of elements.
    pub minimum: u64,
    /// Largest number of elements.
    pub maximum: Option<u64>,
}

/// The type of a linear memory. Sizes count pages of `1 << page_size_log2` bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemoryType {
    /// Type of its addresses.
    pub index: IndexType,
    /// Initial size in pages.
    pub minimum: u64,
    /// Largest size in pages.
    pub maximum: Option<u64>,
    /// Binary logarithm of the page size; 16 unless custom page sizes are used.
    pub page_size_log2: u8,
    /// Is it for several threads? Then it has a maximum.
    pub shared: bool,
}

impl MemoryType {
    /// The size in bytes of `pages` pages, if a memory of this type can have it.
    ///
    /// A memory of 32 bits whose pages are bytes ends before 4 GiB - 1: larger ones could not tell
    /// their size, or not apart from -1.
    pub fn bytes(&self, pages: u64) -> Option<u64> {
        let page_size = 1_u64.checked_shl(self.page_size_log2.into())?;
        let bytes = pages.checked_mul(page_size)?;
        let largest = match self.index {
            IndexType::I32 if page_size == 1 => u64::from(u32::MAX) - 1,
            IndexType::I32 => 1 << 32,
            IndexType::I64 => u64::MAX,
        };
        (bytes <= largest).then_some(bytes)
    }
}

/// The type of a global.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GlobalType {
    /// Type of the value.
    pub content: ValType,
    /// Whether the value can change.
    pub mutable: bool,
}

//! References to what is freed when nobody refers to it: values of the host, and 31-bit integers.
//!
//! Structures, arrays and exceptions have no values yet; `absent.rs` has their types.

mod absent;
mod anyref;
mod externref;
mod null;
mod root;
mod rooted;

pub use absent::{
    ArrayRef, ArrayRefPre, ArrayType, ContType, ExnRef, ExnRefPre, ExnType, FieldType, StorageType,
    StructRef, StructRefPre, StructType, ThrownException,
};
pub use anyref::{AnyRef, EqRef, I31};
pub use externref::{ExternRef, GcHeapOutOfMemory};
pub use null::{NoExtern, NoFunc, NoneRef};
pub use rooted::{GcRef, OwnedRooted, RootScope, Rooted, RootedGcRef};

pub(crate) use root::Roots;

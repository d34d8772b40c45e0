//! Wasm types as the runtime sees them, and the engine-wide registry of canonical function types.
//!
//! The public API has richer types; these hold what the tiers and the linker decide on.

use crate::SigId;
use crate::vm::VMSignature;
use rustc_hash::FxHashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

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
    /// `(ref null func)`: a `*mut VMFuncRef`, null = 0.
    FuncRef,
    /// `(ref null extern)`: an index into the store's host references plus one, null = 0.
    ExternRef,
}

impl ValType {
    /// Number of slots that a value takes.
    pub const fn n_slots(self) -> u32 {
        match self {
            ValType::V128 => 2,
            _ => 1,
        }
    }

    /// Is it a reference type?
    pub fn is_ref(self) -> bool {
        matches!(self, ValType::FuncRef | ValType::ExternRef)
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
            ValType::FuncRef => "funcref",
            ValType::ExternRef => "externref",
        })
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
pub fn slots_of(types: &[ValType]) -> u32 {
    types.iter().map(|it| it.n_slots()).sum()
}

impl FuncType {
    /// Does it have a vector among its parameters or results?
    pub fn has_vector(&self) -> bool {
        let mut types = self.params.iter().chain(&self.results);
        types.any(|&it| it == ValType::V128)
    }
}

/// The type of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TableType {
    /// Element type; a reference type.
    pub element: ValType,
    /// Initial number of elements.
    pub minimum: u64,
    /// Largest number of elements.
    pub maximum: Option<u64>,
}

/// The type of a linear memory. Sizes count pages of `1 << page_size_log2` bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemoryType {
    /// Initial size in pages.
    pub minimum: u64,
    /// Largest size in pages.
    pub maximum: Option<u64>,
    /// Binary logarithm of the page size; 16 unless custom page sizes are used.
    pub page_size_log2: u8,
}

/// The type of a global.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GlobalType {
    /// Type of the value.
    pub content: ValType,
    /// Whether the value can change.
    pub mutable: bool,
}

/// A canonical function type: equal types of one engine are the same `VMSignature`.
///
/// Lives as long as the [`TypeRegistry`] that made it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SigRef(std::ptr::NonNull<VMSignature>);

// SAFETY: a `VMSignature` is immutable but for its atomic stub pointers, and outlives its users.
unsafe impl Send for SigRef {}
// SAFETY: as for `Send`.
unsafe impl Sync for SigRef {}

impl SigRef {
    /// The address that `VMFuncRef::sig` holds and signature checks compare.
    pub fn as_ptr(self) -> *const VMSignature {
        self.0.as_ptr()
    }

    /// Makes a reference of a pointer found in a `VMFuncRef` or `VMContext`.
    ///
    /// # Safety
    ///
    /// `ptr` comes from [`SigRef::as_ptr`] and its registry is alive.
    pub unsafe fn from_ptr(ptr: *const VMSignature) -> Self {
        // SAFETY: pointers from `as_ptr` are not null.
        Self(unsafe { std::ptr::NonNull::new_unchecked(ptr.cast_mut()) })
    }
}

impl std::ops::Deref for SigRef {
    type Target = VMSignature;

    fn deref(&self) -> &VMSignature {
        // SAFETY: the registry keeps the signature alive (type invariant).
        unsafe { self.0.as_ref() }
    }
}

impl fmt::Debug for SigRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.id)
    }
}

/// Canonical function types of an engine. Grows only: signatures are few and small.
#[derive(Default)]
pub struct TypeRegistry {
    inner: Mutex<RegistryInner>,
}

#[derive(Default)]
struct RegistryInner {
    by_type: FxHashMap<Arc<FuncType>, SigRef>,
    all: Vec<SigRef>,
}

impl TypeRegistry {
    /// The canonical signature of `ty`.
    pub fn intern(&self, ty: &FuncType) -> SigRef {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(&sig) = inner.by_type.get(ty) {
            return sig;
        }
        let ty = Arc::new(ty.clone());
        let id = SigId(u32::try_from(inner.all.len()).expect("fewer than 2^32 signatures"));
        let boxed = Box::new(VMSignature::new(id, ty.clone()));
        let sig = SigRef(std::ptr::NonNull::from(Box::leak(boxed)));
        inner.all.push(sig);
        inner.by_type.insert(ty, sig);
        sig
    }
}

impl Drop for TypeRegistry {
    fn drop(&mut self) {
        let inner = self.inner.get_mut().unwrap_or_else(PoisonError::into_inner);
        for sig in inner.all.drain(..) {
            // SAFETY: `intern` leaked it, and users of signatures keep the registry alive.
            drop(unsafe { Box::from_raw(sig.0.as_ptr()) });
        }
    }
}

impl fmt::Debug for TypeRegistry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        write!(f, "TypeRegistry({} signatures)", inner.all.len())
    }
}

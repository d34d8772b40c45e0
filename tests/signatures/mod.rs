//! The public items of wasmtime 48.0.8, by topic, with their signatures: this compiles if
//! they are there.
//!
//! 141 items, with 1775 methods, variants and fields, and 1124
//! implementations of traits. Written by `tests/compat/signatures`.

use wasm_interp_jit::*;

/// Compiles if the type implements the traits, whatever these parameters are.
macro_rules! implements {
    ([$($params:tt)*] [$($predicates:tt)*] $type:ty: $($traits:tt)*) => {
        const _: () = {
            fn check<$($params)*>(it: $type) -> impl Sized + $($traits)*
            where $($predicates)* { it }
        };
    };
}

/// Compiles if the structure has these fields, and `..` says that it may get more.
macro_rules! fields {
    ($type:ident [$($rest:tt)*] $($field:ident: $ty:ty,)*) => {
        const _: () = {
            fn fields(it: &$type) {
                let $type { $($field,)* $($rest)* } = it;
                $(let _: $ty = $field;)*
            }
        };
    };
}

/// Compiles if the type does not implement the trait: otherwise, two functions are meant.
macro_rules! lacks {
    ([$($params:tt)*] [$($predicates:tt)*] $type:ty: $trait:path) => {
        const _: () = {
            trait Either<A> { fn it() {} }
            impl<X: ?Sized> Either<()> for X {}
            impl<X: ?Sized + $trait> Either<u8> for X {}
            fn check<$($params)*>() where $($predicates)* { <$type as Either<_>>::it() }
        };
    };
}

// Absent on purpose:
// CodeMemory: machine code; an embedder of wasmtime gets no value of it
// CompiledModule: machine code; an embedder of wasmtime gets no value of it

// Not written here, since programs cannot name what is in their types:
// CacheConfig: Deserialize: serde_core::de::Deserialize
// Error: AnyhowCtorTrait: wasmtime_internal_core::error::macros::ctor_specialization::anyhow::AnyhowCtorTrait
// FrameHandle::wasm_function_index_and_pc: wasmtime_environ::types::DefinedFuncIndex
// FuncIndex: Serialize: serde_core::ser::Serialize
// FuncIndex: Deserialize: serde_core::de::Deserialize
// FuncIndex: EntityRef: cranelift_entity::EntityRef
// FuncIndex: ReservedValue: cranelift_entity::packed_option::ReservedValue
// FuncIndex: TryClone: wasmtime_internal_core::alloc::try_clone::TryClone
// FuncIndex: From: wasmtime_environ::types::EntityIndex
// GcRef: Generic("T"): wasmtime::runtime::gc::enabled::rooting::sealed::GcRefImpl
// Inlining: Serialize: serde_core::ser::Serialize
// Inlining: Deserialize: serde_core::de::Deserialize
// OperatorCost::cost: wasmparser::readers::core::operators::Operator
// OperatorCost: Serialize: serde_core::ser::Serialize
// OperatorCost: Deserialize: serde_core::de::Deserialize
// OutOfMemory: From: wasmtime_internal_core::alloc::boxed::TooFewItemsOrOom
// OutOfMemory: From: wasmtime_internal_core::alloc::boxed::BoxedSliceFromFallibleIterError
// OutOfMemory: TryFromIterator: wasmtime_internal_core::alloc::vec::TryVec
// OutOfMemory: TryFromIterator: wasmtime_internal_core::alloc::try_collect::TryFromIterator
// RootedGcRef: Generic("U"): wasmtime::runtime::gc::enabled::rooting::sealed::RootedGcRefImpl
// StaticModuleIndex: Serialize: serde_core::ser::Serialize
// StaticModuleIndex: Deserialize: serde_core::de::Deserialize
// StaticModuleIndex: EntityRef: cranelift_entity::EntityRef
// StaticModuleIndex: ReservedValue: cranelift_entity::packed_option::ReservedValue
// StaticModuleIndex: TryClone: wasmtime_internal_core::alloc::try_clone::TryClone
// StoreContext: Index: wasmtime::runtime::store::StoreOpaque
// StoreContextMut: Index: wasmtime::runtime::store::StoreOpaque
// StoreContextMut: IndexMut: wasmtime::runtime::store::StoreOpaque
// Trap: From: wasmtime_environ::trap_encoding::CompiledTrap
// VariableOperatorCost: Serialize: serde_core::ser::Serialize
// VariableOperatorCost: Deserialize: serde_core::de::Deserialize

// By other paths, too.
use wasm_interp_jit::WasmFeatures as _;
use wasm_interp_jit::error::Error as _;
use wasm_interp_jit::error::OutOfMemory as _;
use wasm_interp_jit::error::Result as _;
use wasm_interp_jit::error::ToWasmtimeResult as _;
use wasm_interp_jit::error::bail as _;
use wasm_interp_jit::error::ensure as _;
use wasm_interp_jit::error::format_err as _;

mod config;
mod debug;
mod engine;
mod errors;
mod externs;
mod func;
mod gc;
mod index;
mod limits;
mod linking;
mod memory;
mod module;
mod store;
mod trap;
mod types;
mod values;

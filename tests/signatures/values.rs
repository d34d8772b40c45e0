//! Signatures of wasmtime 48.0.8: values. Written by `tests/compat/signatures`.

use super::*;

// `ContRef`

fn cont_ref_signatures() {
    let _: ContRef = ContRef;
}

implements!([] [] ContRef: Clone + Copy + Send + Sync + Unpin + std::fmt::Debug + std::panic::RefUnwindSafe + std::panic::UnwindSafe);

// `Ref`

fn ref_signatures() {
    let _: fn(&HeapType) -> Ref = <Ref>::null;
    let _: fn(&Ref) -> bool = <Ref>::is_null;
    let _: fn(&Ref) -> bool = <Ref>::is_non_null;
    let _: fn(&Ref) -> bool = <Ref>::is_extern;
    let _: for<'this> fn(&'this Ref) -> Option<Option<&'this Rooted<ExternRef>>> = <Ref>::as_extern;
    let _: for<'this> fn(&'this Ref) -> Option<&'this Rooted<ExternRef>> = <Ref>::unwrap_extern;
    let _: fn(&Ref) -> bool = <Ref>::is_any;
    let _: for<'this> fn(&'this Ref) -> Option<Option<&'this Rooted<AnyRef>>> = <Ref>::as_any;
    let _: for<'this> fn(&'this Ref) -> Option<&'this Rooted<AnyRef>> = <Ref>::unwrap_any;
    let _: fn(&Ref) -> bool = <Ref>::is_exn;
    let _: for<'this> fn(&'this Ref) -> Option<Option<&'this Rooted<ExnRef>>> = <Ref>::as_exn;
    let _: for<'this> fn(&'this Ref) -> Option<&'this Rooted<ExnRef>> = <Ref>::unwrap_exn;
    let _: fn(&Ref) -> bool = <Ref>::is_func;
    let _: for<'this> fn(&'this Ref) -> Option<Option<&'this Func>> = <Ref>::as_func;
    let _: for<'this> fn(&'this Ref) -> Option<&'this Func> = <Ref>::unwrap_func;
}

fn ref_variants(it: &Ref) {
    match it {
        Ref::Func(a0) => {
            let _: (&Option<Func>,) = (a0,);
        }
        Ref::Extern(a0) => {
            let _: (&Option<Rooted<ExternRef>>,) = (a0,);
        }
        Ref::Any(a0) => {
            let _: (&Option<Rooted<AnyRef>>,) = (a0,);
        }
        Ref::Exn(a0) => {
            let _: (&Option<Rooted<ExnRef>>,) = (a0,);
        }
    }
}

fn ref_ty<A0: AsContext>() {
    let _: fn(&Ref, A0) -> Result<RefType> = <Ref>::ty;
}

fn ref_matches_ty<A0: AsContext>() {
    let _: fn(&Ref, A0, &RefType) -> Result<bool> = <Ref>::matches_ty;
}

implements!([] [] Ref: Clone + From<Func> + From<Option<Func>> + From<Option<Rooted<AnyRef>>> + From<Option<Rooted<ArrayRef>>> + From<Option<Rooted<ExnRef>>> + From<Option<Rooted<ExternRef>>> + From<Option<Rooted<StructRef>>> + From<Rooted<AnyRef>> + From<Rooted<ArrayRef>> + From<Rooted<ExnRef>> + From<Rooted<ExternRef>> + From<Rooted<StructRef>> + Send + Sync + Unpin + std::fmt::Debug + std::panic::RefUnwindSafe + std::panic::UnwindSafe);
implements!([] [] Val: From<Ref>);

// `V128`

fn v128_signatures() {
    let _: fn(&V128) -> u128 = <V128>::as_u128;
}

implements!([] [] V128: Clone + Copy + From<u128> + Send + Sync + Unpin + WasmParams + WasmResults + WasmRet + WasmTy + std::cmp::Eq + std::cmp::Ord + std::cmp::PartialEq + std::cmp::PartialOrd + std::fmt::Debug + std::panic::RefUnwindSafe + std::panic::UnwindSafe);
implements!([] [] Val: From<V128>);
implements!([] [] u128: From<V128>);

// `Val`

fn val_signatures() {
    let _: fn(&HeapType) -> Val = <Val>::null_ref;
    let _: fn(&ValType) -> Option<Val> = <Val>::default_for_ty;
    let _: fn(&Val) -> Option<i32> = <Val>::i32;
    let _: fn(&Val) -> i32 = <Val>::unwrap_i32;
    let _: fn(&Val) -> Option<i64> = <Val>::i64;
    let _: fn(&Val) -> i64 = <Val>::unwrap_i64;
    let _: fn(&Val) -> Option<f32> = <Val>::f32;
    let _: fn(&Val) -> f32 = <Val>::unwrap_f32;
    let _: fn(&Val) -> Option<f64> = <Val>::f64;
    let _: fn(&Val) -> f64 = <Val>::unwrap_f64;
    let _: for<'this> fn(&'this Val) -> Option<Option<&'this Func>> = <Val>::func_ref;
    let _: for<'this> fn(&'this Val) -> Option<&'this Func> = <Val>::unwrap_func_ref;
    let _: for<'this> fn(&'this Val) -> Option<Option<&'this Rooted<ExternRef>>> =
        <Val>::extern_ref;
    let _: for<'this> fn(&'this Val) -> Option<&'this Rooted<ExternRef>> = <Val>::unwrap_extern_ref;
    let _: for<'this> fn(&'this Val) -> Option<Option<&'this Rooted<AnyRef>>> = <Val>::any_ref;
    let _: for<'this> fn(&'this Val) -> Option<&'this Rooted<AnyRef>> = <Val>::unwrap_any_ref;
    let _: fn(&Val) -> Option<V128> = <Val>::v128;
    let _: fn(&Val) -> V128 = <Val>::unwrap_v128;
    let _: fn(Val) -> Option<Ref> = <Val>::ref_;
    let _: for<'this> fn(&'this Val) -> Option<Option<&'this Rooted<ExternRef>>> = <Val>::externref;
    let _: for<'this> fn(&'this Val) -> Option<&'this Rooted<ExternRef>> = <Val>::unwrap_externref;
    let _: for<'this> fn(&'this Val) -> Option<Option<&'this Rooted<AnyRef>>> = <Val>::anyref;
    let _: for<'this> fn(&'this Val) -> Option<&'this Rooted<AnyRef>> = <Val>::unwrap_anyref;
    let _: for<'this> fn(&'this Val) -> Option<Option<&'this Rooted<ExnRef>>> = <Val>::exnref;
    let _: for<'this> fn(&'this Val) -> Option<&'this Rooted<ExnRef>> = <Val>::unwrap_exnref;
    let _: for<'this> fn(&'this Val) -> Option<Option<&'this Func>> = <Val>::funcref;
    let _: for<'this> fn(&'this Val) -> Option<&'this Func> = <Val>::unwrap_funcref;
}

fn val_variants(it: &Val) {
    match it {
        Val::I32(a0) => {
            let _: (&i32,) = (a0,);
        }
        Val::I64(a0) => {
            let _: (&i64,) = (a0,);
        }
        Val::F32(a0) => {
            let _: (&u32,) = (a0,);
        }
        Val::F64(a0) => {
            let _: (&u64,) = (a0,);
        }
        Val::V128(a0) => {
            let _: (&V128,) = (a0,);
        }
        Val::FuncRef(a0) => {
            let _: (&Option<Func>,) = (a0,);
        }
        Val::ExternRef(a0) => {
            let _: (&Option<Rooted<ExternRef>>,) = (a0,);
        }
        Val::AnyRef(a0) => {
            let _: (&Option<Rooted<AnyRef>>,) = (a0,);
        }
        Val::ExnRef(a0) => {
            let _: (&Option<Rooted<ExnRef>>,) = (a0,);
        }
        Val::ContRef(a0) => {
            let _: (&Option<ContRef>,) = (a0,);
        }
    }
}

const fn val_null_func_ref() -> Val {
    <Val>::null_func_ref()
}

const fn val_null_extern_ref() -> Val {
    <Val>::null_extern_ref()
}

const fn val_null_any_ref() -> Val {
    <Val>::null_any_ref()
}

fn val_ty<A0: AsContext>() {
    let _: fn(&Val, A0) -> Result<ValType> = <Val>::ty;
}

fn val_matches_ty<A0: AsContext>() {
    let _: fn(&Val, A0, &ValType) -> Result<bool> = <Val>::matches_ty;
}

fn val_to_raw<A0: AsContextMut>() {
    let _: fn(&Val, A0) -> Result<ValRaw> = <Val>::to_raw;
}

fn val_from_raw<A0: AsContextMut>() {
    let _: unsafe fn(A0, ValRaw, ValType) -> Val = <Val>::from_raw;
}

implements!([] [] Val: Clone + Copy + From<Func> + From<Option<Func>> + From<Option<Rooted<AnyRef>>> + From<Option<Rooted<ArrayRef>>> + From<Option<Rooted<ExnRef>>> + From<Option<Rooted<ExternRef>>> + From<Option<Rooted<StructRef>>> + From<Ref> + From<Rooted<AnyRef>> + From<Rooted<ArrayRef>> + From<Rooted<ExnRef>> + From<Rooted<ExternRef>> + From<Rooted<StructRef>> + From<V128> + From<f32> + From<f64> + From<i32> + From<i64> + From<u128> + Send + Sync + Unpin + std::fmt::Debug + std::panic::RefUnwindSafe + std::panic::UnwindSafe);

// `ValRaw`

fn val_raw_signatures() {
    let _: fn() -> ValRaw = <ValRaw>::null;
    let _: fn(i32) -> ValRaw = <ValRaw>::i32;
    let _: fn(i64) -> ValRaw = <ValRaw>::i64;
    let _: fn(u32) -> ValRaw = <ValRaw>::u32;
    let _: fn(u64) -> ValRaw = <ValRaw>::u64;
    let _: fn(u32) -> ValRaw = <ValRaw>::f32;
    let _: fn(u64) -> ValRaw = <ValRaw>::f64;
    let _: fn(u128) -> ValRaw = <ValRaw>::v128;
    let _: fn(*mut std::ffi::c_void) -> ValRaw = <ValRaw>::funcref;
    let _: fn(u32) -> ValRaw = <ValRaw>::externref;
    let _: fn(u32) -> ValRaw = <ValRaw>::anyref;
    let _: fn(u32) -> ValRaw = <ValRaw>::exnref;
    let _: fn(&ValRaw) -> i32 = <ValRaw>::get_i32;
    let _: fn(&ValRaw) -> i64 = <ValRaw>::get_i64;
    let _: fn(&ValRaw) -> u32 = <ValRaw>::get_u32;
    let _: fn(&ValRaw) -> u64 = <ValRaw>::get_u64;
    let _: fn(&ValRaw) -> u32 = <ValRaw>::get_f32;
    let _: fn(&ValRaw) -> u64 = <ValRaw>::get_f64;
    let _: fn(&ValRaw) -> u128 = <ValRaw>::get_v128;
    let _: fn(&ValRaw) -> *mut std::ffi::c_void = <ValRaw>::get_funcref;
    let _: fn(&ValRaw) -> u32 = <ValRaw>::get_externref;
    let _: fn(&ValRaw) -> u32 = <ValRaw>::get_anyref;
    let _: fn(&ValRaw) -> u32 = <ValRaw>::get_exnref;
}

implements!([] [] ValRaw: Clone + Copy + Send + Sync + Unpin + std::fmt::Debug + std::panic::RefUnwindSafe + std::panic::UnwindSafe);

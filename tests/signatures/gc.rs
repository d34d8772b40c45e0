//! Signatures of wasmtime 48.0.8: gc. Written by `tests/compat/signatures`.

use super::*;

// `AnyRef`

fn any_ref_from_i31<A0: AsContextMut>() {
    let _: fn(A0, I31) -> Rooted<AnyRef> = <AnyRef>::from_i31;
}

fn any_ref_convert_extern<A0: AsContextMut>() {
    let _: fn(A0, Rooted<ExternRef>) -> Result<Rooted<AnyRef>> = <AnyRef>::convert_extern;
}

fn any_ref_from_raw<A0: AsContextMut>() {
    let _: fn(A0, u32) -> Option<Rooted<AnyRef>> = <AnyRef>::from_raw;
}

fn any_ref_to_raw<A0: AsContextMut>() {
    let _: fn(&AnyRef, A0) -> Result<u32> = <AnyRef>::to_raw;
}

fn any_ref_ty<A0: AsContext>() {
    let _: fn(&AnyRef, A0) -> Result<HeapType> = <AnyRef>::ty;
}

fn any_ref_matches_ty<A0: AsContext>() {
    let _: fn(&AnyRef, A0, &HeapType) -> Result<bool> = <AnyRef>::matches_ty;
}

fn any_ref_is_eqref<A0: AsContext>() {
    let _: fn(&AnyRef, A0) -> Result<bool> = <AnyRef>::is_eqref;
}

fn any_ref_as_eqref<A0: AsContextMut>() {
    let _: fn(&AnyRef, A0) -> Result<Option<Rooted<EqRef>>> = <AnyRef>::as_eqref;
}

fn any_ref_unwrap_eqref<A0: AsContextMut>() {
    let _: fn(&AnyRef, A0) -> Result<Rooted<EqRef>> = <AnyRef>::unwrap_eqref;
}

fn any_ref_is_i31<A0: AsContext>() {
    let _: fn(&AnyRef, A0) -> Result<bool> = <AnyRef>::is_i31;
}

fn any_ref_as_i31<A0: AsContext>() {
    let _: fn(&AnyRef, A0) -> Result<Option<I31>> = <AnyRef>::as_i31;
}

fn any_ref_unwrap_i31<A0: AsContext>() {
    let _: fn(&AnyRef, A0) -> Result<I31> = <AnyRef>::unwrap_i31;
}

fn any_ref_is_struct<A0: AsContext>() {
    let _: fn(&AnyRef, A0) -> Result<bool> = <AnyRef>::is_struct;
}

fn any_ref_as_struct<A0: AsContext>() {
    let _: fn(&AnyRef, A0) -> Result<Option<Rooted<StructRef>>> = <AnyRef>::as_struct;
}

fn any_ref_unwrap_struct<A0: AsContext>() {
    let _: fn(&AnyRef, A0) -> Result<Rooted<StructRef>> = <AnyRef>::unwrap_struct;
}

fn any_ref_is_array<A0: AsContext>() {
    let _: fn(&AnyRef, A0) -> Result<bool> = <AnyRef>::is_array;
}

fn any_ref_as_array<A0: AsContext>() {
    let _: fn(&AnyRef, A0) -> Result<Option<Rooted<ArrayRef>>> = <AnyRef>::as_array;
}

fn any_ref_unwrap_array<A0: AsContext>() {
    let _: fn(&AnyRef, A0) -> Result<Rooted<ArrayRef>> = <AnyRef>::unwrap_array;
}

implements!([] [] AnyRef: GcRef + Send + Sync + Unpin + std::fmt::Debug + std::panic::RefUnwindSafe + std::panic::UnwindSafe);

// `ArrayRef`

fn array_ref_new<A0: AsContextMut>() {
    let _: fn(A0, &ArrayRefPre, &Val, u32) -> Result<Rooted<ArrayRef>> = <ArrayRef>::new;
}

async fn array_ref_new_async<A0: AsContextMut>(
    a0: A0,
    a1: &ArrayRefPre,
    a2: &Val,
    a3: u32,
) -> Result<Rooted<ArrayRef>> {
    <ArrayRef>::new_async(a0, a1, a2, a3).await
}

fn array_ref_new_fixed<A0: AsContextMut>() {
    let _: fn(A0, &ArrayRefPre, &[Val]) -> Result<Rooted<ArrayRef>> = <ArrayRef>::new_fixed;
}

async fn array_ref_new_fixed_async<A0: AsContextMut>(
    a0: A0,
    a1: &ArrayRefPre,
    a2: &[Val],
) -> Result<Rooted<ArrayRef>> {
    <ArrayRef>::new_fixed_async(a0, a1, a2).await
}

fn array_ref_new_from_i8_slice<A0: AsContextMut>() {
    let _: fn(A0, &ArrayRefPre, &[u8]) -> Result<Rooted<ArrayRef>> = <ArrayRef>::new_from_i8_slice;
}

async fn array_ref_new_from_i8_slice_async<A0: AsContextMut>(
    a0: A0,
    a1: &ArrayRefPre,
    a2: &[u8],
) -> Result<Rooted<ArrayRef>> {
    <ArrayRef>::new_from_i8_slice_async(a0, a1, a2).await
}

fn array_ref_copy_to_i8_slice<A0: AsContextMut>() {
    let _: fn(&ArrayRef, A0, &mut [u8]) -> Result<()> = <ArrayRef>::copy_to_i8_slice;
}

fn array_ref_ty<A0: AsContext>() {
    let _: fn(&ArrayRef, A0) -> Result<ArrayType> = <ArrayRef>::ty;
}

fn array_ref_matches_ty<A0: AsContext>() {
    let _: fn(&ArrayRef, A0, &ArrayType) -> Result<bool> = <ArrayRef>::matches_ty;
}

fn array_ref_len<A0: AsContext>() {
    let _: fn(&ArrayRef, A0) -> Result<u32> = <ArrayRef>::len;
}

fn array_ref_elems<'a, T: 'static, A0: Into<StoreContextMut<'a, T>>>(
    a0: &'a ArrayRef,
    a1: A0,
) -> Result<impl std::iter::ExactSizeIterator<Item = Val> + 'a> {
    <ArrayRef>::elems(a0, a1)
}

fn array_ref_get<A0: AsContextMut>() {
    let _: fn(&ArrayRef, A0, u32) -> Result<Val> = <ArrayRef>::get;
}

fn array_ref_set<A0: AsContextMut>() {
    let _: fn(&ArrayRef, A0, u32, Val) -> Result<()> = <ArrayRef>::set;
}

implements!([] [] ArrayRef: GcRef + Send + Sync + Unpin + std::fmt::Debug + std::panic::RefUnwindSafe + std::panic::UnwindSafe);

// `ArrayRefPre`

fn array_ref_pre_new<A0: AsContextMut>() {
    let _: fn(A0, ArrayType) -> ArrayRefPre = <ArrayRefPre>::new;
}

implements!([] [] ArrayRefPre: Send + Sync + Unpin);

// `EqRef`

fn eq_ref_ty<A0: AsContext>() {
    let _: fn(&EqRef, A0) -> Result<HeapType> = <EqRef>::ty;
}

fn eq_ref_matches_ty<A0: AsContext>() {
    let _: fn(&EqRef, A0, &HeapType) -> Result<bool> = <EqRef>::matches_ty;
}

fn eq_ref_from_i31<A0: AsContextMut>() {
    let _: fn(A0, I31) -> Rooted<EqRef> = <EqRef>::from_i31;
}

fn eq_ref_is_i31<A0: AsContext>() {
    let _: fn(&EqRef, A0) -> Result<bool> = <EqRef>::is_i31;
}

fn eq_ref_as_i31<A0: AsContext>() {
    let _: fn(&EqRef, A0) -> Result<Option<I31>> = <EqRef>::as_i31;
}

fn eq_ref_unwrap_i31<A0: AsContext>() {
    let _: fn(&EqRef, A0) -> Result<I31> = <EqRef>::unwrap_i31;
}

fn eq_ref_is_struct<A0: AsContext>() {
    let _: fn(&EqRef, A0) -> Result<bool> = <EqRef>::is_struct;
}

fn eq_ref_as_struct<A0: AsContext>() {
    let _: fn(&EqRef, A0) -> Result<Option<Rooted<StructRef>>> = <EqRef>::as_struct;
}

fn eq_ref_unwrap_struct<A0: AsContext>() {
    let _: fn(&EqRef, A0) -> Result<Rooted<StructRef>> = <EqRef>::unwrap_struct;
}

fn eq_ref_is_array<A0: AsContext>() {
    let _: fn(&EqRef, A0) -> Result<bool> = <EqRef>::is_array;
}

fn eq_ref_as_array<A0: AsContext>() {
    let _: fn(&EqRef, A0) -> Result<Option<Rooted<ArrayRef>>> = <EqRef>::as_array;
}

fn eq_ref_unwrap_array<A0: AsContext>() {
    let _: fn(&EqRef, A0) -> Result<Rooted<ArrayRef>> = <EqRef>::unwrap_array;
}

implements!([] [] EqRef: GcRef + Send + Sync + Unpin + std::fmt::Debug + std::panic::RefUnwindSafe + std::panic::UnwindSafe);

// `ExnRef`

fn exn_ref_from_raw<A0: AsContextMut>() {
    let _: fn(A0, u32) -> Option<Rooted<ExnRef>> = <ExnRef>::from_raw;
}

fn exn_ref_new<A0: AsContextMut>() {
    let _: fn(A0, &ExnRefPre, &Tag, &[Val]) -> Result<Rooted<ExnRef>> = <ExnRef>::new;
}

async fn exn_ref_new_async<A0: AsContextMut>(
    a0: A0,
    a1: &ExnRefPre,
    a2: &Tag,
    a3: &[Val],
) -> Result<Rooted<ExnRef>> {
    <ExnRef>::new_async(a0, a1, a2, a3).await
}

fn exn_ref_to_raw<A0: AsContextMut>() {
    let _: fn(&ExnRef, A0) -> Result<u32> = <ExnRef>::to_raw;
}

fn exn_ref_ty<A0: AsContext>() {
    let _: fn(&ExnRef, A0) -> Result<ExnType> = <ExnRef>::ty;
}

fn exn_ref_matches_ty<A0: AsContext>() {
    let _: fn(&ExnRef, A0, &HeapType) -> Result<bool> = <ExnRef>::matches_ty;
}

fn exn_ref_fields<'a, T: 'static, A0: Into<StoreContextMut<'a, T>>>(
    a0: &'a ExnRef,
    a1: A0,
) -> Result<impl std::iter::ExactSizeIterator<Item = Val> + 'a> {
    <ExnRef>::fields(a0, a1)
}

fn exn_ref_field<A0: AsContextMut>() {
    let _: fn(&ExnRef, A0, usize) -> Result<Val> = <ExnRef>::field;
}

fn exn_ref_tag<A0: AsContextMut>() {
    let _: fn(&ExnRef, A0) -> Result<Tag> = <ExnRef>::tag;
}

implements!([] [] ExnRef: GcRef + Send + Sync + Unpin + std::fmt::Debug + std::panic::RefUnwindSafe + std::panic::UnwindSafe);

// `ExnRefPre`

fn exn_ref_pre_new<A0: AsContextMut>() {
    let _: fn(A0, ExnType) -> ExnRefPre = <ExnRefPre>::new;
}

implements!([] [] ExnRefPre: Send + Sync + Unpin);

// `ExternRef`

fn extern_ref_new<T, A0: AsContextMut>()
where
    T: 'static + std::any::Any + Send + Sync,
{
    let _: fn(A0, T) -> Result<Rooted<ExternRef>> = <ExternRef>::new;
}

async fn extern_ref_new_async<T, A0: AsContextMut>(a0: A0, a1: T) -> Result<Rooted<ExternRef>>
where
    T: 'static + std::any::Any + Send + Sync,
{
    <ExternRef>::new_async(a0, a1).await
}

fn extern_ref_convert_any<A0: AsContextMut>() {
    let _: fn(A0, Rooted<AnyRef>) -> Result<Rooted<ExternRef>> = <ExternRef>::convert_any;
}

fn extern_ref_data<'a, T, A0: Into<StoreContext<'a, T>>>()
where
    T: 'static,
{
    let _: fn(&ExternRef, A0) -> Result<Option<&'a (dyn std::any::Any + Send + Sync)>> =
        <ExternRef>::data;
}

fn extern_ref_data_mut<'a, T, A0: Into<StoreContextMut<'a, T>>>()
where
    T: 'static,
{
    let _: fn(&ExternRef, A0) -> Result<Option<&'a mut (dyn std::any::Any + Send + Sync)>> =
        <ExternRef>::data_mut;
}

fn extern_ref_from_raw<A0: AsContextMut>() {
    let _: fn(A0, u32) -> Option<Rooted<ExternRef>> = <ExternRef>::from_raw;
}

fn extern_ref_to_raw<A0: AsContextMut>() {
    let _: fn(&ExternRef, A0) -> Result<u32> = <ExternRef>::to_raw;
}

implements!([] [] ExternRef: Clone + GcRef + Send + Sync + Unpin + std::fmt::Debug + std::panic::RefUnwindSafe + std::panic::UnwindSafe);

// `GcHeapOutOfMemory`

fn gc_heap_out_of_memory_into_inner<T>() {
    let _: fn(GcHeapOutOfMemory<T>) -> T = <GcHeapOutOfMemory<T>>::into_inner;
}

fn gc_heap_out_of_memory_take_inner<T>() {
    let _: fn(GcHeapOutOfMemory<T>) -> (T, GcHeapOutOfMemory<()>) =
        <GcHeapOutOfMemory<T>>::take_inner;
}

implements!([T] [] GcHeapOutOfMemory<T>: std::error::Error + std::fmt::Debug + std::fmt::Display);
implements!([T] [T: Send] GcHeapOutOfMemory<T>: Send);
implements!([T] [T: Sync] GcHeapOutOfMemory<T>: Sync);
implements!([T] [T: Unpin] GcHeapOutOfMemory<T>: Unpin);
implements!([T] [T: std::panic::RefUnwindSafe] GcHeapOutOfMemory<T>: std::panic::RefUnwindSafe);
implements!([T] [T: std::panic::UnwindSafe] GcHeapOutOfMemory<T>: std::panic::UnwindSafe);

// `GcRef`

// `I31`

fn i31_signatures() {
    let _: fn(u32) -> Option<I31> = <I31>::new_u32;
    let _: fn(i32) -> Option<I31> = <I31>::new_i32;
    let _: fn(u32) -> I31 = <I31>::wrapping_u32;
    let _: fn(i32) -> I31 = <I31>::wrapping_i32;
    let _: fn(&I31) -> u32 = <I31>::get_u32;
    let _: fn(&I31) -> i32 = <I31>::get_i32;
}

implements!([] [] I31: Clone + Copy + Default + Send + Sync + Unpin + WasmParams + WasmResults + WasmRet + WasmTy + std::cmp::Eq + std::cmp::PartialEq + std::fmt::Debug + std::hash::Hash + std::panic::RefUnwindSafe + std::panic::UnwindSafe);

// `NoExtern`

fn no_extern_signatures() {
    let _: fn() -> Option<NoExtern> = <NoExtern>::null;
    let _: fn() -> Ref = <NoExtern>::null_ref;
    let _: fn() -> Val = <NoExtern>::null_val;
}

implements!([] [] NoExtern: Clone + Copy + Send + Sync + Unpin + WasmParams + WasmResults + WasmRet + WasmTy + std::cmp::Eq + std::cmp::PartialEq + std::fmt::Debug + std::panic::RefUnwindSafe + std::panic::UnwindSafe);

// `NoneRef`

fn none_ref_signatures() {
    let _: fn() -> Option<NoneRef> = <NoneRef>::null;
    let _: fn() -> Ref = <NoneRef>::null_ref;
    let _: fn() -> Val = <NoneRef>::null_val;
}

implements!([] [] NoneRef: Clone + Copy + Send + Sync + Unpin + WasmParams + WasmResults + WasmRet + WasmTy + std::cmp::Eq + std::cmp::PartialEq + std::fmt::Debug + std::panic::RefUnwindSafe + std::panic::UnwindSafe);

// `OwnedRooted`

fn owned_rooted_signatures() {
    let _: fn(OwnedRooted<ArrayRef>) -> OwnedRooted<AnyRef> = <OwnedRooted<ArrayRef>>::to_anyref;
    let _: fn(OwnedRooted<ArrayRef>) -> OwnedRooted<EqRef> = <OwnedRooted<ArrayRef>>::to_eqref;
    let _: fn(OwnedRooted<EqRef>) -> OwnedRooted<AnyRef> = <OwnedRooted<EqRef>>::to_anyref;
    let _: fn(OwnedRooted<StructRef>) -> OwnedRooted<AnyRef> = <OwnedRooted<StructRef>>::to_anyref;
    let _: fn(OwnedRooted<StructRef>) -> OwnedRooted<EqRef> = <OwnedRooted<StructRef>>::to_eqref;
}

fn owned_rooted_to_rooted<T, A0: AsContextMut>()
where
    T: GcRef,
{
    let _: fn(&OwnedRooted<T>, A0) -> Rooted<T> = <OwnedRooted<T>>::to_rooted;
}

fn owned_rooted_ref_eq<T, A0: AsContext, A1: RootedGcRef<T>, A2: RootedGcRef<T>>()
where
    T: GcRef,
{
    let _: fn(A0, &A1, &A2) -> Result<bool> = <OwnedRooted<T>>::ref_eq;
}

fn owned_rooted_rooted_hash<T, H>()
where
    T: GcRef,
    H: std::hash::Hasher,
{
    let _: fn(&OwnedRooted<T>, &mut H) = <OwnedRooted<T>>::rooted_hash::<H>;
}

fn owned_rooted_ref_hash<T, H, A0: AsContext>()
where
    T: GcRef,
    H: std::hash::Hasher,
{
    let _: fn(&OwnedRooted<T>, A0, &mut H) = <OwnedRooted<T>>::ref_hash;
}

implements!([] [] OwnedRooted<AnyRef>: From<OwnedRooted<ArrayRef>> + From<OwnedRooted<EqRef>> + From<OwnedRooted<StructRef>> + WasmTy);
implements!([] [] OwnedRooted<ArrayRef>: WasmTy);
implements!([] [] OwnedRooted<EqRef>: From<OwnedRooted<ArrayRef>> + From<OwnedRooted<StructRef>> + WasmTy);
implements!([] [] OwnedRooted<ExnRef>: WasmTy);
implements!([] [] OwnedRooted<ExternRef>: WasmTy);
implements!([] [] OwnedRooted<StructRef>: WasmTy);
implements!([T] [T: Send, T: GcRef] OwnedRooted<T>: Send);
implements!([T] [T: Sync, T: GcRef] OwnedRooted<T>: Sync);
implements!([T] [T: Unpin, T: GcRef] OwnedRooted<T>: Unpin);
implements!([T] [T: std::panic::RefUnwindSafe, T: GcRef] OwnedRooted<T>: std::panic::RefUnwindSafe);
implements!([T] [T: std::panic::UnwindSafe, T: GcRef] OwnedRooted<T>: std::panic::UnwindSafe);
implements!([T: GcRef] [] OwnedRooted<T>: Clone + std::fmt::Debug + std::ops::Deref<Target = T>);

// `RootScope`

fn root_scope_new<C>()
where
    C: AsContextMut,
{
    let _: fn(C) -> RootScope<C> = <RootScope<C>>::new;
}

fn root_scope_reserve<C>()
where
    C: AsContextMut,
{
    let _: fn(&mut RootScope<C>, usize) = <RootScope<C>>::reserve;
}

implements!([C] [C: Send, C: AsContextMut] RootScope<C>: Send);
implements!([C] [C: Sync, C: AsContextMut] RootScope<C>: Sync);
implements!([C] [C: Unpin, C: AsContextMut] RootScope<C>: Unpin);
implements!([C] [C: std::panic::RefUnwindSafe, C: AsContextMut] RootScope<C>: std::panic::RefUnwindSafe);
implements!([C] [C: std::panic::UnwindSafe, C: AsContextMut] RootScope<C>: std::panic::UnwindSafe);
implements!([T] [T: AsContextMut] RootScope<T>: AsContext<Data = <T as AsContext>::Data> + AsContextMut);

// `Rooted`

fn rooted_signatures() {
    let _: fn(Rooted<ArrayRef>) -> Rooted<AnyRef> = <Rooted<ArrayRef>>::to_anyref;
    let _: fn(Rooted<ArrayRef>) -> Rooted<EqRef> = <Rooted<ArrayRef>>::to_eqref;
    let _: fn(Rooted<EqRef>) -> Rooted<AnyRef> = <Rooted<EqRef>>::to_anyref;
    let _: fn(Rooted<StructRef>) -> Rooted<AnyRef> = <Rooted<StructRef>>::to_anyref;
    let _: fn(Rooted<StructRef>) -> Rooted<EqRef> = <Rooted<StructRef>>::to_eqref;
}

fn rooted_to_owned_rooted<T: GcRef, A0: AsContextMut>() {
    let _: fn(&Rooted<T>, A0) -> Result<OwnedRooted<T>> = <Rooted<T>>::to_owned_rooted;
}

fn rooted_rooted_eq<T: GcRef>() {
    let _: fn(Rooted<T>, Rooted<T>) -> bool = <Rooted<T>>::rooted_eq;
}

fn rooted_ref_eq<T: GcRef, A0: AsContext, A1: RootedGcRef<T>, A2: RootedGcRef<T>>() {
    let _: fn(A0, &A1, &A2) -> Result<bool> = <Rooted<T>>::ref_eq;
}

fn rooted_rooted_hash<T: GcRef, H>()
where
    H: std::hash::Hasher,
{
    let _: fn(&Rooted<T>, &mut H) = <Rooted<T>>::rooted_hash::<H>;
}

fn rooted_ref_hash<T: GcRef, H, A0: AsContext>()
where
    H: std::hash::Hasher,
{
    let _: fn(&Rooted<T>, A0, &mut H) -> Result<()> = <Rooted<T>>::ref_hash;
}

implements!([] [] Ref: From<Rooted<AnyRef>> + From<Rooted<ArrayRef>> + From<Rooted<ExnRef>> + From<Rooted<ExternRef>> + From<Rooted<StructRef>>);
implements!([] [] Rooted<AnyRef>: From<Rooted<ArrayRef>> + From<Rooted<EqRef>> + From<Rooted<StructRef>> + WasmTy);
implements!([] [] Rooted<ArrayRef>: WasmTy);
implements!([] [] Rooted<EqRef>: From<Rooted<ArrayRef>> + From<Rooted<StructRef>> + WasmTy);
implements!([] [] Rooted<ExnRef>: WasmTy);
implements!([] [] Rooted<ExternRef>: WasmTy);
implements!([] [] Rooted<StructRef>: WasmTy);
implements!([] [] Val: From<Rooted<AnyRef>> + From<Rooted<ArrayRef>> + From<Rooted<ExnRef>> + From<Rooted<ExternRef>> + From<Rooted<StructRef>>);
implements!([T] [T: Send, T: GcRef] Rooted<T>: Send);
implements!([T] [T: Sync, T: GcRef] Rooted<T>: Sync);
implements!([T] [T: Unpin, T: GcRef] Rooted<T>: Unpin);
implements!([T] [T: std::panic::RefUnwindSafe, T: GcRef] Rooted<T>: std::panic::RefUnwindSafe);
implements!([T] [T: std::panic::UnwindSafe, T: GcRef] Rooted<T>: std::panic::UnwindSafe);
implements!([T: GcRef] [] Rooted<T>: Clone + Copy + std::fmt::Debug + std::ops::Deref<Target = T>);

// `RootedGcRef`

implements!([T, This: RootedGcRef<T>] [T: GcRef] This: std::ops::Deref<Target = T>);

// `StructRef`

fn struct_ref_new<A0: AsContextMut>() {
    let _: fn(A0, &StructRefPre, &[Val]) -> Result<Rooted<StructRef>> = <StructRef>::new;
}

async fn struct_ref_new_async<A0: AsContextMut>(
    a0: A0,
    a1: &StructRefPre,
    a2: &[Val],
) -> Result<Rooted<StructRef>> {
    <StructRef>::new_async(a0, a1, a2).await
}

fn struct_ref_ty<A0: AsContext>() {
    let _: fn(&StructRef, A0) -> Result<StructType> = <StructRef>::ty;
}

fn struct_ref_matches_ty<A0: AsContext>() {
    let _: fn(&StructRef, A0, &StructType) -> Result<bool> = <StructRef>::matches_ty;
}

fn struct_ref_fields<'a, T: 'static, A0: Into<StoreContextMut<'a, T>>>(
    a0: &'a StructRef,
    a1: A0,
) -> Result<impl std::iter::ExactSizeIterator<Item = Val> + 'a> {
    <StructRef>::fields(a0, a1)
}

fn struct_ref_field<A0: AsContextMut>() {
    let _: fn(&StructRef, A0, usize) -> Result<Val> = <StructRef>::field;
}

fn struct_ref_set_field<A0: AsContextMut>() {
    let _: fn(&StructRef, A0, usize, Val) -> Result<()> = <StructRef>::set_field;
}

implements!([] [] StructRef: GcRef + Send + Sync + Unpin + std::fmt::Debug + std::panic::RefUnwindSafe + std::panic::UnwindSafe);

// `StructRefPre`

fn struct_ref_pre_new<A0: AsContextMut>() {
    let _: fn(A0, StructType) -> StructRefPre = <StructRefPre>::new;
}

implements!([] [] StructRefPre: Send + Sync + Unpin);

// `ThrownException`

fn thrown_exception_signatures() {
    let _: ThrownException = ThrownException;
}

implements!([] [] ThrownException: Send + Sync + Unpin + std::error::Error + std::fmt::Debug + std::fmt::Display + std::panic::RefUnwindSafe + std::panic::UnwindSafe);

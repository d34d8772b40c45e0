//! [`Val`] and [`Ref`]: values whose type is only known at run time. Also [`V128`].

use crate::error::{Result, bail};
use crate::func::{func_from_slot, func_to_slot};
use crate::store::StoreOpaque;
use crate::types::{HeapType, RefType, ValType};
use crate::{
    AnyRef, ArrayRef, AsContext, EqRef, ExnRef, ExternRef, Func, GcRef, Rooted, StructRef,
};
use runtime::types as rt;
use runtime::{GlobalId, TableId};
use std::fmt;

/// A value. Equality is that of bits, hence there is no `==`.
///
/// ```
/// use wasm_interp_jit::{Val, ValType};
///
/// let values = [Val::from(7), Val::from(2.5_f64), Val::null_func_ref()];
/// assert_eq!(values[0].i32(), Some(7));
/// assert_eq!(values[0].i64(), None);
/// assert_eq!(values[1].unwrap_f64(), 2.5);
/// // Floats are kept as bits, so that no NaN changes on its way.
/// assert!(matches!(values[1], Val::F64(bits) if bits == 2.5_f64.to_bits()));
/// assert!(matches!(values[2].funcref(), Some(None)));
/// assert!(matches!(Val::default_for_ty(&ValType::I64), Some(Val::I64(0))));
/// ```
#[derive(Clone, Copy, Debug)]
pub enum Val {
    /// 32-bit integer.
    I32(i32),
    /// 64-bit integer.
    I64(i64),
    /// The bits of a 32-bit float.
    F32(u32),
    /// The bits of a 64-bit float.
    F64(u64),
    /// 128-bit vector.
    V128(V128),
    /// Function, or null.
    FuncRef(Option<Func>),
    /// Value of the host, or null.
    ExternRef(Option<Rooted<ExternRef>>),
    /// Reference within Wasm, or null.
    AnyRef(Option<Rooted<AnyRef>>),
    /// Exception, or null.
    ExnRef(Option<Rooted<ExnRef>>),
    /// Continuation, or null. There are no values of it.
    ContRef(Option<ContRef>),
}

/// A continuation. There is nothing to do with it, as in wasmtime.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct ContRef;

/// Declares `Val::name` and `Val::unwrap_name` for each kind of value.
macro_rules! accessors {
    ($($pattern:pat => $get:ident, $unwrap:ident: $ty:ty = $value:expr;)*) => {$(
        #[doc = concat!("The value, if it is of the kind `", stringify!($get), "`.")]
        pub fn $get(&self) -> Option<$ty> {
            match self {
                $pattern => Some($value),
                _ => None,
            }
        }

        #[doc = concat!("The value, which must be of the kind `", stringify!($get), "`.")]
        ///
        /// # Panics
        ///
        /// If it is of another kind.
        pub fn $unwrap(&self) -> $ty {
            self.$get().expect(concat!("expected ", stringify!($ty)))
        }
    )*};
}

impl Val {
    accessors! {
        Val::I32(it) => i32, unwrap_i32: i32 = *it;
        Val::I64(it) => i64, unwrap_i64: i64 = *it;
        Val::F32(it) => f32, unwrap_f32: f32 = f32::from_bits(*it);
        Val::F64(it) => f64, unwrap_f64: f64 = f64::from_bits(*it);
        Val::V128(it) => v128, unwrap_v128: V128 = *it;
        Val::FuncRef(it) => func_ref, unwrap_func_ref: Option<&Func> = it.as_ref();
        Val::FuncRef(it) => funcref, unwrap_funcref: Option<&Func> = it.as_ref();
        Val::ExternRef(it) => extern_ref, unwrap_extern_ref:
            Option<&Rooted<ExternRef>> = it.as_ref();
        Val::ExternRef(it) => externref, unwrap_externref:
            Option<&Rooted<ExternRef>> = it.as_ref();
        Val::AnyRef(it) => any_ref, unwrap_any_ref: Option<&Rooted<AnyRef>> = it.as_ref();
        Val::AnyRef(it) => anyref, unwrap_anyref: Option<&Rooted<AnyRef>> = it.as_ref();
        Val::ExnRef(it) => exnref, unwrap_exnref: Option<&Rooted<ExnRef>> = it.as_ref();
    }

    /// The null function.
    pub const fn null_func_ref() -> Val {
        Val::FuncRef(None)
    }

    /// The null value of the host.
    pub const fn null_extern_ref() -> Val {
        Val::ExternRef(None)
    }

    /// The null reference within Wasm.
    pub const fn null_any_ref() -> Val {
        Val::AnyRef(None)
    }

    /// The null reference to a `heap_type`.
    ///
    /// # Panics
    ///
    /// If it is one of continuations.
    pub fn null_ref(heap_type: &HeapType) -> Val {
        Ref::null(heap_type).into()
    }

    /// Zero or null; `None` if the type has no such value, or is not supported.
    pub fn default_for_ty(ty: &ValType) -> Option<Val> {
        match ty {
            ValType::I32 => Some(Val::I32(0)),
            ValType::I64 => Some(Val::I64(0)),
            ValType::F32 => Some(Val::F32(0)),
            ValType::F64 => Some(Val::F64(0)),
            ValType::V128 => Some(Val::V128(V128::from(0))),
            ValType::Ref(ty) if ty.is_nullable() => Ref::try_null(ty.heap_type()).map(Val::from),
            ValType::Ref(_) => None,
        }
    }

    /// The most precise type of the value.
    ///
    /// # Errors
    ///
    /// If it is a reference whose scope has ended.
    ///
    /// # Panics
    ///
    /// If it belongs to another store.
    pub fn ty(&self, store: impl AsContext) -> Result<ValType> {
        match self {
            // Not as precise as could be, for wasmtime is not.
            Val::ExternRef(Some(_)) => Ok(ValType::EXTERNREF),
            _ => self.load_ty(store.as_context().0.opaque()),
        }
    }

    /// Is it of type `ty`?
    ///
    /// # Errors
    ///
    /// If it is a reference whose scope has ended.
    ///
    /// # Panics
    ///
    /// If it belongs to another store, or the type to another engine.
    pub fn matches_ty(&self, store: impl AsContext, ty: &ValType) -> Result<bool> {
        let store = store.as_context().0.opaque();
        assert!(
            ty.comes_from_same_engine(store.engine()),
            "type used with wrong engine"
        );
        Ok(self.load_ty(store)?.matches(ty))
    }

    /// The reference, if it is one.
    pub fn ref_(self) -> Option<Ref> {
        match self {
            Val::FuncRef(it) => Some(Ref::Func(it)),
            Val::ExternRef(it) => Some(Ref::Extern(it)),
            Val::AnyRef(it) => Some(Ref::Any(it)),
            Val::ExnRef(it) => Some(Ref::Exn(it)),
            _ => None,
        }
    }

    pub(crate) fn comes_from_same_store(&self, store: &StoreOpaque) -> bool {
        self.ref_().is_none_or(|it| it.comes_from_same_store(store))
    }

    pub(crate) fn load_ty(&self, store: &StoreOpaque) -> Result<ValType> {
        Ok(match self {
            Val::I32(_) => ValType::I32,
            Val::I64(_) => ValType::I64,
            Val::F32(_) => ValType::F32,
            Val::F64(_) => ValType::F64,
            Val::V128(_) => ValType::V128,
            Val::FuncRef(it) => Ref::Func(*it).load_ty(store)?.into(),
            Val::ExternRef(it) => Ref::Extern(*it).load_ty(store)?.into(),
            Val::AnyRef(it) => Ref::Any(*it).load_ty(store)?.into(),
            Val::ExnRef(it) => Ref::Exn(*it).load_ty(store)?.into(),
            Val::ContRef(_) => {
                bail!("continuation references not yet supported in embedder API")
            }
        })
    }

    /// Checks that it can be used as a `ty` in `store`.
    pub(crate) fn ensure_matches(&self, store: &StoreOpaque, ty: &ValType) -> Result<()> {
        if !self.comes_from_same_store(store) {
            bail!("value used with wrong store");
        }
        self.load_ty(store)?.ensure_matches(store.engine(), ty)
    }

    /// The value of `store` as a cell: a vector, or a slot.
    ///
    /// # Errors
    ///
    /// If it is a reference whose scope has ended.
    pub(crate) fn to_cell(self, store: &StoreOpaque) -> Result<u128> {
        let slot = match self {
            Val::V128(it) => return Ok(it.into()),
            Val::I32(it) => it.cast_unsigned().into(),
            Val::I64(it) => it.cast_unsigned(),
            Val::F32(it) => it.into(),
            Val::F64(it) => it,
            Val::FuncRef(it) => func_to_slot(it, store),
            Val::ExternRef(it) => rooted_to_slot(it, store)?,
            Val::AnyRef(it) => rooted_to_slot(it, store)?,
            Val::ExnRef(it) => rooted_to_slot(it, store)?,
            Val::ContRef(_) => 0,
        };
        Ok(slot.into())
    }

    /// Writes the value of `store` to `slots`, and returns the place behind it.
    ///
    /// # Errors
    ///
    /// If it is a reference whose scope has ended.
    ///
    /// # Safety
    ///
    /// There is room.
    pub(crate) unsafe fn store(self, store: &StoreOpaque, slots: *mut u64) -> Result<*mut u64> {
        let cell = self.to_cell(store)?;
        // SAFETY: forwarded.
        Ok(unsafe {
            slots.write(cell as u64);
            match self {
                Val::V128(_) => {
                    slots.add(1).write((cell >> 64) as u64);
                    slots.add(2)
                }
                _ => slots.add(1),
            }
        })
    }

    /// Reads a value from `slots`, and moves that behind it.
    ///
    /// # Safety
    ///
    /// `slots` holds a `ty` that belongs to `store`.
    pub(crate) unsafe fn load(
        store: &mut StoreOpaque,
        ty: rt::ValType,
        slots: &mut *const u64,
    ) -> Val {
        // SAFETY: forwarded.
        unsafe {
            let low = slots.read();
            let high = match ty {
                rt::ValType::V128 => slots.add(1).read(),
                _ => 0,
            };
            *slots = slots.add(ty.n_slots() as usize);
            Val::from_cell(store, ty, u128::from(high) << 64 | u128::from(low))
        }
    }

    /// The value of a global of `store`.
    pub(crate) fn of_global(store: &mut StoreOpaque, global: GlobalId) -> Val {
        let global = store.runtime().global(global);
        let (ty, cell) = (global.ty.content, global.cell());
        // SAFETY: the value of a global is of its type and belongs to its store.
        unsafe { Val::from_cell(store, ty, cell) }
    }

    /// The element at `index` of a table of `store`.
    pub(crate) fn of_element(store: &mut StoreOpaque, table: TableId, index: u64) -> Option<Val> {
        let table = store.runtime().table(table);
        let slot = table.get(index)?;
        let ty = rt::ValType::Ref(table.ty.element);
        // SAFETY: elements of a table are of its type and belong to its store.
        Some(unsafe { Val::from_cell(store, ty, slot.into()) })
    }

    /// The value of a cell.
    ///
    /// # Safety
    ///
    /// `cell` holds a `ty` that belongs to `store`.
    pub(crate) unsafe fn from_cell(store: &mut StoreOpaque, ty: rt::ValType, cell: u128) -> Val {
        let slot = cell as u64;
        match ty {
            rt::ValType::V128 => Val::V128(cell.into()),
            rt::ValType::I32 => Val::I32(slot as i32),
            rt::ValType::I64 => Val::I64(slot.cast_signed()),
            rt::ValType::F32 => Val::F32(slot as u32),
            rt::ValType::F64 => Val::F64(slot),
            rt::ValType::Ref(ty) if ty.heap.is_func() => {
                // SAFETY: forwarded.
                Val::FuncRef(unsafe { func_from_slot(store, slot) })
            }
            rt::ValType::Ref(_) => Val::ExternRef(Rooted::from_slot(store, slot)),
        }
    }
}

/// Declares conversions into [`Val`].
macro_rules! into_val {
    ($($ty:ty: $it:ident => $val:expr;)*) => {$(
        impl From<$ty> for Val {
            #[inline]
            fn from($it: $ty) -> Val {
                $val
            }
        }
    )*};
}

into_val! {
    i32: it => Val::I32(it);
    i64: it => Val::I64(it);
    f32: it => Val::F32(it.to_bits());
    f64: it => Val::F64(it.to_bits());
    u128: it => Val::V128(it.into());
    V128: it => Val::V128(it);
    Func: it => Val::FuncRef(Some(it));
    Option<Func>: it => Val::FuncRef(it);
    Rooted<ExternRef>: it => Val::ExternRef(Some(it));
    Option<Rooted<ExternRef>>: it => Val::ExternRef(it);
    Rooted<AnyRef>: it => Val::AnyRef(Some(it));
    Option<Rooted<AnyRef>>: it => Val::AnyRef(it);
    Rooted<EqRef>: it => Val::AnyRef(Some(it.into()));
    Option<Rooted<EqRef>>: it => Val::AnyRef(it.map(Rooted::from));
    Rooted<StructRef>: it => Val::AnyRef(Some(it.into()));
    Option<Rooted<StructRef>>: it => Val::AnyRef(it.map(Rooted::from));
    Rooted<ArrayRef>: it => Val::AnyRef(Some(it.into()));
    Option<Rooted<ArrayRef>>: it => Val::AnyRef(it.map(Rooted::from));
    Rooted<ExnRef>: it => Val::ExnRef(Some(it));
    Option<Rooted<ExnRef>>: it => Val::ExnRef(it);
    Ref: it => match it {
        Ref::Func(it) => Val::FuncRef(it),
        Ref::Extern(it) => Val::ExternRef(it),
        Ref::Any(it) => Val::AnyRef(it),
        Ref::Exn(it) => Val::ExnRef(it),
    };
}

/// A reference, or null.
#[derive(Clone, Debug)]
pub enum Ref {
    /// A function.
    Func(Option<Func>),
    /// A value of the host.
    Extern(Option<Rooted<ExternRef>>),
    /// A reference within Wasm.
    Any(Option<Rooted<AnyRef>>),
    /// An exception.
    Exn(Option<Rooted<ExnRef>>),
}

/// Declares the functions about one kind of references.
macro_rules! kinds {
    ($($text:literal $variant:ident($ty:ty) $is:ident $as:ident $unwrap:ident $name:literal;)*) => {$(
        #[doc = concat!("Is it ", $text, ", or null of that type?")]
        pub fn $is(&self) -> bool {
            matches!(self, Ref::$variant(_))
        }

        #[doc = concat!("The reference, if it is ", $text, " or null of that type.")]
        pub fn $as(&self) -> Option<Option<&$ty>> {
            match self {
                Ref::$variant(it) => Some(it.as_ref()),
                _ => None,
            }
        }

        #[doc = concat!("The reference, which is ", $text, " or null of that type.")]
        ///
        /// # Panics
        ///
        /// If it is a reference to something else.
        pub fn $unwrap(&self) -> Option<&$ty> {
            self.$as()
                .expect(concat!("Ref::unwrap_", $name, " on non-", $name, " reference"))
        }
    )*};
}

impl Ref {
    kinds! {
        "a value of the host" Extern(Rooted<ExternRef>) is_extern as_extern unwrap_extern "extern";
        "a function" Func(Func) is_func as_func unwrap_func "func";
        "a reference within Wasm" Any(Rooted<AnyRef>) is_any as_any unwrap_any "any";
        "an exception" Exn(Rooted<ExnRef>) is_exn as_exn unwrap_exn "exn";
    }

    /// The null reference to a `heap_type`.
    ///
    /// # Panics
    ///
    /// If it is one of continuations.
    pub fn null(heap_type: &HeapType) -> Ref {
        match Ref::try_null(heap_type) {
            Some(null) => null,
            None => panic!("references to `{heap_type}` are not supported"),
        }
    }

    fn try_null(heap_type: &HeapType) -> Option<Ref> {
        match heap_type.top() {
            HeapType::Func => Some(Ref::Func(None)),
            HeapType::Extern => Some(Ref::Extern(None)),
            HeapType::Any => Some(Ref::Any(None)),
            HeapType::Exn => Some(Ref::Exn(None)),
            _ => None,
        }
    }

    /// Is it null?
    pub fn is_null(&self) -> bool {
        matches!(
            self,
            Ref::Func(None) | Ref::Extern(None) | Ref::Any(None) | Ref::Exn(None)
        )
    }

    /// Is it not null?
    pub fn is_non_null(&self) -> bool {
        !self.is_null()
    }

    /// The most precise type of the reference.
    ///
    /// # Errors
    ///
    /// If its scope has ended.
    ///
    /// # Panics
    ///
    /// If it belongs to another store.
    pub fn ty(&self, store: impl AsContext) -> Result<RefType> {
        self.load_ty(store.as_context().0.opaque())
    }

    /// Is it of type `ty`?
    ///
    /// # Errors
    ///
    /// If its scope has ended.
    ///
    /// # Panics
    ///
    /// If it belongs to another store, or the type to another engine.
    pub fn matches_ty(&self, store: impl AsContext, ty: &RefType) -> Result<bool> {
        let store = store.as_context().0.opaque();
        assert!(
            ty.comes_from_same_engine(store.engine()),
            "type used with wrong engine"
        );
        Ok(self.load_ty(store)?.matches(ty))
    }

    pub(crate) fn comes_from_same_store(&self, store: &StoreOpaque) -> bool {
        match self {
            Ref::Func(it) => it.is_none_or(|it| it.comes_from_same_store(store)),
            Ref::Extern(it) => it.is_none_or(|it| it.comes_from_same_store(store)),
            Ref::Any(it) => it.is_none_or(|it| it.comes_from_same_store(store)),
            Ref::Exn(it) => it.is_none_or(|it| it.comes_from_same_store(store)),
        }
    }

    pub(crate) fn load_ty(&self, store: &StoreOpaque) -> Result<RefType> {
        Ok(match self {
            Ref::Func(None) => RefType::NULLFUNCREF,
            Ref::Func(Some(it)) => RefType::new(false, it.load_ty(store).into()),
            Ref::Extern(None) => RefType::NULLEXTERNREF,
            Ref::Extern(Some(it)) => {
                it.slot(store)?;
                RefType::new(false, HeapType::Extern)
            }
            Ref::Any(None) => RefType::NULLREF,
            Ref::Any(Some(it)) => RefType::new(false, it.load_ty(store)?),
            Ref::Exn(None) => RefType::NULLEXNREF,
            Ref::Exn(Some(it)) => it.never(),
        })
    }

    /// Checks that it can be used as a `ty` in `store`.
    pub(crate) fn ensure_matches(&self, store: &StoreOpaque, ty: &RefType) -> Result<()> {
        if !self.comes_from_same_store(store) {
            bail!("reference used with wrong store");
        }
        self.load_ty(store)?.ensure_matches(store.engine(), ty)
    }

    /// The slot that Wasm holds.
    ///
    /// # Errors
    ///
    /// If its scope has ended.
    pub(crate) fn to_slot(&self, store: &StoreOpaque) -> Result<u64> {
        match self {
            Ref::Func(it) => Ok(func_to_slot(*it, store)),
            Ref::Extern(it) => rooted_to_slot(*it, store),
            Ref::Any(it) => rooted_to_slot(*it, store),
            Ref::Exn(it) => rooted_to_slot(*it, store),
        }
    }
}

fn rooted_to_slot<T: GcRef>(it: Option<Rooted<T>>, store: &StoreOpaque) -> Result<u64> {
    match it {
        Some(it) => it.slot(store),
        None => Ok(0),
    }
}

/// Declares conversions into [`Ref`], of a reference and of one that may be null.
macro_rules! into_ref {
    ($($ty:ty => $variant:ident;)*) => {$(
        impl From<$ty> for Ref {
            fn from(it: $ty) -> Ref {
                Ref::$variant(Some(it.into()))
            }
        }

        impl From<Option<$ty>> for Ref {
            fn from(it: Option<$ty>) -> Ref {
                Ref::$variant(it.map(Into::into))
            }
        }
    )*};
}

into_ref! {
    Func => Func;
    Rooted<ExternRef> => Extern;
    Rooted<AnyRef> => Any;
    Rooted<EqRef> => Any;
    Rooted<StructRef> => Any;
    Rooted<ArrayRef> => Any;
    Rooted<ExnRef> => Exn;
}

/// A 128-bit vector.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct V128(u128);

impl V128 {
    /// Its bits, lane 0 lowest.
    pub fn as_u128(&self) -> u128 {
        self.0
    }
}

impl fmt::Debug for V128 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl From<u128> for V128 {
    fn from(bits: u128) -> V128 {
        V128(bits)
    }
}

impl From<V128> for u128 {
    fn from(it: V128) -> u128 {
        it.0
    }
}

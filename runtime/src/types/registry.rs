//! The engine-wide registry of canonical function types.
//!
//! Types are registered in recursion groups, as Wasm defines equality for them: two types are the
//! same if they are at the same place of groups that are equal, where references to members of
//! the group itself count by their place. A type outside of any group is one of its own.
//!
//! Invariants:
//! 1. Equal types of one engine are the same `VMSignature`, which never moves or changes but for
//!    the stubs it leads to.
//! 2. A supertype is registered before its subtypes, so that `VMSignature::supertypes` is complete.
//! 3. Types whose values are passed alike have the same `VMStubs`, however different they are to
//!    Wasm. A function can be called as one of a supertype: then the stubs of its own type exist.

use super::{FuncType, HeapType, RefType, ValType};
use crate::SigId;
use crate::vm::{VMSignature, VMStubs};
use rustc_hash::FxHashMap;
use std::fmt;
use std::ptr::NonNull;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A function type as it is declared.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SubType {
    /// Parameters and results.
    pub ty: FuncType,
    /// Can it have no subtypes?
    pub is_final: bool,
    /// The type it is declared to be a subtype of.
    pub supertype: Option<SigRef>,
}

impl SubType {
    /// A type that is declared as nothing but its parameters and results.
    pub fn plain(ty: FuncType) -> Self {
        Self {
            ty,
            is_final: true,
            supertype: None,
        }
    }
}

/// A canonical function type: equal types of one engine are the same `VMSignature`.
///
/// Lives as long as the [`TypeRegistry`] that made it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SigRef(NonNull<VMSignature>);

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
        Self(unsafe { NonNull::new_unchecked(ptr.cast_mut()) })
    }

    /// Is every function of this type one of `other`? By declaration: what they look like does
    /// not count.
    pub fn is_subtype_of(self, other: SigRef) -> bool {
        self == other || self.supertypes().get(other.supertypes().len()) == Some(&other)
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

/// As wasmtime prints types in errors: without what is not said in the text format either.
impl fmt::Display for SigRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (is_final, supertype) = (self.is_final(), self.supertype());
        if is_final && supertype.is_none() {
            return self.ty().fmt(f);
        }
        f.write_str("(sub")?;
        if is_final {
            f.write_str(" final")?;
        }
        if let Some(supertype) = supertype {
            write!(f, " (engine {})", supertype.id.0)?;
        }
        write!(f, " {})", self.ty())
    }
}

/// Canonical function types of an engine. Grows only: signatures are few and small.
#[derive(Default)]
pub struct TypeRegistry {
    inner: Mutex<RegistryInner>,
}

#[derive(Default)]
struct RegistryInner {
    /// Groups by what their equality depends on.
    groups: FxHashMap<Box<[u64]>, Box<[SigRef]>>,
    all: Vec<SigRef>,
    /// Stubs by parameters and results, with one type for all references.
    stubs: FxHashMap<FuncType, NonNull<VMStubs>>,
}

// SAFETY: stubs consist of atomic pointers, and are owned.
unsafe impl Send for RegistryInner {}

impl TypeRegistry {
    /// The canonical signature of a type outside of any group, that is final and has no supertype.
    pub fn intern(&self, ty: &FuncType) -> SigRef {
        self.intern_subtype(SubType::plain(ty.clone()))
    }

    /// The canonical signature of a type outside of any group.
    pub fn intern_subtype(&self, ty: SubType) -> SigRef {
        let mut inner = self.lock();
        let types = vec![ty];
        let key = encode(&types, &[]);
        if let Some(known) = inner.groups.get(&key) {
            return known[0];
        }
        let new = inner.new_group(1);
        inner.add(key, new, types)[0]
    }

    /// The canonical signatures of a group of `n` types. `build` gets references to the group's
    /// own members, which it may put into types but not look at.
    ///
    /// Requires that supertypes come before their subtypes, and match them.
    ///
    /// # Errors
    ///
    /// That of `build`.
    pub fn intern_group<E>(
        &self,
        n: usize,
        build: impl FnOnce(&[SigRef]) -> Result<Vec<SubType>, E>,
    ) -> Result<Box<[SigRef]>, E> {
        let mut inner = self.lock();
        let new = inner.new_group(n);
        let types = build(&new.0)?;
        debug_assert_eq!(types.len(), n);
        let key = encode(&types, &new.0);
        if let Some(known) = inner.groups.get(&key) {
            return Ok(known.clone());
        }
        Ok(inner.add(key, new, types))
    }

    fn lock(&self) -> MutexGuard<'_, RegistryInner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl RegistryInner {
    fn new_group(&mut self, n: usize) -> NewGroup {
        NewGroup::new(n, self.stubs_of(&FuncType::default()))
    }

    /// Makes `new` the group of these types, which has this key.
    fn add(&mut self, key: Box<[u64]>, new: NewGroup, types: Vec<SubType>) -> Box<[SigRef]> {
        for (&sig, sub) in new.0.iter().zip(types) {
            let id = SigId(u32::try_from(self.all.len()).expect("fewer than 2^32 signatures"));
            let stubs = self.stubs_of(&sub.ty);
            let signature = VMSignature::new(id, sub, stubs);
            // SAFETY: the registry owns it, and nobody else knows of it yet.
            unsafe { sig.0.write(signature) };
            self.all.push(sig);
        }
        let group = new.publish();
        self.groups.insert(key, group.clone());
        group
    }

    /// The stubs of functions that are called like those of type `ty`.
    fn stubs_of(&mut self, ty: &FuncType) -> NonNull<VMStubs> {
        let collapse = |types: &[ValType]| {
            let one = |&ty: &ValType| if ty.is_ref() { ValType::FUNCREF } else { ty };
            types.iter().map(one).collect()
        };
        let shape = FuncType {
            params: collapse(&ty.params),
            results: collapse(&ty.results),
        };
        let new = || NonNull::from(Box::leak(Box::default()));
        *self.stubs.entry(shape).or_insert_with(new)
    }
}

/// Members of a group on their way into the registry. Until they are published they hold nothing.
struct NewGroup(Box<[SigRef]>);

impl NewGroup {
    fn new(n: usize, stubs: NonNull<VMStubs>) -> Self {
        let placeholder = || {
            let sub = SubType::plain(FuncType::default());
            let boxed = Box::new(VMSignature::new(SigId(u32::MAX), sub, stubs));
            SigRef(NonNull::from(Box::leak(boxed)))
        };
        Self((0..n).map(|_| placeholder()).collect())
    }

    fn publish(mut self) -> Box<[SigRef]> {
        std::mem::take(&mut self.0)
    }
}

impl Drop for NewGroup {
    fn drop(&mut self) {
        for sig in &self.0 {
            // SAFETY: leaked by `new`, and not published.
            drop(unsafe { Box::from_raw(sig.0.as_ptr()) });
        }
    }
}

/// What the equality of a group depends on: references to members by their place, to others by
/// their address.
fn encode(types: &[SubType], members: &[SigRef]) -> Box<[u64]> {
    let places: FxHashMap<SigRef, u64> = members.iter().copied().zip(0..).collect();
    let sig_words = |sig: SigRef| match places.get(&sig) {
        Some(&place) => [0, place],
        None => [1, sig.as_ptr() as u64],
    };
    let mut words = Vec::new();
    for SubType {
        ty,
        is_final,
        supertype,
    } in types
    {
        words.push(u64::from(*is_final));
        words.extend(supertype.map_or([2, 0], sig_words));
        for types in [&ty.params, &ty.results] {
            words.push(types.len() as u64);
            types
                .iter()
                .for_each(|&it| encode_type(it, sig_words, &mut words));
        }
    }
    words.into()
}

fn encode_type(ty: ValType, sig_words: impl Fn(SigRef) -> [u64; 2], words: &mut Vec<u64>) {
    let RefType { nullable, heap } = match ty {
        ValType::I32 => return words.push(0),
        ValType::I64 => return words.push(1),
        ValType::F32 => return words.push(2),
        ValType::F64 => return words.push(3),
        ValType::V128 => return words.push(6),
        ValType::Ref(ty) => ty,
    };
    words.push(if nullable { 5 } else { 4 });
    match heap {
        HeapType::Func => words.push(2),
        HeapType::NoFunc => words.push(3),
        HeapType::Extern => words.push(4),
        HeapType::NoExtern => words.push(5),
        HeapType::ConcreteFunc(sig) => words.extend(sig_words(sig)),
    }
}

impl Drop for TypeRegistry {
    fn drop(&mut self) {
        let inner = self.inner.get_mut().unwrap_or_else(PoisonError::into_inner);
        for sig in inner.all.drain(..) {
            // SAFETY: `NewGroup` leaked it, and users of signatures keep the registry alive.
            drop(unsafe { Box::from_raw(sig.0.as_ptr()) });
        }
        for (_, stubs) in inner.stubs.drain() {
            // SAFETY: leaked by `stubs_of`; only signatures refer to it.
            drop(unsafe { Box::from_raw(stubs.as_ptr()) });
        }
    }
}

impl fmt::Debug for TypeRegistry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = self.lock();
        write!(f, "TypeRegistry({} signatures)", inner.all.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn func(params: &[ValType]) -> FuncType {
        FuncType {
            params: params.into(),
            results: Box::default(),
        }
    }

    fn to(sig: SigRef) -> ValType {
        ValType::Ref(RefType {
            nullable: true,
            heap: HeapType::ConcreteFunc(sig),
        })
    }

    /// A group of functions that take references to the members at `places`.
    fn group(registry: &TypeRegistry, places: &[usize]) -> Box<[SigRef]> {
        let build = |members: &[SigRef]| {
            let one = |&it: &usize| SubType::plain(func(&[to(members[it])]));
            Ok::<_, ()>(places.iter().map(one).collect())
        };
        registry
            .intern_group(places.len(), build)
            .expect("nothing fails")
    }

    // Groups are compared as a whole, and references inside of them by their place: a type that
    // refers to itself is another one than its unrolling.
    #[test]
    fn recursion_groups() {
        let registry = TypeRegistry::default();
        let own = group(&registry, &[0]);
        assert_eq!(own, group(&registry, &[0]));
        let pair = group(&registry, &[1, 0]);
        assert_eq!(pair, group(&registry, &[1, 0]));
        assert!(pair[0] != pair[1] && !pair.contains(&own[0]));
        assert!(group(&registry, &[0, 1])[0] != own[0]);
        let unrolled = registry.intern(&func(&[to(own[0])]));
        assert_ne!(unrolled, own[0]);
    }

    #[test]
    fn declared_subtypes() {
        let registry = TypeRegistry::default();
        let declare = |is_final, supertype| {
            let ty = func(&[ValType::I32]);
            registry.intern_subtype(SubType {
                ty,
                is_final,
                supertype,
            })
        };
        let plain = registry.intern(&func(&[ValType::I32]));
        let top = declare(false, None);
        let middle = declare(false, Some(top));
        let bottom = declare(true, Some(middle));
        assert!(bottom.is_subtype_of(top) && bottom.is_subtype_of(middle));
        assert!(middle.is_subtype_of(middle) && !middle.is_subtype_of(bottom));
        assert!(!plain.is_subtype_of(top) && !top.is_subtype_of(plain));
        assert_eq!(declare(false, Some(top)), middle);
        assert_eq!(bottom.supertype(), Some(middle));
        // Whoever calls a function as one of its supertype finds the stubs of its own type.
        assert!(std::ptr::eq(bottom.stubs(), top.stubs()));
        assert!(!std::ptr::eq(
            plain.stubs(),
            registry.intern(&func(&[])).stubs()
        ));
        assert_eq!(
            middle.to_string(),
            format!("(sub (engine {}) (func (param i32)))", top.id.0)
        );
    }
}

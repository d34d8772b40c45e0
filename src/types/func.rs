//! [`FuncType`]: function types, registered with an engine.

use super::{Finality, ValType, rt};
use crate::Engine;
use crate::error::{OutOfMemory, Result, ensure};
use runtime::types::SigRef;
use rustc_hash::FxHashSet;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// The type of a function: parameters and results.
///
/// Belongs to an engine. Equal types of an engine are the same signature there.
#[derive(Clone)]
pub struct FuncType {
    engine: Engine,
    repr: Repr,
}

#[derive(Clone)]
enum Repr {
    /// A type of functions that can exist. What it refers to is looked up when it is asked for:
    /// types may refer to themselves.
    Registered(SigRef),
    /// A type among the parameters or results cannot be executed. No function of such a type can
    /// be made, so that whatever comes from a store is registered.
    Unsupported(Arc<Lists>),
}

/// Parameters and results.
#[derive(Hash)]
struct Lists {
    params: Box<[ValType]>,
    results: Box<[ValType]>,
}

impl Lists {
    fn lower(&self) -> Option<rt::FuncType> {
        let lower = |types: &[ValType]| types.iter().map(ValType::lower).collect::<Option<_>>();
        Some(rt::FuncType {
            params: lower(&self.params)?,
            results: lower(&self.results)?,
        })
    }

    /// Can a function with these be called as one with those of `other`?
    fn match_(&self, other: &Lists) -> bool {
        let all = |a: &[ValType], b: &[ValType]| {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.matches(b))
        };
        all(&other.params, &self.params) && all(&self.results, &other.results)
    }
}

impl FuncType {
    /// A function type of `engine`. It is final and has no supertype.
    ///
    /// # Panics
    ///
    /// If a parameter or result mentions a function type of another engine.
    pub fn new(
        engine: &Engine,
        params: impl IntoIterator<Item = ValType>,
        results: impl IntoIterator<Item = ValType>,
    ) -> FuncType {
        match Self::with_finality_and_supertype(engine, Finality::Final, None, params, results) {
            Ok(ty) => ty,
            Err(error) => unreachable!("only a supertype can be wrong: {error}"),
        }
    }

    /// As [`FuncType::new`]. If there is no memory, the process ends, as everywhere here.
    ///
    /// # Errors
    ///
    /// None.
    pub fn try_new(
        engine: &Engine,
        params: impl IntoIterator<Item = ValType>,
        results: impl IntoIterator<Item = ValType>,
    ) -> Result<FuncType, OutOfMemory> {
        Ok(FuncType::new(engine, params, results))
    }

    /// A function type of `engine`, which may have subtypes, and be one.
    ///
    /// # Errors
    ///
    /// If the supertype is final, or the type does not match it.
    ///
    /// # Panics
    ///
    /// If the supertype, or what a parameter or result mentions, is of another engine.
    pub fn with_finality_and_supertype(
        engine: &Engine,
        finality: Finality,
        supertype: Option<&Self>,
        params: impl IntoIterator<Item = ValType>,
        results: impl IntoIterator<Item = ValType>,
    ) -> Result<Self> {
        let lists = Lists {
            params: params.into_iter().collect(),
            results: results.into_iter().collect(),
        };
        for ty in lists.params.iter().chain(&lists.results) {
            assert!(
                ty.comes_from_same_engine(engine),
                "type used with wrong engine"
            );
        }
        if let Some(supertype) = supertype {
            check_supertype(engine, &lists, supertype)?;
        }
        let declared_supertype = match supertype.map(FuncType::sig) {
            Some(None) => None,
            Some(Some(sig)) => Some(Some(sig)),
            None => Some(None),
        };
        let repr = match (lists.lower(), declared_supertype) {
            (Some(ty), Some(supertype)) => {
                let sub = rt::SubType {
                    ty,
                    is_final: finality.is_final(),
                    supertype,
                };
                Repr::Registered(engine.types().intern_subtype(sub))
            }
            _ => Repr::Unsupported(Arc::new(lists)),
        };
        Ok(FuncType {
            engine: engine.clone(),
            repr,
        })
    }

    /// The engine it belongs to.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Whether it can have subtypes.
    pub fn finality(&self) -> Finality {
        match &self.repr {
            Repr::Registered(sig) if !sig.is_final() => Finality::NonFinal,
            _ => Finality::Final,
        }
    }

    /// The type that it is declared to be a subtype of.
    pub fn supertype(&self) -> Option<Self> {
        let supertype = self.sig()?.supertype()?;
        Some(FuncType::raise(&self.engine, supertype))
    }

    /// The `i`-th parameter.
    pub fn param(&self, i: usize) -> Option<ValType> {
        self.params().nth(i)
    }

    /// The parameters.
    pub fn params(&self) -> impl ExactSizeIterator<Item = ValType> + '_ {
        self.list(|ty| &ty.params, |lists| &lists.params)
    }

    /// The `i`-th result.
    pub fn result(&self, i: usize) -> Option<ValType> {
        self.results().nth(i)
    }

    /// The results.
    pub fn results(&self) -> impl ExactSizeIterator<Item = ValType> + '_ {
        self.list(|ty| &ty.results, |lists| &lists.results)
    }

    fn list(
        &self,
        registered: impl FnOnce(&rt::FuncType) -> &[rt::ValType],
        unsupported: impl FnOnce(&Lists) -> &[ValType],
    ) -> impl ExactSizeIterator<Item = ValType> {
        let (raw, plain): (&[rt::ValType], &[ValType]) = match &self.repr {
            Repr::Registered(sig) => (registered(sig.ty()), &[]),
            Repr::Unsupported(lists) => (&[], unsupported(lists)),
        };
        // One of both is empty.
        (0..raw.len() + plain.len()).map(move |i| match raw.get(i) {
            Some(&ty) => ValType::raise(&self.engine, ty),
            None => plain[i].clone(),
        })
    }

    fn lists(&self) -> Lists {
        Lists {
            params: self.params().collect(),
            results: self.results().collect(),
        }
    }

    /// Can a function of this type be called as one of type `other`?
    ///
    /// As in wasmtime, parameters and results decide, not what the types are declared to be.
    ///
    /// # Panics
    ///
    /// If the types belong to different engines.
    pub fn matches(&self, other: &FuncType) -> bool {
        assert!(
            self.comes_from_same_engine(&other.engine),
            "type used with wrong engine"
        );
        match (&self.repr, &other.repr) {
            (&Repr::Registered(a), &Repr::Registered(b)) => match_structurally(a, b),
            _ => self.lists().match_(&other.lists()),
        }
    }

    /// Are both the same type?
    ///
    /// # Panics
    ///
    /// If the types belong to different engines.
    #[expect(
        clippy::should_implement_trait,
        reason = "wasmtime's name and signature"
    )]
    pub fn eq(a: &FuncType, b: &FuncType) -> bool {
        assert!(
            a.comes_from_same_engine(&b.engine),
            "type used with wrong engine"
        );
        match (&a.repr, &b.repr) {
            (Repr::Registered(a), Repr::Registered(b)) => a == b,
            (Repr::Unsupported(_), Repr::Unsupported(_)) => {
                let (a, b) = (a.lists(), b.lists());
                a.match_(&b) && b.match_(&a)
            }
            _ => false,
        }
    }

    pub(crate) fn comes_from_same_engine(&self, engine: &Engine) -> bool {
        Engine::same(&self.engine, engine)
    }

    /// The signature of the type, if it can be executed.
    pub(crate) fn sig(&self) -> Option<SigRef> {
        match self.repr {
            Repr::Registered(sig) => Some(sig),
            Repr::Unsupported(_) => None,
        }
    }

    /// The type of a signature of `engine`.
    pub(crate) fn raise(engine: &Engine, sig: SigRef) -> FuncType {
        FuncType {
            engine: engine.clone(),
            repr: Repr::Registered(sig),
        }
    }

    /// Prints the type as one that a reference refers to: by its number.
    pub(super) fn fmt_as_heap_type(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.sig() {
            Some(sig) => write!(f, "(concrete func VMSharedTypeIndex({}))", sig.id.0),
            None => write!(f, "(concrete func {self})"),
        }
    }
}

fn check_supertype(engine: &Engine, lists: &Lists, supertype: &FuncType) -> Result<()> {
    assert!(
        supertype.comes_from_same_engine(engine),
        "type used with wrong engine"
    );
    ensure!(
        supertype.finality().is_non_final(),
        "cannot create a subtype of a final supertype"
    );
    let text = |name: &str, types: &[ValType]| {
        if types.is_empty() {
            return String::new();
        }
        let types: String = types.iter().map(|it| format!(" {it}")).collect();
        format!(" ({name}{types})")
    };
    ensure!(
        lists.match_(&supertype.lists()),
        "function type must match its supertype: found (func{}{}), expected {supertype}",
        text("params", &lists.params),
        text("results", &lists.results)
    );
    Ok(())
}

/// Can a function of type `a` be called as one of type `b`, judged by parameters and results?
/// Types that refer to each other match if nothing speaks against it.
///
/// Not by recursion: a module can declare chains of types of any length.
fn match_structurally(a: SigRef, b: SigRef) -> bool {
    let (mut seen, mut open) = (FxHashSet::default(), vec![(a, b)]);
    while let Some((a, b)) = open.pop() {
        if a.is_subtype_of(b) || !seen.insert((a, b)) {
            continue;
        }
        let (a, b) = (a.ty(), b.ty());
        if a.params.len() != b.params.len() || a.results.len() != b.results.len() {
            return false;
        }
        let params = b.params.iter().zip(&a.params);
        let results = a.results.iter().zip(&b.results);
        for (&a, &b) in params.chain(results) {
            match concrete_funcs(a, b) {
                Some(pair) => open.push(pair),
                None if a.matches(b) => {}
                None => return false,
            }
        }
    }
    true
}

/// The types of two references to functions, if the first may be null only where the second may.
fn concrete_funcs(a: rt::ValType, b: rt::ValType) -> Option<(SigRef, SigRef)> {
    let (rt::ValType::Ref(a), rt::ValType::Ref(b)) = (a, b) else {
        return None;
    };
    match (a.heap, b.heap) {
        (rt::HeapType::ConcreteFunc(a_sig), rt::HeapType::ConcreteFunc(b_sig)) => {
            (b.nullable || !a.nullable).then_some((a_sig, b_sig))
        }
        _ => None,
    }
}

impl fmt::Display for FuncType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(type (func")?;
        let lists = self.lists();
        for (name, types) in [("param", &lists.params), ("result", &lists.results)] {
            if types.is_empty() {
                continue;
            }
            write!(f, " ({name}")?;
            for ty in types {
                write!(f, " {ty}")?;
            }
            f.write_str(")")?;
        }
        f.write_str("))")
    }
}

impl fmt::Debug for FuncType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Hash for FuncType {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match &self.repr {
            Repr::Registered(sig) => sig.hash(state),
            Repr::Unsupported(lists) => lists.hash(state),
        }
    }
}

//! [`FuncType`]: function types, registered with an engine.

use super::{Finality, ValType, rt};
use crate::Engine;
use crate::error::{Result, bail};
use runtime::types::SigRef;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// The type of a function: parameters and results.
///
/// Belongs to an engine. Equal types of an engine are the same signature there.
///
/// Invariant F1: `sig` is `None` exactly if a type among the parameters or results cannot be
/// executed. No function of such a type can be made, so that whatever comes from a store has one.
#[derive(Clone)]
pub struct FuncType {
    engine: Engine,
    inner: Arc<Inner>,
}

struct Inner {
    params: Box<[ValType]>,
    results: Box<[ValType]>,
    sig: Option<SigRef>,
}

impl FuncType {
    /// A function type of `engine`.
    ///
    /// # Panics
    ///
    /// If a parameter or result mentions a function type of another engine.
    pub fn new(
        engine: &Engine,
        params: impl IntoIterator<Item = ValType>,
        results: impl IntoIterator<Item = ValType>,
    ) -> FuncType {
        let params: Box<[ValType]> = params.into_iter().collect();
        let results: Box<[ValType]> = results.into_iter().collect();
        for ty in params.iter().chain(&results) {
            assert!(
                ty.comes_from_same_engine(engine),
                "type used with wrong engine"
            );
        }
        let lower = |types: &[ValType]| types.iter().map(ValType::lower).collect::<Option<_>>();
        let lowered = lower(&params).zip(lower(&results));
        let sig = lowered
            .map(|(params, results)| engine.types().intern(&rt::FuncType { params, results }));
        FuncType {
            engine: engine.clone(),
            inner: Arc::new(Inner {
                params,
                results,
                sig,
            }),
        }
    }

    /// As [`FuncType::new`]. Types in use cannot have subtypes, hence `supertype` must be `None`.
    ///
    /// # Errors
    ///
    /// If there is a supertype, or the type is not final.
    pub fn with_finality_and_supertype(
        engine: &Engine,
        finality: Finality,
        supertype: Option<&Self>,
        params: impl IntoIterator<Item = ValType>,
        results: impl IntoIterator<Item = ValType>,
    ) -> Result<Self> {
        if supertype.is_some() {
            bail!("cannot create a subtype of a final supertype");
        }
        if finality.is_non_final() {
            bail!("the wasm_gc feature is not supported on this compiler configuration");
        }
        Ok(FuncType::new(engine, params, results))
    }

    /// The engine it belongs to.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Whether it can have subtypes: it cannot.
    pub fn finality(&self) -> Finality {
        Finality::Final
    }

    /// Its supertype: there is none.
    pub fn supertype(&self) -> Option<Self> {
        None
    }

    /// The `i`-th parameter.
    pub fn param(&self, i: usize) -> Option<ValType> {
        self.inner.params.get(i).cloned()
    }

    /// The parameters.
    pub fn params(&self) -> impl ExactSizeIterator<Item = ValType> + '_ {
        self.inner.params.iter().cloned()
    }

    /// The `i`-th result.
    pub fn result(&self, i: usize) -> Option<ValType> {
        self.inner.results.get(i).cloned()
    }

    /// The results.
    pub fn results(&self) -> impl ExactSizeIterator<Item = ValType> + '_ {
        self.inner.results.iter().cloned()
    }

    /// Is every function of this type one of `other`?
    ///
    /// # Panics
    ///
    /// If the types belong to different engines.
    pub fn matches(&self, other: &FuncType) -> bool {
        assert!(
            self.comes_from_same_engine(&other.engine),
            "type used with wrong engine"
        );
        if Arc::ptr_eq(&self.inner, &other.inner) {
            return true;
        }
        if self.inner.sig.is_some() || other.inner.sig.is_some() {
            return self.inner.sig == other.inner.sig;
        }
        let equal = |a: &[ValType], b: &[ValType]| {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| ValType::eq(a, b))
        };
        equal(&self.inner.params, &other.inner.params)
            && equal(&self.inner.results, &other.inner.results)
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
        a.matches(b)
    }

    pub(crate) fn comes_from_same_engine(&self, engine: &Engine) -> bool {
        Engine::same(&self.engine, engine)
    }

    /// The signature of the type, if it can be executed.
    pub(crate) fn sig(&self) -> Option<SigRef> {
        self.inner.sig
    }

    /// The type of a signature of `engine`.
    pub(crate) fn raise(engine: &Engine, sig: SigRef) -> FuncType {
        let raise = |types: &[rt::ValType]| types.iter().map(|&ty| ValType::raise(ty)).collect();
        let (params, results) = (raise(&sig.ty().params), raise(&sig.ty().results));
        let inner = Inner {
            params,
            results,
            sig: Some(sig),
        };
        FuncType {
            engine: engine.clone(),
            inner: Arc::new(inner),
        }
    }

    /// Prints the type as one that a reference refers to: by its number.
    pub(super) fn fmt_as_heap_type(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.inner.sig {
            Some(sig) => write!(f, "(concrete func VMSharedTypeIndex({}))", sig.id.0),
            None => write!(f, "(concrete func {self})"),
        }
    }
}

impl fmt::Display for FuncType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(type (func")?;
        for (name, types) in [
            ("param", &self.inner.params),
            ("result", &self.inner.results),
        ] {
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
        self.inner.params.hash(state);
        self.inner.results.hash(state);
    }
}

//! Types, bounds and paths as text that compiles in a crate that imports everything.

use crate::surface::{At, Surface};
use rustdoc_types::{
    AssocItemConstraint, AssocItemConstraintKind, FunctionPointer, GenericArg, GenericArgs,
    GenericBound, GenericParamDef, GenericParamDefKind, Generics, Path, PolyTrait, Term,
    TraitBoundModifier, Type, WherePredicate,
};

/// Text, or the path of what users cannot name.
pub(crate) type Text = Result<String, String>;

/// Writes what one item says.
pub(crate) struct Writer<'s> {
    pub(crate) surface: &'s Surface,
    pub(crate) krate: usize,
    /// What `Self` is.
    pub(crate) this: String,
    /// What a lifetime is that is not written.
    pub(crate) elided: Elided,
    /// Is this of a result, whose `impl Trait` stays as it is?
    pub(crate) result: bool,
    /// Parameters for `impl Trait` among arguments, and for lifetimes in there.
    pub(crate) parameters: Vec<String>,
}

#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Elided {
    /// It is left out here, too.
    Here,
    /// It is this one.
    Is(&'static str),
    /// It is a parameter of its own.
    Parameter,
}

impl<'s> Writer<'s> {
    pub(crate) fn new(surface: &'s Surface, krate: usize, this: &str) -> Writer<'s> {
        Writer {
            surface,
            krate,
            this: this.to_string(),
            elided: Elided::Here,
            result: false,
            parameters: Vec::new(),
        }
    }

    pub(crate) fn ty(&mut self, ty: &Type) -> Text {
        Ok(match ty {
            Type::ResolvedPath(path) => self.path(path)?,
            Type::DynTrait(dynamic) => {
                let mut bounds = Vec::new();
                for bound in &dynamic.traits {
                    bounds.push(self.poly_trait(bound)?);
                }
                bounds.extend(dynamic.lifetime.clone());
                let bounds = bounds.join(" + ");
                format!("dyn {bounds}")
            }
            Type::Generic(name) if name == "Self" => self.this.clone(),
            Type::Generic(name) => name.clone(),
            Type::Primitive(name) if name == "never" => "!".to_string(),
            Type::Primitive(name) => name.clone(),
            Type::FunctionPointer(pointer) => self.function_pointer(pointer)?,
            Type::Tuple(types) => self.tuple(types)?,
            Type::Slice(ty) => format!("[{}]", self.ty(ty)?),
            Type::Array { type_, len } => format!("[{}; {len}]", self.ty(type_)?),
            Type::ImplTrait(bounds) if self.result => format!("impl {}", self.bounds(bounds)?),
            Type::ImplTrait(bounds) => {
                let elided = std::mem::replace(&mut self.elided, Elided::Parameter);
                let bounds = self.bounds(bounds);
                self.elided = elided;
                let name = format!("A{}", self.parameters.len());
                self.parameters.push(format!("{name}: {}", bounds?));
                name
            }
            Type::RawPointer { is_mutable, type_ } => {
                let kind = if *is_mutable { "mut" } else { "const" };
                format!("*{kind} {}", self.pointee(type_)?)
            }
            Type::BorrowedRef {
                lifetime,
                is_mutable,
                type_,
            } => {
                let lifetime = match lifetime {
                    Some(lifetime) => self.lifetime(lifetime),
                    None => self.elided_lifetime().unwrap_or_default(),
                };
                let mutable = if *is_mutable { "mut " } else { "" };
                format!("&{lifetime} {mutable}{}", self.pointee(type_)?)
            }
            Type::QualifiedPath {
                name,
                self_type,
                trait_,
                ..
            } => {
                let this = self.ty(self_type)?;
                match trait_ {
                    Some(trait_) => format!("<{this} as {}>::{name}", self.path(trait_)?),
                    None => format!("{this}::{name}"),
                }
            }
            other => return Err(format!("a type without a text: {other:?}")),
        })
    }

    fn pointee(&mut self, ty: &Type) -> Text {
        let text = self.ty(ty)?;
        Ok(match ty {
            Type::DynTrait(_) => format!("({text})"),
            _ => text,
        })
    }

    pub(crate) fn types(&mut self, types: &[Type]) -> Result<Vec<String>, String> {
        types.iter().map(|ty| self.ty(ty)).collect()
    }

    fn tuple(&mut self, types: &[Type]) -> Text {
        let comma = if types.len() == 1 { "," } else { "" };
        Ok(format!("({}{comma})", self.types(types)?.join(", ")))
    }

    fn elided_lifetime(&mut self) -> Option<String> {
        match self.elided {
            Elided::Here => None,
            Elided::Is(name) => Some(name.to_string()),
            Elided::Parameter => {
                let name = format!("'p{}", self.parameters.len());
                self.parameters.push(name.clone());
                Some(name)
            }
        }
    }

    fn lifetime(&mut self, name: &str) -> String {
        match name {
            "'_" => self.elided_lifetime().unwrap_or_else(|| "'_".to_string()),
            name => name.to_string(),
        }
    }

    pub(crate) fn path(&mut self, path: &Path) -> Text {
        let at = At {
            krate: self.krate,
            id: path.id,
        };
        let name = self.surface.name(at)?;
        let args = self.arguments(path.args.as_deref())?;
        Ok(format!("{name}{args}"))
    }

    fn arguments(&mut self, args: Option<&GenericArgs>) -> Text {
        match args {
            None => Ok(String::new()),
            Some(GenericArgs::AngleBracketed { args, constraints }) => {
                let mut list = Vec::new();
                for arg in args {
                    list.push(match arg {
                        GenericArg::Lifetime(name) => self.lifetime(name),
                        GenericArg::Type(ty) => self.ty(ty)?,
                        GenericArg::Const(value) => value.expr.clone(),
                        GenericArg::Infer => "_".to_string(),
                    });
                }
                for constraint in constraints {
                    list.push(self.constraint(constraint)?);
                }
                if list.is_empty() {
                    return Ok(String::new());
                }
                Ok(format!("<{}>", list.join(", ")))
            }
            Some(GenericArgs::Parenthesized { inputs, output }) => {
                let elided = std::mem::replace(&mut self.elided, Elided::Here);
                let text = self.signature(inputs, output.as_ref());
                self.elided = elided;
                text
            }
            Some(GenericArgs::ReturnTypeNotation) => Err("a return type".to_string()),
        }
    }

    fn signature(&mut self, inputs: &[Type], output: Option<&Type>) -> Text {
        let inputs = self.types(inputs)?.join(", ");
        Ok(match output {
            None => format!("({inputs})"),
            Some(output) => format!("({inputs}) -> {}", self.ty(output)?),
        })
    }

    fn constraint(&mut self, constraint: &AssocItemConstraint) -> Text {
        let name = &constraint.name;
        Ok(match &constraint.binding {
            AssocItemConstraintKind::Equality(Term::Type(ty)) => {
                format!("{name} = {}", self.ty(ty)?)
            }
            AssocItemConstraintKind::Equality(Term::Constant(value)) => {
                format!("{name} = {}", value.expr)
            }
            AssocItemConstraintKind::Constraint(bounds) => {
                format!("{name}: {}", self.bounds(bounds)?)
            }
        })
    }

    fn function_pointer(&mut self, pointer: &FunctionPointer) -> Text {
        let elided = std::mem::replace(&mut self.elided, Elided::Here);
        let inputs: Vec<Type> = pointer
            .sig
            .inputs
            .iter()
            .map(|(_, ty)| ty.clone())
            .collect();
        let text = self.signature(&inputs, pointer.sig.output.as_ref());
        self.elided = elided;
        let kind = if pointer.header.is_unsafe {
            "unsafe "
        } else {
            ""
        };
        let binder = binder(&pointer.generic_params);
        Ok(format!("{binder}{kind}fn{}", text?))
    }

    pub(crate) fn bounds(&mut self, bounds: &[GenericBound]) -> Text {
        let mut list = Vec::new();
        for bound in bounds {
            match bound {
                GenericBound::TraitBound {
                    trait_,
                    generic_params,
                    modifier,
                } => {
                    let maybe = match modifier {
                        TraitBoundModifier::Maybe => "?",
                        _ => "",
                    };
                    let binder = binder(generic_params);
                    list.push(format!("{maybe}{binder}{}", self.path(trait_)?));
                }
                GenericBound::Outlives(lifetime) => list.push(self.lifetime(lifetime)),
                GenericBound::Use(_) => {}
            }
        }
        Ok(list.join(" + "))
    }

    fn poly_trait(&mut self, bound: &PolyTrait) -> Text {
        let binder = binder(&bound.generic_params);
        Ok(format!("{binder}{}", self.path(&bound.trait_)?))
    }

    /// Parameters with their bounds, lifetimes first, and the predicates.
    pub(crate) fn generics(
        &mut self,
        generics: &Generics,
    ) -> Result<(Vec<String>, Vec<String>), String> {
        let mut params = Vec::new();
        for param in &generics.params {
            let name = &param.name;
            match &param.kind {
                GenericParamDefKind::Lifetime { outlives } if outlives.is_empty() => {
                    params.push(name.clone());
                }
                GenericParamDefKind::Lifetime { outlives } => {
                    params.push(format!("{name}: {}", outlives.join(" + ")));
                }
                // This is `impl Trait`, which is among the arguments, too.
                GenericParamDefKind::Type {
                    is_synthetic: true, ..
                } => {}
                GenericParamDefKind::Type { bounds, .. } if bounds.is_empty() => {
                    params.push(name.clone());
                }
                GenericParamDefKind::Type { bounds, .. } => {
                    params.push(format!("{name}: {}", self.bounds(bounds)?));
                }
                GenericParamDefKind::Const { type_, .. } => {
                    params.push(format!("const {name}: {}", self.ty(type_)?));
                }
            }
        }
        let mut predicates = Vec::new();
        for predicate in &generics.where_predicates {
            match predicate {
                WherePredicate::BoundPredicate {
                    type_,
                    bounds,
                    generic_params,
                } => {
                    let binder = binder(generic_params);
                    let (ty, bounds) = (self.ty(type_)?, self.bounds(bounds)?);
                    predicates.push(format!("{binder}{ty}: {bounds}"));
                }
                WherePredicate::LifetimePredicate { lifetime, outlives } => {
                    predicates.push(format!("{lifetime}: {}", outlives.join(" + ")));
                }
                WherePredicate::EqPredicate { .. } => return Err("an equation".to_string()),
            }
        }
        Ok((params, predicates))
    }
}

fn binder(params: &[GenericParamDef]) -> String {
    if params.is_empty() {
        return String::new();
    }
    let names: Vec<&str> = params.iter().map(|param| param.name.as_str()).collect();
    format!("for<{}> ", names.join(", "))
}

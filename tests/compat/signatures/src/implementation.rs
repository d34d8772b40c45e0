//! Implementations: methods of types, and the traits that they have.

use crate::function::Place;
use crate::pins::{Pins, lower, place, writer};
use crate::surface::{At, Found, Surface, hidden};
use crate::text::{Elided, Writer};
use rustdoc_types::{
    GenericArg, GenericArgs, GenericBound, GenericParamDefKind, Id, Impl, Item, ItemEnum, Path,
    Type, Visibility,
};

/// Traits that no program names, or that say nothing about how a type is used.
const NO_TRAITS: &[&str] = &[
    "std::marker::StructuralPartialEq",
    "std::marker::Freeze",
    "std::marker::UnsafeUnpin",
    "std::ops::Drop",
];

impl Pins {
    pub(crate) fn impls(&mut self, surface: &Surface, found: &Found, impls: &[Id]) {
        for &id in impls {
            let at = At { id, ..found.at };
            let Some(item) = surface.get(at) else {
                continue;
            };
            let ItemEnum::Impl(inner) = &item.inner else {
                unreachable!("these are implementations");
            };
            if hidden(item) {
                continue;
            }
            if let (Some(_), Some(trait_)) = (&inner.blanket_impl, &inner.trait_) {
                self.blanket(surface, found, trait_);
                continue;
            }
            let result = match &inner.trait_ {
                Some(_) => self.implements(surface, at, inner),
                None => self.methods(surface, found, at, inner),
            };
            if let Err(reason) = result {
                let trait_ = inner.trait_.as_ref().map_or("", |trait_| &trait_.path);
                self.left
                    .push((format!("{}: {trait_}", found.path), reason));
            }
        }
    }

    /// A trait of wasmtime that all types have that can; whether this one can, is private.
    fn blanket(&mut self, surface: &Surface, found: &Found, trait_: &Path) {
        let own = surface.resolve(found.at.krate, trait_.id).is_some();
        let plain = match &surface.item(found.at).inner {
            ItemEnum::Struct(inner) => inner.generics.params.is_empty(),
            ItemEnum::Enum(inner) => inner.generics.params.is_empty(),
            _ => false,
        };
        if let (true, None, Ok(name)) = (
            own && plain,
            &trait_.args,
            writer(surface, found.at, "").path(trait_),
        ) {
            let key = (false, String::new(), String::new(), found.path.clone());
            self.traits.entry(key).or_default().push(name);
        }
    }

    fn methods(
        &mut self,
        surface: &Surface,
        found: &Found,
        at: At,
        inner: &Impl,
    ) -> Result<(), String> {
        let mut writer = writer(surface, at, "");
        writer.elided = Elided::Parameter;
        let this = writer.ty(&inner.for_)?;
        writer.this = this.clone();
        let (mut params, mut predicates) = writer.generics(&inner.generics)?;
        params.splice(0..0, writer.parameters);
        predicates.extend(implied(surface, at.krate, inner)?);
        let place = Place {
            this: &this,
            params: &params,
            predicates: &predicates,
            ..place(surface, at, "")
        };
        for (_, item) in surface.visible(at.krate, &inner.items) {
            if item.visibility != Visibility::Public {
                continue;
            }
            let name = item.name.as_deref().expect("members have names");
            let (path, shown) = (
                format!("<{this}>::{name}"),
                format!("{}::{name}", found.path),
            );
            match &item.inner {
                ItemEnum::Function(function) => self.function(place, &path, &shown, function),
                ItemEnum::AssocConst { type_, .. } => {
                    let mut writer = Writer::new(surface, at.krate, &this);
                    let ty = writer.ty(type_)?;
                    let (params, bounds) = (params.join(", "), predicates.join(", "));
                    self.functions.push(format!(
                        "fn {}<{params}>() where {bounds} {{ let _: {ty} = {path}; }}",
                        lower(&shown)
                    ));
                    self.members += 1;
                }
                other => self.left.push((shown, format!("{:?}", other.item_kind()))),
            }
        }
        Ok(())
    }

    pub(crate) fn implements(
        &mut self,
        surface: &Surface,
        at: At,
        inner: &Impl,
    ) -> Result<(), String> {
        let trait_ = inner.trait_.as_ref().expect("of a trait");
        let mut writer = writer(surface, at, "");
        writer.elided = Elided::Parameter;
        let this = writer.ty(&inner.for_)?;
        writer.this = this.clone();
        let mut name = writer.path(trait_)?;
        // That something is not safe to unwind through, or cannot move, is no promise.
        let promised = matches!(name.as_str(), "Send" | "Sync");
        if NO_TRAITS.contains(&name.as_str()) || inner.is_negative && !promised {
            return Ok(());
        }
        let mut equalities = Vec::new();
        for (_, item) in surface.visible(at.krate, &inner.items) {
            if let ItemEnum::AssocType {
                type_: Some(ty),
                generics,
                ..
            } = &item.inner
                && generics.params.is_empty()
                && is_member(surface, at.krate, trait_.id, item)
            {
                let associated = item.name.as_deref().expect("members have names");
                equalities.push(format!("{associated} = {}", writer.ty(ty)?));
            }
        }
        if !equalities.is_empty() {
            let equalities = equalities.join(", ");
            name = match name.strip_suffix('>') {
                Some(open) => format!("{open}, {equalities}>"),
                None => format!("{name}<{equalities}>"),
            };
        }
        let (mut params, mut predicates) = writer.generics(&inner.generics)?;
        params.splice(0..0, writer.parameters);
        predicates.extend(implied(surface, at.krate, inner)?);
        let key = (
            inner.is_negative,
            params.join(", "),
            predicates.join(", "),
            this,
        );
        self.traits.entry(key).or_default().push(name);
        Ok(())
    }
}

/// Do users see this member of the trait?
fn is_member(surface: &Surface, krate: usize, trait_: Id, member: &Item) -> bool {
    let Some(at) = surface.resolve(krate, trait_) else {
        return true;
    };
    let ItemEnum::Trait(inner) = &surface.item(at).inner else {
        unreachable!("this is a trait");
    };
    let mut members = surface.visible(at.krate, &inner.items);
    members.any(|(_, item)| item.name == member.name)
}

/// What holds of the parameters of an implementation because its type exists: they outlive
/// what the type says.
fn implied(surface: &Surface, krate: usize, inner: &Impl) -> Result<Vec<String>, String> {
    let (ty, synthetic) = (&inner.for_, inner.is_synthetic);
    let mut implied = Vec::new();
    let Type::ResolvedPath(path) = ty else {
        return Ok(implied);
    };
    let Some(at) = surface.resolve(krate, path.id) else {
        return Ok(implied);
    };
    let generics = match &surface.item(at).inner {
        ItemEnum::Struct(inner) => &inner.generics,
        ItemEnum::Enum(inner) => &inner.generics,
        _ => return Ok(implied),
    };
    // These have the names of the type's own parameters.
    if synthetic {
        let (params, predicates) = writer(surface, at, "").generics(generics)?;
        let bounded = params.into_iter().filter(|param| param.contains(':'));
        return Ok(bounded.chain(predicates).collect());
    }
    let Some(GenericArgs::AngleBracketed { args, .. }) = path.args.as_deref() else {
        return Ok(implied);
    };
    for (arg, param) in args.iter().zip(&generics.params) {
        if let GenericArg::Type(Type::Generic(name)) = arg
            && let GenericParamDefKind::Type { bounds, .. } = &param.kind
        {
            for bound in bounds {
                if let GenericBound::Outlives(lifetime) = bound {
                    implied.push(format!("{name}: {lifetime}"));
                }
            }
        }
    }
    Ok(implied)
}

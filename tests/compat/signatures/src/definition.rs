//! Definitions of traits: what their methods are, what they ask of those who have them, whether
//! there are objects of them, and what it takes to implement them.

use crate::function::Place;
use crate::function::{member, name};
use crate::pins::{Pins, lower, place, writer};
use crate::surface::{At, Found, Surface, hidden};
use rustdoc_types::{GenericBound, ItemEnum, Trait};

impl Pins {
    pub(crate) fn trait_(
        &mut self,
        surface: &Surface,
        found: &Found,
        inner: &Trait,
    ) -> Result<(), String> {
        let mut writer = writer(surface, found.at, "This");
        let (params, predicates) = writer.generics(&inner.generics)?;
        let args: Vec<&str> = params.iter().map(|param| name(param)).collect();
        let path = match args[..] {
            [] => found.path.clone(),
            _ => format!("{}<{}>", found.path, args.join(", ")),
        };
        let mut generics = params.clone();
        generics.push(format!("This: {path}"));
        let place = Place {
            this: "This",
            params: &generics,
            predicates: &predicates,
            ..place(surface, found.at, "")
        };
        // What it takes to implement it; nothing if users cannot.
        let mut open = true;
        let mut required = Vec::new();
        let mut fixed = Vec::new();
        for &id in &inner.items {
            let Some(item) = surface.get(At { id, ..found.at }) else {
                open = false;
                continue;
            };
            let name = item.name.as_deref().expect("members have names");
            let shown = format!("{}::{name}", found.path);
            match &item.inner {
                ItemEnum::Function(function) if hidden(item) => open &= function.has_body,
                ItemEnum::Function(function) => {
                    let path = format!("<This as {path}>::{name}");
                    self.function(place, &path, &shown, function);
                    if !function.has_body {
                        match member(place, name, function) {
                            Ok(member) => required.push(member),
                            Err(reason) => {
                                self.left.push((format!("implementing {shown}"), reason))
                            }
                        }
                    }
                }
                ItemEnum::AssocType { bounds, .. } if !hidden(item) => {
                    let bounds = writer.bounds(bounds)?;
                    let (params, predicates) = (generics.join(", "), predicates.join(", "));
                    let ty = format!("<This as {path}>::{name}");
                    if !bounds.is_empty() {
                        let key = (false, params, predicates, ty);
                        self.traits.entry(key).or_default().push(bounds);
                    }
                    required.push(format!("type {name} = ();"));
                    fixed.push(format!("{name} = ()"));
                    self.members += 1;
                }
                _ => open = false,
            }
        }
        // Supertraits but for these may have members of their own.
        let mut alone = true;
        let mut supers = Vec::new();
        for bound in &inner.bounds {
            match writer.bounds(std::slice::from_ref(bound)) {
                Ok(bound) if !bound.starts_with('?') => supers.push(bound),
                Ok(_) => {}
                // A supertrait that users cannot name seals the trait.
                Err(_) => open = false,
            }
            alone &= !matches!(bound, GenericBound::TraitBound { trait_, .. }
                if !trait_.path.ends_with("Send") && !trait_.path.ends_with("Sync"));
        }
        open &= alone;
        if !supers.is_empty() {
            let key = (
                false,
                [&params[..], &[format!("This: {path}")]]
                    .concat()
                    .join(", "),
                predicates.join(", "),
                "This".to_string(),
            );
            self.traits.entry(key).or_default().extend(supers);
        }
        if inner.is_dyn_compatible && alone {
            let all = args.iter().map(|arg| arg.to_string()).chain(fixed);
            let object = match all.collect::<Vec<String>>() {
                all if all.is_empty() => found.path.clone(),
                all => format!("{}<{}>", found.path, all.join(", ")),
            };
            self.functions.push(format!(
                "fn {}_object<{}>(it: Box<dyn {object}>) where {} {{ drop(it); }}",
                lower(&found.path),
                params.join(", "),
                predicates.join(", "),
            ));
        }
        if open {
            let kind = if inner.is_unsafe { "unsafe " } else { "" };
            let argued = if inner.is_unsafe {
                "// SAFETY: nobody makes one.\n"
            } else {
                ""
            };
            let (fields, mine) = match &args[..] {
                [] => (String::new(), "Mine".to_string()),
                args => {
                    let args = args.join(", ");
                    (
                        format!("<{args}>(std::marker::PhantomData<fn() -> ({args},)>)"),
                        format!("Mine<{args}>"),
                    )
                }
            };
            let (params, predicates) = (params.join(", "), predicates.join(", "));
            let required = required.join("\n");
            self.functions.push(format!(
                "const _: () = {{
                struct Mine{fields};
                {argued}{kind}impl<{params}> {path} for {mine} where {predicates} {{ {required} }}
                }};",
            ));
        }
        Ok(())
    }
}

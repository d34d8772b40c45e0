//! Items as Rust that compiles only if they are what they were.

use crate::function::{Pin, Place, pin};
use crate::surface::{At, Found, Surface};
use crate::text::Writer;
use rustdoc_types::{Function, ItemEnum};
use std::collections::BTreeMap;

/// The pins of one item.
#[derive(Default)]
pub(crate) struct Pins {
    /// How many methods, variants and fields are pinned.
    pub(crate) members: usize,
    /// What cannot be written, with the reason.
    pub(crate) left: Vec<(String, String)>,
    pub(crate) statements: Vec<String>,
    pub(crate) functions: Vec<String>,
    /// Implemented traits by parameters, predicates and type; the flag is for those that are not.
    pub(crate) traits: BTreeMap<(bool, String, String, String), Vec<String>>,
}

impl Pins {
    pub(crate) fn new(surface: &Surface, found: &Found) -> Pins {
        let mut pins = Pins::default();
        let item = surface.item(found.at);
        let path = found.path.as_str();
        let result = match &item.inner {
            ItemEnum::Struct(inner) => {
                let impls = &inner.impls;
                pins.shape_of_struct(surface, found, item, &inner.kind)
                    .map(|()| pins.impls(surface, found, impls))
            }
            ItemEnum::Union(inner) => {
                pins.impls(surface, found, &inner.impls);
                Ok(())
            }
            ItemEnum::Enum(inner) => pins
                .variants(surface, found, item, &inner.variants)
                .map(|()| pins.impls(surface, found, &inner.impls)),
            ItemEnum::Trait(inner) => pins.trait_(surface, found, inner),
            ItemEnum::Function(function) => {
                pins.function(place(surface, found.at, ""), path, path, function);
                Ok(())
            }
            ItemEnum::Constant { type_, .. } => writer(surface, found.at, "").ty(type_).map(|ty| {
                pins.statements.push(format!("let _: {ty} = {path};"));
            }),
            ItemEnum::TypeAlias(alias) => pins.alias(surface, found, alias),
            ItemEnum::Macro(_) => {
                pins.functions
                    .push(format!("use wasm_interp_jit::{path} as _;"));
                Ok(())
            }
            other => Err(format!("{:?}", other.item_kind())),
        };
        if let Err(reason) = result {
            pins.left.push((path.to_string(), reason));
        }
        pins
    }

    /// How many implementations of traits are pinned.
    pub(crate) fn traits(&self) -> usize {
        self.traits.values().map(Vec::len).sum()
    }

    /// All of it, as Rust.
    pub(crate) fn text(&self, path: &str) -> String {
        let mut text = format!("\n// `{path}`\n\n");
        if !self.statements.is_empty() {
            let statements = self.statements.join("\n");
            text += &format!("fn {}_signatures() {{ {statements} }}\n\n", lower(path));
        }
        for function in &self.functions {
            text += &format!("{function}\n\n");
        }
        for ((lacks, params, predicates, ty), traits) in &self.traits {
            let mut traits = traits.clone();
            traits.sort();
            traits.dedup();
            if *lacks {
                for name in traits {
                    text += &format!("lacks!([{params}] [{predicates}] {ty}: {name});\n");
                }
            } else {
                let traits = traits.join(" + ");
                text += &format!("implements!([{params}] [{predicates}] {ty}: {traits});\n");
            }
        }
        text
    }

    pub(crate) fn function(
        &mut self,
        place: Place<'_>,
        path: &str,
        shown: &str,
        function: &Function,
    ) {
        match pin(place, path, &lower(shown), function) {
            Ok(Pin::Statement(statement)) => self.statements.push(statement),
            Ok(Pin::Function(function)) => self.functions.push(function),
            Err(reason) => return self.left.push((shown.to_string(), reason)),
        }
        self.members += 1;
    }
}

pub(crate) fn writer<'s>(surface: &'s Surface, at: At, this: &str) -> Writer<'s> {
    Writer::new(surface, at.krate, this)
}

pub(crate) fn place<'s>(surface: &'s Surface, at: At, this: &'s str) -> Place<'s> {
    Place {
        surface,
        krate: at.krate,
        this,
        params: &[],
        predicates: &[],
    }
}

/// A name for a function, of a path.
pub(crate) fn lower(path: &str) -> String {
    let mut name = String::new();
    let mut before = '_';
    for c in path.replace("::", "_").chars() {
        if c.is_uppercase() && before.is_lowercase() {
            name.push('_');
        }
        name.extend(c.to_lowercase());
        before = c;
    }
    name
}

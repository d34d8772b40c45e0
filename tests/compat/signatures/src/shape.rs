//! What types are made of: fields, variants, and what an alias stands for.

use crate::function::name;
use crate::pins::{Pins, lower, writer};
use crate::surface::{At, Found, Surface, hidden};
use rustdoc_types::{
    Attribute, Id, Item, ItemEnum, StructKind, TypeAlias, VariantKind, Visibility,
};

impl Pins {
    pub(crate) fn shape_of_struct(
        &mut self,
        surface: &Surface,
        found: &Found,
        item: &Item,
        kind: &StructKind,
    ) -> Result<(), String> {
        let path = &found.path;
        match kind {
            StructKind::Unit => self.statements.push(format!("let _: {path} = {path};")),
            StructKind::Tuple(fields) => {
                let fields: Vec<Id> = fields.iter().flatten().copied().collect();
                if fields
                    .iter()
                    .any(|&id| is_public(surface, At { id, ..found.at }))
                {
                    return Err("a tuple with public fields".to_string());
                }
            }
            StructKind::Plain {
                fields,
                has_stripped_fields,
            } => {
                let public = fields.iter().copied();
                let public: Vec<Id> = public
                    .into_iter()
                    .filter(|&id| is_public(surface, At { id, ..found.at }))
                    .collect();
                if public.is_empty() {
                    return Ok(());
                }
                let open = *has_stripped_fields
                    || public.len() < fields.len()
                    || item.attrs.contains(&Attribute::NonExhaustive);
                let (names, types) = self.fields(surface, found, &public)?;
                let rest = if open { ".." } else { "" };
                let mut text = format!("fields!({path} [{rest}]");
                let mut line = text.len();
                for (name, ty) in names.iter().zip(&types) {
                    let field = format!(" {name}: {ty},");
                    line += field.len();
                    if line > 99 {
                        text += "\n   ";
                        line = field.len() + 3;
                    }
                    text += &field;
                }
                self.functions.push(text + ");");
            }
        }
        Ok(())
    }

    /// Names of fields, and types of references to them.
    fn fields(
        &mut self,
        surface: &Surface,
        found: &Found,
        fields: &[Id],
    ) -> Result<(Vec<String>, Vec<String>), String> {
        let (mut names, mut types) = (Vec::new(), Vec::new());
        for &id in fields {
            let item = surface.item(At { id, ..found.at });
            let ItemEnum::StructField(ty) = &item.inner else {
                unreachable!("these are fields");
            };
            let name = item.name.clone().expect("fields have names");
            types.push(format!("&{}", writer(surface, found.at, "").ty(ty)?));
            self.members += 1;
            names.push(name);
        }
        Ok((names, types))
    }

    pub(crate) fn variants(
        &mut self,
        surface: &Surface,
        found: &Found,
        item: &Item,
        variants: &[Id],
    ) -> Result<(), String> {
        let ItemEnum::Enum(inner) = &item.inner else {
            unreachable!("it has variants");
        };
        let path = &found.path;
        let (params, predicates) = writer(surface, found.at, "").generics(&inner.generics)?;
        let args: Vec<&str> = params.iter().map(|param| name(param)).collect();
        let args = match args[..] {
            [] => String::new(),
            _ => format!("<{}>", args.join(", ")),
        };
        let mut arms = Vec::new();
        let mut visible = 0;
        for (at, item) in surface.visible(found.at.krate, variants) {
            visible += 1;
            let ItemEnum::Variant(variant) = &item.inner else {
                unreachable!("these are variants");
            };
            let variant_path = format!("{path}::{}", item.name.as_deref().expect("it has a name"));
            self.members += 1;
            arms.push(match &variant.kind {
                VariantKind::Plain => format!("{variant_path} => {{}}"),
                VariantKind::Tuple(fields) => {
                    let fields: Vec<Id> = fields.iter().flatten().copied().collect();
                    let mut types = Vec::new();
                    for id in &fields {
                        let ItemEnum::StructField(ty) = &surface.item(At { id: *id, ..at }).inner
                        else {
                            unreachable!("these are fields");
                        };
                        types.push(format!("&{}", writer(surface, at, "").ty(ty)?));
                    }
                    let names: Vec<String> = (0..types.len()).map(|i| format!("a{i}")).collect();
                    let (names, types) = (names.join(", "), types.join(", "));
                    format!("{variant_path}({names}) => {{ let _: ({types},) = ({names},); }}")
                }
                VariantKind::Struct { fields, .. } => {
                    let (names, types) = self.fields(surface, found, fields)?;
                    let (names, types) = (names.join(", "), types.join(", "));
                    format!("{variant_path} {{ {names} }} => {{ let _: ({types},) = ({names},); }}")
                }
            });
        }
        let open = item.attrs.contains(&Attribute::NonExhaustive) || visible < variants.len();
        if open {
            arms.push("_ => {}".to_string());
        }
        let (arms, predicates) = (arms.join("\n"), predicates.join(", "));
        self.functions.push(format!(
            "fn {}_variants<{}>(it: &{path}{args}) where {predicates} {{ match it {{ {arms} }} }}",
            lower(path),
            params.join(", "),
        ));
        Ok(())
    }

    pub(crate) fn alias(
        &mut self,
        surface: &Surface,
        found: &Found,
        alias: &TypeAlias,
    ) -> Result<(), String> {
        let path = &found.path;
        let mut writer = writer(surface, found.at, "");
        let (params, _) = writer.generics(&alias.generics)?;
        let names: Vec<&str> = params.iter().map(|param| name(param)).collect();
        let (names, ty) = (names.join(", "), writer.ty(&alias.type_)?);
        self.functions.push(format!(
            "fn {}<{}>(it: {path}<{names}>) -> {ty} {{ it }}",
            lower(path),
            params.join(", "),
        ));
        Ok(())
    }
}

fn is_public(surface: &Surface, at: At) -> bool {
    surface
        .get(at)
        .is_some_and(|item| item.visibility == Visibility::Public && !hidden(item))
}

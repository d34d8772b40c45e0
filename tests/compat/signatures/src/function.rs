//! Functions and methods: as pointers of their types, or, where the result has no name, as
//! functions of the same signature that call them.

use crate::surface::Surface;
use crate::text::{Elided, Writer};
use rustdoc_types::{Function, Type};

/// What is known where a function is declared.
#[derive(Clone, Copy)]
pub(crate) struct Place<'s> {
    pub(crate) surface: &'s Surface,
    pub(crate) krate: usize,
    /// What `Self` is there.
    pub(crate) this: &'s str,
    /// Parameters and predicates of the implementation.
    pub(crate) params: &'s [String],
    pub(crate) predicates: &'s [String],
}

/// A pinned signature.
pub(crate) enum Pin {
    /// A statement.
    Statement(String),
    /// A function of its own, with its parameters.
    Function(String),
}

/// Pins the function that users call as `path`; `name` is free for a function that does it.
pub(crate) fn pin(
    place: Place<'_>,
    path: &str,
    name: &str,
    function: &Function,
) -> Result<Pin, String> {
    let mut signature = Signature::new(place, function)?;
    let header = &function.header;
    let params = signature.params.iter();
    let (late, early): (Vec<String>, Vec<String>) =
        params.cloned().partition(|param| signature.is_late(param));
    // What outlives what follows from the arguments of a function, but from no pointer's type.
    let outlives = place.this == "This" && early.iter().any(|param| param.starts_with('\''));
    if header.is_async || header.is_const || signature.output.contains("impl ") || outlives {
        if header.is_unsafe {
            return Err("unsafe, and its result has no name".to_string());
        }
        return Ok(Pin::Function(signature.call(path, name, function, place)));
    }
    let kind = if header.is_unsafe { "unsafe " } else { "" };
    let binder = if late.is_empty() {
        String::new()
    } else {
        format!("for<{}> ", late.join(", "))
    };
    let inputs = signature.inputs.join(", ");
    let output = &signature.output;
    let explicit = signature.explicit();
    let statement = format!("let _: {binder}{kind}fn({inputs}){output} = {path}{explicit};");
    if early.is_empty() && place.params.is_empty() && signature.anonymous.is_empty() {
        return Ok(Pin::Statement(statement));
    }
    signature.params = early;
    let (generics, predicates) = signature.generics(place);
    Ok(Pin::Function(format!(
        "fn {name}{generics}() {predicates} {{ {statement} }}"
    )))
}

/// A function's signature as text.
struct Signature {
    params: Vec<String>,
    predicates: Vec<String>,
    /// Parameters that stand for `impl Trait`.
    anonymous: Vec<String>,
    inputs: Vec<String>,
    output: String,
}

impl Signature {
    fn new(place: Place<'_>, function: &Function) -> Result<Signature, String> {
        let mut writer = Writer::new(place.surface, place.krate, place.this);
        let (mut params, predicates) = writer.generics(&function.generics)?;
        // What a result borrows if it does not say it: what the method is called on.
        let inputs = &function.sig.inputs;
        let borrows = inputs.first().is_some_and(|(name, ty)| {
            name == "self" && matches!(ty, Type::BorrowedRef { lifetime: None, .. })
        });
        if borrows {
            writer.elided = Elided::Is("'this");
        }
        writer.result = true;
        let output = match &function.sig.output {
            None => String::new(),
            Some(output) => format!(" -> {}", writer.ty(output)?),
        };
        writer.result = false;
        let named = output.contains("'this");
        let mut texts = Vec::new();
        for (i, (_, ty)) in inputs.iter().enumerate() {
            writer.elided = match (i, named) {
                (0, true) => Elided::Is("'this"),
                _ => Elided::Here,
            };
            texts.push(writer.ty(ty)?);
        }
        if named {
            params.insert(0, "'this".to_string());
        }
        Ok(Signature {
            params,
            predicates,
            anonymous: writer.parameters,
            inputs: texts,
            output,
        })
    }

    /// Is this a lifetime that callers choose anew at each call?
    fn is_late(&self, param: &str) -> bool {
        let bounded = self.params.iter().filter(|other| *other != param);
        let bounded = bounded.chain(&self.predicates).chain(&self.anonymous);
        param.starts_with('\'')
            && !param.contains(':')
            && !bounded.into_iter().any(|other| other.contains(param))
    }

    /// What callers can write behind the name, if they can.
    fn explicit(&self) -> String {
        let names: Vec<&str> = self
            .params
            .iter()
            .filter(|param| !param.starts_with('\''))
            .map(|param| name(param))
            .collect();
        if names.is_empty() || !self.anonymous.is_empty() {
            return String::new();
        }
        format!("::<{}>", names.join(", "))
    }

    fn generics(&self, place: Place<'_>) -> (String, String) {
        let params = place.params.iter().chain(&self.params);
        let params: Vec<&String> = params.chain(&self.anonymous).collect();
        let (lifetimes, types): (Vec<&String>, Vec<&String>) = params
            .into_iter()
            .partition(|param| param.starts_with('\''));
        let params: Vec<&str> = lifetimes
            .into_iter()
            .chain(types)
            .map(|s| s.as_str())
            .collect();
        let predicates = place.predicates.iter().chain(&self.predicates);
        let predicates: Vec<&str> = predicates.map(|s| s.as_str()).collect();
        let list = |open: &str, list: Vec<&str>, close: &str| match list[..] {
            [] => String::new(),
            _ => format!("{open}{}{close}", list.join(", ")),
        };
        (list("<", params, ">"), list("where ", predicates, ""))
    }

    /// A function that calls it.
    fn call(&self, path: &str, name: &str, function: &Function, place: Place<'_>) -> String {
        let header = &function.header;
        let mut kind = String::new();
        for (is, word) in [(header.is_const, "const "), (header.is_async, "async ")] {
            if is {
                kind += word;
            }
        }
        let (generics, predicates) = self.generics(place);
        let inputs = self.inputs.iter().enumerate();
        let inputs: Vec<String> = inputs.map(|(i, ty)| format!("a{i}: {ty}")).collect();
        let args: Vec<String> = (0..inputs.len()).map(|i| format!("a{i}")).collect();
        let wait = if header.is_async { ".await" } else { "" };
        let (inputs, args) = (inputs.join(", "), args.join(", "));
        let output = &self.output;
        format!(
            "{kind}fn {name}{generics}({inputs}){output} {predicates} {{ {path}({args}){wait} }}"
        )
    }
}

/// The name of a parameter that may have bounds.
pub(crate) fn name(param: &str) -> &str {
    let param = param.strip_prefix("const ").unwrap_or(param);
    param.split(':').next().expect("there is a first").trim()
}

/// The function as a member of an implementation, without anything in it.
pub(crate) fn member(place: Place<'_>, name: &str, function: &Function) -> Result<String, String> {
    let mut writer = Writer::new(place.surface, place.krate, "Self");
    writer.result = true;
    let (params, predicates) = writer.generics(&function.generics)?;
    let mut inputs = Vec::new();
    for (i, (name, ty)) in function.sig.inputs.iter().enumerate() {
        let name = match name.as_str() {
            "self" => name.clone(),
            _ => format!("_a{i}"),
        };
        inputs.push(format!("{name}: {}", writer.ty(ty)?));
    }
    let output = match &function.sig.output {
        None => String::new(),
        Some(output) => format!(" -> {}", writer.ty(output)?),
    };
    let body = match output.contains("impl ") {
        true => "async { unreachable!() }",
        false => "unreachable!()",
    };
    let kind = if function.header.is_unsafe {
        "unsafe "
    } else {
        ""
    };
    let (params, inputs) = (params.join(", "), inputs.join(", "));
    let predicates = predicates.join(", ");
    Ok(format!(
        "{kind}fn {name}<{params}>({inputs}){output} where {predicates} {{ {body} }}"
    ))
}

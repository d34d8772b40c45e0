//! What a crate offers: its public items, by the paths at which users find them.
//!
//! An item of another crate that is exported again is described there only, so several
//! descriptions are read as one. An item is known by where it is defined; users know it by the
//! shortest path that leads to it.

use rustdoc_types::{Attribute, Crate, Id, Item, ItemEnum, Visibility};
use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

/// Descriptions of crates, the first of which is asked for.
pub(crate) struct Surface {
    crates: Vec<Crate>,
    /// Public items in the order of their paths.
    pub(crate) items: Vec<Found>,
    /// Other paths to the same items, and paths of what no description describes.
    pub(crate) aliases: Vec<String>,
    /// Where an item is defined, and where users find it.
    names: HashMap<String, String>,
}

/// A public item.
#[derive(Clone)]
pub(crate) struct Found {
    pub(crate) path: String,
    pub(crate) at: At,
}

/// An item by crate and number.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct At {
    pub(crate) krate: usize,
    pub(crate) id: Id,
}

impl Surface {
    pub(crate) fn new(crates: Vec<Crate>) -> Surface {
        let mut surface = Surface {
            crates,
            items: Vec::new(),
            aliases: Vec::new(),
            names: HashMap::new(),
        };
        let root = At {
            krate: 0,
            id: surface.crates[0].root,
        };
        let mut found = Vec::new();
        surface.walk(root, &[], &mut found, &mut HashSet::new());
        found.sort_by_key(|found: &Found| (found.path.matches("::").count(), found.path.clone()));
        found.dedup_by(|a, b| a.path == b.path);
        for found in found {
            // Macros have no definition with a path; each has one name only.
            let definition = surface.definition(found.at);
            let definition = definition.unwrap_or_else(|| found.path.clone());
            let described = surface.get(found.at).is_some();
            match surface.names.entry(definition) {
                Entry::Occupied(_) => surface.aliases.push(found.path),
                Entry::Vacant(name) => {
                    name.insert(found.path.clone());
                    match described {
                        true => surface.items.push(found),
                        false => surface.aliases.push(found.path),
                    }
                }
            }
        }
        surface
    }

    fn walk(&self, module: At, path: &[&str], found: &mut Vec<Found>, on_way: &mut HashSet<At>) {
        let ItemEnum::Module(inner) = &self.item(module).inner else {
            unreachable!("only modules are walked");
        };
        if !on_way.insert(module) {
            return;
        }
        for &id in &inner.items {
            let at = At { id, ..module };
            let Some(item) = self.get(at) else { continue };
            if hidden(item) || item.visibility != Visibility::Public {
                continue;
            }
            match &item.inner {
                ItemEnum::Use(import) => {
                    let id = import.id.expect("it leads somewhere");
                    let Some(target) = self.resolve(module.krate, id) else {
                        let path = [path, &[import.name.as_str()]].concat().join("::");
                        let at = At { id, ..module };
                        found.push(Found { path, at });
                        continue;
                    };
                    if import.is_glob {
                        self.walk(target, path, found, on_way);
                    } else {
                        self.visit(target, &import.name, path, found, on_way);
                    }
                }
                _ => {
                    let name = item.name.as_deref().expect("items of modules have names");
                    self.visit(at, name, path, found, on_way);
                }
            }
        }
        on_way.remove(&module);
    }

    fn visit(
        &self,
        at: At,
        name: &str,
        path: &[&str],
        found: &mut Vec<Found>,
        on_way: &mut HashSet<At>,
    ) {
        let item = self.item(at);
        if hidden(item) {
            return;
        }
        let path: Vec<&str> = path.iter().copied().chain([name]).collect();
        match item.inner {
            ItemEnum::Module(_) => self.walk(at, &path, found, on_way),
            _ => found.push(Found {
                path: path.join("::"),
                at,
            }),
        }
    }

    /// The item, in the description of the crate that defines it.
    pub(crate) fn resolve(&self, krate: usize, id: Id) -> Option<At> {
        let at = At { krate, id };
        if self.get(at).is_some() {
            return Some(at);
        }
        let definition = self.definition(at)?;
        (0..self.crates.len())
            .filter(|&other| other != krate)
            .find_map(|other| {
                let crate_ = &self.crates[other];
                let (&id, _) = crate_.paths.iter().find(|(id, summary)| {
                    summary.path.join("::") == definition && crate_.index.contains_key(id)
                })?;
                Some(At { krate: other, id })
            })
    }

    fn definition(&self, at: At) -> Option<String> {
        let summary = self.crates[at.krate].paths.get(&at.id)?;
        Some(summary.path.join("::"))
    }

    /// What users write for an item that is defined here or in a crate that all know.
    pub(crate) fn name(&self, at: At) -> Result<String, String> {
        let definition = self
            .definition(at)
            .ok_or_else(|| format!("{:?} is defined nowhere", at.id))?;
        if let Some(name) = self.names.get(&definition) {
            return Ok(name.clone());
        }
        let segments: Vec<&str> = definition.split("::").collect();
        match segments[..] {
            // Modules in between are private, or lead to the same.
            ["core" | "alloc" | "std", module, .., name] => Ok(match (module, name) {
                (_, "Option" | "Box" | "Vec" | "String" | "Send" | "Sync" | "Unpin" | "Sized") => {
                    name.to_string()
                }
                (_, "Fn" | "FnMut" | "FnOnce" | "Clone" | "Copy" | "Default" | "Into" | "From") => {
                    name.to_string()
                }
                _ => format!("std::{module}::{name}"),
            }),
            ["anyhow" | "libc", .., name] => Ok(format!("{}::{name}", segments[0])),
            _ => Err(definition),
        }
    }

    pub(crate) fn item(&self, at: At) -> &Item {
        self.get(at).expect("it was found")
    }

    pub(crate) fn get(&self, at: At) -> Option<&Item> {
        self.crates[at.krate].index.get(&at.id)
    }

    /// The items of these numbers that users see.
    pub(crate) fn visible<'s>(
        &'s self,
        krate: usize,
        ids: &'s [Id],
    ) -> impl Iterator<Item = (At, &'s Item)> {
        ids.iter().filter_map(move |&id| {
            let at = At { krate, id };
            let item = self.get(at)?;
            (!hidden(item)).then_some((at, item))
        })
    }
}

/// Is this for the crate's own use?
pub(crate) fn hidden(item: &Item) -> bool {
    item.attrs.iter().any(
        |attribute| matches!(attribute, Attribute::Other(text) if text.contains("doc(hidden)")),
    )
}

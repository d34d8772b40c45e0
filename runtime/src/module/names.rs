//! The name section, for backtraces and dumps.
//!
//! It is parsed when first asked for and means nothing to execution; if any of it is malformed,
//! there are no names. Text lies in one string, since big modules have a name for each function.

use super::Module;
use crate::FuncIdx;
use std::ops::Range;
use wasmparser::{BinaryReader, BinaryReaderError, Name, NameSectionReader};

/// Names that a module gives to itself and its functions.
#[derive(Debug, Default)]
pub struct Names {
    module: Option<Box<str>>,
    /// Sorted by function, each function once; ranges of `text`.
    funcs: Box<[(FuncIdx, Range<u32>)]>,
    text: Box<str>,
}

impl Names {
    /// The name of the module.
    pub fn module(&self) -> Option<&str> {
        self.module.as_deref()
    }

    /// The name of a function.
    pub fn func(&self, func: FuncIdx) -> Option<&str> {
        let at = self.funcs.binary_search_by_key(&func, |(func, _)| *func);
        let range = &self.funcs[at.ok()?].1;
        Some(&self.text[range.start as usize..range.end as usize])
    }

    /// Parses the section of `module`.
    pub(super) fn parse(module: &Module) -> Names {
        let Some(section) = &module.name_section else {
            return Names::default();
        };
        let Ok(bytes) = module.bytes.get(section.clone()) else {
            return Names::default();
        };
        let reader = BinaryReader::new(bytes, section.start);
        Names::read(NameSectionReader::new(reader)).unwrap_or_default()
    }

    fn read(section: NameSectionReader<'_>) -> Result<Names, BinaryReaderError> {
        let mut module = None;
        let mut funcs = Vec::new();
        let mut text = String::new();
        for subsection in section {
            match subsection? {
                Name::Module { name, .. } => module = Some(name.into()),
                Name::Function(names) => {
                    for naming in names {
                        let naming = naming?;
                        let start = position(&text);
                        text.push_str(naming.name);
                        funcs.push((FuncIdx(naming.index), start..position(&text)));
                    }
                }
                _ => {}
            }
        }
        // Stable: of several names of a function the first one stays.
        funcs.sort_by_key(|(func, _)| *func);
        funcs.dedup_by_key(|(func, _)| *func);
        Ok(Names {
            module,
            funcs: funcs.into_boxed_slice(),
            text: text.into_boxed_str(),
        })
    }
}

fn position(text: &str) -> u32 {
    u32::try_from(text.len()).expect("names are part of less than 2^32 bytes")
}

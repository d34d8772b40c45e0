//! Debug information: which source line a byte of a module comes from.
//!
//! The sections are read when a backtrace asks for them. What is wrong with them makes symbols
//! absent and nothing else: anybody can write anything into a custom section.

use crate::FrameSymbol;
use addr2line::gimli::{self, EndianSlice, LittleEndian};
use runtime::module::Module;
use rustc_hash::FxHashMap;
use wasmparser::{Parser, Payload};

type Reader<'a> = EndianSlice<'a, LittleEndian>;

/// The debug information of a module.
pub(crate) struct Symbols<'a> {
    context: addr2line::Context<Reader<'a>>,
    /// Where the code section begins: addresses count from there.
    code: usize,
}

impl<'a> Symbols<'a> {
    /// Those of `module`, if it has any that can be read.
    pub(crate) fn new(module: &'a Module) -> Option<Self> {
        if !module.has_dwarf {
            return None;
        }
        let bytes = module.bytes.get(0..module.bytes.len()).ok()?;
        let (mut sections, mut code) = (FxHashMap::default(), None);
        for payload in Parser::new(0).parse_all(bytes) {
            match payload.ok()? {
                Payload::CodeSectionStart { range, .. } => code = Some(range.start),
                Payload::CustomSection(section) => {
                    sections.insert(section.name(), section.data());
                }
                _ => {}
            }
        }
        let section = |id: gimli::SectionId| -> Result<_, gimli::Error> {
            let data = sections.get(id.name()).copied().unwrap_or_default();
            Ok(EndianSlice::new(data, LittleEndian))
        };
        let dwarf = gimli::Dwarf::load(section).ok()?;
        Some(Symbols {
            context: addr2line::Context::from_dwarf(dwarf).ok()?,
            code: code?,
        })
    }

    /// What is known of an offset in the module: the function it is in, then those that this one was
    /// inlined into.
    pub(crate) fn find(&self, offset: usize) -> Vec<FrameSymbol> {
        let mut symbols = Vec::new();
        let Some(address) = offset.checked_sub(self.code) else {
            return symbols;
        };
        let found = self.context.find_frames(address as u64).skip_all_loads();
        if let Ok(mut frames) = found {
            while let Ok(Some(frame)) = frames.next() {
                let name = frame.function.as_ref().and_then(|it| it.raw_name().ok());
                let location = frame.location.as_ref();
                symbols.push(FrameSymbol {
                    name: name.map(|it| it.into_owned()),
                    file: location.and_then(|it| it.file).map(str::to_owned),
                    line: location.and_then(|it| it.line),
                    column: location.and_then(|it| it.column),
                });
            }
        }
        symbols
    }
}

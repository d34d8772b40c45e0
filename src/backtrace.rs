//! What errors say about the place they come from: [`WasmBacktrace`] and [`WasmFault`].

use crate::demangle::{FuncName, write_demangled};
use crate::store::StoreOpaque;
use crate::{AsContext, Module};
use runtime::{FuncIdx, RawFrame};
use std::fmt;

/// The Wasm frames of a store, innermost first. A context of errors that left Wasm.
///
/// Host functions have no frames in it, nor do Wasm functions of other stores.
#[derive(Debug)]
pub struct WasmBacktrace {
    frames: Vec<FrameInfo>,
    hint_details: bool,
}

impl WasmBacktrace {
    /// The frames that call the current host function; none if backtraces are switched off.
    pub fn capture(store: impl AsContext) -> WasmBacktrace {
        let store = store.as_context().0.opaque();
        WasmBacktrace::new(store, store.capture())
    }

    /// The frames that call the current host function, even if backtraces are switched off.
    pub fn force_capture(store: impl AsContext) -> WasmBacktrace {
        let store = store.as_context().0.opaque();
        WasmBacktrace::new(store, store.capture_forced())
    }

    pub(crate) fn new(store: &StoreOpaque, frames: Vec<RawFrame>) -> WasmBacktrace {
        let frames = frames.iter().map(|frame| FrameInfo::new(store, frame));
        let frames = frames.collect();
        #[cfg(feature = "addr2line")]
        let frames = match store.engine().show_details() {
            true => with_symbols(frames),
            false => frames,
        };
        WasmBacktrace {
            frames,
            hint_details: store.engine().hint_details(),
        }
    }

    /// The frames, innermost first.
    pub fn frames(&self) -> &[FrameInfo] {
        &self.frames
    }
}

/// Adds what debug information says.
#[cfg(feature = "addr2line")]
fn with_symbols(mut frames: Vec<FrameInfo>) -> Vec<FrameInfo> {
    let modules: Vec<Module> = frames.iter().map(|it| it.module.clone()).collect();
    let mut known: Vec<(&Module, Option<crate::symbols::Symbols<'_>>)> = Vec::new();
    for (frame, module) in frames.iter_mut().zip(&modules) {
        let Some(offset) = frame.module_offset else {
            continue;
        };
        let n = match known.iter().position(|it| Module::same(it.0, module)) {
            Some(n) => n,
            None => {
                known.push((module, crate::symbols::Symbols::new(module.runtime())));
                known.len() - 1
            }
        };
        if let Some(symbols) = &known[n].1 {
            frame.symbols = symbols.find(offset);
        }
    }
    frames
}

impl fmt::Display for WasmBacktrace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("error while executing at wasm backtrace:\n")?;
        for (i, frame) in self.frames.iter().enumerate() {
            if i > 0 {
                f.write_str("\n")?;
            }
            write!(f, "  {i:>3}: ")?;
            if let Some(offset) = frame.module_offset {
                write!(f, "{offset:#8x} - ")?;
            }
            if frame.symbols.is_empty() {
                let module = frame.module.name().unwrap_or("<unknown>");
                write!(f, "{module}!{}", frame.demangled_name())?;
            }
            for (i, symbol) in frame.symbols.iter().enumerate() {
                if i > 0 {
                    f.write_str("\n                - ")?;
                }
                match symbol.name() {
                    Some(name) => write_demangled(f, name)?,
                    None if i == 0 => frame.demangled_name().fmt(f)?,
                    None => f.write_str("<inlined function>")?,
                }
                symbol.write_place(f)?;
            }
        }
        let unread = self
            .frames
            .iter()
            .any(|frame| frame.module.runtime().has_dwarf);
        if self.hint_details && unread {
            f.write_str(
                "\nnote: using the `WASMTIME_BACKTRACE_DETAILS=1` environment variable may show \
                 more debugging information",
            )?;
        }
        Ok(())
    }
}

/// One frame of a backtrace.
#[derive(Debug)]
pub struct FrameInfo {
    module: Module,
    func: FuncIdx,
    module_offset: Option<usize>,
    func_offset: Option<usize>,
    symbols: Vec<FrameSymbol>,
}

impl FrameInfo {
    fn new(store: &StoreOpaque, frame: &RawFrame) -> FrameInfo {
        let pc = frame.pc.filter(|_| store.engine().address_map());
        let body = frame.module.body(frame.func);
        let offsets = pc.zip(body).and_then(|(pc, body)| {
            // A frame with a pc is in a body that was prepared to be executed.
            let in_module = body.prepared()?.code.start.wrapping_add(pc);
            Some((in_module as usize, (in_module - body.range.start) as usize))
        });
        let (module_offset, func_offset) = offsets.unzip();
        FrameInfo {
            module: store.module(&frame.module).clone(),
            func: frame.func,
            module_offset,
            func_offset,
            symbols: Vec::new(),
        }
    }

    fn demangled_name(&self) -> FuncName<'_> {
        FuncName {
            name: self.func_name(),
            index: self.func_index(),
        }
    }

    /// Index of the function in its module, imports first.
    pub fn func_index(&self) -> u32 {
        self.func.0
    }

    /// The module of the function.
    pub fn module(&self) -> &Module {
        &self.module
    }

    /// Name of the function, if the module has a name section that gives it one.
    pub fn func_name(&self) -> Option<&str> {
        self.module.runtime().names().func(self.func)
    }

    /// Offset of the current instruction in the module. `None` if the function had not begun, or
    /// with `Config::generate_address_map(false)`.
    pub fn module_offset(&self) -> Option<usize> {
        self.module_offset
    }

    /// Offset of the current instruction in the function's body.
    pub fn func_offset(&self) -> Option<usize> {
        self.func_offset
    }

    /// What debug information says: the function, then those that it was inlined into. Nothing
    /// without debug information, or if the settings say that it is not read.
    pub fn symbols(&self) -> &[FrameSymbol] {
        &self.symbols
    }
}

/// What debug information says of a frame.
#[derive(Debug)]
pub struct FrameSymbol {
    pub(crate) name: Option<String>,
    pub(crate) file: Option<String>,
    pub(crate) line: Option<u32>,
    pub(crate) column: Option<u32>,
}

impl FrameSymbol {
    fn write_place(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(file) = self.file() else {
            return Ok(());
        };
        write!(f, "\n                    at {file}")?;
        if let Some(line) = self.line() {
            write!(f, ":{line}")?;
            if let Some(column) = self.column() {
                write!(f, ":{column}")?;
            }
        }
        Ok(())
    }

    /// Name of the function in the source.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The source file.
    pub fn file(&self) -> Option<&str> {
        self.file.as_deref()
    }

    /// Line in the file, from 1.
    pub fn line(&self) -> Option<u32> {
        self.line
    }

    /// Column in the line, from 1.
    pub fn column(&self) -> Option<u32> {
        self.column
    }
}

/// The memory access that trapped. A context of errors caused by `Trap::MemoryOutOfBounds`.
#[derive(Clone, Debug)]
pub struct WasmFault {
    /// Size of the memory in bytes.
    pub memory_size: usize,
    /// The first byte that was touched outside of it.
    pub wasm_address: u64,
}

impl fmt::Display for WasmFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "memory fault at wasm address {:#x} in linear memory of size {:#x}",
            self.wasm_address, self.memory_size
        )
    }
}

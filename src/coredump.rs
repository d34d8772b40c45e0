//! [`WasmCoreDump`]: what a store held when its Wasm failed.

use crate::store::StoreOpaque;
use crate::{
    AsContextMut, FrameInfo, Global, HeapType, Instance, Memory, Module, StoreContextMut, Val,
    ValType, WasmBacktrace,
};
use rustc_hash::FxHashMap;
use std::fmt;
use wasm_encoder as wasm;

/// Bytes of a memory that are looked at together: zeros around what is in them are left out.
const CHUNK: usize = 4096;

/// Modules, instances, memories and globals of a store, and the frames of its Wasm. A context of
/// errors of engines with [`Config::coredump_on_trap`](crate::Config::coredump_on_trap).
///
/// It holds no values: [`WasmCoreDump::serialize`] reads them.
pub struct WasmCoreDump {
    modules: Vec<Module>,
    instances: Vec<Instance>,
    memories: Vec<Memory>,
    globals: Vec<Global>,
    backtrace: WasmBacktrace,
}

impl WasmCoreDump {
    pub(crate) fn new(store: &StoreOpaque, backtrace: WasmBacktrace) -> WasmCoreDump {
        let mut modules: Vec<Module> = Vec::new();
        let instances = Instance::all(store);
        for instance in &instances {
            let module = instance.load_module(store);
            if !modules.iter().any(|it| Module::same(it, module)) {
                modules.push(module.clone());
            }
        }
        WasmCoreDump {
            modules,
            instances,
            memories: Memory::all(store),
            globals: Global::all(store),
            backtrace,
        }
    }

    /// The frames, innermost first.
    pub fn frames(&self) -> &[FrameInfo] {
        self.backtrace.frames()
    }

    /// The modules of the instances.
    pub fn modules(&self) -> &[Module] {
        &self.modules
    }

    /// The instances.
    pub fn instances(&self) -> &[Instance] {
        &self.instances
    }

    /// The globals.
    pub fn globals(&self) -> &[Global] {
        &self.globals
    }

    /// The memories, but for those of several threads.
    pub fn memories(&self) -> &[Memory] {
        &self.memories
    }

    /// A core dump in the [format of the tool
    /// conventions](https://github.com/WebAssembly/tool-conventions/blob/main/Coredump.md): a
    /// module of sections that say what the store holds now. `name` is that of the program.
    ///
    /// References are written as null, and frames without locals.
    ///
    /// # Panics
    ///
    /// If it is of another store.
    pub fn serialize(&self, mut store: impl AsContextMut, name: &str) -> Vec<u8> {
        let mut store = store.as_context_mut();
        let mut dump = wasm::Module::new();
        dump.section(&wasm::CoreDumpSection::new(name));
        let (memories, data) = self.memory_sections(&store);
        dump.section(&memories);
        dump.section(&self.global_section(&mut store));
        dump.section(&data);
        dump.section(&self.module_section());
        dump.section(&self.instance_section(&store));
        dump.section(&self.stack_section(&store));
        dump.finish()
    }

    fn memory_sections<T>(
        &self,
        store: &StoreContextMut<'_, T>,
    ) -> (wasm::MemorySection, wasm::DataSection) {
        let (mut memories, mut data) = (wasm::MemorySection::new(), wasm::DataSection::new());
        for (index, memory) in (0..).zip(&self.memories) {
            let ty = memory.ty(store);
            memories.memory(wasm::MemoryType {
                minimum: memory.size(store),
                maximum: ty.maximum(),
                memory64: ty.is_64(),
                shared: false,
                page_size_log2: (ty.page_size_log2() != 16).then(|| ty.page_size_log2().into()),
            });
            for (n, chunk) in memory.data(store).chunks(CHUNK).enumerate() {
                let is_set = |byte: &u8| *byte != 0;
                let Some(start) = chunk.iter().position(is_set) else {
                    continue;
                };
                let end = chunk.iter().rposition(is_set).map_or(start, |it| it + 1);
                let offset = (n * CHUNK + start) as u64;
                let offset = match ty.is_64() {
                    true => wasm::ConstExpr::i64_const(offset.cast_signed()),
                    false => wasm::ConstExpr::i32_const((offset as u32).cast_signed()),
                };
                data.active(index, &offset, chunk[start..end].iter().copied());
            }
        }
        (memories, data)
    }

    fn global_section<T>(&self, store: &mut StoreContextMut<'_, T>) -> wasm::GlobalSection {
        let mut globals = wasm::GlobalSection::new();
        for global in &self.globals {
            let ty = global.ty(&*store);
            let val_type = match ty.content() {
                ValType::I32 => wasm::ValType::I32,
                ValType::I64 => wasm::ValType::I64,
                ValType::F32 => wasm::ValType::F32,
                ValType::F64 => wasm::ValType::F64,
                ValType::V128 => wasm::ValType::V128,
                ValType::Ref(ty) => match ty.heap_type().top() {
                    HeapType::Func => wasm::ValType::FUNCREF,
                    HeapType::Extern => wasm::ValType::EXTERNREF,
                    _ => wasm::ValType::Ref(wasm::RefType::ANYREF),
                },
            };
            let init = match global.get(&mut *store) {
                Val::I32(it) => wasm::ConstExpr::i32_const(it),
                Val::I64(it) => wasm::ConstExpr::i64_const(it),
                Val::F32(it) => wasm::ConstExpr::f32_const(f32::from_bits(it).into()),
                Val::F64(it) => wasm::ConstExpr::f64_const(f64::from_bits(it).into()),
                Val::V128(it) => wasm::ConstExpr::v128_const(it.as_u128().cast_signed()),
                Val::FuncRef(_) => wasm::ConstExpr::ref_null(wasm::HeapType::FUNC),
                Val::ExternRef(_) => wasm::ConstExpr::ref_null(wasm::HeapType::EXTERN),
                Val::AnyRef(_) | Val::ExnRef(_) | Val::ContRef(_) => {
                    wasm::ConstExpr::ref_null(wasm::HeapType::ANY)
                }
            };
            let ty = wasm::GlobalType {
                val_type,
                mutable: ty.mutability().is_var(),
                shared: false,
            };
            globals.global(ty, &init);
        }
        globals
    }

    fn module_section(&self) -> wasm::CoreDumpModulesSection {
        let mut modules = wasm::CoreDumpModulesSection::new();
        for (n, module) in self.modules.iter().enumerate() {
            match module.name() {
                Some(name) => modules.module(name),
                None => modules.module(format!("<anonymous-module-{n}>")),
            };
        }
        modules
    }

    fn instance_section<T>(
        &self,
        store: &StoreContextMut<'_, T>,
    ) -> wasm::CoreDumpInstancesSection {
        let opaque = store.0.opaque();
        let index_of =
            |keys: Vec<u64>| -> FxHashMap<u64, u32> { keys.into_iter().zip(0..).collect() };
        let memory_index = index_of(
            self.memories
                .iter()
                .map(Memory::debug_index_in_store)
                .collect(),
        );
        let global_index = index_of(
            self.globals
                .iter()
                .map(Global::debug_index_in_store)
                .collect(),
        );
        let mut instances = wasm::CoreDumpInstancesSection::new();
        for instance in &self.instances {
            let module = instance.load_module(opaque);
            let module = self.modules.iter().position(|it| Module::same(it, module));
            let (memories, globals) = instance.all_memories_and_globals(opaque);
            let memories = memories
                .iter()
                .filter_map(|it| memory_index.get(it))
                .copied();
            let globals = globals
                .iter()
                .filter_map(|it| global_index.get(it))
                .copied();
            instances.instance(
                module.expect("modules of all instances are there") as u32,
                memories.collect::<Vec<_>>(),
                globals.collect::<Vec<_>>(),
            );
        }
        instances
    }

    /// A frame knows its module only: its instance is taken to be the last one of that.
    fn stack_section<T>(&self, store: &StoreContextMut<'_, T>) -> wasm::CoreDumpStackSection {
        let opaque = store.0.opaque();
        let mut stack = wasm::CoreDumpStackSection::new("main");
        for frame in self.frames() {
            let instance = self
                .instances
                .iter()
                .rposition(|it| Module::same(it.load_module(opaque), frame.module()));
            let offset = frame.func_offset().and_then(|it| u32::try_from(it).ok());
            stack.frame(
                instance.expect("the instance of a frame exists") as u32,
                frame.func_index(),
                offset.unwrap_or(0),
                [],
                [],
            );
        }
        stack
    }
}

impl fmt::Display for WasmCoreDump {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What wasmtime calls every store.
        writeln!(f, "wasm coredump generated while executing store_name:")?;
        writeln!(f, "modules:")?;
        for module in &self.modules {
            writeln!(f, "  {}", module.name().unwrap_or("<module>"))?;
        }
        writeln!(f, "instances:")?;
        for instance in &self.instances {
            writeln!(f, "  {instance:?}")?;
        }
        writeln!(f, "memories:")?;
        for memory in &self.memories {
            writeln!(f, "  {memory:?}")?;
        }
        writeln!(f, "globals:")?;
        for global in &self.globals {
            writeln!(f, "  {global:?}")?;
        }
        writeln!(f, "backtrace:")?;
        write!(f, "{}", self.backtrace)
    }
}

impl fmt::Debug for WasmCoreDump {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<wasm core dump>")
    }
}

//! `generate`: makes a module of a given size, with functions of real shape.
//!
//! For measuring start-up: what is in the module, and how much of each, is like in what compilers
//! make of C, C++ and Rust: many types, locals, address arithmetic, loads and stores, nested loops
//! and blocks, switches, early exits, direct and indirect calls, and besides the functions a table,
//! data and names. The same size gives the same module.

mod body;

use body::BodyMaker;
use clap::Args;
use std::path::PathBuf;
use std::process::ExitCode;
use wasm_encoder::{
    CodeSection, ConstExpr, DataSection, ElementSection, Elements, ExportKind, ExportSection,
    Function, FunctionSection, GlobalSection, GlobalType, MemorySection, MemoryType, Module,
    NameMap, NameSection, RefType, TableSection, TableType, TypeSection, ValType,
};
use wasm_interp_jit::error::Context;

/// Makes a module with thousands of functions, to measure how fast it starts
#[derive(Args, Clone, Debug)]
pub(crate) struct GenerateCommand {
    /// Size of the module in bytes, about
    #[arg(long, value_name = "N", default_value_t = 5_000_000)]
    bytes: usize,
    /// Where to write the module, which exports `run: [i32] -> [i32]`
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

impl GenerateCommand {
    pub(crate) fn execute(&self) -> ExitCode {
        let written = std::fs::write(&self.file, generate(self.bytes));
        let context = || format!("failed to write {}", self.file.display());
        crate::exit_code(written.with_context(context))
    }
}

/// A linear congruential generator: shapes must differ, not be random.
struct Draw(u64);

impl Draw {
    fn below(&mut self, n: u32) -> u32 {
        self.0 = self
            .0
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        (self.0 >> 33) as u32 % n
    }

    fn one_of<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len() as u32) as usize]
    }

    /// A type of values; they are about as frequent as in compiled C.
    fn val_type(&mut self) -> ValType {
        use ValType::{F32, F64, I32, I64};
        self.one_of(&[I32, I32, I32, I32, I32, I32, I64, I64, F64, F32])
    }
}

/// Parameters, and the result if there is one.
#[derive(Clone)]
struct Signature {
    params: Vec<ValType>,
    result: Option<ValType>,
}

/// How many types of functions there are.
const N_TYPES: u32 = 100;

/// Functions call only functions of lower levels, so that calls end: function `n` has the level
/// `n % N_LEVELS`.
const N_LEVELS: u32 = 4;

/// One of so many functions is in the table.
const TABLE_STEP: u32 = 8;

/// How many globals there are: `i32`, mutable, the first a stack pointer.
const N_GLOBALS: u32 = 8;

/// Bytes of a page of memory.
const PAGE: usize = 1 << 16;

/// Bytes of a data segment.
const SEGMENT: usize = 4000;

/// What bodies refer to.
struct Plan {
    signatures: Vec<Signature>,
    /// Type of each function made so far.
    funcs: Vec<u32>,
}

/// A module of about `bytes` bytes: 80 percent functions, 10 percent data, 10 percent names.
pub(crate) fn generate(bytes: usize) -> Vec<u8> {
    let mut draw = Draw(1);
    let mut types = TypeSection::new();
    let signatures: Vec<Signature> = (0..N_TYPES)
        .map(|_| Signature {
            params: (0..draw.below(6)).map(|_| draw.val_type()).collect(),
            result: (draw.below(3) > 0).then(|| draw.val_type()),
        })
        .collect();
    for Signature { params, result } in &signatures {
        types.ty().function(params.iter().copied(), *result);
    }
    let (mut funcs, mut code) = (FunctionSection::new(), CodeSection::new());
    let mut plan = Plan {
        signatures,
        funcs: Vec::new(),
    };
    let mut names = NameMap::new();
    while code.byte_len() < bytes / 10 * 8 {
        let (ty, nth) = (draw.below(N_TYPES), plan.funcs.len() as u32);
        code.function(&BodyMaker::new(&mut draw, &plan, ty).function());
        funcs.function(ty);
        names.append(nth, &name(&mut draw, nth));
        plan.funcs.push(ty);
    }
    types.ty().function([ValType::I32], [ValType::I32]);
    funcs.function(N_TYPES);
    code.function(&run(&mut draw, &plan));

    let n_funcs = plan.funcs.len() as u32;
    let data_len = bytes / 10;
    let mut exports = ExportSection::new();
    exports.export("run", ExportKind::Func, n_funcs);
    exports.export("memory", ExportKind::Memory, 0);
    let mut name_section = NameSection::new();
    name_section.functions(&names);
    let mut module = Module::new();
    module
        .section(&types)
        .section(&funcs)
        .section(&table(n_funcs))
        .section(&memory(data_len))
        .section(&globals())
        .section(&exports)
        .section(&elements(n_funcs))
        .section(&code)
        .section(&data(&mut draw, data_len))
        .section(&name_section);
    module.finish()
}

/// The export: calls a few functions, all over the module, and so some hundred others.
fn run(draw: &mut Draw, plan: &Plan) -> Function {
    let mut func = Function::new([]);
    let mut ins = func.instructions();
    for _ in 0..8 {
        let callee = draw.below(plan.funcs.len() as u32);
        let signature = &plan.signatures[plan.funcs[callee as usize] as usize];
        for ty in &signature.params {
            body::zero(*ty, &mut ins);
        }
        ins.call(callee);
        if signature.result.is_some() {
            ins.drop();
        }
    }
    ins.local_get(0).i32_const(1).i32_add().end();
    func
}

/// Like the name of a method in C++.
fn name(draw: &mut Draw, nth: u32) -> String {
    const WORDS: &[&str] = &[
        "parse", "Buffer", "Stream", "insert", "Node", "visit", "Table", "emit", "update", "Map",
    ];
    let mut name = String::from("_ZN");
    for _ in 0..2 + draw.below(3) {
        let word = draw.one_of(WORDS);
        name += &format!("{}{word}", word.len());
    }
    name + &format!("{nth}Ev")
}

fn table(n_funcs: u32) -> TableSection {
    let mut tables = TableSection::new();
    tables.table(TableType {
        element_type: RefType::FUNCREF,
        minimum: u64::from(n_funcs.div_ceil(TABLE_STEP)),
        maximum: None,
        table64: false,
        shared: false,
    });
    tables
}

fn memory(data_len: usize) -> MemorySection {
    let mut memories = MemorySection::new();
    memories.memory(MemoryType {
        // Addresses in bodies are in the first pages.
        minimum: 16 + data_len.div_ceil(PAGE) as u64,
        maximum: None,
        memory64: false,
        shared: false,
        page_size_log2: None,
    });
    memories
}

fn globals() -> GlobalSection {
    let mut globals = GlobalSection::new();
    for _ in 0..N_GLOBALS {
        let ty = GlobalType {
            val_type: ValType::I32,
            mutable: true,
            shared: false,
        };
        globals.global(ty, &ConstExpr::i32_const(PAGE as i32));
    }
    globals
}

fn elements(n_funcs: u32) -> ElementSection {
    let mut elements = ElementSection::new();
    let funcs: Vec<u32> = (0..n_funcs).step_by(TABLE_STEP as usize).collect();
    let offset = ConstExpr::i32_const(0);
    elements.active(None, &offset, Elements::Functions(funcs.into()));
    elements
}

fn data(draw: &mut Draw, len: usize) -> DataSection {
    let mut datas = DataSection::new();
    for start in (0..len).step_by(SEGMENT) {
        let bytes = (0..SEGMENT.min(len - start)).map(|_| draw.below(256) as u8);
        let offset = i32::try_from(8 * PAGE + start).expect("modules are smaller than 2 GiB");
        datas.active(0, &ConstExpr::i32_const(offset), bytes);
    }
    datas
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_interp_jit::{Engine, Instance, Result, Store};

    // A module of a tenth of the smallest size that is measured: it has the size that was asked
    // for, and runs, in the same way each time it is made.
    #[test]
    fn modules_run() -> Result<()> {
        let size = 500_000;
        let bytes = generate(size);
        assert!(bytes.len().abs_diff(size) < size / 10, "{}", bytes.len());
        assert!(bytes == generate(size));
        let engine = Engine::default();
        let module = wasm_interp_jit::Module::new(&engine, &bytes)?;
        let mut store = Store::new(&engine, ());
        let instance = Instance::new(&mut store, &module, &[])?;
        let run = instance.get_typed_func::<i32, i32>(&mut store, "run")?;
        assert_eq!(run.call(&mut store, 2)?, 3);
        Ok(())
    }
}

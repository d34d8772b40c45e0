//! `generate`: makes a module of a given size, with functions of real shape.
//!
//! For measuring start-up: the functions are not alike, and have what compiled C has: locals,
//! address arithmetic, loads and stores, nested loops, branches, direct and indirect calls. The
//! same size gives the same module.

use clap::Args;
use std::path::PathBuf;
use std::process::ExitCode;
use wasm_encoder::{
    BlockType, CodeSection, ConstExpr, ElementSection, Elements, ExportKind, ExportSection,
    Function, FunctionSection, InstructionSink, MemArg, MemorySection, MemoryType, Module, RefType,
    TableSection, TableType, TypeSection, ValType,
};
use wasm_interp_jit::{Result, error::Context};

/// Makes a module with thousands of functions, to measure how fast it starts
#[derive(Args, Clone, Debug)]
pub(crate) struct GenerateCommand {
    /// Size of the functions together, in bytes
    #[arg(long, value_name = "N", default_value_t = 5_000_000)]
    bytes: usize,
    /// Where to write the module, which exports `run: [i32] -> [i32]`
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

impl GenerateCommand {
    pub(crate) fn execute(&self) -> ExitCode {
        let write = || -> Result<()> {
            std::fs::write(&self.file, generate(self.bytes))
                .with_context(|| format!("failed to write {}", self.file.display()))
        };
        match write() {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => crate::report(&error),
        }
    }
}

/// Parameters of all generated functions; each has one result.
const PARAMS: [ValType; 2] = [ValType::I32, ValType::I32];

/// Locals of a generated function, parameters included.
const LOCALS: u32 = 8;

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
}

fn generate(bytes: usize) -> Vec<u8> {
    let mut draw = Draw(1);
    let (mut funcs, mut code) = (FunctionSection::new(), CodeSection::new());
    let mut n_funcs = 0;
    while code.byte_len() < bytes {
        funcs.function(0);
        code.function(&function(&mut draw, n_funcs));
        n_funcs += 1;
    }
    let mut types = TypeSection::new();
    types.ty().function(PARAMS, [ValType::I32]);
    types.ty().function([ValType::I32], [ValType::I32]);
    funcs.function(1);
    let mut run = Function::new([]);
    run.instructions().local_get(0).i32_const(1).call(0).end();
    code.function(&run);
    let mut tables = TableSection::new();
    tables.table(TableType {
        element_type: RefType::FUNCREF,
        minimum: u64::from(n_funcs),
        maximum: None,
        table64: false,
        shared: false,
    });
    let mut memories = MemorySection::new();
    memories.memory(MemoryType {
        minimum: 2,
        maximum: None,
        memory64: false,
        shared: false,
        page_size_log2: None,
    });
    let mut exports = ExportSection::new();
    exports.export("run", ExportKind::Func, n_funcs);
    let mut elements = ElementSection::new();
    let all: Vec<u32> = (0..n_funcs).collect();
    elements.active(
        None,
        &ConstExpr::i32_const(0),
        Elements::Functions(all.into()),
    );
    let mut module = Module::new();
    module
        .section(&types)
        .section(&funcs)
        .section(&tables)
        .section(&memories);
    module.section(&exports).section(&elements).section(&code);
    module.finish()
}

/// A function that only calls functions before it, so that calls end.
fn function(draw: &mut Draw, index: u32) -> Function {
    let mut func = Function::new([(LOCALS - 2, ValType::I32)]);
    let mut ins = func.instructions();
    for _ in 0..2 + draw.below(5) {
        statement(draw, &mut ins, index, 0);
    }
    value(draw, &mut ins);
    ins.end();
    func
}

fn statement(draw: &mut Draw, ins: &mut InstructionSink<'_>, index: u32, depth: u32) {
    let local = 2 + draw.below(LOCALS - 2);
    match draw.below(if depth < 3 { 8 } else { 5 }) {
        0 | 1 => {
            value(draw, ins);
            ins.local_set(local);
        }
        2 => {
            address(draw, ins);
            ins.i32_load(memarg(draw)).local_set(local);
        }
        3 => {
            address(draw, ins);
            value(draw, ins);
            ins.i32_store(memarg(draw));
        }
        4 if index > 0 => {
            ins.local_get(draw.below(LOCALS));
            value(draw, ins);
            if draw.below(3) == 0 {
                ins.i32_const(draw.below(index).cast_signed())
                    .call_indirect(0, 0);
            } else {
                ins.call(draw.below(index));
            }
            ins.local_set(local);
        }
        4 => {
            ins.nop();
        }
        5 | 6 => {
            ins.local_get(draw.below(LOCALS))
                .i32_const(draw.below(100).cast_signed());
            ins.i32_lt_s().if_(BlockType::Empty);
            for _ in 0..1 + draw.below(3) {
                statement(draw, ins, index, depth + 1);
            }
            ins.else_();
            statement(draw, ins, index, depth + 1);
            ins.end();
        }
        _ => {
            // Counts down from a small number.
            ins.i32_const(3).local_set(local).loop_(BlockType::Empty);
            statement(draw, ins, index, depth + 1);
            ins.local_get(local)
                .i32_const(7)
                .i32_and()
                .i32_const(1)
                .i32_sub();
            ins.local_tee(local).i32_const(0).i32_gt_s().br_if(0).end();
        }
    }
}

/// Pushes an `i32` made of locals and constants.
fn value(draw: &mut Draw, ins: &mut InstructionSink<'_>) {
    ins.local_get(draw.below(LOCALS));
    for _ in 0..draw.below(4) {
        match draw.below(2) {
            0 => ins.local_get(draw.below(LOCALS)),
            _ => ins.i32_const(draw.below(5000).cast_signed()),
        };
        match draw.below(5) {
            0 => ins.i32_add(),
            1 => ins.i32_sub(),
            2 => ins.i32_mul(),
            3 => ins.i32_xor(),
            _ => ins.i32_and(),
        };
    }
}

fn address(draw: &mut Draw, ins: &mut InstructionSink<'_>) {
    ins.local_get(draw.below(LOCALS))
        .i32_const(0xfffc)
        .i32_and();
}

fn memarg(draw: &mut Draw) -> MemArg {
    MemArg {
        offset: u64::from(draw.below(64) * 4),
        align: 2,
        memory_index: 0,
    }
}

//! Bodies of generated functions.
//!
//! They trap never and end soon: addresses are in the first pages, divisors are odd, loops count
//! down from small numbers in locals that nothing else writes, and calls go to lower levels.

use super::{Draw, N_GLOBALS, N_LEVELS, Plan, Signature, TABLE_STEP};
use wasm_encoder::{BlockType, Function, InstructionSink, MemArg, ValType};

/// How deep statements are nested.
const MAX_DEPTH: u32 = 4;

/// Makes one body.
pub(super) struct BodyMaker<'d> {
    draw: &'d mut Draw,
    plan: &'d Plan,
    signature: &'d Signature,
    /// Types of all locals; the last ones count loops, one for each depth.
    locals: Vec<ValType>,
    /// May call functions whose number has a smaller remainder.
    level: u32,
    /// Calls that may follow, so that their number stays small in loops.
    calls_left: u32,
}

/// Pushes a zero.
pub(super) fn zero(ty: ValType, ins: &mut InstructionSink<'_>) {
    match ty {
        ValType::I32 => ins.i32_const(0),
        ValType::I64 => ins.i64_const(0),
        ValType::F32 => ins.f32_const(0.0.into()),
        ValType::F64 => ins.f64_const(0.0.into()),
        ValType::V128 | ValType::Ref(_) => unreachable!("{ty:?} is not drawn"),
    };
}

impl<'d> BodyMaker<'d> {
    /// For the next function of the plan, which has the type `ty`.
    pub(super) fn new(draw: &'d mut Draw, plan: &'d Plan, ty: u32) -> Self {
        let signature = &plan.signatures[ty as usize];
        let mut locals = signature.params.clone();
        locals.push(ValType::I32);
        locals.extend((0..draw.below(10)).map(|_| draw.val_type()));
        // Compilers declare locals by type.
        locals[signature.params.len()..].sort_by_key(|ty| format!("{ty:?}"));
        locals.extend([ValType::I32; MAX_DEPTH as usize]);
        Self {
            level: plan.funcs.len() as u32 % N_LEVELS,
            draw,
            plan,
            signature,
            locals,
            calls_left: 6,
        }
    }

    pub(super) fn function(mut self) -> Function {
        let declared = self.locals[self.signature.params.len()..].to_vec();
        let mut func = Function::new_with_locals_types(declared);
        let mut ins = func.instructions();
        // Some functions are small, a few are large.
        let largest = self.draw.one_of(&[3, 3, 6, 6, 12, 30]);
        for _ in 0..1 + self.draw.below(largest) {
            self.statement(&mut ins, 0);
        }
        if let Some(ty) = self.signature.result {
            self.value(ty, &mut ins, 0);
        }
        ins.end();
        func
    }

    fn statement(&mut self, ins: &mut InstructionSink<'_>, depth: u32) {
        let kinds = if depth < MAX_DEPTH { 20 } else { 12 };
        match self.draw.below(kinds) {
            0..=4 => {
                let local = self.writable_local();
                self.value(self.locals[local as usize], ins, 0);
                ins.local_set(local);
            }
            5..=8 => self.store(ins),
            9 => {
                let global = self.draw.below(N_GLOBALS);
                ins.global_get(global).i32_const(16).i32_sub();
                ins.global_set(global);
            }
            10 | 11 => self.call_statement(ins),
            12..=14 => {
                self.condition(ins);
                ins.if_(BlockType::Empty);
                self.statements(ins, depth + 1);
                if self.draw.below(3) == 0 {
                    ins.else_();
                    self.statements(ins, depth + 1);
                }
                ins.end();
            }
            15 | 16 => {
                ins.block(BlockType::Empty);
                self.statements(ins, depth + 1);
                self.condition(ins);
                ins.br_if(0);
                self.statements(ins, depth + 1);
                ins.end();
            }
            17 => {
                self.condition(ins);
                ins.if_(BlockType::Empty);
                if let Some(ty) = self.signature.result {
                    self.value(ty, ins, 1);
                }
                ins.return_().end();
            }
            18 => self.switch(ins, depth),
            _ => self.loop_(ins, depth),
        }
    }

    fn statements(&mut self, ins: &mut InstructionSink<'_>, depth: u32) {
        for _ in 0..1 + self.draw.below(2) {
            self.statement(ins, depth);
        }
    }

    /// Counts down from a small number.
    fn loop_(&mut self, ins: &mut InstructionSink<'_>, depth: u32) {
        let counter = self.locals.len() as u32 - 1 - depth;
        ins.i32_const(2).local_set(counter).loop_(BlockType::Empty);
        self.statements(ins, depth + 1);
        ins.local_get(counter).i32_const(-1).i32_add();
        ins.local_tee(counter).br_if(0).end();
    }

    fn switch(&mut self, ins: &mut InstructionSink<'_>, depth: u32) {
        let n_cases = 3 + self.draw.below(4);
        for _ in 0..n_cases {
            ins.block(BlockType::Empty);
        }
        self.value(ValType::I32, ins, 1);
        ins.br_table((0..n_cases - 1).collect::<Vec<_>>(), n_cases - 1);
        for case in (0..n_cases).rev() {
            ins.end();
            if case > 0 {
                self.statement(ins, MAX_DEPTH.max(depth));
                ins.br(case - 1);
            }
        }
    }

    fn call_statement(&mut self, ins: &mut InstructionSink<'_>) {
        let Some(callee) = self.callee() else {
            ins.nop();
            return;
        };
        let ty = self.plan.funcs[callee as usize];
        let Signature { params, result } = &self.plan.signatures[ty as usize];
        for &ty in params {
            self.value(ty, ins, 1);
        }
        if callee.is_multiple_of(TABLE_STEP) && self.draw.below(2) == 0 {
            ins.i32_const((callee / TABLE_STEP).cast_signed());
            ins.call_indirect(0, ty);
        } else {
            ins.call(callee);
        }
        let same = |local: &u32| Some(self.locals[*local as usize]) == *result;
        match (result, (0..self.n_writable()).find(same)) {
            (None, _) => {}
            (Some(_), Some(local)) => drop(ins.local_set(local)),
            (Some(_), None) => drop(ins.drop()),
        }
    }

    fn callee(&mut self) -> Option<u32> {
        let n_funcs = self.plan.funcs.len() as u32;
        if self.level == 0 || self.calls_left == 0 || n_funcs < N_LEVELS {
            return None;
        }
        self.calls_left -= 1;
        let level = self.draw.below(self.level);
        Some(self.draw.below(n_funcs / N_LEVELS) * N_LEVELS + level)
    }

    fn n_writable(&self) -> u32 {
        self.locals.len() as u32 - MAX_DEPTH
    }

    fn writable_local(&mut self) -> u32 {
        self.draw.below(self.n_writable())
    }

    fn store(&mut self, ins: &mut InstructionSink<'_>) {
        self.address(ins);
        let ty = self.draw.val_type();
        self.value(ty, ins, 1);
        match (ty, self.draw.below(4)) {
            (ValType::I32, 0) => ins.i32_store8(self.memarg(0)),
            (ValType::I32, 1) => ins.i32_store16(self.memarg(1)),
            (ValType::I32, _) => ins.i32_store(self.memarg(2)),
            (ValType::I64, _) => ins.i64_store(self.memarg(3)),
            (ValType::F32, _) => ins.f32_store(self.memarg(2)),
            _ => ins.f64_store(self.memarg(3)),
        };
    }

    fn load(&mut self, ty: ValType, ins: &mut InstructionSink<'_>) {
        self.address(ins);
        match (ty, self.draw.below(4)) {
            (ValType::I32, 0) => ins.i32_load8_u(self.memarg(0)),
            (ValType::I32, 1) => ins.i32_load16_s(self.memarg(1)),
            (ValType::I32, _) => ins.i32_load(self.memarg(2)),
            (ValType::I64, _) => ins.i64_load(self.memarg(3)),
            (ValType::F32, _) => ins.f32_load(self.memarg(2)),
            _ => ins.f64_load(self.memarg(3)),
        };
    }

    /// Pushes an address that is in memory, whatever the locals hold.
    fn address(&mut self, ins: &mut InstructionSink<'_>) {
        self.local(ValType::I32, ins);
        ins.i32_const(0xfff8).i32_and();
    }

    fn memarg(&mut self, align: u32) -> MemArg {
        MemArg {
            offset: u64::from(self.draw.below(64) * 4),
            align,
            memory_index: 0,
        }
    }

    /// Pushes an `i32` that is used as a condition.
    fn condition(&mut self, ins: &mut InstructionSink<'_>) {
        self.value(ValType::I32, ins, 2);
        match self.draw.below(4) {
            0 => ins.i32_eqz(),
            1 => ins.i32_const(self.small()).i32_lt_s(),
            2 => ins.i32_const(self.small()).i32_ne(),
            _ => ins.i32_const(1).i32_and(),
        };
    }

    fn small(&mut self) -> i32 {
        let below = self.draw.one_of(&[2, 64, 256, 100_000]);
        self.draw.below(below).cast_signed()
    }

    /// Pushes a local of this type, or a zero if there is none.
    fn local(&mut self, ty: ValType, ins: &mut InstructionSink<'_>) {
        let first = self.draw.below(self.n_writable());
        let mut order = (first..self.n_writable()).chain(0..first);
        match order.find(|&it| self.locals[it as usize] == ty) {
            Some(local) => drop(ins.local_get(local)),
            None => zero(ty, ins),
        }
    }

    /// Pushes a value, which is the simpler the deeper it is in an expression.
    fn value(&mut self, ty: ValType, ins: &mut InstructionSink<'_>, depth: u32) {
        match self.draw.below(10) {
            0 | 1 => self.constant(ty, ins),
            2 | 3 => self.load(ty, ins),
            4..=7 if depth < 3 => {
                self.value(ty, ins, depth + 1);
                self.operation(ty, ins, depth + 1);
            }
            8 if depth < 3 => self.conversion(ty, ins, depth + 1),
            _ => self.local(ty, ins),
        }
    }

    fn constant(&mut self, ty: ValType, ins: &mut InstructionSink<'_>) {
        let number = self.small();
        match ty {
            ValType::I32 => ins.i32_const(number),
            ValType::I64 => ins.i64_const(number.into()),
            ValType::F32 => ins.f32_const((number as f32).into()),
            _ => ins.f64_const(f64::from(number).into()),
        };
    }

    /// Replaces the value on top by one that is made of it.
    fn operation(&mut self, ty: ValType, ins: &mut InstructionSink<'_>, depth: u32) {
        let kind = self.draw.below(8);
        if ty == ValType::I32 && kind == 7 {
            // The divisor is not 0, and a quotient without sign always fits.
            self.local(ty, ins);
            ins.i32_const(1).i32_or().i32_div_u();
            return;
        }
        self.value(ty, ins, depth);
        match (ty, kind) {
            (ValType::I32, 0..=2) => ins.i32_add(),
            (ValType::I32, 3) => ins.i32_sub(),
            (ValType::I32, 4) => ins.i32_mul(),
            (ValType::I32, 5) => ins.i32_shl(),
            (ValType::I32, _) => ins.i32_xor(),
            (ValType::I64, 0..=3) => ins.i64_add(),
            (ValType::I64, 4) => ins.i64_mul(),
            (ValType::I64, 5) => ins.i64_shr_u(),
            (ValType::I64, _) => ins.i64_or(),
            (ValType::F32, 0..=3) => ins.f32_mul(),
            (ValType::F32, _) => ins.f32_add(),
            (_, 0..=3) => ins.f64_mul(),
            (_, 4..=6) => ins.f64_sub(),
            _ => ins.f64_max(),
        };
    }

    /// Pushes a value that was one of another type.
    fn conversion(&mut self, ty: ValType, ins: &mut InstructionSink<'_>, depth: u32) {
        match (ty, self.draw.below(3)) {
            (ValType::I32, 0) => {
                self.value(ValType::I64, ins, depth);
                ins.i32_wrap_i64();
            }
            (ValType::I32, 1) => {
                self.value(ValType::F64, ins, depth);
                ins.i32_trunc_sat_f64_s();
            }
            (ValType::I32, _) => {
                let ty = self.draw.val_type();
                self.value(ty, ins, depth);
                self.value(ty, ins, depth);
                match ty {
                    ValType::I32 => ins.i32_lt_u(),
                    ValType::I64 => ins.i64_eq(),
                    ValType::F32 => ins.f32_le(),
                    _ => ins.f64_gt(),
                };
            }
            (ValType::I64, _) => {
                self.value(ValType::I32, ins, depth);
                ins.i64_extend_i32_u();
            }
            (ValType::F32, _) => {
                self.value(ValType::F64, ins, depth);
                ins.f32_demote_f64();
            }
            _ => {
                self.value(ValType::I32, ins, depth);
                ins.f64_convert_i32_s();
            }
        }
    }
}

//! Preparing a body: validation and the side table in one pass.
//!
//! wasmparser's validator says how many operands there are before and after each instruction; the
//! builder follows the nesting of blocks and knows where branches land. Rules and meaning of
//! entries are in `side_table.rs`.
//!
//! A forward branch cannot be finished before its label's `end` is seen. Until then its entry
//! holds its own pc in `target` and the previous unfinished entry of the same label in `link`, so
//! that labels need no lists of their own.

use super::constants::Constants;
use super::constness::{Watch, Writes};
use super::meters::MetersBuilder;
use super::widths::Widths;
use super::{
    Body, CallKind, CallSiteInfo, DecodeError, LoopInfo, Module, PreparedBody, SideTableEntry,
    unsupported,
};
use crate::types::{ValType, slots_of};
use crate::{CallSiteIdx, FuncIdx, TableIdx, TypeIdx};
use wasmparser::{
    BlockType, FuncToValidate, FuncValidatorAllocations, Operator, OperatorsReader, VisitOperator,
};

/// Validates the body of `func` and describes it.
pub(super) fn prepare(
    module: &Module,
    func: FuncIdx,
    body: &Body,
) -> Result<PreparedBody, DecodeError> {
    let ty = module.func_type(func);
    let mut validator = FuncToValidate {
        resources: module.resources(),
        index: func.0,
        ty: module.funcs[func.index()].ty.0,
        features: module.features,
    }
    .into_validator(FuncValidatorAllocations::default());

    let mut reader = module.reader(&body.range)?;
    let mut local_types = ty.params.to_vec();
    let mut groups = Vec::new();
    unsupported::read_locals(&mut validator, &mut reader, &module.types, |count, ty| {
        local_types.extend(std::iter::repeat_n(ty, count as usize));
        groups.push((count, ty));
    })?;

    let start = reader.original_position();
    let code = module.bytes.present(start..body.range.end as usize);
    let mut operators = OperatorsReader::new(reader);
    let mut widths = Widths::new(module, &local_types);
    let mut builder = Builder::new(module, start, &ty.results);
    let mut meters = module.metering.as_ref().map(|metering| {
        let constants = Constants::new(ty.params.len(), &groups, ty.results.len());
        MetersBuilder::new(module, metering, code.len(), constants)
    });
    // What is written is looked for in all bodies at once (`constness.rs`).
    let (mut writes, mut unsupported) = (Writes::default(), None);
    while !operators.eof() {
        let at = operators.original_position();
        let op = operators.read()?;
        let height_before = validator.operand_stack_height();
        let place = (code[at - start], offset(at - start));
        let pushes = widths.before(&op, &validator, place);
        if let Some(meters) = &mut meters {
            let next = offset(operators.original_position() - start);
            // What is not valid has no arity, and an error follows.
            let arity = op.operator_arity(&validator).unwrap_or_default();
            meters.instruction(&op, place.1, next, arity);
        }
        Watch {
            visitor: validator.visitor(at),
            writes: &mut writes,
            unsupported: &mut unsupported,
            offset: at,
        }
        .visit_operator(&op)?;
        if let Some(offset) = unsupported {
            let what = "instruction";
            return Err(DecodeError::Unsupported { what, offset });
        }
        builder.instruction(
            &op,
            At {
                pc: offset(at - start),
                next: offset(operators.original_position() - start),
                height_before,
                height_after: validator.operand_stack_height(),
            },
            &widths,
        );
        widths.after(pushes, &validator);
    }
    operators.finish()?;
    let meters = match meters {
        // What branches skip would have to be counted.
        Some(meters) => Some(Box::new(meters.finish(&body.range)?)),
        None => {
            builder.thread(code);
            None
        }
    };

    let max_operands = builder.max_operands.max(widths.max_slots());
    Ok(PreparedBody {
        code: offset(start)..body.range.end,
        param_slots: slots_of(&ty.params),
        result_slots: slots_of(&ty.results),
        local_slots: slots_of(&local_types),
        max_operands,
        vectors: widths.finish(&local_types, body.range.end as usize - start),
        local_types: local_types.into_boxed_slice(),
        side_table: builder.entries.into_boxed_slice(),
        call_sites: builder.call_sites.into_boxed_slice(),
        loops: builder.loops.into_boxed_slice(),
        meters,
    })
}

fn offset(n: usize) -> u32 {
    u32::try_from(n).expect("modules have less than 2^32 bytes")
}

/// An instruction's surroundings.
#[derive(Clone, Copy)]
struct At {
    /// Its opcode byte.
    pc: u32,
    /// The byte behind it.
    next: u32,
    /// Operands before it.
    height_before: u32,
    /// Operands after it.
    height_after: u32,
}

impl At {
    fn len(self) -> u32 {
        self.next - self.pc
    }
}

/// A block that is open.
struct Label {
    /// Where branches to a loop land; `None` for other blocks.
    header: Option<LoopInfo>,
    /// Operands below the block's parameters.
    height: u32,
    params: Arity,
    results: Arity,
    /// The last of the branches that wait for the block's `end`.
    waiting: Option<u32>,
    /// The entry of an `if` that waits for its `else`.
    waiting_if: Option<u32>,
}

/// How many operands a branch takes along.
#[derive(Clone, Copy, Default)]
struct Arity {
    n: u32,
    slots: u32,
}

impl Arity {
    fn of(types: &[ValType]) -> Self {
        Self {
            n: offset(types.len()),
            slots: slots_of(types),
        }
    }
}

struct Builder<'m> {
    module: &'m Module,
    labels: Vec<Label>,
    entries: Vec<SideTableEntry>,
    /// pcs of the instructions that own the entries.
    owners: Vec<u32>,
    call_sites: Vec<CallSiteInfo>,
    loops: Vec<LoopInfo>,
    max_operands: u32,
}

/// `link` of the first branch that waits for a label.
const NO_LINK: i32 = -1;

impl<'m> Builder<'m> {
    fn new(module: &'m Module, start: usize, results: &[ValType]) -> Self {
        debug_assert!(start <= module.bytes.len());
        let function = Label {
            header: None,
            height: 0,
            params: Arity::default(),
            results: Arity::of(results),
            waiting: None,
            waiting_if: None,
        };
        Self {
            module,
            labels: vec![function],
            entries: Vec::new(),
            owners: Vec::new(),
            call_sites: Vec::new(),
            loops: Vec::new(),
            max_operands: 0,
        }
    }

    /// Follows a validated instruction.
    ///
    /// `widths` is that of the operands before it.
    fn instruction(&mut self, op: &Operator<'_>, at: At, widths: &Widths) {
        let stp = self.stp();
        let max = at.height_before.max(at.height_after);
        self.max_operands = self.max_operands.max(max);
        match *op {
            Operator::Block { blockty } => self.open(blockty, at),
            Operator::Loop { blockty } => self.open_loop(blockty, at, widths),
            Operator::If { blockty } => self.open_if(blockty, at),
            Operator::Else => self.else_(at),
            Operator::End => self.end(at),
            Operator::Br { relative_depth } => {
                self.branch(relative_depth, at.height_before, at, widths);
            }
            Operator::BrIf { relative_depth } => self.branch_if(relative_depth, at, widths),
            // Without the reference, which is null. In unreachable code there may be none.
            Operator::BrOnNull { relative_depth } => {
                let height = at.height_before.saturating_sub(1);
                self.branch(relative_depth, height, at, widths);
            }
            Operator::BrOnNonNull { relative_depth } => {
                self.branch(relative_depth, at.height_before, at, widths);
            }
            Operator::BrTable { ref targets } => self.branch_table(targets, at, widths),
            Operator::Call { function_index } => {
                self.call(CallKind::Direct(FuncIdx(function_index)), at);
            }
            Operator::ReturnCall { function_index } => {
                self.call(CallKind::ReturnDirect(FuncIdx(function_index)), at);
            }
            Operator::CallIndirect {
                type_index,
                table_index,
            } => {
                let (ty, table) = (TypeIdx(type_index), TableIdx(table_index));
                self.call(CallKind::Indirect { ty, table }, at);
            }
            Operator::ReturnCallIndirect {
                type_index,
                table_index,
            } => {
                let (ty, table) = (TypeIdx(type_index), TableIdx(table_index));
                self.call(CallKind::ReturnIndirect { ty, table }, at);
            }
            Operator::CallRef { type_index } => {
                let ty = TypeIdx(type_index);
                self.call(CallKind::Ref { ty }, at);
            }
            Operator::ReturnCallRef { type_index } => {
                let ty = TypeIdx(type_index);
                self.call(CallKind::ReturnRef { ty }, at);
            }
            _ => {}
        }
        self.owners.resize(self.entries.len(), at.pc);
        debug_assert_eq!(
            self.stp() - stp,
            super::side_table_entries(op),
            "entries of {op:?}"
        );
    }

    /// The index of the next entry.
    fn stp(&self) -> u32 {
        offset(self.entries.len())
    }

    fn open(&mut self, ty: BlockType, at: At) {
        let (params, results) = match ty {
            BlockType::Empty => Default::default(),
            BlockType::Type(ty) => {
                let slots = if ty == wasmparser::ValType::V128 {
                    2
                } else {
                    1
                };
                (Arity::default(), Arity { n: 1, slots })
            }
            BlockType::FuncType(ty) => {
                let ty = self.module.types[ty as usize].ty();
                (Arity::of(&ty.params), Arity::of(&ty.results))
            }
        };
        self.labels.push(Label {
            header: None,
            height: at.height_after - params.n,
            params,
            results,
            waiting: None,
            waiting_if: None,
        });
    }

    fn open_loop(&mut self, ty: BlockType, at: At, widths: &Widths) {
        let header = LoopInfo {
            pc: at.next,
            stp: self.stp(),
            height: widths.slots(0..at.height_after),
            landing: at.next,
        };
        self.open(ty, at);
        self.loops.push(header);
        self.innermost().header = Some(header);
    }

    fn open_if(&mut self, ty: BlockType, at: At) {
        self.open(ty, at);
        let entry = self.stp();
        let label = self.innermost();
        label.waiting_if = Some(entry);
        let keep = label.params.slots;
        self.wait(None, 0, keep, at);
    }

    fn else_(&mut self, at: At) {
        let entry = self.stp();
        let label = self.innermost();
        let keep = label.results.slots;
        let previous = label.waiting.replace(entry);
        let waiting_if = label.waiting_if.take();
        self.wait(previous, 0, keep, at);
        if let Some(entry) = waiting_if {
            self.land(entry, at.next);
        }
    }

    fn end(&mut self, at: At) {
        let label = self.labels.pop().expect("nesting is validated");
        let is_outermost = self.labels.is_empty();
        let landing = if is_outermost { at.pc } else { at.next };
        if let Some(entry) = label.waiting_if {
            self.land(entry, landing);
        }
        let mut waiting = label.waiting;
        while let Some(entry) = waiting {
            waiting = self.land(entry, landing);
        }
    }

    fn branch_if(&mut self, depth: u32, at: At, widths: &Widths) {
        // The condition is gone when the branch is taken. In unreachable code there may be none.
        self.branch(depth, at.height_before.saturating_sub(1), at, widths);
    }

    fn branch_table(&mut self, targets: &wasmparser::BrTable<'_>, at: At, widths: &Widths) {
        let height = at.height_before.saturating_sub(1);
        for depth in targets.targets() {
            self.branch(depth.expect("targets are validated"), height, at, widths);
        }
        self.branch(targets.default(), height, at, widths);
    }

    /// Adds the entry of a branch that is taken with `height` operands.
    fn branch(&mut self, depth: u32, height: u32, at: At, widths: &Widths) {
        let entry = self.stp();
        let nth = self.labels.len() - 1 - depth as usize;
        let label = &mut self.labels[nth];
        let keep = match label.header {
            Some(_) => label.params,
            None => label.results,
        };
        // In unreachable code operands may be missing.
        let dropped = label.height..label.height.max(height.saturating_sub(keep.n));
        let (drop, keep) = (widths.slots(dropped), keep.slots);
        match label.header {
            Some(header) => {
                let pc_delta = delta(at.pc, header.pc);
                let stp_delta = delta(entry, header.stp);
                let branch = SideTableEntry::branch(pc_delta, stp_delta, drop, keep, at.len());
                self.entries.push(branch.backward());
            }
            None => {
                let previous = label.waiting.replace(entry);
                self.wait(previous, drop, keep, at);
            }
        }
    }

    /// Adds the entry of a branch whose landing place is not known yet.
    fn wait(&mut self, previous: Option<u32>, drop: u32, keep: u32, at: At) {
        let link = previous.map_or(NO_LINK, u32::cast_signed);
        let entry = SideTableEntry::branch(at.pc.cast_signed(), link, drop, keep, at.len());
        self.entries.push(entry);
    }

    /// Finishes a waiting entry: it lands on `landing`, here. Returns the next one that waits.
    fn land(&mut self, entry: u32, landing: u32) -> Option<u32> {
        let stp = self.stp();
        let branch = &mut self.entries[entry as usize];
        let previous = (branch.link != NO_LINK).then_some(branch.link.cast_unsigned());
        branch.target = delta(branch.target.cast_unsigned(), landing);
        branch.link = delta(entry, stp);
        previous
    }

    fn call(&mut self, kind: CallKind, at: At) {
        let site = CallSiteIdx(offset(self.call_sites.len()));
        self.call_sites.push(CallSiteInfo { pc: at.pc, kind });
        self.entries.push(match kind {
            CallKind::Direct(func) | CallKind::ReturnDirect(func) => {
                SideTableEntry::call(func, site, at.len())
            }
            CallKind::Indirect { ty, table } | CallKind::ReturnIndirect { ty, table } => {
                SideTableEntry::call_indirect(ty, table, site, at.len())
            }
            CallKind::Ref { ty } | CallKind::ReturnRef { ty } => {
                SideTableEntry::call_ref(ty, site, at.len())
            }
        });
    }

    /// Moves landing places on, past what does nothing and along branches that move no operands.
    ///
    /// From the last entry to the first, so that what a forward branch lands on is done already.
    fn thread(&mut self, code: &[u8]) {
        for header in &mut self.loops {
            header.landing = past_nothing(code, header.pc);
        }
        for at in (0..self.entries.len()).rev() {
            let (entry, owner) = (self.entries[at], self.owners[at]);
            if is_call(code[owner as usize]) {
                continue;
            }
            let start = owner.wrapping_add_signed(entry.pc_delta());
            let mut landing = past_nothing(code, start);
            let mut stp = offset(at).wrapping_add_signed(entry.stp_delta());
            let mut backward = entry.is_backward();
            // A backward branch stays at its loop: that is where it can be replaced by code.
            if !backward && matches!(code[landing as usize], BR | ELSE) {
                let next = self.entries[stp as usize];
                if next.n_drop() == 0 {
                    backward = next.is_backward();
                    landing = landing.wrapping_add_signed(next.pc_delta());
                    stp = stp.wrapping_add_signed(next.stp_delta());
                }
            }
            let entry = &mut self.entries[at];
            entry.target = delta(owner, landing);
            entry.link = delta(offset(at), stp);
            if backward {
                *entry = entry.backward();
            }
        }
    }

    fn innermost(&mut self) -> &mut Label {
        self.labels.last_mut().expect("nesting is validated")
    }
}

const ELSE: u8 = 0x05;
const BR: u8 = 0x0c;

fn is_call(opcode: u8) -> bool {
    // `call` to `return_call_ref`.
    matches!(opcode, 0x10..=0x15)
}

/// The first instruction from `pc` on that does something, or one before it.
///
/// The final `end` returns. The search is limited, so that all the branches of a body may search.
fn past_nothing(code: &[u8], mut pc: u32) -> u32 {
    const NOP: u8 = 0x01;
    const BLOCK: u8 = 0x02;
    const END: u8 = 0x0b;
    /// Block types of one byte are from here on, but for references.
    const ONE_BYTE: std::ops::RangeInclusive<u8> = 0x65..=0x7f;
    const EMPTY: u8 = 0x40;
    for _ in 0..100 {
        match &code[pc as usize..] {
            [NOP | END, _, ..] => pc += 1,
            [BLOCK, ty, ..] if *ty == EMPTY || ONE_BYTE.contains(ty) => pc += 2,
            _ => break,
        }
    }
    pc
}

/// From `from` to `to`. Bodies are limited to 7654321 bytes, so it fits.
fn delta(from: u32, to: u32) -> i32 {
    to.wrapping_sub(from).cast_signed()
}

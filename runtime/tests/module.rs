//! Modules: side tables, constant expressions, facts of tables, names and errors.
//!
//! Nothing is executed here. Each area has one `check` function, which takes text and compares
//! text; what holds for all modules is asserted inside of it.

use runtime::module::{
    CallKind, ConstExpr, DecodeError, Features, ImportItem, Module, PreparedBody, SegmentMode,
    SideTableEntry, Validation, side_table_entries,
};
use runtime::types::{SigRef, TypeRegistry};
use runtime::{FuncIdx, TableIdx};
use std::fmt::Write;
use std::sync::Arc;
use wasmparser::Operator;

fn bytes(wat: &str) -> Box<[u8]> {
    wat::parse_str(wat)
        .expect("wat of a test")
        .into_boxed_slice()
}

fn decode(bytes: Box<[u8]>, validation: Validation) -> Result<Module, DecodeError> {
    Module::decode(
        bytes,
        Arc::new(TypeRegistry::default()),
        Features::default(),
        validation,
    )
}

fn module(wat: &str) -> Module {
    decode(bytes(wat), Validation::default()).expect("a valid module")
}

/// Compares line by line, without regard to indentation.
#[track_caller]
fn assert_lines(actual: &str, expected: &str) {
    let lines = |text: &str| {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        lines.collect::<Vec<_>>().join("\n")
    };
    assert_eq!(lines(actual), lines(expected), "\nactual:\n{actual}");
}

mod side_tables {
    use super::*;

    /// Checks the dump of the first defined function of a module.
    #[track_caller]
    fn check(wat: &str, expected: &str) {
        let eager = module(wat);
        let lazy = decode(bytes(wat), Validation::Lazy).expect("a valid module");
        let func = FuncIdx(eager.n_imports.funcs);
        let body = eager.prepare(func).expect("a valid body");
        let dump = body.display(&eager).to_string();
        let lazy_body = lazy.prepare(func).expect("a valid body");
        assert_eq!(dump, lazy_body.display(&lazy).to_string());
        assert!(std::ptr::eq(body, eager.prepare(func).expect("prepared")));
        assert_consistent(&eager, body);
        assert_lines(&dump, expected);
    }

    /// Walks the code: numbering, landing places, call sites and loops fit together.
    pub(super) fn assert_consistent(module: &Module, body: &PreparedBody) {
        let mut operators = body.operators(module);
        let (mut stp, mut n_calls, mut n_loops) = (0, 0, 0);
        while !operators.eof() {
            let (op, at) = operators.read_with_offset().expect("validated");
            let pc = u32::try_from(at).expect("small") - body.code.start;
            let next = u32::try_from(operators.original_position()).expect("small");
            let next = next - body.code.start;
            assert_eq!(body.stp_at(module, pc), stp);
            let end = stp + side_table_entries(&op);
            for (stp, entry) in (stp..end).zip(&body.side_table[stp as usize..]) {
                match op {
                    Operator::Call { .. }
                    | Operator::CallIndirect { .. }
                    | Operator::CallRef { .. }
                    | Operator::ReturnCall { .. }
                    | Operator::ReturnCallIndirect { .. }
                    | Operator::ReturnCallRef { .. } => {
                        assert_eq!(entry.site().0, n_calls);
                        assert_eq!(body.call_sites[entry.site().index()].pc, pc);
                        n_calls += 1;
                    }
                    _ => assert_landing(module, body, pc, stp, entry),
                }
                if !matches!(op, Operator::BrTable { .. }) {
                    assert_eq!(pc + entry.op_len(), next);
                }
            }
            stp = end;
            if let Operator::Loop { .. } = op {
                let header = body.loop_at(next).expect("a loop header");
                assert_eq!(header.stp, stp);
                n_loops += 1;
            }
        }
        assert_eq!(stp as usize, body.side_table.len());
        assert_eq!(n_calls as usize, body.call_sites.len());
        assert_eq!(n_loops, body.loops.len());
    }

    fn assert_landing(
        module: &Module,
        body: &PreparedBody,
        pc: u32,
        stp: u32,
        entry: &SideTableEntry,
    ) {
        let landing = pc.wrapping_add_signed(entry.pc_delta());
        let landing_stp = stp.wrapping_add_signed(entry.stp_delta());
        assert_eq!(body.stp_at(module, landing), landing_stp);
        let header = body.loop_landing_at(landing);
        assert_eq!(entry.is_backward(), header.is_some());
    }

    // A branch on null leaves the reference behind, one on others takes it along.
    #[test]
    fn references() {
        check(
            "(module (type $t (func (result i32))) (func (param (ref null $t)) (result i32)
                block
                    local.get 0 br_on_null 0 call_ref $t return
                end
                block (result (ref $t))
                    local.get 0 br_on_non_null 0 i32.const 7 return
                end
                return_call_ref $t))",
            "params=1 results=1 locals=1 operands=1 bytes=0x18
             st0 0x4 br_on_null -> 0xa st2 keep=0 drop=0 len=2
             st1 0x6 call_ref type0 site0 len=2
             st2 0xf br_on_non_null -> 0x15 st3 keep=1 drop=0 len=2
             st3 0x15 return_call_ref type0 site1 len=2",
        );
    }

    // Straight code needs nothing; the frame's sizes are still there.
    #[test]
    fn straight_line() {
        check(
            "(module (func (param i32 i64) (result i32) (local f64 f64)
                local.get 0 local.get 0 i32.const 1 i32.add i32.mul))",
            "params=2 results=1 locals=4 operands=3 bytes=0x9",
        );
    }

    // `if` lands behind `else`, `else` behind `end`.
    #[test]
    fn if_else() {
        check(
            "(module (func (param i32) (result i32)
                local.get 0
                if (result i32) i32.const 1 else i32.const 2 end))",
            "params=1 results=1 locals=1 operands=1 bytes=0xb
             st0 0x2 if -> 0x7 st2 keep=0 drop=0 len=2
             st1 0x6 else -> 0xa st2 keep=1 drop=0 len=1",
        );
    }

    // Without an `else` the false case lands behind `end` and keeps the parameters.
    #[test]
    fn if_without_else() {
        check(
            "(module (func (param i32) (result i32)
                i32.const 7 local.get 0
                if (param i32) (result i32) i32.const 1 i32.add end))",
            "params=1 results=1 locals=1 operands=2 bytes=0xb
             st0 0x4 if -> 0xa st1 keep=1 drop=0 len=2",
        );
    }

    // A backward branch lands behind the block type; a branch to the function's label on `end`.
    #[test]
    fn loop_and_outermost_label() {
        check(
            "(module (func (param i32) (result i32)
                i32.const 5
                loop
                  i32.const 3 local.get 0 br_if 1
                  br 0
                end
                unreachable))",
            "params=1 results=1 locals=1 operands=3 bytes=0xf
             st0 0x8 br_if -> 0xe st2 keep=1 drop=1 len=2
             st1 0xa br ->^ 0x4 st0 keep=0 drop=1 len=2
             loop 0x4 st0 height=1",
        );
    }

    // Loops with parameters: branches keep the parameters, not the results, and drop what is
    // below them. The header's height counts the parameters.
    #[test]
    fn loop_with_parameters() {
        check(
            "(module (type $t (func (param i32 i32) (result i32)))
               (func (param i32) (result i32)
                 i32.const 9 i32.const 1 i32.const 2
                 loop (type $t)
                   i32.const 3 i32.const 4 local.get 0
                   br_if 0
                   drop drop drop
                 end
                 i32.add))",
            "params=1 results=1 locals=1 operands=6 bytes=0x16
             st0 0xe br_if ->^ 0x8 st0 keep=2 drop=2 len=2
             loop 0x8 st0 height=3",
        );
    }

    // Each target has its own entry, the default's is the last. They land in different places,
    // one of them backward, with different numbers of slots to drop.
    #[test]
    fn br_table() {
        check(
            "(module (func (param i32)
                i32.const 8
                block
                  i32.const 7
                  loop
                    i32.const 6 local.get 0
                    br_table 0 1 0 2
                  end
                  drop
                end
                drop))",
            "params=1 results=0 locals=1 operands=4 bytes=0x17
             st0 0xc br_table[0] ->^ 0x8 st0 keep=0 drop=1
             st1 0xc br_table[1] -> 0x15 st4 keep=0 drop=2
             st2 0xc br_table[2] ->^ 0x8 st0 keep=0 drop=1
             st3 0xc br_table[3] -> 0x16 st4 keep=0 drop=3
             loop 0x8 st0 height=2",
        );
    }

    // Several branches wait for one label, one of them an `if`'s arm.
    #[test]
    fn several_branches_to_one_label() {
        check(
            "(module (func (param i32) (result i32 i32)
                block (result i32 i32)
                  i32.const 1 i32.const 2
                  local.get 0 br_if 0
                  local.get 0
                  if i32.const 3 i32.const 4 br 1 else i32.const 5 i32.const 6 br 1 end
                end))",
            "params=1 results=2 locals=1 operands=4 bytes=0x1e
             st0 0x8 br_if -> 0x1d st5 keep=2 drop=0 len=2
             st1 0xc if -> 0x15 st4 keep=0 drop=0 len=2
             st2 0x12 br -> 0x1d st5 keep=2 drop=2 len=2
             st3 0x14 else -> 0x1d st5 keep=0 drop=0 len=1
             st4 0x19 br -> 0x1d st5 keep=2 drop=2 len=2",
        );
    }

    // The loop begins with blocks, which its branches skip; the branch out of the inner block lands
    // on one to the loop, and goes there at once. The header stays where it is.
    #[test]
    fn landing_places_move_on() {
        check(
            "(module (func (param i32)
                loop block block local.get 0 br_if 0 end br 1 end end))",
            "params=1 results=0 locals=1 operands=1 bytes=0x10
             st0 0x8 br_if ->^ 0x6 st0 keep=0 drop=0 len=2
             st1 0xb br ->^ 0x6 st0 keep=0 drop=0 len=2
             loop 0x2 st0 height=0",
        );
    }

    // A branch is not threaded along one that drops operands, which takes the instruction itself.
    #[test]
    fn landing_places_stay_at_branches_that_drop() {
        check(
            "(module (func (param i32) (result i32)
                block i64.const 9 block local.get 0 br_if 0 end br 0 end i32.const 1))",
            "params=1 results=1 locals=1 operands=2 bytes=0x11
             st0 0x8 br_if -> 0xb st1 keep=0 drop=0 len=2
             st1 0xb br -> 0xe st2 keep=0 drop=1 len=2",
        );
    }

    // What follows an unconditional branch owns entries like all code, or numbering would depend
    // on reachability.
    #[test]
    fn unreachable_code() {
        check(
            "(module (func $f (param i32) (result i32)
                block (result i32)
                  i32.const 1
                  br 0
                  br_if 1
                  br_table 0 1
                  if (result i32) i32.const 3 else local.get 0 call $f end
                  loop br 0 end
                end))",
            "params=1 results=1 locals=1 operands=1 bytes=0x1d
             st0 0x4 br -> 0x1c st8 keep=1 drop=0 len=2
             st1 0x6 br_if -> 0x1c st8 keep=1 drop=0 len=2
             st2 0x8 br_table[0] -> 0x1c st8 keep=1 drop=0
             st3 0x8 br_table[1] -> 0x1c st8 keep=1 drop=0
             st4 0xc if -> 0x11 st6 keep=0 drop=0 len=2
             st5 0x10 else -> 0x16 st7 keep=1 drop=0 len=1
             st6 0x13 call func0 site0 len=2
             st7 0x18 br ->^ 0x18 st7 keep=0 drop=0 len=2
             loop 0x18 st7 height=1",
        );
    }

    // Call sites are numbered across kinds; entries tell what is called and the length.
    #[test]
    fn calls() {
        check(
            "(module
               (type $t (func (param i32) (result i32)))
               (import \"\" \"\" (func $imp))
               (table 1 funcref) (table $u 1 funcref)
               (func $f (param i32) (result i32)
                 call $imp
                 local.get 0 call $f
                 local.get 0 call_indirect $u (type $t)
                 local.get 0
                 if
                   i32.const 1 return_call $f
                 end
                 local.get 0 return_call_indirect (type $t)))",
            "params=1 results=1 locals=1 operands=2 bytes=0x1a
             st0 0x0 call func0 site0 len=2
             st1 0x4 call func1 site1 len=2
             st2 0x8 call_indirect type0 table1 site2 len=3
             st3 0xd if -> 0x14 st5 keep=0 drop=0 len=2
             st4 0x11 return_call func1 site3 len=2
             st5 0x16 return_call_indirect type0 table0 site4 len=3",
        );
        let module = module("(module (func $f return_call $f) (func call 0 call 0))");
        let kind = |func, site: usize| {
            let body = module.prepare(FuncIdx(func)).expect("a valid body");
            body.call_sites[site].kind
        };
        assert_eq!(kind(0, 0), CallKind::ReturnDirect(FuncIdx(0)));
        assert_eq!(kind(1, 1), CallKind::Direct(FuncIdx(0)));
    }

    // Immediates longer than needed make instructions longer; deltas and lengths count bytes.
    #[test]
    fn padded_immediates() {
        let tight = bytes("(module (func block br 0 end call 0))");
        let code = [
            0x02, 0x40, 0x0c, 0x80, 0x80, 0x00, 0x0b, 0x10, 0x80, 0x00, 0x0b,
        ];
        let mut padded = tight[..tight.len() - 12].to_vec();
        padded.extend([code.len() as u8 + 3, 1, code.len() as u8 + 1, 0]);
        padded.extend(code);
        let module = decode(padded.into(), Validation::Eager).expect("a valid module");
        let body = module.prepare(FuncIdx(0)).expect("a valid body");
        assert_consistent(&module, body);
        assert_lines(
            &body.display(&module).to_string(),
            "params=0 results=0 locals=0 operands=0 bytes=0xb
             st0 0x2 br -> 0x7 st1 keep=0 drop=0 len=4
             st1 0x7 call func0 site0 len=3",
        );
    }

    // Two threads ask for the same body and get the same one.
    #[test]
    fn prepared_once() {
        let module = module("(module (func block br 0 end))");
        let prepare = || std::ptr::from_ref(module.prepare(FuncIdx(0)).expect("a body")).addr();
        let (here, there) = std::thread::scope(|scope| {
            let there = scope.spawn(prepare);
            (prepare(), there.join().expect("no panic"))
        });
        assert_eq!(here, there);
        let body = module.body(FuncIdx(0)).expect("a body");
        assert!(body.prepared().is_some());
    }
}

mod const_exprs {
    use super::*;

    /// Checks all initial values of globals of a module whose imported global is 100 and whose
    /// function references are 1000 and up.
    #[track_caller]
    fn check(globals: &str, expected: &str) {
        let wat = format!("(module (import \"\" \"\" (global $g i32)) (func $f) {globals})");
        let module = module(&wat);
        let mut out = String::new();
        for global in &module.globals[1..] {
            let init = global.init.as_ref().expect("defined globals have a value");
            let value = init.eval(|_| 100, |func| 1000 + u64::from(func.0));
            let constant = init.as_const().map_or("-", |_| "const");
            writeln!(out, "{} {value:#x} {constant}", global.ty.content).expect("a string");
        }
        assert_lines(&out, expected);
    }

    // Values are slots: halves that a type does not use are zero.
    #[test]
    fn constants() {
        check(
            "(global i32 (i32.const -1)) (global i64 (i64.const -1))
             (global f32 (f32.const -0)) (global f64 (f64.const nan:0x8000000000001))
             (global funcref (ref.null func)) (global externref (ref.null extern))",
            "i32 0xffffffff const
             i64 0xffffffffffffffff const
             f32 0x80000000 const
             f64 0x7ff8000000000001 const
             funcref 0x0 const
             externref 0x0 const",
        );
    }

    #[test]
    fn references() {
        check(
            "(global i32 (global.get $g)) (global funcref (ref.func $f))",
            "i32 0x64 -
             funcref 0x3e8 -",
        );
    }

    // Arithmetic wraps at the width of its type; what depends on no global is folded.
    #[test]
    fn extended() {
        check(
            "(global i32 (i32.sub (i32.const 1) (i32.const 2)))
             (global i32 (i32.mul (i32.const 0x10000) (i32.const 0x10001)))
             (global i64 (i64.add (i64.const -1) (i64.mul (i64.const 3) (i64.const 4))))
             (global i32 (i32.sub (i32.add (global.get $g) (i32.const 5)) (global.get $g)))",
            "i32 0xffffffff const
             i32 0x10000 const
             i64 0xb const
             i32 0x5 -",
        );
    }

    // Offsets of segments are the same expressions; passive segments have none.
    #[test]
    fn segments() {
        let module = module(
            "(module (memory 1) (table 9 funcref) (func $f)
               (data (i32.const 3) \"abc\") (data \"d\")
               (elem (i32.const 4) $f) (elem declare func $f) (elem funcref (ref.null func)))",
        );
        let [active, passive] = &module.datas[..] else {
            panic!("two data segments")
        };
        assert_eq!(module.bytes.present(active.range.clone()), b"abc");
        assert!(matches!(
            active.mode,
            SegmentMode::Active {
                offset: ConstExpr::Const(3),
                ..
            }
        ));
        assert!(matches!(passive.mode, SegmentMode::Passive));
        assert_lines(
            &format!(
                "{:?}",
                module.elems.iter().map(|it| &it.items).collect::<Vec<_>>()
            ),
            "[Funcs([func0]), Funcs([func0]), Exprs([Const(0)])]",
        );
    }
}

mod table_facts {
    use super::*;

    /// Checks the class of each table, found eagerly and lazily.
    #[track_caller]
    fn check(wat: &str, expected: &str) {
        for validation in [Validation::Eager, Validation::Lazy] {
            let module = decode(bytes(wat), validation).expect("a valid module");
            let mut out = String::new();
            for table in 0..module.tables.len() {
                let facts = module.table_facts(TableIdx(table as u32));
                writeln!(out, "table{table} {:?}", facts.class).expect("a string");
            }
            assert_lines(&out, expected);
        }
    }

    // Active segments are part of instantiation; reading a table is no write.
    #[test]
    fn unwritten() {
        check(
            "(module
               (import \"\" \"\" (table 1 funcref))
               (table $own 1 funcref)
               (table (export \"t\") 1 funcref)
               (table $to 1 funcref)
               (elem (table $own) (i32.const 0) func $f)
               (func $f
                 (drop (table.get $own (i32.const 0)))
                 (drop (table.size $own))
                 (call_indirect $own (i32.const 0))
                 (table.copy $to $own (i32.const 0) (i32.const 0) (i32.const 0))))",
            "table0 SharedUnwritten
             table1 Constant
             table2 SharedUnwritten
             table3 Written",
        );
    }

    // Every instruction that writes, in code that is never reached; imports can be written, too.
    #[test]
    fn written() {
        check(
            "(module
               (import \"\" \"\" (table $imported 1 funcref))
               (table $set 1 funcref) (table $fill 1 funcref) (table $grow 1 funcref)
               (table $init 1 funcref) (table $copy 1 funcref) (table $none 1 funcref)
               (elem $e func)
               (func
                 unreachable
                 i32.const 0 ref.null func table.set $imported
                 i32.const 0 ref.null func table.set $set
                 i32.const 0 ref.null func i32.const 0 table.fill $fill
                 ref.null func i32.const 0 table.grow $grow drop
                 i32.const 0 i32.const 0 i32.const 0 table.init $init $e
                 i32.const 0 i32.const 0 i32.const 0 table.copy $copy $none))",
            "table0 Written
             table1 Written
             table2 Written
             table3 Written
             table4 Written
             table5 Written
             table6 Constant",
        );
    }
}

mod names {
    use super::*;

    /// Checks the names of a module and its functions.
    #[track_caller]
    fn check(bytes: Box<[u8]>, expected: &str) {
        let module = decode(bytes, Validation::Eager).expect("a valid module");
        let names = module.names();
        let mut out = format!("{:?}\n", names.module());
        for func in 0..module.funcs.len() {
            let func = FuncIdx(func as u32);
            writeln!(out, "{func} {:?}", names.func(func)).expect("a string");
        }
        assert_lines(&out, expected);
    }

    #[test]
    fn names() {
        check(
            bytes("(module $m (import \"\" \"\" (func $imp)) (func) (func $\"näme\"))"),
            "Some(\"m\")
             func0 Some(\"imp\")
             func1 None
             func2 Some(\"näme\")",
        );
        check(bytes("(module (func))"), "None\nfunc0 None");
    }

    // A broken name section does not break the module.
    #[test]
    fn malformed() {
        let mut broken = bytes("(module $m (func $name))");
        let at = broken.windows(4).position(|it| it == b"name").expect("it");
        let at = at
            + 4
            + broken[at + 4..]
                .windows(4)
                .position(|it| it == b"name")
                .expect("it");
        broken[at] = 0xff;
        check(broken, "None\nfunc0 None");
    }
}

mod errors {
    use super::*;

    /// Checks the error, with its causes, of an invalid module.
    #[track_caller]
    fn check(bytes: Box<[u8]>, validation: Validation, expected: &str) {
        let error = decode(bytes, validation).expect_err("an invalid module");
        let place = error.reader_error().map(|error| error.offset());
        let mut out = format!("{place:?} {:?}: {error}", error.defined_func());
        let mut source = std::error::Error::source(&error);
        while let Some(error) = source {
            write!(out, ": {error}").expect("a string");
            source = error.source();
        }
        assert_lines(&out, expected);
    }

    // Outside of bodies the error is wasmparser's own.
    #[test]
    fn invalid_outside_of_bodies() {
        check(
            bytes("(module (export \"a\" (func 0)))"),
            Validation::Lazy,
            "Some(11) None: unknown function 0: exported function index out of bounds (at offset 0xb)",
        );
    }

    #[test]
    fn component() {
        check(
            bytes("(component)"),
            Validation::Eager,
            "None None: expected a WebAssembly module but was given a WebAssembly component",
        );
    }

    // The validator lets the kind "exact function" pass. Exact or not is the same as long as function
    // types have no subtypes of their own.
    #[test]
    fn exact_functions_are_functions() {
        let wat = r#"(module (import "" "" (func)) (export "e" (func 0)))"#;
        let mut exact = bytes(wat);
        let import = exact.windows(5).position(|it| it == [1, 0, 0, 0, 0]);
        exact[import.expect("one import") + 3] = 0x20;
        let module = decode(exact, Validation::Eager).expect("a valid module");
        assert_eq!(module.imports[0].item, ImportItem::Func(FuncIdx(0)));
    }

    // Errors name the function and keep wasmparser's words; a body that is invalid stays so.
    #[test]
    fn invalid_body() {
        let wat = "(module (import \"\" \"\" (func)) (func) (func (result i32)))";
        check(
            bytes(wat),
            Validation::Eager,
            "Some(38) Some(1): invalid body of func2: \
             type mismatch: expected i32 but nothing on stack (at offset 0x26)",
        );
        let lazy = decode(bytes(wat), Validation::Lazy).expect("valid but for a body");
        lazy.prepare(FuncIdx(1)).expect("a valid body");
        let error = lazy.prepare(FuncIdx(2)).expect_err("an invalid body");
        assert_eq!(error.defined_func(), Some(1));
        lazy.prepare(FuncIdx(2)).expect_err("still invalid");
    }

    // Many threads, several invalid bodies: the first one is reported, every time.
    #[test]
    fn first_invalid_body() {
        let body = "i32.const 1 drop ".repeat(100);
        let mut wat = "(module".to_owned();
        for func in 0..3000 {
            let invalid = if func > 1000 && func % 7 == 0 {
                "drop"
            } else {
                ""
            };
            write!(wat, "(func {body}{invalid})").expect("a string");
        }
        wat.push(')');
        let bytes = bytes(&wat);
        for _ in 0..10 {
            let error = decode(bytes.clone(), Validation::Eager).expect_err("invalid bodies");
            assert_eq!(error.defined_func(), Some(1001));
        }
    }

    // Proposals outside the feature set.
    #[test]
    fn unsupported_features() {
        for wat in ["(module (tag))", "(module (func (param exnref)))"] {
            let error = decode(bytes(wat), Validation::Eager).expect_err(wat);
            assert!(error.reader_error().is_some(), "{wat}: {error}");
        }
    }

    // Of the gc proposal only function types are supported. The rest is valid, but not ours.
    #[test]
    fn unsupported_types_and_instructions() {
        for (wat, expected) in [
            ("(module (type (struct)))", "struct type"),
            (
                "(module (rec (type (func)) (type (array i8))))",
                "array type",
            ),
            ("(module (func (param anyref)))", "value type"),
            ("(module (global i31ref (ref.null i31)))", "value type"),
            ("(module (table 1 eqref))", "reference type"),
            ("(module (func (local structref)))", "type of a local"),
            ("(module (func (drop (ref.null none))))", "instruction"),
            (
                "(module (func (drop (ref.i31 (i32.const 0)))))",
                "instruction",
            ),
            (
                "(module (func (block (result anyref) (unreachable)) (drop)))",
                "instruction",
            ),
        ] {
            let error = decode(bytes(wat), Validation::Eager).expect_err(wat);
            let text = format!("unsupported {expected} at 0x");
            assert!(error.to_string().starts_with(&text), "{wat}: {error}");
            if let Ok(module) = decode(bytes(wat), Validation::Lazy) {
                let error = module.prepare(FuncIdx(0)).expect_err(wat);
                assert!(error.to_string().starts_with(&text), "{wat}: {error}");
            }
        }
    }

    // Both ways of giving a type to a block, to locals and to elements.
    #[test]
    fn typed_references() {
        let wat =
            "(module (type $t (func (result (ref null $t)))) (table 1 2 (ref $t) (ref.func $f))
            (elem (ref null $t) (ref.null $t))
            (rec (type $a (func (param (ref $b)))) (type $b (sub (func (param (ref $a))))))
            (func $f (type $t) (local (ref $a)) (block (result (ref null $t)) (ref.null $t))))";
        let module = decode(bytes(wat), Validation::Eager).expect("is valid");
        let body = module.prepare(FuncIdx(0)).expect("is valid");
        let (t, a, b) = (module.types[0], module.types[1], module.types[2]);
        let text = |sig: &SigRef| sig.id.0;
        assert_eq!(
            body.local_types[0].to_string(),
            format!("(ref func (engine {}))", text(&a))
        );
        assert_eq!(
            module.tables[0].ty.element.to_string(),
            format!("(ref func (engine {}))", text(&t))
        );
        assert!(t.is_final() && !b.is_final() && a != b);
    }

    const EVERYTHING: &str = "(module $name
        (type $t (func (param i32) (result i32 i64)))
        (import \"m\" \"f\" (func $f (type $t))) (import \"m\" \"t\" (table $t 1 externref))
        (import \"m\" \"m\" (memory 1)) (import \"m\" \"g\" (global $g (mut f32)))
        (table $own 1 2 funcref) (global $h i32 (i32.const 1))
        (export \"f\" (func $f)) (export \"g\" (func $g)) (export \"m\" (memory 0))
        (start $s)
        (elem (table $own) (i32.const 0) func $g) (elem $e externref (ref.null extern))
        (data $d \"abc\") (data (i32.const 1) \"def\")
        (func $s (local i64 f64)
          (memory.init $d (i32.const 0) (i32.const 0) (i32.const 0)) (data.drop $d))
        (func $g (type $t)
          block (result i32 i64)
            i32.const 1 i64.const 2 local.get 0 br_table 0 0 1
          end
          drop drop
          loop (result i32 i64)
            local.get 0 if (result i32 i64) i32.const 7 i64.const 9 else br 1 end
          end
          drop return_call $f))";

    // Cut anywhere, the module is an error and never a panic. What is left is a module again only
    // behind the header, the types, the imports and the data.
    #[test]
    fn truncated() {
        let whole = bytes(EVERYTHING);
        let valid: Vec<usize> = (0..whole.len())
            .filter(|&len| decode(whole[..len].into(), Validation::Eager).is_ok())
            .collect();
        let names = whole
            .windows(5)
            .position(|it| it == b"\x04name")
            .expect("it")
            - 2;
        assert_eq!(valid, [8, 25, 56, names]);
    }

    // Any byte changed: whatever comes out, bodies that can be prepared are consistent.
    #[test]
    fn corrupted() {
        let whole = bytes(EVERYTHING);
        for at in 0..whole.len() {
            for byte in [0x00, 0x01, 0x0b, 0x40, 0x7f, 0x80, 0xff, whole[at] ^ 1] {
                let mut broken = whole.clone();
                broken[at] = byte;
                let Ok(module) = decode(broken, Validation::Lazy) else {
                    continue;
                };
                module.names();
                for table in 0..module.tables.len() {
                    module.table_facts(TableIdx(table as u32));
                }
                for func in module.n_imports.funcs..module.funcs.len() as u32 {
                    if let Ok(body) = module.prepare(FuncIdx(func)) {
                        side_tables::assert_consistent(&module, body);
                    }
                }
            }
        }
    }
}

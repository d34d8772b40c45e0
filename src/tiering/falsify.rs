//! Exit tables that are wrong on purpose: whoever checks exits must notice.

use crate::inspect::{Comparison, ExitRecorder, Shadow};
use crate::{Config, Engine, Instance, Module, Store, Strategy};
use deopt::{ExitTableBuilder, SlotState};
use jit::Compiled;
use std::cell::Cell;
use std::num::NonZeroU32;

thread_local! {
    /// The slot of the outermost frame that exits get wrong, if any.
    static WRONG_SLOT: Cell<Option<usize>> = const { Cell::new(None) };
}

/// What the compiler made, or the same with wrong exits.
pub(super) fn falsified(mut code: Compiled) -> Compiled {
    if let Some(wrong) = WRONG_SLOT.get() {
        let mut table = ExitTableBuilder::default();
        for (_, mut exit) in code.exits.exits() {
            if let Some(slot) = exit.frames[0].slots.get_mut(wrong) {
                *slot = SlotState::Const(12345);
            }
            table.push(&exit);
        }
        code.exits = table.finish();
    }
    code
}

/// Calls a function with guards that fail, where `wrong` is what exits get wrong, and once more in
/// the interpreter. Returns the results, and how the states compare.
fn run(wrong: Option<usize>) -> (Vec<i32>, Comparison) {
    // Nobody reads local 2 after the call.
    let wat = r#"(module
        (type $t (func (param i32) (result i32)))
        (table funcref (elem $a))
        (memory 1)
        (func $a (type $t) (i32.store (i32.const 8) (local.get 0)) (local.get 0))
        (func (export "f") (param $x i32) (param $index i32) (result i32) (local $dead i32)
        (local.set $dead (i32.mul (local.get $x) (i32.const 7)))
        (i32.store (i32.const 0) (local.get $dead))
        (i32.add (local.get $x) (call_indirect (type $t) (local.get $x) (local.get $index)))))"#;
    let run = |strategy, watch: &mut dyn FnMut(&mut Store<()>)| {
        let mut config = Config::new();
        config
            .strategy(strategy)
            .jit_threshold(1)
            .jit_background(false)
            .jit_deopt_every(NonZeroU32::new(1))
            .consume_fuel(true);
        let engine = Engine::new(&config).expect("the settings are valid");
        let module = Module::new(&engine, wat).expect("the module is valid");
        let mut store = Store::new(&engine, ());
        watch(&mut store);
        store.set_fuel(1_000_000).expect("fuel is counted");
        let instance = Instance::new(&mut store, &module, &[]).expect("it imports nothing");
        let f = instance.get_typed_func::<(i32, i32), i32>(&mut store, "f");
        let f = f.expect("it is exported");
        let call = |x| f.call(&mut store, (x, 0)).expect("nothing traps");
        (0..10).map(call).collect::<Vec<_>>()
    };
    WRONG_SLOT.set(wrong);
    let mut exits = None;
    let results = run(Strategy::Tiered, &mut |store| {
        exits = ExitRecorder::attach(store, 100).ok();
    });
    WRONG_SLOT.set(None);
    let exits = exits.expect("fuel is counted");
    let mut shadow = None;
    let expected = run(Strategy::Interpreter, &mut |store| {
        shadow = Shadow::attach(store, &exits).ok();
    });
    let comparison = shadow.expect("fuel is counted").compare();
    assert_eq!(comparison.equal + comparison.differences.len(), exits.len());
    if wrong.is_none() {
        assert_eq!(results, expected);
    }
    (results, comparison)
}

// An exit gets a local wrong that nobody reads any more. Results are right, and so nobody else
// would notice; the shadow reports each exit.
#[test]
fn shadows_notice_wrong_exits() {
    let (right, comparison) = run(None);
    assert!(comparison.equal >= 5, "{comparison}");
    assert!(comparison.differences.is_empty(), "{comparison}");
    let (results, wrong) = run(Some(2));
    assert_eq!(results, right);
    assert!(wrong.differences.len() >= 5, "{wrong}");
    let text = &wrong.differences[0];
    assert!(
        text.contains("3039") && text.contains("instead of"),
        "{text}"
    );
}

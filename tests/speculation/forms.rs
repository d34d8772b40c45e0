//! The six forms of calls, inlined into each other, with values of different types.
//!
//! Modules are generated: a caller calls one or two functions in the middle, and these a leaf, each
//! by one of the forms. The last call meets a new target after all of it was inlined, so that a guard
//! in the middle of inlined code fails; and then one that traps.

use super::harness::{Run, deopts, everywhere};
use std::fmt::Write as _;

/// The forms of a call.
const FORMS: [&str; 6] = [
    "call",
    "return_call",
    "call_indirect",
    "return_call_indirect",
    "call_ref",
    "return_call_ref",
];

/// Does a frame of the caller remain?
fn remains(form: &str) -> bool {
    !form.starts_with("return_")
}

/// Does it name the function that it calls?
fn is_direct(form: &str) -> bool {
    matches!(form, "call" | "return_call")
}

/// A type, how values of it are added and multiplied, and how one is made of an `i32`.
struct Kind {
    ty: &'static str,
    add: &'static str,
    mul: &'static str,
    make: &'static str,
}

const KINDS: [Kind; 4] = [
    Kind {
        ty: "i32",
        add: "i32.add",
        mul: "i32.mul",
        make: "",
    },
    Kind {
        ty: "i64",
        add: "i64.add",
        mul: "i64.mul",
        make: "i64.extend_i32_s",
    },
    Kind {
        ty: "f64",
        add: "f64.add",
        mul: "f64.mul",
        make: "f64.convert_i32_s",
    },
    Kind {
        ty: "v128",
        add: "i32x4.add",
        mul: "i32x4.mul",
        make: "i32x4.splat",
    },
];

impl Kind {
    fn make(&self, value: &str) -> String {
        match self.make {
            "" => value.to_owned(),
            make => format!("({make} {value})"),
        }
    }

    fn constant(&self, value: i32) -> String {
        self.make(&format!("(i32.const {value})"))
    }

    /// `f` of an `i32` as it prints.
    fn print(&self, value: i32) -> String {
        match self.ty {
            "i32" => format!("{value}"),
            "i64" => format!("{value}i64"),
            "f64" => format!("{:#x}f64", f64::from(value).to_bits()),
            _ => {
                let lane = u128::from(value.cast_unsigned());
                format!("{:#x}v128", lane | lane << 32 | lane << 64 | lane << 96)
            }
        }
    }
}

/// Chains of calls, each by a form a level, outermost first.
type Chains = Vec<Vec<&'static str>>;

/// The name of the function that makes the calls `forms`, of which it is the caller.
fn name(forms: &[&str]) -> String {
    forms.join("-")
}

/// A call of the function `name` in some form. The table `$calls` has it at `index`.
fn call(form: &str, name: &str, index: &str) -> String {
    let args = "(local.get 0) (local.get 1)";
    match form {
        "call" | "return_call" => format!("({form} ${name} {args})"),
        "call_ref" | "return_call_ref" => {
            format!("({form} $u {args} (table.get $calls {index}))")
        }
        _ => format!("({form} $calls (type $u) {args} {index})"),
    }
}

/// For each chain an export of its name, `(i32, i32) -> $ty`, that makes its calls. The second
/// argument chooses the leaf: 0 and 1 return something, 2 traps. Callers that remain add a power of
/// ten for their level.
fn module(kind: &Kind, chains: &Chains) -> String {
    let Kind { ty, add, mul, .. } = kind;
    let mut wat = format!(
        "(module
(type $u (func (param {ty} i32) (result {ty})))
(func $a (type $u) ({add} (local.get 0) {}))
(func $b (type $u) ({mul} (local.get 0) {}))
(func $traps (type $u) (nop) (drop (i32.div_u (i32.const 1) (i32.const 0))) (local.get 0))
(func $pick (type $u) (call_indirect $calls (type $u)
(local.get 0) (local.get 1) (local.get 1)))\n",
        kind.constant(1),
        kind.constant(3)
    );
    let mut callees: Vec<&[&str]> = chains
        .iter()
        .flat_map(|it| (1..it.len()).map(|from| &it[from..]))
        .collect();
    callees.sort();
    callees.dedup();
    let elements: String = callees
        .iter()
        .map(|it| format!(" (ref.func ${})", name(it)))
        .collect();
    let _ = writeln!(
        wat,
        "(table $calls (ref null $u)
(elem (ref.func $a) (ref.func $b) (ref.func $traps){elements}))"
    );
    let body = |forms: &[&str], more: i32| {
        let form = forms[0];
        let call = if forms.len() == 1 {
            call(form, "pick", "(local.get 1)")
        } else {
            let index = callees.iter().position(|it| *it == &forms[1..]);
            let index = 3 + index.expect("it is a callee");
            call(form, &name(&forms[1..]), &format!("(i32.const {index})"))
        };
        match remains(form) {
            true => format!("({add} {call} {})", kind.constant(more)),
            false => call,
        }
    };
    for forms in &callees {
        let more = more(forms.len());
        let _ = writeln!(
            wat,
            "(func ${} (type $u) {})",
            name(forms),
            body(forms, more)
        );
    }
    for forms in chains {
        // Instructions that do nothing, so that there is room for what is inlined.
        let (room, more) = ("(nop)".repeat(100), more(forms.len()));
        let (name, body) = (name(forms), body(forms, more));
        let _ = writeln!(wat, "(func $of-{name} (type $u) {body})");
        let first = kind.make("(local.get 0)");
        let _ = writeln!(
            wat,
            r#"(func (export "{name}") (param i32 i32) (result {ty})
{room} (call $of-{name} {first} (local.get 1)))"#
        );
    }
    wat.push(')');
    wat
}

/// What a caller that remains adds, `level` calls above the leaf.
fn more(level: usize) -> i32 {
    10_i32.pow(u32::try_from(level).expect("small") + 1)
}

/// Runs all `chains` with values of one kind in all modes, and looks at the frames of each.
fn check(kind: &Kind, chains: &Chains) {
    let wat = module(kind, chains);
    let script = |run: &mut Run| {
        for forms in chains {
            for (leaf, n) in [(0, 12), (1, 4), (2, 2), (0, 4)] {
                run.repeat(n, &name(forms), (10, leaf));
            }
        }
    };
    let first = &chains[0];
    let sum = |forms: &[&str]| -> i32 {
        let levels = (1..=forms.len()).rev();
        let remaining = forms.iter().zip(levels).filter(|it| remains(it.0));
        remaining.map(|(_, level)| more(level)).sum()
    };
    let expected = format!(
        "{}(10, 0) = {} x12",
        name(first),
        kind.print(11 + sum(first))
    );
    let transcript = everywhere(&wat, script, &expected);
    let mut lines = transcript.lines();
    for forms in chains {
        let mut line = || lines.next().expect("each call has a line");
        let name = name(forms);
        for (leaf, value, n) in [(0, 11, 12), (1, 30, 4)] {
            let value = kind.print(value + sum(forms));
            assert_eq!(line(), format!("{name}(10, {leaf}) = {value} x{n}"));
        }
        let trap = line();
        let innermost = "fails: wasm trap: integer divide by zero < func2@0x6 < ";
        assert!(trap.contains(innermost), "{trap}");
        // The leaf, what picks it for direct calls, callers that remain, and the export.
        let picks = usize::from(is_direct(forms[forms.len() - 1]));
        let n_remaining = forms.iter().filter(|it| remains(it)).count();
        assert_eq!(
            trap.matches(" < ").count(),
            2 + picks + n_remaining,
            "{trap}"
        );
        line();
    }
    for forms in chains {
        let name = name(forms);
        let script = |run: &mut Run| {
            run.repeat(40, &name, (10, 0));
            run.call(&name, (10, 1));
        };
        let deopts = deopts(&wat, script);
        // A call that is direct is followed by that of what it calls; others are the last one, whose
        // frame is still there. The export is below all of them.
        let last = forms[forms.len() - 1];
        let callers = forms.iter().filter(|it| remains(it)).count();
        let n_frames = match is_direct(last) {
            true => 2 + callers,
            false => 2 + callers - usize::from(remains(last)),
        };
        let [deopt] = &deopts[..] else {
            panic!("{name}: {deopts:?}")
        };
        assert!(deopt.starts_with("WrongCallTarget"), "{name}: {deopt}");
        assert!(
            deopt.ends_with(&format!(" x{n_frames}")),
            "{name}: {deopt}, but {n_frames} frames remain"
        );
    }
}

/// All pairs of forms.
fn pairs() -> Chains {
    let pairs_of = |outer| FORMS.map(|inner| vec![outer, inner]);
    FORMS.into_iter().flat_map(pairs_of).collect()
}

// Two levels of calls of each of the six forms. A frame is rebuilt for every caller that remains,
// and for no caller that a tail call replaced; backtraces have the same ones.
#[test]
fn pairs_with_i32() {
    check(&KINDS[0], &pairs());
}

#[test]
fn pairs_with_v128() {
    check(&KINDS[3], &pairs());
}

// One half of the pairs with one type, the other one with another, for the time it takes.
#[test]
fn pairs_with_i64_or_f64() {
    let (even, odd): (Vec<_>, Vec<_>) = pairs().into_iter().enumerate().partition(|it| {
        let (outer, inner) = (it.0 / FORMS.len(), it.0 % FORMS.len());
        (outer + inner) % 2 == 0
    });
    let without_number = |it: Vec<(usize, _)>| it.into_iter().map(|it| it.1).collect();
    check(&KINDS[1], &without_number(even));
    check(&KINDS[2], &without_number(odd));
}

// Three levels: each form at each level, next to others.
#[test]
fn three_levels() {
    let triple = |n: usize, step: usize| {
        let nth = |level: usize| FORMS[(n + level * step) % FORMS.len()];
        vec![nth(0), nth(1), nth(2)]
    };
    for (kind, step) in [(&KINDS[1], 1), (&KINDS[3], 2), (&KINDS[2], 3)] {
        check(kind, &(0..FORMS.len()).map(|n| triple(n, step)).collect());
    }
}

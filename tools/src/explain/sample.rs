//! A run for tests: a loop whose inlined target changes, and names that a module may choose to do
//! harm.

use std::time::Duration;
use wasm_interp_jit::inspect::{
    Branch, Call, CallKind, CallSiteIdx, CodeId, CodeSummary, Decision, DeoptSummary, EntryCounts,
    ExitIdx, Explanation, FuncIdx, FuncKind, HomeIdx, IcState, InlinedBody, InstanceId, Landing,
    Line, Listing, Moment, MomentKind, SiteDecision, SiteExits, TableIdx, Target, Targets, TypeIdx,
};

/// It opens a script, ends an attribute, turns text around, and clears a screen.
pub(super) const NAME: &str = "</pre><script>alert('1')</script>\" onload=\"&amp;\u{202e}\u{1b}[2J";

const INSTANCE: InstanceId = InstanceId(0);
const CODE: CodeId = CodeId(0);
const LOOP: FuncIdx = FuncIdx(1);

pub(super) fn explanation() -> Explanation {
    let ms = Duration::from_millis;
    let moment = |at, func, code, kind, text: &str| Moment {
        at: ms(at),
        instance: INSTANCE,
        func,
        code,
        kind,
        text: text.to_owned(),
    };
    let (hot, installed) = (
        "tier func1 loop@0x2 hot",
        "tier func1 loop@0x2 installed code0",
    );
    Explanation {
        functions: vec![caller(), callee()],
        others: vec![((INSTANCE, FuncIdx(7)), "log".to_owned())],
        codes: vec![code()],
        deopts: vec![DeoptSummary {
            code: CODE,
            exit: ExitIdx(1),
            reason: "WrongCallTarget".to_owned(),
            home: HomeIdx(0),
            func: LOOP,
            pc: 6,
            frames: 1,
            at: Duration::from_nanos(7_000_001),
        }],
        more_deopts: 0,
        moments: vec![
            moment(1, LOOP, None, MomentKind::Hot, hot),
            moment(3, LOOP, Some(CODE), MomentKind::Installed, installed),
            moment(
                4,
                LOOP,
                Some(CODE),
                MomentKind::OsrEntered,
                "osr func1 loop@0x2 code0",
            ),
            moment(5, FuncIdx(0), None, MomentKind::Failed, "tier func0 stays"),
            moment(7, LOOP, Some(CODE), MomentKind::Deopt, "deopt code0 exit1"),
            moment(
                8,
                LOOP,
                Some(CODE),
                MomentKind::Withdrawn,
                "tier func1 invalidated code0",
            ),
        ],
        more_moments: 0,
        failed: vec![(FuncIdx(0), "too <large>".to_owned())],
        interpreter: ms(6),
        compiled: ms(4),
        host: ms(1),
        end: ms(11),
    }
}

pub(super) fn code() -> CodeSummary {
    let body = |func, call| InlinedBody {
        home: HomeIdx(0),
        func,
        call,
    };
    CodeSummary {
        code: CODE,
        instance: INSTANCE,
        func: LOOP,
        name: Some(NAME.to_owned()),
        osr: Some(2),
        size: 345,
        exits: 2,
        deopts: 1,
        compile_time: Duration::from_micros(1250),
        reused: false,
        installed: Duration::from_millis(3),
        first_osr: Some(Duration::from_millis(4)),
        osr_entries: 1,
        withdrawn: Some(Duration::from_millis(8)),
        inlined: vec![inlined(), refused()],
        bodies: vec![body(LOOP, None), body(FuncIdx(0), Some((0, 6)))],
    }
}

fn inlined() -> Decision {
    Decision {
        func: LOOP,
        pc: 6,
        text: "func0 behind index == 0, else exit".to_owned(),
    }
}

fn refused() -> Decision {
    Decision {
        func: FuncIdx(0),
        pc: 2,
        text: "called: func7 is imported".to_owned(),
    }
}

fn listing(func: FuncIdx, name: Option<&str>, lines: Vec<Line>) -> Listing {
    Listing {
        instance: INSTANCE,
        func,
        name: name.map(str::to_owned),
        size: 21,
        n_locals: 1,
        operand_slots: 2,
        kind: FuncKind::Interpreted,
        hotness: -3,
        instructions: Some(459),
        lines,
    }
}

fn line(pc: u32, instruction: &str) -> Line {
    Line {
        pc,
        instruction: instruction.to_owned(),
        branches: Vec::new(),
        call: None,
        header: None,
        exits: Vec::new(),
    }
}

fn caller() -> Listing {
    let target = |func, index, count| Target { func, index, count };
    let targets = vec![target(Some(FuncIdx(0)), Some(0), 60), target(None, None, 5)];
    let counts = |taken, not_taken| EntryCounts { taken, not_taken };
    let call = Call {
        pc: 6,
        stp: 0,
        site: CallSiteIdx(0),
        kind: CallKind::Indirect {
            ty: TypeIdx(0),
            table: TableIdx(0),
        },
        targets: Targets::Cached(IcState::Polymorphic, targets),
        counts: Some(counts(63, 2)),
        decisions: vec![SiteDecision {
            code: CODE,
            decision: inlined(),
        }],
    };
    let exits = SiteExits {
        code: CODE,
        reason: "WrongCallTarget".to_owned(),
        count: 1,
    };
    let back = Landing {
        pc: 2,
        stp: 0,
        backward: true,
        keep: 0,
        drop: 0,
    };
    let branch = Branch {
        stp: 1,
        landing: back,
        counts: Some((64, 65)),
    };
    let lines = vec![
        Line {
            header: Some((2, 2)),
            ..line(0, "loop")
        },
        line(2, "local.get 0"),
        line(4, "i32.const 0"),
        Line {
            call: Some(call),
            exits: vec![exits],
            ..line(6, "call_indirect 0 0")
        },
        Line {
            branches: vec![branch],
            ..line(9, "br_if 0")
        },
        line(11, "end"),
        line(12, "end"),
    ];
    listing(LOOP, Some(NAME), lines)
}

fn callee() -> Listing {
    let call = Call {
        pc: 2,
        stp: 0,
        site: CallSiteIdx(0),
        kind: CallKind::Direct(FuncIdx(7)),
        targets: Targets::Direct(9),
        counts: None,
        decisions: vec![SiteDecision {
            code: CODE,
            decision: refused(),
        }],
    };
    let lines = vec![
        line(0, "local.get 0"),
        Line {
            call: Some(call),
            ..line(2, "call 7")
        },
        line(4, "end"),
    ];
    Listing {
        instructions: None,
        ..listing(FuncIdx(0), None, lines)
    }
}

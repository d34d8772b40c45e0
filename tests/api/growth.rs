//! Growing memories and tables: in which order limiters are asked and call hooks are called.

use crate::{check, check_with, differs, error};
use wasm_interp_jit::{
    CallHook, Caller, Engine, Error, Func, Instance, Module, Ref, ResourceLimiter, Result, Store,
    UpdateDeadline, bail,
};

/// Writes down all that a store tells, in its order.
#[derive(Default)]
struct Log {
    events: Vec<String>,
    answer: Answer,
}

#[derive(Clone, Copy, Default)]
enum Answer {
    #[default]
    Yes,
    No,
    Error,
}

impl Log {
    fn asked(&mut self, event: String) -> Result<bool> {
        self.events.push(event);
        match self.answer {
            Answer::Yes => Ok(true),
            Answer::No => Ok(false),
            Answer::Error => bail!("no more"),
        }
    }

    fn told(&mut self, what: &str) -> Result<()> {
        self.events.push(format!("{what} failed"));
        Ok(())
    }

    fn take(&mut self) -> String {
        std::mem::take(&mut self.events).join(" ")
    }
}

impl ResourceLimiter for Log {
    fn memory_growing(&mut self, from: usize, to: usize, _: Option<usize>) -> Result<bool> {
        self.asked(format!("memory {}>{}", from >> 16, to >> 16))
    }

    fn memory_grow_failed(&mut self, _: Error) -> Result<()> {
        self.told("memory")
    }

    fn table_growing(&mut self, from: usize, to: usize, _: Option<usize>) -> Result<bool> {
        self.asked(format!("table {from}>{to}"))
    }

    fn table_grow_failed(&mut self, _: Error) -> Result<()> {
        self.told("table")
    }
}

const WAT: &str = r#"(module
    (import "" "more" (func $more))
    (memory (export "m") 1 4)
    (table (export "t") 1 4 funcref)
    (func (export "memory") (param i32) (result i32) (memory.grow (local.get 0)))
    (func (export "table") (param i32) (result i32)
        (table.grow (ref.null func) (local.get 0)))
    (func (export "both") (param i32) (result i32)
        (drop (memory.grow (local.get 0)))
        (call $more)
        (table.grow (ref.null func) (local.get 0))))"#;

/// The import grows both by one, as the host does.
fn make(engine: &Engine) -> Result<(Store<Log>, Instance)> {
    let mut store = Store::new(engine, Log::default());
    store.limiter(|log| log);
    store.call_hook(|mut store, hook| {
        let name = match hook {
            CallHook::CallingWasm => "(",
            CallHook::ReturningFromWasm => ")",
            CallHook::CallingHost => "[",
            CallHook::ReturningFromHost => "]",
        };
        store.data_mut().events.push(name.to_owned());
        Ok(())
    });
    let more = Func::wrap(&mut store, |mut caller: Caller<'_, Log>| -> Result<()> {
        let memory = caller.get_export("m").and_then(|it| it.into_memory());
        memory.expect("is exported").grow(&mut caller, 1)?;
        let table = caller.get_export("t").and_then(|it| it.into_table());
        let table = table.expect("is exported");
        table.grow(&mut caller, 1, Ref::Func(None))?;
        Ok(())
    });
    let module = Module::new(engine, WAT)?;
    let instance = Instance::new(&mut store, &module, &[more.into()])?;
    assert_eq!(store.data_mut().take(), "memory 0>1 table 0>1");
    Ok((store, instance))
}

/// Calls an export, and says what happened and what came of it.
fn call(store: &mut Store<Log>, it: Instance, name: &str, by: i32) -> Result<String> {
    let func = it.get_typed_func::<i32, i32>(&mut *store, name)?;
    let result = match func.call(&mut *store, by) {
        Ok(result) => result.to_string(),
        Err(error) => error.root_cause().to_string(),
    };
    Ok(format!("{} = {result}", store.data_mut().take()))
}

/// What happens while an instruction grows something.
fn growing(events: &str) -> String {
    match differs("instructions for which its code calls the runtime are calls of the host to it") {
        true if events.is_empty() => "[ ]".to_owned(),
        true => format!("[ {events} ]"),
        false => events.to_owned(),
    }
}

// Limiters hear of it if something is to grow, and if they have allowed it and it does not.
#[test]
fn instructions() {
    check(|engine| {
        let (mut store, it) = make(engine)?;
        let mut expect = |answer, (name, by), events: &str, result: &str| -> Result<()> {
            store.data_mut().answer = answer;
            let events = growing(events);
            let space = if events.is_empty() { "" } else { " " };
            assert_eq!(
                call(&mut store, it, name, by)?,
                format!("({space}{events} ) = {result}"),
                "{name} {by}"
            );
            Ok(())
        };
        let (memory, table) = (|by| ("memory", by), |by| ("table", by));
        // The first of them are executed by the interpreter, the last ones by compiled code, if any.
        for _ in 0..4 {
            expect(Answer::Yes, memory(0), "", "1")?;
            expect(Answer::Yes, table(0), "", "1")?;
            expect(Answer::No, memory(1), "memory 1>2", "-1")?;
            expect(Answer::No, table(1), "table 1>2", "-1")?;
            expect(Answer::Error, memory(1), "memory 1>2", "no more")?;
            expect(Answer::Error, table(1), "table 1>2", "no more")?;
            expect(Answer::Yes, memory(9), "memory 1>10 memory failed", "-1")?;
            expect(Answer::Yes, table(9), "table 1>10 table failed", "-1")?;
        }
        expect(Answer::Yes, memory(1), "memory 1>2", "1")?;
        expect(Answer::Yes, table(2), "table 1>3", "1")
    });
}

// What the host grows within a call lies between the hooks of that call.
#[test]
fn instructions_and_host_in_turn() {
    check(|engine| {
        let (mut store, it) = make(engine)?;
        let (first, second) = (growing("memory 1>2"), growing("table 2>3"));
        assert_eq!(
            call(&mut store, it, "both", 1)?,
            format!("( {first} [ memory 2>3 table 1>2 ] {second} ) = 2")
        );
        let first = growing("memory 3>4");
        store.data_mut().answer = Answer::No;
        assert_eq!(
            call(&mut store, it, "both", 1)?,
            format!("( {first} [ memory 3>4 ] ) = failed to grow memory by `1`")
        );
        store.data_mut().answer = Answer::Error;
        assert_eq!(
            call(&mut store, it, "both", 1)?,
            format!("( {first} ) = no more")
        );
        Ok(())
    });
}

// The host itself calls nobody when it grows something.
#[test]
fn host() {
    check(|engine| {
        let (mut store, it) = make(engine)?;
        let memory = it.get_memory(&mut store, "m").expect("is exported");
        let table = it.get_table(&mut store, "t").expect("is exported");
        assert_eq!(memory.grow(&mut store, 1)?, 1);
        assert_eq!(table.grow(&mut store, 1, Ref::Func(None))?, 1);
        assert_eq!(store.data_mut().take(), "memory 1>2 table 1>2");
        for (answer, memory_told, table_told, text) in [
            (Answer::Yes, " memory failed", " table failed", None),
            (Answer::No, "", "", None),
            (Answer::Error, "", "", Some("no more")),
        ] {
            store.data_mut().answer = answer;
            assert_eq!(
                error(memory.grow(&mut store, 9)),
                text.unwrap_or("failed to grow memory by `9`")
            );
            assert_eq!(store.data_mut().take(), format!("memory 2>11{memory_told}"));
            assert_eq!(
                error(table.grow(&mut store, 9, Ref::Func(None))),
                text.unwrap_or("failed to grow table by `9`")
            );
            assert_eq!(store.data_mut().take(), format!("table 2>11{table_told}"));
        }
        Ok(())
    });
}

// The callback of a deadline is the embedder's: to call hooks, it is a call of the host.
#[test]
fn deadlines() {
    let set = |config: &mut wasm_interp_jit::Config| {
        config.epoch_interruption(true);
    };
    check_with(set, |engine| {
        let (mut store, it) = make(engine)?;
        store.epoch_deadline_callback(|mut store| {
            store.data_mut().events.push("deadline".to_owned());
            match store.data().answer {
                Answer::Error => bail!("too late"),
                Answer::No => Ok(UpdateDeadline::Interrupt),
                Answer::Yes => Ok(UpdateDeadline::Continue(1)),
            }
        });
        store.set_epoch_deadline(1);
        for _ in 0..3 {
            engine.increment_epoch();
            let (memory, table) = (growing(""), growing(""));
            let spaces = if memory.is_empty() { "" } else { " " };
            assert_eq!(
                call(&mut store, it, "memory", 0)?,
                format!("( [ deadline ]{spaces}{memory} ) = 1")
            );
            assert_eq!(
                call(&mut store, it, "table", 0)?,
                format!("({spaces}{table} ) = 1")
            );
        }
        for (answer, result) in [
            (Answer::No, "wasm trap: interrupt"),
            (Answer::Error, "too late"),
        ] {
            engine.increment_epoch();
            store.data_mut().answer = answer;
            let expected = format!("( [ deadline ] ) = {result}");
            assert_eq!(call(&mut store, it, "memory", 0)?, expected);
        }
        Ok(())
    });
}

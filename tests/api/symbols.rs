//! Source lines in backtraces, which debug information of modules names.

use crate::{check_with, error};
use wasm_interp_jit::{
    Config, Engine, Instance, Module, Result, Store, WasmBacktrace, WasmBacktraceDetails,
};

/// A module with debug information, made as tools do: one line of the text for each instruction.
fn module(engine: &Engine) -> Result<Module> {
    let text = "(module $named\n(func $inner\nunreachable)\n(func (export \"f\")\ncall $inner))";
    let mut buffer = wast::parser::ParseBuffer::new(text)?;
    buffer.track_instr_spans(true);
    let mut wat = wast::parser::parse::<wast::Wat<'_>>(&buffer)?;
    let mut options = wast::core::EncodeOptions::new();
    let generated = wast::core::GenerateDwarf::Full;
    options.dwarf("program.wat".as_ref(), text, generated);
    let bytes = match &mut wat {
        wast::Wat::Module(module) => options.encode_module(module)?,
        wast::Wat::Component(_) => unreachable!("it is a module"),
    };
    Module::from_binary(engine, &bytes)
}

fn with(details: WasmBacktraceDetails) -> impl Fn(&mut Config) {
    move |config| {
        config.wasm_backtrace_details(details);
    }
}

fn trap(engine: &Engine) -> Result<wasm_interp_jit::Error> {
    let mut store = Store::new(engine, ());
    let it = Instance::new(&mut store, &module(engine)?, &[])?;
    let f = it.get_typed_func::<(), ()>(&mut store, "f")?;
    Ok(f.call(&mut store, ()).expect_err("it traps"))
}

#[test]
fn lines() {
    check_with(with(WasmBacktraceDetails::Enable), |engine| {
        let trap = trap(engine)?;
        let backtrace = trap.downcast_ref::<WasmBacktrace>().expect("has one");
        let places: Vec<_> = backtrace
            .frames()
            .iter()
            .map(|frame| {
                let symbol = &frame.symbols()[0];
                (symbol.file().map(str::to_owned), symbol.line())
            })
            .collect();
        let file = places[0].0.clone().expect("has a file");
        assert!(file.ends_with("program.wat"), "{file}");
        assert_eq!(places[0].1, Some(3));
        assert_eq!(places[1].1, Some(5));
        let text = backtrace.to_string();
        assert!(text.contains("program.wat:3:1"), "{text}");
        assert!(!text.contains("note: "), "{text}");
        Ok(())
    });
}

#[test]
fn switched_off() {
    check_with(with(WasmBacktraceDetails::Disable), |engine| {
        let trap = trap(engine)?;
        let backtrace = trap.downcast_ref::<WasmBacktrace>().expect("has one");
        assert!(backtrace.frames().iter().all(|it| it.symbols().is_empty()));
        let text = backtrace.to_string();
        assert!(text.contains(" - named!inner"), "{text}");
        assert!(!text.contains("note: "), "{text}");
        Ok(())
    });
}

// Anybody can write anything into a custom section.
#[test]
fn damaged() {
    check_with(with(WasmBacktraceDetails::Enable), |engine| {
        let sections: String = ["info", "abbrev", "line", "str", "ranges", "aranges"]
            .iter()
            .map(|name| format!("(@custom \".debug_{name}\" \"\\ff\\03\\00\\7f\\80garbage\")"))
            .collect();
        let wat = format!(r#"(module (func (export "f") unreachable) {sections})"#);
        let mut store = Store::new(engine, ());
        let it = Instance::new(&mut store, &Module::new(engine, wat)?, &[])?;
        let f = it.get_typed_func::<(), ()>(&mut store, "f")?;
        let text = error(f.call(&mut store, ()));
        assert!(text.contains("wasm function 0"), "{text}");
        Ok(())
    });
}

//! Runs the directives of one script in one store.
//!
//! Invariant S1: a directive that uses a skipped module is skipped with the module's reason, so
//! that one module too many never shows as a hundred failures, nor as a hundred passes.

use crate::names::{Names, Slot};
use crate::report::Report;
use crate::threads::{SharedInstance, Threads, shared_memories};
use crate::{Messages, Options, features, spectest, value};
use std::thread::{self, Scope};
use wasm_interp_jit::{
    Engine, Error, Instance, Linker, Module, Result, Store, Trap, Val, bail, format_err,
};
use wast::lexer::Lexer;
use wast::parser::{self, ParseBuffer};
use wast::token::Id;
use wast::{QuoteWat, Wast, WastDirective, WastExecute, WastInvoke, WastRet, WastThread, Wat};

/// Fuel for a directive: more than any takes.
const FUEL: u64 = 1 << 40;

/// Why a directive did not pass.
pub(crate) enum Stop {
    /// It did something else.
    Fail(Error),
    /// It cannot be judged; the reason.
    Skip(String),
}

impl Stop {
    pub(crate) fn skip(reason: &str) -> Self {
        Self::Skip(reason.to_string())
    }
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Fail(error)
    }
}

/// Runs the script `text`.
pub(crate) fn run(name: &str, text: &str, engine: &Engine, options: &Options) -> Report {
    let mut report = Report::new(name);
    if let Err(mut error) = parse_and_run(text, engine, options, &mut report) {
        error.set_path(name.as_ref());
        error.set_text(text);
        let line = error.span().linecol_in(text).0 + 1;
        report.fail(line, Error::new(error));
    }
    report
}

/// Fails only if `text` cannot be parsed.
fn parse_and_run(
    text: &str,
    engine: &Engine,
    options: &Options,
    report: &mut Report,
) -> Result<(), wast::Error> {
    let mut lexer = Lexer::new(text);
    lexer.allow_confusing_unicode(true);
    let buffer = ParseBuffer::new_with_lexer(lexer)?;
    let wast = parser::parse::<Wast<'_>>(&buffer)?;
    match Script::new(engine, options, text) {
        Ok(mut script) => thread::scope(|scope| script.run(wast.directives, scope, report)),
        Err(error) => report.fail(0, error.context("failed to set up `spectest`")),
    }
    Ok(())
}

/// A script that runs, or a thread of one.
pub(crate) struct Script<'a> {
    pub(crate) engine: &'a Engine,
    pub(crate) options: &'a Options,
    pub(crate) text: &'a str,
    store: Store<()>,
    linker: Linker<()>,
    names: Names,
    /// What a thread sees of the rest of its script.
    pub(crate) shared: SharedInstance,
    /// Line of the current directive.
    line: usize,
}

impl<'a> Script<'a> {
    pub(crate) fn new(engine: &'a Engine, options: &'a Options, text: &'a str) -> Result<Self> {
        let mut store = Store::new(engine, ());
        let mut linker = Linker::new(engine);
        linker.allow_shadowing(true);
        spectest::define(&mut linker, &mut store, options.output)?;
        Ok(Self {
            engine,
            options,
            text,
            store,
            linker,
            names: Names::default(),
            shared: SharedInstance::default(),
            line: 0,
        })
    }

    /// Runs `directives`, and the threads that they start in `scope`.
    pub(crate) fn run<'scope>(
        &mut self,
        directives: Vec<WastDirective<'scope>>,
        scope: &'scope Scope<'scope, '_>,
        report: &mut Report,
    ) where
        'a: 'scope,
    {
        let mut threads = Threads::new(scope);
        for directive in directives {
            self.line = directive.span().linecol_in(self.text).0 + 1;
            let exhausts = matches!(directive, WastDirective::AssertExhaustion { .. });
            // An engine without fuel has none to give out, and none is left.
            let fuel = self.store.set_fuel(FUEL).map_or(0, |()| FUEL);
            let result = match directive {
                WastDirective::Thread(thread) => self.thread(thread, &mut threads),
                WastDirective::Wait { thread, .. } => threads.wait(thread.name(), report),
                directive => self.directive(directive),
            };
            match result {
                Ok(()) => report.passed += 1,
                Err(Stop::Fail(error)) => report.fail(self.line, error),
                Err(Stop::Skip(reason)) => report.skipped.push((self.line, reason)),
            }
            if !exhausts {
                report.fuel += fuel - self.store.get_fuel().unwrap_or(0);
            }
        }
        threads.finish(self.line, report);
    }

    fn thread<'scope>(
        &mut self,
        thread: WastThread<'scope>,
        threads: &mut Threads<'scope, '_>,
    ) -> Result<(), Stop>
    where
        'a: 'scope,
    {
        let mut shared = SharedInstance::default();
        if let Some(name) = thread.shared_module {
            let instance = self.names.instance(Some(name))?;
            let exports = instance.exports(&mut self.store);
            shared.name = Some(name.name().to_string());
            shared.memories = shared_memories(exports);
        }
        threads.start(self, thread, shared)
    }

    fn directive(&mut self, directive: WastDirective<'_>) -> Result<(), Stop> {
        use WastDirective as D;
        match directive {
            D::Module(module) => self.module(module),
            D::ModuleDefinition(module) => self.define(module).map(drop),
            D::ModuleInstance {
                instance, module, ..
            } => self.module_instance(instance, module),
            D::Register { name, module, .. } => self.register(name, module),
            // A trap is an outcome like any other here: nothing is asserted.
            D::Invoke(invoke) => self.invoke(&invoke).map(drop),
            D::AssertReturn { exec, results, .. } => self.assert_return(exec, &results),
            D::AssertTrap { exec, message, .. } => self.assert_trap(exec, message),
            D::AssertExhaustion { call, message, .. } => {
                self.assert_trap(WastExecute::Invoke(call), message)
            }
            D::AssertException { exec, .. } => self.assert_exception(exec),
            D::AssertUnlinkable {
                module, message, ..
            } => self.assert_unlinkable(module, message),
            D::AssertInvalid {
                module, message, ..
            }
            | D::AssertMalformed {
                module, message, ..
            } => self.assert_rejected(module, message),
            D::AssertInvalidCustom { module, .. } | D::AssertMalformedCustom { module, .. } => {
                self.assert_custom_rejected(module)
            }
            D::AssertSuspension { .. } => Err(Stop::skip("needs stack-switching")),
            D::Thread(_) | D::Wait { .. } => unreachable!("left to `run`"),
        }
    }

    fn module(&mut self, module: QuoteWat<'_>) -> Result<(), Stop> {
        let name = module.name();
        let instance = self
            .define(module)
            .and_then(|module| Ok(self.instantiate(&module)??));
        self.names.enter(name, Slot::of(&instance, self.line));
        instance.map(drop)
    }

    fn define(&mut self, module: QuoteWat<'_>) -> Result<Module, Stop> {
        let name = module.name();
        let module = encode(module).and_then(|wasm| self.compile(&wasm?));
        self.names.define(name, Slot::of(&module, self.line));
        module
    }

    fn module_instance(
        &mut self,
        name: Option<Id<'_>>,
        module: Option<Id<'_>>,
    ) -> Result<(), Stop> {
        let module = self.names.definition(module);
        let instance = module.and_then(|module| Ok(self.instantiate(&module)??));
        self.names.enter(name, Slot::of(&instance, self.line));
        instance.map(drop)
    }

    fn register(&mut self, name: &str, instance: Option<Id<'_>>) -> Result<(), Stop> {
        let shared = self.shared.name.as_deref();
        if let Some(instance) = instance
            && shared == Some(instance.name())
        {
            for (item, memory) in &self.shared.memories {
                let memory = memory.clone();
                self.linker.define(&mut self.store, name, item, memory)?;
            }
            return Ok(());
        }
        let result = self.names.instance(instance).and_then(|instance| {
            self.linker.instance(&mut self.store, name, instance)?;
            Ok(())
        });
        self.names.register(name, Slot::of(&result, self.line));
        result
    }

    fn assert_return(
        &mut self,
        exec: WastExecute<'_>,
        expected: &[WastRet<'_>],
    ) -> Result<(), Stop> {
        let values = self.execute(exec)??;
        if values.len() != expected.len() {
            return Err(Stop::Fail(format_err!(
                "expected {} results found {}",
                expected.len(),
                values.len()
            )));
        }
        for (i, (actual, expected)) in values.iter().zip(expected).enumerate() {
            if !value::matches(&self.store, actual, expected)? {
                let error = format_err!("expected {expected:?} got {actual:?}");
                return Err(Stop::Fail(
                    error.context(format!("result {i} didn't match")),
                ));
            }
        }
        Ok(())
    }

    /// Exhaustion is a trap as well, and instantiation may trap.
    fn assert_trap(&mut self, exec: WastExecute<'_>, message: &str) -> Result<(), Stop> {
        let error = match self.execute(exec)? {
            Ok(values) => {
                return Err(Stop::Fail(format_err!("expected trap, got {values:?}")));
            }
            Err(error) => error,
        };
        Ok(self.check_message(message, &error)?)
    }

    fn assert_exception(&mut self, exec: WastExecute<'_>) -> Result<(), Stop> {
        match self.execute(exec)? {
            Ok(values) => Err(Stop::Fail(format_err!(
                "expected exception, got {values:?}"
            ))),
            Err(error) if error.is::<Trap>() => Err(Stop::Fail(error)),
            Err(_) => Ok(()),
        }
    }

    fn assert_unlinkable(&mut self, module: Wat<'_>, message: &str) -> Result<(), Stop> {
        let module = self.compile(&encode(QuoteWat::Wat(module))??)?;
        match self.instantiate(&module)? {
            Ok(_) => Err(Stop::Fail(format_err!("expected module to fail to link"))),
            Err(error) => Ok(self.check_message(message, &error)?),
        }
    }

    /// The text parser may reject the module too: it is part of what a quoted module tests.
    fn assert_rejected(&mut self, module: QuoteWat<'_>, message: &str) -> Result<(), Stop> {
        let Ok(wasm) = encode(module)? else {
            return Ok(());
        };
        if Module::new(self.engine, &wasm).is_err() {
            return Ok(());
        }
        Err(match features::missing(&wasm, self.options.features) {
            Some(names) => Stop::Skip(format!("valid with {names}")),
            None => Stop::Fail(format_err!("expected module to fail to build: {message}")),
        })
    }

    fn assert_custom_rejected(&mut self, module: QuoteWat<'_>) -> Result<(), Stop> {
        let Ok(wasm) = encode(module)? else {
            return Ok(());
        };
        match Module::new(self.engine, &wasm) {
            Ok(_) => Err(Stop::skip("custom sections are not validated")),
            Err(_) => Ok(()),
        }
    }

    fn execute(&mut self, exec: WastExecute<'_>) -> Result<Result<Vec<Val>>, Stop> {
        match exec {
            WastExecute::Invoke(invoke) => self.invoke(&invoke),
            WastExecute::Wat(module) => {
                let module = self.compile(&encode(QuoteWat::Wat(module))??)?;
                Ok(self.instantiate(&module)?.map(|_| Vec::new()))
            }
            WastExecute::Get { module, global, .. } => {
                let instance = self.names.instance(module)?;
                match instance.get_global(&mut self.store, global) {
                    Some(global) => Ok(Ok(vec![global.get(&mut self.store)])),
                    None => Err(Stop::Fail(format_err!("no item named `{global}` found"))),
                }
            }
        }
    }

    /// Calls a function. The inner result is what the call came to.
    fn invoke(&mut self, invoke: &WastInvoke<'_>) -> Result<Result<Vec<Val>>, Stop> {
        let instance = self.names.instance(invoke.module)?;
        let Some(func) = instance.get_func(&mut self.store, invoke.name) else {
            return Err(Stop::Fail(format_err!(
                "no item named `{}` found",
                invoke.name
            )));
        };
        let mut args = Vec::with_capacity(invoke.args.len());
        for arg in &invoke.args {
            args.push(value::argument(&mut self.store, arg)?);
        }
        let mut results = vec![Val::I32(0); func.ty(&self.store).results().len()];
        Ok(func
            .call(&mut self.store, &args, &mut results)
            .map(|()| results))
    }

    /// Compiles `wasm`, or says which proposals that would have needed.
    fn compile(&self, wasm: &[u8]) -> Result<Module, Stop> {
        Module::new(self.engine, wasm).map_err(|error| {
            match features::missing(wasm, self.options.features) {
                Some(names) => Stop::Skip(format!("needs {names}")),
                None => Stop::Fail(error),
            }
        })
    }

    /// Instantiates `module` unless it imports from something that does not exist.
    fn instantiate(&mut self, module: &Module) -> Result<Result<Instance>, Stop> {
        for import in module.imports() {
            self.names.check_registered(import.module())?;
        }
        Ok(self.linker.instantiate(&mut self.store, module))
    }

    fn check_message(&self, expected: &str, error: &Error) -> Result<()> {
        let actual = format!("{error:?}");
        if self.options.messages == Messages::Compare && !says(&actual, expected) {
            bail!("expected '{expected}', got '{actual}'");
        }
        Ok(())
    }
}

/// The module as bytes; the inner error is the text parser's.
fn encode(mut module: QuoteWat<'_>) -> Result<Result<Vec<u8>>, Stop> {
    if let QuoteWat::QuoteComponent(..) | QuoteWat::Wat(Wat::Component(_)) = module {
        return Err(Stop::skip("needs component-model"));
    }
    Ok(module.encode().map_err(Error::new))
}

/// Whether the text `actual` says what a script calls `expected`.
///
/// Scripts name the element of a table, and a null reference in more ways than there are traps.
fn says(actual: &str, expected: &str) -> bool {
    if actual.contains(expected) {
        return true;
    }
    match expected {
        "null function" => says(actual, "uninitialized element") || says(actual, "null reference"),
        _ if expected.starts_with("uninitialized element ") => {
            actual.contains("uninitialized element")
        }
        _ if expected.starts_with("null ") && expected.ends_with(" reference") => {
            actual.contains("null reference")
        }
        _ => false,
    }
}

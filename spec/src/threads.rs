//! Threads of a script: each runs directives of its own in a store of its own.
//!
//! What they have in common with the rest of the script are shared memories: those that the
//! instance named in the `thread` directive exports.

use crate::report::Report;
use crate::script::{Script, Stop};
use crate::stack::STACK;
use std::collections::HashMap;
use std::thread::{Builder, Scope, ScopedJoinHandle};
use wasm_interp_jit::{Error, Export, SharedMemory, bail, format_err};
use wast::WastThread;

/// What threads can see of an instance of another thread.
#[derive(Clone, Default)]
pub(crate) struct SharedInstance {
    /// The name of its definition.
    pub(crate) name: Option<String>,
    pub(crate) memories: Vec<(String, SharedMemory)>,
}

/// The threads that were started and not waited for.
pub(crate) struct Threads<'scope, 'env> {
    scope: &'scope Scope<'scope, 'env>,
    running: HashMap<String, ScopedJoinHandle<'scope, Report>>,
}

impl<'scope, 'env> Threads<'scope, 'env> {
    pub(crate) fn new(scope: &'scope Scope<'scope, 'env>) -> Self {
        Self {
            scope,
            running: HashMap::new(),
        }
    }

    /// Starts `thread`, which sees `shared`.
    pub(crate) fn start<'a: 'scope>(
        &mut self,
        parent: &Script<'a>,
        thread: WastThread<'scope>,
        shared: SharedInstance,
    ) -> Result<(), Stop> {
        let (engine, options, text) = (parent.engine, parent.options, parent.text);
        let (scope, name) = (self.scope, thread.name.name().to_string());
        let run = move || {
            let mut report = Report::new("");
            match Script::new(engine, options, text) {
                Ok(mut script) => {
                    script.shared = shared;
                    script.run(thread.directives, scope, &mut report);
                }
                Err(error) => report.fail(0, error),
            }
            report
        };
        let handle = Builder::new().stack_size(STACK).spawn_scoped(scope, run);
        self.running.insert(name, handle.map_err(Error::new)?);
        Ok(())
    }

    /// Waits for a thread; what it did is part of the script's report.
    pub(crate) fn wait(&mut self, name: &str, report: &mut Report) -> Result<(), Stop> {
        let Some(handle) = self.running.remove(name) else {
            return Err(Stop::Fail(format_err!("no thread named `{name}` found")));
        };
        Ok(join(handle, report)?)
    }

    /// Waits for all others.
    pub(crate) fn finish(self, line: usize, report: &mut Report) {
        for handle in self.running.into_values() {
            if let Err(error) = join(handle, report) {
                report.fail(line, error);
            }
        }
    }
}

fn join(handle: ScopedJoinHandle<'_, Report>, report: &mut Report) -> Result<(), Error> {
    match handle.join() {
        Ok(theirs) => report.add(theirs),
        Err(_) => bail!("the thread panicked"),
    }
    Ok(())
}

/// The shared memories among `exports`.
pub(crate) fn shared_memories<'a>(
    exports: impl Iterator<Item = Export<'a>>,
) -> Vec<(String, SharedMemory)> {
    exports
        .filter_map(|it| Some((it.name().to_string(), it.into_shared_memory()?)))
        .collect()
}

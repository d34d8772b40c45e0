//! [`GuestProfiler`]: where Wasm spends its time, sampled by the embedder.
//!
//! Addresses in what is written are offsets in the module's bytes, the same in every tier.

use crate::demangle::FuncName;
use crate::error::{Result, ensure};
use crate::{AsContext, CallHook, Engine, Module};
use fxprof_processed_profile::debugid::DebugId;
use fxprof_processed_profile::{
    CategoryHandle, Frame, FrameFlags, FrameInfo, LibraryHandle, LibraryInfo, MarkerLocations,
    MarkerTiming, ProcessHandle, Profile, ReferenceTimestamp, StackHandle, StaticSchemaMarker,
    StaticSchemaMarkerField, StringHandle, Symbol, SymbolTable, ThreadHandle, Timestamp,
};
use runtime::{FuncIdx, RawFrame};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

/// Collects what Wasm was doing at points in time, for <https://profiler.firefox.com/>.
///
/// The embedder says when: [`GuestProfiler::sample`] takes the frames that are on the stack, and is
/// usually called by a callback of [`Store::epoch_deadline_callback`]. Such samples are of beginnings
/// of functions and iterations, in every tier; the host is not sampled. Calls of the host can be
/// marked by [`GuestProfiler::call_hook`].
///
/// The profile has frames of those modules only that it was made with. It tells names and offsets
/// in them, and nothing of the host.
///
/// [`Store::epoch_deadline_callback`]: crate::Store::epoch_deadline_callback
///
/// ```
/// use std::time::Duration;
/// use wasm_interp_jit::{Config, Engine, GuestProfiler, Instance, Module, Store, UpdateDeadline};
///
/// # fn main() -> wasm_interp_jit::Result<()> {
/// let engine = Engine::new(Config::new().epoch_interruption(true))?;
/// let module = Module::new(&engine, r#"(module (func $work (export "work")))"#)?;
/// let modules = [("work.wasm".to_string(), module.clone())];
/// let profiler = GuestProfiler::new(&engine, "work", Duration::from_millis(1), modules)?;
///
/// let mut store = Store::new(&engine, Some(profiler));
/// store.epoch_deadline_callback(|mut store| {
///     let mut profiler = store.data_mut().take().expect("it is there between samples");
///     profiler.sample(&store, Duration::ZERO);
///     *store.data_mut() = Some(profiler);
///     Ok(UpdateDeadline::Continue(1))
/// });
/// let instance = Instance::new(&mut store, &module, &[])?;
/// // Another thread would do this, every millisecond.
/// engine.increment_epoch();
/// instance.get_typed_func::<(), ()>(&mut store, "work")?.call(&mut store, ())?;
///
/// let profiler = store.into_data().expect("it is there");
/// let mut json = Vec::new();
/// profiler.finish(&mut json)?;
/// assert!(String::from_utf8_lossy(&json).contains(r#""work""#));
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct GuestProfiler {
    profile: Profile,
    modules: Vec<ProfiledModule>,
    process: ProcessHandle,
    thread: ThreadHandle,
    start: Instant,
    hostcall: HostCall,
}

/// A module that frames are shown of.
#[derive(Debug)]
struct ProfiledModule {
    module: Module,
    library: LibraryHandle,
}

impl GuestProfiler {
    /// Begins a profile of `modules`, each with the name that it is shown by. Time counts from now.
    ///
    /// `module_name` is the name of the whole. `interval` is about how often there will be samples;
    /// it is only written down.
    ///
    /// # Errors
    ///
    /// If the engine's settings are for debugging guests.
    ///
    /// # Panics
    ///
    /// If a module belongs to another engine.
    pub fn new(
        engine: &Engine,
        module_name: &str,
        interval: Duration,
        modules: impl IntoIterator<Item = (String, Module)>,
    ) -> Result<Self> {
        ensure!(
            !engine.get_guest_debug(),
            "Profiling cannot be performed when guest-debugging is enabled."
        );
        let now = ReferenceTimestamp::from(SystemTime::now());
        let mut profile = Profile::new(module_name, now, interval.into());
        let modules = modules.into_iter().filter_map(|(name, module)| {
            assert!(Engine::same(module.engine(), engine));
            let library = profile.add_lib(library(name, &module)?);
            Some(ProfiledModule { module, library })
        });
        let modules = modules.collect();
        let zero = Timestamp::from_nanos_since_reference(0);
        let process = profile.add_process(module_name, 0, zero);
        let thread = profile.add_thread(process, 0, zero, true);
        let hostcall = HostCall {
            name: profile.intern_string(HostCall::UNIQUE_MARKER_TYPE_NAME),
        };
        Ok(GuestProfiler {
            profile,
            modules,
            process,
            thread,
            start: Instant::now(),
            hostcall,
        })
    }

    /// Adds the frames that are on the stack of `store`, those of its modules.
    ///
    /// `delta` is the time of the processor that was spent since the last sample, or zero if it
    /// does not matter.
    pub fn sample(&mut self, store: impl AsContext, delta: Duration) {
        let now = self.now();
        let stack = self.stack(store);
        self.profile
            .add_sample(self.thread, now, stack, delta.into(), 1);
    }

    /// Marks the time that is spent in functions of the host. `kind` is what a hook set by
    /// [`Store::call_hook`](crate::Store::call_hook) was called with.
    pub fn call_hook(&mut self, store: impl AsContext, kind: CallHook) {
        let now = self.now();
        match kind {
            CallHook::CallingWasm | CallHook::ReturningFromWasm => {}
            CallHook::CallingHost => {
                let begin = MarkerTiming::IntervalStart(now);
                let marker = self.profile.add_marker(self.thread, begin, self.hostcall);
                let stack = self.stack(store);
                self.profile.set_marker_stack(self.thread, marker, stack);
            }
            CallHook::ReturningFromHost => {
                let end = MarkerTiming::IntervalEnd(now);
                self.profile.add_marker(self.thread, end, self.hostcall);
            }
        }
    }

    /// Ends the profile and writes it as JSON, in the [processed profile format] of the Firefox
    /// profiler.
    ///
    /// [processed profile format]: https://github.com/firefox-devtools/profiler/blob/main/docs-developer/processed-profile-format.md
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub fn finish(mut self, output: impl std::io::Write) -> Result<()> {
        let now = self.now();
        self.profile.set_thread_end_time(self.thread, now);
        self.profile.set_process_end_time(self.process, now);
        serde_json::to_writer(output, &self.profile)?;
        Ok(())
    }

    fn now(&self) -> Timestamp {
        let nanos = self.start.elapsed().as_nanos();
        let nanos = u64::try_from(nanos).expect("there are 584 years of nanoseconds");
        Timestamp::from_nanos_since_reference(nanos)
    }

    /// The stack of `store` as the profile has it: outermost frame first.
    fn stack(&mut self, store: impl AsContext) -> Option<StackHandle> {
        let frames = store.as_context().0.opaque().capture_all();
        let frames = frames.iter().rev();
        let frames = frames.filter_map(|frame| lookup(&self.modules, frame));
        self.profile.intern_stack_frames(self.thread, frames)
    }
}

/// A module as the profile knows it; `None` if it has no functions.
fn library(name: String, module: &Module) -> Option<LibraryInfo> {
    let module = module.runtime();
    let defined = (module.n_imports.funcs..).map(FuncIdx);
    let symbols = defined.enumerate().map_while(|(n, func)| {
        let range = &module.body(func)?.range;
        let name = FuncName {
            name: module.names().func(func),
            // wasmtime counts without imports here, unlike in backtraces.
            index: u32::try_from(n).expect("wasmparser limits functions to a million"),
        };
        Some(Symbol {
            address: range.start,
            size: Some(range.end - range.start),
            name: name.to_string(),
        })
    });
    let symbols: Vec<Symbol> = symbols.collect();
    if symbols.is_empty() {
        return None;
    }
    Some(LibraryInfo {
        name,
        debug_name: String::new(),
        path: String::new(),
        debug_path: String::new(),
        debug_id: DebugId::nil(),
        code_id: None,
        arch: None,
        symbol_table: Some(Arc::new(SymbolTable::new(symbols))),
    })
}

/// A frame as the profile knows it; `None` if it is of a module that is not to be shown.
fn lookup(modules: &[ProfiledModule], frame: &RawFrame) -> Option<FrameInfo> {
    let of_frame = |it: &&ProfiledModule| Arc::ptr_eq(it.module.runtime(), &frame.module);
    let module = modules.iter().find(of_frame)?;
    let body = frame.module.body(frame.func)?;
    let address = match (frame.pc, body.prepared()) {
        (Some(pc), Some(prepared)) => prepared.code.start.wrapping_add(pc),
        // It has not begun.
        _ => body.range.start,
    };
    Some(FrameInfo {
        // Also for a caller, whose pc is that of its call.
        frame: Frame::RelativeAddressFromInstructionPointer(module.library, address),
        category_pair: CategoryHandle::OTHER.into(),
        flags: FrameFlags::empty(),
    })
}

/// The marker of a call of the host.
#[derive(Clone, Copy, Debug)]
struct HostCall {
    name: StringHandle,
}

impl StaticSchemaMarker for HostCall {
    const UNIQUE_MARKER_TYPE_NAME: &'static str = "hostcall";
    const FIELDS: &'static [StaticSchemaMarkerField] = &[];
    const LOCATIONS: MarkerLocations = MarkerLocations::MARKER_CHART
        .union(MarkerLocations::MARKER_TABLE)
        .union(MarkerLocations::TIMELINE_OVERVIEW);

    fn name(&self, _profile: &mut Profile) -> StringHandle {
        self.name
    }

    fn category(&self, _profile: &mut Profile) -> CategoryHandle {
        CategoryHandle::OTHER
    }

    fn string_field_value(&self, _field_index: u32) -> StringHandle {
        unreachable!("it has no fields")
    }

    fn number_field_value(&self, _field_index: u32) -> f64 {
        unreachable!("it has no fields")
    }
}

//! The API of wasmtime's debugger.
//!
//! Wasm cannot be debugged here: [`Config::guest_debug`](crate::Config::guest_debug) makes no
//! engine. So everything in this file does what it does in wasmtime without that setting: it finds
//! nothing. Of what could only be found with it, there are no values.

use crate::error::{Error, Result, ensure};
use crate::index::DefinedFuncIndex;
use crate::{
    AsContextMut, Caller, Engine, ExnRef, Func, Global, Instance, Memory, Module, OwnedRooted,
    SharedMemory, Store, StoreContext, StoreContextMut, Table, Tag, Trap, Val,
};
use std::convert::Infallible;
use std::fmt;
use std::marker::PhantomData;

/// An offset in a module.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ModulePC(u32);

impl ModulePC {
    /// The offset `offset`.
    pub fn new(offset: u32) -> Self {
        Self(offset)
    }

    /// The offset.
    pub fn raw(self) -> u32 {
        self.0
    }
}

impl fmt::Debug for ModulePC {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ModulePC({self})")
    }
}

impl fmt::Display for ModulePC {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#x}", self.0)
    }
}

/// Something that a debugger is told.
#[derive(Debug)]
pub enum DebugEvent<'a> {
    /// A host function failed.
    HostcallError(&'a Error),
    /// Wasm threw an exception.
    Exception(OwnedRooted<ExnRef>),
    /// Wasm trapped.
    Trap(Trap),
    /// A breakpoint was reached.
    Breakpoint,
    /// Wasm waits for the next epoch.
    EpochYield,
}

/// What is called with events of a store. No store takes one.
pub trait DebugHandler: Clone + Send + Sync + 'static {
    /// The data of the store.
    type Data;

    /// Handles an event.
    fn handle(
        &self,
        store: StoreContextMut<'_, Self::Data>,
        event: DebugEvent<'_>,
    ) -> impl Future<Output = ()> + Send;
}

/// A place at which Wasm would stop.
pub struct Breakpoint {
    /// The module.
    pub module: Module,
    /// The offset in the module.
    pub pc: ModulePC,
}

/// Changes breakpoints of a store. There is none.
pub struct BreakpointEdit<'a> {
    never: Infallible,
    _store: PhantomData<&'a mut ()>,
}

impl BreakpointEdit<'_> {
    /// Would add a breakpoint.
    ///
    /// # Errors
    ///
    /// None: it cannot be called.
    pub fn add_breakpoint(&mut self, _module: &Module, _pc: ModulePC) -> Result<()> {
        match self.never {}
    }

    /// Would remove a breakpoint.
    ///
    /// # Errors
    ///
    /// None: it cannot be called.
    pub fn remove_breakpoint(&mut self, _module: &Module, _pc: ModulePC) -> Result<()> {
        match self.never {}
    }

    /// Would stop at each instruction.
    ///
    /// # Errors
    ///
    /// None: it cannot be called.
    pub fn single_step(&mut self, _enabled: bool) -> Result<()> {
        match self.never {}
    }
}

/// A frame that a debugger looks at. There is none.
#[derive(Clone)]
pub struct FrameHandle {
    never: Infallible,
}

/// Declares methods of [`FrameHandle`], which cannot be called.
macro_rules! of_no_frame {
    ($($(#[$doc:meta])* $name:ident($($param:ident: $ty:ty),*) -> $result:ty;)*) => {
        impl FrameHandle {$(
            $(#[$doc])*
            ///
            /// # Errors
            ///
            /// None: it cannot be called.
            pub fn $name(&self, _store: impl AsContextMut, $($param: $ty),*) -> Result<$result> {
                match self.never {}
            }
        )*}
    };
}

of_no_frame! {
    /// Its caller's frame.
    parent() -> Option<FrameHandle>;
    /// The instance of its function.
    instance() -> Instance;
    /// Its function and where that is.
    wasm_function_index_and_pc() -> Option<(DefinedFuncIndex, ModulePC)>;
    /// How many locals it has.
    num_locals() -> u32;
    /// How many operands it has.
    num_stacks() -> u32;
    /// A local.
    local(_index: u32) -> Val;
    /// An operand.
    stack(_index: u32) -> Val;
}

impl FrameHandle {
    /// Is it still on the stack?
    pub fn is_valid(&self, _store: impl AsContextMut) -> bool {
        match self.never {}
    }

    /// The module of its function.
    ///
    /// # Errors
    ///
    /// None: it cannot be called.
    pub fn module<'a, T: 'static>(
        &self,
        _store: impl Into<StoreContextMut<'a, T>>,
    ) -> Result<Option<&'a Module>> {
        match self.never {}
    }
}

impl<T> Store<T> {
    /// The innermost frames of each activation: none.
    pub fn debug_exit_frames(&mut self) -> impl Iterator<Item = FrameHandle> {
        std::iter::empty()
    }

    /// An editor of breakpoints: there is none.
    pub fn edit_breakpoints<'a>(&'a mut self) -> Option<BreakpointEdit<'a>> {
        None
    }

    /// All instances, for a debugger: none.
    pub fn debug_all_instances(&mut self) -> Vec<Instance> {
        Vec::new()
    }

    /// All modules, for a debugger: none.
    pub fn debug_all_modules(&mut self) -> Vec<Module> {
        Vec::new()
    }

    /// The breakpoints: `None`, as there can be none.
    pub fn breakpoints(&self) -> Option<impl Iterator<Item = Breakpoint> + '_> {
        None::<std::iter::Empty<Breakpoint>>
    }

    /// Does Wasm stop at each instruction? It does not.
    pub fn is_single_step(&self) -> bool {
        false
    }

    /// Would set what is called with events.
    ///
    /// # Panics
    ///
    /// Always, as in wasmtime unless [`Config::guest_debug`](crate::Config::guest_debug) is on.
    pub fn set_debug_handler(&mut self, _handler: impl DebugHandler<Data = T>)
    where
        T: Send,
    {
        panic!("debug hooks require guest debugging to be enabled");
    }

    /// Does nothing: there is no handler.
    pub fn clear_debug_handler(&mut self) {}

    /// Tells a debugger of a module: there is none, so this only checks it.
    ///
    /// # Errors
    ///
    /// If it belongs to another engine.
    pub fn debug_register_module(&mut self, module: &Module) -> Result<()> {
        ensure!(
            Engine::same(self.engine(), module.engine()),
            "cross-`Engine` instantiation is not currently supported"
        );
        Ok(())
    }
}

impl<'a, T> StoreContext<'a, T> {
    /// The breakpoints: `None`, as there can be none.
    pub fn breakpoints(self) -> Option<impl Iterator<Item = Breakpoint> + 'a> {
        None::<std::iter::Empty<Breakpoint>>
    }

    /// Does Wasm stop at each instruction? It does not.
    pub fn is_single_step(&self) -> bool {
        false
    }
}

impl<'a, T> StoreContextMut<'a, T> {
    /// The innermost frames of each activation: none.
    pub fn debug_exit_frames(&mut self) -> impl Iterator<Item = FrameHandle> {
        std::iter::empty()
    }

    /// An editor of breakpoints: there is none.
    pub fn edit_breakpoints(self) -> Option<BreakpointEdit<'a>> {
        None
    }

    /// All instances, for a debugger: none.
    pub fn debug_all_instances(self) -> Vec<Instance> {
        Vec::new()
    }

    /// All modules, for a debugger: none.
    pub fn debug_all_modules(self) -> Vec<Module> {
        Vec::new()
    }
}

impl<T> Caller<'_, T> {
    /// The innermost frames of each activation: none.
    pub fn debug_exit_frames(&mut self) -> impl Iterator<Item = FrameHandle> {
        std::iter::empty()
    }

    /// An editor of breakpoints: there is none.
    pub fn edit_breakpoints<'b>(&'b mut self) -> Option<BreakpointEdit<'b>> {
        None
    }

    /// All instances, for a debugger: none.
    pub fn debug_all_instances(&mut self) -> Vec<Instance> {
        Vec::new()
    }

    /// All modules, for a debugger: none.
    pub fn debug_all_modules(&mut self) -> Vec<Module> {
        Vec::new()
    }
}

/// Declares methods of [`Instance`] that find nothing.
macro_rules! by_index {
    ($($what:literal $name:ident($index:ident) -> $ty:ty;)*) => {
        impl Instance {$(
            #[doc = concat!("For a debugger: the ", $what, " of an index. Finds none.")]
            pub fn $name(&self, _store: impl AsContextMut, $index: u32) -> Option<$ty> {
                let _ = $index;
                None
            }
        )*}
    };
}

by_index! {
    "global" debug_global(global_index) -> Global;
    "memory" debug_memory(memory_index) -> Memory;
    "shared memory" debug_shared_memory(memory_index) -> SharedMemory;
    "table" debug_table(table_index) -> Table;
    "function" debug_function(function_index) -> Func;
    "tag" debug_tag(tag_index) -> Tag;
}

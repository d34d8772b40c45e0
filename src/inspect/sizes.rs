//! How much memory the functions of a module take.

use crate::{AsContext, Module, Result};
use runtime::module::{CallSiteInfo, LoopInfo, SideTableEntry};
use runtime::{FuncIdx, InstanceId};

/// Sizes of all functions of a module together, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ModuleSizes {
    /// Instructions.
    pub code: usize,
    /// Side tables: entries of branches and calls.
    pub side_tables: usize,
    /// What else is made of a function when it is first called: call sites and loops.
    pub sites: usize,
}

/// Bytes of the body of a function; `None` if there is no such one, or if it is imported.
pub fn bytecode_len(store: impl AsContext, instance: InstanceId, func: FuncIdx) -> Option<usize> {
    let store = store.as_context().0.opaque().runtime();
    let module = &store.instances.get(instance.index())?.module;
    Some(module.body(func)?.range.len())
}

/// Prepares all functions of `module`, as their first calls would, and adds up their sizes.
///
/// # Errors
///
/// If a function is invalid.
pub fn module_sizes(module: &Module) -> Result<ModuleSizes> {
    let module = module.runtime();
    let mut sizes = ModuleSizes::default();
    for func in (0..module.funcs.len() as u32).map(FuncIdx) {
        if module.is_imported_func(func) {
            continue;
        }
        let body = module.prepare(func)?;
        sizes.code += body.code.len();
        sizes.side_tables += size_of::<SideTableEntry>() * body.side_table.len();
        sizes.sites += size_of::<CallSiteInfo>() * body.call_sites.len();
        sizes.sites += size_of::<LoopInfo>() * body.loops.len();
    }
    Ok(sizes)
}

//! Inline caches: what each call site has called. The only writer of feedback.
//!
//! A target is recorded after its signature was checked, so a call of a recorded target needs
//! neither that check nor one for null. The first target is looked at by the handler itself, up
//! to three more by its full version; the rest is cold.

use crate::dispatch::opaque_ptr;
use runtime::opcode::Opcode;
use runtime::types::SigRef;
use runtime::vm::{Frame, FuncInstance, VMFuncRef, VMSignature};
use runtime::{
    CallSite, CallSiteIdx, Event, FuncIdx, IcState, MANY_INDICES, MoreTargets, Store, Target,
};

/// The inline cache of a call site of the current function.
#[derive(Clone, Copy)]
pub(crate) struct Site(*mut CallSite);

impl Site {
    /// # Safety
    ///
    /// `at` is a call site of a live function, and no reference to it is alive.
    #[inline(always)]
    pub(crate) unsafe fn new(at: *mut CallSite) -> Self {
        Self(at)
    }

    /// Is `target` the first one?
    #[inline(always)]
    pub(crate) fn is_first(self, target: *mut VMFuncRef) -> bool {
        // An unused site has no target, which is not the same as a null element.
        // SAFETY: type invariant.
        !target.is_null() && unsafe { (*self.0).first.func_ref == target }
    }

    /// The record of `target`, if there is one.
    #[inline(always)]
    pub(crate) fn find(self, target: *mut VMFuncRef) -> Option<*mut Target> {
        if self.is_first(target) {
            return Some(self.first());
        }
        // SAFETY: type invariant.
        let more = unsafe { (*self.0).more.as_mut()? };
        // Not a loop over however many there are: these compares are all that a hit costs.
        let [a, b, c] = &mut more.targets;
        let found = [a, b, c].into_iter().find(|it| it.func_ref == target)?;
        (!target.is_null()).then_some(found)
    }

    /// The record of the first target.
    #[inline(always)]
    pub(crate) fn first(self) -> *mut Target {
        // SAFETY: type invariant.
        unsafe { &raw mut (*self.0).first }
    }

    /// Counts a direct call.
    #[inline(always)]
    pub(crate) fn count_direct(self) {
        // SAFETY: type invariant.
        unsafe { increment(&raw mut (*self.0).first.count) };
    }

    /// Are there more targets than are kept?
    #[inline(always)]
    pub(crate) fn is_megamorphic(self) -> bool {
        // SAFETY: type invariant.
        unsafe { (*self.0).state == IcState::Megamorphic }
    }

    /// What counts calls of a megamorphic site for which there is no record. `None` if the site
    /// is not megamorphic.
    #[inline(always)]
    pub(crate) fn others(self) -> Option<*mut Target> {
        if !self.is_megamorphic() {
            return None;
        }
        // SAFETY: type invariant.
        let more = unsafe { (*self.0).more.as_mut() };
        more.map(|it| &raw mut it.others)
    }

    /// Records a target that is not on record, found at table index `index`. Its signature has
    /// been checked.
    #[cold]
    pub(crate) fn add(self, target: *mut VMFuncRef, index: u32) -> IcState {
        // SAFETY: type invariant.
        let site = unsafe { &mut *self.0 };
        let new = Target {
            func_ref: target,
            count: 1,
            index,
        };
        site.state = match site.state {
            IcState::Uninitialized => {
                site.first = new;
                IcState::Monomorphic
            }
            IcState::Monomorphic | IcState::Polymorphic => {
                let more = site.more.get_or_insert_with(|| Box::new(MoreTargets::NONE));
                match more.targets.iter_mut().find(|it| it.func_ref.is_null()) {
                    Some(free) => {
                        *free = new;
                        IcState::Polymorphic
                    }
                    None => IcState::Megamorphic,
                }
            }
            IcState::Megamorphic => IcState::Megamorphic,
        };
        site.state
    }
}

/// Forgets what a call site has called.
///
/// # Safety
///
/// `func` is a prepared function of a live store, and no reference to its call sites is alive.
pub unsafe fn forget(func: *mut FuncInstance, site: CallSiteIdx) {
    // SAFETY: forwarded; a prepared function has all its call sites.
    unsafe { *(*func).call_sites.add(site.index()) = CallSite::default() };
}

/// Counts a call of a recorded target.
///
/// # Safety
///
/// `target` was returned by a [`Site`] that is alive.
#[inline(always)]
pub(crate) unsafe fn count(target: *mut Target) {
    // SAFETY: forwarded.
    unsafe { increment(&raw mut (*target).count) };
}

/// Notes that a recorded target was found at `index`.
///
/// # Safety
///
/// As for [`count`].
#[inline(always)]
pub(crate) unsafe fn note_index(target: *mut Target, index: u32) {
    // SAFETY: forwarded.
    unsafe {
        if (*target).index != index {
            (*target).index = MANY_INDICES;
        }
    }
}

/// Saturating.
///
/// # Note
///
/// An addition to memory and a jump if it wrapped, since handlers have no registers to spare: the
/// optimizer must not see that the rare store goes to the same place.
#[inline(always)]
fn increment(count: *mut u32) {
    // SAFETY: the count of a record that is alive.
    unsafe {
        *count = (*count).wrapping_add(1);
        if *count == 0 {
            *opaque_ptr(count) = u32::MAX;
        }
    }
}

/// Is a function of type `actual` one of `expected`, which is another type?
///
/// # Safety
///
/// Both are canonical types of an engine that is alive.
#[cold]
pub(crate) unsafe fn is_subtype(actual: *const VMSignature, expected: *const VMSignature) -> bool {
    // SAFETY: forwarded.
    unsafe { SigRef::from_ptr(actual).is_subtype_of(SigRef::from_ptr(expected)) }
}

/// What the indirect call that `frame` executes next will call. `None` if it traps.
///
/// # Safety
///
/// `frame` is of a live function, before a call whose table index or reference is below `sp`.
pub unsafe fn call_target(frame: &Frame, sp: *mut u64) -> Option<*mut VMFuncRef> {
    // SAFETY: forwarded; tables, types and function references live as long as the store.
    unsafe {
        let top = *sp.wrapping_sub(1);
        let opcode = Opcode::from_byte(*frame.pc);
        if matches!(opcode, Some(Opcode::CallRef | Opcode::ReturnCallRef)) {
            let target = top as *mut VMFuncRef;
            return (!target.is_null()).then_some(target);
        }
        let (entry, vmctx) = (&*frame.stp, (*frame.func).vmctx);
        let (index, instance) = (top, &*(*vmctx).instance);
        let table = instance.table_places[entry.table().index()];
        if index >= (*table).len {
            return None;
        }
        let target = *(*table).base.add(index as usize) as *mut VMFuncRef;
        let expected = instance.offsets.sig(entry.ty());
        let expected = vmctx.wrapping_byte_offset(expected as isize);
        let expected = SigRef::from_ptr(*expected.cast::<*const VMSignature>());
        let is_callable =
            !target.is_null() && SigRef::from_ptr((*target).sig).is_subtype_of(expected);
        is_callable.then_some(target)
    }
}

/// Tells whoever wants to know that a site changed its state.
pub(crate) fn report(store: &mut Store, func: FuncIdx, site: CallSiteIdx, state: IcState) {
    store.emit(|| Event::Ic { func, site, state });
}

#[cfg(test)]
mod tests {
    use super::*;

    // A count at its limit stays there. If it wrapped, the hottest target of a site would look like
    // its coldest, and be left out where exits are used up.
    #[test]
    fn counts_saturate() {
        let mut target = Target {
            count: u32::MAX - 1,
            ..Target::NONE
        };
        for _ in 0..2 {
            // SAFETY: the target is alive, and nobody else refers to it.
            unsafe { count(&raw mut target) };
            assert_eq!(target.count, u32::MAX);
        }
        let mut site = CallSite {
            first: target,
            ..CallSite::default()
        };
        // SAFETY: as above.
        unsafe { Site::new(&raw mut site) }.count_direct();
        assert_eq!(site.first.count, u32::MAX);
    }
}

//! Alias regions: which memory accesses of compiled code can touch the same bytes.
//!
//! Redundant loads are eliminated, and moved out of loops, only as long as nothing writes to their
//! region. So everything that is written separately gets its own one.
//!
//! # Note
//!
//! Two imports can be the same table or global, therefore all imports of a kind share a region.
//! An instance cannot import what it defines, so own entities never alias imported ones.

use cranelift_codegen::ir::{AliasRegion, AliasRegionData, Function, MemFlagsData};
use runtime::vm::Place;
use rustc_hash::FxHashMap;

/// Something that compiled code reads or writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Region {
    /// `VMFuncRef::code`, and what leads to a function's body.
    FuncCode,
    /// `VMStore::caller`.
    Caller,
    /// `VMStore::stress`.
    Stress,
    /// `VMStore::generic_calls`.
    GenericCalls,
    /// `VMStore::fuel_consumed`.
    FuelConsumed,
    /// `VMStore::fuel_running`.
    FuelRunning,
    /// The engine's epoch, and `VMStore::epoch_seen` along with it.
    Epoch,
    /// `VMStore::epoch_deadline`.
    EpochDeadline,
    /// `VMStore::deopt_buffer`.
    DeoptBuffer,
    /// The interpreter frame that OSR code is entered with.
    OsrFrame,
    /// `VMTable::base`.
    TableBase(Owner),
    /// `VMTable::len`.
    TableLen(Owner),
    /// `VMTable::version`.
    TableVersion(Owner),
    /// Elements.
    TableElements(Owner),
    /// `VMMemory::base`.
    MemoryBase(Owner),
    /// `VMMemory::len`.
    MemoryLen(Owner),
    /// The bytes of a linear memory.
    Memory(Owner),
    /// A global's value.
    Global(Owner),
}

/// Which table, memory or global.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Owner {
    /// The instance's own one with this index.
    Own(u32),
    /// An imported one.
    Imported,
}

impl Owner {
    /// The owner of entity `index` at `place`.
    pub(crate) fn new(place: Place, index: u32) -> Self {
        match place {
            Place::Own(_) => Owner::Own(index),
            Place::Imported(_) => Owner::Imported,
        }
    }
}

/// The regions in use by one function.
#[derive(Debug, Default)]
pub(crate) struct Regions {
    known: FxHashMap<Region, AliasRegion>,
}

impl Regions {
    /// Flags of an aligned access to `region` that cannot trap.
    pub(crate) fn flags(&mut self, func: &mut Function, region: Region) -> MemFlagsData {
        self.tag(func, region, MemFlagsData::trusted())
    }

    /// `flags` for an access to `region`.
    pub(crate) fn tag(
        &mut self,
        func: &mut Function,
        region: Region,
        flags: MemFlagsData,
    ) -> MemFlagsData {
        let user_id = u32::try_from(self.known.len()).expect("fewer regions than instructions");
        let region = *self.known.entry(region).or_insert_with(|| {
            let description = format!("{region:?}").into();
            func.dfg.alias_regions.insert(AliasRegionData {
                user_id,
                description,
            })
        });
        flags.with_alias_region(Some(region))
    }
}

/// Flags of a load that gives the same value for as long as the instance lives.
pub(crate) fn constant() -> MemFlagsData {
    MemFlagsData::trusted().with_readonly().with_can_move()
}

/// Flags of a load whose result never changes, but that is valid only where it is.
pub(crate) fn constant_here() -> MemFlagsData {
    MemFlagsData::trusted().with_readonly()
}

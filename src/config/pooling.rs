//! [`PoolingAllocationConfig`]: how large pools are to be. There are none, so that nothing reads it.

use super::Enabled;

/// Declares the settings: field with default, setter and getter.
macro_rules! pool_settings {
    ($($(#[$doc:meta])* $set:ident / $get:ident: $ty:ty = $default:expr;)*) => {
        /// Sizes of pools of instances, memories, tables and stacks.
        ///
        /// # Note
        ///
        /// Instances are made one by one whatever it says; it is kept for
        /// [`Engine::get_pooling_config`](crate::Engine::get_pooling_config).
        #[derive(Clone, Debug)]
        pub struct PoolingAllocationConfig {
            $($set: $ty,)*
        }

        impl Default for PoolingAllocationConfig {
            fn default() -> Self {
                PoolingAllocationConfig { $($set: $default,)* }
            }
        }

        impl PoolingAllocationConfig {
            /// The default sizes, which are wasmtime's.
            pub fn new() -> Self {
                Self::default()
            }

            $(
                $(#[$doc])*
                pub fn $set(&mut self, $set: $ty) -> &mut Self {
                    self.$set = $set;
                    self
                }

                #[doc = concat!("What [`PoolingAllocationConfig::", stringify!($set), "`] was set to.")]
                pub fn $get(&self) -> $ty {
                    self.$set
                }
            )*
        }
    };
}

pool_settings! {
    /// Slots that stay warm while nobody uses them.
    max_unused_warm_slots / get_max_unused_warm_slots: u32 = 100;
    /// How many slots are given back to the system at once.
    decommit_batch_size / get_decommit_batch_size: usize = 1;
    /// Bytes of each stack that stay resident.
    async_stack_keep_resident / get_async_stack_keep_resident: usize = 0;
    /// Bytes of each memory that stay resident.
    linear_memory_keep_resident / get_memory_keep_resident: usize = 0;
    /// Bytes of each table that stay resident.
    table_keep_resident / get_table_keep_resident: usize = 0;
    /// Instances of components.
    total_component_instances / get_total_component_instances: u32 = 1000;
    /// Bytes of an instance of a component.
    max_component_instance_size / get_max_component_instance_size: usize = 1 << 20;
    /// Instances of modules in a component.
    max_core_instances_per_component / get_max_core_instances_per_component: u32 = u32::MAX;
    /// Memories in a component.
    max_memories_per_component / get_max_memories_per_component: u32 = u32::MAX;
    /// Tables in a component.
    max_tables_per_component / get_max_tables_per_component: u32 = u32::MAX;
    /// Memories.
    total_memories / get_total_memories: u32 = 1000;
    /// Tables.
    total_tables / get_total_tables: u32 = 1000;
    /// Stacks for asynchronous calls.
    total_stacks / get_total_stacks: u32 = 1000;
    /// Instances of modules.
    total_core_instances / get_total_core_instances: u32 = 1000;
    /// Bytes of an instance of a module.
    max_core_instance_size / get_max_core_instance_size: usize = 1 << 20;
    /// Tables of an instance of a module.
    max_tables_per_module / get_max_tables_per_module: u32 = 1;
    /// Elements of a table.
    table_elements / get_table_elements: usize = 20_000;
    /// Memories of an instance of a module.
    max_memories_per_module / get_max_memories_per_module: u32 = 1;
    /// Bytes of a memory.
    max_memory_size / get_max_memory_size: usize = 1 << 32;
    /// Whether memories are guarded by protection keys.
    memory_protection_keys / get_memory_protection_keys: Enabled = Enabled::No;
    /// How many protection keys are used.
    max_memory_protection_keys / get_max_memory_protection_keys: usize = 16;
    /// Heaps for GC.
    total_gc_heaps / get_total_gc_heaps: u32 = 1000;
    /// Whether pages that were written are found by asking the system.
    pagemap_scan / get_pagemap_scan: Enabled = Enabled::No;
}

impl PoolingAllocationConfig {
    /// Whether memories can be guarded by protection keys: they are not.
    pub fn are_memory_protection_keys_available() -> bool {
        false
    }

    /// Whether the system is asked which pages were written: it is not.
    pub fn is_pagemap_scan_available() -> bool {
        false
    }
}

/// How much of the pools is in use. There are none, hence no values of this type.
#[derive(Clone, Debug)]
pub struct PoolingAllocatorMetrics {
    never: std::convert::Infallible,
}

macro_rules! metrics {
    ($($(#[$doc:meta])* $name:ident: $ty:ty;)*) => {
        impl PoolingAllocatorMetrics {$(
            $(#[$doc])*
            pub fn $name(&self) -> $ty {
                match self.never {}
            }
        )*}
    };
}

metrics! {
    /// Instances of modules.
    core_instances: u64;
    /// Instances of components.
    component_instances: u64;
    /// Memories.
    memories: usize;
    /// Tables.
    tables: usize;
    /// Stacks.
    stacks: usize;
    /// Heaps for GC.
    gc_heaps: usize;
    /// Slots of memories that are warm and not used.
    unused_warm_memories: u32;
    /// Bytes of these.
    unused_memory_bytes_resident: usize;
    /// Slots of tables that are warm and not used.
    unused_warm_tables: u32;
    /// Bytes of these.
    unused_table_bytes_resident: usize;
    /// Stacks that are warm and not used.
    unused_warm_stacks: u32;
    /// Bytes of these.
    unused_stack_bytes_resident: Option<usize>;
}

/// As many of something are in use as a pool has. Never raised: there are no pools.
#[derive(Debug)]
pub struct PoolConcurrencyLimitError {
    never: std::convert::Infallible,
}

impl std::fmt::Display for PoolConcurrencyLimitError {
    fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.never {}
    }
}

impl std::error::Error for PoolConcurrencyLimitError {}

//! Signatures of wasmtime 48.0.8: limits. Written by `tests/compat/signatures`.

use super::*;

// `DEFAULT_INSTANCE_LIMIT`

fn default_instance_limit_signatures() {
    let _: usize = DEFAULT_INSTANCE_LIMIT;
}

// `DEFAULT_MEMORY_LIMIT`

fn default_memory_limit_signatures() {
    let _: usize = DEFAULT_MEMORY_LIMIT;
}

// `DEFAULT_TABLE_LIMIT`

fn default_table_limit_signatures() {
    let _: usize = DEFAULT_TABLE_LIMIT;
}

// `ResourceLimiter`

fn resource_limiter_memory_growing<This: ResourceLimiter>() {
    let _: fn(&mut This, usize, usize, Option<usize>) -> Result<bool> =
        <This as ResourceLimiter>::memory_growing;
}

fn resource_limiter_memory_grow_failed<This: ResourceLimiter>() {
    let _: fn(&mut This, Error) -> Result<()> = <This as ResourceLimiter>::memory_grow_failed;
}

fn resource_limiter_table_growing<This: ResourceLimiter>() {
    let _: fn(&mut This, usize, usize, Option<usize>) -> Result<bool> =
        <This as ResourceLimiter>::table_growing;
}

fn resource_limiter_table_grow_failed<This: ResourceLimiter>() {
    let _: fn(&mut This, Error) -> Result<()> = <This as ResourceLimiter>::table_grow_failed;
}

fn resource_limiter_instances<This: ResourceLimiter>() {
    let _: fn(&This) -> usize = <This as ResourceLimiter>::instances;
}

fn resource_limiter_tables<This: ResourceLimiter>() {
    let _: fn(&This) -> usize = <This as ResourceLimiter>::tables;
}

fn resource_limiter_memories<This: ResourceLimiter>() {
    let _: fn(&This) -> usize = <This as ResourceLimiter>::memories;
}

fn resource_limiter_object(it: Box<dyn ResourceLimiter>) {
    drop(it);
}

const _: () = {
    struct Mine;
    impl ResourceLimiter for Mine {
        fn memory_growing(
            self: &mut Self,
            _a1: usize,
            _a2: usize,
            _a3: Option<usize>,
        ) -> Result<bool> where {
            unreachable!()
        }
        fn table_growing(
            self: &mut Self,
            _a1: usize,
            _a2: usize,
            _a3: Option<usize>,
        ) -> Result<bool> where {
            unreachable!()
        }
    }
};

implements!([This: ResourceLimiter] [] This: Send);

// `ResourceLimiterAsync`

fn resource_limiter_async_memory_growing<'life0, 'async_trait, This: ResourceLimiterAsync>(
    a0: &'life0 mut This,
    a1: usize,
    a2: usize,
    a3: Option<usize>,
) -> std::pin::Pin<Box<dyn std::future::Future<Output = Result<bool>> + Send + 'async_trait>>
where
    This: 'async_trait,
    'life0: 'async_trait,
{
    <This as ResourceLimiterAsync>::memory_growing(a0, a1, a2, a3)
}

fn resource_limiter_async_memory_grow_failed<This: ResourceLimiterAsync>() {
    let _: fn(&mut This, Error) -> Result<()> = <This as ResourceLimiterAsync>::memory_grow_failed;
}

fn resource_limiter_async_table_growing<'life0, 'async_trait, This: ResourceLimiterAsync>(
    a0: &'life0 mut This,
    a1: usize,
    a2: usize,
    a3: Option<usize>,
) -> std::pin::Pin<Box<dyn std::future::Future<Output = Result<bool>> + Send + 'async_trait>>
where
    This: 'async_trait,
    'life0: 'async_trait,
{
    <This as ResourceLimiterAsync>::table_growing(a0, a1, a2, a3)
}

fn resource_limiter_async_table_grow_failed<This: ResourceLimiterAsync>() {
    let _: fn(&mut This, Error) -> Result<()> = <This as ResourceLimiterAsync>::table_grow_failed;
}

fn resource_limiter_async_instances<This: ResourceLimiterAsync>() {
    let _: fn(&This) -> usize = <This as ResourceLimiterAsync>::instances;
}

fn resource_limiter_async_tables<This: ResourceLimiterAsync>() {
    let _: fn(&This) -> usize = <This as ResourceLimiterAsync>::tables;
}

fn resource_limiter_async_memories<This: ResourceLimiterAsync>() {
    let _: fn(&This) -> usize = <This as ResourceLimiterAsync>::memories;
}

fn resource_limiter_async_object(it: Box<dyn ResourceLimiterAsync>) {
    drop(it);
}

const _: () = {
    struct Mine;
    impl ResourceLimiterAsync for Mine {
        fn memory_growing<'life0, 'async_trait>(
            self: &'life0 mut Self,
            _a1: usize,
            _a2: usize,
            _a3: Option<usize>,
        ) -> std::pin::Pin<Box<dyn std::future::Future<Output = Result<bool>> + Send + 'async_trait>>
        where
            Self: 'async_trait,
            'life0: 'async_trait,
        {
            unreachable!()
        }
        fn table_growing<'life0, 'async_trait>(
            self: &'life0 mut Self,
            _a1: usize,
            _a2: usize,
            _a3: Option<usize>,
        ) -> std::pin::Pin<Box<dyn std::future::Future<Output = Result<bool>> + Send + 'async_trait>>
        where
            Self: 'async_trait,
            'life0: 'async_trait,
        {
            unreachable!()
        }
    }
};

implements!([This: ResourceLimiterAsync] [] This: Send);

// `StoreLimits`

implements!([] [] StoreLimits: Clone + Default + ResourceLimiter + Send + Sync + Unpin + std::fmt::Debug + std::panic::RefUnwindSafe + std::panic::UnwindSafe);

// `StoreLimitsBuilder`

fn store_limits_builder_signatures() {
    let _: fn() -> StoreLimitsBuilder = <StoreLimitsBuilder>::new;
    let _: fn(StoreLimitsBuilder, usize) -> StoreLimitsBuilder = <StoreLimitsBuilder>::memory_size;
    let _: fn(StoreLimitsBuilder, usize) -> StoreLimitsBuilder =
        <StoreLimitsBuilder>::table_elements;
    let _: fn(StoreLimitsBuilder, usize) -> StoreLimitsBuilder = <StoreLimitsBuilder>::instances;
    let _: fn(StoreLimitsBuilder, usize) -> StoreLimitsBuilder = <StoreLimitsBuilder>::tables;
    let _: fn(StoreLimitsBuilder, usize) -> StoreLimitsBuilder = <StoreLimitsBuilder>::memories;
    let _: fn(StoreLimitsBuilder, bool) -> StoreLimitsBuilder =
        <StoreLimitsBuilder>::trap_on_grow_failure;
    let _: fn(StoreLimitsBuilder) -> StoreLimits = <StoreLimitsBuilder>::build;
}

implements!([] [] StoreLimitsBuilder: Send + Sync + Unpin + std::panic::RefUnwindSafe + std::panic::UnwindSafe);

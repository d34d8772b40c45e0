//! Signatures of wasmtime 48.0.8: memory. Written by `tests/compat/signatures`.

use super::*;

// `LinearMemory`

fn linear_memory_byte_size<This: LinearMemory>() {
    let _: fn(&This) -> usize = <This as LinearMemory>::byte_size;
}

fn linear_memory_byte_capacity<This: LinearMemory>() {
    let _: fn(&This) -> usize = <This as LinearMemory>::byte_capacity;
}

fn linear_memory_grow_to<This: LinearMemory>() {
    let _: fn(&mut This, usize) -> Result<()> = <This as LinearMemory>::grow_to;
}

fn linear_memory_as_ptr<This: LinearMemory>() {
    let _: fn(&This) -> *mut u8 = <This as LinearMemory>::as_ptr;
}

fn linear_memory_object(it: Box<dyn LinearMemory>) {
    drop(it);
}

const _: () = {
    struct Mine;
    // SAFETY: nobody makes one.
    unsafe impl LinearMemory for Mine {
        fn byte_size(self: &Self) -> usize where {
            unreachable!()
        }
        fn byte_capacity(self: &Self) -> usize where {
            unreachable!()
        }
        fn grow_to(self: &mut Self, _a1: usize) -> Result<()> where {
            unreachable!()
        }
        fn as_ptr(self: &Self) -> *mut u8 where {
            unreachable!()
        }
    }
};

implements!([This: LinearMemory] [] This: 'static + Send + Sync);

// `Memory`

fn memory_signatures() {
    let _: fn(&Memory) -> u64 = <Memory>::debug_index_in_store;
}

fn memory_new<A0: AsContextMut>() {
    let _: fn(A0, MemoryType) -> Result<Memory> = <Memory>::new;
}

async fn memory_new_async<A0: AsContextMut>(a0: A0, a1: MemoryType) -> Result<Memory> {
    <Memory>::new_async(a0, a1).await
}

fn memory_ty<A0: AsContext>() {
    let _: fn(&Memory, A0) -> MemoryType = <Memory>::ty;
}

fn memory_read<A0: AsContext>() {
    let _: fn(&Memory, A0, usize, &mut [u8]) -> Result<(), MemoryAccessError> = <Memory>::read;
}

fn memory_write<A0: AsContextMut>() {
    let _: fn(&Memory, A0, usize, &[u8]) -> Result<(), MemoryAccessError> = <Memory>::write;
}

fn memory_data<'a, T: 'static, A0: Into<StoreContext<'a, T>>>() {
    let _: fn(&Memory, A0) -> &'a [u8] = <Memory>::data;
}

fn memory_data_mut<'a, T: 'static, A0: Into<StoreContextMut<'a, T>>>() {
    let _: fn(&Memory, A0) -> &'a mut [u8] = <Memory>::data_mut;
}

fn memory_data_and_store_mut<'a, T: 'static, A0: Into<StoreContextMut<'a, T>>>() {
    let _: fn(&Memory, A0) -> (&'a mut [u8], &'a mut T) = <Memory>::data_and_store_mut;
}

fn memory_data_ptr<A0: AsContext>() {
    let _: fn(&Memory, A0) -> *mut u8 = <Memory>::data_ptr;
}

fn memory_data_size<A0: AsContext>() {
    let _: fn(&Memory, A0) -> usize = <Memory>::data_size;
}

fn memory_size<A0: AsContext>() {
    let _: fn(&Memory, A0) -> u64 = <Memory>::size;
}

fn memory_page_size<A0: AsContext>() {
    let _: fn(&Memory, A0) -> u64 = <Memory>::page_size;
}

fn memory_page_size_log2<A0: AsContext>() {
    let _: fn(&Memory, A0) -> u8 = <Memory>::page_size_log2;
}

fn memory_grow<A0: AsContextMut>() {
    let _: fn(&Memory, A0, u64) -> Result<u64> = <Memory>::grow;
}

async fn memory_grow_async<A0: AsContextMut>(a0: &Memory, a1: A0, a2: u64) -> Result<u64> {
    <Memory>::grow_async(a0, a1, a2).await
}

implements!([] [] Extern: From<Memory>);
implements!([] [] Memory: Clone + Copy + Send + Sync + Unpin + std::fmt::Debug + std::panic::RefUnwindSafe + std::panic::UnwindSafe);

// `MemoryAccessError`

implements!([] [] MemoryAccessError: Send + Sync + Unpin + std::error::Error + std::fmt::Debug + std::fmt::Display + std::panic::RefUnwindSafe + std::panic::UnwindSafe);

// `MemoryCreator`

fn memory_creator_new_memory<This: MemoryCreator>() {
    let _: fn(
        &This,
        MemoryType,
        usize,
        Option<usize>,
        Option<usize>,
        usize,
    ) -> Result<Box<dyn LinearMemory>, String> = <This as MemoryCreator>::new_memory;
}

fn memory_creator_object(it: Box<dyn MemoryCreator>) {
    drop(it);
}

const _: () = {
    struct Mine;
    // SAFETY: nobody makes one.
    unsafe impl MemoryCreator for Mine {
        fn new_memory(
            self: &Self,
            _a1: MemoryType,
            _a2: usize,
            _a3: Option<usize>,
            _a4: Option<usize>,
            _a5: usize,
        ) -> Result<Box<dyn LinearMemory>, String> where {
            unreachable!()
        }
    }
};

implements!([This: MemoryCreator] [] This: Send + Sync);

// `SharedMemory`

fn shared_memory_signatures() {
    let _: fn(&Engine, MemoryType) -> Result<SharedMemory> = <SharedMemory>::new;
    let _: fn(&SharedMemory) -> MemoryType = <SharedMemory>::ty;
    let _: fn(&SharedMemory) -> u64 = <SharedMemory>::size;
    let _: fn(&SharedMemory) -> u64 = <SharedMemory>::page_size;
    let _: fn(&SharedMemory) -> usize = <SharedMemory>::data_size;
    let _: for<'this> fn(&'this SharedMemory) -> &'this [std::cell::UnsafeCell<u8>] =
        <SharedMemory>::data;
    let _: fn(&SharedMemory, u64) -> Result<u64> = <SharedMemory>::grow;
    let _: fn(&SharedMemory, u64, u32) -> Result<u32, Trap> = <SharedMemory>::atomic_notify;
    let _: fn(&SharedMemory, u64, u32, Option<std::time::Duration>) -> Result<WaitResult, Trap> =
        <SharedMemory>::atomic_wait32;
    let _: fn(&SharedMemory, u64, u64, Option<std::time::Duration>) -> Result<WaitResult, Trap> =
        <SharedMemory>::atomic_wait64;
}

implements!([] [] Extern: From<SharedMemory>);
implements!([] [] SharedMemory: Clone + Send + Sync + Unpin + std::fmt::Debug);

// `WaitResult`

fn wait_result_variants(it: &WaitResult) {
    match it {
        WaitResult::Ok => {}
        WaitResult::Mismatch => {}
        WaitResult::TimedOut => {}
    }
}

implements!([] [] WaitResult: Clone + Copy + Send + Sync + Unpin + std::cmp::Eq + std::cmp::PartialEq + std::fmt::Debug + std::panic::RefUnwindSafe + std::panic::UnwindSafe);

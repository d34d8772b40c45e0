//! Signatures of wasmtime 48.0.8: externs. Written by `tests/compat/signatures`.

use super::*;

// `Export`

fn export_name<'instance>() {
    let _: fn(&Export<'instance>) -> &'instance str = <Export<'instance>>::name;
}

fn export_ty<'instance, A0: AsContext>() {
    let _: fn(&Export<'instance>, A0) -> ExternType = <Export<'instance>>::ty;
}

fn export_into_extern<'instance>() {
    let _: fn(Export<'instance>) -> Extern = <Export<'instance>>::into_extern;
}

fn export_into_func<'instance>() {
    let _: fn(Export<'instance>) -> Option<Func> = <Export<'instance>>::into_func;
}

fn export_into_table<'instance>() {
    let _: fn(Export<'instance>) -> Option<Table> = <Export<'instance>>::into_table;
}

fn export_into_memory<'instance>() {
    let _: fn(Export<'instance>) -> Option<Memory> = <Export<'instance>>::into_memory;
}

fn export_into_shared_memory<'instance>() {
    let _: fn(Export<'instance>) -> Option<SharedMemory> = <Export<'instance>>::into_shared_memory;
}

fn export_into_global<'instance>() {
    let _: fn(Export<'instance>) -> Option<Global> = <Export<'instance>>::into_global;
}

fn export_into_tag<'instance>() {
    let _: fn(Export<'instance>) -> Option<Tag> = <Export<'instance>>::into_tag;
}

implements!(['instance] [] Export<'instance>: Clone + Send + Sync + Unpin);

// `Extern`

fn extern_signatures() {
    let _: fn(Extern) -> Option<Func> = <Extern>::into_func;
    let _: fn(Extern) -> Option<Global> = <Extern>::into_global;
    let _: fn(Extern) -> Option<Table> = <Extern>::into_table;
    let _: fn(Extern) -> Option<Memory> = <Extern>::into_memory;
    let _: fn(Extern) -> Option<SharedMemory> = <Extern>::into_shared_memory;
    let _: fn(Extern) -> Option<Tag> = <Extern>::into_tag;
}

fn extern_variants(it: &Extern) {
    match it {
        Extern::Func(a0) => {
            let _: (&Func,) = (a0,);
        }
        Extern::Global(a0) => {
            let _: (&Global,) = (a0,);
        }
        Extern::Table(a0) => {
            let _: (&Table,) = (a0,);
        }
        Extern::Memory(a0) => {
            let _: (&Memory,) = (a0,);
        }
        Extern::SharedMemory(a0) => {
            let _: (&SharedMemory,) = (a0,);
        }
        Extern::Tag(a0) => {
            let _: (&Tag,) = (a0,);
        }
    }
}

fn extern_ty<A0: AsContext>() {
    let _: fn(&Extern, A0) -> ExternType = <Extern>::ty;
}

implements!([] [] Extern: Clone + From<Func> + From<Global> + From<Memory> + From<SharedMemory> + From<Table> + From<Tag> + Send + Sync + Unpin + std::fmt::Debug);

// `Global`

fn global_signatures() {
    let _: fn(&Global) -> u64 = <Global>::debug_index_in_store;
}

fn global_new<A0: AsContextMut>() {
    let _: fn(A0, GlobalType, Val) -> Result<Global> = <Global>::new;
}

fn global_ty<A0: AsContext>() {
    let _: fn(&Global, A0) -> GlobalType = <Global>::ty;
}

fn global_get<A0: AsContextMut>() {
    let _: fn(&Global, A0) -> Val = <Global>::get;
}

fn global_set<A0: AsContextMut>() {
    let _: fn(&Global, A0, Val) -> Result<()> = <Global>::set;
}

implements!([] [] Extern: From<Global>);
implements!([] [] Global: Clone + Copy + Send + Sync + Unpin + std::fmt::Debug + std::panic::RefUnwindSafe + std::panic::UnwindSafe);

// `Table`

fn table_signatures() {
    let _: fn(&Table) -> u64 = <Table>::debug_index_in_store;
}

fn table_new<A0: AsContextMut>() {
    let _: fn(A0, TableType, Ref) -> Result<Table> = <Table>::new;
}

async fn table_new_async<A0: AsContextMut>(a0: A0, a1: TableType, a2: Ref) -> Result<Table> {
    <Table>::new_async(a0, a1, a2).await
}

fn table_ty<A0: AsContext>() {
    let _: fn(&Table, A0) -> TableType = <Table>::ty;
}

fn table_get<A0: AsContextMut>() {
    let _: fn(&Table, A0, u64) -> Option<Ref> = <Table>::get;
}

fn table_set<A0: AsContextMut>() {
    let _: fn(&Table, A0, u64, Ref) -> Result<()> = <Table>::set;
}

fn table_size<A0: AsContext>() {
    let _: fn(&Table, A0) -> u64 = <Table>::size;
}

fn table_grow<A0: AsContextMut>() {
    let _: fn(&Table, A0, u64, Ref) -> Result<u64> = <Table>::grow;
}

async fn table_grow_async<A0: AsContextMut>(a0: &Table, a1: A0, a2: u64, a3: Ref) -> Result<u64> {
    <Table>::grow_async(a0, a1, a2, a3).await
}

fn table_copy<A0: AsContextMut>() {
    let _: fn(A0, &Table, u64, &Table, u64, u64) -> Result<()> = <Table>::copy;
}

fn table_fill<A0: AsContextMut>() {
    let _: fn(&Table, A0, u64, Ref, u64) -> Result<()> = <Table>::fill;
}

implements!([] [] Extern: From<Table>);
implements!([] [] Table: Clone + Copy + Send + Sync + Unpin + std::fmt::Debug + std::panic::RefUnwindSafe + std::panic::UnwindSafe);

// `Tag`

fn tag_signatures() {
    let _: fn(&Tag) -> u64 = <Tag>::debug_index_in_store;
}

fn tag_new<A0: AsContextMut>() {
    let _: fn(A0, &TagType) -> Result<Tag> = <Tag>::new;
}

fn tag_ty<A0: AsContext>() {
    let _: fn(&Tag, A0) -> TagType = <Tag>::ty;
}

fn tag_eq<A0: AsContext>() {
    let _: fn(&Tag, &Tag, A0) -> bool = <Tag>::eq;
}

implements!([] [] Extern: From<Tag>);
implements!([] [] Tag: Clone + Copy + Send + Sync + Unpin + std::fmt::Debug + std::panic::RefUnwindSafe + std::panic::UnwindSafe);

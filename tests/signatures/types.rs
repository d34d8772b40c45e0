//! Signatures of wasmtime 48.0.8: types. Written by `tests/compat/signatures`.

use super::*;

// `ArrayType`

fn array_type_signatures() {
    let _: fn(&Engine, FieldType) -> ArrayType = <ArrayType>::new;
    let _: fn(&Engine, Finality, Option<&ArrayType>, FieldType) -> Result<ArrayType> =
        <ArrayType>::with_finality_and_supertype;
    let _: for<'this> fn(&'this ArrayType) -> &'this Engine = <ArrayType>::engine;
    let _: fn(&ArrayType) -> Finality = <ArrayType>::finality;
    let _: fn(&ArrayType) -> Option<ArrayType> = <ArrayType>::supertype;
    let _: fn(&ArrayType) -> FieldType = <ArrayType>::field_type;
    let _: fn(&ArrayType) -> Mutability = <ArrayType>::mutability;
    let _: fn(&ArrayType) -> StorageType = <ArrayType>::element_type;
    let _: fn(&ArrayType, &ArrayType) -> bool = <ArrayType>::matches;
    let _: fn(&ArrayType, &ArrayType) -> bool = <ArrayType>::eq;
}

implements!([] [] ArrayType: Clone + Send + Sync + Unpin + std::fmt::Debug + std::fmt::Display + std::hash::Hash);
implements!([] [] HeapType: From<ArrayType>);

// `ContType`

fn cont_type_signatures() {
    let _: for<'this> fn(&'this ContType) -> &'this Engine = <ContType>::engine;
    let _: fn(&ContType, &ContType) -> bool = <ContType>::matches;
}

implements!([] [] ContType: Clone + Send + Sync + Unpin + std::fmt::Debug + std::hash::Hash);
implements!([] [] HeapType: From<ContType>);

// `ExnType`

fn exn_type_signatures() {
    let _: fn(&TagType) -> Result<ExnType> = <ExnType>::from_tag_type;
    let _: fn(&ExnType) -> TagType = <ExnType>::tag_type;
    let _: fn(&ExnType, usize) -> Option<FieldType> = <ExnType>::field;
    let _: for<'this> fn(&'this ExnType) -> &'this Engine = <ExnType>::engine;
    let _: fn(&ExnType, &ExnType) -> bool = <ExnType>::matches;
}

fn exn_type_new<A0: std::iter::IntoIterator<Item = ValType>>() {
    let _: fn(&Engine, A0) -> Result<ExnType> = <ExnType>::new;
}

fn exn_type_fields<'this>(
    a0: &'this ExnType,
) -> impl std::iter::ExactSizeIterator<Item = FieldType> + 'this {
    <ExnType>::fields(a0)
}

implements!([] [] ExnType: Clone + Send + Sync + Unpin + std::fmt::Debug + std::fmt::Display + std::hash::Hash);
implements!([] [] HeapType: From<ExnType>);

// `ExportType`

fn export_type_name<'module>() {
    let _: fn(&ExportType<'module>) -> &'module str = <ExportType<'module>>::name;
}

fn export_type_ty<'module>() {
    let _: fn(&ExportType<'module>) -> ExternType = <ExportType<'module>>::ty;
}

implements!(['module] [] ExportType<'module>: Clone + Send + Sync + Unpin + std::fmt::Debug);

// `ExternType`

fn extern_type_signatures() {
    let _: for<'this> fn(&'this ExternType) -> Option<&'this FuncType> = <ExternType>::func;
    let _: for<'this> fn(&'this ExternType) -> &'this FuncType = <ExternType>::unwrap_func;
    let _: for<'this> fn(&'this ExternType) -> Option<&'this GlobalType> = <ExternType>::global;
    let _: for<'this> fn(&'this ExternType) -> &'this GlobalType = <ExternType>::unwrap_global;
    let _: for<'this> fn(&'this ExternType) -> Option<&'this TableType> = <ExternType>::table;
    let _: for<'this> fn(&'this ExternType) -> &'this TableType = <ExternType>::unwrap_table;
    let _: for<'this> fn(&'this ExternType) -> Option<&'this MemoryType> = <ExternType>::memory;
    let _: for<'this> fn(&'this ExternType) -> &'this MemoryType = <ExternType>::unwrap_memory;
    let _: for<'this> fn(&'this ExternType) -> Option<&'this TagType> = <ExternType>::tag;
    let _: for<'this> fn(&'this ExternType) -> &'this TagType = <ExternType>::unwrap_tag;
}

fn extern_type_variants(it: &ExternType) {
    match it {
        ExternType::Func(a0) => {
            let _: (&FuncType,) = (a0,);
        }
        ExternType::Global(a0) => {
            let _: (&GlobalType,) = (a0,);
        }
        ExternType::Table(a0) => {
            let _: (&TableType,) = (a0,);
        }
        ExternType::Memory(a0) => {
            let _: (&MemoryType,) = (a0,);
        }
        ExternType::Tag(a0) => {
            let _: (&TagType,) = (a0,);
        }
    }
}

fn extern_type_default_value<A0: AsContextMut>() {
    let _: fn(&ExternType, A0) -> Result<Extern> = <ExternType>::default_value;
}

implements!([] [] ExternType: Clone + From<FuncType> + From<GlobalType> + From<MemoryType> + From<TableType> + From<TagType> + Send + Sync + Unpin + std::fmt::Debug);

// `FieldType`

fn field_type_signatures() {
    let _: fn(Mutability, StorageType) -> FieldType = <FieldType>::new;
    let _: fn(&FieldType) -> Mutability = <FieldType>::mutability;
    let _: for<'this> fn(&'this FieldType) -> &'this StorageType = <FieldType>::element_type;
    let _: fn(&FieldType, &FieldType) -> bool = <FieldType>::matches;
    let _: fn(&FieldType, &FieldType) -> bool = <FieldType>::eq;
}

implements!([] [] FieldType: Clone + Send + Sync + Unpin + std::fmt::Display + std::hash::Hash);

// `Finality`

fn finality_signatures() {
    let _: fn(&Finality) -> bool = <Finality>::is_final;
    let _: fn(&Finality) -> bool = <Finality>::is_non_final;
}

fn finality_variants(it: &Finality) {
    match it {
        Finality::Final => {}
        Finality::NonFinal => {}
    }
}

implements!([] [] Finality: Clone + Copy + Send + Sync + Unpin + std::cmp::Eq + std::cmp::PartialEq + std::fmt::Debug + std::hash::Hash + std::panic::RefUnwindSafe + std::panic::UnwindSafe);

// `FuncType`

fn func_type_signatures() {
    let _: for<'this> fn(&'this FuncType) -> &'this Engine = <FuncType>::engine;
    let _: fn(&FuncType) -> Finality = <FuncType>::finality;
    let _: fn(&FuncType) -> Option<FuncType> = <FuncType>::supertype;
    let _: fn(&FuncType, usize) -> Option<ValType> = <FuncType>::param;
    let _: fn(&FuncType, usize) -> Option<ValType> = <FuncType>::result;
    let _: fn(&FuncType, &FuncType) -> bool = <FuncType>::matches;
    let _: fn(&FuncType, &FuncType) -> bool = <FuncType>::eq;
}

fn func_type_new<
    A0: std::iter::IntoIterator<Item = ValType>,
    A1: std::iter::IntoIterator<Item = ValType>,
>() {
    let _: fn(&Engine, A0, A1) -> FuncType = <FuncType>::new;
}

fn func_type_try_new<
    A0: std::iter::IntoIterator<Item = ValType>,
    A1: std::iter::IntoIterator<Item = ValType>,
>() {
    let _: fn(&Engine, A0, A1) -> Result<FuncType, OutOfMemory> = <FuncType>::try_new;
}

fn func_type_with_finality_and_supertype<
    A0: std::iter::IntoIterator<Item = ValType>,
    A1: std::iter::IntoIterator<Item = ValType>,
>() {
    let _: fn(&Engine, Finality, Option<&FuncType>, A0, A1) -> Result<FuncType> =
        <FuncType>::with_finality_and_supertype;
}

fn func_type_params<'this>(
    a0: &'this FuncType,
) -> impl std::iter::ExactSizeIterator<Item = ValType> + 'this {
    <FuncType>::params(a0)
}

fn func_type_results<'this>(
    a0: &'this FuncType,
) -> impl std::iter::ExactSizeIterator<Item = ValType> + 'this {
    <FuncType>::results(a0)
}

fn func_type_default_value<A0: AsContextMut>() {
    let _: fn(&FuncType, A0) -> Result<Func> = <FuncType>::default_value;
}

implements!([] [] ExternType: From<FuncType>);
implements!([] [] FuncType: Clone + Send + Sync + Unpin + std::fmt::Debug + std::fmt::Display + std::hash::Hash);
implements!([] [] HeapType: From<FuncType>);

// `GlobalType`

fn global_type_signatures() {
    let _: fn(ValType, Mutability) -> GlobalType = <GlobalType>::new;
    let _: for<'this> fn(&'this GlobalType) -> &'this ValType = <GlobalType>::content;
    let _: fn(&GlobalType) -> Mutability = <GlobalType>::mutability;
}

fn global_type_default_value<A0: AsContextMut>() {
    let _: fn(&GlobalType, A0) -> Result<Global> = <GlobalType>::default_value;
}

implements!([] [] ExternType: From<GlobalType>);
implements!([] [] GlobalType: Clone + Send + Sync + Unpin + std::fmt::Debug + std::hash::Hash);

// `HeapType`

fn heap_type_signatures() {
    let _: fn(&HeapType) -> bool = <HeapType>::is_extern;
    let _: fn(&HeapType) -> bool = <HeapType>::is_func;
    let _: fn(&HeapType) -> bool = <HeapType>::is_no_func;
    let _: fn(&HeapType) -> bool = <HeapType>::is_any;
    let _: fn(&HeapType) -> bool = <HeapType>::is_i31;
    let _: fn(&HeapType) -> bool = <HeapType>::is_none;
    let _: fn(&HeapType) -> bool = <HeapType>::is_cont;
    let _: fn(&HeapType) -> bool = <HeapType>::is_exn;
    let _: fn(&HeapType) -> bool = <HeapType>::is_no_exn;
    let _: fn(&HeapType) -> bool = <HeapType>::is_abstract;
    let _: fn(&HeapType) -> bool = <HeapType>::is_concrete;
    let _: fn(&HeapType) -> bool = <HeapType>::is_concrete_func;
    let _: for<'this> fn(&'this HeapType) -> Option<&'this FuncType> = <HeapType>::as_concrete_func;
    let _: for<'this> fn(&'this HeapType) -> &'this FuncType = <HeapType>::unwrap_concrete_func;
    let _: fn(&HeapType) -> bool = <HeapType>::is_concrete_array;
    let _: for<'this> fn(&'this HeapType) -> Option<&'this ArrayType> =
        <HeapType>::as_concrete_array;
    let _: for<'this> fn(&'this HeapType) -> &'this ArrayType = <HeapType>::unwrap_concrete_array;
    let _: fn(&HeapType) -> bool = <HeapType>::is_concrete_cont;
    let _: for<'this> fn(&'this HeapType) -> Option<&'this ContType> = <HeapType>::as_concrete_cont;
    let _: fn(&HeapType) -> bool = <HeapType>::is_concrete_struct;
    let _: for<'this> fn(&'this HeapType) -> Option<&'this StructType> =
        <HeapType>::as_concrete_struct;
    let _: for<'this> fn(&'this HeapType) -> &'this ContType = <HeapType>::unwrap_concrete_cont;
    let _: for<'this> fn(&'this HeapType) -> &'this StructType = <HeapType>::unwrap_concrete_struct;
    let _: fn(&HeapType) -> bool = <HeapType>::is_concrete_exn;
    let _: for<'this> fn(&'this HeapType) -> Option<&'this ExnType> = <HeapType>::as_concrete_exn;
    let _: fn(&HeapType) -> HeapType = <HeapType>::top;
    let _: fn(&HeapType) -> bool = <HeapType>::is_top;
    let _: fn(&HeapType) -> HeapType = <HeapType>::bottom;
    let _: fn(&HeapType) -> bool = <HeapType>::is_bottom;
    let _: fn(&HeapType, &HeapType) -> bool = <HeapType>::matches;
    let _: fn(&HeapType, &HeapType) -> bool = <HeapType>::eq;
}

fn heap_type_variants(it: &HeapType) {
    match it {
        HeapType::Extern => {}
        HeapType::NoExtern => {}
        HeapType::Func => {}
        HeapType::ConcreteFunc(a0) => {
            let _: (&FuncType,) = (a0,);
        }
        HeapType::NoFunc => {}
        HeapType::Any => {}
        HeapType::Eq => {}
        HeapType::I31 => {}
        HeapType::Array => {}
        HeapType::ConcreteArray(a0) => {
            let _: (&ArrayType,) = (a0,);
        }
        HeapType::Struct => {}
        HeapType::ConcreteStruct(a0) => {
            let _: (&StructType,) = (a0,);
        }
        HeapType::Exn => {}
        HeapType::ConcreteExn(a0) => {
            let _: (&ExnType,) = (a0,);
        }
        HeapType::ConcreteCont(a0) => {
            let _: (&ContType,) = (a0,);
        }
        HeapType::Cont => {}
        HeapType::NoCont => {}
        HeapType::None => {}
        HeapType::NoExn => {}
    }
}

implements!([] [] HeapType: Clone + From<ArrayType> + From<ContType> + From<ExnType> + From<FuncType> + From<StructType> + Send + Sync + Unpin + std::fmt::Debug + std::fmt::Display + std::hash::Hash);

// `ImportType`

fn import_type_module<'module>() {
    let _: fn(&ImportType<'module>) -> &'module str = <ImportType<'module>>::module;
}

fn import_type_name<'module>() {
    let _: fn(&ImportType<'module>) -> &'module str = <ImportType<'module>>::name;
}

fn import_type_ty<'module>() {
    let _: fn(&ImportType<'module>) -> ExternType = <ImportType<'module>>::ty;
}

implements!(['module] [] ImportType<'module>: Clone + Send + Sync + Unpin + std::fmt::Debug);

// `MemoryType`

fn memory_type_signatures() {
    let _: fn(u32, Option<u32>) -> MemoryType = <MemoryType>::new;
    let _: fn(u64, Option<u64>) -> MemoryType = <MemoryType>::new64;
    let _: fn(u32, u32) -> MemoryType = <MemoryType>::shared;
    let _: fn() -> MemoryTypeBuilder = <MemoryType>::builder;
    let _: fn(&MemoryType) -> bool = <MemoryType>::is_64;
    let _: fn(&MemoryType) -> bool = <MemoryType>::is_shared;
    let _: fn(&MemoryType) -> u64 = <MemoryType>::minimum;
    let _: fn(&MemoryType) -> Option<u64> = <MemoryType>::maximum;
    let _: fn(&MemoryType) -> u64 = <MemoryType>::page_size;
    let _: fn(&MemoryType) -> u8 = <MemoryType>::page_size_log2;
}

fn memory_type_default_value<A0: AsContextMut>() {
    let _: fn(&MemoryType, A0) -> Result<Extern> = <MemoryType>::default_value;
}

implements!([] [] ExternType: From<MemoryType>);
implements!([] [] MemoryType: Clone + Send + Sync + Unpin + std::cmp::Eq + std::cmp::PartialEq + std::fmt::Debug + std::hash::Hash + std::panic::RefUnwindSafe + std::panic::UnwindSafe);

// `MemoryTypeBuilder`

fn memory_type_builder_signatures() {
    let _: fn() -> MemoryTypeBuilder = <MemoryTypeBuilder>::new;
    let _: for<'this> fn(&'this mut MemoryTypeBuilder, u64) -> &'this mut MemoryTypeBuilder =
        <MemoryTypeBuilder>::min;
    let _: for<'this> fn(
        &'this mut MemoryTypeBuilder,
        Option<u64>,
    ) -> &'this mut MemoryTypeBuilder = <MemoryTypeBuilder>::max;
    let _: for<'this> fn(&'this mut MemoryTypeBuilder, bool) -> &'this mut MemoryTypeBuilder =
        <MemoryTypeBuilder>::memory64;
    let _: for<'this> fn(&'this mut MemoryTypeBuilder, bool) -> &'this mut MemoryTypeBuilder =
        <MemoryTypeBuilder>::shared;
    let _: for<'this> fn(&'this mut MemoryTypeBuilder, u8) -> &'this mut MemoryTypeBuilder =
        <MemoryTypeBuilder>::page_size_log2;
    let _: fn(&MemoryTypeBuilder) -> Result<MemoryType> = <MemoryTypeBuilder>::build;
}

implements!([] [] MemoryTypeBuilder: Default + Send + Sync + Unpin + std::panic::RefUnwindSafe + std::panic::UnwindSafe);

// `Mutability`

fn mutability_signatures() {
    let _: fn(&Mutability) -> bool = <Mutability>::is_const;
    let _: fn(&Mutability) -> bool = <Mutability>::is_var;
}

fn mutability_variants(it: &Mutability) {
    match it {
        Mutability::Const => {}
        Mutability::Var => {}
    }
}

implements!([] [] Mutability: Clone + Copy + Send + Sync + Unpin + std::cmp::Eq + std::cmp::PartialEq + std::fmt::Debug + std::hash::Hash + std::panic::RefUnwindSafe + std::panic::UnwindSafe);

// `RefType`

fn ref_type_signatures() {
    let _: fn(bool, HeapType) -> RefType = <RefType>::new;
    let _: fn(&RefType) -> bool = <RefType>::is_nullable;
    let _: for<'this> fn(&'this RefType) -> &'this HeapType = <RefType>::heap_type;
    let _: fn(&RefType, &RefType) -> bool = <RefType>::matches;
    let _: fn(&RefType, &RefType) -> bool = <RefType>::eq;
}

fn ref_type_externref() {
    let _: RefType = <RefType>::EXTERNREF;
}

fn ref_type_nullexternref() {
    let _: RefType = <RefType>::NULLEXTERNREF;
}

fn ref_type_funcref() {
    let _: RefType = <RefType>::FUNCREF;
}

fn ref_type_nullfuncref() {
    let _: RefType = <RefType>::NULLFUNCREF;
}

fn ref_type_anyref() {
    let _: RefType = <RefType>::ANYREF;
}

fn ref_type_eqref() {
    let _: RefType = <RefType>::EQREF;
}

fn ref_type_i31ref() {
    let _: RefType = <RefType>::I31REF;
}

fn ref_type_arrayref() {
    let _: RefType = <RefType>::ARRAYREF;
}

fn ref_type_structref() {
    let _: RefType = <RefType>::STRUCTREF;
}

fn ref_type_nullref() {
    let _: RefType = <RefType>::NULLREF;
}

fn ref_type_contref() {
    let _: RefType = <RefType>::CONTREF;
}

fn ref_type_nullcontref() {
    let _: RefType = <RefType>::NULLCONTREF;
}

fn ref_type_exnref() {
    let _: RefType = <RefType>::EXNREF;
}

fn ref_type_nullexnref() {
    let _: RefType = <RefType>::NULLEXNREF;
}

implements!([] [] RefType: Clone + Send + Sync + Unpin + std::fmt::Debug + std::fmt::Display + std::hash::Hash);
implements!([] [] StorageType: From<RefType>);
implements!([] [] ValType: From<RefType>);

// `StorageType`

fn storage_type_signatures() {
    let _: fn(&StorageType) -> bool = <StorageType>::is_i8;
    let _: fn(&StorageType) -> bool = <StorageType>::is_i16;
    let _: fn(&StorageType) -> bool = <StorageType>::is_val_type;
    let _: for<'this> fn(&'this StorageType) -> Option<&'this ValType> = <StorageType>::as_val_type;
    let _: for<'this> fn(&'this StorageType) -> &'this ValType = <StorageType>::unwrap_val_type;
    let _: for<'this> fn(&'this StorageType) -> &'this ValType = <StorageType>::unpack;
    let _: fn(&StorageType, &StorageType) -> bool = <StorageType>::matches;
    let _: fn(&StorageType, &StorageType) -> bool = <StorageType>::eq;
}

fn storage_type_variants(it: &StorageType) {
    match it {
        StorageType::I8 => {}
        StorageType::I16 => {}
        StorageType::ValType(a0) => {
            let _: (&ValType,) = (a0,);
        }
    }
}

implements!([] [] StorageType: Clone + From<RefType> + From<ValType> + Send + Sync + Unpin + std::fmt::Debug + std::fmt::Display + std::hash::Hash);

// `StructType`

fn struct_type_signatures() {
    let _: for<'this> fn(&'this StructType) -> &'this Engine = <StructType>::engine;
    let _: fn(&StructType) -> Finality = <StructType>::finality;
    let _: fn(&StructType) -> Option<StructType> = <StructType>::supertype;
    let _: fn(&StructType, usize) -> Option<FieldType> = <StructType>::field;
    let _: fn(&StructType, &StructType) -> bool = <StructType>::matches;
    let _: fn(&StructType, &StructType) -> bool = <StructType>::eq;
}

fn struct_type_new<A0: std::iter::IntoIterator<Item = FieldType>>() {
    let _: fn(&Engine, A0) -> Result<StructType> = <StructType>::new;
}

fn struct_type_with_finality_and_supertype<A0: std::iter::IntoIterator<Item = FieldType>>() {
    let _: fn(&Engine, Finality, Option<&StructType>, A0) -> Result<StructType> =
        <StructType>::with_finality_and_supertype;
}

fn struct_type_fields<'this>(
    a0: &'this StructType,
) -> impl std::iter::ExactSizeIterator<Item = FieldType> + 'this {
    <StructType>::fields(a0)
}

implements!([] [] HeapType: From<StructType>);
implements!([] [] StructType: Clone + Send + Sync + Unpin + std::fmt::Debug + std::fmt::Display + std::hash::Hash);

// `TableType`

fn table_type_signatures() {
    let _: fn(RefType, u32, Option<u32>) -> TableType = <TableType>::new;
    let _: fn(RefType, u64, Option<u64>) -> TableType = <TableType>::new64;
    let _: fn(&TableType) -> bool = <TableType>::is_64;
    let _: for<'this> fn(&'this TableType) -> &'this RefType = <TableType>::element;
    let _: fn(&TableType) -> u64 = <TableType>::minimum;
    let _: fn(&TableType) -> Option<u64> = <TableType>::maximum;
}

fn table_type_default_value<A0: AsContextMut>() {
    let _: fn(&TableType, A0) -> Result<Table> = <TableType>::default_value;
}

implements!([] [] ExternType: From<TableType>);
implements!([] [] TableType: Clone + Send + Sync + Unpin + std::fmt::Debug + std::hash::Hash);

// `TagType`

fn tag_type_signatures() {
    let _: fn(FuncType) -> TagType = <TagType>::new;
    let _: for<'this> fn(&'this TagType) -> &'this FuncType = <TagType>::ty;
}

fn tag_type_default_value<A0: AsContextMut>() {
    let _: fn(&TagType, A0) -> Result<Tag> = <TagType>::default_value;
}

implements!([] [] ExternType: From<TagType>);
implements!([] [] TagType: Clone + Send + Sync + Unpin + std::fmt::Debug + std::hash::Hash);

// `ValType`

fn val_type_signatures() {
    let _: fn(&ValType) -> bool = <ValType>::is_num;
    let _: fn(&ValType) -> bool = <ValType>::is_i32;
    let _: fn(&ValType) -> bool = <ValType>::is_i64;
    let _: fn(&ValType) -> bool = <ValType>::is_f32;
    let _: fn(&ValType) -> bool = <ValType>::is_f64;
    let _: fn(&ValType) -> bool = <ValType>::is_v128;
    let _: fn(&ValType) -> bool = <ValType>::is_ref;
    let _: fn(&ValType) -> bool = <ValType>::is_funcref;
    let _: fn(&ValType) -> bool = <ValType>::is_externref;
    let _: fn(&ValType) -> bool = <ValType>::is_anyref;
    let _: fn(&ValType) -> bool = <ValType>::is_contref;
    let _: for<'this> fn(&'this ValType) -> Option<&'this RefType> = <ValType>::as_ref;
    let _: for<'this> fn(&'this ValType) -> &'this RefType = <ValType>::unwrap_ref;
    let _: fn(&ValType, &ValType) -> bool = <ValType>::matches;
    let _: fn(&ValType, &ValType) -> bool = <ValType>::eq;
    let _: fn(&ValType) -> Option<Val> = <ValType>::default_value;
}

fn val_type_variants(it: &ValType) {
    match it {
        ValType::I32 => {}
        ValType::I64 => {}
        ValType::F32 => {}
        ValType::F64 => {}
        ValType::V128 => {}
        ValType::Ref(a0) => {
            let _: (&RefType,) = (a0,);
        }
    }
}

fn val_type_externref() {
    let _: ValType = <ValType>::EXTERNREF;
}

fn val_type_nullexternref() {
    let _: ValType = <ValType>::NULLEXTERNREF;
}

fn val_type_funcref() {
    let _: ValType = <ValType>::FUNCREF;
}

fn val_type_nullfuncref() {
    let _: ValType = <ValType>::NULLFUNCREF;
}

fn val_type_anyref() {
    let _: ValType = <ValType>::ANYREF;
}

fn val_type_eqref() {
    let _: ValType = <ValType>::EQREF;
}

fn val_type_i31ref() {
    let _: ValType = <ValType>::I31REF;
}

fn val_type_arrayref() {
    let _: ValType = <ValType>::ARRAYREF;
}

fn val_type_structref() {
    let _: ValType = <ValType>::STRUCTREF;
}

fn val_type_nullref() {
    let _: ValType = <ValType>::NULLREF;
}

fn val_type_contref() {
    let _: ValType = <ValType>::CONTREF;
}

fn val_type_nullcontref() {
    let _: ValType = <ValType>::NULLCONTREF;
}

fn val_type_exnref() {
    let _: ValType = <ValType>::EXNREF;
}

fn val_type_nullexnref() {
    let _: ValType = <ValType>::NULLEXNREF;
}

implements!([] [] StorageType: From<ValType>);
implements!([] [] ValType: Clone + From<RefType> + Send + Sync + Unpin + std::fmt::Debug + std::fmt::Display + std::hash::Hash);

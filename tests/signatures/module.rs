//! Signatures of wasmtime 48.0.8: module. Written by `tests/compat/signatures`.

use super::*;

// `CodeBuilder`

fn code_builder_new<'a>() {
    let _: fn(&'a Engine) -> CodeBuilder<'a> = <CodeBuilder<'a>>::new;
}

fn code_builder_wasm_binary<'a, A0: Into<std::borrow::Cow<'a, [u8]>>>() {
    let _: for<'this> fn(
        &'this mut CodeBuilder<'a>,
        A0,
        Option<&'a std::path::Path>,
    ) -> Result<&'this mut CodeBuilder<'a>> = <CodeBuilder<'a>>::wasm_binary;
}

fn code_builder_wasm_binary_or_text<'a>() {
    let _: for<'this> fn(
        &'this mut CodeBuilder<'a>,
        &'a [u8],
        Option<&'a std::path::Path>,
    ) -> Result<&'this mut CodeBuilder<'a>> = <CodeBuilder<'a>>::wasm_binary_or_text;
}

fn code_builder_wasm_binary_file<'a>() {
    let _: for<'this> fn(
        &'this mut CodeBuilder<'a>,
        &'a std::path::Path,
    ) -> Result<&'this mut CodeBuilder<'a>> = <CodeBuilder<'a>>::wasm_binary_file;
}

fn code_builder_wasm_binary_or_text_file<'a>() {
    let _: for<'this> fn(
        &'this mut CodeBuilder<'a>,
        &'a std::path::Path,
    ) -> Result<&'this mut CodeBuilder<'a>> = <CodeBuilder<'a>>::wasm_binary_or_text_file;
}

fn code_builder_expose_unsafe_intrinsics<'a, A0: Into<String>>() {
    let _: for<'this> unsafe fn(&'this mut CodeBuilder<'a>, A0) -> &'this mut CodeBuilder<'a> =
        <CodeBuilder<'a>>::expose_unsafe_intrinsics;
}

fn code_builder_dwarf_package_file<'a>() {
    let _: for<'this> fn(
        &'this mut CodeBuilder<'a>,
        &std::path::Path,
    ) -> Result<&'this mut CodeBuilder<'a>> = <CodeBuilder<'a>>::dwarf_package_file;
}

fn code_builder_dwarf_package<'a>() {
    let _: for<'this> fn(
        &'this mut CodeBuilder<'a>,
        &'a [u8],
    ) -> Result<&'this mut CodeBuilder<'a>> = <CodeBuilder<'a>>::dwarf_package;
}

fn code_builder_hint<'a>() {
    let _: fn(&CodeBuilder<'a>) -> Option<CodeHint> = <CodeBuilder<'a>>::hint;
}

fn code_builder_compile_module_serialized<'a>() {
    let _: fn(&CodeBuilder<'a>) -> Result<Vec<u8>> = <CodeBuilder<'a>>::compile_module_serialized;
}

fn code_builder_compile_module<'a>() {
    let _: fn(&CodeBuilder<'a>) -> Result<Module> = <CodeBuilder<'a>>::compile_module;
}

implements!(['a] [] CodeBuilder<'a>: Send + Sync + Unpin);

// `CodeHint`

fn code_hint_variants(it: &CodeHint) {
    match it {
        CodeHint::Module => {}
        CodeHint::Component => {}
    }
}

implements!([] [] CodeHint: Send + Sync + Unpin + std::panic::RefUnwindSafe + std::panic::UnwindSafe);

// `Module`

fn module_signatures() {
    let _: fn(&Engine, &[u8]) -> Result<Module> = <Module>::from_binary;
    let _: unsafe fn(&Engine, std::ptr::NonNull<[u8]>) -> Result<Module> =
        <Module>::deserialize_raw;
    let _: unsafe fn(&Engine, std::fs::File) -> Result<Module> = <Module>::deserialize_open_file;
    let _: fn(&Engine, &[u8]) -> Result<()> = <Module>::validate;
    let _: fn(&Module) -> Result<Vec<u8>> = <Module>::serialize;
    let _: for<'this> fn(&'this Module) -> Option<&'this str> = <Module>::name;
    let _: for<'this> fn(&'this Module) -> Option<&'this [u8]> = <Module>::debug_bytecode;
    let _: fn(&Module, &str) -> Option<ExternType> = <Module>::get_export;
    let _: fn(&Module, &str) -> Option<ModuleExport> = <Module>::get_export_index;
    let _: for<'this> fn(&'this Module) -> &'this Engine = <Module>::engine;
    let _: fn(&Module) -> ResourcesRequired = <Module>::resources_required;
    let _: fn(&Module) -> std::ops::Range<*const u8> = <Module>::image_range;
    let _: fn(&Module) -> Result<()> = <Module>::initialize_copy_on_write_image;
    let _: for<'this> fn(&'this Module) -> &'this [u8] = <Module>::text;
    let _: fn(&Module) -> u64 = <Module>::debug_index_in_engine;
    let _: fn(&Module, &Module) -> bool = <Module>::same;
}

fn module_new<A0: std::convert::AsRef<[u8]>>() {
    let _: fn(&Engine, A0) -> Result<Module> = <Module>::new;
}

fn module_from_file<A0: std::convert::AsRef<std::path::Path>>() {
    let _: fn(&Engine, A0) -> Result<Module> = <Module>::from_file;
}

fn module_from_trusted_file<A0: std::convert::AsRef<std::path::Path>>() {
    let _: unsafe fn(&Engine, A0) -> Result<Module> = <Module>::from_trusted_file;
}

fn module_deserialize<A0: std::convert::AsRef<[u8]>>() {
    let _: unsafe fn(&Engine, A0) -> Result<Module> = <Module>::deserialize;
}

fn module_deserialize_file<A0: std::convert::AsRef<std::path::Path>>() {
    let _: unsafe fn(&Engine, A0) -> Result<Module> = <Module>::deserialize_file;
}

fn module_imports<'module>(
    a0: &'module Module,
) -> impl std::iter::ExactSizeIterator<Item = ImportType<'module>> + 'module {
    <Module>::imports(a0)
}

fn module_exports<'module>(
    a0: &'module Module,
) -> impl std::iter::ExactSizeIterator<Item = ExportType<'module>> + 'module {
    <Module>::exports(a0)
}

fn module_address_map<'a>(
    a0: &'a Module,
) -> Option<impl std::iter::Iterator<Item = (usize, Option<u32>)> + 'a> {
    <Module>::address_map(a0)
}

fn module_functions<'a>(
    a0: &'a Module,
) -> impl std::iter::ExactSizeIterator<Item = ModuleFunction> + 'a {
    <Module>::functions(a0)
}

implements!([] [] Module: Clone + Send + Sync + Unpin + std::fmt::Debug);

// `ModuleExport`

implements!([] [] ModuleExport: Clone + Copy + Send + Sync + Unpin + std::panic::RefUnwindSafe + std::panic::UnwindSafe);

// `ModuleFunction`

fields!(ModuleFunction [] module: &StaticModuleIndex, index: &FuncIndex, name: &Option<String>,
    offset: &usize, len: &usize,);

implements!([] [] ModuleFunction: Send + Sync + Unpin + std::panic::RefUnwindSafe + std::panic::UnwindSafe);

// `ResourcesRequired`

fields!(ResourcesRequired [] num_memories: &u32, max_initial_memory_size: &Option<u64>,
    num_tables: &u32, max_initial_table_size: &Option<u64>,);

implements!([] [] ResourcesRequired: Send + Sync + Unpin + std::panic::RefUnwindSafe + std::panic::UnwindSafe);

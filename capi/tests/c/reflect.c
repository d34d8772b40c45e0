/* Types of what a module imports and exports, and of what an instance exports.
MODULE
(module
  (import "from" "here" (func (param externref) (result funcref i64)))
  (import "" "count" (global (mut i32)))
  (func (export "func") (param i32 f64 f32) (result i32) (unreachable))
  (global (export "global") f64 (f64.const 0))
  (table (export "table") 0 50 funcref)
  (memory (export "memory") 1))
*/
#include "test.h"

static void print_limits(const wasm_limits_t *limits) {
  printf("%" PRIu32, limits->min);
  if (limits->max != wasm_limits_max_default) printf(" to %" PRIu32, limits->max);
}

static void print_valtype(const wasm_valtype_t *type) {
  switch (wasm_valtype_kind(type)) {
  case WASM_I32: printf(" i32"); break;
  case WASM_I64: printf(" i64"); break;
  case WASM_F32: printf(" f32"); break;
  case WASM_F64: printf(" f64"); break;
  case WASM_EXTERNREF: printf(" externref"); break;
  case WASM_FUNCREF: printf(" funcref"); break;
  default: CHECK(false);
  }
  CHECK(wasm_valtype_is_num(type) == (wasm_valtype_kind(type) < 128));
}

static void print_valtypes(const wasm_valtype_vec_t *types) {
  for (size_t i = 0; i < types->size; ++i) print_valtype(types->data[i]);
}

static void print_externtype(const wasm_externtype_t *type) {
  const wasm_functype_t *func = wasm_externtype_as_functype_const(type);
  const wasm_globaltype_t *global = wasm_externtype_as_globaltype_const(type);
  const wasm_tabletype_t *table = wasm_externtype_as_tabletype_const(type);
  const wasm_memorytype_t *memory = wasm_externtype_as_memorytype_const(type);
  CHECK(!!func + !!global + !!table + !!memory == 1);
  switch (wasm_externtype_kind(type)) {
  case WASM_EXTERN_FUNC:
    CHECK(wasm_functype_as_externtype_const(func) == type);
    printf("func");
    print_valtypes(wasm_functype_params(func));
    printf(" ->");
    print_valtypes(wasm_functype_results(func));
    break;
  case WASM_EXTERN_GLOBAL:
    printf("global %s", wasm_globaltype_mutability(global) == WASM_VAR ? "var" : "const");
    print_valtype(wasm_globaltype_content(global));
    break;
  case WASM_EXTERN_TABLE:
    printf("table ");
    print_limits(wasm_tabletype_limits(table));
    print_valtype(wasm_tabletype_element(table));
    break;
  case WASM_EXTERN_MEMORY:
    printf("memory ");
    print_limits(wasm_memorytype_limits(memory));
    break;
  default: CHECK(false);
  }
  printf("\n");
}

static void print_name(const wasm_name_t *name) { printf("%.*s", (int)name->size, name->data); }

/* As the imports of a module, which are made of types alone. */
static void print_imports(const wasm_importtype_vec_t *types) {
  for (size_t i = 0; i < types->size; ++i) {
    wasm_importtype_t *copy = wasm_importtype_copy(types->data[i]);
    printf("import \"");
    print_name(wasm_importtype_module(copy));
    printf("\" \"");
    print_name(wasm_importtype_name(copy));
    printf("\" ");
    print_externtype(wasm_importtype_type(copy));
    wasm_importtype_delete(copy);
  }
}

static wasm_trap_t *nothing(const wasm_val_vec_t *args, wasm_val_vec_t *results) {
  (void)args, (void)results;
  return NULL;
}

int main(int argc, char **argv) {
  CHECK(argc == 2);
  wasm_engine_t *engine = wasm_engine_new();
  wasm_store_t *store = wasm_store_new(engine);
  wasm_module_t *module = read_module(store, argv[1]);

  wasm_importtype_vec_t import_types, copied_types;
  wasm_module_imports(module, &import_types);
  print_imports(&import_types);
  wasm_importtype_vec_copy(&copied_types, &import_types);
  CHECK(copied_types.size == 2 && copied_types.data[0] != import_types.data[0]);

  /* The types of the imports are good for making them. */
  const wasm_externtype_t *func_type = wasm_importtype_type(copied_types.data[0]);
  const wasm_externtype_t *global_type = wasm_importtype_type(copied_types.data[1]);
  wasm_func_t *func =
      wasm_func_new(store, wasm_externtype_as_functype_const(func_type), nothing);
  wasm_val_t zero = WASM_I32_VAL(0);
  wasm_global_t *global =
      wasm_global_new(store, wasm_externtype_as_globaltype_const(global_type), &zero);
  wasm_extern_t *externs[] = {wasm_func_as_extern(func), wasm_global_as_extern(global)};
  wasm_extern_vec_t imports = WASM_ARRAY_VEC(externs), exports;
  instantiate(store, module, &imports, &exports);
  wasm_importtype_vec_delete(&import_types);
  wasm_importtype_vec_delete(&copied_types);
  wasm_func_delete(func);
  wasm_global_delete(global);

  wasm_exporttype_vec_t types;
  wasm_module_exports(module, &types);
  CHECK(types.size == exports.size);
  for (size_t i = 0; i < types.size; ++i) {
    CHECK(wasm_externtype_kind(wasm_exporttype_type(types.data[i])) ==
          wasm_extern_kind(exports.data[i]));
    printf("export ");
    print_name(wasm_exporttype_name(types.data[i]));
    printf(": ");
    print_externtype(wasm_exporttype_type(types.data[i]));
    wasm_externtype_t *current = wasm_extern_type(exports.data[i]);
    printf("  now ");
    print_externtype(current);
    wasm_externtype_delete(current);
  }

  /* Each kind's own way to its type is the same as that of all. */
  wasm_functype_t *of_func = wasm_func_type(wasm_extern_as_func(exports.data[0]));
  wasm_globaltype_t *of_global = wasm_global_type(wasm_extern_as_global(exports.data[1]));
  wasm_tabletype_t *of_table = wasm_table_type(wasm_extern_as_table(exports.data[2]));
  wasm_memorytype_t *of_memory = wasm_memory_type(wasm_extern_as_memory(exports.data[3]));
  print_externtype(wasm_functype_as_externtype(of_func));
  print_externtype(wasm_globaltype_as_externtype(of_global));
  print_externtype(wasm_tabletype_as_externtype(of_table));
  print_externtype(wasm_memorytype_as_externtype(of_memory));
  wasm_functype_delete(of_func);
  wasm_globaltype_delete(of_global);
  wasm_tabletype_delete(of_table);
  wasm_memorytype_delete(of_memory);

  wasm_exporttype_vec_delete(&types);
  wasm_extern_vec_delete(&exports);
  wasm_module_delete(module);
  wasm_store_delete(store);
  wasm_engine_delete(engine);
}
/* PRINTS
import "from" "here" func externref -> funcref i64
import "" "count" global var i32
export func: func i32 f64 f32 -> i32
  now func i32 f64 f32 -> i32
export global: global const f64
  now global const f64
export table: table 0 to 50 funcref
  now table 0 to 50 funcref
export memory: memory 1
  now memory 1
func i32 f64 f32 -> i32
global const f64
table 0 to 50 funcref
memory 1
*/

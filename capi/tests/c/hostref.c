/* Objects of the host in Wasm: through globals, tables, calls and callbacks they stay themselves.
MODULE
(module
  (import "" "f" (func $f (param externref) (result externref)))
  (global $global (export "global") (mut externref) (ref.null extern))
  (table $table (export "table") 10 externref)
  (func (export "global.set") (param externref) (global.set $global (local.get 0)))
  (func (export "global.get") (result externref) (global.get $global))
  (func (export "table.set") (param i32 externref) (table.set $table (local.get 0) (local.get 1)))
  (func (export "table.get") (param i32) (result externref) (table.get $table (local.get 0)))
  (func (export "call") (param externref) (result externref) (call $f (local.get 0))))
*/
#include "test.h"

static wasm_trap_t *callback(const wasm_val_vec_t *args, wasm_val_vec_t *results) {
  wasm_ref_t *ref = args->data[0].of.ref;
  printf("callback %s\n", ref ? (const char *)wasm_ref_get_host_info(ref) : "null");
  wasm_val_copy(&results->data[0], &args->data[0]);
  return NULL;
}

/* Takes `actual`. */
static bool is(wasm_ref_t *actual, const wasm_ref_t *expected) {
  bool same = expected ? wasm_ref_same(actual, expected) : !actual;
  wasm_ref_delete(actual);
  return same;
}

static wasm_extern_vec_t exports;

static void global_set(wasm_ref_t *ref) {
  wasm_val_t arg = WASM_REF_VAL(ref);
  call(func_at(&exports, 2), 1, &arg);
}

static wasm_ref_t *global_get(void) {
  wasm_val_t value = call(func_at(&exports, 3), 0, NULL);
  CHECK(value.kind == WASM_EXTERNREF);
  return value.of.ref;
}

static void table_set(int32_t index, wasm_ref_t *ref) {
  wasm_val_t args[] = {WASM_I32_VAL(index), WASM_REF_VAL(ref)};
  call(func_at(&exports, 4), 2, args);
}

static wasm_ref_t *table_get(int32_t index) {
  wasm_val_t arg = WASM_I32_VAL(index);
  return call(func_at(&exports, 5), 1, &arg).of.ref;
}

static wasm_ref_t *through_callback(wasm_ref_t *ref) {
  wasm_val_t arg = WASM_REF_VAL(ref);
  return call(func_at(&exports, 6), 1, &arg).of.ref;
}

int main(int argc, char **argv) {
  CHECK(argc == 2);
  wasm_engine_t *engine = wasm_engine_new();
  wasm_store_t *store = wasm_store_new(engine);
  wasm_module_t *module = read_module(store, argv[1]);
  wasm_functype_t *type =
      wasm_functype_new_1_1(wasm_valtype_new_externref(), wasm_valtype_new_externref());
  wasm_func_t *func = wasm_func_new(store, type, callback);
  wasm_functype_delete(type);
  wasm_extern_t *externs[] = {wasm_func_as_extern(func)};
  wasm_extern_vec_t imports = WASM_ARRAY_VEC(externs);
  instantiate(store, module, &imports, &exports);
  wasm_global_t *global = wasm_extern_as_global(exports.data[0]);
  wasm_table_t *table = wasm_extern_as_table(exports.data[1]);

  wasm_ref_t *one = wasm_foreign_as_ref(wasm_foreign_new(store));
  wasm_ref_t *two = wasm_foreign_as_ref(wasm_foreign_new(store));
  CHECK(!wasm_ref_get_host_info(one));
  wasm_ref_set_host_info(one, (void *)"one");
  wasm_ref_set_host_info(two, (void *)"two");
  CHECK(is(wasm_ref_copy(one), one) && !is(wasm_ref_copy(one), two));

  /* A value owns its reference. */
  wasm_val_t value = {.kind = WASM_EXTERNREF, .of = {.ref = wasm_ref_copy(one)}}, copy;
  wasm_val_copy(&copy, &value);
  wasm_val_delete(&value);
  wasm_val_delete(&value);
  CHECK(is(copy.of.ref, one));

  CHECK(is(global_get(), NULL));
  global_set(one);
  CHECK(is(global_get(), one));
  global_set(two);
  CHECK(is(global_get(), two));
  wasm_global_get(global, &value);
  CHECK(value.kind == WASM_EXTERNREF && is(value.of.ref, two));
  wasm_val_t set_one = WASM_REF_VAL(one);
  wasm_global_set(global, &set_one);
  CHECK(is(global_get(), one));
  global_set(NULL);
  CHECK(is(global_get(), NULL));

  CHECK(is(table_get(0), NULL));
  table_set(0, one);
  table_set(1, two);
  CHECK(is(table_get(0), one) && is(table_get(1), two));
  CHECK(is(wasm_table_get(table, 1), two));
  CHECK(wasm_table_set(table, 2, one) && is(table_get(2), one));
  table_set(0, NULL);
  CHECK(is(table_get(0), NULL));

  CHECK(is(through_callback(NULL), NULL));
  CHECK(is(through_callback(one), one));
  CHECK(is(through_callback(two), two));

  /* Any object can be used as one. */
  wasm_ref_t *others[] = {wasm_func_as_ref(func), wasm_module_as_ref(module),
                          wasm_global_as_ref(global), wasm_table_as_ref(table)};
  for (size_t i = 0; i < 4; ++i) {
    wasm_ref_set_host_info(others[i], (void *)"another");
    CHECK(is(through_callback(others[i]), others[i]));
  }

  wasm_func_delete(func);
  wasm_module_delete(module);
  wasm_ref_delete(one);
  wasm_ref_delete(two);
  wasm_extern_vec_delete(&exports);
  wasm_store_delete(store);
  wasm_engine_delete(engine);
}
/* PRINTS
callback null
callback one
callback two
callback another
callback another
callback another
callback another
*/

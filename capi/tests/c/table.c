/* A table that the host and Wasm change: elements, calls through it, growth.
MODULE
(module
  (table (export "table") 2 10 funcref)
  (func (export "call_indirect") (param i32 i32) (result i32)
    (call_indirect (param i32) (result i32) (local.get 0) (local.get 1)))
  (func $f (export "f") (param i32) (result i32) (local.get 0))
  (func (export "g") (param i32) (result i32) (i32.const 666))
  (elem (i32.const 1) $f))
*/
#include "test.h"

static wasm_trap_t *negate(const wasm_val_vec_t *args, wasm_val_vec_t *results) {
  results->data[0].of.i32 = -args->data[0].of.i32;
  return NULL;
}

static bool is_set(const wasm_table_t *table, wasm_table_size_t index) {
  wasm_ref_t *ref = wasm_table_get(table, index);
  bool set = ref != NULL;
  wasm_ref_delete(ref);
  return set;
}

static int32_t call_at(const wasm_func_t *indirect, int32_t arg, int32_t index) {
  wasm_val_t args[] = {WASM_I32_VAL(arg), WASM_I32_VAL(index)};
  return call(indirect, 2, args).of.i32;
}

static void trap_at(const wasm_func_t *indirect, int32_t index) {
  wasm_val_t arg[] = {WASM_I32_VAL(0), WASM_I32_VAL(index)}, result[] = {WASM_INIT_VAL};
  wasm_val_vec_t args = WASM_ARRAY_VEC(arg), results = WASM_ARRAY_VEC(result);
  wasm_trap_t *trap = wasm_func_call(indirect, &args, &results);
  CHECK(trap);
  wasm_trap_delete(trap);
}

int main(int argc, char **argv) {
  CHECK(argc == 2);
  wasm_engine_t *engine = wasm_engine_new();
  wasm_store_t *store = wasm_store_new(engine);
  wasm_module_t *module = read_module(store, argv[1]);
  wasm_extern_vec_t imports = WASM_EMPTY_VEC, exports;
  instantiate(store, module, &imports, &exports);
  wasm_module_delete(module);
  wasm_table_t *table = wasm_extern_as_table(exports.data[0]);
  wasm_func_t *indirect = func_at(&exports, 1), *f = func_at(&exports, 2),
              *g = func_at(&exports, 3);
  wasm_functype_t *type = wasm_functype_new_1_1(wasm_valtype_new_i32(), wasm_valtype_new_i32());
  wasm_func_t *h = wasm_func_new(store, type, negate);
  wasm_functype_delete(type);

  CHECK(wasm_table_size(table) == 2 && !is_set(table, 0) && is_set(table, 1));
  CHECK(call_at(indirect, 7, 1) == 7);
  trap_at(indirect, 0);
  trap_at(indirect, 2);

  CHECK(wasm_table_set(table, 0, wasm_func_as_ref(g)));
  CHECK(wasm_table_set(table, 1, NULL));
  CHECK(!wasm_table_set(table, 2, wasm_func_as_ref(f)));
  CHECK(is_set(table, 0) && !is_set(table, 1) && !is_set(table, 2));
  CHECK(call_at(indirect, 7, 0) == 666);
  trap_at(indirect, 1);

  CHECK(wasm_table_grow(table, 3, NULL) && wasm_table_size(table) == 5);
  CHECK(wasm_table_set(table, 2, wasm_func_as_ref(f)));
  CHECK(wasm_table_set(table, 3, wasm_func_as_ref(h)));
  CHECK(call_at(indirect, 5, 2) == 5 && call_at(indirect, 6, 3) == -6);
  trap_at(indirect, 4);
  CHECK(wasm_table_grow(table, 2, wasm_func_as_ref(f)) && is_set(table, 6));
  CHECK(!wasm_table_grow(table, 4, NULL) && wasm_table_size(table) == 7);
  CHECK(wasm_table_grow(table, 0, NULL) && wasm_table_grow(table, 3, NULL));

  /* What comes out is what went in. */
  wasm_ref_t *ref = wasm_table_get(table, 3);
  CHECK(wasm_ref_as_func(ref) && wasm_func_same(wasm_ref_as_func(ref), h));
  CHECK(!wasm_func_same(wasm_ref_as_func(ref), f) && !wasm_ref_as_table(ref));
  wasm_ref_delete(ref);

  /* A table holds functions, not tables. */
  CHECK(!wasm_table_set(table, 0, wasm_table_as_ref(table)));

  wasm_limits_t limits = {5, 5};
  wasm_tabletype_t *table_type = wasm_tabletype_new(wasm_valtype_new_funcref(), &limits);
  wasm_table_t *alone = wasm_table_new(store, table_type, wasm_func_as_ref(f));
  wasm_tabletype_delete(table_type);
  CHECK(wasm_table_size(alone) == 5 && is_set(alone, 4) && !wasm_table_grow(alone, 1, NULL));
  wasm_table_delete(alone);

  wasm_func_delete(h);
  wasm_extern_vec_delete(&exports);
  wasm_store_delete(store);
  wasm_engine_delete(engine);
  printf("done\n");
}
/* PRINTS
done
*/

/* Several results, of Wasm and of the host, in another order than they came.
MODULE
(module
  (func $f (import "" "f") (param i32 i64 f64 f32) (result f32 f64 i64 i32))
  (func (export "g") (param i32 i64 f64 f32) (result f32 f64 i64 i32)
    (call $f (local.get 0) (local.get 1) (local.get 2) (local.get 3))))
*/
#include "test.h"

static wasm_trap_t *reverse(const wasm_val_vec_t *args, wasm_val_vec_t *results) {
  CHECK(args->size == 4 && results->size == 4);
  for (size_t i = 0; i < 4; ++i) {
    CHECK(results->data[i].kind == args->data[3 - i].kind);
    wasm_val_copy(&results->data[i], &args->data[3 - i]);
  }
  return NULL;
}

int main(int argc, char **argv) {
  CHECK(argc == 2);
  wasm_engine_t *engine = wasm_engine_new();
  wasm_store_t *store = wasm_store_new(engine);
  wasm_module_t *module = read_module(store, argv[1]);

  wasm_valtype_t *types[] = {wasm_valtype_new_i32(), wasm_valtype_new_i64(), wasm_valtype_new_f64(),
                             wasm_valtype_new_f32()};
  wasm_valtype_vec_t params, results_of_type;
  wasm_valtype_vec_new(&params, 4, types);
  wasm_valtype_vec_new_uninitialized(&results_of_type, 4);
  for (size_t i = 0; i < 4; ++i) results_of_type.data[i] = wasm_valtype_copy(types[3 - i]);
  wasm_functype_t *type = wasm_functype_new(&params, &results_of_type);
  wasm_func_t *func = wasm_func_new(store, type, reverse);
  wasm_functype_delete(type);
  wasm_extern_t *externs[] = {wasm_func_as_extern(func)};
  wasm_extern_vec_t imports = WASM_ARRAY_VEC(externs), exports;
  instantiate(store, module, &imports, &exports);
  wasm_func_delete(func);
  wasm_module_delete(module);

  wasm_val_t arg[] = {WASM_I32_VAL(1), WASM_I64_VAL(-2), WASM_F64_VAL(3.5), WASM_F32_VAL(-4.25f)};
  wasm_val_t result[4] = {WASM_INIT_VAL, WASM_INIT_VAL, WASM_INIT_VAL, WASM_INIT_VAL};
  wasm_val_vec_t args = WASM_ARRAY_VEC(arg), results = WASM_ARRAY_VEC(result);
  wasm_trap_t *trap = wasm_func_call(func_at(&exports, 0), &args, &results);
  CHECK(!trap);
  printf("%g %g %" PRId64 " %" PRId32 "\n", result[0].of.f32, result[1].of.f64, result[2].of.i64,
         result[3].of.i32);

  wasm_extern_vec_delete(&exports);
  wasm_store_delete(store);
  wasm_engine_delete(engine);
}
/* PRINTS
-4.25 3.5 -2 1
*/

/* Globals that are imported and exported, constant and variable, seen from both sides.
MODULE
(module
  (global $const_f32 (import "" "const f32") f32)
  (global $const_i64 (import "" "const i64") i64)
  (global $var_f32 (import "" "var f32") (mut f32))
  (global $var_i64 (import "" "var i64") (mut i64))
  (global $own_const (export "own const") f32 (f32.const 5))
  (global $own_var (export "own var") (mut i64) (i64.const 8))
  (func (export "get const f32") (result f32) (global.get $const_f32))
  (func (export "get const i64") (result i64) (global.get $const_i64))
  (func (export "get var f32") (result f32) (global.get $var_f32))
  (func (export "get var i64") (result i64) (global.get $var_i64))
  (func (export "get own var") (result i64) (global.get $own_var))
  (func (export "set var f32") (param f32) (global.set $var_f32 (local.get 0)))
  (func (export "set own var") (param i64) (global.set $own_var (local.get 0))))
*/
#include "test.h"

static wasm_global_t *make(wasm_store_t *store, wasm_valtype_t *content, wasm_mutability_t mutability,
                           wasm_val_t value) {
  wasm_globaltype_t *type = wasm_globaltype_new(content, mutability);
  wasm_global_t *global = wasm_global_new(store, type, &value);
  CHECK(global);
  wasm_globaltype_delete(type);
  return global;
}

static wasm_val_t get(const wasm_global_t *global) {
  wasm_val_t value;
  wasm_global_get(global, &value);
  return value;
}

int main(int argc, char **argv) {
  CHECK(argc == 2);
  wasm_engine_t *engine = wasm_engine_new();
  wasm_store_t *store = wasm_store_new(engine);
  wasm_module_t *module = read_module(store, argv[1]);

  wasm_val_t one = WASM_F32_VAL(1), two = WASM_I64_VAL(2), three = WASM_F32_VAL(3),
             four = WASM_I64_VAL(4), seventy = WASM_I64_VAL(70);
  wasm_global_t *const_f32 = make(store, wasm_valtype_new_f32(), WASM_CONST, one);
  wasm_global_t *const_i64 = make(store, wasm_valtype_new_i64(), WASM_CONST, two);
  wasm_global_t *var_f32 = make(store, wasm_valtype_new_f32(), WASM_VAR, three);
  wasm_global_t *var_i64 = make(store, wasm_valtype_new_i64(), WASM_VAR, four);

  /* Two handles of one object. */
  wasm_global_t *copy = wasm_global_copy(var_f32);
  CHECK(wasm_global_same(copy, var_f32) && !wasm_global_same(copy, const_f32));
  wasm_global_delete(copy);

  wasm_extern_t *externs[] = {wasm_global_as_extern(const_f32), wasm_global_as_extern(const_i64),
                              wasm_global_as_extern(var_f32), wasm_global_as_extern(var_i64)};
  wasm_extern_vec_t imports = WASM_ARRAY_VEC(externs), exports;
  instantiate(store, module, &imports, &exports);
  wasm_module_delete(module);
  wasm_global_t *own_const = wasm_extern_as_global(exports.data[0]);
  wasm_global_t *own_var = wasm_extern_as_global(exports.data[1]);
  CHECK(own_const && own_var && get(own_const).of.f32 == 5 && get(own_var).of.i64 == 8);

  CHECK(call(func_at(&exports, 2), 0, NULL).of.f32 == 1);
  CHECK(call(func_at(&exports, 3), 0, NULL).of.i64 == 2);
  CHECK(call(func_at(&exports, 4), 0, NULL).of.f32 == 3);
  CHECK(call(func_at(&exports, 5), 0, NULL).of.i64 == 4);

  /* What the host writes, Wasm reads; and the other way round. */
  wasm_val_t thirty = WASM_F32_VAL(30);
  wasm_global_set(var_f32, &thirty);
  CHECK(call(func_at(&exports, 4), 0, NULL).of.f32 == 30);
  wasm_val_t forty = WASM_F32_VAL(40);
  call(func_at(&exports, 7), 1, &forty);
  CHECK(get(var_f32).of.f32 == 40);
  call(func_at(&exports, 8), 1, &seventy);
  CHECK(get(own_var).of.i64 == 70 && call(func_at(&exports, 6), 0, NULL).of.i64 == 70);

  /* A constant stays, and a variable keeps its type. */
  wasm_global_set(const_f32, &thirty);
  wasm_global_set(var_i64, &thirty);
  CHECK(get(const_f32).of.f32 == 1 && get(var_i64).kind == WASM_I64 && get(var_i64).of.i64 == 4);
  wasm_globaltype_t *i64_type = wasm_globaltype_new(wasm_valtype_new_i64(), WASM_VAR);
  CHECK(!wasm_global_new(store, i64_type, &thirty));
  wasm_globaltype_delete(i64_type);

  wasm_global_delete(const_f32);
  wasm_global_delete(const_i64);
  wasm_global_delete(var_f32);
  wasm_global_delete(var_i64);
  wasm_extern_vec_delete(&exports);
  wasm_store_delete(store);
  wasm_engine_delete(engine);
  printf("done\n");
}
/* PRINTS
done
*/

/* Callbacks with arguments, results, and a pointer of the host. What Wasm does is the sum of both.
MODULE
(module
  (func $print (import "" "print") (param i32) (result i32))
  (func $closure (import "" "closure") (result i32))
  (func (export "run") (param i32 i32) (result i32)
    (i32.add
      (call $print (i32.add (local.get 0) (local.get 1)))
      (call $closure))))
*/
#include "test.h"

static wasm_trap_t *print(const wasm_val_vec_t *args, wasm_val_vec_t *results) {
  CHECK(args->data[0].kind == WASM_I32);
  printf("print %" PRId32 "\n", args->data[0].of.i32);
  wasm_val_copy(&results->data[0], &args->data[0]);
  return NULL;
}

static wasm_trap_t *closure(void *env, const wasm_val_vec_t *args, wasm_val_vec_t *results) {
  CHECK(args->size == 0 && results->size == 1 && results->data[0].kind == WASM_I32);
  results->data[0].of.i32 = *(int *)env;
  return NULL;
}

static void finalize(void *env) { printf("end of the closure over %d\n", *(int *)env); }

int main(int argc, char **argv) {
  CHECK(argc == 2);
  wasm_engine_t *engine = wasm_engine_new();
  wasm_store_t *store = wasm_store_new(engine);
  wasm_module_t *module = read_module(store, argv[1]);

  int value = 42;
  wasm_functype_t *print_type =
      wasm_functype_new_1_1(wasm_valtype_new_i32(), wasm_valtype_new_i32());
  wasm_functype_t *closure_type = wasm_functype_new_0_1(wasm_valtype_new_i32());
  wasm_func_t *print_func = wasm_func_new(store, print_type, print);
  wasm_func_t *closure_func =
      wasm_func_new_with_env(store, closure_type, closure, &value, finalize);
  wasm_functype_delete(print_type);
  wasm_functype_delete(closure_type);

  wasm_extern_t *externs[] = {wasm_func_as_extern(print_func), wasm_func_as_extern(closure_func)};
  wasm_extern_vec_t imports = WASM_ARRAY_VEC(externs), exports;
  instantiate(store, module, &imports, &exports);
  wasm_func_delete(print_func);
  wasm_func_delete(closure_func);
  wasm_module_delete(module);

  wasm_func_t *run = func_at(&exports, 0);
  CHECK(wasm_func_param_arity(run) == 2 && wasm_func_result_arity(run) == 1);
  wasm_val_t args[] = {WASM_I32_VAL(3), WASM_I32_VAL(4)};
  printf("sum %" PRId32 "\n", call(run, 2, args).of.i32);
  value = -49;
  printf("sum %" PRId32 "\n", call(run, 2, args).of.i32);

  wasm_extern_vec_delete(&exports);
  printf("end of the store\n");
  wasm_store_delete(store);
  wasm_engine_delete(engine);
}
/* PRINTS
print 7
sum 49
print 7
sum -42
end of the store
end of the closure over -49
*/

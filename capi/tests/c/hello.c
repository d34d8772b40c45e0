/* A function of the host that Wasm calls.
MODULE
(module
  (func $hello (import "" "hello"))
  (func (export "run") (call $hello)))
*/
#include "test.h"

static wasm_trap_t *hello(const wasm_val_vec_t *args, wasm_val_vec_t *results) {
  CHECK(args->size == 0 && results->size == 0);
  printf("hello from the host\n");
  return NULL;
}

int main(int argc, char **argv) {
  CHECK(argc == 2);
  wasm_engine_t *engine = wasm_engine_new();
  wasm_store_t *store = wasm_store_new(engine);
  wasm_module_t *module = read_module(store, argv[1]);

  wasm_functype_t *type = wasm_functype_new_0_0();
  wasm_func_t *func = wasm_func_new(store, type, hello);
  wasm_functype_delete(type);
  wasm_extern_t *externs[] = {wasm_func_as_extern(func)};
  wasm_extern_vec_t imports = WASM_ARRAY_VEC(externs), exports;
  instantiate(store, module, &imports, &exports);
  wasm_func_delete(func);
  wasm_module_delete(module);

  call(func_at(&exports, 0), 0, NULL);
  call(func_at(&exports, 0), 0, NULL);

  wasm_extern_vec_delete(&exports);
  wasm_store_delete(store);
  wasm_engine_delete(engine);
  printf("done\n");
}
/* PRINTS
hello from the host
hello from the host
done
*/

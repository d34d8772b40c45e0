/* A module as bytes and back, also in another engine; and bytes that are no such module.
MODULE
(module
  (func $hello (import "" "hello"))
  (func (export "run") (call $hello)))
*/
#include "test.h"

static wasm_trap_t *hello(const wasm_val_vec_t *args, wasm_val_vec_t *results) {
  (void)args, (void)results;
  printf("hello\n");
  return NULL;
}

static void run_in(wasm_engine_t *engine, const wasm_byte_vec_t *bytes) {
  wasm_store_t *store = wasm_store_new(engine);
  wasm_module_t *module = wasm_module_deserialize(store, bytes);
  CHECK(module);
  wasm_functype_t *type = wasm_functype_new_0_0();
  wasm_func_t *func = wasm_func_new(store, type, hello);
  wasm_functype_delete(type);
  wasm_extern_t *externs[] = {wasm_func_as_extern(func)};
  wasm_extern_vec_t imports = WASM_ARRAY_VEC(externs), exports;
  instantiate(store, module, &imports, &exports);
  call(func_at(&exports, 0), 0, NULL);
  wasm_func_delete(func);
  wasm_extern_vec_delete(&exports);
  wasm_module_delete(module);
  wasm_store_delete(store);
}

int main(int argc, char **argv) {
  CHECK(argc == 2);
  wasm_engine_t *engine = wasm_engine_new(), *other = wasm_engine_new();
  wasm_store_t *store = wasm_store_new(engine);
  wasm_module_t *module = read_module(store, argv[1]);
  wasm_byte_vec_t bytes, binary, again;
  wasm_module_serialize(module, &bytes);
  wasm_module_delete(module);
  run_in(engine, &bytes);
  run_in(other, &bytes);

  /* It is the same module, with the same bytes. */
  module = wasm_module_deserialize(store, &bytes);
  wasm_module_serialize(module, &again);
  CHECK(again.size == bytes.size && !memcmp(again.data, bytes.data, bytes.size));
  wasm_module_delete(module);

  /* A binary is not a serialized module, nor is one that was cut or changed. */
  read_file(argv[1], &binary);
  CHECK(wasm_module_validate(store, &binary) && !wasm_module_validate(store, &bytes));
  CHECK(!wasm_module_deserialize(store, &binary) && !wasm_module_new(store, &bytes));
  for (size_t size = 0; size < bytes.size; ++size) {
    wasm_byte_vec_t cut = {size, bytes.data};
    CHECK(!wasm_module_deserialize(store, &cut));
  }
  bytes.data[3] ^= 1;
  CHECK(!wasm_module_deserialize(store, &bytes));

  wasm_byte_vec_delete(&bytes);
  wasm_byte_vec_delete(&binary);
  wasm_byte_vec_delete(&again);
  wasm_store_delete(store);
  wasm_engine_delete(engine);
  wasm_engine_delete(other);
}
/* PRINTS
hello
hello
*/

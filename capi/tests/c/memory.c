/* A memory that the host and Wasm read, write and grow.
MODULE
(module
  (memory (export "memory") 2 3)
  (func (export "size") (result i32) (memory.size))
  (func (export "load") (param i32) (result i32) (i32.load8_s (local.get 0)))
  (func (export "store") (param i32 i32) (i32.store8 (local.get 0) (local.get 1)))
  (data (i32.const 0x1000) "\01\02\03\04"))
*/
#include "test.h"

static wasm_extern_vec_t exports;

static int32_t load(int32_t address) {
  wasm_val_t arg = WASM_I32_VAL(address);
  return call(func_at(&exports, 2), 1, &arg).of.i32;
}

static void store_byte(int32_t address, int32_t value) {
  wasm_val_t args[] = {WASM_I32_VAL(address), WASM_I32_VAL(value)};
  call(func_at(&exports, 3), 2, args);
}

static void load_traps(int32_t address) {
  wasm_val_t arg[] = {WASM_I32_VAL(address)}, result[] = {WASM_INIT_VAL};
  wasm_val_vec_t args = WASM_ARRAY_VEC(arg), results = WASM_ARRAY_VEC(result);
  print_and_delete(wasm_func_call(func_at(&exports, 2), &args, &results));
}

int main(int argc, char **argv) {
  CHECK(argc == 2);
  wasm_engine_t *engine = wasm_engine_new();
  wasm_store_t *store = wasm_store_new(engine);
  wasm_module_t *module = read_module(store, argv[1]);
  wasm_extern_vec_t imports = WASM_EMPTY_VEC;
  instantiate(store, module, &imports, &exports);
  wasm_module_delete(module);
  wasm_memory_t *memory = wasm_extern_as_memory(exports.data[0]);

  CHECK(wasm_memory_size(memory) == 2);
  CHECK(wasm_memory_data_size(memory) == 2 * MEMORY_PAGE_SIZE);
  byte_t *data = wasm_memory_data(memory);
  CHECK(data[0] == 0 && data[0x1000] == 1 && data[0x1003] == 4);
  CHECK(call(func_at(&exports, 1), 0, NULL).of.i32 == 2);
  CHECK(load(0x1000) == 1 && load(0x1003) == 4 && load(0x1ffff) == 0);
  load_traps(0x20000);

  data[0x1003] = 5;
  store_byte(0x1002, -6);
  CHECK(load(0x1003) == 5 && data[0x1002] == -6);

  CHECK(wasm_memory_grow(memory, 1));
  CHECK(wasm_memory_size(memory) == 3);
  CHECK(wasm_memory_data(memory)[0x1003] == 5 && load(0x20000) == 0);
  CHECK(!wasm_memory_grow(memory, 1) && wasm_memory_grow(memory, 0));
  load_traps(0x30000);

  wasm_limits_t limits = {5, 5}, wrong = {5, 4};
  wasm_memorytype_t *type = wasm_memorytype_new(&limits), *wrong_type = wasm_memorytype_new(&wrong);
  wasm_memory_t *alone = wasm_memory_new(store, type);
  CHECK(wasm_memory_size(alone) == 5 && !wasm_memory_grow(alone, 1));
  CHECK(!wasm_memory_same(memory, alone) && !wasm_memory_new(store, wrong_type));
  wasm_memorytype_delete(type);
  wasm_memorytype_delete(wrong_type);
  wasm_memory_delete(alone);

  wasm_extern_vec_delete(&exports);
  wasm_store_delete(store);
  wasm_engine_delete(engine);
}
/* PRINTS
trap: error while executing at wasm backtrace:
    0:     0x53 - <unknown>!<wasm function 1>

Caused by:
    0: memory fault at wasm address 0x20000 in linear memory of size 0x20000
    1: wasm trap: out of bounds memory access
trap: error while executing at wasm backtrace:
    0:     0x53 - <unknown>!<wasm function 1>

Caused by:
    0: memory fault at wasm address 0x30000 in linear memory of size 0x30000
    1: wasm trap: out of bounds memory access
*/

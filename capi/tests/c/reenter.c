/* Callbacks that use their store: they call Wasm again, make instances, grow memories, attach
 * pointers, and free what they were called through.
MODULE
(module
  (import "" "down" (func $down (param i32) (result i32)))
  (memory (export "memory") 1 10)
  (func (export "run") (param i32) (result i32)
    (i32.add (call $down (local.get 0)) (i32.load8_u (i32.const 7)))))
*/
#include "test.h"

typedef struct {
  wasm_store_t *store;
  wasm_module_t *module;
  wasm_extern_vec_t exports;
  wasm_func_t *handle;
  wasm_trap_t *kept;
} host_t;

static wasm_trap_t *down(void *env, const wasm_val_vec_t *args, wasm_val_vec_t *results) {
  host_t *host = env;
  int32_t n = args->data[0].of.i32;
  wasm_memory_t *memory = wasm_extern_as_memory(host->exports.data[0]);
  if (n == 0) {
    /* The innermost call: the memory moves or not, its bytes are seen after the return. */
    CHECK(wasm_memory_grow(memory, 1));
    wasm_memory_data(memory)[7] = 1;
    wasm_func_delete(host->handle);
    host->handle = NULL;
    results->data[0].of.i32 = 100;
    return NULL;
  }
  if (n == 2) {
    wasm_extern_t *externs[] = {host->exports.data[1]};
    wasm_extern_vec_t imports = WASM_ARRAY_VEC(externs);
    wasm_trap_t *trap = NULL;
    wasm_instance_t *instance = wasm_instance_new(host->store, host->module, &imports, &trap);
    CHECK(instance && !trap);
    wasm_instance_set_host_info(instance, host);
    wasm_instance_delete(instance);
  }
  if (n == 5) {
    wasm_message_t message;
    wasm_name_new_from_string_nt(&message, "five is too deep");
    wasm_trap_t *trap = wasm_trap_new(host->store, &message);
    wasm_name_delete(&message);
    return trap;
  }
  wasm_val_t arg[] = {WASM_I32_VAL(n > 5 ? n - 2 : n - 1)};
  wasm_val_vec_t given = WASM_ARRAY_VEC(arg);
  wasm_trap_t *trap = wasm_func_call(wasm_extern_as_func(host->exports.data[1]), &given, results);
  /* The trap of an inner call goes on, also if somebody else has a handle of it. */
  if (trap && n == 9) host->kept = wasm_trap_copy(trap);
  return trap;
}

int main(int argc, char **argv) {
  CHECK(argc == 2);
  wasm_engine_t *engine = wasm_engine_new();
  host_t host = {.store = wasm_store_new(engine)};
  host.module = read_module(host.store, argv[1]);
  wasm_functype_t *type = wasm_functype_new_1_1(wasm_valtype_new_i32(), wasm_valtype_new_i32());
  wasm_func_t *func = wasm_func_new_with_env(host.store, type, down, &host, NULL);
  wasm_functype_delete(type);
  wasm_extern_t *externs[] = {wasm_func_as_extern(func)};
  wasm_extern_vec_t imports = WASM_ARRAY_VEC(externs);
  instantiate(host.store, host.module, &imports, &host.exports);
  wasm_func_delete(func);

  host.handle = wasm_func_copy(func_at(&host.exports, 1));
  wasm_val_t arg[] = {WASM_I32_VAL(3)}, result[] = {WASM_INIT_VAL};
  wasm_val_vec_t args = WASM_ARRAY_VEC(arg), results = WASM_ARRAY_VEC(result);
  wasm_trap_t *trap = wasm_func_call(host.handle, &args, &results);
  CHECK(!trap && !host.handle);
  printf("%" PRId32 "\n", result[0].of.i32);

  arg[0].of.i32 = 7;
  print_and_delete(wasm_func_call(func_at(&host.exports, 1), &args, &results));
  arg[0].of.i32 = 9;
  trap = wasm_func_call(func_at(&host.exports, 1), &args, &results);
  CHECK(wasm_trap_same(trap, host.kept));
  wasm_trap_delete(host.kept);
  print_and_delete(trap);

  wasm_extern_vec_delete(&host.exports);
  wasm_module_delete(host.module);
  wasm_store_delete(host.store);
  wasm_engine_delete(engine);
}
/* PRINTS
104
trap: error while executing at wasm backtrace:
    0:     0x3e - <unknown>!<wasm function 1>
    1:     0x3e - <unknown>!<wasm function 1>

Caused by:
    five is too deep
trap: error while executing at wasm backtrace:
    0:     0x3e - <unknown>!<wasm function 1>

Caused by:
    error while executing at wasm backtrace:
    0:     0x3e - <unknown>!<wasm function 1>
    1:     0x3e - <unknown>!<wasm function 1>
    2:     0x3e - <unknown>!<wasm function 1>

Caused by:
    five is too deep
*/

/* Traps of the host and of Wasm: message, origin, trace, and that a trap of the host stays the same
 * object on its way through Wasm.
MODULE
(module
  (func $callback (import "" "callback") (result i32))
  (func (export "callback") (result i32) (call $callback))
  (func (export "unreachable") (result i32) (call $inner))
  (func $inner (result i32) (unreachable)))
*/
#include "test.h"

static wasm_trap_t *fail(void *env, const wasm_val_vec_t *args, wasm_val_vec_t *results) {
  (void)args, (void)results;
  wasm_message_t message;
  wasm_name_new_from_string_nt(&message, "the host gives up");
  wasm_trap_t *trap = wasm_trap_new((wasm_store_t *)env, &message);
  wasm_name_delete(&message);
  wasm_frame_t *origin = wasm_trap_origin(trap);
  CHECK(!origin);
  wasm_trap_set_host_info(trap, env);
  return trap;
}

static void print_frame(const wasm_frame_t *frame, const wasm_instance_t *instance) {
  CHECK(wasm_instance_same(wasm_frame_instance(frame), instance));
  printf("func%" PRIu32 " at %zu, in the module at 0x%zx\n", wasm_frame_func_index(frame),
         wasm_frame_func_offset(frame), wasm_frame_module_offset(frame));
}

int main(int argc, char **argv) {
  CHECK(argc == 2);
  wasm_engine_t *engine = wasm_engine_new();
  wasm_store_t *store = wasm_store_new(engine);
  wasm_module_t *module = read_module(store, argv[1]);

  wasm_functype_t *type = wasm_functype_new_0_1(wasm_valtype_new_i32());
  wasm_func_t *func = wasm_func_new_with_env(store, type, fail, store, NULL);
  wasm_functype_delete(type);
  wasm_extern_t *externs[] = {wasm_func_as_extern(func)};
  wasm_extern_vec_t imports = WASM_ARRAY_VEC(externs), exports;
  wasm_instance_t *instance = wasm_instance_new(store, module, &imports, NULL);
  CHECK(instance);
  wasm_instance_exports(instance, &exports);
  wasm_func_delete(func);
  wasm_module_delete(module);

  for (size_t i = 0; i < 2; ++i) {
    wasm_val_t result[] = {WASM_I64_VAL(7)};
    wasm_val_vec_t args = WASM_EMPTY_VEC, results = WASM_ARRAY_VEC(result);
    wasm_trap_t *trap = wasm_func_call(func_at(&exports, i), &args, &results);
    CHECK(trap && result[0].kind == WASM_I64 && result[0].of.i64 == 7);
    CHECK(wasm_trap_get_host_info(trap) == (i == 0 ? store : NULL));

    wasm_frame_t *origin = wasm_trap_origin(trap);
    CHECK(origin);
    print_frame(origin, instance);
    wasm_frame_t *copy = wasm_frame_copy(origin);
    wasm_frame_delete(origin);
    CHECK(wasm_frame_func_index(copy) == (i == 0 ? 1 : 3));
    wasm_frame_delete(copy);
    wasm_frame_vec_t trace;
    wasm_trap_trace(trap, &trace);
    printf("%zu frames\n", trace.size);
    for (size_t k = 0; k < trace.size; ++k) print_frame(trace.data[k], instance);
    wasm_frame_vec_delete(&trace);
    print_and_delete(trap);
  }

  wasm_instance_delete(instance);
  wasm_extern_vec_delete(&exports);
  wasm_store_delete(store);
  wasm_engine_delete(engine);
}
/* PRINTS
func1 at 1, in the module at 0x45
1 frames
func1 at 1, in the module at 0x45
trap: error while executing at wasm backtrace:
    0:     0x45 - <unknown>!<wasm function 1>

Caused by:
    the host gives up
func3 at 1, in the module at 0x4f
2 frames
func3 at 1, in the module at 0x4f
func2 at 1, in the module at 0x4a
trap: error while executing at wasm backtrace:
    0:     0x4f - <unknown>!inner
    1:     0x4a - <unknown>!<wasm function 2>

Caused by:
    wasm trap: wasm `unreachable` instruction executed
*/

/* Instantiations that fail: a start function that traps, and imports that are missing or wrong.
MODULE
(module $main
  (global (import "" "g") i32)
  (func $start (unreachable))
  (start $start))
*/
#include "test.h"

int main(int argc, char **argv) {
  CHECK(argc == 2);
  wasm_engine_t *engine = wasm_engine_new();
  wasm_store_t *store = wasm_store_new(engine);
  wasm_module_t *module = read_module(store, argv[1]);
  wasm_globaltype_t *type = wasm_globaltype_new(wasm_valtype_new_i32(), WASM_CONST);
  wasm_globaltype_t *wrong_type = wasm_globaltype_new(wasm_valtype_new_i64(), WASM_CONST);
  wasm_val_t zero = WASM_I32_VAL(0), wide = WASM_I64_VAL(0);
  wasm_global_t *global = wasm_global_new(store, type, &zero);
  wasm_global_t *wrong = wasm_global_new(store, wrong_type, &wide);
  wasm_globaltype_delete(type);
  wasm_globaltype_delete(wrong_type);

  wasm_extern_t *right[] = {wasm_global_as_extern(global)}, *other[] = {wasm_global_as_extern(wrong)},
                *null[] = {NULL};
  wasm_extern_vec_t imports[] = {WASM_ARRAY_VEC(right), WASM_ARRAY_VEC(other), WASM_ARRAY_VEC(null),
                                 WASM_EMPTY_VEC};
  for (size_t i = 0; i < 4; ++i) {
    wasm_trap_t *trap = NULL;
    CHECK(!wasm_instance_new(store, module, &imports[i], &trap) && trap);
    wasm_frame_t *origin = wasm_trap_origin(trap);
    /* An instance that has failed cannot be named. */
    CHECK(!origin == (i != 0) && !wasm_frame_instance(origin));
    wasm_frame_delete(origin);
    print_and_delete(trap);
    CHECK(!wasm_instance_new(store, module, &imports[i], NULL));
  }

  wasm_global_delete(global);
  wasm_global_delete(wrong);
  wasm_module_delete(module);
  wasm_store_delete(store);
  wasm_engine_delete(engine);
}
/* PRINTS
trap: error while executing at wasm backtrace:
    0:     0x23 - main!start

Caused by:
    wasm trap: wasm `unreachable` instruction executed
trap: incompatible import type for `::g`

Caused by:
    global types incompatible: expected global of type `i32`, found global of type `i64`
trap: import 0 is null
trap: expected 1 imports, found 0
*/

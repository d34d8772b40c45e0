/* A module that many threads use, each in a store of its own.
MODULE
(module
  (func $message (import "" "hello") (param i32))
  (global $id (import "" "id") i32)
  (func (export "run") (call $message (global.get $id))))
*/
#include <pthread.h>

#include "test.h"

enum { THREADS = 10, REPEATS = 3 };

typedef struct {
  wasm_engine_t *engine;
  wasm_shared_module_t *module;
  int32_t id;
  int sum;
} work_t;

static wasm_trap_t *add(void *env, const wasm_val_vec_t *args, wasm_val_vec_t *results) {
  (void)results;
  *(int *)env += args->data[0].of.i32;
  return NULL;
}

static void *run(void *argument) {
  work_t *work = argument;
  wasm_store_t *store = wasm_store_new(work->engine);
  wasm_module_t *module = wasm_module_obtain(store, work->module);
  CHECK(module);
  for (int i = 0; i < REPEATS; ++i) {
    wasm_functype_t *func_type = wasm_functype_new_1_0(wasm_valtype_new_i32());
    wasm_func_t *func = wasm_func_new_with_env(store, func_type, add, &work->sum, NULL);
    wasm_functype_delete(func_type);
    wasm_val_t id = WASM_I32_VAL(work->id);
    wasm_globaltype_t *global_type = wasm_globaltype_new(wasm_valtype_new_i32(), WASM_CONST);
    wasm_global_t *global = wasm_global_new(store, global_type, &id);
    wasm_globaltype_delete(global_type);
    wasm_extern_t *externs[] = {wasm_func_as_extern(func), wasm_global_as_extern(global)};
    wasm_extern_vec_t imports = WASM_ARRAY_VEC(externs), exports;
    instantiate(store, module, &imports, &exports);
    wasm_func_delete(func);
    wasm_global_delete(global);
    call(func_at(&exports, 0), 0, NULL);
    wasm_extern_vec_delete(&exports);
  }
  wasm_module_delete(module);
  wasm_store_delete(store);
  return NULL;
}

int main(int argc, char **argv) {
  CHECK(argc == 2);
  wasm_engine_t *engine = wasm_engine_new();
  wasm_store_t *store = wasm_store_new(engine);
  wasm_module_t *module = read_module(store, argv[1]);
  wasm_shared_module_t *shared = wasm_module_share(module);
  wasm_module_delete(module);
  wasm_store_delete(store);

  pthread_t threads[THREADS];
  work_t work[THREADS];
  for (int i = 0; i < THREADS; ++i) {
    work[i] = (work_t){engine, shared, i, 0};
    CHECK(!pthread_create(&threads[i], NULL, run, &work[i]));
  }
  for (int i = 0; i < THREADS; ++i) {
    CHECK(!pthread_join(threads[i], NULL));
    printf("thread %d: %d\n", i, work[i].sum);
  }

  /* A store of another engine does not get it. */
  wasm_engine_t *other = wasm_engine_new();
  wasm_store_t *foreign = wasm_store_new(other);
  CHECK(!wasm_module_obtain(foreign, shared));
  wasm_store_delete(foreign);
  wasm_engine_delete(other);
  wasm_shared_module_delete(shared);
  wasm_engine_delete(engine);
}
/* PRINTS
thread 0: 0
thread 1: 3
thread 2: 6
thread 3: 9
thread 4: 12
thread 5: 15
thread 6: 18
thread 7: 21
thread 8: 24
thread 9: 27
*/

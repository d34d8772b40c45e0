/* Finalizers: of an object that is gone, of what is replaced, and of what lives as long as its store.
MODULE
(module
  (func (export "f"))
  (func (export "pass") (param externref) (result externref) (local.get 0))
  (memory (export "m") 0)
  (global (export "g") i32 (i32.const 0)))
*/
#include "test.h"

/* More than the stores of wasmtime allow by default. */
enum { COUNT = 12000 };

static int live = 0;

static void finalize(void *data) {
  if ((intptr_t)data % (COUNT / 2) == 0) printf("finalize %" PRIdPTR "\n", (intptr_t)data);
  --live;
}

static void run_in(wasm_store_t *store, const char *path) {
  wasm_module_t *module = read_module(store, path);
  wasm_extern_vec_t imports = WASM_EMPTY_VEC;
  for (intptr_t i = 1; i <= COUNT; ++i) {
    wasm_instance_t *instance = wasm_instance_new(store, module, &imports, NULL);
    CHECK(instance);
    wasm_instance_set_host_info_with_finalizer(instance, (void *)i, finalize);
    CHECK(wasm_instance_get_host_info(instance) == (void *)i);
    wasm_instance_delete(instance);
    ++live;
  }
  wasm_module_delete(module);
}

static void say(void *text) { printf("finalize %s\n", (const char *)text); }

static void say_and_free(void *text) {
  say(text);
  free(text);
}

static void of_each_kind(wasm_store_t *store, const char *path) {
  wasm_module_t *module = read_module(store, path);
  wasm_module_set_host_info_with_finalizer(module, (void *)"module", say);
  wasm_module_t *copy = wasm_module_copy(module);
  wasm_extern_vec_t imports = WASM_EMPTY_VEC, exports, again;
  instantiate(store, module, &imports, &exports);
  wasm_module_delete(module);
  printf("one handle of the module left\n");
  CHECK(wasm_module_get_host_info(copy));
  wasm_module_delete(copy);

  wasm_foreign_t *foreign = wasm_foreign_new(store);
  wasm_foreign_set_host_info_with_finalizer(foreign, (void *)"foreign", say);
  wasm_foreign_set_host_info_with_finalizer(foreign, (void *)"foreign again", say);
  wasm_foreign_delete(foreign);

  wasm_message_t message;
  wasm_name_new_from_string_nt(&message, "message");
  wasm_trap_t *trap = wasm_trap_new(store, &message);
  wasm_name_delete(&message);
  wasm_trap_set_host_info_with_finalizer(trap, (void *)"trap", say);
  wasm_trap_delete(trap);

  /* What belongs to the store has it also under a new handle. */
  for (size_t i = 0; i < exports.size; ++i) {
    char *text = malloc(32);
    snprintf(text, 32, "export %zu", i);
    wasm_extern_set_host_info_with_finalizer(exports.data[i], text, say_and_free);
  }
  wasm_extern_vec_copy(&again, &exports);
  wasm_extern_vec_delete(&exports);
  for (size_t i = 0; i < again.size; ++i) {
    printf("%s\n", (char *)wasm_extern_get_host_info(again.data[i]));
  }
  wasm_extern_set_host_info(again.data[1], NULL);
  wasm_extern_set_host_info(again.data[2], NULL);
  wasm_extern_vec_delete(&again);
}

static wasm_store_t *in_use;

/* What a finalizer may do: anything, with the store that is collecting. */
static void use_store(void *memory) {
  --live;
  if (!in_use) return;
  CHECK(wasm_memory_size(memory) == 0);
  wasm_foreign_t *foreign = wasm_foreign_new(in_use);
  wasm_foreign_set_host_info(foreign, memory);
  wasm_foreign_delete(foreign);
}

/* Objects that only Wasm had, for a while. */
static void collected(wasm_store_t *store, const char *path) {
  wasm_module_t *module = read_module(store, path);
  wasm_extern_vec_t imports = WASM_EMPTY_VEC, exports;
  instantiate(store, module, &imports, &exports);
  wasm_module_delete(module);
  wasm_memory_t *memory = wasm_extern_as_memory(exports.data[2]);
  in_use = store;
  int most = 0;
  for (int i = 0; i < COUNT; ++i) {
    wasm_ref_t *ref = wasm_foreign_as_ref(wasm_foreign_new(store));
    wasm_ref_set_host_info_with_finalizer(ref, memory, use_store);
    ++live;
    wasm_val_t arg = WASM_REF_VAL(ref);
    wasm_val_t result = call(func_at(&exports, 1), 1, &arg);
    CHECK(wasm_ref_same(result.of.ref, ref));
    wasm_ref_delete(ref);
    wasm_val_delete(&result);
    if (live > most) most = live;
  }
  CHECK(most < COUNT / 2);
  /* What is left ends with the store, of which nothing can be used then. */
  in_use = NULL;
  wasm_extern_vec_delete(&exports);
}

int main(int argc, char **argv) {
  CHECK(argc == 2);
  wasm_engine_t *engine = wasm_engine_new();
  wasm_store_t *one = wasm_store_new(engine), *two = wasm_store_new(engine);
  run_in(one, argv[1]);
  run_in(two, argv[1]);
  CHECK(live == 2 * COUNT);
  wasm_store_delete(two);
  CHECK(live == COUNT);
  wasm_store_delete(one);
  CHECK(live == 0);

  wasm_store_t *three = wasm_store_new(engine);
  of_each_kind(three, argv[1]);
  printf("end of the store\n");
  wasm_store_delete(three);

  wasm_store_t *five = wasm_store_new(engine);
  collected(five, argv[1]);
  wasm_store_delete(five);
  CHECK(live == 0);

  /* A handle keeps its store. */
  wasm_store_t *four = wasm_store_new(engine);
  wasm_foreign_t *last = wasm_foreign_new(four);
  wasm_foreign_set_host_info_with_finalizer(last, (void *)"the last one", say);
  wasm_store_delete(four);
  printf("its store was deleted\n");
  wasm_foreign_delete(last);
  wasm_engine_delete(engine);
}
/* PRINTS SORTED
end of the store
export 0
export 1
export 2
export 3
finalize 12000
finalize 12000
finalize 6000
finalize 6000
finalize export 0
finalize export 1
finalize export 2
finalize export 3
finalize foreign
finalize foreign again
finalize module
finalize the last one
finalize trap
its store was deleted
one handle of the module left
*/

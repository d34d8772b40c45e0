/* What the test programs share: reading a module, and checks that say where they failed. */
#ifndef TEST_H
#define TEST_H

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "wasm.h"

#define CHECK(condition)                                                       \
  do {                                                                         \
    if (!(condition)) {                                                        \
      printf("%s:%d: not true: %s\n", __FILE__, __LINE__, #condition);         \
      exit(1);                                                                 \
    }                                                                          \
  } while (0)

static inline void read_file(const char *path, wasm_byte_vec_t *out) {
  FILE *file = fopen(path, "rb");
  CHECK(file);
  CHECK(!fseek(file, 0, SEEK_END));
  long size = ftell(file);
  CHECK(size >= 0 && !fseek(file, 0, SEEK_SET));
  wasm_byte_vec_new_uninitialized(out, (size_t)size);
  CHECK(fread(out->data, 1, (size_t)size, file) == (size_t)size);
  fclose(file);
}

static inline wasm_module_t *read_module(wasm_store_t *store, const char *path) {
  wasm_byte_vec_t binary;
  read_file(path, &binary);
  wasm_module_t *module = wasm_module_new(store, &binary);
  CHECK(module);
  wasm_byte_vec_delete(&binary);
  return module;
}

/* The exports of a new instance, of which nothing else is kept. */
static inline void instantiate(wasm_store_t *store, const wasm_module_t *module,
                               const wasm_extern_vec_t *imports, wasm_extern_vec_t *exports) {
  wasm_instance_t *instance = wasm_instance_new(store, module, imports, NULL);
  CHECK(instance);
  wasm_instance_exports(instance, exports);
  wasm_instance_delete(instance);
}

static inline wasm_func_t *func_at(const wasm_extern_vec_t *exports, size_t index) {
  CHECK(index < exports->size);
  wasm_func_t *func = wasm_extern_as_func(exports->data[index]);
  CHECK(func);
  return func;
}

/* Calls a function that does not trap, and has one result or none. */
static inline wasm_val_t call(const wasm_func_t *func, size_t n_args, wasm_val_t *args) {
  wasm_val_t result[] = {WASM_INIT_VAL};
  wasm_val_vec_t given = {n_args, args};
  wasm_val_vec_t results = {wasm_func_result_arity(func), result};
  wasm_trap_t *trap = wasm_func_call(func, &given, &results);
  CHECK(!trap);
  return result[0];
}

static inline void print_and_delete(wasm_trap_t *trap) {
  CHECK(trap);
  wasm_message_t message;
  wasm_trap_message(trap, &message);
  printf("trap: %s\n", message.data);
  CHECK(message.data[message.size - 1] == 0);
  wasm_name_delete(&message);
  wasm_trap_delete(trap);
}

#endif

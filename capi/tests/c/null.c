/* NULL where an object is needed: nothing happens, and the result is nothing, too.
MODULE
(module)
*/
#include "test.h"

static int finalized = 0;

static void finalize(void *data) {
  (void)data;
  ++finalized;
}

static wasm_trap_t *nothing(void *env, const wasm_val_vec_t *args, wasm_val_vec_t *results) {
  (void)env, (void)args, (void)results;
  return NULL;
}

int main(int argc, char **argv) {
  CHECK(argc == 2);
  wasm_config_delete(NULL);
  wasm_engine_delete(NULL);
  wasm_store_delete(NULL);
  wasm_ref_delete(NULL);
  wasm_frame_delete(NULL);
  wasm_extern_vec_delete(NULL);
  wasm_val_delete(NULL);
  CHECK(!wasm_engine_new_with_config(NULL) && !wasm_store_new(NULL));
  CHECK(!wasm_ref_copy(NULL) && !wasm_ref_same(NULL, NULL) && !wasm_ref_get_host_info(NULL));
  wasm_func_set_host_info_with_finalizer(NULL, NULL, finalize);
  CHECK(finalized == 1);
  CHECK(!wasm_func_as_ref(NULL) && !wasm_ref_as_func(NULL) && !wasm_extern_as_memory(NULL));

  wasm_engine_t *engine = wasm_engine_new_with_config(wasm_config_new());
  wasm_store_t *store = wasm_store_new(engine);
  wasm_byte_vec_t bytes;
  read_file(argv[1], &bytes);
  CHECK(!wasm_module_new(store, NULL) && !wasm_module_new(NULL, &bytes));
  CHECK(!wasm_module_validate(store, NULL) && wasm_module_validate(store, &bytes));
  CHECK(!wasm_module_deserialize(store, NULL) && !wasm_module_share(NULL));
  CHECK(!wasm_module_obtain(store, NULL) && !wasm_foreign_new(NULL) && !wasm_trap_new(store, NULL));
  wasm_byte_vec_delete(&bytes);

  /* What is given away is freed in any case. */
  CHECK(!wasm_functype_new(NULL, NULL));
  wasm_valtype_vec_t types, empty;
  wasm_valtype_vec_new_uninitialized(&types, 1);
  types.data[0] = wasm_valtype_new_i32();
  CHECK(!wasm_functype_new(&types, NULL) && types.size == 0);
  wasm_valtype_vec_new_uninitialized(&types, 1);
  wasm_valtype_vec_new_empty(&empty);
  CHECK(!wasm_functype_new(&types, &empty));
  CHECK(!wasm_globaltype_new(NULL, WASM_VAR) && !wasm_tabletype_new(wasm_valtype_new_funcref(), NULL));
  CHECK(!wasm_memorytype_new(NULL) && !wasm_valtype_kind(NULL) && !wasm_functype_params(NULL));
  wasm_name_t name;
  wasm_name_new_from_string(&name, "name");
  CHECK(!wasm_exporttype_new(&name, NULL) && name.size == 0 && !wasm_exporttype_name(NULL));

  wasm_functype_t *type = wasm_functype_new_0_0();
  CHECK(!wasm_func_new(store, type, NULL) && !wasm_func_new(store, NULL, NULL));
  CHECK(!wasm_func_new_with_env(NULL, type, nothing, NULL, finalize) && finalized == 2);
  CHECK(!wasm_func_new_with_env(store, type, NULL, NULL, finalize) && finalized == 3);
  wasm_functype_delete(type);
  CHECK(!wasm_func_call(NULL, NULL, NULL) && !wasm_func_type(NULL) && !wasm_func_param_arity(NULL));

  wasm_val_t value;
  wasm_global_get(NULL, &value);
  CHECK(value.kind == WASM_I32);
  wasm_val_copy(&value, NULL);
  wasm_global_set(NULL, NULL);
  CHECK(!wasm_table_get(NULL, 0) && !wasm_table_set(NULL, 0, NULL) && !wasm_table_size(NULL));
  CHECK(!wasm_memory_data(NULL) && !wasm_memory_grow(NULL, 1) && !wasm_memory_new(store, NULL));
  CHECK(!wasm_extern_kind(NULL) && !wasm_extern_type(NULL));

  wasm_trap_t *trap = (wasm_trap_t *)store;
  CHECK(!wasm_instance_new(store, NULL, NULL, &trap) && !trap);
  wasm_extern_vec_t exports;
  wasm_instance_exports(NULL, &exports);
  CHECK(exports.size == 0 && !exports.data);
  wasm_message_t message;
  wasm_trap_message(NULL, &message);
  CHECK(message.size == 0 && !wasm_trap_origin(NULL) && !wasm_frame_instance(NULL));
  wasm_frame_vec_t frames;
  wasm_trap_trace(NULL, &frames);
  CHECK(frames.size == 0);

  wasm_byte_vec_new_uninitialized(&bytes, SIZE_MAX);
  CHECK(bytes.size == 0 && !bytes.data);
  wasm_byte_vec_new(&bytes, 5, NULL);
  CHECK(bytes.size == 0);
  wasm_byte_vec_copy(&bytes, NULL);
  CHECK(bytes.size == 0);

  wasm_store_delete(store);
  wasm_engine_delete(engine);
  printf("done\n");
}
/* PRINTS
done
*/

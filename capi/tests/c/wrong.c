/* Arguments that do not fit, objects of other stores, and what does not exist in C.
MODULE
(module
  (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
  (func (export "id") (param funcref) (result funcref) (local.get 0))
  (func (export "vector") (param v128) (result v128) (local.get 0))
  (memory (export "wide") i64 0x1_0000_0000 0x1_0000_0001)
  (table (export "table") 1 funcref))
*/
#include "test.h"

static wasm_trap_t *wrong_kind(const wasm_val_vec_t *args, wasm_val_vec_t *results) {
  (void)args;
  results->data[0].kind = WASM_F64;
  results->data[0].of.f64 = 1;
  return NULL;
}

static wasm_trap_t *no_results(const wasm_val_vec_t *args, wasm_val_vec_t *results) {
  (void)args;
  wasm_val_vec_delete(results);
  return NULL;
}

static void call_and_print(const wasm_func_t *func, size_t n_args, wasm_val_t *args) {
  wasm_val_t result[] = {WASM_INIT_VAL};
  wasm_val_vec_t given = {n_args, args}, results = WASM_ARRAY_VEC(result);
  print_and_delete(wasm_func_call(func, &given, &results));
}

int main(int argc, char **argv) {
  CHECK(argc == 2);
  wasm_engine_t *engine = wasm_engine_new();
  wasm_store_t *store = wasm_store_new(engine), *other = wasm_store_new(engine);
  wasm_module_t *module = read_module(store, argv[1]);
  wasm_exporttype_vec_t types;
  wasm_module_exports(module, &types);

  /* Sizes and kinds that C has no words for can be looked at. */
  const wasm_externtype_t *vector = wasm_exporttype_type(types.data[2]);
  const wasm_functype_t *vector_func = wasm_externtype_as_functype_const(vector);
  printf("kind %d\n", wasm_valtype_kind(wasm_functype_params(vector_func)->data[0]));
  const wasm_memorytype_t *wide =
      wasm_externtype_as_memorytype_const(wasm_exporttype_type(types.data[3]));
  CHECK(wasm_memorytype_limits(wide)->min == 0xffffffff);
  CHECK(!wasm_valtype_new(4) && !wasm_valtype_new(127));

  /* The memory of the module is beyond any machine. */
  wasm_extern_vec_t none = WASM_EMPTY_VEC;
  wasm_trap_t *trap = NULL;
  CHECK(!wasm_instance_new(store, module, &none, &trap));
  CHECK(trap);
  wasm_trap_delete(trap);
  wasm_exporttype_vec_delete(&types);
  wasm_module_delete(module);

  /* The same without it. */
  wasm_byte_vec_t binary;
  read_file(argv[1], &binary);
  for (size_t i = 0; i + 12 < binary.size; ++i) {
    /* The memory's limits: 5 is "64-bit, with a maximum", then the two sizes. */
    static const char limits[] = {5, (char)0x80, (char)0x80, (char)0x80, (char)0x80, 0x10};
    if (memcmp(binary.data + i, limits, sizeof limits)) continue;
    static const char small[] = {(char)0x81, (char)0x80, (char)0x80, (char)0x80, 0x00};
    memcpy(binary.data + i + 1, small, sizeof small);
  }
  module = wasm_module_new(store, &binary);
  CHECK(module);
  wasm_byte_vec_delete(&binary);
  wasm_extern_vec_t exports, others;
  instantiate(store, module, &none, &exports);
  wasm_module_t *elsewhere = wasm_module_obtain(other, wasm_module_share(NULL));
  CHECK(!elsewhere);
  wasm_shared_module_t *shared = wasm_module_share(module);
  elsewhere = wasm_module_obtain(other, shared);
  wasm_shared_module_delete(shared);
  instantiate(other, elsewhere, &none, &others);
  wasm_module_delete(elsewhere);
  CHECK(wasm_memory_size(wasm_extern_as_memory(exports.data[3])) == 1);

  wasm_func_t *add = func_at(&exports, 0), *id = func_at(&exports, 1);
  wasm_val_t numbers[] = {WASM_I32_VAL(1), WASM_F32_VAL(2), WASM_I32_VAL(3)};
  call_and_print(add, 1, numbers);
  call_and_print(add, 2, numbers);
  numbers[1].kind = 17;
  call_and_print(add, 2, numbers);
  call_and_print(add, 2, numbers + 1);
  numbers[1].kind = WASM_I32;

  /* Room for more results than there are, and for none. */
  wasm_val_t result[2] = {WASM_INIT_VAL, WASM_I64_VAL(5)};
  numbers[1].of.i32 = 2;
  wasm_val_vec_t two = {2, numbers}, more = {2, result}, nowhere = WASM_EMPTY_VEC;
  CHECK(!wasm_func_call(add, &two, &more) && !wasm_func_call(add, &two, &nowhere));
  CHECK(!wasm_func_call(add, &two, NULL));
  CHECK(result[0].of.i32 == 3 && result[1].kind == WASM_I64 && result[1].of.i64 == 5);
  wasm_val_t reference[] = {WASM_REF_VAL(wasm_table_as_ref(wasm_extern_as_table(exports.data[4])))};
  call_and_print(id, 1, reference);
  reference[0].of.ref = wasm_func_as_ref(func_at(&others, 0));
  call_and_print(id, 1, reference);
  call_and_print(id, 1, numbers);
  call_and_print(func_at(&exports, 2), 1, numbers);

  /* The kind says only that it is a reference: the type of the parameter says which. */
  reference[0].of.ref = wasm_func_as_ref(add);
  wasm_val_t same = call(id, 1, reference);
  CHECK(same.kind == WASM_FUNCREF && wasm_ref_same(same.of.ref, wasm_func_as_ref(add)));
  wasm_val_delete(&same);

  wasm_table_t *table = wasm_extern_as_table(exports.data[4]);
  CHECK(!wasm_table_set(table, 0, wasm_func_as_ref(func_at(&others, 0))));
  CHECK(!wasm_extern_same(exports.data[0], others.data[0]));
  wasm_extern_t *foreign[] = {others.data[0]};
  wasm_extern_vec_t imports = WASM_ARRAY_VEC(foreign);
  CHECK(!wasm_instance_new(store, module, &imports, &trap));
  print_and_delete(trap);

  wasm_functype_t *type = wasm_functype_new_0_1(wasm_valtype_new_i32());
  wasm_func_t *callbacks[] = {wasm_func_new(store, type, wrong_kind),
                              wasm_func_new(store, type, no_results)};
  wasm_functype_delete(type);
  for (size_t i = 0; i < 2; ++i) {
    call_and_print(callbacks[i], 0, NULL);
    wasm_func_delete(callbacks[i]);
  }

  wasm_extern_vec_delete(&exports);
  wasm_extern_vec_delete(&others);
  wasm_module_delete(module);
  wasm_store_delete(other);
  wasm_store_delete(store);
  wasm_engine_delete(engine);
}
/* PRINTS
kind 4
trap: expected 2 arguments, got 1
trap: argument type mismatch

Caused by:
    type mismatch: expected i32, found f32
trap: there is no kind 17 of values
trap: there is no kind 17 of values
trap: type mismatch: expected (ref null func), found a reference to no function
trap: reference used with wrong store
trap: argument type mismatch

Caused by:
    type mismatch: expected (ref null func), found i32
trap: argument type mismatch

Caused by:
    type mismatch: expected v128, found i32
trap: cross-`Store` instantiation is not currently supported
trap: function attempted to return an incompatible value

Caused by:
    type mismatch: expected i32, found f64
trap: expected 1 results, got 0
*/

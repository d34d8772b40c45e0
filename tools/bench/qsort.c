// Sorts records by the orders that functions give, as `qsort` of a C library does.
#include <stdint.h>

struct record {
  int32_t key;
  uint32_t name;
  double weight;
};

typedef int (*order)(const struct record *, const struct record *);

static int by_key(const struct record *a, const struct record *b) {
  return (a->key > b->key) - (a->key < b->key);
}

static int by_name(const struct record *a, const struct record *b) {
  return (a->name > b->name) - (a->name < b->name);
}

static int by_weight(const struct record *a, const struct record *b) {
  return (a->weight < b->weight) - (a->weight > b->weight);
}

static void swap(struct record *a, struct record *b) {
  struct record c = *a;
  *a = *b;
  *b = c;
}

__attribute__((noinline)) static void sort(struct record *records, int32_t n, order before) {
  while (n > 8) {
    swap(&records[0], &records[n / 2]);
    int32_t low = 0;
    for (int32_t i = 1; i < n; i++) {
      if (before(&records[i], &records[0]) < 0) swap(&records[++low], &records[i]);
    }
    swap(&records[0], &records[low]);
    sort(records, low, before);
    records += low + 1;
    n -= low + 1;
  }
  for (int32_t i = 1; i < n; i++) {
    for (int32_t j = i; j > 0 && before(&records[j], &records[j - 1]) < 0; j--) {
      swap(&records[j], &records[j - 1]);
    }
  }
}

enum { N = 4096 };
static struct record records[N];
// Not known to the compiler.
static volatile int32_t first;
static order orders[] = {by_key, by_name, by_weight};

// Makes and sorts records `n` times, in one order after the other.
__attribute__((export_name("run"))) int32_t run(int32_t n) {
  uint32_t state = 1;
  int32_t sum = 0;
  for (int32_t round = 0; round < n; round++) {
    for (int32_t i = 0; i < N; i++) {
      state = state * 1664525 + 1013904223;
      records[i].key = (int32_t)state;
      records[i].name = state * 2654435761u;
      records[i].weight = (double)(state >> 8);
    }
    sort(records, N, orders[(first + round / 64) % 3]);
    sum += records[round % N].key;
  }
  return sum;
}

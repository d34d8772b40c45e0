// Expressions as trees of nodes with virtual functions, evaluated for many values of a variable.
#include <stdint.h>

namespace {

struct Node {
  virtual int32_t value(int32_t x) const = 0;
};
struct Constant : Node {
  int32_t it;
  int32_t value(int32_t) const override { return it; }
};
struct Variable : Node {
  int32_t value(int32_t x) const override { return x; }
};
struct Pair : Node {
  const Node *left, *right;
};
struct Sum : Pair {
  int32_t value(int32_t x) const override { return left->value(x) + right->value(x); }
};
struct Product : Pair {
  int32_t value(int32_t x) const override { return left->value(x) * right->value(x); }
};
struct Difference : Pair {
  int32_t value(int32_t x) const override { return left->value(x) - right->value(x); }
};
struct Choice : Pair {
  const Node *condition;
  int32_t value(int32_t x) const override {
    return (condition->value(x) & 1 ? left : right)->value(x);
  }
};

constexpr int MOST = 256;
Constant constants[MOST];
Variable variable;
Sum sums[MOST];
Product products[MOST];
Difference differences[MOST];
Choice choices[MOST];
int made;
uint32_t state = 1;

uint32_t next() {
  state = state * 1664525 + 1013904223;
  return state >> 16;
}

const Node *tree(int depth) {
  int n = made++ % MOST;
  if (depth == 0) {
    if (next() & 1) return &variable;
    constants[n].it = next() & 15;
    return &constants[n];
  }
  Pair *pair;
  switch (next() % 4) {
    case 0: pair = &sums[n]; break;
    case 1: pair = &products[n]; break;
    case 2: pair = &differences[n]; break;
    default:
      choices[n].condition = tree(depth - 1);
      pair = &choices[n];
  }
  pair->left = tree(depth - 1);
  pair->right = tree(depth - 1);
  return pair;
}

}  // namespace

// Evaluates a tree of depth 6 `n` times.
extern "C" __attribute__((export_name("run"))) int32_t run(int32_t n) {
  const Node *root = tree(6);
  int32_t sum = 0;
  for (int32_t x = 0; x < n; x++) sum += root->value(x);
  return sum;
}

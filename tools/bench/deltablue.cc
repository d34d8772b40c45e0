// An incremental solver of one-way constraints with strengths, after the algorithm DeltaBlue
// (Freeman-Benson, Maloney and Borning, 1990). Constraints are known by their base class only.
#include <stdint.h>

namespace {

// The smaller, the stronger.
enum Strength { REQUIRED, PREFERRED, STRONG_DEFAULT, NORMAL, WEAK_DEFAULT, WEAKEST };

// Lists and objects are taken from here, and all given back at once.
alignas(8) char arena[1 << 22];
uint32_t arena_used;
template <class T>
T *allocate(uint32_t n = 1) {
  T *at = reinterpret_cast<T *>(arena + arena_used);
  arena_used += (n * sizeof(T) + 7) & ~7u;
  return at;
}
}  // namespace

inline void *operator new(__SIZE_TYPE__, void *at) noexcept { return at; }

namespace {

template <class T>
struct List {
  T *items = nullptr;
  int length = 0, capacity = 0;
  void push(T item) {
    if (length == capacity) {
      capacity = capacity ? 2 * capacity : 4;
      T *larger = allocate<T>(capacity);
      for (int n = 0; n < length; n++) larger[n] = items[n];
      items = larger;
    }
    items[length++] = item;
  }
  T pop() { return items[--length]; }
  void remove(T item) {
    int kept = 0;
    for (int n = 0; n < length; n++) {
      if (items[n] != item) items[kept++] = items[n];
    }
    length = kept;
  }
  T *begin() { return items; }
  T *end() { return items + length; }
};

struct Constraint;

struct Variable {
  int value;
  // Who determines it.
  Constraint *determined_by = nullptr;
  // Who refers to it.
  List<Constraint *> constraints;
  int mark = 0;
  Strength walkabout = WEAKEST;
  bool stays = true;
  explicit Variable(int value) : value(value) {}
};

struct Constraint {
  Strength strength;
  explicit Constraint(Strength strength) : strength(strength) {}
  virtual bool is_input() const { return false; }
  virtual bool is_satisfied() const = 0;
  virtual void add_to_graph() = 0;
  virtual void remove_from_graph() = 0;
  // Decides which variable it will determine, if any is weaker and not yet marked.
  virtual void choose(int mark) = 0;
  virtual void unsatisfy() = 0;
  virtual void mark_inputs(int mark) = 0;
  virtual bool knows_inputs(int mark) const = 0;
  virtual Variable *output() const = 0;
  // Derives strength and constancy of the output.
  virtual void recalculate() = 0;
  // Computes the output.
  virtual void execute() = 0;
};

// A constraint of one variable.
struct Unary : Constraint {
  Variable *variable;
  bool satisfied = false;
  Unary(Variable *variable, Strength strength) : Constraint(strength), variable(variable) {}
  bool is_satisfied() const override { return satisfied; }
  void add_to_graph() override {
    variable->constraints.push(this);
    satisfied = false;
  }
  void remove_from_graph() override {
    variable->constraints.remove(this);
    satisfied = false;
  }
  void choose(int mark) override {
    satisfied = variable->mark != mark && strength < variable->walkabout;
  }
  void unsatisfy() override { satisfied = false; }
  void mark_inputs(int) override {}
  bool knows_inputs(int) const override { return true; }
  Variable *output() const override { return variable; }
  void recalculate() override {
    variable->walkabout = strength;
    variable->stays = !is_input();
    if (variable->stays) execute();
  }
};

struct Stay : Unary {
  using Unary::Unary;
  void execute() override {}
};

struct Edit : Unary {
  using Unary::Unary;
  bool is_input() const override { return true; }
  void execute() override {}
};

// A constraint of two variables, of which either may follow from the other.
struct Binary : Constraint {
  enum Direction { NONE, FORWARD, BACKWARD };
  Variable *first, *second;
  Direction direction = NONE;
  Binary(Variable *first, Variable *second, Strength strength)
      : Constraint(strength), first(first), second(second) {}
  bool is_satisfied() const override { return direction != NONE; }
  void add_to_graph() override {
    first->constraints.push(this);
    second->constraints.push(this);
    direction = NONE;
  }
  void remove_from_graph() override {
    first->constraints.remove(this);
    second->constraints.remove(this);
    direction = NONE;
  }
  void choose(int mark) override {
    bool may_backward = first->mark != mark && strength < first->walkabout;
    bool may_forward = second->mark != mark && strength < second->walkabout;
    if (first->mark == mark) {
      may_backward = false;
    } else if (second->mark == mark) {
      may_forward = false;
    } else if (first->walkabout > second->walkabout) {
      may_forward = false;
    } else {
      may_backward = false;
    }
    direction = may_forward ? FORWARD : may_backward ? BACKWARD : NONE;
  }
  void unsatisfy() override { direction = NONE; }
  Variable *input() const { return direction == FORWARD ? first : second; }
  Variable *output() const override { return direction == FORWARD ? second : first; }
  void mark_inputs(int mark) override { input()->mark = mark; }
  bool knows_inputs(int mark) const override {
    Variable *in = input();
    return in->mark == mark || in->stays || !in->determined_by;
  }
  void recalculate() override {
    Variable *in = input(), *out = output();
    out->walkabout = strength > in->walkabout ? strength : in->walkabout;
    out->stays = in->stays;
    if (out->stays) execute();
  }
};

struct Equal : Binary {
  using Binary::Binary;
  void execute() override { output()->value = input()->value; }
};

// second = first * scale + offset
struct Scale : Binary {
  Variable *scale, *offset;
  Scale(Variable *first, Variable *scale, Variable *offset, Variable *second, Strength strength)
      : Binary(first, second, strength), scale(scale), offset(offset) {}
  void add_to_graph() override {
    Binary::add_to_graph();
    scale->constraints.push(this);
    offset->constraints.push(this);
  }
  void remove_from_graph() override {
    Binary::remove_from_graph();
    scale->constraints.remove(this);
    offset->constraints.remove(this);
  }
  void mark_inputs(int mark) override {
    Binary::mark_inputs(mark);
    scale->mark = offset->mark = mark;
  }
  void execute() override {
    if (direction == FORWARD) {
      second->value = first->value * scale->value + offset->value;
    } else {
      first->value = (second->value - offset->value) / scale->value;
    }
  }
  void recalculate() override {
    Variable *in = input(), *out = output();
    out->walkabout = strength > in->walkabout ? strength : in->walkabout;
    out->stays = in->stays && scale->stays && offset->stays;
    if (out->stays) execute();
  }
};

struct Plan {
  List<Constraint *> steps;
  void execute() {
    for (Constraint *step : steps) step->execute();
  }
};

struct Planner {
  int last_mark = 0;

  void add(Constraint *constraint) {
    constraint->add_to_graph();
    satisfy_all(constraint);
  }

  void remove(Constraint *constraint) {
    if (!constraint->is_satisfied()) {
      constraint->remove_from_graph();
      return;
    }
    Variable *out = constraint->output();
    constraint->unsatisfy();
    constraint->remove_from_graph();
    List<Constraint *> unsatisfied = remove_propagating_from(out);
    for (int strength = REQUIRED; strength != WEAKEST; strength++) {
      for (Constraint *it : unsatisfied) {
        if (it->strength == strength) satisfy_all(it);
      }
    }
  }

  // What computes everything that depends on `inputs`, in an order that does.
  Plan plan(List<Constraint *> &inputs) {
    int mark = ++last_mark;
    Plan plan;
    List<Constraint *> todo;
    for (Constraint *it : inputs) {
      if (it->is_input() && it->is_satisfied()) todo.push(it);
    }
    while (todo.length) {
      Constraint *next = todo.pop();
      Variable *out = next->output();
      if (out->mark == mark || !next->knows_inputs(mark)) continue;
      plan.steps.push(next);
      out->mark = mark;
      push_consumers(out, todo);
    }
    return plan;
  }

 private:
  void satisfy_all(Constraint *constraint) {
    int mark = ++last_mark;
    while (constraint) constraint = satisfy(constraint, mark);
  }

  // Returns the weaker constraint that gave way.
  Constraint *satisfy(Constraint *constraint, int mark) {
    constraint->choose(mark);
    if (!constraint->is_satisfied()) {
      if (constraint->strength == REQUIRED) __builtin_trap();
      return nullptr;
    }
    constraint->mark_inputs(mark);
    Variable *out = constraint->output();
    Constraint *overridden = out->determined_by;
    if (overridden) overridden->unsatisfy();
    out->determined_by = constraint;
    if (!propagate_from(constraint, mark)) __builtin_trap();
    out->mark = mark;
    return overridden;
  }

  // False if there is a cycle.
  bool propagate_from(Constraint *constraint, int mark) {
    List<Constraint *> todo;
    todo.push(constraint);
    while (todo.length) {
      Constraint *next = todo.pop();
      if (next->output()->mark == mark) return false;
      next->recalculate();
      push_consumers(next->output(), todo);
    }
    return true;
  }

  List<Constraint *> remove_propagating_from(Variable *out) {
    out->determined_by = nullptr;
    out->walkabout = WEAKEST;
    out->stays = true;
    List<Constraint *> unsatisfied, consumers;
    List<Variable *> todo;
    todo.push(out);
    while (todo.length) {
      Variable *variable = todo.pop();
      for (Constraint *it : variable->constraints) {
        if (!it->is_satisfied()) unsatisfied.push(it);
      }
      consumers.length = 0;
      push_consumers(variable, consumers);
      for (Constraint *it : consumers) {
        it->recalculate();
        todo.push(it->output());
      }
    }
    return unsatisfied;
  }

  static void push_consumers(Variable *variable, List<Constraint *> &to) {
    for (Constraint *it : variable->constraints) {
      if (it != variable->determined_by && it->is_satisfied()) to.push(it);
    }
  }
};

void change(Planner &planner, Variable *variable, int value) {
  Edit *edit = new (allocate<Edit>()) Edit(variable, PREFERRED);
  planner.add(edit);
  List<Constraint *> edits;
  edits.push(edit);
  Plan plan = planner.plan(edits);
  for (int n = 0; n < 10; n++) {
    variable->value = value;
    plan.execute();
  }
  planner.remove(edit);
}

Variable *new_variable(int value) { return new (allocate<Variable>()) Variable(value); }

// A long chain of equal variables. Returns how many values arrive at its end.
int chain(int length) {
  arena_used = 0;
  Planner planner;
  Variable *first = new_variable(0), *last = first;
  for (int n = 0; n < length; n++) {
    Variable *next = new_variable(0);
    planner.add(new (allocate<Equal>()) Equal(last, next, REQUIRED));
    last = next;
  }
  planner.add(new (allocate<Stay>()) Stay(last, STRONG_DEFAULT));
  Edit *edit = new (allocate<Edit>()) Edit(first, PREFERRED);
  planner.add(edit);
  List<Constraint *> edits;
  edits.push(edit);
  Plan plan = planner.plan(edits);
  int right = 0;
  for (int value = 0; value < 100; value++) {
    first->value = value;
    plan.execute();
    right += last->value == value;
  }
  planner.remove(edit);
  return right;
}

// Many variables, each projected to another one by the same scale and offset, which change.
int projection(int length) {
  arena_used = 0;
  Planner planner;
  Variable *scale = new_variable(10), *offset = new_variable(1000);
  Variable *from = nullptr, *to = nullptr;
  List<Variable *> projected;
  for (int n = 0; n < length; n++) {
    from = new_variable(n);
    to = new_variable(n);
    projected.push(to);
    planner.add(new (allocate<Stay>()) Stay(from, NORMAL));
    planner.add(new (allocate<Scale>()) Scale(from, scale, offset, to, REQUIRED));
  }
  int right = 0;
  change(planner, from, 17);
  right += to->value == 1170;
  change(planner, to, 1050);
  right += from->value == 5;
  change(planner, scale, 5);
  for (int n = 0; n < length - 1; n++) right += projected.items[n]->value == n * 5 + 1000;
  change(planner, offset, 2000);
  for (int n = 0; n < length - 1; n++) right += projected.items[n]->value == n * 5 + 2000;
  return right;
}

}  // namespace

// Solves both problems `n` times. Returns how many values were right.
extern "C" __attribute__((export_name("run"))) int32_t run(int32_t n) {
  int32_t right = 0;
  for (int32_t i = 0; i < n; i++) right += chain(100) + projection(100);
  return right;
}

// The kernel of an operating system, simulated: tasks that send packets to each other, as Martin
// Richards described it. Tasks are known by their base class only.
#include <stdint.h>

namespace {

enum Id { IDLE, WORKER, HANDLER_A, HANDLER_B, DEVICE_A, DEVICE_B, N_TASKS };

enum State : unsigned { RUNNABLE = 1, SUSPENDED = 2, HELD = 4 };

constexpr int N_BYTES = 4;

struct Packet {
  Packet *next;
  // Whom it goes to; once it is sent, whom it comes from.
  int id;
  bool is_work;
  int value;
  int bytes[N_BYTES];
};

void append(Packet *&queue, Packet *packet) {
  packet->next = nullptr;
  Packet **end = &queue;
  while (*end) end = &(*end)->next;
  *end = packet;
}

struct Kernel;

struct Task {
  Task *next;
  int id, priority;
  unsigned state;
  Packet *queue;
  bool waits() const { return (state & HELD) != 0 || state == SUSPENDED; }
  Task *resume(Kernel &kernel);
  Task *receive(Task *sender, Packet *packet);
  // Does a piece of work. Returns who is next.
  virtual Task *run(Kernel &kernel, Packet *packet) = 0;
};

struct Kernel {
  Task *first, *current;
  Task *tasks[N_TASKS];
  int sent, held;

  void add(Task &task, int id, int priority, Packet *queue, unsigned state) {
    task.next = first;
    task.id = id;
    task.priority = priority;
    task.queue = queue;
    task.state = state;
    tasks[id] = first = &task;
  }
  void schedule() {
    current = first;
    while (current) current = current->waits() ? current->next : current->resume(*this);
  }
  Task *suspend() {
    current->state |= SUSPENDED;
    return current;
  }
  Task *hold() {
    held++;
    current->state |= HELD;
    return current->next;
  }
  Task *release(int id) {
    Task *task = tasks[id];
    task->state &= ~HELD;
    return task->priority > current->priority ? task : current;
  }
  Task *send(Packet *packet) {
    Task *receiver = tasks[packet->id];
    sent++;
    packet->id = current->id;
    return receiver->receive(current, packet);
  }
};

Task *Task::resume(Kernel &kernel) {
  Packet *packet = nullptr;
  if (state == (SUSPENDED | RUNNABLE)) {
    packet = queue;
    queue = packet->next;
    state = queue ? RUNNABLE : 0;
  }
  return run(kernel, packet);
}

Task *Task::receive(Task *sender, Packet *packet) {
  bool was_empty = !queue;
  append(queue, packet);
  if (was_empty) {
    state |= RUNNABLE;
    if (priority > sender->priority) return this;
  }
  return sender;
}

struct Idle : Task {
  unsigned seed;
  int count;
  Task *run(Kernel &kernel, Packet *) override {
    if (--count == 0) return kernel.hold();
    bool is_odd = seed & 1;
    seed >>= 1;
    if (is_odd) seed ^= 0xd008;
    return kernel.release(is_odd ? DEVICE_B : DEVICE_A);
  }
};

struct Worker : Task {
  int handler, letter;
  Task *run(Kernel &kernel, Packet *packet) override {
    if (!packet) return kernel.suspend();
    handler = HANDLER_A + HANDLER_B - handler;
    packet->id = handler;
    packet->value = 0;
    for (int &byte : packet->bytes) {
      letter = letter % 26 + 1;
      byte = letter;
    }
    return kernel.send(packet);
  }
};

struct Handler : Task {
  Packet *work, *devices;
  Task *run(Kernel &kernel, Packet *packet) override {
    if (packet) append(packet->is_work ? work : devices, packet);
    if (work && work->value == N_BYTES) {
      Packet *done = work;
      work = done->next;
      return kernel.send(done);
    }
    if (work && devices) {
      Packet *device = devices;
      devices = device->next;
      device->value = work->bytes[work->value++];
      return kernel.send(device);
    }
    return kernel.suspend();
  }
};

struct Device : Task {
  Packet *pending;
  Task *run(Kernel &kernel, Packet *packet) override {
    if (packet) {
      pending = packet;
      return kernel.hold();
    }
    if (!pending) return kernel.suspend();
    packet = pending;
    pending = nullptr;
    return kernel.send(packet);
  }
};

Packet packets[8];
Packet *packet_list(int from, int id, int n, bool is_work) {
  Packet *list = nullptr;
  for (int i = from; i < from + n; i++) {
    packets[i].id = id;
    packets[i].is_work = is_work;
    append(list, &packets[i]);
  }
  return list;
}

Idle idle;
Worker worker;
Handler handlers[2];
Device devices[2];

bool simulate() {
  constexpr unsigned READY = SUSPENDED | RUNNABLE;
  Kernel kernel = {};
  idle.seed = 1;
  idle.count = 1000;
  kernel.add(idle, IDLE, 0, nullptr, 0);
  worker.handler = HANDLER_A;
  worker.letter = 0;
  kernel.add(worker, WORKER, 1000, packet_list(0, WORKER, 2, true), READY);
  for (int n = 0; n < 2; n++) {
    handlers[n].work = handlers[n].devices = nullptr;
    Packet *list = packet_list(2 + 3 * n, DEVICE_A + n, 3, false);
    kernel.add(handlers[n], HANDLER_A + n, 2000 + 1000 * n, list, READY);
  }
  for (int n = 0; n < 2; n++) {
    devices[n].pending = nullptr;
    kernel.add(devices[n], DEVICE_A + n, 4000 + 1000 * n, nullptr, SUSPENDED);
  }
  kernel.schedule();
  // What is known to come out of so many turns.
  return kernel.sent == 2322 && kernel.held == 928;
}

}  // namespace

// Simulates `n` times. Returns how often the outcome was the right one.
extern "C" __attribute__((export_name("run"))) int32_t run(int32_t n) {
  int32_t right = 0;
  for (int32_t i = 0; i < n; i++) right += simulate();
  return right;
}

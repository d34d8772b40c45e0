// Calls through pointers in a loop: to one function, to four, to sixteen.
//
// Included with KINDS set to how many: indirect-1.c, indirect-4.c, indirect-16.c.

#define EXPORT(name) __attribute__((export_name(name)))
#define NOINLINE __attribute__((noinline))

typedef unsigned u32;
typedef u32 (*step_fn)(u32, u32);

#define STEP(n, value) static NOINLINE u32 step##n(u32 a, u32 b) { return (value); }
STEP(0, a * 5 + b)
STEP(1, (a ^ b) + 37)
STEP(2, a + (b << 3))
STEP(3, (a >> 1) - b)
STEP(4, a * 3 ^ b)
STEP(5, (a | 1) + b)
STEP(6, a - b * 7)
STEP(7, (a & 0xffff) ^ b)
STEP(8, a * 9 + b)
STEP(9, (a ^ b) - 41)
STEP(10, a + (b << 5))
STEP(11, (a >> 2) + b)
STEP(12, a * 11 ^ b)
STEP(13, (a | 3) - b)
STEP(14, a - b * 13)
STEP(15, (a & 0xffffff) + b)

static step_fn steps[16] = {
    step0, step1, step2, step3, step4, step5, step6, step7,
    step8, step9, step10, step11, step12, step13, step14, step15,
};

EXPORT("run") u32 run(u32 rounds) {
    u32 sum = 1;
    for (u32 i = 0; i < rounds; i++) {
        step_fn step = *(step_fn volatile *)&steps[i * 7 % KINDS];
        sum = step(sum, i);
    }
    return sum;
}

// Vectors: pictures of bytes are blended and brightened, then points of floats are moved.
//
// Built by build.sh.

#include <wasm_simd128.h>

#define EXPORT(name) __attribute__((export_name(name), target("simd128")))
#define NOINLINE __attribute__((noinline, target("simd128")))

typedef unsigned char u8;

#define PIXELS 4096
#define POINTS 1024
static u8 above[PIXELS], below[PIXELS], picture[PIXELS];
static float x[POINTS], y[POINTS];

// Averages, brightens by a constant without overflow, and darkens what is above a limit.
static NOINLINE void blend(u8 brightness) {
    v128_t more = wasm_i8x16_splat((char)brightness);
    v128_t limit = wasm_u8x16_splat(200);
    for (int i = 0; i < PIXELS; i += 16) {
        v128_t mean = wasm_u8x16_avgr(wasm_v128_load(above + i), wasm_v128_load(below + i));
        v128_t bright = wasm_u8x16_add_sat(mean, more);
        v128_t dark = wasm_u8x16_shr(bright, 1);
        v128_t is_over = wasm_u8x16_gt(bright, limit);
        wasm_v128_store(picture + i, wasm_v128_bitselect(dark, bright, is_over));
    }
}

static NOINLINE unsigned sum(void) {
    v128_t total = wasm_i32x4_splat(0);
    for (int i = 0; i < PIXELS; i += 16) {
        v128_t pairs = wasm_u16x8_extadd_pairwise_u8x16(wasm_v128_load(picture + i));
        total = wasm_i32x4_add(total, wasm_u32x4_extadd_pairwise_u16x8(pairs));
    }
    return wasm_u32x4_extract_lane(total, 0) + wasm_u32x4_extract_lane(total, 1)
        + wasm_u32x4_extract_lane(total, 2) + wasm_u32x4_extract_lane(total, 3);
}

static NOINLINE void move(float factor) {
    v128_t scale = wasm_f32x4_splat(factor);
    for (int i = 0; i < POINTS; i += 4) {
        v128_t step = wasm_f32x4_mul(wasm_v128_load(x + i), scale);
        wasm_v128_store(y + i, wasm_f32x4_add(wasm_v128_load(y + i), step));
    }
}

EXPORT("run") unsigned run(unsigned rounds) {
    for (int i = 0; i < PIXELS; i++) {
        above[i] = (u8)(i * 7);
        below[i] = (u8)(i * 13 + 5);
    }
    for (int i = 0; i < POINTS; i++) {
        x[i] = (float)(i % 31) / 8;
        y[i] = 0;
    }
    unsigned result = 0;
    for (unsigned i = 0; i < rounds; i++) {
        blend((u8)i);
        result = result * 31 + sum();
        move(i & 1 ? -0.5f : 0.75f);
        above[i % PIXELS] += 3;
    }
    return result + (unsigned)y[30];
}

// Byte shuffling as in block-sorting compressors: runs, a radix sort of rotations, move to front,
// code lengths, and all the way back.
//
// Built by build.sh.

#define EXPORT(name) __attribute__((export_name(name)))
#define NOINLINE __attribute__((noinline))

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned u32;

#define SIZE 8192
static u8 input[SIZE], sorted[SIZE], moved[SIZE], output[SIZE];
static u16 order[SIZE], other[SIZE], rank[SIZE], next_rank[SIZE];
static u32 counts[SIZE + 1];

static NOINLINE void fill(u32 seed) {
    u32 state = seed * 2654435761u + 1;
    u8 byte = 'a';
    for (u32 i = 0; i < SIZE; i++) {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        if ((state & 7) > 2) byte = (u8)('a' + (state >> 8 & 15));
        input[i] = byte;
    }
}

static void count_into(const u16 *from, u16 *to, u32 shift, u32 kinds) {
    for (u32 i = 0; i <= kinds; i++) counts[i] = 0;
    for (u32 i = 0; i < SIZE; i++) counts[rank[(from[i] + shift) % SIZE] + 1]++;
    for (u32 i = 0; i < kinds; i++) counts[i + 1] += counts[i];
    for (u32 i = 0; i < SIZE; i++) to[counts[rank[(from[i] + shift) % SIZE]]++] = from[i];
}

// Sorts rotations by 1, 2, 4 ... of their bytes.
static NOINLINE void sort(void) {
    u32 kinds = 256;
    for (u32 i = 0; i < SIZE; i++) order[i] = (u16)i, rank[i] = input[i];
    for (u32 length = 0; length < SIZE; length = length ? length * 2 : 1) {
        count_into(order, other, length, kinds);
        count_into(other, order, 0, kinds);
        u16 current = 0;
        next_rank[order[0]] = 0;
        for (u32 i = 1; i < SIZE; i++) {
            u32 a = order[i - 1], b = order[i];
            if (rank[a] != rank[b] || rank[(a + length) % SIZE] != rank[(b + length) % SIZE]) current++;
            next_rank[b] = current;
        }
        for (u32 i = 0; i < SIZE; i++) rank[i] = next_rank[i];
        kinds = (u32)current + 1;
        if (kinds == SIZE) break;
    }
}

static NOINLINE u32 transform(void) {
    u32 start = 0;
    for (u32 i = 0; i < SIZE; i++) {
        sorted[i] = input[(order[i] + SIZE - 1) % SIZE];
        if (order[i] == 0) start = i;
    }
    return start;
}

static NOINLINE void move_to_front(void) {
    u8 list[256];
    for (u32 i = 0; i < 256; i++) list[i] = (u8)i;
    for (u32 i = 0; i < SIZE; i++) {
        u8 byte = sorted[i], carried = list[0];
        u32 place = 0;
        while (carried != byte) {
            u8 next = list[++place];
            list[place] = carried;
            carried = next;
        }
        list[0] = byte;
        moved[i] = (u8)place;
    }
}

static NOINLINE void move_back(void) {
    u8 list[256];
    for (u32 i = 0; i < 256; i++) list[i] = (u8)i;
    for (u32 i = 0; i < SIZE; i++) {
        u32 place = moved[i];
        u8 byte = list[place];
        for (; place > 0; place--) list[place] = list[place - 1];
        list[0] = byte;
        sorted[i] = byte;
    }
}

// Bits that the moved bytes take with a code of one's complement lengths.
static NOINLINE u32 bits(void) {
    u32 sum = 0, run = 0;
    for (u32 i = 0; i < SIZE; i++) {
        if (moved[i] == 0) {
            run++;
            continue;
        }
        while (run) sum++, run >>= 1;
        u32 value = moved[i];
        while (value) sum += 2, value >>= 1;
    }
    return sum;
}

static NOINLINE void restore(u32 start) {
    for (u32 i = 0; i <= 256; i++) counts[i] = 0;
    for (u32 i = 0; i < SIZE; i++) counts[sorted[i] + 1]++;
    for (u32 i = 0; i < 256; i++) counts[i + 1] += counts[i];
    for (u32 i = 0; i < SIZE; i++) other[counts[sorted[i]]++] = (u16)i;
    u32 at = other[start];
    for (u32 i = 0; i < SIZE; i++) {
        output[i] = sorted[at];
        at = other[at];
    }
}

EXPORT("run") u32 run(u32 rounds) {
    u32 sum = 0;
    for (u32 i = 0; i < rounds; i++) {
        fill(sum + i);
        sort();
        u32 start = transform();
        move_to_front();
        sum = sum * 31 + bits();
        move_back();
        restore(start);
        for (u32 k = 0; k < SIZE; k++) sum = sum * 33 + (output[k] ^ input[k]) + moved[k];
    }
    return sum;
}

// An interpreter in the interpreter: a stack machine with 49 instructions and a big switch, whose
// program sorts, sums and searches numbers.
//
// Built by build.sh.

#define EXPORT(name) __attribute__((export_name(name)))
#define NOINLINE __attribute__((noinline))

typedef unsigned char u8;
typedef int i32;
typedef unsigned u32;

enum op {
    NOP, HALT, PUSH, PUSH_WIDE, POP, DUP, OVER, SWAP, ROT,
    GET, SET, TEE, INC, DEC, GET0, GET1, GET2,
    ADD, SUB, MUL, DIV, MOD, NEG, NOT, AND,
    OR, XOR, SHL, SHR, SAR, EQ, NE, LT,
    LE, GT, GE, LTU, MIN, MAX, LOAD, STORE,
    LOAD_AT, JUMP, JUMP_IF, JUMP_UNLESS, CALL, RETURN, SELECT, ROTL,
};

static i32 stack[256];
static i32 heap[256];
static u32 calls[64];

static NOINLINE i32 execute(const u8 *code, i32 argument) {
    i32 locals[8] = {argument};
    i32 *sp = stack;
    u32 *csp = calls;
    const u8 *pc = code;
#define BINARY(value) { i32 b = *--sp, a = sp[-1]; sp[-1] = (value); break; }
#define UNARY(value) { i32 a = sp[-1]; sp[-1] = (value); break; }
    for (;;) {
        switch ((enum op)*pc++) {
        case NOP: break;
        case HALT: return sp[-1];
        case PUSH: *sp++ = (signed char)*pc++; break;
        case PUSH_WIDE: *sp++ = (i32)(pc[0] | pc[1] << 8 | pc[2] << 16 | (u32)pc[3] << 24); pc += 4; break;
        case POP: sp--; break;
        case DUP: *sp = sp[-1]; sp++; break;
        case OVER: *sp = sp[-2]; sp++; break;
        case SWAP: { i32 a = sp[-1]; sp[-1] = sp[-2]; sp[-2] = a; break; }
        case ROT: { i32 a = sp[-3]; sp[-3] = sp[-2]; sp[-2] = sp[-1]; sp[-1] = a; break; }
        case GET: *sp++ = locals[*pc++]; break;
        case SET: locals[*pc++] = *--sp; break;
        case TEE: locals[*pc++] = sp[-1]; break;
        case INC: locals[*pc++]++; break;
        case DEC: locals[*pc++]--; break;
        case GET0: *sp++ = locals[0]; break;
        case GET1: *sp++ = locals[1]; break;
        case GET2: *sp++ = locals[2]; break;
        case ADD: BINARY((i32)((u32)a + (u32)b))
        case SUB: BINARY((i32)((u32)a - (u32)b))
        case MUL: BINARY((i32)((u32)a * (u32)b))
        case DIV: BINARY(b ? a / b : 0)
        case MOD: BINARY(b ? a % b : 0)
        case NEG: UNARY((i32)(0 - (u32)a))
        case NOT: UNARY(~a)
        case AND: BINARY(a & b)
        case OR: BINARY(a | b)
        case XOR: BINARY(a ^ b)
        case SHL: BINARY((i32)((u32)a << (b & 31)))
        case SHR: BINARY((i32)((u32)a >> (b & 31)))
        case SAR: BINARY(a >> (b & 31))
        case EQ: BINARY(a == b)
        case NE: BINARY(a != b)
        case LT: BINARY(a < b)
        case LE: BINARY(a <= b)
        case GT: BINARY(a > b)
        case GE: BINARY(a >= b)
        case LTU: BINARY((u32)a < (u32)b)
        case MIN: BINARY(a < b ? a : b)
        case MAX: BINARY(a > b ? a : b)
        case LOAD: UNARY(heap[a & 255])
        case STORE: { i32 value = *--sp; heap[*--sp & 255] = value; break; }
        case LOAD_AT: *sp++ = heap[(u32)locals[*pc++] & 255]; break;
        case JUMP: pc = code + pc[0]; break;
        case JUMP_IF: pc = *--sp ? code + pc[0] : pc + 1; break;
        case JUMP_UNLESS: pc = *--sp ? pc + 1 : code + pc[0]; break;
        case CALL: *csp++ = (u32)(pc + 1 - code); pc = code + pc[0]; break;
        case RETURN: pc = code + *--csp; break;
        case SELECT: { i32 c = *--sp, b = *--sp; if (!c) sp[-1] = b; break; }
        case ROTL: BINARY((i32)((u32)a << (b & 31) | (u32)a >> (-b & 31)))
        default: __builtin_unreachable();
        }
    }
}

// Locals: 0 the seed, 1 and 2 counters, 3 a value, 4 the sum. Labels are the multiples of ten;
// the gaps before them are no operations.
static const u8 program[] = {
    [0] = PUSH, 0, SET, 1,
    // Fills the heap.
    [10] = GET0, PUSH_WIDE, 0x6d, 0x4e, 0xc6, 0x41, MUL, PUSH, 57, ADD, TEE, 0, SET, 3,
    GET1, GET, 3, PUSH, 16, SHR, STORE, INC, 1,
    GET1, PUSH, 64, LT, JUMP_IF, 10,
    // Sorts it by insertion.
    PUSH, 1, SET, 1,
    [50] = LOAD_AT, 1, SET, 3, GET1, SET, 2,
    [60] = GET2, JUMP_UNLESS, 90, GET2, PUSH, 1, SUB, LOAD, GET, 3, GT, JUMP_UNLESS, 90,
    GET2, GET2, PUSH, 1, SUB, LOAD, STORE, DEC, 2, JUMP, 60,
    [90] = GET2, GET, 3, STORE, INC, 1, GET1, PUSH, 64, LT, JUMP_IF, 50,
    // Sums it up, each number changed by a function.
    PUSH, 0, SET, 4, PUSH, 0, SET, 1,
    [110] = GET1, CALL, 140, GET, 4, ADD, PUSH, 3, ROTL, SET, 4, INC, 1,
    GET1, PUSH, 64, LT, JUMP_IF, 110, GET, 4, HALT,
    [140] = DUP, LOAD, SWAP, GET, 4, XOR, PUSH, 7, AND, OVER, PUSH, 100, MOD, MAX, ADD, RETURN,
};

EXPORT("run") i32 run(i32 rounds) {
    i32 sum = 0;
    for (i32 i = 0; i < rounds; i++) sum = (i32)((u32)sum * 31 + (u32)execute(program, sum + i));
    return sum;
}

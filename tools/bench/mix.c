// What CPU benchmarks for small machines are made of: linked lists, a small integer matrix, a state
// machine over text, checksums. Each round uses what the one before left.
//
// Built by build.sh.

#define EXPORT(name) __attribute__((export_name(name)))
#define NOINLINE __attribute__((noinline))

typedef unsigned char u8;
typedef unsigned short u16;
typedef short i16;
typedef unsigned u32;
typedef int i32;

static u16 crc_byte(u8 byte, u16 crc) {
    for (int i = 0; i < 8; i++) {
        int odd = (byte ^ crc) & 1;
        byte >>= 1;
        crc >>= 1;
        if (odd) crc ^= 0xa001;
    }
    return crc;
}

static NOINLINE u16 crc_word(u32 word, u16 crc) {
    for (int i = 0; i < 4; i++) crc = crc_byte((u8)(word >> (8 * i)), crc);
    return crc;
}

// Linked lists: find, reverse, sort by merging, with the order chosen by a function pointer.

struct node {
    struct node *next;
    i16 key;
    i16 place;
};

#define NODES 200
static struct node nodes[NODES];

typedef i32 (*compare_fn)(const struct node *, const struct node *);

static i32 by_key(const struct node *a, const struct node *b) { return a->key - b->key; }
static i32 by_place(const struct node *a, const struct node *b) { return a->place - b->place; }
static compare_fn orders[2] = {by_key, by_place};

static NOINLINE struct node *sort(struct node *list, compare_fn compare) {
    for (int run = 1;; run *= 2) {
        struct node *rest = list, *head = 0, **tail = &head;
        int merges = 0;
        while (rest) {
            struct node *a = rest, *b = rest;
            int a_left = 0, b_left = run;
            merges++;
            while (b && a_left < run) b = b->next, a_left++;
            while (a_left > 0 || (b_left > 0 && b)) {
                struct node *least;
                if (a_left == 0) least = b, b = b->next, b_left--;
                else if (b_left == 0 || !b || compare(a, b) <= 0) least = a, a = a->next, a_left--;
                else least = b, b = b->next, b_left--;
                *tail = least;
                tail = &least->next;
            }
            rest = b;
        }
        *tail = 0;
        list = head;
        if (merges <= 1) return list;
    }
}

static NOINLINE struct node *reverse(struct node *list) {
    struct node *done = 0;
    while (list) {
        struct node *next = list->next;
        list->next = done;
        done = list;
        list = next;
    }
    return done;
}

static NOINLINE const struct node *find(const struct node *list, i16 key) {
    while (list && list->key != key) list = list->next;
    return list;
}

static NOINLINE u16 lists(u16 crc, u32 round) {
    for (int i = 0; i < NODES; i++) {
        nodes[i].next = i + 1 < NODES ? &nodes[i + 1] : 0;
        nodes[i].key = (i16)((i * 17 + crc) & 0x3ff);
        nodes[i].place = (i16)i;
    }
    struct node *list = nodes;
    for (int i = 0; i < 20; i++) {
        const struct node *found = find(list, (i16)((crc + i * 31) & 0x3ff));
        crc = crc_word(found ? (u32)found->place : 0xffff, crc);
        list = reverse(list);
    }
    list = sort(list, orders[round & 1]);
    crc = crc_word((u32)list->key, crc);
    list = sort(list, orders[~round & 1]);
    return crc_word((u32)list->next->place, crc);
}

// Integer matrices.

#define N 12
static i16 left[N][N], right[N][N];
static i32 product[N][N];

static NOINLINE u16 matrices(u16 crc) {
    for (int i = 0; i < N; i++) {
        for (int j = 0; j < N; j++) {
            left[i][j] = (i16)(crc + i * j);
            right[i][j] = (i16)((i << 3) ^ (j + crc));
        }
    }
    for (int i = 0; i < N; i++) {
        for (int j = 0; j < N; j++) {
            i32 sum = 0;
            for (int k = 0; k < N; k++) {
                i32 cell = left[i][k] * right[k][j];
                sum += (cell >> 2 & 0xf) * (cell >> 5 & 0x7f);
            }
            product[i][j] = sum;
        }
    }
    i32 over = 0;
    for (int i = 0; i < N; i++) {
        for (int j = 0; j < N; j++) over += product[i][j] > 4000 ? 10 : product[i][j] & 3;
    }
    return crc_word((u32)over, crc);
}

// A state machine that tells kinds of numbers in text apart.

enum state { START, SIGN, INTEGER, POINT, FRACTION, EXPONENT, SCALE, INVALID, STATES };

static const char text[] = "5012,+874,-3.14,.5e3,1.e,7f,0x1,-12.5e+7,x,+.e,99999,1.5.2,";
static u32 finals[STATES], steps[STATES];

static int is_digit(char c) { return c >= '0' && c <= '9'; }

static NOINLINE const char *number(const char *at) {
    enum state state = START;
    for (; *at != ','; at++) {
        char c = *at;
        steps[state]++;
        switch (state) {
        case START:
            state = is_digit(c) ? INTEGER : c == '+' || c == '-' ? SIGN : c == '.' ? POINT : INVALID;
            break;
        case SIGN:
            state = is_digit(c) ? INTEGER : c == '.' ? POINT : INVALID;
            break;
        case INTEGER:
            if (c == '.') state = FRACTION;
            else if (!is_digit(c)) state = INVALID;
            break;
        case POINT:
            state = is_digit(c) ? FRACTION : INVALID;
            break;
        case FRACTION:
            if (c == 'e' || c == 'E') state = EXPONENT;
            else if (!is_digit(c)) state = INVALID;
            break;
        case EXPONENT:
            state = is_digit(c) || c == '+' || c == '-' ? SCALE : INVALID;
            break;
        case SCALE:
            if (!is_digit(c)) state = INVALID;
            break;
        default:
            break;
        }
    }
    finals[state]++;
    return at + 1;
}

static NOINLINE u16 states(u16 crc) {
    for (int i = 0; i < STATES; i++) finals[i] = steps[i] = 0;
    for (int i = 0; i < 4; i++) {
        for (const char *at = text; *at;) at = number(at);
    }
    for (int i = 0; i < STATES; i++) {
        crc = crc_word(finals[i], crc);
        crc = crc_word(steps[i], crc);
    }
    return crc;
}

EXPORT("run") u32 run(u32 rounds) {
    u16 crc = 0;
    for (u32 i = 0; i < rounds; i++) {
        crc = lists(crc, i);
        crc = matrices(crc);
        crc = states(crc);
    }
    return crc;
}

// Regular expressions as trees of nodes, each with a pointer to the function that matches it and
// the rest of the expression behind it.
#include <stdint.h>

typedef struct Node Node;
typedef const char *Text;

// Returns the end of the longest match it finds first, or 0.
typedef Text Match(const Node *node, Text at);

struct Node {
  Match *match;
  const Node *next;
  // The characters from `low` to `high`, or the node that is repeated, or two alternatives.
  uint8_t low, high;
  const Node *left, *right;
};

static Node nodes[512];
static int n_nodes;

static Text rest(const Node *node, Text at) { return node->next->match(node->next, at); }

static Text match_end(const Node *node, Text at) {
  (void)node;
  return at;
}
static Text match_char(const Node *node, Text at) {
  return (uint8_t)*at == node->low ? rest(node, at + 1) : 0;
}
static Text match_range(const Node *node, Text at) {
  return (uint8_t)*at >= node->low && (uint8_t)*at <= node->high ? rest(node, at + 1) : 0;
}
static Text match_any(const Node *node, Text at) {
  return *at && *at != '\n' ? rest(node, at + 1) : 0;
}
// What is repeated leads back here; it is never empty.
static Text match_star(const Node *node, Text at) {
  Text end = node->left->match(node->left, at);
  return end ? end : rest(node, at);
}
static Text match_either(const Node *node, Text at) {
  Text end = node->left->match(node->left, at);
  return end ? end : node->right->match(node->right, at);
}

static Node *new_node(Match *match, const Node *next) {
  Node *node = &nodes[n_nodes++];
  node->match = match;
  node->next = next;
  return node;
}

static const char *pattern;

static const Node *parse_choice(const Node *next);

// Where the item at `at` ends.
static const char *skip_item(const char *at) {
  int depth = 0;
  do {
    if (*at == '(') depth++;
    if (*at == ')') depth--;
    at += *at == '[' ? 5 : 1;
  } while (depth);
  return at;
}

static const Node *parse_item(const Node *next) {
  Node *node;
  switch (*pattern) {
    case '(': {
      pattern++;
      const Node *inner = parse_choice(next);
      pattern++;
      return inner;
    }
    case '[':
      // `[a-b]`
      node = new_node(match_range, next);
      node->low = pattern[1];
      node->high = pattern[3];
      pattern += 5;
      return node;
    case '.':
      pattern++;
      return new_node(match_any, next);
    default:
      node = new_node(match_char, next);
      node->low = *pattern++;
      return node;
  }
}

// Items lead to those behind them, so the last one is made first.
static const Node *parse_sequence(const Node *next) {
  const char *start = pattern;
  if (*start == 0 || *start == '|' || *start == ')') return next;
  const char *end = skip_item(start);
  char suffix = *end;
  int has_suffix = suffix == '*' || suffix == '+' || suffix == '?';
  pattern = end + has_suffix;
  next = parse_sequence(next);
  const char *behind = pattern;
  const Node *node;
  pattern = start;
  if (suffix == '*' || suffix == '+') {
    Node *star = new_node(match_star, next);
    star->left = parse_item(star);
    node = suffix == '*' ? star : star->left;
  } else if (suffix == '?') {
    Node *either = new_node(match_either, next);
    either->left = parse_item(next);
    either->right = next;
    node = either;
  } else {
    node = parse_item(next);
  }
  pattern = behind;
  return node;
}

static const Node *parse_choice(const Node *next) {
  const Node *left = parse_sequence(next);
  if (*pattern != '|') return left;
  pattern++;
  Node *either = new_node(match_either, 0);
  either->left = left;
  either->right = parse_choice(next);
  return either;
}

static const Node *parse(const char *text) {
  pattern = text;
  return parse_choice(new_node(match_end, 0));
}

#define SIZE 20000
static char text[SIZE + 1];

static void write_text(uint32_t seed) {
  static const char *words[] = {"the ",      "quick ",   "brown42 ", "fox-7 ",   "2026-11-28 ",
                                "aaaab ",    "x=17; ",   "abcabcd ", "0x7fe1 ",  "jumps ",
                                "me@a.org ", "over... ", "(lazy) ",  "dogdog\n", "11:59 ",
                                "y = 3.25 "};
  int length = 0, line = 0;
  while (length < SIZE) {
    // Lines are short: each character that is matched takes a call.
    if (length - line > 80) {
      text[length++] = '\n';
      line = length;
      continue;
    }
    seed = seed * 1664525 + 1013904223;
    for (const char *word = words[seed >> 28]; *word && length < SIZE; word++) text[length++] = *word;
  }
  text[length] = 0;
}

static const char *const PATTERNS[] = {
    "[a-z]+@[a-z]+.(org|com)",
    "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]",
    "(abc)+d",
    "a*b",
    "0x([0-9]|[a-f])+",
    "[a-z] ?= ?[0-9]+(.[0-9]+)?",
    "(quick|brown|fox|dog)([0-9]|-)*",
    "o.*s",
};

// Looks for each expression at each place of a text, `n` times. Returns a sum over the matches.
__attribute__((export_name("run"))) int32_t run(int32_t n) {
  uint32_t sum = 0;
  for (int32_t round = 0; round < n; round++) {
    write_text((uint32_t)round);
    for (unsigned k = 0; k < sizeof PATTERNS / sizeof *PATTERNS; k++) {
      n_nodes = 0;
      const Node *expression = parse(PATTERNS[k]);
      Text at = text;
      while (*at) {
        Text end = expression->match(expression, at);
        if (end) {
          sum = sum * 31 + (uint32_t)(end - at);
          at = end > at ? end : at + 1;
        } else {
          at++;
        }
      }
    }
  }
  return (int32_t)sum;
}

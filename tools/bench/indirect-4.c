// Calls through pointers in a loop, to 4 functions: see indirect.h.
//
// Built by build.sh.

#define KINDS 4
#include "indirect.h"

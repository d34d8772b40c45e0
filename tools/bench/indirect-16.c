// Calls through pointers in a loop, to 16 functions: see indirect.h.
//
// Built by build.sh.

#define KINDS 16
#include "indirect.h"

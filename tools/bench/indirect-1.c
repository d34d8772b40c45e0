// Calls through pointers in a loop, to 1 function: see indirect.h.
//
// Built by build.sh.

#define KINDS 1
#include "indirect.h"

/* With allocator.c, preloaded into a worker: writes its allocations to the standard error at the end. */
#include <stdio.h>

#include "allocator.h"

__attribute__((destructor)) static void report(void)
{
    fprintf(stderr, "allocations %ld\n", allocator.allocations);
}

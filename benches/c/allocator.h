/* What the allocator of this program has done so far. */
#ifndef BENCHES_ALLOCATOR_H
#define BENCHES_ALLOCATOR_H

struct allocator {
    long allocations, bytes, frees;
};

extern struct allocator allocator;

#endif

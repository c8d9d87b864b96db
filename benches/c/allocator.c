/* An allocator that counts. In a program it goes before the C library's, for shared
 * libraries as well. */
#include "allocator.h"

#include <stdlib.h>

/* glibc's own names for its allocator. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
void __libc_free(void *memory);

struct allocator allocator;

static void count(size_t size)
{
    allocator.allocations++;
    allocator.bytes += (long)size;
}

void *malloc(size_t size)
{
    count(size);
    return __libc_malloc(size);
}

void *calloc(size_t members, size_t size)
{
    count(members * size);
    return __libc_calloc(members, size);
}

/* A realloc of something is an allocation and a free. */
void *realloc(void *old, size_t size)
{
    count(size);
    allocator.frees += old != NULL;
    return __libc_realloc(old, size);
}

int posix_memalign(void **memory, size_t alignment, size_t size)
{
    count(size);
    *memory = __libc_memalign(alignment, size);
    return *memory == NULL ? 12 : 0;
}

void *aligned_alloc(size_t alignment, size_t size)
{
    count(size);
    return __libc_memalign(alignment, size);
}

void free(void *memory)
{
    allocator.frees += memory != NULL;
    __libc_free(memory);
}

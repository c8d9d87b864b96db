/* Allocations of each operation, once it has run a few times. This program's
 * allocator goes before the C library's for the shared library as well.
 * Prints `NAME COUNT BYTES LIVE` a line, the last being what is not freed. */
#include <loginid.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "worker.h"

enum { RUNS = 100 };

/* glibc's own names for its allocator. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
void __libc_free(void *memory);

static long allocations, bytes, frees;

static void count(size_t size)
{
    allocations++;
    bytes += (long)size;
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
    frees += old != NULL;
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
    frees += memory != NULL;
    __libc_free(memory);
}

static lid_client *client;

static lid_status token(char **out)
{
    return lid_generate_service_token(client, "users.retrieve", worker_setting("BENCH_USER"),
                                      NULL, NULL, out);
}

static lid_status verify(char **out)
{
    return lid_verify_token(client, worker_setting("BENCH_TOKEN"), worker_setting("BENCH_USER"),
                            out);
}

static lid_status get_user(char **out)
{
    return lid_get_user(client, worker_setting("BENCH_USER"), out);
}

static void run(lid_status (*operation)(char **), int times)
{
    char *out;
    int i;

    for (i = 0; i < times; i++) {
        if (operation(&out) != LID_OK) {
            fprintf(stderr, "%s\n", out);
            exit(2);
        }
        lid_free_string(out);
    }
}

static void report(const char *name, lid_status (*operation)(char **))
{
    long allocations_before, bytes_before, frees_before;

    run(operation, RUNS);
    allocations_before = allocations;
    bytes_before = bytes;
    frees_before = frees;
    run(operation, RUNS);
    printf("%s %.1f %.0f %ld\n", name, (double)(allocations - allocations_before) / RUNS,
           (double)(bytes - bytes_before) / RUNS,
           allocations - allocations_before - (frees - frees_before));
}

int main(void)
{
    char *out;

    /* The buffer of the output must not be counted in the middle. */
    setvbuf(stdout, NULL, _IONBF, 0);
    if (lid_new_from_env(&client, &out) != LID_OK) {
        fprintf(stderr, "%s\n", out);
        return 2;
    }
    lid_free_string(out);
    report("token", token);
    report("verify", verify);
    report("get_user", get_user);
    return 0;
}

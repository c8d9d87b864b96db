/* Loaded before the C library (LD_PRELOAD), it makes the n-th call of one of its
 * functions fail: FAULT_CALL names the function, FAULT_AT says which call (0 is
 * every one), FAULT_VALUE what it returns. Tests only.
 *
 * Only what has no system call of its own to fail is here: the resolver, and
 * threads. "hang" as the value keeps the resolver from answering, "late" until
 * it is asked again: then its caller is gone. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netdb.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* The value to return instead of calling, or NULL. */
static const char *fault(const char *function, atomic_int *calls)
{
    const char *name = getenv("FAULT_CALL"), *at = getenv("FAULT_AT");
    int number = atomic_fetch_add(calls, 1) + 1;

    if (name == NULL || at == NULL || strcmp(name, function) != 0)
        return NULL;
    return atoi(at) == 0 || atoi(at) == number ? getenv("FAULT_VALUE") : NULL;
}

int getaddrinfo(const char *restrict host, const char *restrict service,
                const struct addrinfo *restrict hints, struct addrinfo **restrict result)
{
    static atomic_int calls;
    const char *value = fault("getaddrinfo", &calls);
    const struct timespec while_the_late_one_ends = {0, 300 * 1000 * 1000};
    int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **);

    if (value != NULL && strcmp(value, "hang") == 0) {
        for (;;)
            pause();
    }
    if (value != NULL && strcmp(value, "late") == 0) {
        while (atomic_load(&calls) < 2)
            sched_yield();
        value = NULL;
    } else if (atomic_load(&calls) == 2) {
        nanosleep(&while_the_late_one_ends, NULL);
    }
    if (value != NULL)
        return atoi(value);
    *(void **)&real = dlsym(RTLD_NEXT, "getaddrinfo");
    return real(host, service, hints, result);
}

int pthread_create(pthread_t *restrict thread, const pthread_attr_t *restrict attributes,
                   void *(*start)(void *), void *restrict argument)
{
    static atomic_int calls;
    const char *value = fault("pthread_create", &calls);
    int (*real)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);

    if (value != NULL)
        return atoi(value);
    *(void **)&real = dlsym(RTLD_NEXT, "pthread_create");
    return real(thread, attributes, start, argument);
}

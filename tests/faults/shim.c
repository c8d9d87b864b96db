/* Loaded before the C library (LD_PRELOAD), it makes the n-th call of one of its
 * functions fail: FAULT_CALL names the function, FAULT_AT says which call (0 is
 * every one), FAULT_VALUE what it returns. Tests only.
 *
 * Only what has no system call of its own to fail is here: the resolver, and
 * threads. The resolver answers FAULT_LATE_MS later if the value is "late". It
 * knows one name more, NAME: whatever localhost is. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netdb.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define NAME "service.test"

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
    int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **);

    if (value != NULL && strcmp(value, "late") == 0) {
        const char *late_ms = getenv("FAULT_LATE_MS");
        struct timespec late;
        long ms;

        if (late_ms == NULL)
            abort();
        ms = atol(late_ms);
        late.tv_sec = ms / 1000;
        late.tv_nsec = ms % 1000 * 1000 * 1000;
        nanosleep(&late, NULL);
    } else if (value != NULL) {
        return atoi(value);
    }
    if (host != NULL && strcmp(host, NAME) == 0)
        host = "localhost";
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

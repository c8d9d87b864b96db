/* Preloaded into a worker: counts its look-ups of NAME, which it answers itself after DELAY_MS, as
 * a name server would, with this machine. Writes the count to the standard error at the end. */
#define _GNU_SOURCE

#include <dlfcn.h>
#include <netdb.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

typedef int resolve(const char *, const char *, const struct addrinfo *, struct addrinfo **);

static const char NAME[] = "service.test";
enum { DELAY_MS = 20 };

static atomic_long lookups;

int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints,
                struct addrinfo **found)
{
    void *symbol = dlsym(RTLD_NEXT, "getaddrinfo");
    resolve *next;

    /* ISO C has no cast from an object pointer to a function pointer. */
    memcpy(&next, &symbol, sizeof next);
    if (name != NULL && strcmp(name, NAME) == 0) {
        struct timespec delay = {0, DELAY_MS * 1000000L};

        atomic_fetch_add(&lookups, 1);
        nanosleep(&delay, NULL);
        name = "127.0.0.1";
    }
    return next(name, service, hints, found);
}

__attribute__((destructor)) static void report(void)
{
    fprintf(stderr, "lookups %ld\n", atomic_load(&lookups));
}

/* Loads the library, makes a client and its first token: a program's start.
 * Prints the nanoseconds of each step. Run it again for every measurement. */
#define _POSIX_C_SOURCE 200809L

#include <dlfcn.h>
#include <loginid.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "worker.h"

typedef lid_status new_from_env(lid_client **, char **);
typedef lid_status generate_service_token(const lid_client *, const char *, const char *,
                                          const char *, const char *, char **);

int main(void)
{
    const char *path = worker_setting("BENCH_LIBRARY");
    new_from_env *make;
    generate_service_token *sign;
    lid_client *client;
    char *out;
    long began = worker_now(CLOCK_MONOTONIC), loaded, made, signed_;
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL), *symbol;

    if (library == NULL) {
        fprintf(stderr, "%s\n", dlerror());
        return 2;
    }
    /* ISO C has no cast from an object pointer to a function pointer. */
    symbol = dlsym(library, "lid_new_from_env");
    memcpy(&make, &symbol, sizeof make);
    symbol = dlsym(library, "lid_generate_service_token");
    memcpy(&sign, &symbol, sizeof sign);
    loaded = worker_now(CLOCK_MONOTONIC);
    if (make(&client, &out) != LID_OK) {
        fprintf(stderr, "%s\n", out);
        return 2;
    }
    made = worker_now(CLOCK_MONOTONIC);
    if (sign(client, "users.retrieve", "ada", NULL, NULL, &out) != LID_OK) {
        fprintf(stderr, "%s\n", out);
        return 2;
    }
    signed_ = worker_now(CLOCK_MONOTONIC);
    printf("%ld %ld %ld\n", loaded - began, made - loaded, signed_ - made);
    return 0;
}

/* Allocations of each operation, once it has run a few times.
 * Prints `NAME COUNT BYTES LIVE` a line, the last being what is not freed. */
#include <loginid.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "allocator.h"
#include "worker.h"

enum { RUNS = 100 };

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
    struct allocator before;

    run(operation, RUNS);
    before = allocator;
    run(operation, RUNS);
    printf("%s %.1f %.0f %ld\n", name,
           (double)(allocator.allocations - before.allocations) / RUNS,
           (double)(allocator.bytes - before.bytes) / RUNS,
           allocator.allocations - before.allocations - (allocator.frees - before.frees));
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

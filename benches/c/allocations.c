/* Allocations of each operation, once it has run a few times, by the library and by the C code
 * in it. Prints `NAME COUNT BYTES LIVE MOST` a line: the averages of one operation, what all of
 * them have not freed, and the most that one of them has allocated. */
#define _POSIX_C_SOURCE 200112L

#include <loginid.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "allocator.h"
#include "worker.h"

enum { RUNS = 100 };

/* `remembering` keeps good verdicts. */
static lid_client *client, *remembering;
static lid_v2_client *v2_client;

/* Takes the address of `out`, because C may read an argument before the call in another one. */
static void expect_ok(lid_status status, char **out)
{
    if (status != LID_OK) {
        fprintf(stderr, "%s\n", *out);
        exit(2);
    }
    lid_free_string(*out);
}

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

static lid_status verify_again(char **out)
{
    return lid_verify_token(remembering, worker_setting("BENCH_TOKEN"),
                            worker_setting("BENCH_USER"), out);
}

static lid_status v2_verify(char **out)
{
    return lid_v2_verify_token(v2_client, worker_setting("BENCH_V2_TOKEN"),
                               worker_setting("BENCH_USER"), out);
}

static lid_status v2_call(char **out)
{
    return lid_v2_create_grant(v2_client, worker_setting("BENCH_USER"), "passkey:read", out);
}

static lid_status v2_call_with_grant(char **out)
{
    return lid_v2_list_passkeys(v2_client, worker_setting("BENCH_USER"), NULL, out);
}

/* Returns the most allocations that one of them has made. */
static long run(lid_status (*operation)(char **), int times)
{
    char *out;
    long most = 0;
    int i;

    for (i = 0; i < times; i++) {
        long before = allocator.allocations, made;

        expect_ok(operation(&out), &out);
        made = allocator.allocations - before;
        most = made > most ? made : most;
    }
    return most;
}

static void report(const char *name, lid_status (*operation)(char **))
{
    struct allocator before;
    long most;

    run(operation, RUNS);
    before = allocator;
    most = run(operation, RUNS);
    printf("%s %.1f %.0f %ld %ld\n", name,
           (double)(allocator.allocations - before.allocations) / RUNS,
           (double)(allocator.bytes - before.bytes) / RUNS,
           allocator.allocations - before.allocations - (allocator.frees - before.frees),
           most);
}

int main(void)
{
    char *out;

    /* The buffer of the output must not be counted in the middle. */
    setvbuf(stdout, NULL, _IONBF, 0);
    expect_ok(lid_new_from_env(&client, &out), &out);
    expect_ok(lid_v2_new_from_env(&v2_client, &out), &out);
    setenv("LOGINID_VERIFIED_TOKENS", "8", 1);
    expect_ok(lid_new_from_env(&remembering, &out), &out);
    report("token", token);
    report("verify", verify);
    report("verify_again", verify_again);
    report("get_user", get_user);
    report("v2_verify", v2_verify);
    report("v2_call", v2_call);
    report("v2_call_with_grant", v2_call_with_grant);
    return 0;
}

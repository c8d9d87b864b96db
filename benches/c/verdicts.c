/* `verified_tokens` of COUNT: `verdicts COUNT` reads COUNT + EXTRA tokens from its standard input,
 * one a line, and prints
 *
 *   HIT_NS NEW_NS FULL_NS FORGOTTEN KIB
 *
 * medians: a verification of remembered tokens, drawn at random, of a token that is new, of one that is new
 * when as many as COUNT are remembered; then how many of COUNT were not remembered, and the resident memory
 * that the verdicts take. */
#define _XOPEN_SOURCE 700

#include <loginid.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "worker.h"

enum { EXTRA = 1000 };

static lid_client *client;
static const char *user;

/* Takes the address of `out`, because C may read an argument before the call in another one. */
static void expect_ok(lid_status status, char **out)
{
    if (status != LID_OK) {
        fprintf(stderr, "%s\n", *out);
        exit(2);
    }
    lid_free_string(*out);
}

static long resident_kib(void)
{
    char line[256];
    long kib = 0;
    FILE *status = fopen("/proc/self/status", "r");

    while (status != NULL && fgets(line, sizeof line, status) != NULL)
        sscanf(line, "VmRSS: %ld", &kib);
    if (status != NULL)
        fclose(status);
    return kib;
}

static void verify(const char *token)
{
    char *out;
    expect_ok(lid_verify_token(client, token, user, &out), &out);
}

static long time_of(const char *token)
{
    long began = worker_now(CLOCK_MONOTONIC);

    verify(token);
    return worker_now(CLOCK_MONOTONIC) - began;
}

static char **read_tokens(long count)
{
    char **tokens = calloc((size_t)count, sizeof *tokens);
    size_t size;
    long i;

    for (i = 0; tokens != NULL && i < count; i++) {
        size = 0;
        if (getline(&tokens[i], &size, stdin) < 0) {
            fprintf(stderr, "there are only %ld tokens\n", i);
            exit(2);
        }
        tokens[i][strcspn(tokens[i], "\n")] = '\0';
    }
    return tokens;
}

int main(int arguments, char **argument)
{
    long count = arguments > 1 ? atol(argument[1]) : 0, before, kib, new_ns, hit_ns, forgotten = 0, i;
    long *times = calloc((size_t)count + EXTRA, sizeof *times);
    char **tokens, *out;
    lid_client *other;

    if (count < 1 || times == NULL || (tokens = read_tokens(count + EXTRA)) == NULL)
        return 2;
    user = worker_setting("BENCH_USER");
    /* What a process and a client need once is made. Only the verdicts' memory is not. */
    memset(times, 1, (size_t)(count + EXTRA) * sizeof *times);
    expect_ok(lid_new_from_env(&other, &out), &out);
    for (i = 0; i < EXTRA; i++)
        expect_ok(lid_verify_token(other, tokens[i], user, &out), &out);
    setenv("LOGINID_VERIFIED_TOKENS", argument[1], 1);
    expect_ok(lid_new_from_env(&client, &out), &out);
    expect_ok(lid_get_user(client, user, &out), &out);
    before = resident_kib();
    for (i = 0; i < count; i++)
        times[i] = time_of(tokens[i]);
    kib = resident_kib() - before;
    new_ns = worker_median(times, count);
    /* At random, as users come. */
    srandom(1);
    for (i = 0; i < count; i++)
        forgotten += (times[i] = time_of(tokens[random() % count])) > new_ns / 2;
    hit_ns = worker_median(times, count);
    for (i = 0; i < EXTRA; i++)
        times[i] = time_of(tokens[count + i]);
    printf("%ld %ld %ld %ld %ld\n", hit_ns, new_ns, worker_median(times, EXTRA), forgotten, kib);
    return 0;
}

/* Resident memory of a process with idle clients:
 *
 *   memory COUNT new|called   ->  BASE_KB ONE_KB ONE_PRIVATE_KB ALL_KB
 *
 * before the first client, with one, its share that no file backs, and with
 * COUNT further ones. "called" clients have made a call and keep its connection. */
#include <loginid.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "worker.h"

struct resident {
    long all, anonymous;
};

static struct resident resident(void)
{
    struct resident result = {0, 0};
    char line[256];
    FILE *status = fopen("/proc/self/status", "r");

    while (status != NULL && fgets(line, sizeof line, status) != NULL) {
        sscanf(line, "VmRSS: %ld", &result.all);
        sscanf(line, "RssAnon: %ld", &result.anonymous);
    }
    if (status != NULL)
        fclose(status);
    return result;
}

static void make_client(int call)
{
    lid_client *client;
    char *out;
    lid_status status = lid_new_from_env(&client, &out);

    if (status == LID_OK && call) {
        lid_free_string(out);
        status = lid_get_user(client, worker_setting("BENCH_USER"), &out);
    }
    if (status != LID_OK) {
        fprintf(stderr, "%s\n", out);
        exit(2);
    }
    lid_free_string(out);
}

int main(int count, char **arguments)
{
    long further = count > 1 ? atol(arguments[1]) : 0, i;
    int call = count > 2 && strcmp(arguments[2], "called") == 0;
    struct resident base, one, all;

    lid_version(); /* the library is loaded, lazily bound */
    base = resident();
    make_client(call);
    one = resident();
    for (i = 0; i < further; i++)
        make_client(call);
    all = resident();
    printf("%ld %ld %ld %ld\n", base.all, one.all, one.anonymous, all.all);
    return 0;
}

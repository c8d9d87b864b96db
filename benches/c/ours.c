/* libloginid, called as a C program calls it. */
#include <loginid.h>
#include <stdlib.h>
#include <string.h>

#include "worker.h"

static lid_client *client;
static const char *user, *token;

/* Frees the result, keeping it if it is an error. Takes its address, because C
 * may read an argument before the call in another one. */
static int finish(lid_status status, char **out)
{
    if (status != LID_OK)
        worker_explain(*out);
    lid_free_string(*out);
    return status != LID_OK;
}

static void *start(long count)
{
    (void)count;
    return client;
}

static void stop(void *state)
{
    (void)state;
}

static int make_token(void *state)
{
    char *out;
    return finish(lid_generate_service_token(state, "users.retrieve", user, NULL, NULL, &out),
                  &out);
}

static int verify(void *state)
{
    char *out;
    return finish(lid_verify_token(state, token, user, &out), &out);
}

static int get_user(void *state)
{
    char *out;
    return finish(lid_get_user(state, user, &out), &out);
}

/* A new client's first call: connecting and, over https, the handshake. */
static int first_call(void *state)
{
    lid_client *own;
    char *out;
    lid_status status = lid_new_from_env(&own, &out);

    (void)state;
    if (finish(status, &out))
        return 1;
    status = lid_get_user(own, user, &out);
    lid_free(own);
    return finish(status, &out);
}

int main(void)
{
    static const struct operation operations[] = {
        {"token", start, make_token, stop},
        {"verify", start, verify, stop},
        {"get_user", start, get_user, stop},
        {"first_call", start, first_call, stop},
        {NULL, NULL, NULL, NULL},
    };
    char *out;

    user = worker_setting("BENCH_USER");
    token = worker_setting("BENCH_TOKEN");
    if (finish(lid_new_from_env(&client, &out), &out))
        return 2;
    return worker_serve(operations);
}

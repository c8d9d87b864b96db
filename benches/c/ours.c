/* libloginid, called as a C program calls it. */
#define _POSIX_C_SOURCE 200809L

#include <loginid.h>
#include <stdlib.h>
#include <string.h>

#include "worker.h"

enum { TOKENS = 64 };

/* `remembering` keeps good verdicts, but fewer than TOKENS. */
static lid_client *client, *remembering;
static lid_v2_client *current;
static const char *user, *token, *v2_token;
static char *tokens[TOKENS];

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

static int verify_again(void *state)
{
    (void)state;
    return verify(remembering);
}

/* Each token in turn, so that none is remembered until its next turn. */
static int verify_next(lid_client *with)
{
    static __thread unsigned next;
    char *out;
    return finish(lid_verify_token(with, tokens[next++ % TOKENS], user, &out), &out);
}

static int verify_each(void *state)
{
    return verify_next(state);
}

static int verify_new(void *state)
{
    (void)state;
    return verify_next(remembering);
}

static int get_user(void *state)
{
    char *out;
    return finish(lid_get_user(state, user, &out), &out);
}

/* Its creation only. */
static int new_client(void *state)
{
    lid_client *own;
    char *out;
    int failed = finish(lid_new_from_env(&own, &out), &out);

    (void)state;
    if (!failed)
        lid_free(own);
    return failed;
}

/* A new client's first operation: connecting and, over https, the handshake. */
static int first(int (*operation)(void *))
{
    lid_client *own;
    char *out;
    int failed = finish(lid_new_from_env(&own, &out), &out);

    if (failed)
        return failed;
    failed = operation(own);
    lid_free(own);
    return failed;
}

static int first_call(void *state)
{
    (void)state;
    return first(get_user);
}

/* The service's key is fetched. */
static int first_verify(void *state)
{
    (void)state;
    return first(verify);
}

static int v2_verify(void *state)
{
    char *out;
    (void)state;
    return finish(lid_v2_verify_token(current, v2_token, user, &out), &out);
}

/* One request, with the API key. */
static int v2_create_grant(void *state)
{
    char *out;
    (void)state;
    return finish(lid_v2_create_grant(current, user, "passkey:read", &out), &out);
}

/* Two requests: a grant, and the call with it. */
static int v2_list_passkeys(void *state)
{
    char *out;
    (void)state;
    return finish(lid_v2_list_passkeys(current, user, NULL, &out), &out);
}

/* The words of BENCH_TOKENS. A new client reads the environment, which is not that large elsewhere. */
static int read_tokens(void)
{
    char *texts = strdup(worker_setting("BENCH_TOKENS"));
    int i;

    for (i = 0; texts != NULL && i < TOKENS; i++)
        if ((tokens[i] = strtok(i == 0 ? texts : NULL, " ")) == NULL)
            return 1;
    return texts == NULL || unsetenv("BENCH_TOKENS") != 0;
}

int main(void)
{
    static const struct operation operations[] = {
        {"token", start, make_token, stop},
        {"verify", start, verify, stop},
        {"verify_again", start, verify_again, stop},
        {"verify_each", start, verify_each, stop},
        {"verify_new", start, verify_new, stop},
        {"get_user", start, get_user, stop},
        {"new_client", start, new_client, stop},
        {"first_call", start, first_call, stop},
        {"first_verify", start, first_verify, stop},
        {"v2_verify", start, v2_verify, stop},
        {"v2_create_grant", start, v2_create_grant, stop},
        {"v2_list_passkeys", start, v2_list_passkeys, stop},
        {NULL, NULL, NULL, NULL},
    };
    char *out;

    user = worker_setting("BENCH_USER");
    token = worker_setting("BENCH_TOKEN");
    v2_token = worker_setting("BENCH_V2_TOKEN");
    if (read_tokens() || finish(lid_new_from_env(&client, &out), &out) ||
        finish(lid_v2_new_from_env(&current, &out), &out))
        return 2;
    setenv("LOGINID_VERIFIED_TOKENS", "8", 1);
    if (finish(lid_new_from_env(&remembering, &out), &out))
        return 2;
    unsetenv("LOGINID_VERIFIED_TOKENS");
    return worker_serve(operations);
}

/* Tokens with libjwt, which takes the key's PEM on each call. */
#include <jwt.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "pem.h"
#include "worker.h"

static const char *private_key, *service_key, *client_id, *user, *token;

/* libjwt makes no nonces; a fixed one costs it nothing. */
static int make_token(void *state)
{
    jwt_t *jwt;
    char *encoded = NULL;

    (void)state;
    if (jwt_new(&jwt) != 0)
        return 1;
    if (jwt_add_grant(jwt, "client_id", client_id) == 0 &&
        jwt_add_grant(jwt, "type", "users.retrieve") == 0 &&
        jwt_add_grant(jwt, "scope", "users.retrieve") == 0 &&
        jwt_add_grant(jwt, "nonce", "fixedfixedfixed0") == 0 &&
        jwt_add_grant_int(jwt, "iat", (long)time(NULL)) == 0 &&
        jwt_add_grant(jwt, "username", user) == 0 &&
        jwt_set_alg(jwt, JWT_ALG_ES256, (const unsigned char *)private_key,
                    (int)strlen(private_key)) == 0)
        encoded = jwt_encode_str(jwt);
    jwt_free(jwt);
    free(encoded);
    return encoded == NULL;
}

static int verify(void *state)
{
    jwt_t *jwt = NULL;
    const char *udata;
    int good;

    (void)state;
    if (jwt_decode(&jwt, token, (const unsigned char *)service_key, (int)strlen(service_key)) != 0)
        return 1;
    udata = jwt_get_grant(jwt, "udata");
    good = jwt_get_alg(jwt) == JWT_ALG_ES256 && udata != NULL && strcmp(udata, user) == 0;
    jwt_free(jwt);
    return !good;
}

static void *start(long count)
{
    (void)count;
    return &private_key;
}

static void stop(void *state)
{
    (void)state;
}

int main(void)
{
    static const struct operation operations[] = {
        {"token", start, make_token, stop},
        {"verify", start, verify, stop},
        {NULL, NULL, NULL, NULL},
    };

    client_id = worker_setting("LOGINID_CLIENT_ID");
    user = worker_setting("BENCH_USER");
    token = worker_setting("BENCH_TOKEN");
    private_key = pem_setting("LOGINID_PRIVATE_KEY");
    service_key = pem_setting("BENCH_SERVICE_KEY");
    return worker_serve(operations);
}

#include "bearer.h"

#include <loginid.h>
#include <pthread.h>
#include <stdio.h>

#include "worker.h"

static lid_client *signer;

static void make_signer(void)
{
    char *out;
    if (lid_new_from_env(&signer, &out) != LID_OK)
        worker_explain(out);
    lid_free_string(out);
}

int bearer_header(char *header, size_t size)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    char *out, *token;
    lid_status status;
    int length = -1;

    pthread_once(&once, make_signer);
    if (signer == NULL)
        return 1;
    status = lid_generate_service_token(signer, "users.retrieve", worker_setting("BENCH_USER"),
                                        NULL, NULL, &out);
    if (status == LID_OK && lid_json_get(out, "/token", &token) == LID_OK) {
        length = snprintf(header, size, "Authorization: Bearer %s", token);
        lid_free_string(token);
    }
    lid_free_string(out);
    return length < 0 || (size_t)length >= size;
}

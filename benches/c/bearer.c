#include "bearer.h"

#include <loginid.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

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
    static const char name[] = "\"token\":\"";
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    char *out, *token;
    lid_status status;
    int length = -1;

    pthread_once(&once, make_signer);
    if (signer == NULL)
        return 1;
    status = lid_generate_service_token(signer, "users.retrieve", worker_setting("BENCH_USER"),
                                        NULL, NULL, &out);
    /* Not with lid_json_get: its time would be counted as that of the peer. */
    if (status == LID_OK && (token = strstr(out, name)) != NULL) {
        token += sizeof name - 1;
        length = snprintf(header, size, "Authorization: Bearer %.*s", (int)strcspn(token, "\""),
                          token);
    }
    lid_free_string(out);
    return length < 0 || (size_t)length >= size;
}

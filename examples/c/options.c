/* Options of a call, and cancelling it: a client is derived for each call. Run it with
 * `make example`, which starts an emulator of the LoginID service first. */
#include <loginid.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emulator.h"

#define USER "ada@example.com"

/* One value of a JSON text, by its RFC 6901 pointer. */
static char *get(const char *json, const char *pointer)
{
    char *value;
    if (lid_json_get(json, pointer, &value) != LID_OK) {
        fprintf(stderr, "FAILED: %s: %s\n", pointer, json);
        exit(1);
    }
    return value;
}

/* Frees the result of a call that has to end with this status. */
static void expect(const char *call, lid_status status, lid_status expected, char *out)
{
    printf("%s: %s %s\n", call, lid_status_name(status), out);
    if (status != expected) {
        fprintf(stderr, "FAILED: %s\n", call);
        exit(1);
    }
    lid_free_string(out);
}

static lid_client *derive(const lid_client *client, const char *options, lid_cancel *cancel)
{
    lid_client *derived;
    char *out;
    lid_status status = lid_with_options(client, options, cancel, &derived, &out);

    expect("with_options", status, LID_OK, out);
    return derived;
}

/* Another thread ends the call, for example because the browser has left. */
static void *leave(void *cancel)
{
    lid_cancel_trigger(cancel);
    return NULL;
}

int main(void)
{
    lid_client *client, *derived;
    lid_cancel *cancel;
    pthread_t thread;
    char *out, *answer, *request_id, *code;
    lid_status status = lid_new_from_env(&client, &out);

    expect("new_from_env", status, LID_OK, out);
    /* An example may run twice against the same emulator. */
    if (lid_add_user_without_credentials(client, USER, &out) != LID_OK)
        printf("%s\n", out);
    lid_free_string(out);

    /* The id of the program's own request, and a header for this call only. */
    derived = derive(client,
                     "{\"request_id\":\"order-4711\",\"headers\":{\"X-Tenant\":\"shop\"}}", NULL);
    status = lid_get_user(derived, "nobody", &out);
    request_id = get(out, "/error/request_id");
    if (strcmp(request_id, "order-4711") != 0)
        status = LID_OK;
    lid_free_string(request_id);
    expect("get_user", status, LID_ERROR_API, out);
    lid_free(derived);

    /* No longer than 200 ms, although the service takes a minute. */
    answer = emulator_post("faults",
                           "{\"match\":{\"path\":\"/manage/users/retrieve\"},\"times\":1,"
                           "\"fault\":{\"kind\":\"delay\",\"ms\":60000}}");
    if (answer == NULL) {
        fprintf(stderr, "FAILED: the emulator took no fault\n");
        return 1;
    }
    free(answer);
    derived = derive(client, "{\"timeout_ms\":200,\"max_retries\":0}", NULL);
    status = lid_get_user(derived, USER, &out);
    expect("get_user", status, LID_ERROR_TIMEOUT, out);
    lid_free(derived);

    /* A wait that another thread ends. */
    if (lid_generate_code(client, "short", "temporary_authentication", false, NULL, USER, &out) !=
        LID_OK) {
        fprintf(stderr, "FAILED: generate_code: %s\n", out);
        return 1;
    }
    code = get(out, "/code");
    lid_free_string(out);
    cancel = lid_cancel_new();
    derived = derive(client, NULL, cancel);
    if (pthread_create(&thread, NULL, leave, cancel) != 0)
        return 1;
    status = lid_wait_code(derived, USER, code, "short", 0, NULL, &out);
    expect("wait_code", status, LID_ERROR_CANCELLED, out);
    pthread_join(thread, NULL);

    /* Every later call of this client is refused, and none of its parent. */
    status = lid_generate_service_token(derived, "users.retrieve", USER, NULL, NULL, &out);
    expect("generate_service_token", status, LID_ERROR_CANCELLED, out);
    status = lid_get_user(client, USER, &out);
    expect("get_user", status, LID_OK, out);

    /* In any order. */
    lid_free_string(code);
    lid_free(client);
    lid_cancel_free(cancel);
    lid_free(derived);
    puts("Everything was as expected.");
    return 0;
}

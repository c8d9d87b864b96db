/* Makes one call on a thread with a stack of the given size: stack KIND BYTES.
 * It prints "KIND: " and the status. A stack that is too small ends it by SIGSEGV. */
#define _POSIX_C_SOURCE 200809L

#include <loginid.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define USER "ada@example.com"

static const char *kind;
static lid_client *client;
static lid_v2_client *v2_client;
static lid_status status;
static char *code;

static void log_event(const char *event_json, void *user_data)
{
    char line[256];

    (void)user_data;
    snprintf(line, sizeof line, "%s", event_json);
}

static lid_status make_client(char **out)
{
    lid_client *own;
    lid_status made = lid_new_from_env(&own, out);

    lid_free(own);
    return made;
}

static lid_status derive_client(char **out)
{
    lid_client *derived;
    lid_status made = lid_with_options(client, "{\"timeout_ms\":1000,\"headers\":{\"X-A\":\"b\"}}",
                                       NULL, &derived, out);

    lid_free(derived);
    return made;
}

static lid_status make_v2_client(char **out)
{
    lid_v2_client *own;
    lid_status made = lid_v2_new_from_env(&own, out);

    lid_v2_free(own);
    return made;
}

static lid_status read_json(char **out)
{
    enum { DEPTH = 127 };
    char json[2 * DEPTH + 3], pointer[2 * DEPTH + 1];
    lid_json *document;
    lid_status read;
    size_t i;

    memset(json, '[', DEPTH);
    json[DEPTH] = '7';
    memset(json + DEPTH + 1, ']', DEPTH);
    json[2 * DEPTH + 1] = '\0';
    for (i = 0; i < DEPTH; i++)
        memcpy(pointer + 2 * i, "/0", 2);
    pointer[sizeof pointer - 1] = '\0';
    read = lid_json_parse(json, &document, NULL);
    lid_json_free(document);
    return read == LID_OK ? lid_json_get(json, pointer, out) : read;
}

static void *call(void *argument)
{
    char *out = NULL;

    (void)argument;
    if (strcmp(kind, "new") == 0)
        status = make_client(&out);
    else if (strcmp(kind, "with_options") == 0)
        status = derive_client(&out);
    else if (strcmp(kind, "generate_key_pair") == 0)
        status = lid_generate_key_pair(&out);
    else if (strcmp(kind, "generate_service_token") == 0)
        status = lid_generate_service_token(client, "users.retrieve", USER, NULL, NULL, &out);
    else if (strcmp(kind, "get_user") == 0)
        status = lid_get_user(client, USER, &out);
    else if (strcmp(kind, "create_tx") == 0)
        status = lid_create_tx(client, "Pay 10", USER, NULL, &out);
    else if (strcmp(kind, "authenticate_password") == 0)
        status = lid_authenticate_password(client, USER, getenv("PASSWORD"), &out);
    else if (strcmp(kind, "verify_token") == 0)
        status = lid_verify_token(client, getenv("TOKEN"), USER, &out);
    else if (strcmp(kind, "wait_code") == 0)
        status = lid_wait_code(client, USER, code, "short", 300, NULL, &out);
    else if (strcmp(kind, "v2_new") == 0)
        status = make_v2_client(&out);
    else if (strcmp(kind, "v2_list_passkeys") == 0)
        status = lid_v2_list_passkeys(v2_client, USER, NULL, &out);
    else if (strcmp(kind, "v2_verify_token") == 0)
        status = lid_v2_verify_token(v2_client, getenv("V2_TOKEN"), USER, &out);
    else if (strcmp(kind, "v2_verify_otp") == 0)
        status = lid_v2_verify_otp(v2_client, USER, getenv("V2_CODE"), NULL, &out);
    else if (strcmp(kind, "json") == 0)
        status = read_json(&out);
    else
        exit(2);
    lid_free_string(out);
    return NULL;
}

static int make_code(void)
{
    char *out;
    lid_status made = lid_generate_code(client, "short", "temporary_authentication", false, NULL,
                                        USER, &out);

    if (made == LID_OK)
        made = lid_json_get(out, "/code", &code);
    lid_free_string(out);
    return made == LID_OK;
}

int main(int argc, char **argv)
{
    pthread_attr_t attributes;
    pthread_t thread;
    char *out;

    if (argc != 3)
        return 2;
    kind = argv[1];
    if (lid_new_from_env(&client, &out) != LID_OK) {
        puts(out);
        return 2;
    }
    lid_free_string(out);
    if (lid_v2_new_from_env(&v2_client, &out) != LID_OK) {
        puts(out);
        return 2;
    }
    lid_free_string(out);
    if (strcmp(kind, "wait_code") == 0 && !make_code())
        return 2;
    lid_set_log_callback(client, log_event, NULL);
    lid_v2_set_log_callback(v2_client, log_event, NULL);
    pthread_attr_init(&attributes);
    if (pthread_attr_setstacksize(&attributes, strtoul(argv[2], NULL, 10)) != 0 ||
        pthread_create(&thread, &attributes, call, NULL) != 0) {
        puts("no thread of this size");
        return 2;
    }
    pthread_join(thread, NULL);
    printf("%s: %s\n", kind, lid_status_name(status));
    lid_free_string(code);
    lid_free(client);
    lid_v2_free(v2_client);
    return 0;
}

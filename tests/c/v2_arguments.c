/* The same as arguments.c for the current service: each function called through its prototype
 * with texts that are not UTF-8, and without `out`. Nothing here reaches a service. */
#define _POSIX_C_SOURCE 200809L

#include <stdlib.h>
#include <string.h>

#include "support.h"

#define MOST 4

struct function {
    const char *name;
    lid_status (*call)(const lid_v2_client *client, const char *const *a, char **answer);
};

typedef const lid_v2_client client_t;
typedef const char *const args;

/* The calls, each with its texts in an array. */
/* begin generated: calls (make generate, from spec/operations.toml) */
static lid_status v2_verify_token(client_t *c, args *a, char **o)
{
    return lid_v2_verify_token(c, a[0], a[1], o);
}
static lid_status v2_verify_token_remote(client_t *c, args *a, char **o)
{
    return lid_v2_verify_token_remote(c, a[0], o);
}
static lid_status v2_create_grant(client_t *c, args *a, char **o)
{
    return lid_v2_create_grant(c, a[0], a[1], o);
}
static lid_status v2_create_external_auth(client_t *c, args *a, char **o)
{
    return lid_v2_create_external_auth(c, a[0], o);
}
static lid_status v2_list_passkeys(client_t *c, args *a, char **o)
{
    return lid_v2_list_passkeys(c, a[0], a[1], o);
}
static lid_status v2_rename_passkey(client_t *c, args *a, char **o)
{
    return lid_v2_rename_passkey(c, a[0], a[1], a[2], a[3], o);
}
static lid_status v2_delete_passkey(client_t *c, args *a, char **o)
{
    return lid_v2_delete_passkey(c, a[0], a[1], a[2], o);
}
static lid_status v2_get_authenticator(client_t *c, args *a, char **o)
{
    return lid_v2_get_authenticator(c, a[0], a[1], a[2], o);
}
static lid_status v2_create_otp(client_t *c, args *a, char **o)
{
    return lid_v2_create_otp(c, a[0], a[1], o);
}
static lid_status v2_send_otp_email(client_t *c, args *a, char **o)
{
    return lid_v2_send_otp_email(c, a[0], a[1], o);
}
static lid_status v2_send_otp_sms(client_t *c, args *a, char **o)
{
    return lid_v2_send_otp_sms(c, a[0], a[1], o);
}
static lid_status v2_verify_otp(client_t *c, args *a, char **o)
{
    return lid_v2_verify_otp(c, a[0], a[1], a[2], o);
}
static lid_status v2_delete_user(client_t *c, args *a, char **o)
{
    return lid_v2_delete_user(c, a[0], o);
}
static lid_status v2_set_email(client_t *c, args *a, char **o)
{
    return lid_v2_set_email(c, a[0], a[1], true, o);
}
static lid_status v2_remove_email(client_t *c, args *a, char **o)
{
    return lid_v2_remove_email(c, a[0], a[1], o);
}
static lid_status v2_verify_email(client_t *c, args *a, char **o)
{
    return lid_v2_verify_email(c, a[0], a[1], o);
}
static lid_status v2_set_phone(client_t *c, args *a, char **o)
{
    return lid_v2_set_phone(c, a[0], a[1], true, true, o);
}
static lid_status v2_remove_phone(client_t *c, args *a, char **o)
{
    return lid_v2_remove_phone(c, a[0], o);
}
static lid_status v2_verify_phone(client_t *c, args *a, char **o)
{
    return lid_v2_verify_phone(c, a[0], a[1], o);
}
static lid_status v2_register_init(client_t *c, args *a, char **o)
{
    return lid_v2_register_init(c, a[0], a[1], a[2], o);
}
static lid_status v2_register_complete(client_t *c, args *a, char **o)
{
    return lid_v2_register_complete(c, a[0], a[1], a[2], o);
}
static lid_status v2_authenticate_init(client_t *c, args *a, char **o)
{
    return lid_v2_authenticate_init(c, a[0], a[1], o);
}
static lid_status v2_authenticate_complete(client_t *c, args *a, char **o)
{
    return lid_v2_authenticate_complete(c, a[0], a[1], o);
}
static lid_status v2_init_tx(client_t *c, args *a, char **o)
{
    return lid_v2_init_tx(c, a[0], a[1], a[2], o);
}
static lid_status v2_complete_tx(client_t *c, args *a, char **o)
{
    return lid_v2_complete_tx(c, a[0], a[1], o);
}
static lid_status v2_verify_transaction(client_t *c, args *a, char **o)
{
    return lid_v2_verify_transaction(c, a[0], a[1], a[2], a[3], o);
}
static lid_status v2_get_version(client_t *c, args *a, char **o)
{
    (void)a;
    return lid_v2_get_version(c, o);
}

static const struct function functions[] = {
    { "v2_verify_token", v2_verify_token },
    { "v2_verify_token_remote", v2_verify_token_remote },
    { "v2_create_grant", v2_create_grant },
    { "v2_create_external_auth", v2_create_external_auth },
    { "v2_list_passkeys", v2_list_passkeys },
    { "v2_rename_passkey", v2_rename_passkey },
    { "v2_delete_passkey", v2_delete_passkey },
    { "v2_get_authenticator", v2_get_authenticator },
    { "v2_create_otp", v2_create_otp },
    { "v2_send_otp_email", v2_send_otp_email },
    { "v2_send_otp_sms", v2_send_otp_sms },
    { "v2_verify_otp", v2_verify_otp },
    { "v2_delete_user", v2_delete_user },
    { "v2_set_email", v2_set_email },
    { "v2_remove_email", v2_remove_email },
    { "v2_verify_email", v2_verify_email },
    { "v2_set_phone", v2_set_phone },
    { "v2_remove_phone", v2_remove_phone },
    { "v2_verify_phone", v2_verify_phone },
    { "v2_register_init", v2_register_init },
    { "v2_register_complete", v2_register_complete },
    { "v2_authenticate_init", v2_authenticate_init },
    { "v2_authenticate_complete", v2_authenticate_complete },
    { "v2_init_tx", v2_init_tx },
    { "v2_complete_tx", v2_complete_tx },
    { "v2_verify_transaction", v2_verify_transaction },
    { "v2_get_version", v2_get_version },
};
/* end generated: calls (make generate, from spec/operations.toml) */

#define FUNCTIONS (sizeof functions / sizeof *functions)

/* A text that ends in the middle of a character. */
static const char *cut_off(void)
{
    return copy("a\xe2\x82");
}

static lid_v2_client *nowhere(void)
{
    lid_v2_client *client;

    OK(lid_v2_new_with_config("{\"base_url\":\"http://app.localhost:1\",\"max_retries\":0,"
                              "\"api_key\":\"key\"}", &client, &out));
    return client;
}

static void texts_are_read_to_their_end_and_no_further(void)
{
    const char *cut = cut_off();
    const char *values[MOST] = { cut, cut, cut, cut };
    lid_v2_client *client = nowhere();
    size_t i;

    for (i = 0; i < FUNCTIONS; i++) {
        /* It has no text. */
        if (strcmp(functions[i].name, "v2_get_version") == 0) {
            continue;
        }
        ERROR(functions[i].call(client, values, &out), LID_ERROR_INVALID_ARGUMENT,
              "invalid_utf8");
        TEXT("/error/operation", functions[i].name);
    }
    lid_v2_free(client);
}

static void a_call_without_out_has_the_same_status(void)
{
    const char *const valid[MOST] = { "valid", "valid", "valid", "valid" };
    lid_v2_client *client = nowhere();
    size_t i;

    for (i = 0; i < FUNCTIONS; i++) {
        char *answer;
        lid_status status = functions[i].call(client, valid, &answer);

        lid_free_string(answer);
        CHECK(status != LID_OK);
        CHECK(functions[i].call(client, valid, NULL) == status);
        CHECK(functions[i].call(NULL, valid, NULL) == LID_ERROR_INVALID_ARGUMENT);
    }
    lid_v2_free(client);
}

static void functions_that_make_clients_check_too(void)
{
    const char *cut = cut_off();
    lid_v2_client *made = (lid_v2_client *)&out;

    ERROR(lid_v2_new(cut, cut, &made, &out), LID_ERROR_INVALID_ARGUMENT, "invalid_utf8");
    CHECK(made == NULL);
    made = (lid_v2_client *)&out;
    ERROR(lid_v2_new_with_config(cut, &made, &out), LID_ERROR_INVALID_ARGUMENT, "invalid_utf8");
    CHECK(made == NULL);
    made = (lid_v2_client *)&out;
    ERROR(lid_v2_new("https://a.api.loginid.io", "a:b", &made, &out), LID_ERROR_CONFIG,
          "invalid_api_key");
    CHECK(made == NULL);
    CHECK(lid_v2_new("https://a.api.loginid.io", NULL, &made, NULL) == LID_OK);
    lid_v2_free(made);
    CHECK(lid_v2_new_from_env(NULL, NULL) == LID_ERROR_INVALID_ARGUMENT);
    lid_v2_free(NULL);
}

static void the_environment_makes_a_client(void)
{
    lid_v2_client *client = (lid_v2_client *)&out;

    unsetenv("LOGINID_V2_BASE_URL");
    unsetenv("LOGINID_V2_APPLICATION_ID");
    ERROR(lid_v2_new_from_env(&client, &out), LID_ERROR_CONFIG, "missing_field");
    CHECK(client == NULL);
    setenv("LOGINID_V2_BASE_URL", "http://127.0.0.1:1", 1);
    ERROR(lid_v2_new_from_env(&client, &out), LID_ERROR_CONFIG, "missing_field");
    setenv("LOGINID_V2_APPLICATION_ID", "app", 1);
    setenv("LOGINID_V2_API_KEY", "key", 1);
    OK(lid_v2_new_from_env(&client, &out));
    lid_v2_free(client);
    setenv("LOGINID_V2_API_KYE", "key", 1);
    ERROR(lid_v2_new_from_env(&client, &out), LID_ERROR_CONFIG, "unknown_field");
}

static void options_and_cancels_are_those_of_a_derived_client(void)
{
    lid_v2_client *client = nowhere(), *derived = (lid_v2_client *)&out;
    lid_cancel *cancel = lid_cancel_new();

    ERROR(lid_v2_with_options(client, cut_off(), NULL, &derived, &out),
          LID_ERROR_INVALID_ARGUMENT, "invalid_utf8");
    CHECK(derived == NULL);
    ERROR(lid_v2_with_options(client, "{\"timeout\":1}", NULL, &derived, &out),
          LID_ERROR_INVALID_ARGUMENT, "invalid_options");
    ERROR(lid_v2_with_options(NULL, NULL, NULL, &derived, &out), LID_ERROR_INVALID_ARGUMENT,
          "null_argument");
    OK(lid_v2_with_options(client, "{\"request_id\":\"id-1\"}", cancel, &derived, &out));
    lid_v2_free(client);
    ERROR(lid_v2_get_version(derived, &out), LID_ERROR_NETWORK, "connect_failed");
    TEXT("/error/request_id", "id-1");
    lid_cancel_trigger(cancel);
    lid_cancel_free(cancel);
    /* Local calls are refused too. */
    ERROR(lid_v2_verify_token(derived, "a.b.c", NULL, &out), LID_ERROR_CANCELLED, "cancelled");
    lid_v2_free(derived);
}

static void count(const char *event, void *events)
{
    CHECK(strstr(event, "\"operation\":\"v2_get_version\"") != NULL);
    ++*(int *)events;
}

static void attempts_are_logged(void)
{
    lid_v2_client *client = nowhere();
    int events = 0;

    lid_v2_set_log_callback(client, count, &events);
    ERROR(lid_v2_get_version(client, &out), LID_ERROR_NETWORK, "connect_failed");
    CHECK(events == 1);
    lid_v2_set_log_callback(client, NULL, NULL);
    ERROR(lid_v2_get_version(client, &out), LID_ERROR_NETWORK, "connect_failed");
    CHECK(events == 1);
    lid_v2_set_log_callback(NULL, count, NULL);
    lid_v2_free(client);
}

static const struct test tests[] = {
    TEST(texts_are_read_to_their_end_and_no_further),
    TEST(a_call_without_out_has_the_same_status),
    TEST(functions_that_make_clients_check_too),
    TEST(the_environment_makes_a_client),
    TEST(options_and_cancels_are_those_of_a_derived_client),
    TEST(attempts_are_logged),
};

TEST_MAIN(tests)

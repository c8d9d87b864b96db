/* Making clients, and functions without a client: versions, key pairs, JSON. */
#define _POSIX_C_SOURCE 200809L

#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOT_A_CLIENT ((lid_client *)&out)

static void versions_agree(void)
{
    char composed[32];

    snprintf(composed, sizeof composed, "%d.%d.%d", LID_VERSION_MAJOR, LID_VERSION_MINOR,
             LID_VERSION_PATCH);
    CHECK(strcmp(LID_VERSION, composed) == 0);
    CHECK(strcmp(LID_VERSION, lid_version()) == 0);
}

static void every_status_has_its_number_and_name(void)
{
    static const struct {
        lid_status status;
        int32_t number;
        const char *name;
    } all[] = {
        { LID_OK, 0, "LID_OK" },
        { LID_ERROR_INVALID_ARGUMENT, 1, "LID_ERROR_INVALID_ARGUMENT" },
        { LID_ERROR_CONFIG, 2, "LID_ERROR_CONFIG" },
        { LID_ERROR_PRIVATE_KEY, 3, "LID_ERROR_PRIVATE_KEY" },
        { LID_ERROR_TOKEN_INVALID, 4, "LID_ERROR_TOKEN_INVALID" },
        { LID_ERROR_TOKEN_EXPIRED, 5, "LID_ERROR_TOKEN_EXPIRED" },
        { LID_ERROR_CLAIM_MISMATCH, 6, "LID_ERROR_CLAIM_MISMATCH" },
        { LID_ERROR_API, 7, "LID_ERROR_API" },
        { LID_ERROR_RATE_LIMITED, 8, "LID_ERROR_RATE_LIMITED" },
        { LID_ERROR_NETWORK, 9, "LID_ERROR_NETWORK" },
        { LID_ERROR_TLS, 10, "LID_ERROR_TLS" },
        { LID_ERROR_TIMEOUT, 11, "LID_ERROR_TIMEOUT" },
        { LID_ERROR_CANCELLED, 12, "LID_ERROR_CANCELLED" },
        { LID_ERROR_RESPONSE, 13, "LID_ERROR_RESPONSE" },
        { LID_ERROR_INTERNAL, 14, "LID_ERROR_INTERNAL" },
    };
    size_t i;

    for (i = 0; i < sizeof all / sizeof *all; i++) {
        CHECK((int32_t)all[i].status == all[i].number);
        CHECK(strcmp(lid_status_name(all[i].number), all[i].name) == 0);
    }
    CHECK(strcmp(lid_status_name(15), "LID_UNKNOWN") == 0);
    CHECK(strcmp(lid_status_name(-1), "LID_UNKNOWN") == 0);
    CHECK(strcmp(lid_status_name(INT32_MIN), "LID_UNKNOWN") == 0);
}

static void freeing_nothing_does_nothing(void)
{
    lid_free(NULL);
    lid_free_string(NULL);
    lid_cancel_free(NULL);
    lid_cancel_trigger(NULL);
    lid_set_log_callback(NULL, NULL, NULL);
}

static void an_application_with_a_key_may_call(void)
{
    lid_client *client = NULL;

    OK(lid_new(getenv("LOGINID_CLIENT_ID"), getenv("LOGINID_PRIVATE_KEY"), base_url(), &client,
               &out));
    CHECK(strcmp(out, "{}") == 0);
    CHECK(client != NULL);
    OK(lid_add_user_without_credentials(client, USER, &out));
    lid_free(client);
}

static void making_a_client_sends_nothing(void)
{
    lid_client *client;

    OK(lid_new("an-application", NULL, "http://127.0.0.1:1", &client, &out));
    lid_free(client);
    /* Without a base URL the client uses the public service. */
    OK(lid_new("an-application", NULL, NULL, &client, &out));
    lid_free(client);
}

static void a_management_client_needs_a_key(void)
{
    lid_client *client = NOT_A_CLIENT;

    OK(lid_new_management(getenv("LOGINID_CLIENT_ID"), getenv("LOGINID_PRIVATE_KEY"), base_url(),
                          &client, &out));
    OK(lid_add_user_without_credentials(client, USER, &out));
    lid_free(client);

    client = NOT_A_CLIENT;
    ERROR(lid_new_management("an-application", NULL, NULL, &client, &out),
          LID_ERROR_INVALID_ARGUMENT, "null_argument");
    CHECK(client == NULL);
    ERROR(lid_new_with_config("{\"client_id\":\"a\",\"management\":true}", &client, &out),
          LID_ERROR_PRIVATE_KEY, "private_key_required");
    CHECK(client == NULL);
}

static void management_calls_without_a_key_are_not_sent(void)
{
    lid_client *client =
        client_from_json(text("{\"client_id\":\"an-application\",\"base_url\":\"%s\"}", base_url()));

    ERROR(lid_get_user(client, USER, &out), LID_ERROR_PRIVATE_KEY, "private_key_required");
    TEXT("/error/operation", "get_user");
    ERROR(lid_generate_code(client, "short", "temporary_authentication", true, NULL, USER, &out),
          LID_ERROR_PRIVATE_KEY, "private_key_required");
    ERROR(lid_get_credentials(client, NULL, NULL, USER, &out), LID_ERROR_PRIVATE_KEY,
          "private_key_required");
    ERROR(lid_delete_by_user_id(client, "an-id", &out), LID_ERROR_PRIVATE_KEY,
          "private_key_required");
    TEXT_IN(emulator("GET", "requests", ""), "/count", "0");
}

/* After a constructor has failed, `client` is NULL, whatever it was before. */
static void refuses(const char *json, lid_status status, const char *code, const char *named)
{
    lid_client *client = NOT_A_CLIENT;

    ERROR(lid_new_with_config(json, &client, &out), status, code);
    CHECK(client == NULL);
    if (!contains(get("/error/message"), named))
        FAIL("the message does not name %s", named);
}

static void a_wrong_configuration_is_refused(void)
{
    refuses("{}", LID_ERROR_CONFIG, "missing_field", "client_id");
    refuses("[]", LID_ERROR_CONFIG, "invalid_json", "JSON object");
    refuses("{\"client_id\":\"a\",\"client_id\":\"b\"}", LID_ERROR_CONFIG, "invalid_json",
            "the configuration cannot be used: it has the member 'client_id' twice");
    /* The parser counts columns from the value's own beginning, so none is given. */
    refuses("{\"client_id\":\"a\",\"headers\":{\"a\":\"1\",\"a\":\"2\"}}", LID_ERROR_CONFIG,
            "invalid_json", "the configuration cannot be used: headers: duplicate member");
    CHECK(!contains(out, "column"));
    refuses("{\"client_id\":\"a\",}", LID_ERROR_CONFIG, "invalid_json",
            "the configuration is not one JSON object: ");
    /* A message is a C string, whatever the name that it repeats. */
    refuses("{\"\\u0000x\":1}", LID_ERROR_CONFIG, "unknown_field", "\xef\xbf\xbdx");
    refuses("{\"client_id\":\"a\",\"max_retrys\":1}", LID_ERROR_CONFIG, "unknown_field",
            "max_retrys");
    refuses("{\"client_id\":\"a\",\"max_retries\":\"1\"}", LID_ERROR_CONFIG, "mistyped_field",
            "max_retries");
    refuses("{\"client_id\":\"a\",\"base_url\":\"ftp://a\"}", LID_ERROR_CONFIG,
            "invalid_base_url", "base_url");
    refuses("{\"client_id\":\"a\",\"base_url\":\"http://example.com\"}", LID_ERROR_CONFIG,
            "insecure_base_url", "allow_http");
    refuses("{\"client_id\":\"a\",\"private_key\":\"x\",\"private_key_file\":\"y\"}",
            LID_ERROR_CONFIG, "contradictory_fields", "private_key_file");
    refuses("{\"client_id\":\"a\",\"private_key_file\":\"nowhere.pem\"}", LID_ERROR_CONFIG,
            "unreadable_file", "nowhere.pem");
    refuses("{\"client_id\":\"a b\"}", LID_ERROR_CONFIG, "invalid_client_id", "client_id");
    refuses("{\"client_id\":\"a\",\"request_timeout_ms\":0}", LID_ERROR_CONFIG, "out_of_range",
            "request_timeout_ms");
    refuses("{\"client_id\":\"a\",\"ca_pem\":\"x\"}", LID_ERROR_CONFIG, "invalid_certificate",
            "ca_pem");
    write_file("ca.txt", "x");
    refuses("{\"client_id\":\"a\",\"ca_file\":\"ca.txt\"}", LID_ERROR_CONFIG,
            "invalid_certificate", "ca_file");
}

/* Errors name spaces, fractions, signs and sizes. */
static void the_error_for_a_bad_number_says_why(void)
{
    refuses("{\"client_id\":\"a\",\"max_retries\":1.0}", LID_ERROR_CONFIG, "mistyped_field",
            "max_retries must be a whole number, without fraction or exponent");
    refuses("{\"client_id\":\"a\",\"max_retries\":1e0}", LID_ERROR_CONFIG, "mistyped_field",
            "max_retries must be a whole number, without fraction or exponent");
    refuses("{\"client_id\":\"a\",\"max_retries\":-1}", LID_ERROR_CONFIG, "mistyped_field",
            "max_retries must be a whole number, not negative");
    refuses("{\"client_id\":\"a\",\"max_retries\":\" 5\"}", LID_ERROR_CONFIG, "mistyped_field",
            "max_retries must be a whole number, not a string");
    refuses("{\"client_id\":\"a\",\"max_retries\":99999999999999999999999}", LID_ERROR_CONFIG,
            "out_of_range", "max_retries must be from 0 to 10");
    refuses("{\"client_id\":\"a\",\"base_url\":\" http://localhost\"}", LID_ERROR_CONFIG,
            "invalid_base_url", "base_url has blanks around it");
    refuses("{\"client_id\":\"a\",\"proxy\":\"http://localhost \"}", LID_ERROR_CONFIG,
            "invalid_proxy", "proxy has blanks in it");
}

/* After lid_new_from_env has failed. */
static void refuses_variable(const char *name, const char *value, const char *code,
                             const char *message)
{
    lid_client *client = NOT_A_CLIENT;

    setenv(name, value, 1);
    ERROR(lid_new_from_env(&client, &out), LID_ERROR_CONFIG, code);
    CHECK(client == NULL);
    if (!contains(get("/error/message"), message))
        FAIL("%s: the message does not say: %s", name, message);
    unsetenv(name);
}

static void a_variable_with_spaces_is_named(void)
{
    refuses_variable("LOGINID_MAX_RETRIES", " 5", "mistyped_field",
                     "LOGINID_MAX_RETRIES must be a whole number without blanks around it");
    refuses_variable("LOGINID_MAX_RETRIES", "5\n", "mistyped_field",
                     "LOGINID_MAX_RETRIES must be a whole number without blanks around it");
    refuses_variable("LOGINID_MAX_RETRIES", "1.0", "mistyped_field",
                     "LOGINID_MAX_RETRIES must be a whole number, without fraction or exponent");
    refuses_variable("LOGINID_MAX_RETRIES", "-1", "mistyped_field",
                     "LOGINID_MAX_RETRIES must be a whole number, not negative");
    refuses_variable("LOGINID_MAX_RETRIES", "99999999999999999999999", "out_of_range",
                     "max_retries must be from 0 to 10");
    refuses_variable("LOGINID_MANAGEMENT", "true ", "mistyped_field",
                     "LOGINID_MANAGEMENT must be true or false, without blanks around it");
    refuses_variable("LOGINID_BASE_URL", "http://localhost ", "invalid_base_url",
                     "base_url has blanks around it");
}

/* A misspelled variable would have no effect without notice. */
static void a_misspelled_variable_is_named_with_the_right_one(void)
{
    lid_client *client;
    const char *base = copy(base_url());

    refuses_variable("LOGINID_REQUIRE_EX", "1", "unknown_field", "LOGINID_REQUIRE_EXP");
    refuses_variable("LOGINID_MAX_RETIRES", "1", "unknown_field", "LOGINID_MAX_RETRIES");
    refuses_variable("LOGINID_PRIVATEKEY_FIL", "a", "unknown_field", "LOGINID_PRIVATE_KEY_FILE");
    refuses_variable("LOGINID_ClIENT_ID", "a", "unknown_field", "LOGINID_CLIENT_ID");
    unsetenv("LOGINID_BASE_URL");
    refuses_variable("LOGINID_BASEURL", base, "unknown_field", "LOGINID_BASE_URL");
    refuses("{\"client_id\":\"a\",\"max_retrys\":1}", LID_ERROR_CONFIG, "unknown_field",
            "did you mean 'max_retries'?");

    /* Other variables are ignored; an empty one is treated as unset. */
    setenv("LOGINID_BASE_URL", base, 1);
    setenv("LOGINID_REQUIRE_EX", "", 1);
    setenv("LOGINID_SHOP", "1", 1);
    setenv("LOGINID_HEADERS", "{}", 1);
    setenv("LOGINID_PUBLIC_KEY", "a", 1);
    setenv("LOGINID_V2_BASE_URL", "http://a.localhost", 1);
    setenv("LOGINID_V2_ISSUER", "a", 1);
    setenv("LOGINID_", "a", 1);
    setenv("MY_LOGINID_REQUIRE_EX", "1", 1);
    setenv("LOGINID_\xff", "1", 1);
    OK(lid_new_from_env(&client, &out));
    lid_free(client);
}

static void every_constructor_leaves_null_after_an_error(void)
{
    lid_client *client = NOT_A_CLIENT;

    ERROR(lid_new("", NULL, NULL, &client, &out), LID_ERROR_INVALID_ARGUMENT, "empty_argument");
    CHECK(client == NULL);
    client = NOT_A_CLIENT;
    ERROR(lid_new("a", "not a key", NULL, &client, &out), LID_ERROR_PRIVATE_KEY,
          "invalid_private_key");
    CHECK(client == NULL);
    client = NOT_A_CLIENT;
    ERROR(lid_new_management("a", "not a key", NULL, &client, &out), LID_ERROR_PRIVATE_KEY,
          "invalid_private_key");
    CHECK(client == NULL);
    CHECK(unsetenv("LOGINID_CLIENT_ID") == 0);
    client = NOT_A_CLIENT;
    CHECK(lid_new_from_env(&client, NULL) == LID_ERROR_CONFIG);
    CHECK(client == NULL);
    client = NOT_A_CLIENT;
    ERROR(lid_new_from_env(&client, &out), LID_ERROR_CONFIG, "missing_field");
    CHECK(client == NULL);
    CHECK(contains(get("/error/message"), "LOGINID_CLIENT_ID"));
}

static void a_client_is_not_made_without_a_pointer_for_it(void)
{
    ERROR(lid_new("a", NULL, NULL, NULL, &out), LID_ERROR_INVALID_ARGUMENT, "null_argument");
    ERROR(lid_new_management("a", getenv("LOGINID_PRIVATE_KEY"), NULL, NULL, &out),
          LID_ERROR_INVALID_ARGUMENT, "null_argument");
    ERROR(lid_new_with_config("{\"client_id\":\"a\"}", NULL, &out), LID_ERROR_INVALID_ARGUMENT,
          "null_argument");
    ERROR(lid_new_from_env(NULL, &out), LID_ERROR_INVALID_ARGUMENT, "null_argument");
}

static void the_environment_sets_every_plain_field(void)
{
    lid_client *client;
    double started;

    setenv("LOGINID_REQUEST_TIMEOUT_MS", text("%.0f", at_most_ms(300)), 1);
    setenv("LOGINID_MAX_RETRIES", "0", 1);
    setenv("LOGINID_USER_AGENT", "shop/7", 1);
    setenv("LOGINID_ISSUER", "", 1); /* empty is treated as unset */
    client = new_client();
    OK(lid_add_user_without_credentials(client, USER, &out));
    CHECK(contains(last_request("/manage/users"), text("LoginID-SDK/%s/c shop/7", LID_VERSION)));
    inject("/manage/users/retrieve", 1, "\"kind\":\"delay\",\"ms\":60000");
    started = now_ms();
    ERROR(lid_get_user(client, USER, &out), LID_ERROR_TIMEOUT, "timeout");
    CHECK(now_ms() - started < at_most_ms(10000));

    setenv("LOGINID_MAX_RETRIES", "many", 1);
    ERROR(lid_new_from_env(&client, &out), LID_ERROR_CONFIG, "mistyped_field");
    CHECK(contains(get("/error/message"), "LOGINID_MAX_RETRIES"));
    setenv("LOGINID_MAX_RETRIES", "\xff", 1);
    ERROR(lid_new_from_env(&client, &out), LID_ERROR_CONFIG, "mistyped_field");
    CHECK(contains(get("/error/message"), "LOGINID_MAX_RETRIES is not UTF-8"));
    unsetenv("LOGINID_MAX_RETRIES");

    /* 192.0.2.1 has no host; making a client sends nothing. */
    setenv("LOGINID_BASE_URL", "http://192.0.2.1", 1);
    setenv("LOGINID_ALLOW_HTTP", "yes", 1);
    ERROR(lid_new_from_env(&client, &out), LID_ERROR_CONFIG, "mistyped_field");
    CHECK(contains(get("/error/message"), "LOGINID_ALLOW_HTTP must be true or false"));
    setenv("LOGINID_ALLOW_HTTP", "false", 1);
    ERROR(lid_new_from_env(&client, &out), LID_ERROR_CONFIG, "insecure_base_url");
    setenv("LOGINID_ALLOW_HTTP", "true", 1);
    OK(lid_new_from_env(&client, &out));
    lid_free(client);
}

static void every_request_identifies_its_sender(void)
{
    lid_client *client = configured_client(
        "\"headers\":{\"traceparent\":\"00-1-2-01\"},\"user_agent\":\"shop/7\"");
    const char *request, *first_id;

    add_user(client, USER);
    request = last_request("/manage/users");
    TEXT_IN(request, "/method", "POST");
    CHECK(contains(request, "[\"content-type\",\"application/json\"]"));
    CHECK(contains(request, "[\"accept\",\"application/json\"]"));
    CHECK(contains(request, "[\"traceparent\",\"00-1-2-01\"]"));
    CHECK(contains(request, text("[\"x-client-id\",\"%s\"]", getenv("LOGINID_CLIENT_ID"))));
    CHECK(contains(request, text("[\"user-agent\",\"LoginID-SDK/%s/c shop/7\"]", LID_VERSION)));
    TEXT_IN(request, "/token/claims/scope", "users.create");
    TEXT_IN(request, "/token/claims/type", "users.create");
    TEXT_IN(request, "/token/claims/username", USER);

    /* The error has the id of the request. */
    ERROR(lid_get_user(client, "nobody", &out), LID_ERROR_API, "user_not_found");
    first_id = get("/error/request_id");
    CHECK(strlen(first_id) == 36);
    CHECK(contains(last_request("/manage/users/retrieve"),
                   text("[\"request-id\",\"%s\"]", first_id)));
    ERROR(lid_get_user(client, "nobody", &out), LID_ERROR_API, "user_not_found");
    CHECK(strcmp(get("/error/request_id"), first_id) != 0);
}

static void a_key_pair_serves_an_application(void)
{
    const char *private_key, *public_key;
    lid_client *client;

    OK(lid_generate_key_pair(&out));
    private_key = get("/private_key");
    public_key = get("/public_key");
    CHECK(strncmp(private_key, "-----BEGIN PRIVATE KEY-----\n", 28) == 0);
    CHECK(strncmp(public_key, "-----BEGIN PUBLIC KEY-----\n", 27) == 0);
    OK(lid_generate_key_pair(&out));
    CHECK(strcmp(get("/private_key"), private_key) != 0);

    emulator("POST", "applications",
             text("{\"client_id\":\"shop\",\"public_key\":%s}", quoted(public_key)));
    OK(lid_new("shop", private_key, base_url(), &client, &out));
    OK(lid_add_user_without_credentials(client, USER, &out));
    TEXT("/client_id", "shop");
    lid_free(client);
    CHECK(lid_generate_key_pair(NULL) == LID_OK);
}

static void json_values_are_read_by_pointer(void)
{
    const char *json = "{\"s\":\"a\\n\\u00e9\",\"n\":12345678901234567890.10,\"t\":true,"
                       "\"z\":null,\"o\":{\"a/b\":[1,\"two\"]},\"nul\":\"a\\u0000b\"}";

    OK(lid_json_get(json, "/s", &out));
    CHECK(strcmp(out, "a\n\xc3\xa9") == 0);
    OK(lid_json_get(json, "/n", &out));
    CHECK(strcmp(out, "12345678901234567890.10") == 0);
    OK(lid_json_get(json, "/t", &out));
    CHECK(strcmp(out, "true") == 0);
    OK(lid_json_get(json, "/z", &out));
    CHECK(strcmp(out, "null") == 0);
    OK(lid_json_get(json, "/o/a~1b/1", &out));
    CHECK(strcmp(out, "two") == 0);
    OK(lid_json_get(json, "/o", &out));
    CHECK(strcmp(out, "{\"a/b\":[1,\"two\"]}") == 0);
    OK(lid_json_get(json, "", &out));
    CHECK(strcmp(out, json) == 0);

    ERROR(lid_json_get(json, "/absent", &out), LID_ERROR_INVALID_ARGUMENT, "pointer_not_found");
    ERROR(lid_json_get(json, "s", &out), LID_ERROR_INVALID_ARGUMENT, "invalid_pointer");
    ERROR(lid_json_get("{\"s\":", "/s", &out), LID_ERROR_INVALID_ARGUMENT, "invalid_json");
    ERROR(lid_json_get(json, "/nul", &out), LID_ERROR_INVALID_ARGUMENT, "embedded_nul");
}

static const struct test tests[] = {
    TEST(versions_agree),
    TEST(every_status_has_its_number_and_name),
    TEST(freeing_nothing_does_nothing),
    TEST(an_application_with_a_key_may_call),
    TEST(making_a_client_sends_nothing),
    TEST(a_management_client_needs_a_key),
    TEST(management_calls_without_a_key_are_not_sent),
    TEST(a_wrong_configuration_is_refused),
    TEST(the_error_for_a_bad_number_says_why),
    TEST(a_variable_with_spaces_is_named),
    TEST(a_misspelled_variable_is_named_with_the_right_one),
    TEST(every_constructor_leaves_null_after_an_error),
    TEST(a_client_is_not_made_without_a_pointer_for_it),
    TEST(the_environment_sets_every_plain_field),
    TEST(every_request_identifies_its_sender),
    TEST(a_key_pair_serves_an_application),
    TEST(json_values_are_read_by_pointer),
};

TEST_MAIN(tests)

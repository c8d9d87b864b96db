/* Clients of the current service: how they are configured, derived and logged. */
#define _POSIX_C_SOURCE 200809L

#include "support.h"

#include <stdlib.h>
#include <string.h>

#define KEY_SET "/fido2/v2/.well-known/jwks.json"

/* A configuration that must be refused. */
static void refuse(const char *json, lid_status status, const char *code)
{
    lid_v2_client *client = (lid_v2_client *)&out;

    ERROR(lid_v2_new_with_config(json, &client, &out), status, code);
    CHECK(client == NULL);
    TEXT("/error/operation", "v2_new_with_config");
    CHECK(lid_v2_new_with_config(json, &client, NULL) == status && client == NULL);
}

static void each_constructor_makes_a_client(void)
{
    lid_v2_client *client;

    v2_login(USER);
    OK(lid_v2_new(v2_base_url(), v2_api_key(), &client, &out));
    CHECK(strcmp(out, "{}") == 0);
    OK(lid_v2_list_passkeys(client, USER, NULL, &out));
    lid_v2_free(client);
    OK(lid_v2_new(text("%s/", v2_base_url()), NULL, &client, &out));
    OK(lid_v2_get_version(client, &out));
    lid_v2_free(client);
    OK(lid_v2_new_from_env(&client, &out));
    CHECK(strcmp(out, "{}") == 0);
    OK(lid_v2_list_passkeys(client, USER, NULL, &out));
    lid_v2_free(client);
    client = v2_client_with(v2_base_url(), v2_api_key(), ",\"max_retries\":0");
    OK(lid_v2_list_passkeys(client, USER, NULL, &out));
}

static void a_key_may_be_in_a_file(void)
{
    lid_v2_client *client;

    v2_login(USER);
    write_file("key", text("%s\n", v2_api_key()));
    client = v2_client_with(v2_base_url(), NULL, ",\"api_key_file\":\"key\"");
    OK(lid_v2_list_passkeys(client, USER, NULL, &out));
    unsetenv("LOGINID_V2_API_KEY");
    setenv("LOGINID_V2_API_KEY_FILE", "key", 1);
    OK(lid_v2_list_passkeys(new_v2_client(), USER, NULL, &out));
    write_file("key", "two\nlines\n");
    refuse(text("{\"base_url\":%s,\"api_key_file\":\"key\"}", quoted(v2_base_url())),
           LID_ERROR_CONFIG, "invalid_api_key");
    CHECK(!contains(out, "lines"));
}

static void a_bad_configuration_is_refused(void)
{
    const char *url = quoted(v2_base_url());

    refuse("{}", LID_ERROR_CONFIG, "missing_field");
    CHECK(contains(get("/error/message"), "base_url"));
    refuse("{\"base_url\":\"https://app.api.loginid.io/fido2\"}", LID_ERROR_CONFIG,
           "invalid_base_url");
    refuse("{\"base_url\":\"https://app.api.loginid.io?a\"}", LID_ERROR_CONFIG, "invalid_base_url");
    refuse("{\"base_url\":\"http://app.api.loginid.io\"}", LID_ERROR_CONFIG, "insecure_base_url");
    refuse(text("{\"base_url\":%s}", quoted(base_url())), LID_ERROR_CONFIG, "missing_field");
    CHECK(contains(get("/error/message"), "application_id"));
    refuse(text("{\"base_url\":%s,\"client_id\":\"a\"}", url), LID_ERROR_CONFIG, "unknown_field");
    refuse(text("{\"base_url\":%s,\"wait_timeout_ms\":1}", url), LID_ERROR_CONFIG, "unknown_field");
    refuse(text("{\"base_url\":%s,\"api_key\":7}", url), LID_ERROR_CONFIG, "mistyped_field");
    refuse(text("{\"base_url\":%s,\"api_key\":\"CANARY:x\"}", url), LID_ERROR_CONFIG,
           "invalid_api_key");
    CHECK(!contains(out, "CANARY"));
    refuse(text("{\"base_url\":%s,\"api_key\":\"a\",\"api_key_file\":\"b\"}", url), LID_ERROR_CONFIG,
           "contradictory_fields");
    refuse(text("{\"base_url\":%s,\"jwks\":{\"keys\":[]}}", url), LID_ERROR_CONFIG,
           "invalid_public_key");
    refuse(text("{\"base_url\":%s,\"fetch_keys\":false}", url), LID_ERROR_CONFIG,
           "contradictory_fields");
    refuse("[]", LID_ERROR_CONFIG, "invalid_json");
}

static void an_application_id_in_the_host_may_have_other_letters(void)
{
    const char *id = v2_application_id(), *token = json_at(v2_login(USER), "/jwtAccess");
    const char *small = replace(v2_base_url(), id, lower(id));

    OK(lid_v2_verify_token(v2_client_with(small, NULL, ""), token, USER, &out));
    OK(lid_v2_verify_token(v2_client_with(small, NULL,
                                          text(",\"application_id\":%s", quoted(id))),
                           token, USER, &out));
    /* As it is written in the configuration, and not otherwise. */
    ERROR(lid_v2_verify_token(v2_client_with(v2_base_url(), NULL,
                                             text(",\"application_id\":%s", quoted(lower(id)))),
                              token, USER, &out),
          LID_ERROR_CLAIM_MISMATCH, "audience_mismatch");
}

static void a_gateway_needs_the_issuer_configured(void)
{
    const char *token = json_at(v2_login(USER), "/jwtAccess");
    const char *named = text(",\"application_id\":%s", quoted(v2_application_id()));
    lid_v2_client *client = v2_client_with(base_url(), v2_api_key(), named);

    OK(lid_v2_list_passkeys(client, USER, NULL, &out));
    ERROR(lid_v2_verify_token(client, token, USER, &out), LID_ERROR_CLAIM_MISMATCH,
          "issuer_mismatch");
    client = v2_client_with(base_url(), NULL,
                            text("%s,\"issuer\":%s", named, quoted(v2_base_url())));
    OK(lid_v2_verify_token(client, token, USER, &out));
    client = v2_client_with(base_url(), NULL,
                            text("%s,\"issuer\":%s", named, quoted(text("%s/", v2_base_url()))));
    OK(lid_v2_verify_token(client, token, USER, &out));
}

static void pinned_keys_need_no_request(void)
{
    const char *token = json_at(v2_login(USER), "/jwtAccess"), *keys;
    lid_v2_client *client;

    CHECK(http(getenv("LOGINID_EMULATOR_URL"), "GET", KEY_SET, "", "", &keys) == 200);
    client = v2_client_with(v2_base_url(), NULL,
                            text(",\"jwks\":%s,\"fetch_keys\":false", keys));
    forget_requests();
    OK(lid_v2_verify_token(client, token, USER, &out));
    emulator("POST", "v2/keys/rotate", "{}");
    ERROR(lid_v2_verify_token(client, json_at(v2_login(USER), "/jwtAccess"), USER, &out),
          LID_ERROR_TOKEN_INVALID, "unknown_key");
    CHECK(all_requests() == 0);
    /* One that may fetch finds the new key. */
    client = v2_client_with(v2_base_url(), NULL,
                            text(",\"jwks\":%s,\"verified_tokens\":8", keys));
    OK(lid_v2_verify_token(client, token, USER, &out));
    CHECK(all_requests() == 0);
    token = json_at(v2_login(USER), "/jwtAccess");
    OK(lid_v2_verify_token(client, token, USER, &out));
    OK(lid_v2_verify_token(client, token, USER, &out));
    CHECK(requests_for(KEY_SET) == 1);
}

static void a_derived_client_outlives_its_parent(void)
{
    lid_v2_client *client, *derived, *second;
    lid_cancel *cancel = lid_cancel_new();

    v2_login(USER);
    OK(lid_v2_new_from_env(&client, &out));
    OK(lid_v2_with_options(client, "{\"headers\":{\"X-A\":\"1\"}}", cancel, &derived, &out));
    CHECK(strcmp(out, "{}") == 0);
    OK(lid_v2_with_options(derived, "{\"headers\":{\"X-B\":\"2\"},\"max_retries\":0}", NULL, &second,
                           &out));
    lid_v2_free(client);
    lid_v2_free(derived);
    OK(lid_v2_list_passkeys(second, USER, NULL, &out));
    CHECK(contains(json_at(last_request("/fido2/v2/passkeys"), "/headers"), "[\"x-a\",\"1\"]"));
    CHECK(contains(json_at(last_request("/fido2/v2/passkeys"), "/headers"), "[\"x-b\",\"2\"]"));
    forget_requests();
    answer_with("/fido2/v2/version", 503, "{}");
    ERROR(lid_v2_get_version(second, &out), LID_ERROR_API, "http_error");
    CHECK(all_requests() == 1);
    lid_cancel_trigger(cancel);
    lid_cancel_free(cancel);
    ERROR(lid_v2_list_passkeys(second, USER, NULL, &out), LID_ERROR_CANCELLED, "cancelled");
    TEXT("/error/operation", "v2_list_passkeys");
    CHECK(all_requests() == 1);
    lid_v2_free(second);
}

static void a_limit_covers_grant_and_call(void)
{
    lid_v2_client *client = new_v2_client(), *derived;
    double began;

    v2_login(USER);
    OK(lid_v2_with_options(client, "{\"timeout_ms\":2000}", NULL, &derived, &out));
    keep_v2_client(derived);
    inject("/fido2/v2/mgmt/grant", 1, "\"kind\":\"delay\",\"ms\":300");
    inject("/fido2/v2/passkeys", 1, "\"kind\":\"delay\",\"ms\":60000");
    began = now_ms();
    ERROR(lid_v2_list_passkeys(derived, USER, NULL, &out), LID_ERROR_TIMEOUT, "timeout");
    TEXT("/error/operation", "v2_list_passkeys");
    CHECK(now_ms() - began < at_most_ms(10000));
}

/* Only what changes nothing is repeated, and a limit of requests. */
static void what_is_safe_is_repeated(void)
{
    lid_v2_client *client = new_v2_client();
    const char *id = json_at(v2_login(USER), "/userId");

    answer_with("/fido2/v2/version", 503, "{}");
    OK(lid_v2_get_version(client, &out));
    CHECK(requests_for("/fido2/v2/version") == 2);
    answer_with("/fido2/v2/passkeys", 500, "{}");
    OK(lid_v2_list_passkeys(client, USER, NULL, &out));
    /* Each attempt has a grant of its own. */
    CHECK(requests_for("/fido2/v2/mgmt/grant") == 2);
    answer_with("/fido2/v2/mgmt/grant", 503, "{}");
    OK(lid_v2_list_passkeys(client, USER, NULL, &out));
    answer_with("/fido2/v2/mgmt/grant", 503, "{}");
    ERROR(lid_v2_create_grant(client, USER, "passkey:read", &out), LID_ERROR_API, "http_error");
    answer_with(text("/fido2/v2/profile/%s", id), 503, "{}");
    ERROR(lid_v2_delete_user(client, id, &out), LID_ERROR_API, "http_error");
    TEXT("/error/http_status", "503");
    answer_with(text("/fido2/v2/profile/%s", id), 429, "{\"message\":\"slow down\"}");
    OK(lid_v2_delete_user(client, id, &out));
}

/* What a gateway in front of the service answers. */
static void an_error_has_the_services_code_or_none(void)
{
    lid_v2_client *client = new_v2_client();

    answer_with("/fido2/v2/version", 403, "{\"message\":\"Forbidden\"}");
    ERROR(lid_v2_get_version(client, &out), LID_ERROR_API, "http_error");
    CHECK(contains(get("/error/message"), "Forbidden"));
    answer_with("/fido2/v2/version", 404, "{\"msg\":\"gone\",\"msgCode\":\"not_found\"}");
    ERROR(lid_v2_get_version(client, &out), LID_ERROR_API, "not_found");
    CHECK(contains(get("/error/message"), "gone"));
    inject("/fido2/v2/version", 1,
           "\"kind\":\"status\",\"code\":401,\"body\":\"<html>\",\"content_type\":\"text/html\"");
    ERROR(lid_v2_get_version(client, &out), LID_ERROR_API, "http_error");
    TEXT("/error/http_status", "401");
    CHECK(strlen(get("/error/request_id")) == 36);
}

struct events {
    int count;
    const char *last;
};

static void note(const char *event, void *user_data)
{
    struct events *events = user_data;

    events->count++;
    events->last = copy(event);
    CHECK(!contains(event, v2_api_key()) && !contains(event, "Bearer"));
}

static void each_attempt_is_logged(void)
{
    lid_v2_client *client = new_v2_client(), *derived;
    struct events events = { 0, NULL };
    const char *code;

    v2_login(USER);
    lid_v2_set_log_callback(client, note, &events);
    OK(lid_v2_create_otp(client, USER, NULL, &out));
    code = get("/code");
    /* A grant, and the call. */
    CHECK(events.count == 2);
    TEXT_IN(events.last, "/operation", "v2_create_otp");
    TEXT_IN(events.last, "/http_status", "200");
    CHECK(!contains(events.last, code));
    OK(lid_v2_with_options(client, "{\"request_id\":\"id-1\"}", NULL, &derived, &out));
    keep_v2_client(derived);
    OK(lid_v2_verify_otp(derived, USER, code, NULL, &out));
    /* The login, whose token needs the key set. */
    CHECK(events.count == 4);
    TEXT_IN(events.last, "/operation", "v2_verify_otp");
    TEXT_IN(events.last, "/request_id", "id-1");
    CHECK(!contains(events.last, code));
    lid_v2_set_log_callback(derived, NULL, NULL);
    OK(lid_v2_get_version(client, &out));
    CHECK(events.count == 4);
    lid_v2_set_log_callback(NULL, note, &events);
}

/* Base64 makes four characters of three bytes. */
static void a_key_that_is_too_long_for_a_header_is_refused(void)
{
    char *key = keep(malloc(12289));
    lid_v2_client *client;

    memset(key, 'k', 12288);
    key[12288] = '\0';
    client = v2_client_with(v2_base_url(), key, "");
    ERROR(lid_v2_create_external_auth(client, USER, &out), LID_ERROR_INVALID_ARGUMENT,
          "request_too_large");
    CHECK(all_requests() == 0);
    key[12287] = '\0';
    client = v2_client_with(v2_base_url(), key, "");
    ERROR(lid_v2_create_external_auth(client, USER, &out), LID_ERROR_API, "unauthorized");
}

static const struct test tests[] = {
    TEST(each_constructor_makes_a_client),
    TEST(a_key_may_be_in_a_file),
    TEST(a_bad_configuration_is_refused),
    TEST(an_application_id_in_the_host_may_have_other_letters),
    TEST(a_gateway_needs_the_issuer_configured),
    TEST(pinned_keys_need_no_request),
    TEST(a_derived_client_outlives_its_parent),
    TEST(a_limit_covers_grant_and_call),
    TEST(what_is_safe_is_repeated),
    TEST(an_error_has_the_services_code_or_none),
    TEST(each_attempt_is_logged),
    TEST(a_key_that_is_too_long_for_a_header_is_refused),
};

TEST_MAIN(tests)

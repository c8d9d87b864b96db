/* Making service tokens, and verifying the service's tokens. */
#define _POSIX_C_SOURCE 200809L

#include "support.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define CERTS "/certs"

/* The token that a user's browser would receive. */
static const char *login(const char *username)
{
    return json_at(emulator("POST", text("users/%s/login", username), ""), "/jwt");
}

/* A token of the service with these claims instead of the usual ones. */
static const char *service_token(const char *claims)
{
    return json_at(emulator("POST", "tokens", text("{\"claims\":%s}", claims)), "/token");
}

/* Valid claims, followed by those of a test. */
static const char *claims_with(const char *further)
{
    return text("{\"aud\":\"%s\",\"udata\":\"" USER "\",\"iat\":%ld%s}",
                getenv("LOGINID_CLIENT_ID"), (long)time(NULL), further);
}

/* Sends a token with a hand-made request, as a program without this library would. */
static int retrieve_user(const char *token, const char **body)
{
    return http(base_url(), "POST", "/manage/users/retrieve",
                text("Authorization: Bearer %s\r\nX-Client-ID: %s\r\n", token,
                     getenv("LOGINID_CLIENT_ID")),
                "{\"username\":\"" USER "\"}", body);
}

static void a_service_token_allows_one_call_once(void)
{
    lid_client *client = new_client();
    const char *token, *body;

    add_user(client, USER);
    OK(lid_generate_service_token(client, "users.retrieve", NULL, NULL, NULL, &out));
    token = get("/token");
    CHECK(retrieve_user(token, &body) == 200);
    TEXT_IN(body, "/username", USER);
    /* The nonce is used. */
    CHECK(retrieve_user(token, &body) == 401);
    TEXT_IN(body, "/code", "unauthorized");
}

static void a_service_token_names_its_purpose(void)
{
    lid_client *client = new_client();
    const char *body, *claims, *first_nonce;

    add_user(client, USER);
    OK(lid_generate_service_token(client, "users.retrieve", NULL, NULL, NULL, &out));
    retrieve_user(get("/token"), &body);
    TEXT_IN(last_request("/manage/users/retrieve"), "/token/header",
            "{\"alg\":\"ES256\",\"typ\":\"JWT\"}");
    claims = json_at(last_request("/manage/users/retrieve"), "/token/claims");
    TEXT_IN(claims, "/client_id", getenv("LOGINID_CLIENT_ID"));
    TEXT_IN(claims, "/type", "users.retrieve");
    TEXT_IN(claims, "/scope", "users.retrieve");
    CHECK(labs(atol(json_at(claims, "/iat")) - (long)time(NULL)) < 120);
    first_nonce = json_at(claims, "/nonce");
    CHECK(strlen(first_nonce) == 16);
    CHECK(strspn(first_nonce, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789") ==
          16);
    CHECK(!has(claims, "/username") && !has(claims, "/user_id"));

    OK(lid_generate_service_token(client, "users.retrieve", USER, "an-id", "my-nonce", &out));
    CHECK(retrieve_user(get("/token"), &body) == 200);
    claims = json_at(last_request("/manage/users/retrieve"), "/token/claims");
    TEXT_IN(claims, "/nonce", "my-nonce");
    TEXT_IN(claims, "/username", USER); /* the name wins */
    CHECK(!has(claims, "/user_id"));

    OK(lid_generate_service_token(client, "users.retrieve", NULL, "an-id", NULL, &out));
    CHECK(retrieve_user(get("/token"), &body) == 403);
    claims = json_at(last_request("/manage/users/retrieve"), "/token/claims");
    TEXT_IN(claims, "/user_id", "an-id");
    CHECK(strcmp(json_at(claims, "/nonce"), first_nonce) != 0);

    /* A token of another scope does not allow it. */
    OK(lid_generate_service_token(client, "users.delete", NULL, NULL, NULL, &out));
    CHECK(retrieve_user(get("/token"), &body) == 403);
}

static void tokens_need_a_key(void)
{
    lid_client *client = client_from_json("{\"client_id\":\"an-application\"}");

    ERROR(lid_generate_service_token(client, "users.retrieve", NULL, NULL, NULL, &out),
          LID_ERROR_PRIVATE_KEY, "private_key_required");
    ERROR(lid_generate_tx_auth_token(client, "payload", NULL, NULL, &out), LID_ERROR_PRIVATE_KEY,
          "private_key_required");
}

static void a_good_token_is_verified_and_its_key_cached(void)
{
    lid_client *client = new_client();
    const char *id = add_user(client, USER);

    OK(lid_verify_token(client, login(USER), USER, &out));
    TEXT("/valid", "true");
    TEXT("/header/alg", "ES256");
    TEXT("/header/typ", "JWT");
    TEXT("/header/kid", json_at(emulator("GET", "", ""), "/kid"));
    TEXT("/claims/sub", id);
    TEXT("/claims/udata", USER);
    TEXT("/claims/aud", getenv("LOGINID_CLIENT_ID"));
    CHECK(has(out, "/claims/iat") && has(out, "/claims/nid") && has(out, "/claims/iss"));
    CHECK(requests_for(CERTS) == 1);
    OK(lid_verify_token(client, login(USER), NULL, &out));
    CHECK(requests_for(CERTS) == 1);
}

static void a_token_of_another_user_or_application_is_refused(void)
{
    lid_client *client = new_client();

    add_user(client, USER);
    emulator("POST", "applications", "{\"client_id\":\"other\"}");
    ERROR(lid_verify_token(client, login(USER), "grace@example.com", &out),
          LID_ERROR_CLAIM_MISMATCH, "username_mismatch");
    TEXT("/error/operation", "verify_token");
    ERROR(lid_verify_token(client, login(USER), "ADA@example.com", &out),
          LID_ERROR_CLAIM_MISMATCH, "username_mismatch");
    ERROR(lid_verify_token(client,
                           json_at(emulator("POST", "users/" USER "/login",
                                            "{\"client_id\":\"other\"}"),
                                   "/jwt"),
                           NULL, &out),
          LID_ERROR_CLAIM_MISMATCH, "audience_mismatch");
}

static void a_token_that_is_expired_or_not_yet_valid_is_refused(void)
{
    lid_client *client = new_client();
    long now = (long)time(NULL);

    OK(lid_verify_token(client, service_token(claims_with("")), NULL, &out));
    /* Sixty seconds of leeway. */
    OK(lid_verify_token(client, service_token(claims_with(text(",\"exp\":%ld", now - 30))), NULL,
                        &out));
    ERROR(lid_verify_token(client, service_token(claims_with(text(",\"exp\":%ld", now - 90))),
                           NULL, &out),
          LID_ERROR_TOKEN_EXPIRED, "token_expired");
    ERROR(lid_verify_token(client, service_token(claims_with(text(",\"nbf\":%ld", now + 300))),
                           NULL, &out),
          LID_ERROR_TOKEN_EXPIRED, "token_not_yet_valid");
    ERROR(lid_verify_token(client, service_token(claims_with(",\"exp\":\"never\"")), NULL, &out),
          LID_ERROR_TOKEN_INVALID, "malformed_token");
}

static void the_configuration_may_be_stricter(void)
{
    lid_client *strict = configured_client(
        "\"issuer\":\"loginid.io\",\"require_exp\":true,\"max_token_age_s\":600,\"leeway_s\":0");
    long now = (long)time(NULL);
    const char *good = text(",\"iss\":\"loginid.io\",\"exp\":%ld", now + 600);

    OK(lid_verify_token(strict, service_token(claims_with(good)), NULL, &out));
    ERROR(lid_verify_token(strict, service_token(claims_with(text(",\"exp\":%ld", now + 600))),
                           NULL, &out),
          LID_ERROR_CLAIM_MISMATCH, "issuer_mismatch");
    ERROR(lid_verify_token(strict, service_token(claims_with(",\"iss\":\"loginid.io\"")), NULL,
                           &out),
          LID_ERROR_TOKEN_INVALID, "malformed_token");
    ERROR(lid_verify_token(strict,
                           service_token(text("{\"aud\":\"%s\",\"iss\":\"loginid.io\","
                                              "\"iat\":%ld,\"exp\":%ld}",
                                              getenv("LOGINID_CLIENT_ID"), now - 700, now + 600)),
                           NULL, &out),
          LID_ERROR_TOKEN_EXPIRED, "token_too_old");
}

static void a_changed_token_is_refused(void)
{
    lid_client *client = new_client();
    char *token;

    add_user(client, USER);
    token = copy(login(USER));
    OK(lid_verify_token(client, token, NULL, &out));
    /* {"alg":"none"} with everything else unchanged. */
    ERROR(lid_verify_token(client, text("eyJhbGciOiJub25lIn0%s", strchr(token, '.')), NULL, &out),
          LID_ERROR_TOKEN_INVALID, "unexpected_algorithm");
    /* One character within the signature. */
    token[strlen(token) - 10] = token[strlen(token) - 10] == 'A' ? 'B' : 'A';
    ERROR(lid_verify_token(client, token, NULL, &out), LID_ERROR_TOKEN_INVALID,
          "invalid_signature");
    /* No signature at all. */
    *strrchr(token, '.') = '\0';
    ERROR(lid_verify_token(client, token, NULL, &out), LID_ERROR_TOKEN_INVALID,
          "malformed_token");
    ERROR(lid_verify_token(client, "not a token", NULL, &out), LID_ERROR_TOKEN_INVALID,
          "malformed_token");
}

static void a_new_key_of_the_service_is_fetched_and_a_retired_one_refused(void)
{
    lid_client *client = new_client();
    const char *old;

    add_user(client, USER);
    OK(lid_verify_token(client, login(USER), NULL, &out));
    emulator("POST", "keys/rotate", "");
    OK(lid_verify_token(client, login(USER), NULL, &out));
    CHECK(requests_for(CERTS) == 2);

    old = login(USER);
    emulator("POST", "keys/rotate", "{\"retire\":true}");
    ERROR(lid_verify_token(new_client(), old, NULL, &out), LID_ERROR_TOKEN_INVALID,
          "unknown_key");
}

static void configured_keys_cause_no_request(void)
{
    const char *token, *pem, *kid = json_at(emulator("GET", "", ""), "/kid");
    lid_client *client;

    add_user(new_client(), USER);
    token = login(USER);
    CHECK(http(base_url(), "GET", "/certs", "", "", &pem) == 200);
    client = configured_client(text("\"public_keys\":{\"%s\":%s}", kid, quoted(pem)));
    forget_requests();
    OK(lid_verify_token(client, token, USER, &out));
    TEXT_IN(emulator("GET", "requests", ""), "/count", "0");
}

static void pinned_keys_may_be_all_there_are(void)
{
    const char *pem, *kid = json_at(emulator("GET", "", ""), "/kid");
    lid_client *client;

    CHECK(http(base_url(), "GET", "/certs", "", "", &pem) == 200);
    client = configured_client(
        text("\"fetch_keys\":false,\"public_keys\":{\"%s\":%s}", kid, quoted(pem)));
    add_user(new_client(), USER);
    OK(lid_verify_token(client, login(USER), USER, &out));
    emulator("POST", "keys/rotate", "");
    forget_requests();
    ERROR(lid_verify_token(client, login(USER), NULL, &out), LID_ERROR_TOKEN_INVALID,
          "unknown_key");
    CHECK(requests_for(CERTS) == 0);

    setenv("LOGINID_FETCH_KEYS", "false", 1);
    ERROR(lid_new_from_env(&client, &out), LID_ERROR_CONFIG, "contradictory_fields");
    setenv("LOGINID_FETCH_KEYS", "true", 1);
    OK(lid_verify_token(new_client(), login(USER), NULL, &out));
}

/* However many tokens arrive before a key can be fetched. */
static void a_token_whose_key_was_not_fetched_is_not_reported_as_invalid(void)
{
    lid_client *client = configured_client("\"max_retries\":0");
    const char *token;
    int i;

    add_user(client, USER);
    token = login(USER);
    inject(CERTS, 100, "\"kind\":\"drop\"");
    for (i = 0; i < 8; i++)
        ERROR(lid_verify_token(client, token, NULL, &out), LID_ERROR_NETWORK, "connection_lost");
    TEXT("/error/retryable", "true");
    CHECK(atol(get("/error/retry_after_ms")) > 0);
    CHECK(requests_for(CERTS) <= 5);
}

static void a_token_is_not_reported_as_invalid_if_the_service_sends_no_key(void)
{
    lid_client *client = configured_client("\"max_retries\":0");

    add_user(client, USER);
    inject(CERTS, 1, "\"kind\":\"status\",\"code\":500,\"body\":\"oops\"");
    ERROR(lid_verify_token(client, login(USER), NULL, &out), LID_ERROR_API, "http_error");
    TEXT("/error/operation", "verify_token");
    inject(CERTS, 1, "\"kind\":\"drop\"");
    ERROR(lid_verify_token(client, login(USER), NULL, &out), LID_ERROR_NETWORK,
          "connection_lost");
    inject(CERTS, 1, "\"kind\":\"status\",\"code\":200,\"body\":\"<html>\"");
    ERROR(lid_verify_token(client, login(USER), NULL, &out), LID_ERROR_RESPONSE,
          "invalid_public_key");
    OK(lid_verify_token(client, login(USER), NULL, &out));
}

static const struct test tests[] = {
    TEST(a_service_token_allows_one_call_once),
    TEST(a_service_token_names_its_purpose),
    TEST(tokens_need_a_key),
    TEST(a_good_token_is_verified_and_its_key_cached),
    TEST(a_token_of_another_user_or_application_is_refused),
    TEST(a_token_that_is_expired_or_not_yet_valid_is_refused),
    TEST(the_configuration_may_be_stricter),
    TEST(a_changed_token_is_refused),
    TEST(a_new_key_of_the_service_is_fetched_and_a_retired_one_refused),
    TEST(configured_keys_cause_no_request),
    TEST(pinned_keys_may_be_all_there_are),
    TEST(a_token_whose_key_was_not_fetched_is_not_reported_as_invalid),
    TEST(a_token_is_not_reported_as_invalid_if_the_service_sends_no_key),
};

TEST_MAIN(tests)

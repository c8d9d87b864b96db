/* Verifying tokens of the current service, here and by the service; the tokens that a call
 * sends. */
#include "support.h"

#include <stdlib.h>
#include <string.h>

#define LONGEST 16384

static const char *repeated(char character, size_t count)
{
    char *filler = keep(malloc(count + 1));

    memset(filler, character, count);
    filler[count] = '\0';
    return filler;
}

/* A token of this length with these claims, whose last brace is missing. */
static const char *token_of_length(const char *claims, size_t length)
{
    size_t missing = length - strlen(v2_token(text("%s,\"filler\":\"\"}", claims)));
    /* Four characters for three bytes. */
    size_t count = missing / 4 * 3 - 3;
    const char *token;

    do {
        token = v2_token(text("%s,\"filler\":\"%s\"}", claims, repeated('x', count++)));
    } while (strlen(token) < length);
    CHECK(strlen(token) == length);
    return token;
}

static void a_login_is_verified_here(void)
{
    lid_v2_client *client = new_v2_client();
    const char *login = v2_login(USER);
    const char *token = json_at(login, "/jwtAccess");

    OK(lid_v2_verify_token(client, token, USER, &out));
    TEXT("/valid", "true");
    TEXT("/header/alg", "ES256");
    TEXT("/claims/username", USER);
    TEXT("/claims/sub", json_at(login, "/userId"));
    TEXT("/claims/aud", v2_application_id());
    TEXT("/claims/iss", v2_base_url());
    TEXT("/claims/tokenType", "jwtAccess");
    OK(lid_v2_verify_token(client, token, NULL, &out));
    CHECK(lid_v2_verify_token(client, token, NULL, NULL) == LID_OK);
    CHECK(requests_for("/fido2/v2/.well-known/jwks.json") == 1);
    CHECK(all_requests() == 1);

    ERROR(lid_v2_verify_token(client, token, "Ada@example.com", &out), LID_ERROR_CLAIM_MISMATCH,
          "username_mismatch");
    TEXT("/error/operation", "v2_verify_token");
    ERROR(lid_v2_verify_token(client, "", NULL, &out), LID_ERROR_INVALID_ARGUMENT,
          "empty_argument");
    ERROR(lid_v2_verify_token(client, NULL, NULL, &out), LID_ERROR_INVALID_ARGUMENT,
          "null_argument");
    ERROR(lid_v2_verify_token(client, "a.b.c", NULL, &out), LID_ERROR_TOKEN_INVALID,
          "malformed_token");
}

static void another_kind_of_token_is_not_a_login(void)
{
    lid_v2_client *client = new_v2_client();
    const char *confirmed;

    OK(lid_v2_create_grant(client, USER, "passkey:read", &out));
    ERROR(lid_v2_verify_token(client, get("/token"), NULL, &out), LID_ERROR_CLAIM_MISMATCH,
          "token_kind_mismatch");
    confirmed = emulator("POST", "v2/tx/confirm",
                         "{\"username\":\"" USER "\",\"txPayload\":\"pay\",\"nonce\":\"n-1\"}");
    ERROR(lid_v2_verify_token(client, json_at(confirmed, "/token"), NULL, &out),
          LID_ERROR_CLAIM_MISMATCH, "token_kind_mismatch");
    OK(lid_v2_verify_token(client, v2_token(v2_claims("}")), NULL, &out));
    ERROR(lid_v2_verify_token(client, v2_token(v2_claims(",\"txHash\":7}")), NULL, &out),
          LID_ERROR_CLAIM_MISMATCH, "token_kind_mismatch");
    ERROR(lid_v2_verify_token(client, v2_token(v2_claims(",\"tokenType\":\"grant\"}")), NULL, &out),
          LID_ERROR_CLAIM_MISMATCH, "token_kind_mismatch");
}

static void an_expired_login_is_refused(void)
{
    lid_v2_client *client = new_v2_client();

    ERROR(lid_v2_verify_token(client, v2_token(v2_claims(",\"iat\":1000,\"exp\":1600}")), NULL,
                              &out),
          LID_ERROR_TOKEN_EXPIRED, "token_expired");
}

static void the_service_verifies_logins_only(void)
{
    lid_v2_client *client = new_v2_client();
    const char *token = json_at(v2_login(USER), "/jwtAccess");

    OK(lid_v2_verify_token_remote(client, token, &out));
    CHECK(strcmp(out, "{}") == 0);
    CHECK(lid_v2_verify_token_remote(client, token, NULL) == LID_OK);
    ERROR(lid_v2_verify_token_remote(client, "a.b.c", &out), LID_ERROR_API, "unauthorized");
    TEXT("/error/http_status", "401");
    TEXT("/error/operation", "v2_verify_token_remote");
    TEXT("/error/retryable", "false");
    OK(lid_v2_create_grant(client, USER, "passkey:read", &out));
    ERROR(lid_v2_verify_token_remote(client, get("/token"), &out), LID_ERROR_API,
          "unauthorized");
    ERROR(lid_v2_verify_token_remote(v2_client_with(v2_base_url(), "foreign", ""), token, &out),
          LID_ERROR_API, "unauthorized");
}

/* The login page of a network answers everything with 200. */
static void only_an_empty_204_is_a_verdict(void)
{
    static const int statuses[] = { 200, 201, 202, 203, 206 };
    lid_v2_client *client = new_v2_client();
    size_t i;

    for (i = 0; i < sizeof statuses / sizeof *statuses; i++) {
        answer_with("/fido2/v2/mgmt/token/verify", statuses[i], "{}");
        ERROR(lid_v2_verify_token_remote(client, "a.b.c", &out), LID_ERROR_RESPONSE,
              "invalid_response");
    }
    inject("/fido2/v2/mgmt/token/verify", 1,
           "\"kind\":\"status\",\"code\":200,\"body\":\"<html>\",\"content_type\":\"text/html\"");
    ERROR(lid_v2_verify_token_remote(client, "a.b.c", &out), LID_ERROR_RESPONSE,
          "invalid_response");
}

/* What a token says of the service is never followed: the key goes to the base URL. */
static void the_base_url_verifies_whatever_the_token_says(void)
{
    const char *token = v2_token(v2_claims(",\"iss\":\"http://127.0.0.1:1\","
                                           "\"verify\":\"http://127.0.0.1:1/verify\"}"));

    ERROR(lid_v2_verify_token_remote(new_v2_client(), token, &out), LID_ERROR_API,
          "unauthorized");
    CHECK(requests_for("/fido2/v2/mgmt/token/verify") == 1);
}

static void a_token_that_cannot_be_sent_is_refused_before_any_request(void)
{
    static const char *const bad[] = { "a b", "a\nb", "a\tb", "a\r\nX: y", "\xc3\xa9", "a\x7f" };
    lid_v2_client *client = new_v2_client();
    size_t i;

    for (i = 0; i < sizeof bad / sizeof *bad; i++) {
        ERROR(lid_v2_verify_token_remote(client, bad[i], &out), LID_ERROR_INVALID_ARGUMENT,
              "invalid_token");
        ERROR(lid_v2_list_passkeys(client, NULL, bad[i], &out), LID_ERROR_INVALID_ARGUMENT,
              "invalid_token");
        ERROR(lid_v2_rename_passkey(client, "p", "n", NULL, bad[i], &out),
              LID_ERROR_INVALID_ARGUMENT, "invalid_token");
        ERROR(lid_v2_delete_passkey(client, "p", NULL, bad[i], &out), LID_ERROR_INVALID_ARGUMENT,
              "invalid_token");
        ERROR(lid_v2_get_authenticator(client, "a", NULL, bad[i], &out),
              LID_ERROR_INVALID_ARGUMENT, "invalid_token");
        ERROR(lid_v2_create_otp(client, NULL, bad[i], &out), LID_ERROR_INVALID_ARGUMENT,
              "invalid_token");
        ERROR(lid_v2_register_init(client, USER, NULL, bad[i], &out), LID_ERROR_INVALID_ARGUMENT,
              "invalid_token");
    }
    CHECK(all_requests() == 0);
}

static void a_token_may_have_16_kib(void)
{
    lid_v2_client *client = new_v2_client();
    const char *user_id = json_at(v2_login(USER), "/userId");
    const char *claims = v2_claims(
        text(",\"sub\":%s,\"scopes\":[\"passkey:read\"]", quoted(user_id)));
    const char *token = token_of_length(claims, LONGEST);

    OK(lid_v2_verify_token(client, token, USER, &out));
    OK(lid_v2_list_passkeys(client, NULL, token, &out));
    TEXT("/passkeys/0/name", "Passkey");
    OK(lid_v2_verify_token_remote(client, token, &out));
    CHECK(strcmp(out, "{}") == 0);
    /* Together with an id they do not fit into the buffer of the connection. */
    ERROR(lid_v2_get_authenticator(client, repeated('a', 10000), NULL, token, &out),
          LID_ERROR_API, "bad_request");
    ERROR(lid_v2_get_authenticator(client, repeated('a', 15000), NULL, token, &out),
          LID_ERROR_INVALID_ARGUMENT, "request_too_large");

    token = text("%sx", token);
    ERROR(lid_v2_verify_token(client, token, USER, &out), LID_ERROR_TOKEN_INVALID,
          "malformed_token");
    forget_requests();
    ERROR(lid_v2_list_passkeys(client, NULL, token, &out), LID_ERROR_INVALID_ARGUMENT,
          "invalid_token");
    ERROR(lid_v2_verify_token_remote(client, token, &out), LID_ERROR_INVALID_ARGUMENT,
          "invalid_token");
    CHECK(all_requests() == 0);
}

static const struct test tests[] = {
    TEST(a_login_is_verified_here),
    TEST(another_kind_of_token_is_not_a_login),
    TEST(an_expired_login_is_refused),
    TEST(the_service_verifies_logins_only),
    TEST(only_an_empty_204_is_a_verdict),
    TEST(the_base_url_verifies_whatever_the_token_says),
    TEST(a_token_that_cannot_be_sent_is_refused_before_any_request),
    TEST(a_token_may_have_16_kib),
};

TEST_MAIN(tests)

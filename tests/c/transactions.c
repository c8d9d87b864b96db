/* Transactions: created, confirmed on a device, verified. */
#include "support.h"

#include <stdlib.h>
#include <string.h>

#define PAYLOAD "Pay 10.00 EUR to Grace \xe2\x82\xac\n"

/* Confirms as the user's device would, and returns the token. */
static const char *confirm(const char *id)
{
    return json_at(
        emulator("POST", text("tx/%s/confirm", id), "{\"username\":\"" USER "\"}"), "/jwt");
}

static void a_confirmed_transaction_is_verified(void)
{
    lid_client *client = new_client();
    const char *id, *nonce, *token;

    add_user(client, USER);
    OK(lid_create_tx(client, PAYLOAD, USER, NULL, &out));
    id = get("/id");
    nonce = get("/nonce");
    CHECK(strlen(nonce) == 16);
    CHECK(has(out, "/url"));
    TEXT_IN(last_request("/tx"), "/body/nonce", nonce);
    TEXT_IN(last_request("/tx"), "/body/tx_type", "text");
    TEXT_IN(last_request("/tx"), "/token/claims/scope", "tx.create");
    TEXT_IN(last_request("/tx"), "/token/claims/username", USER);
    TEXT_IN(emulator("GET", text("tx/%s", id), ""), "/tx_payload", PAYLOAD);

    token = confirm(id);
    OK(lid_verify_transaction(client, token, PAYLOAD, nonce, &out));
    TEXT("/valid", "true");
    TEXT("/claims/nonce", nonce);
    CHECK(has(out, "/claims/tx_hash"));
    TEXT("/header/alg", "ES256");
    OK(lid_verify_transaction(client, token, PAYLOAD, NULL, &out));
}

/* It is signed by the same key for the same application, but must not log a user in. */
static void a_confirmation_is_no_login(void)
{
    lid_client *client = new_client();
    const char *token;

    add_user(client, USER);
    OK(lid_create_tx(client, PAYLOAD, USER, NULL, &out));
    token = confirm(get("/id"));
    ERROR(lid_verify_token(client, token, USER, &out), LID_ERROR_CLAIM_MISMATCH,
          "token_kind_mismatch");
    CHECK(contains(get("/error/message"), "use verify_transaction"));
    CHECK(requests_for("/certs") == 0);
    OK(lid_verify_transaction(client, token, PAYLOAD, NULL, &out));
    ERROR(lid_verify_token(client, token, USER, &out), LID_ERROR_CLAIM_MISMATCH,
          "token_kind_mismatch");
}

static void an_answer_without_an_id_is_no_transaction(void)
{
    lid_client *client = new_client();

    inject("/tx", 1, "\"kind\":\"status\",\"code\":200,\"body\":\"{}\"");
    ERROR(lid_create_tx(client, PAYLOAD, NULL, NULL, &out), LID_ERROR_RESPONSE, "missing_id");
    TEXT("/error/operation", "create_tx");
    TEXT("/error/retryable", "false");
}

static void the_callers_nonce_is_used_and_returned(void)
{
    lid_client *client = new_client();

    OK(lid_create_tx(client, PAYLOAD, NULL, "my-nonce", &out));
    TEXT("/nonce", "my-nonce");
    TEXT_IN(last_request("/tx"), "/body/nonce", "my-nonce");
    CHECK(!has(last_request("/tx"), "/body/username"));
    CHECK(!has(last_request("/tx"), "/token/claims/username"));
}

static void a_token_confirms_one_payload_and_nonce(void)
{
    lid_client *client = new_client();
    const char *token;

    add_user(client, USER);
    OK(lid_create_tx(client, PAYLOAD, USER, "my-nonce", &out));
    token = confirm(get("/id"));
    ERROR(lid_verify_transaction(client, token, "Pay 99.00 EUR to Grace", "my-nonce", &out),
          LID_ERROR_CLAIM_MISMATCH, "transaction_hash_mismatch");
    TEXT("/error/operation", "verify_transaction");
    ERROR(lid_verify_transaction(client, token, PAYLOAD, "other-nonce", &out),
          LID_ERROR_CLAIM_MISMATCH, "nonce_mismatch");
    ERROR(lid_verify_transaction(client, text("%.*sA", (int)strlen(token) - 9, token), PAYLOAD,
                                 "my-nonce", &out),
          LID_ERROR_TOKEN_INVALID, "malformed_token");
}

/* A login proves who the user is, not what the user confirmed. */
static void a_login_confirms_nothing(void)
{
    lid_client *client = new_client();
    const char *token;

    add_user(client, USER);
    token = json_at(emulator("POST", "users/" USER "/login", ""), "/jwt");
    ERROR(lid_verify_transaction(client, token, PAYLOAD, NULL, &out), LID_ERROR_CLAIM_MISMATCH,
          "transaction_hash_missing");
}

static void newer_names_of_claims_are_accepted(void)
{
    /* base64url(SHA-256("pay" "nonce")) */
    const char *hash = "xnyZ1dFuWzncNrK5yQmIk-4T1rGyOFGZF6ShVCMUmZ4";
    lid_client *client = new_client();
    const char *token = json_at(
        emulator("POST", "tokens",
                 text("{\"claims\":{\"aud\":\"%s\",\"txHash\":\"%s\",\"lNonce\":\"nonce\"}}",
                      getenv("LOGINID_CLIENT_ID"), hash)),
        "/token");

    OK(lid_verify_transaction(client, token, "pay", "nonce", &out));
    ERROR(lid_verify_transaction(client, token, "play", "nonce", &out), LID_ERROR_CLAIM_MISMATCH,
          "transaction_hash_mismatch");
}

/* With a transaction token a program can create the transaction itself, once, and only
 * with this payload. */
static void a_transaction_token_allows_one_payload(void)
{
    lid_client *client = new_client();
    const char *headers, *body;

    add_user(client, USER);
    OK(lid_generate_tx_auth_token(client, "pay", USER, "my-nonce", &out));
    headers = text("Authorization: Bearer %s\r\nX-Client-ID: %s\r\n", get("/token"),
                   getenv("LOGINID_CLIENT_ID"));
    CHECK(http(base_url(), "POST", "/tx", headers,
               text("{\"client_id\":\"%s\",\"tx_payload\":\"play\",\"nonce\":\"n\"}",
                    getenv("LOGINID_CLIENT_ID")),
               &body) == 403);
    TEXT_IN(last_request("/tx"), "/token/claims/nonce", "my-nonce");
    TEXT_IN(last_request("/tx"), "/token/claims/username", USER);

    OK(lid_generate_tx_auth_token(client, "pay", NULL, NULL, &out));
    headers = text("Authorization: Bearer %s\r\nX-Client-ID: %s\r\n", get("/token"),
                   getenv("LOGINID_CLIENT_ID"));
    CHECK(http(base_url(), "POST", "/tx", headers,
               text("{\"client_id\":\"%s\",\"tx_payload\":\"pay\",\"nonce\":\"n\"}",
                    getenv("LOGINID_CLIENT_ID")),
               &body) == 200);
    CHECK(has(body, "/id"));
}

static void an_unknown_user_has_no_transaction(void)
{
    lid_client *client = new_client();

    ERROR(lid_create_tx(client, PAYLOAD, "nobody", NULL, &out), LID_ERROR_API, "user_not_found");
    TEXT("/error/operation", "create_tx");
}

static const struct test tests[] = {
    TEST(a_confirmed_transaction_is_verified),
    TEST(a_confirmation_is_no_login),
    TEST(an_answer_without_an_id_is_no_transaction),
    TEST(the_callers_nonce_is_used_and_returned),
    TEST(a_token_confirms_one_payload_and_nonce),
    TEST(a_login_confirms_nothing),
    TEST(newer_names_of_claims_are_accepted),
    TEST(a_transaction_token_allows_one_payload),
    TEST(an_unknown_user_has_no_transaction),
};

TEST_MAIN(tests)

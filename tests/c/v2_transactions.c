/* Transactions of the current service. v2_ceremonies.c confirms them with a passkey; here the
 * emulator has the user's device. */
#include "support.h"

#include <string.h>

#define PAYLOAD "Pay 10.00 \xe2\x82\xac to Grace"
#define NONCE "n-4711"

static const char *confirmed(void)
{
    const char *made = emulator("POST", "v2/tx/confirm",
                                text("{\"username\":\"" USER "\",\"txPayload\":\"" PAYLOAD "\","
                                     "\"nonce\":\"" NONCE "\"}"));

    return json_at(made, "/token");
}

/* The claims of the confirmation of PAYLOAD and NONCE with the service's nonce "l-1": txHash is
 * the SHA-256 of "Pay 10.00 € to Gracen-4711l-1". */
static const char *claims(const char *rest)
{
    return text("{\"iss\":%s,\"aud\":%s,\"sub\":\"user-1\",\"lNonce\":\"l-1\","
                "\"txHash\":\"2z5s_lYj-5i_lNyanR0DJIsNoKdbXIUBRHn2W9G0PCE\"%s}",
                quoted(v2_base_url()), quoted(v2_application_id()), rest);
}

static void a_transaction_begins_with_a_challenge(void)
{
    lid_v2_client *client = v2_client_with(v2_base_url(), NULL, "");

    v2_login(USER);
    OK(lid_v2_init_tx(client, USER, PAYLOAD, NONCE, &out));
    CHECK(*get("/txId") != '\0');
    CHECK(*get("/session") != '\0');
    CHECK(*get("/assertionOptions/challenge") != '\0');
    TEXT("/nonce", NONCE);
    OK(lid_v2_init_tx(client, USER, PAYLOAD, NULL, &out));
    CHECK(strlen(get("/nonce")) == 16);
    CHECK(lid_v2_init_tx(client, USER, PAYLOAD, NULL, NULL) == LID_OK);
    ERROR(lid_v2_init_tx(client, "nobody", PAYLOAD, NULL, &out), LID_ERROR_API, "not_found");
    TEXT("/error/operation", "v2_init_tx");
    forget_requests();
    ERROR(lid_v2_init_tx(client, USER, "", NULL, &out), LID_ERROR_INVALID_ARGUMENT,
          "empty_argument");
    ERROR(lid_v2_init_tx(client, USER, PAYLOAD, "", &out), LID_ERROR_INVALID_ARGUMENT,
          "empty_argument");
    ERROR(lid_v2_init_tx(client, NULL, PAYLOAD, NULL, &out), LID_ERROR_INVALID_ARGUMENT,
          "null_argument");
    CHECK(all_requests() == 0);
    /* What the service says of a nonce is not what was sent. */
    answer_with("/fido2/v2/tx/init", 200, "{\"txId\":\"t\",\"session\":\"s\",\"nonce\":\"other\"}");
    OK(lid_v2_init_tx(client, USER, PAYLOAD, NONCE, &out));
    TEXT("/nonce", NONCE);
}

static void a_confirmation_is_of_its_payload_nonce_and_user(void)
{
    lid_v2_client *client = new_v2_client();
    const char *token = confirmed();

    OK(lid_v2_verify_transaction(client, token, PAYLOAD, NONCE, USER, &out));
    TEXT("/valid", "true");
    TEXT("/claims/nonce", NONCE);
    CHECK(has(out, "/claims/txHash") && has(out, "/header/kid"));
    OK(lid_v2_verify_transaction(client, token, PAYLOAD, NONCE, NULL, &out));
    CHECK(lid_v2_verify_transaction(client, token, PAYLOAD, NONCE, USER, NULL) == LID_OK);
    ERROR(lid_v2_verify_transaction(client, token, PAYLOAD " ", NONCE, USER, &out),
          LID_ERROR_CLAIM_MISMATCH, "transaction_hash_mismatch");
    TEXT("/error/operation", "v2_verify_transaction");
    ERROR(lid_v2_verify_transaction(client, token, PAYLOAD, "n-4712", USER, &out),
          LID_ERROR_CLAIM_MISMATCH, "nonce_mismatch");
    ERROR(lid_v2_verify_transaction(client, token, PAYLOAD, NONCE, "bob", &out),
          LID_ERROR_CLAIM_MISMATCH, "username_mismatch");
    ERROR(lid_v2_verify_transaction(client, token, PAYLOAD, NONCE, "Ada@example.com", &out),
          LID_ERROR_CLAIM_MISMATCH, "username_mismatch");
    ERROR(lid_v2_verify_transaction(client, token, PAYLOAD, NULL, USER, &out),
          LID_ERROR_INVALID_ARGUMENT, "null_argument");
    ERROR(lid_v2_verify_transaction(client, token, PAYLOAD, "", USER, &out),
          LID_ERROR_INVALID_ARGUMENT, "empty_argument");
    ERROR(lid_v2_verify_transaction(client, token, "", NONCE, USER, &out),
          LID_ERROR_INVALID_ARGUMENT, "empty_argument");
    ERROR(lid_v2_verify_transaction(client, "a.b.c", PAYLOAD, NONCE, USER, &out),
          LID_ERROR_TOKEN_INVALID, "malformed_token");
    CHECK(requests_for("/fido2/v2/.well-known/jwks.json") == 1);
}

/* Lifetime, kind, user and nonce are checked where they are there. */
static void a_confirmation_may_lack_what_the_service_does_not_document(void)
{
    lid_v2_client *client = new_v2_client();

    OK(lid_v2_verify_transaction(client, v2_token(claims("")), PAYLOAD, NONCE, USER, &out));
    OK(lid_v2_verify_transaction(client, v2_token(claims(",\"tokenType\":\"tx\"")), PAYLOAD, NONCE,
                                 USER, &out));
    ERROR(lid_v2_verify_transaction(client, v2_token(claims(",\"exp\":1000")), PAYLOAD, NONCE, USER,
                                    &out),
          LID_ERROR_TOKEN_EXPIRED, "token_expired");
    ERROR(lid_v2_verify_transaction(client, v2_token(claims(",\"nonce\":\"n-1\"")), PAYLOAD, NONCE,
                                    USER, &out),
          LID_ERROR_CLAIM_MISMATCH, "nonce_mismatch");
    ERROR(lid_v2_verify_transaction(client, v2_token(claims(",\"nonce\":7")), PAYLOAD, NONCE, USER,
                                    &out),
          LID_ERROR_TOKEN_INVALID, "malformed_token");
    ERROR(lid_v2_verify_transaction(client, v2_token(claims(",\"tokenType\":7")), PAYLOAD, NONCE,
                                    USER, &out),
          LID_ERROR_TOKEN_INVALID, "malformed_token");
    ERROR(lid_v2_verify_transaction(client, v2_token(claims(",\"aud\":\"another\"")), PAYLOAD,
                                    NONCE, USER, &out),
          LID_ERROR_CLAIM_MISMATCH, "audience_mismatch");
    ERROR(lid_v2_verify_transaction(client, v2_token(claims(",\"iss\":\"https://a.example\"")),
                                    PAYLOAD, NONCE, USER, &out),
          LID_ERROR_CLAIM_MISMATCH, "issuer_mismatch");
    ERROR(lid_v2_verify_transaction(client, v2_token(claims(",\"lNonce\":\"l-2\"")), PAYLOAD, NONCE,
                                    USER, &out),
          LID_ERROR_CLAIM_MISMATCH, "transaction_hash_mismatch");
}

static void a_login_is_not_a_confirmation(void)
{
    lid_v2_client *client = new_v2_client();

    ERROR(lid_v2_verify_transaction(client, json_at(v2_login(USER), "/jwtAccess"), PAYLOAD, NONCE,
                                    USER, &out),
          LID_ERROR_CLAIM_MISMATCH, "transaction_hash_missing");
    OK(lid_v2_create_grant(client, USER, "passkey:read", &out));
    ERROR(lid_v2_verify_transaction(client, get("/token"), PAYLOAD, NONCE, USER, &out),
          LID_ERROR_CLAIM_MISMATCH, "transaction_hash_missing");
}

static void the_token_of_a_confirmation_is_passed_on(void)
{
    static const char confirmation[] =
        "{\"keyHandle\":\"aWQ\",\"clientData\":\"e30\",\"authenticatorData\":\"ZA\","
        "\"signature\":\"c2ln\"}";
    lid_v2_client *client = new_v2_client();

    /* Payload and nonce are not known here, so it is not verified. */
    answer_with("/fido2/v2/tx/complete", 200, "{\"token\":\"a.b.c\",\"credentialId\":\"c\",\"x\":1}");
    OK(lid_v2_complete_tx(client, "a-session", confirmation, &out));
    TEXT("/token", "a.b.c");
    TEXT("/credentialId", "c");
    TEXT("/x", "1");
    answer_with("/fido2/v2/tx/complete", 200, "{\"credentialId\":\"c\"}");
    ERROR(lid_v2_complete_tx(client, "a-session", confirmation, &out), LID_ERROR_RESPONSE,
          "missing_jwt");
    ERROR(lid_v2_complete_tx(client, "a-secret-session", confirmation, &out), LID_ERROR_API,
          "bad_request");
    CHECK(!contains(out, "a-secret-session"));
    CHECK(lid_v2_complete_tx(client, "a-session", confirmation, NULL) == LID_ERROR_API);
    CHECK(requests_for("/fido2/v2/.well-known/jwks.json") == 0);
}

static const struct test tests[] = {
    TEST(a_transaction_begins_with_a_challenge),
    TEST(a_confirmation_is_of_its_payload_nonce_and_user),
    TEST(a_confirmation_may_lack_what_the_service_does_not_document),
    TEST(a_login_is_not_a_confirmation),
    TEST(the_token_of_a_confirmation_is_passed_on),
};

TEST_MAIN(tests)

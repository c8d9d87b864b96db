/* Sign-up, login and transaction with a real passkey: each case has a device with a software
 * authenticator, which the runner provides. */
#include "support.h"

#include <string.h>

/* Begins a login of a user (NULL: of whoever has a passkey) and signs on the device. */
static void log_in(const lid_v2_client *client, const char *username)
{
    const char *signature, *session;

    OK(lid_v2_authenticate_init(client, username, NULL, &out));
    TEXT("/action", "proceed");
    signature = signature_of_device(get("/assertionOptions"));
    session = get("/session");
    OK(lid_v2_authenticate_complete(client, session, signature, &out));
}

static void a_user_signs_up_and_logs_in_with_and_without_a_name(void)
{
    lid_v2_client *client = new_v2_client();
    const char *signed_up = v2_sign_up(client, USER);
    const char *id = json_at(signed_up, "/userId");

    TEXT_IN(signed_up, "/claims/username", USER);
    TEXT_IN(signed_up, "/claims/sub", id);
    TEXT_IN(signed_up, "/claims/credID", json_at(signed_up, "/passkeyId"));
    OK(lid_v2_verify_token(client, json_at(signed_up, "/jwtAccess"), USER, &out));
    OK(lid_v2_list_passkeys(client, USER, NULL, &out));
    TEXT("/passkeys/0/id", json_at(signed_up, "/passkeyId"));
    TEXT("/passkeys/0/name", "Laptop");

    log_in(client, USER);
    TEXT("/userId", id);
    TEXT("/passkeyId", json_at(signed_up, "/passkeyId"));
    TEXT("/claims/username", USER);
    log_in(client, NULL);
    TEXT("/claims/sub", id);
    TEXT("/claims/username", USER);
    OK(lid_v2_verify_token_remote(client, get("/jwtAccess"), &out));
}

/* What the service shows of the options that it was sent. */
static void the_options_reach_the_service(void)
{
    lid_v2_client *client = new_v2_client();

    OK(lid_v2_register_init(client, USER,
                            "{\"display_name\":\"Ada L.\",\"security_key\":true,"
                            "\"username_type\":\"email\",\"conditional_create\":false,"
                            "\"device_info\":{\"deviceId\":\"d-1\"}}",
                            NULL, &out));
    TEXT("/action", "proceed");
    CHECK(strlen(get("/session")) >= 16);
    TEXT("/registrationRequestOptions/user/name", USER);
    TEXT("/registrationRequestOptions/user/displayName", "Ada L.");
    TEXT("/registrationRequestOptions/authenticatorSelection/authenticatorAttachment",
         "cross-platform");
    OK(lid_v2_register_init(client, USER, NULL, NULL, &out));
    CHECK(!has(out, "/registrationRequestOptions/authenticatorSelection/authenticatorAttachment"));
    OK(lid_v2_register_complete(client, get("/session"),
                                passkey_of_device(get("/registrationRequestOptions")), NULL,
                                &out));
    /* The name is the service's then. */
    OK(lid_v2_list_passkeys(client, USER, NULL, &out));
    CHECK(*get("/passkeys/0/name") != '\0');
}

static void another_passkey_needs_the_users_token_or_a_grant(void)
{
    lid_v2_client *client = new_v2_client();
    const char *token = json_at(v2_login(USER), "/jwtAccess"), *session;

    ERROR(lid_v2_register_init(client, USER, NULL, NULL, &out), LID_ERROR_API, "unauthorized");
    TEXT("/error/operation", "v2_register_init");
    OK(lid_v2_create_grant(client, USER, "passkey:read", &out));
    ERROR(lid_v2_register_init(client, USER, NULL, get("/token"), &out), LID_ERROR_API,
          "forbidden");
    OK(lid_v2_create_grant(client, "bob", "reg:write", &out));
    ERROR(lid_v2_register_init(client, USER, NULL, get("/token"), &out), LID_ERROR_API,
          "forbidden");
    ERROR(lid_v2_register_init(client, USER, NULL, json_at(v2_login("bob"), "/jwtAccess"), &out),
          LID_ERROR_API, "forbidden");
    OK(lid_v2_create_grant(client, USER, "reg:write", &out));
    OK(lid_v2_register_init(client, USER, NULL, get("/token"), &out));
    OK(lid_v2_register_init(client, USER, NULL, token, &out));
    session = get("/session");
    OK(lid_v2_register_complete(client, session,
                                passkey_of_device(get("/registrationRequestOptions")), "Second",
                                &out));
    OK(lid_v2_list_passkeys(client, USER, NULL, &out));
    TEXT("/passkeys/1/name", "Second");
}

static void a_protected_application_needs_a_grant(void)
{
    const char *added = emulator("POST", "v2/applications", "{\"protected\":true}");
    lid_v2_client *client =
        v2_client_with(json_at(added, "/base_url"), json_at(added, "/api_key"), "");
    const char *session;

    ERROR(lid_v2_register_init(client, USER, NULL, NULL, &out), LID_ERROR_API, "unauthorized");
    TEXT("/error/http_status", "401");
    OK(lid_v2_create_grant(client, USER, "reg:write", &out));
    OK(lid_v2_register_init(client, USER, NULL, get("/token"), &out));
    session = get("/session");
    OK(lid_v2_register_complete(client, session,
                                passkey_of_device(get("/registrationRequestOptions")), "Laptop",
                                &out));
    TEXT("/claims/username", USER);
    TEXT("/claims/aud", json_at(added, "/application_id"));
    /* It is a user of that application only. */
    ERROR(lid_v2_list_passkeys(new_v2_client(), USER, NULL, &out), LID_ERROR_API, "not_found");
}

static void a_session_is_used_once(void)
{
    lid_v2_client *client = new_v2_client();
    const char *session, *passkey, *signature;

    OK(lid_v2_register_init(client, USER, NULL, NULL, &out));
    session = get("/session");
    passkey = passkey_of_device(get("/registrationRequestOptions"));
    OK(lid_v2_register_complete(client, session, passkey, NULL, &out));
    ERROR(lid_v2_register_complete(client, session, passkey, NULL, &out), LID_ERROR_API,
          "bad_request");
    TEXT("/error/operation", "v2_register_complete");
    CHECK(!contains(out, session));
    OK(lid_v2_authenticate_init(client, USER, NULL, &out));
    session = get("/session");
    signature = signature_of_device(get("/assertionOptions"));
    /* For another call. */
    ERROR(lid_v2_complete_tx(client, session, signature, &out), LID_ERROR_API, "bad_request");
    ERROR(lid_v2_authenticate_complete(client, session, signature, &out), LID_ERROR_API,
          "bad_request");
    CHECK(!contains(out, session));
    OK(lid_v2_authenticate_init(client, USER, NULL, &out));
    session = get("/session");
    signature = signature_of_device(get("/assertionOptions"));
    advance_clock(301);
    ERROR(lid_v2_authenticate_complete(client, session, signature, &out), LID_ERROR_API,
          "bad_request");
    ERROR(lid_v2_authenticate_complete(client, "no-such-session", signature, &out), LID_ERROR_API,
          "bad_request");
}

static void a_signature_for_another_challenge_is_refused(void)
{
    lid_v2_client *client = new_v2_client();
    const char *signature;

    v2_sign_up(client, USER);
    OK(lid_v2_authenticate_init(client, USER, NULL, &out));
    signature = signature_of_device(get("/assertionOptions"));
    OK(lid_v2_authenticate_init(client, USER, NULL, &out));
    CHECK(lid_v2_authenticate_complete(client, get("/session"), signature, NULL) == LID_ERROR_API);
    /* With the key of somebody else. */
    OK(lid_v2_authenticate_init(client, NULL, NULL, &out));
    signature = replace(signature_of_device(get("/assertionOptions")), "\"signature\":\"",
                        "\"signature\":\"AAAA");
    CHECK(lid_v2_authenticate_complete(client, get("/session"), signature, NULL) == LID_ERROR_API);
}

static void a_transaction_is_confirmed_with_a_passkey(void)
{
    lid_v2_client *client = new_v2_client();
    const char *token, *nonce, *session, *id;
    const char *signed_up = v2_sign_up(client, USER);

    OK(lid_v2_init_tx(client, USER, "Pay 10.00 EUR to Grace", NULL, &out));
    id = get("/txId");
    nonce = get("/nonce");
    session = get("/session");
    OK(lid_v2_complete_tx(client, session, signature_of_device(get("/assertionOptions")), &out));
    token = get("/token");
    TEXT("/credentialId", json_at(signed_up, "/passkeyId"));
    TEXT("/txId", id);
    OK(lid_v2_verify_transaction(client, token, "Pay 10.00 EUR to Grace", nonce, USER, &out));
    TEXT("/valid", "true");
    TEXT("/claims/username", USER);
    OK(lid_v2_verify_transaction(client, token, "Pay 10.00 EUR to Grace", nonce, NULL, &out));
    ERROR(lid_v2_verify_transaction(client, token, "Pay 99.00 EUR to Grace", nonce, USER, &out),
          LID_ERROR_CLAIM_MISMATCH, "transaction_hash_mismatch");
    ERROR(lid_v2_verify_token(client, token, USER, &out), LID_ERROR_CLAIM_MISMATCH,
          "token_kind_mismatch");

    /* With a nonce of the caller, and the named members. */
    OK(lid_v2_init_tx(client, USER, "Pay 1.00 EUR", "order-4711", &out));
    TEXT("/nonce", "order-4711");
    session = get("/session");
    {
        const char *signature = signature_of_device(get("/assertionOptions"));
        const char *named =
            text("{\"keyHandle\":%s,\"clientData\":%s,\"authenticatorData\":%s,\"signature\":%s}",
                 quoted(json_at(signature, "/id")),
                 quoted(json_at(signature, "/response/clientDataJSON")),
                 quoted(json_at(signature, "/response/authenticatorData")),
                 quoted(json_at(signature, "/response/signature")));

        OK(lid_v2_complete_tx(client, session, named, &out));
        OK(lid_v2_verify_transaction(client, get("/token"), "Pay 1.00 EUR", "order-4711", USER,
                                     &out));
        ERROR(lid_v2_complete_tx(client, session, named, &out), LID_ERROR_API, "bad_request");
        TEXT("/error/operation", "v2_complete_tx");
    }
}

static void named_members_complete_the_ceremonies_too(void)
{
    lid_v2_client *client = new_v2_client();
    const char *page, *named, *session;

    OK(lid_v2_register_init(client, USER, NULL, NULL, &out));
    session = get("/session");
    page = passkey_of_device(get("/registrationRequestOptions"));
    named = text("{\"credentialId\":%s,\"clientDataJSON\":%s,\"attestationObject\":%s}",
                 quoted(json_at(page, "/id")), quoted(json_at(page, "/response/clientDataJSON")),
                 quoted(json_at(page, "/response/attestationObject")));
    OK(lid_v2_register_complete(client, session, named, NULL, &out));
    TEXT("/claims/username", USER);
    OK(lid_v2_authenticate_init(client, USER, NULL, &out));
    session = get("/session");
    page = signature_of_device(get("/assertionOptions"));
    named = text("{\"credentialId\":%s,\"clientDataJSON\":%s,\"authenticatorData\":%s,"
                 "\"signature\":%s}",
                 quoted(json_at(page, "/id")), quoted(json_at(page, "/response/clientDataJSON")),
                 quoted(json_at(page, "/response/authenticatorData")),
                 quoted(json_at(page, "/response/signature")));
    OK(lid_v2_authenticate_complete(client, session, named, &out));
    TEXT("/claims/username", USER);
}

static const struct test tests[] = {
    TEST(a_user_signs_up_and_logs_in_with_and_without_a_name),
    TEST(the_options_reach_the_service),
    TEST(another_passkey_needs_the_users_token_or_a_grant),
    TEST(a_protected_application_needs_a_grant),
    TEST(a_session_is_used_once),
    TEST(a_signature_for_another_challenge_is_refused),
    TEST(a_transaction_is_confirmed_with_a_passkey),
    TEST(named_members_complete_the_ceremonies_too),
};

TEST_MAIN(tests)

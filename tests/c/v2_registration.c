/* Registration and authentication without a device: options, what a page answers, answers of the
 * service. v2_ceremonies.c has the whole ceremonies. */
#include "support.h"

#include <string.h>

#define SESSION "a-session-of-the-service"
#define CREATION \
    "{\"attestationObject\":\"b2Jq\",\"clientDataJSON\":\"e30\",\"credentialId\":\"aWQ\"}"
#define ASSERTION \
    "{\"authenticatorData\":\"ZA\",\"clientDataJSON\":\"e30\",\"credentialId\":\"aWQ\"," \
    "\"signature\":\"c2ln\"}"

static void unknown_and_bad_options_are_refused(void)
{
    static const char *const bad[] = {
        "{\"displayName\":\"CANARY\"}",
        "{\"username_type\":7}",
        "{\"username_type\":\"\"}",
        "{\"username_type\":null}",
        "{\"device_info\":\"CANARY\"}",
        "{\"device_info\":[]}",
        "{\"device_info\":{\"a\":1,\"a\":2}}",
        "{\"user_agent\":\"CANARY\\r\\nX-Other: y\"}",
        "{\"user_agent\":\"CANARY \\u00e9\"}",
        "{\"user_agent\":true}",
        "{\"trust_items\":{}}",
    };
    static const char *const of_registrations[] = {
        "{\"display_name\":\"Ada\"}",
        "{\"security_key\":true}",
        "{\"conditional_create\":true}",
    };
    lid_v2_client *client = new_v2_client();
    size_t i;

    for (i = 0; i < sizeof bad / sizeof *bad; i++) {
        ERROR(lid_v2_register_init(client, USER, bad[i], NULL, &out), LID_ERROR_INVALID_ARGUMENT,
              "invalid_options");
        TEXT("/error/operation", "v2_register_init");
        CHECK(!contains(out, "CANARY"));
        ERROR(lid_v2_authenticate_init(client, USER, bad[i], &out), LID_ERROR_INVALID_ARGUMENT,
              "invalid_options");
        TEXT("/error/operation", "v2_authenticate_init");
        CHECK(!contains(out, "CANARY"));
    }
    for (i = 0; i < sizeof of_registrations / sizeof *of_registrations; i++)
        ERROR(lid_v2_authenticate_init(client, USER, of_registrations[i], &out),
              LID_ERROR_INVALID_ARGUMENT, "invalid_options");
    ERROR(lid_v2_register_init(client, USER, "{\"security_key\":1}", NULL, &out),
          LID_ERROR_INVALID_ARGUMENT, "invalid_options");
    ERROR(lid_v2_register_init(client, USER, "[]", NULL, &out), LID_ERROR_INVALID_ARGUMENT,
          "invalid_json");
    ERROR(lid_v2_authenticate_init(client, USER, "{", &out), LID_ERROR_INVALID_ARGUMENT,
          "invalid_json");
    ERROR(lid_v2_authenticate_init(client, USER, "{\"user_agent\":\"a\",\"user_agent\":\"b\"}",
                                   &out),
          LID_ERROR_INVALID_ARGUMENT, "invalid_json");
    ERROR(lid_v2_register_init(client, NULL, NULL, NULL, &out), LID_ERROR_INVALID_ARGUMENT,
          "null_argument");
    ERROR(lid_v2_register_init(client, "", NULL, NULL, &out), LID_ERROR_INVALID_ARGUMENT,
          "empty_argument");
    ERROR(lid_v2_authenticate_init(client, "", NULL, &out), LID_ERROR_INVALID_ARGUMENT,
          "empty_argument");
    CHECK(all_requests() == 0);
    ERROR(lid_v2_register_init(client, USER, "{\"username_type\":\"employee\"}", NULL, &out),
          LID_ERROR_API, "bad_request");
    ERROR(lid_v2_authenticate_init(client, USER, "{\"username_type\":\"employee\"}", &out),
          LID_ERROR_API, "bad_request");
}

static void no_key_is_needed(void)
{
    lid_v2_client *client = v2_client_with(v2_base_url(), NULL, "");

    OK(lid_v2_register_init(client, USER, NULL, NULL, &out));
    CHECK(strlen(get("/session")) >= 16);
    CHECK(*get("/registrationRequestOptions/challenge") != '\0');
    CHECK(lid_v2_register_init(client, USER, NULL, NULL, NULL) == LID_OK);
    CHECK(lid_v2_authenticate_init(client, NULL, NULL, NULL) == LID_OK);
    OK(lid_v2_get_version(client, &out));
    CHECK(*get("/version") != '\0');
    CHECK(lid_v2_get_version(client, NULL) == LID_OK);
}

/* What the service wants is passed on. */
static void the_answer_says_how_a_user_may_log_in(void)
{
    lid_v2_client *client = new_v2_client();
    const char *id = json_at(v2_login(USER), "/passkeyId");

    OK(lid_v2_authenticate_init(client, USER, NULL, &out));
    TEXT("/action", "proceed");
    TEXT("/crossAuthMethods/0", "otp");
    CHECK(has(out, "/assertionOptions/allowCredentials/0/id"));
    OK(lid_v2_delete_passkey(client, id, USER, NULL, &out));
    OK(lid_v2_authenticate_init(client, USER, NULL, &out));
    TEXT("/action", "crossAuth");
    OK(lid_v2_authenticate_init(client, "nobody", NULL, &out));
    TEXT("/action", "fallback");
    TEXT("/fallbackMethods/0", "ciam");
    OK(lid_v2_authenticate_init(client, NULL, NULL, &out));
    TEXT("/action", "proceed");
    TEXT("/assertionOptions/allowCredentials", "[]");
}

static void a_bad_page_answer_is_refused_before_any_request(void)
{
    lid_v2_client *client = new_v2_client();
    static const char *const no_json[] = { "", "[", "[]", "\"text\"", "7", "null" };
    static const char *const bad[] = {
        /* No member of either form. */
        "{\"response\":{}}",
        "{\"response\":7}",
        "{\"id\":7,\"response\":{\"clientDataJSON\":\"e30\"}}",
        /* Both forms. */
        "{\"id\":\"aWQ\",\"credentialId\":\"aWQ\",\"response\":{\"clientDataJSON\":\"e30\"}}",
    };
    size_t i;

    for (i = 0; i < sizeof no_json / sizeof *no_json; i++) {
        const char *code = i == 0 ? "empty_argument" : "invalid_json";

        ERROR(lid_v2_register_complete(client, SESSION, no_json[i], NULL, &out),
              LID_ERROR_INVALID_ARGUMENT, code);
        CHECK(contains(get("/error/message"), "creation_result "));
        ERROR(lid_v2_authenticate_complete(client, SESSION, no_json[i], &out),
              LID_ERROR_INVALID_ARGUMENT, code);
        CHECK(contains(get("/error/message"), "assertion_result "));
        ERROR(lid_v2_complete_tx(client, SESSION, no_json[i], &out), LID_ERROR_INVALID_ARGUMENT,
              code);
        CHECK(contains(get("/error/message"), "confirmation "));
    }
    for (i = 0; i < sizeof bad / sizeof *bad; i++) {
        ERROR(lid_v2_register_complete(client, SESSION, bad[i], NULL, &out),
              LID_ERROR_INVALID_ARGUMENT, "invalid_attestation_payload");
        TEXT("/error/operation", "v2_register_complete");
        ERROR(lid_v2_authenticate_complete(client, SESSION, bad[i], &out),
              LID_ERROR_INVALID_ARGUMENT, "invalid_assertion_payload");
        TEXT("/error/operation", "v2_authenticate_complete");
        ERROR(lid_v2_complete_tx(client, SESSION, bad[i], &out), LID_ERROR_INVALID_ARGUMENT,
              "invalid_assertion_payload");
        TEXT("/error/operation", "v2_complete_tx");
    }
    ERROR(lid_v2_register_complete(client, "", CREATION, NULL, &out), LID_ERROR_INVALID_ARGUMENT,
          "empty_argument");
    ERROR(lid_v2_authenticate_complete(client, NULL, ASSERTION, &out), LID_ERROR_INVALID_ARGUMENT,
          "null_argument");
    ERROR(lid_v2_register_complete(client, SESSION, CREATION, "", &out),
          LID_ERROR_INVALID_ARGUMENT, "empty_argument");
    CHECK(all_requests() == 0);
}

static void an_answer_without_a_valid_login_is_refused(void)
{
    const char *good = v2_token(v2_claims("}"));
    const char *grant = v2_token(v2_claims(",\"tokenType\":\"grant\"}"));
    const struct {
        const char *answer;
        lid_status status;
        const char *code;
    } rows[] = {
        { "{\"userId\":\"u\"}", LID_ERROR_RESPONSE, "missing_jwt" },
        { text("{\"jwtAccess\":%s,\"is_authenticated\":false}", quoted(good)), LID_ERROR_RESPONSE,
          "not_authenticated" },
        { text("{\"jwtAccess\":%s}", quoted(grant)), LID_ERROR_CLAIM_MISMATCH,
          "token_kind_mismatch" },
        { text("{\"jwtAccess\":%s}", quoted(good)), LID_OK, NULL },
    };
    lid_v2_client *client = new_v2_client();
    size_t i;

    for (i = 0; i < sizeof rows / sizeof *rows; i++) {
        answer_with("/fido2/v2/reg/complete", 200, rows[i].answer);
        answer_with("/fido2/v2/auth/complete", 200, rows[i].answer);
        if (rows[i].status == LID_OK) {
            OK(lid_v2_register_complete(client, SESSION, CREATION, NULL, &out));
            TEXT("/claims/username", USER);
            OK(lid_v2_authenticate_complete(client, SESSION, ASSERTION, &out));
            TEXT("/claims/username", USER);
            continue;
        }
        ERROR(lid_v2_register_complete(client, SESSION, CREATION, NULL, &out), rows[i].status,
              rows[i].code);
        TEXT("/error/operation", "v2_register_complete");
        ERROR(lid_v2_authenticate_complete(client, SESSION, ASSERTION, &out), rows[i].status,
              rows[i].code);
        TEXT("/error/operation", "v2_authenticate_complete");
    }
}

static const struct test tests[] = {
    TEST(unknown_and_bad_options_are_refused),
    TEST(no_key_is_needed),
    TEST(the_answer_says_how_a_user_may_log_in),
    TEST(a_bad_page_answer_is_refused_before_any_request),
    TEST(an_answer_without_a_valid_login_is_refused),
};

TEST_MAIN(tests)

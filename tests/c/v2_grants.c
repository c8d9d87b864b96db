/* Grants and external authentication. */
#include "support.h"

#include <string.h>

static void a_grant_allows_its_scopes_for_its_user(void)
{
    lid_v2_client *client = new_v2_client();
    const char *token, *id = json_at(v2_login(USER), "/passkeyId");

    v2_login("bob");
    OK(lid_v2_create_grant(client, USER, "passkey:read", &out));
    token = get("/token");
    CHECK(strcmp(out, text("{\"token\":%s}", quoted(token))) == 0);
    OK(lid_v2_list_passkeys(client, NULL, token, &out));
    TEXT("/passkeys/0/id", id);
    CHECK(!has(out, "/passkeys/1"));
    ERROR(lid_v2_delete_passkey(client, id, NULL, token, &out), LID_ERROR_API, "forbidden");
    OK(lid_v2_create_grant(client, USER, " passkey:write\tauth:write ", &out));
    OK(lid_v2_delete_passkey(client, id, NULL, get("/token"), &out));
    CHECK(lid_v2_create_grant(client, USER, "passkey:read", NULL) == LID_OK);
    /* For the first passkey of somebody who is no user yet. */
    OK(lid_v2_create_grant(client, "nobody", "reg:write", &out));
}

static void an_unknown_scope_is_refused(void)
{
    lid_v2_client *client = new_v2_client();

    ERROR(lid_v2_create_grant(client, USER, "", &out), LID_ERROR_INVALID_ARGUMENT,
          "empty_argument");
    ERROR(lid_v2_create_grant(client, USER, "  ", &out), LID_ERROR_INVALID_ARGUMENT,
          "empty_argument");
    TEXT("/error/operation", "v2_create_grant");
    ERROR(lid_v2_create_grant(client, NULL, "passkey:read", &out), LID_ERROR_INVALID_ARGUMENT,
          "null_argument");
    CHECK(all_requests() == 0);
    ERROR(lid_v2_create_grant(client, USER, "passkey:read,passkey:write", &out), LID_ERROR_API,
          "bad_request");
    ERROR(lid_v2_create_grant(client, USER, "passkey:everything", &out), LID_ERROR_API,
          "bad_request");
    TEXT("/error/http_status", "400");
}

static void a_key_grants_its_own_scopes_only(void)
{
    lid_v2_client *client = v2_client_with_scopes("passkey:read profile:read");

    OK(lid_v2_create_grant(client, USER, "passkey:read", &out));
    ERROR(lid_v2_create_grant(client, USER, "passkey:read passkey:write", &out), LID_ERROR_API,
          "forbidden");
    ERROR(lid_v2_create_external_auth(client, USER, &out), LID_ERROR_API, "forbidden");
    TEXT("/error/operation", "v2_create_external_auth");
    TEXT("/error/http_status", "403");
}

static void an_external_authentication_has_a_token(void)
{
    lid_v2_client *client = new_v2_client();
    const char *token;

    OK(lid_v2_create_external_auth(client, USER, &out));
    token = get("/token");
    CHECK(*token != '\0');
    OK(lid_v2_create_external_auth(client, USER, &out));
    CHECK(strcmp(get("/token"), token) != 0);
    CHECK(lid_v2_create_external_auth(client, USER, NULL) == LID_OK);
    ERROR(lid_v2_create_external_auth(client, "", &out), LID_ERROR_INVALID_ARGUMENT,
          "empty_argument");
}

static void a_key_is_needed_and_must_be_the_applications(void)
{
    lid_v2_client *without = v2_client_with(v2_base_url(), NULL, "");
    lid_v2_client *foreign = v2_client_with(v2_base_url(), "foreign-key", "");

    ERROR(lid_v2_create_grant(without, USER, "passkey:read", &out), LID_ERROR_PRIVATE_KEY,
          "api_key_required");
    TEXT("/error/operation", "v2_create_grant");
    ERROR(lid_v2_create_external_auth(without, USER, &out), LID_ERROR_PRIVATE_KEY,
          "api_key_required");
    ERROR(lid_v2_verify_token_remote(without, "a.b.c", &out), LID_ERROR_PRIVATE_KEY,
          "api_key_required");
    CHECK(all_requests() == 0);
    ERROR(lid_v2_create_grant(foreign, USER, "passkey:read", &out), LID_ERROR_API,
          "unauthorized");
    TEXT("/error/http_status", "401");
    ERROR(lid_v2_create_external_auth(foreign, USER, &out), LID_ERROR_API, "unauthorized");
    CHECK(!contains(out, "foreign-key"));
}

static void an_answer_without_a_token_is_refused(void)
{
    static const char *const answers[] = { "{}", "{\"token\":null}", "{\"token\":\"\"}",
                                           "{\"token\":7}" };
    lid_v2_client *client = new_v2_client();
    size_t i;

    v2_login(USER);
    for (i = 0; i < sizeof answers / sizeof *answers; i++) {
        answer_with("/fido2/v2/mgmt/grant", 200, answers[i]);
        ERROR(lid_v2_create_grant(client, USER, "passkey:read", &out), LID_ERROR_RESPONSE,
              "missing_jwt");
        answer_with("/fido2/v2/mgmt/grant/external-auth", 200, answers[i]);
        ERROR(lid_v2_create_external_auth(client, USER, &out), LID_ERROR_RESPONSE, "missing_jwt");
        answer_with("/fido2/v2/mgmt/grant", 200, answers[i]);
        ERROR(lid_v2_list_passkeys(client, USER, NULL, &out), LID_ERROR_RESPONSE, "missing_jwt");
        TEXT("/error/operation", "v2_create_grant");
    }
    CHECK(requests_for("/fido2/v2/passkeys") == 0);
    /* What no header could carry is no grant. */
    answer_with("/fido2/v2/mgmt/grant", 200, "{\"token\":\"a\\r\\nX: y\"}");
    ERROR(lid_v2_list_passkeys(client, USER, NULL, &out), LID_ERROR_RESPONSE, "missing_jwt");
}

static const struct test tests[] = {
    TEST(a_grant_allows_its_scopes_for_its_user),
    TEST(an_unknown_scope_is_refused),
    TEST(a_key_grants_its_own_scopes_only),
    TEST(an_external_authentication_has_a_token),
    TEST(a_key_is_needed_and_must_be_the_applications),
    TEST(an_answer_without_a_token_is_refused),
};

TEST_MAIN(tests)

/* The calls for a user by a token or a name: passkeys, and how they are authorized. */
#include "support.h"

#include <stdlib.h>
#include <string.h>

/* The name that those authenticators have which do not say what they are. */
#define ANONYMOUS "00000000-0000-0000-0000-000000000000"

/* The id of the only passkey of a user. A new user signs up with one. */
static const char *passkey_of(const char *username)
{
    return json_at(v2_login(username), "/passkeyId");
}

static const char *grant(const lid_v2_client *client, const char *username, const char *scopes)
{
    OK(lid_v2_create_grant(client, username, scopes, &out));
    return get("/token");
}

static void they_are_listed_renamed_and_deleted(void)
{
    lid_v2_client *client = new_v2_client();
    const char *login = v2_login(USER);
    const char *token = json_at(login, "/jwtAccess"), *id = json_at(login, "/passkeyId");

    OK(lid_v2_list_passkeys(client, USER, NULL, &out));
    TEXT("/passkeys/0/id", id);
    TEXT("/passkeys/0/name", "Passkey");
    TEXT("/passkeys/0/aaguid", ANONYMOUS);
    CHECK(strchr(get("/passkeys/0/createdAt"), 'T') != NULL);
    CHECK(*get("/passkeys/0/credentialId") != '\0');
    TEXT("/passkeys/0/credentialSynced", "false");
    CHECK(!has(out, "/passkeys/1"));

    OK(lid_v2_rename_passkey(client, id, "Phone \"1\"", USER, NULL, &out));
    CHECK(strcmp(out, "{}") == 0);
    OK(lid_v2_list_passkeys(client, NULL, token, &out));
    TEXT("/passkeys/0/name", "Phone \"1\"");
    OK(lid_v2_rename_passkey(client, id, "Tablet", NULL, token, &out));
    OK(lid_v2_list_passkeys(client, USER, NULL, &out));
    TEXT("/passkeys/0/name", "Tablet");
    CHECK(lid_v2_list_passkeys(client, USER, NULL, NULL) == LID_OK);
    CHECK(lid_v2_rename_passkey(client, id, "Phone", NULL, token, NULL) == LID_OK);

    OK(lid_v2_delete_passkey(client, id, NULL, token, &out));
    CHECK(strcmp(out, "{}") == 0);
    OK(lid_v2_list_passkeys(client, USER, NULL, &out));
    CHECK(strcmp(out, "{\"passkeys\":[]}") == 0);
    CHECK(lid_v2_delete_passkey(client, passkey_of(USER), USER, NULL, NULL) == LID_OK);
}

static void an_authenticator_has_a_name_and_icons(void)
{
    lid_v2_client *client = new_v2_client();
    const char *token = json_at(v2_login(USER), "/jwtAccess");

    OK(lid_v2_get_authenticator(client, ANONYMOUS, USER, NULL, &out));
    TEXT("/id", ANONYMOUS);
    TEXT("/name", "Unknown authenticator");
    CHECK(strncmp(get("/iconLight"), "data:image/", 11) == 0);
    CHECK(strncmp(get("/iconDark"), "data:image/", 11) == 0);
    OK(lid_v2_get_authenticator(client, ANONYMOUS, NULL, token, &out));
    CHECK(lid_v2_get_authenticator(client, ANONYMOUS, NULL, token, NULL) == LID_OK);
    ERROR(lid_v2_get_authenticator(client, "11111111-1111-1111-1111-111111111111", NULL, token,
                                   &out),
          LID_ERROR_API, "not_found");
    ERROR(lid_v2_get_authenticator(client, "no uuid", NULL, token, &out), LID_ERROR_API,
          "bad_request");
    TEXT("/error/operation", "v2_get_authenticator");
}

static void either_a_token_or_a_username_is_given(void)
{
    lid_v2_client *client = new_v2_client();
    const char *const both[] = { USER, "a.token" }, *const neither[] = { NULL, NULL };
    const char *const *rows[2], *username, *token;
    size_t i;

    rows[0] = both;
    rows[1] = neither;
    for (i = 0; i < 2; i++) {
        username = rows[i][0];
        token = rows[i][1];
        ERROR(lid_v2_list_passkeys(client, username, token, &out), LID_ERROR_INVALID_ARGUMENT,
              "token_or_username_required");
        TEXT("/error/operation", "v2_list_passkeys");
        ERROR(lid_v2_rename_passkey(client, "p", "n", username, token, &out),
              LID_ERROR_INVALID_ARGUMENT, "token_or_username_required");
        TEXT("/error/operation", "v2_rename_passkey");
        ERROR(lid_v2_delete_passkey(client, "p", username, token, &out),
              LID_ERROR_INVALID_ARGUMENT, "token_or_username_required");
        TEXT("/error/operation", "v2_delete_passkey");
        ERROR(lid_v2_get_authenticator(client, "a", username, token, &out),
              LID_ERROR_INVALID_ARGUMENT, "token_or_username_required");
        TEXT("/error/operation", "v2_get_authenticator");
        ERROR(lid_v2_create_otp(client, username, token, &out), LID_ERROR_INVALID_ARGUMENT,
              "token_or_username_required");
        TEXT("/error/operation", "v2_create_otp");
    }
    CHECK(all_requests() == 0);
}

static void a_name_needs_the_api_key_and_a_token_does_not(void)
{
    lid_v2_client *client = v2_client_with(v2_base_url(), NULL, "");
    const char *login = v2_login(USER);
    const char *token = json_at(login, "/jwtAccess"), *id = json_at(login, "/passkeyId");

    ERROR(lid_v2_list_passkeys(client, USER, NULL, &out), LID_ERROR_PRIVATE_KEY,
          "api_key_required");
    TEXT("/error/operation", "v2_list_passkeys");
    ERROR(lid_v2_rename_passkey(client, id, "n", USER, NULL, &out), LID_ERROR_PRIVATE_KEY,
          "api_key_required");
    ERROR(lid_v2_delete_passkey(client, id, USER, NULL, &out), LID_ERROR_PRIVATE_KEY,
          "api_key_required");
    ERROR(lid_v2_get_authenticator(client, ANONYMOUS, USER, NULL, &out), LID_ERROR_PRIVATE_KEY,
          "api_key_required");
    ERROR(lid_v2_create_otp(client, USER, NULL, &out), LID_ERROR_PRIVATE_KEY, "api_key_required");
    CHECK(all_requests() == 0);

    OK(lid_v2_list_passkeys(client, NULL, token, &out));
    OK(lid_v2_create_otp(client, NULL, token, &out));
    OK(lid_v2_rename_passkey(client, id, "n", NULL, token, &out));
    OK(lid_v2_get_authenticator(client, ANONYMOUS, NULL, token, &out));
    OK(lid_v2_delete_passkey(client, id, NULL, token, &out));
    CHECK(requests_for("/fido2/v2/mgmt/grant") == 0);
}

/* The error says which of the two requests was refused. */
static void a_missing_scope_is_403(void)
{
    lid_v2_client *client = v2_client_with_scopes("passkey:read");
    const char *id = passkey_of(USER), *read = grant(client, USER, "passkey:read");

    OK(lid_v2_list_passkeys(client, USER, NULL, &out));
    ERROR(lid_v2_rename_passkey(client, id, "n", USER, NULL, &out), LID_ERROR_API, "forbidden");
    TEXT("/error/operation", "v2_create_grant");
    TEXT("/error/http_status", "403");
    TEXT("/error/retryable", "false");
    ERROR(lid_v2_delete_passkey(client, id, USER, NULL, &out), LID_ERROR_API, "forbidden");
    TEXT("/error/operation", "v2_create_grant");
    ERROR(lid_v2_create_otp(client, USER, NULL, &out), LID_ERROR_API, "forbidden");
    TEXT("/error/operation", "v2_create_grant");

    ERROR(lid_v2_rename_passkey(client, id, "n", NULL, read, &out), LID_ERROR_API, "forbidden");
    TEXT("/error/operation", "v2_rename_passkey");
    ERROR(lid_v2_delete_passkey(client, id, NULL, read, &out), LID_ERROR_API, "forbidden");
    TEXT("/error/operation", "v2_delete_passkey");
    ERROR(lid_v2_create_otp(client, NULL, read, &out), LID_ERROR_API, "forbidden");
    TEXT("/error/operation", "v2_create_otp");
    client = v2_client_with_scopes("passkey:write");
    ERROR(lid_v2_list_passkeys(client, USER, NULL, &out), LID_ERROR_API, "forbidden");
    TEXT("/error/operation", "v2_create_grant");
    ERROR(lid_v2_get_authenticator(client, ANONYMOUS, USER, NULL, &out), LID_ERROR_API,
          "forbidden");
    TEXT("/error/operation", "v2_create_grant");
}

static void another_users_passkey_is_403_and_an_unknown_one_404(void)
{
    lid_v2_client *client = new_v2_client();
    const char *token = json_at(v2_login(USER), "/jwtAccess"), *id = passkey_of("bob");

    ERROR(lid_v2_rename_passkey(client, id, "n", USER, NULL, &out), LID_ERROR_API, "forbidden");
    TEXT("/error/operation", "v2_rename_passkey");
    TEXT("/error/http_status", "403");
    ERROR(lid_v2_rename_passkey(client, id, "n", NULL, token, &out), LID_ERROR_API, "forbidden");
    ERROR(lid_v2_delete_passkey(client, id, USER, NULL, &out), LID_ERROR_API, "forbidden");
    ERROR(lid_v2_delete_passkey(client, id, NULL, token, &out), LID_ERROR_API, "forbidden");
    OK(lid_v2_list_passkeys(client, "bob", NULL, &out));
    TEXT("/passkeys/0/name", "Passkey");

    ERROR(lid_v2_rename_passkey(client, "none", "n", NULL, token, &out), LID_ERROR_API,
          "not_found");
    TEXT("/error/http_status", "404");
    ERROR(lid_v2_delete_passkey(client, "none", USER, NULL, &out), LID_ERROR_API, "not_found");
    OK(lid_v2_delete_passkey(client, id, "bob", NULL, &out));
    ERROR(lid_v2_delete_passkey(client, id, "bob", NULL, &out), LID_ERROR_API, "not_found");
    ERROR(lid_v2_list_passkeys(client, "nobody", NULL, &out), LID_ERROR_API, "not_found");
    TEXT("/error/operation", "v2_list_passkeys");
}

static void a_foreign_key_or_token_is_401(void)
{
    const char *other = emulator("POST", "v2/applications", "{}");
    lid_v2_client *others = v2_client_with(v2_base_url(), json_at(other, "/api_key"), "");
    lid_v2_client *elsewhere =
        v2_client_with(json_at(other, "/base_url"), json_at(other, "/api_key"), "");
    const char *token = json_at(v2_login(USER), "/jwtAccess");

    ERROR(lid_v2_list_passkeys(others, USER, NULL, &out), LID_ERROR_API, "unauthorized");
    TEXT("/error/operation", "v2_create_grant");
    TEXT("/error/http_status", "401");
    ERROR(lid_v2_list_passkeys(elsewhere, NULL, token, &out), LID_ERROR_API, "unauthorized");
    TEXT("/error/operation", "v2_list_passkeys");
    ERROR(lid_v2_list_passkeys(elsewhere, NULL, "a.b.c", &out), LID_ERROR_API, "unauthorized");
    /* The name is another user of the other application. */
    ERROR(lid_v2_list_passkeys(elsewhere, USER, NULL, &out), LID_ERROR_API, "not_found");
}

static void a_grant_ends_after_seconds_and_one_of_a_call_is_never_kept(void)
{
    lid_v2_client *client = new_v2_client();
    const char *token;

    v2_login(USER);
    token = grant(client, USER, "passkey:read auth:write");
    OK(lid_v2_list_passkeys(client, NULL, token, &out));
    OK(lid_v2_list_passkeys(client, NULL, token, &out));
    OK(lid_v2_list_passkeys(client, USER, NULL, &out));
    advance_clock(6);
    ERROR(lid_v2_list_passkeys(client, NULL, token, &out), LID_ERROR_API, "unauthorized");
    TEXT("/error/operation", "v2_list_passkeys");
    ERROR(lid_v2_create_otp(client, NULL, token, &out), LID_ERROR_API, "unauthorized");
    OK(lid_v2_list_passkeys(client, USER, NULL, &out));
    CHECK(requests_for("/fido2/v2/mgmt/grant") == 3);
}

static void ids_that_no_path_can_hold_are_refused(void)
{
    static const char *const bad[] = { ".", ".." };
    lid_v2_client *client = new_v2_client();
    size_t i;

    for (i = 0; i < 2; i++) {
        ERROR(lid_v2_rename_passkey(client, bad[i], "n", USER, NULL, &out),
              LID_ERROR_INVALID_ARGUMENT, "invalid_path_segment");
        CHECK(contains(get("/error/message"), "passkey_id"));
        ERROR(lid_v2_delete_passkey(client, bad[i], USER, NULL, &out), LID_ERROR_INVALID_ARGUMENT,
              "invalid_path_segment");
        ERROR(lid_v2_get_authenticator(client, bad[i], USER, NULL, &out),
              LID_ERROR_INVALID_ARGUMENT, "invalid_path_segment");
        CHECK(contains(get("/error/message"), "aaguid"));
    }
    ERROR(lid_v2_delete_passkey(client, "", USER, NULL, &out), LID_ERROR_INVALID_ARGUMENT,
          "empty_argument");
    ERROR(lid_v2_delete_passkey(client, NULL, USER, NULL, &out), LID_ERROR_INVALID_ARGUMENT,
          "null_argument");
    CHECK(all_requests() == 0);
    /* One segment, whatever is in it. */
    ERROR(lid_v2_delete_passkey(client, "../profile/1", NULL, json_at(v2_login(USER), "/jwtAccess"),
                                &out),
          LID_ERROR_API, "not_found");
    TEXT_IN(last_request("/fido2/v2/passkeys/..%252Fprofile%252F1"), "/operation",
            "v2_delete_passkey");
}

static void both_requests_of_a_call_have_its_request_id(void)
{
    lid_v2_client *client = new_v2_client(), *derived;
    const char *sent;
    int i;

    v2_login(USER);
    OK(lid_v2_with_options(client, "{\"request_id\":\"id-4711\",\"headers\":{\"X-Gateway\":\"g\"}}",
                           NULL, &derived, &out));
    keep_v2_client(derived);
    OK(lid_v2_list_passkeys(derived, USER, NULL, &out));
    for (i = 0; i < 2; i++) {
        sent = i == 0 ? last_request("/fido2/v2/mgmt/grant") : last_request("/fido2/v2/passkeys");
        CHECK(contains(json_at(sent, "/headers"), "[\"request-id\",\"id-4711\"]"));
        CHECK(contains(json_at(sent, "/headers"), "[\"x-gateway\",\"g\"]"));
    }
    ERROR(lid_v2_list_passkeys(derived, "nobody", NULL, &out), LID_ERROR_API, "not_found");
    TEXT("/error/request_id", "id-4711");
}

static const struct test tests[] = {
    TEST(they_are_listed_renamed_and_deleted),
    TEST(an_authenticator_has_a_name_and_icons),
    TEST(either_a_token_or_a_username_is_given),
    TEST(a_name_needs_the_api_key_and_a_token_does_not),
    TEST(a_missing_scope_is_403),
    TEST(another_users_passkey_is_403_and_an_unknown_one_404),
    TEST(a_foreign_key_or_token_is_401),
    TEST(a_grant_ends_after_seconds_and_one_of_a_call_is_never_kept),
    TEST(ids_that_no_path_can_hold_are_refused),
    TEST(both_requests_of_a_call_have_its_request_id),
};

TEST_MAIN(tests)

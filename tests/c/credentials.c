/* Credentials: listed, renamed, revoked. */
#include "support.h"

#include <string.h>

/* Adds a credential to the user, as only a device can, and returns its id. */
static const char *add_credential(const char *type, const char *name)
{
    return json_at(emulator("POST", "users/" USER "/credentials",
                            text("{\"type\":\"%s\",\"name\":\"%s\"}", type, name)),
                   "/uuid");
}

static void credentials_are_listed(void)
{
    lid_client *client = new_client();
    const char *id = add_user(client, USER);
    const char *phone;

    OK(lid_get_credentials(client, NULL, NULL, USER, &out));
    TEXT("/user_id", id);
    TEXT("/credentials", "[]");
    phone = add_credential("fido2", "phone");
    add_credential("password", "password");
    OK(lid_get_credentials(client, NULL, NULL, USER, &out));
    TEXT("/credentials/0/uuid", phone);
    TEXT("/credentials/0/type", "fido2");
    TEXT("/credentials/0/status", "active");
    TEXT("/credentials/0/name", "phone");
    CHECK(has(out, "/credentials/0/created_at") && has(out, "/credentials/0/updated_at"));
    TEXT("/credentials/1/type", "password");
    CHECK(!has(out, "/credentials/2"));
}

static void a_list_may_be_filtered_by_one_status(void)
{
    lid_client *client = new_client();
    const char *phone, *tablet;

    add_user(client, USER);
    phone = add_credential("fido2", "phone");
    tablet = add_credential("fido2", "tablet");
    OK(lid_revoke_credential(client, phone, NULL, USER, &out));
    OK(lid_get_credentials(client, "active", NULL, USER, &out));
    TEXT("/credentials/0/uuid", tablet);
    CHECK(!has(out, "/credentials/1"));
    OK(lid_get_credentials(client, "revoked", NULL, USER, &out));
    TEXT("/credentials/0/uuid", phone);
    CHECK(!has(out, "/credentials/1"));
    OK(lid_get_credentials(client, "deleted", NULL, USER, &out));
    TEXT("/credentials", "[]");
    ERROR(lid_get_credentials(client, "sleepy", NULL, USER, &out), LID_ERROR_API, "bad_request");
}

static void a_credential_is_renamed(void)
{
    lid_client *client = new_client();
    const char *id = add_user(client, USER);
    const char *phone = add_credential("fido2", "phone");

    OK(lid_rename_credential(client, phone, "work \"phone\"", NULL, USER, &out));
    TEXT("/user_id", id);
    TEXT("/credential/uuid", phone);
    TEXT("/credential/name", "work \"phone\"");
    OK(lid_get_credentials(client, NULL, NULL, USER, &out));
    TEXT("/credentials/0/name", "work \"phone\"");
    ERROR(lid_rename_credential(client, "no-such-id", "x", NULL, USER, &out), LID_ERROR_API,
          "credential_not_found");
    TEXT("/error/http_status", "404");
}

static void a_credential_is_revoked_once(void)
{
    lid_client *client = new_client();
    const char *phone;

    add_user(client, USER);
    phone = add_credential("fido2", "phone");
    OK(lid_revoke_credential(client, phone, NULL, USER, &out));
    TEXT("/credential/uuid", phone);
    TEXT("/credential/status", "revoked");
    ERROR(lid_revoke_credential(client, phone, NULL, USER, &out), LID_ERROR_API,
          "credential_already_revoked");
    ERROR(lid_revoke_credential(client, "no-such-id", NULL, USER, &out), LID_ERROR_API,
          "credential_not_found");
}

/* The user is sent exactly as passed: by id, by name or by both. */
static void a_user_is_named_by_id_by_name_or_by_both(void)
{
    lid_client *client = new_client();
    const char *id = add_user(client, USER);
    const char *request;

    OK(lid_get_credentials(client, NULL, id, NULL, &out));
    request = last_request("/credentials/list");
    TEXT_IN(request, "/body/user_id", id);
    CHECK(!has(request, "/body/username"));
    TEXT_IN(request, "/token/claims/user_id", id);
    OK(lid_get_credentials(client, NULL, NULL, USER, &out));
    request = last_request("/credentials/list");
    TEXT_IN(request, "/body/username", USER);
    CHECK(!has(request, "/body/user_id"));
    OK(lid_get_credentials(client, NULL, id, USER, &out));
    request = last_request("/credentials/list");
    TEXT_IN(request, "/body/username", USER);
    TEXT_IN(request, "/body/user_id", id);
    TEXT_IN(request, "/token/claims/username", USER);
    CHECK(!has(request, "/token/claims/user_id"));

    forget_requests();
    ERROR(lid_get_credentials(client, NULL, NULL, NULL, &out), LID_ERROR_INVALID_ARGUMENT,
          "user_required");
    ERROR(lid_rename_credential(client, "an-id", "name", NULL, NULL, &out),
          LID_ERROR_INVALID_ARGUMENT, "user_required");
    ERROR(lid_revoke_credential(client, "an-id", NULL, NULL, &out), LID_ERROR_INVALID_ARGUMENT,
          "user_required");
    TEXT_IN(emulator("GET", "requests", ""), "/count", "0");
    ERROR(lid_get_credentials(client, NULL, NULL, "nobody", &out), LID_ERROR_API,
          "user_not_found");
}

/* Members that this library does not know are passed on unchanged. */
static void an_answer_is_passed_on_unchanged(void)
{
    const char *body = "{\"user_id\":\"x\", \"credentials\":[],\"later\":1.10}";
    lid_client *client = new_client();

    inject("/credentials/list", 1,
           text("\"kind\":\"status\",\"code\":200,\"body\":%s", quoted(body)));
    OK(lid_get_credentials(client, NULL, NULL, USER, &out));
    CHECK(strcmp(out, body) == 0);
}

static const struct test tests[] = {
    TEST(credentials_are_listed),
    TEST(a_list_may_be_filtered_by_one_status),
    TEST(a_credential_is_renamed),
    TEST(a_credential_is_revoked_once),
    TEST(a_user_is_named_by_id_by_name_or_by_both),
    TEST(an_answer_is_passed_on_unchanged),
};

TEST_MAIN(tests)

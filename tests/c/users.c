/* Users. */
#include "support.h"

#include <string.h>

static void a_user_is_added_read_and_deleted_by_name(void)
{
    lid_client *client = new_client();
    const char *id = add_user(client, USER);

    TEXT("/username", USER);
    TEXT("/status", "active");
    CHECK(strlen(id) == 36);
    OK(lid_get_user(client, USER, &out));
    TEXT("/id", id);
    TEXT("/username", USER);
    TEXT("/status", "active");
    TEXT("/contacts", "[]");
    CHECK(has(out, "/client_id") && has(out, "/type") && has(out, "/namespace_id"));
    CHECK(has(out, "/created_at") && has(out, "/updated_at"));
    OK(lid_delete_by_username(client, USER, &out));
    CHECK(strcmp(out, "{}") == 0);
    ERROR(lid_get_user(client, USER, &out), LID_ERROR_API, "user_not_found");
    TEXT("/error/operation", "get_user");
    TEXT("/error/http_status", "404");
    TEXT("/error/retryable", "false");
    TEXT("/error/retry_after_ms", "null");
}

static void a_user_is_deleted_by_id(void)
{
    lid_client *client = new_client();
    const char *id = add_user(client, USER);

    OK(lid_delete_by_user_id(client, id, &out));
    CHECK(strcmp(out, "{}") == 0);
    TEXT_IN(last_request(text("/manage/users/%s", id)), "/method", "DELETE");
    TEXT_IN(last_request(text("/manage/users/%s", id)), "/token/claims/user_id", id);
    ERROR(lid_delete_by_user_id(client, id, &out), LID_ERROR_API, "user_not_found");
    ERROR(lid_delete_by_username(client, USER, &out), LID_ERROR_API, "user_not_found");
}

static void a_name_is_taken_once(void)
{
    lid_client *client = new_client();

    add_user(client, USER);
    ERROR(lid_add_user_without_credentials(client, USER, &out), LID_ERROR_API,
          "username_taken");
    TEXT("/error/http_status", "400");
    TEXT("/error/operation", "add_user_without_credentials");
}

static void a_user_is_deactivated_and_activated(void)
{
    lid_client *client = new_client();
    const char *id = add_user(client, USER);

    ERROR(lid_activate_user_by_id(client, id, &out), LID_ERROR_API, "user_not_activated");
    OK(lid_deactivate_user_by_id(client, id, &out));
    TEXT("/id", id);
    TEXT("/status", "inactive");
    ERROR(lid_deactivate_user_by_id(client, id, &out), LID_ERROR_API, "user_not_deactivated");
    OK(lid_get_user(client, USER, &out));
    TEXT("/status", "inactive");
    OK(lid_activate_user_by_id(client, id, &out));
    TEXT("/status", "active");
    ERROR(lid_activate_user_by_id(client, "no-such-id", &out), LID_ERROR_API, "user_not_found");
    ERROR(lid_deactivate_user_by_id(client, "no-such-id", &out), LID_ERROR_API, "user_not_found");
}

/* A deactivated user gets no code, cannot use one and confirms nothing. */
static void a_deactivated_user_cannot_log_in(void)
{
    lid_client *client = new_client();
    const char *id = add_user(client, USER);
    const char *code;

    OK(lid_generate_code(client, "short", "temporary_authentication", true, NULL, USER, &out));
    code = get("/code");
    OK(lid_deactivate_user_by_id(client, id, &out));
    ERROR(lid_wait_code(client, USER, code, "short", 0, NULL, &out), LID_ERROR_API,
          "account_deactivated");
    TEXT("/error/http_status", "403");
    ERROR(lid_generate_code(client, "short", "temporary_authentication", true, id, NULL, &out),
          LID_ERROR_API, "account_deactivated");
    OK(lid_activate_user_by_id(client, id, &out));
    OK(lid_wait_code(client, USER, code, "short", 0, NULL, &out));
    TEXT("/user/id", id);
}

static void names_are_any_text(void)
{
    static const char *const names[] = {
        "quote\"back\\slash", "\xc3\xa9\xf0\x9f\x98\x80", "a/b?c#d%e", "../x", " space ",
    };
    lid_client *client = new_client();
    size_t i;

    for (i = 0; i < sizeof names / sizeof *names; i++) {
        const char *id = add_user(client, names[i]);
        OK(lid_get_user(client, names[i], &out));
        TEXT("/username", names[i]);
        OK(lid_delete_by_user_id(client, id, &out));
    }
}

/* An id is one segment of the path, whatever it contains. */
static void an_id_cannot_leave_its_place(void)
{
    lid_client *client = new_client();

    ERROR(lid_activate_user_by_id(client, "../users/x", &out), LID_ERROR_API, "user_not_found");
    TEXT_IN(last_request("/manage/users/..%252Fusers%252Fx/activate"), "/path",
            "/manage/users/..%2Fusers%2Fx/activate");
    forget_requests();
    ERROR(lid_delete_by_user_id(client, "..", &out), LID_ERROR_INVALID_ARGUMENT,
          "invalid_user_id");
    ERROR(lid_delete_by_user_id(client, ".", &out), LID_ERROR_INVALID_ARGUMENT,
          "invalid_user_id");
    TEXT_IN(emulator("GET", "requests", ""), "/count", "0");
}

static void a_mail_is_sent_if_there_is_an_address(void)
{
    lid_client *client = new_client();
    const char *id = add_user(client, USER);

    ERROR(lid_send_email_verification(client, id, &out), LID_ERROR_API,
          "email_verification_not_sent");
    emulator("POST", "users/" USER "/contacts", "{\"type\":\"email\",\"contact\":\"" USER "\"}");
    OK(lid_send_email_verification(client, id, &out));
    CHECK(strcmp(out, "{}") == 0);
    OK(lid_get_user(client, USER, &out));
    TEXT("/contacts/0/contact", USER);
    TEXT("/contacts/0/is_verified", "false");
}

static const struct test tests[] = {
    TEST(a_user_is_added_read_and_deleted_by_name),
    TEST(a_user_is_deleted_by_id),
    TEST(a_name_is_taken_once),
    TEST(a_user_is_deactivated_and_activated),
    TEST(a_deactivated_user_cannot_log_in),
    TEST(names_are_any_text),
    TEST(an_id_cannot_leave_its_place),
    TEST(a_mail_is_sent_if_there_is_an_address),
};

TEST_MAIN(tests)

/* E-mail address, phone number, and the end of a user of the current service. */
#include "support.h"

#include <string.h>

#define EMAIL "ada@example.org"
#define PHONE "+4915112345678"

/* A member of USER, as the control API shows it. */
static const char *of_user(const char *pointer)
{
    return json_at(emulator("GET", "v2/users", ""), text("/users/0%s", pointer));
}

static const char *user_id(void)
{
    return json_at(v2_login(USER), "/userId");
}

static void an_address_is_set_verified_and_removed(void)
{
    lid_v2_client *client = new_v2_client();
    const char *id = user_id();

    OK(lid_v2_set_email(client, id, EMAIL, true, &out));
    CHECK(strcmp(out, "{}") == 0);
    CHECK(strcmp(of_user("/email/value"), EMAIL) == 0);
    CHECK(strcmp(of_user("/email/verified"), "false") == 0);
    OK(lid_v2_verify_email(client, USER, v2_sent_code(USER), &out));
    CHECK(strcmp(out, "{}") == 0);
    CHECK(strcmp(of_user("/email/verified"), "true") == 0);
    ERROR(lid_v2_remove_email(client, id, "other@example.org", &out), LID_ERROR_API, "not_found");
    OK(lid_v2_remove_email(client, id, EMAIL, &out));
    CHECK(strcmp(out, "{}") == 0);
    CHECK(strcmp(of_user("/email"), "null") == 0);
    CHECK(lid_v2_set_email(client, id, EMAIL, false, NULL) == LID_OK);
    CHECK(lid_v2_remove_email(client, id, EMAIL, NULL) == LID_OK);
    ERROR(lid_v2_set_email(client, id, "no address", true, &out), LID_ERROR_API, "bad_request");
}

static void a_number_is_set_verified_and_removed(void)
{
    lid_v2_client *client = new_v2_client();
    const char *id = user_id();

    OK(lid_v2_set_phone(client, id, PHONE, true, true, &out));
    CHECK(strcmp(out, "{}") == 0);
    CHECK(strcmp(of_user("/phone/value"), PHONE) == 0);
    OK(lid_v2_verify_phone(client, USER, v2_sent_code(USER), &out));
    CHECK(strcmp(out, "{}") == 0);
    CHECK(strcmp(of_user("/phone/verified"), "true") == 0);
    OK(lid_v2_remove_phone(client, id, &out));
    CHECK(strcmp(out, "{}") == 0);
    CHECK(strcmp(of_user("/phone"), "null") == 0);
    ERROR(lid_v2_remove_phone(client, id, &out), LID_ERROR_API, "not_found");
    CHECK(lid_v2_set_phone(client, id, PHONE, false, false, NULL) == LID_OK);
    CHECK(lid_v2_remove_phone(client, id, NULL) == LID_OK);
    ERROR(lid_v2_set_phone(client, id, "12", true, true, &out), LID_ERROR_API, "bad_request");
}

static void a_message_needs_consent(void)
{
    lid_v2_client *client = new_v2_client();
    const char *id = user_id();

    ERROR(lid_v2_set_phone(client, id, PHONE, false, true, &out), LID_ERROR_API, "bad_request");
    TEXT("/error/operation", "v2_set_phone");
    TEXT("/error/http_status", "400");
    CHECK(contains(get("/error/message"), "messagingConsent"));
    CHECK(strcmp(of_user("/phone"), "null") == 0);
}

static void a_code_is_used_once_by_its_user_in_time(void)
{
    lid_v2_client *client = new_v2_client();
    const char *id = user_id(), *code;

    OK(lid_v2_set_email(client, id, EMAIL, true, &out));
    code = v2_sent_code(USER);
    ERROR(lid_v2_verify_email(client, "nobody", code, &out), LID_ERROR_API, "unauthorized");
    ERROR(lid_v2_verify_phone(client, USER, code, &out), LID_ERROR_API, "unauthorized");
    ERROR(lid_v2_verify_otp(client, USER, code, NULL, &out), LID_ERROR_API, "unauthorized");
    OK(lid_v2_verify_email(client, USER, code, &out));
    ERROR(lid_v2_verify_email(client, USER, code, &out), LID_ERROR_API, "unauthorized");
    TEXT("/error/operation", "v2_verify_email");
    OK(lid_v2_set_phone(client, id, PHONE, true, true, &out));
    advance_clock(301);
    ERROR(lid_v2_verify_phone(client, USER, v2_sent_code(USER), &out), LID_ERROR_API,
          "unauthorized");
    TEXT("/error/operation", "v2_verify_phone");
    CHECK(strcmp(of_user("/phone/verified"), "false") == 0);
}

static void a_user_is_deleted_with_all_passkeys(void)
{
    lid_v2_client *client = new_v2_client();
    const char *login = v2_login(USER);
    const char *id = json_at(login, "/userId"), *token = json_at(login, "/jwtAccess");

    OK(lid_v2_delete_user(client, id, &out));
    CHECK(strcmp(out, "{}") == 0);
    ERROR(lid_v2_delete_user(client, id, &out), LID_ERROR_API, "not_found");
    TEXT("/error/http_status", "404");
    ERROR(lid_v2_list_passkeys(client, NULL, token, &out), LID_ERROR_API, "unauthorized");
    ERROR(lid_v2_list_passkeys(client, USER, NULL, &out), LID_ERROR_API, "not_found");
    /* The token is still good where no service is asked. */
    OK(lid_v2_verify_token(client, token, USER, &out));
    ERROR(lid_v2_verify_token_remote(client, token, &out), LID_ERROR_API, "unauthorized");
    CHECK(lid_v2_delete_user(client, user_id(), NULL) == LID_OK);
}

/* The calls with the API key. */
static lid_status delete_user(const lid_v2_client *client, const char *id, char **answer)
{
    return lid_v2_delete_user(client, id, answer);
}
static lid_status set_email(const lid_v2_client *client, const char *id, char **answer)
{
    return lid_v2_set_email(client, id, EMAIL, true, answer);
}
static lid_status remove_email(const lid_v2_client *client, const char *id, char **answer)
{
    return lid_v2_remove_email(client, id, EMAIL, answer);
}
static lid_status set_phone(const lid_v2_client *client, const char *id, char **answer)
{
    return lid_v2_set_phone(client, id, PHONE, true, true, answer);
}
static lid_status remove_phone(const lid_v2_client *client, const char *id, char **answer)
{
    return lid_v2_remove_phone(client, id, answer);
}

static const struct {
    const char *operation;
    lid_status (*call)(const lid_v2_client *client, const char *user_id, char **answer);
} keyed[] = {
    { "v2_delete_user", delete_user }, { "v2_set_email", set_email },
    { "v2_remove_email", remove_email }, { "v2_set_phone", set_phone },
    { "v2_remove_phone", remove_phone },
};

static void each_management_call_has_the_same_refusals(void)
{
    lid_v2_client *without = v2_client_with(v2_base_url(), NULL, "");
    lid_v2_client *foreign = v2_client_with(v2_base_url(), "a-foreign-key", "");
    lid_v2_client *limited = v2_client_with_scopes("profile:read passkey:write");
    lid_v2_client *client = new_v2_client();
    const char *id = user_id();
    size_t i;

    for (i = 0; i < sizeof keyed / sizeof *keyed; i++) {
        forget_requests();
        ERROR(keyed[i].call(without, id, &out), LID_ERROR_PRIVATE_KEY, "api_key_required");
        TEXT("/error/operation", keyed[i].operation);
        ERROR(keyed[i].call(client, ".", &out), LID_ERROR_INVALID_ARGUMENT, "invalid_user_id");
        ERROR(keyed[i].call(client, "..", &out), LID_ERROR_INVALID_ARGUMENT, "invalid_user_id");
        ERROR(keyed[i].call(client, "", &out), LID_ERROR_INVALID_ARGUMENT, "empty_argument");
        ERROR(keyed[i].call(client, NULL, &out), LID_ERROR_INVALID_ARGUMENT, "null_argument");
        CHECK(all_requests() == 0);
        ERROR(keyed[i].call(foreign, id, &out), LID_ERROR_API, "unauthorized");
        TEXT("/error/operation", keyed[i].operation);
        CHECK(!contains(out, "a-foreign-key"));
        ERROR(keyed[i].call(limited, id, &out), LID_ERROR_API, "forbidden");
        TEXT("/error/http_status", "403");
        ERROR(keyed[i].call(client, "nobody", &out), LID_ERROR_API, "not_found");
        TEXT("/error/operation", keyed[i].operation);
        /* No other path. */
        ERROR(keyed[i].call(client, text("../profile/%s", id), &out), LID_ERROR_API, "not_found");
    }
    CHECK(strcmp(of_user("/username"), USER) == 0);
}

static const struct test tests[] = {
    TEST(an_address_is_set_verified_and_removed),
    TEST(a_number_is_set_verified_and_removed),
    TEST(a_message_needs_consent),
    TEST(a_code_is_used_once_by_its_user_in_time),
    TEST(a_user_is_deleted_with_all_passkeys),
    TEST(each_management_call_has_the_same_refusals),
};

TEST_MAIN(tests)

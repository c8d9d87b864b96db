/* One-time codes of the current service, and the login with one. */
#include "support.h"

#include <string.h>

#define VERIFY "/fido2/v2/auth/otp/verify"

static const char *code_of(const lid_v2_client *client)
{
    OK(lid_v2_create_otp(client, USER, NULL, &out));
    return get("/code");
}

static void a_code_logs_a_user_in_once(void)
{
    lid_v2_client *client = new_v2_client();
    const char *login = v2_login(USER), *code;

    OK(lid_v2_create_otp(client, USER, NULL, &out));
    code = get("/code");
    CHECK(strlen(code) == 6 && strspn(code, "0123456789") == 6);
    CHECK(contains(get("/expiresAt"), "T"));
    OK(lid_v2_verify_otp(client, USER, code, NULL, &out));
    TEXT("/userId", json_at(login, "/userId"));
    TEXT("/claims/username", USER);
    TEXT("/claims/sub", json_at(login, "/userId"));
    TEXT("/claims/tokenType", "jwtAccess");
    OK(lid_v2_verify_token(client, get("/jwtAccess"), USER, &out));

    ERROR(lid_v2_verify_otp(client, USER, code, NULL, &out), LID_ERROR_API, "unauthorized");
    TEXT("/error/operation", "v2_verify_otp");
    TEXT("/error/http_status", "401");
    CHECK(lid_v2_create_otp(client, NULL, json_at(login, "/jwtAccess"), NULL) == LID_OK);
    CHECK(lid_v2_verify_otp(client, USER, code_of(client), "other", NULL) == LID_OK);
}

static void a_code_is_sent_by_mail_or_message(void)
{
    lid_v2_client *client = new_v2_client();

    v2_login(USER);
    OK(lid_v2_send_otp_email(client, USER, NULL, &out));
    CHECK(strcmp(out, "{}") == 0);
    OK(lid_v2_verify_otp(client, USER, v2_sent_code(USER), NULL, &out));
    OK(lid_v2_send_otp_sms(client, USER, "email", &out));
    CHECK(strcmp(out, "{}") == 0);
    OK(lid_v2_verify_otp(client, USER, v2_sent_code(USER), "phone", &out));
    CHECK(lid_v2_send_otp_email(client, USER, "other", NULL) == LID_OK);
    CHECK(lid_v2_send_otp_sms(client, USER, NULL, NULL) == LID_OK);
    /* Whether there is such a user stays unknown. */
    OK(lid_v2_send_otp_email(client, "nobody", NULL, &out));
    OK(lid_v2_send_otp_sms(client, "nobody", NULL, &out));
    CHECK(strcmp(out, "{}") == 0);
}

static void a_bad_code_is_refused(void)
{
    lid_v2_client *client = new_v2_client();
    const char *code;

    v2_login(USER);
    v2_login("bob");
    code = code_of(client);
    ERROR(lid_v2_verify_otp(client, "bob", code, NULL, &out), LID_ERROR_API, "unauthorized");
    ERROR(lid_v2_verify_otp(client, "nobody", code, NULL, &out), LID_ERROR_API, "unauthorized");
    ERROR(lid_v2_verify_otp(client, USER, "12345x", NULL, &out), LID_ERROR_API, "unauthorized");
    CHECK(!contains(out, code));
    advance_clock(301);
    ERROR(lid_v2_verify_otp(client, USER, code, NULL, &out), LID_ERROR_API, "unauthorized");
    /* A later code takes the place of an earlier one. */
    code = code_of(client);
    code_of(client);
    if (strcmp(get("/code"), code) != 0)
        ERROR(lid_v2_verify_otp(client, USER, code, NULL, &out), LID_ERROR_API, "unauthorized");
}

static void arguments_are_checked(void)
{
    lid_v2_client *client = new_v2_client();

    ERROR(lid_v2_verify_otp(client, USER, "", NULL, &out), LID_ERROR_INVALID_ARGUMENT,
          "empty_argument");
    ERROR(lid_v2_verify_otp(client, USER, "1", "", &out), LID_ERROR_INVALID_ARGUMENT,
          "empty_argument");
    ERROR(lid_v2_verify_otp(client, NULL, "1", NULL, &out), LID_ERROR_INVALID_ARGUMENT,
          "null_argument");
    ERROR(lid_v2_send_otp_email(client, "", NULL, &out), LID_ERROR_INVALID_ARGUMENT,
          "empty_argument");
    ERROR(lid_v2_send_otp_sms(client, NULL, NULL, &out), LID_ERROR_INVALID_ARGUMENT,
          "null_argument");
    CHECK(all_requests() == 0);
    ERROR(lid_v2_send_otp_email(client, USER, "employee", &out), LID_ERROR_API, "bad_request");
    ERROR(lid_v2_send_otp_sms(client, USER, "employee", &out), LID_ERROR_API, "bad_request");
    ERROR(lid_v2_verify_otp(client, USER, "1", "employee", &out), LID_ERROR_API, "bad_request");
    TEXT("/error/http_status", "400");
}

/* What a login's answer must have, whatever the call. */
static void expect_answer_refused(const lid_v2_client *client, const char *answer,
                                  lid_status status, const char *code)
{
    answer_with(VERIFY, 200, answer);
    ERROR(lid_v2_verify_otp(client, USER, "123456", NULL, &out), status, code);
    TEXT("/error/operation", "v2_verify_otp");
}

static const char *answer_of(const char *token)
{
    return text("{\"userId\":\"user-1\",\"jwtAccess\":%s}", quoted(token));
}

static void an_answer_without_a_valid_login_of_the_user_is_refused(void)
{
    lid_v2_client *client = new_v2_client();
    const char *good = v2_token(v2_claims("}"));

    expect_answer_refused(client, "{\"userId\":\"user-1\"}", LID_ERROR_RESPONSE, "missing_jwt");
    expect_answer_refused(client, "{\"jwtAccess\":\"\"}", LID_ERROR_RESPONSE, "missing_jwt");
    expect_answer_refused(client, "{\"jwtAccess\":7}", LID_ERROR_RESPONSE, "missing_jwt");
    expect_answer_refused(client, "[]", LID_ERROR_RESPONSE, "invalid_response");
    expect_answer_refused(client,
                          text("{\"jwtAccess\":%s,\"is_authenticated\":false}", quoted(good)),
                          LID_ERROR_RESPONSE, "not_authenticated");
    expect_answer_refused(client, answer_of("a.b.c"), LID_ERROR_TOKEN_INVALID, "malformed_token");
    expect_answer_refused(client, answer_of(v2_token(v2_claims(",\"username\":\"bob\"}"))),
                          LID_ERROR_CLAIM_MISMATCH, "username_mismatch");
    expect_answer_refused(client, answer_of(v2_token(v2_claims(",\"aud\":\"another\"}"))),
                          LID_ERROR_CLAIM_MISMATCH, "audience_mismatch");
    expect_answer_refused(client, answer_of(v2_token(v2_claims(",\"txHash\":\"x\"}"))),
                          LID_ERROR_CLAIM_MISMATCH, "token_kind_mismatch");
    expect_answer_refused(client, answer_of(v2_token(v2_claims(",\"tokenType\":\"grant\"}"))),
                          LID_ERROR_CLAIM_MISMATCH, "token_kind_mismatch");

    /* The service may write the name in other letters, or not at all. */
    answer_with(VERIFY, 200, answer_of(v2_token(v2_claims(",\"username\":\"ADA@Example.com\"}"))));
    OK(lid_v2_verify_otp(client, USER, "123456", NULL, &out));
    TEXT("/claims/username", "ADA@Example.com");
    answer_with(VERIFY, 200, replace(answer_of(good), "{\"userId\"",
                                     "{\"claims\":{\"username\":\"eve\"},\"deviceID\":\"d1\","
                                     "\"userId\""));
    OK(lid_v2_verify_otp(client, USER, "123456", NULL, &out));
    TEXT("/claims/username", USER);
    TEXT("/deviceID", "d1");
}

/* The service may have used the code up: a second attempt could only fail. */
static void a_code_is_sent_once(void)
{
    static const int statuses[] = { 429, 500, 503 };
    lid_v2_client *client = new_v2_client();
    size_t i;

    for (i = 0; i < 3; i++) {
        forget_requests();
        answer_with(VERIFY, statuses[i], "{}");
        CHECK(lid_v2_verify_otp(client, USER, "123456", NULL, NULL) != LID_OK);
        answer_with("/fido2/v2/profile/email/verify", statuses[i], "{}");
        CHECK(lid_v2_verify_email(client, USER, "123456", NULL) != LID_OK);
        answer_with("/fido2/v2/profile/phone/verify", statuses[i], "{}");
        CHECK(lid_v2_verify_phone(client, USER, "123456", NULL) != LID_OK);
        CHECK(all_requests() == 3);
    }
}

static const struct test tests[] = {
    TEST(a_code_logs_a_user_in_once),
    TEST(a_code_is_sent_by_mail_or_message),
    TEST(a_bad_code_is_refused),
    TEST(arguments_are_checked),
    TEST(an_answer_without_a_valid_login_of_the_user_is_refused),
    TEST(a_code_is_sent_once),
};

TEST_MAIN(tests)

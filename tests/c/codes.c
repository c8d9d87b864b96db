/* Codes: made, authorized, invalidated, expired. Waiting for a code is in wait.c. */
#include "support.h"

#include <string.h>

#define LOGIN "temporary_authentication"

static void short_codes_are_six_digits(void)
{
    lid_client *client = new_client();

    add_user(client, USER);
    OK(lid_generate_code(client, "short", LOGIN, false, NULL, USER, &out));
    CHECK(strlen(get("/code")) == 6);
    CHECK(strspn(get("/code"), "0123456789") == 6);
    TEXT("/is_authorized", "false");
    CHECK(has(out, "/expires_at"));
    TEXT_IN(last_request("/codes/short/generate"), "/body/purpose", LOGIN);
    TEXT_IN(last_request("/codes/short/generate"), "/body/authorize", "false");
    OK(lid_generate_code(client, "short", LOGIN, true, NULL, USER, &out));
    TEXT("/is_authorized", "true");
}

/* The functions as callers see them whose bool, never set or written through a pointer, holds any
 * byte. With the type bool in place of unsigned char, clang would pass only the lowest bit. */
typedef lid_status generate_code(const lid_client *, const char *, const char *, unsigned char,
                                 const char *, const char *, char **);
typedef lid_status complete(const lid_client *, const char *, unsigned char, const char *,
                            const char *, char **);

static void every_byte_but_0_is_true(void)
{
    static const unsigned char bytes[] = { 0, 1, 2, 0x80, 0xfe, 0xff };
    generate_code *generate = (generate_code *)(void (*)(void))lid_generate_code;
    complete *add_complete = (complete *)(void (*)(void))lid_add_doc_scan_credential_complete;
    lid_client *client = new_client();
    size_t i;

    add_user(client, USER);
    for (i = 0; i < sizeof bytes; i++) {
        const char *expected = bytes[i] == 0 ? "false" : "true";
        OK(generate(client, "short", LOGIN, bytes[i], NULL, USER, &out));
        TEXT("/is_authorized", expected);
        TEXT_IN(last_request("/codes/short/generate"), "/body/authorize", expected);
        /* The credential does not exist: only the request matters. */
        CHECK(add_complete(client, "none", bytes[i], NULL, USER, NULL) == LID_ERROR_API);
        TEXT_IN(last_request("/credentials/authid/complete"), "/body/activate_credential",
                expected);
    }
}

static void long_codes_and_phrases_are_longer(void)
{
    lid_client *client = new_client();

    add_user(client, USER);
    OK(lid_generate_code(client, "long", LOGIN, true, NULL, USER, &out));
    CHECK(strlen(get("/code")) == 32);
    OK(lid_generate_code(client, "phrase", "add_credential", true, NULL, USER, &out));
    CHECK(strlen(get("/code")) > 6);
}

static void a_code_may_be_authorized_twice(void)
{
    lid_client *client = new_client();
    const char *id = add_user(client, USER);
    const char *code;

    OK(lid_generate_code(client, "short", LOGIN, false, id, NULL, &out));
    code = get("/code");
    OK(lid_authorize_code(client, code, "short", LOGIN, id, NULL, &out));
    TEXT("/is_authorized", "true");
    CHECK(has(out, "/expires_at"));
    OK(lid_authorize_code(client, code, "short", LOGIN, NULL, USER, &out));
    TEXT("/is_authorized", "true");
}

/* A code belongs to one user, one type and one purpose. */
static void a_code_is_valid_only_for_its_user_type_and_purpose(void)
{
    lid_client *client = new_client();
    const char *code;

    add_user(client, USER);
    add_user(client, "grace");
    OK(lid_generate_code(client, "long", LOGIN, false, NULL, USER, &out));
    code = get("/code");
    ERROR(lid_authorize_code(client, code, "long", LOGIN, NULL, "grace", &out), LID_ERROR_API,
          "invalid_verification_code");
    ERROR(lid_authorize_code(client, code, "phrase", LOGIN, NULL, USER, &out), LID_ERROR_API,
          "invalid_verification_code");
    ERROR(lid_authorize_code(client, code, "long", "add_credential", NULL, USER, &out),
          LID_ERROR_API, "invalid_verification_code");
    TEXT("/error/operation", "authorize_code");
    CHECK(!contains(out, code));
    ERROR(lid_generate_code(client, "long", LOGIN, false, NULL, "nobody", &out), LID_ERROR_API,
          "user_not_found");
    OK(lid_authorize_code(client, code, "long", LOGIN, NULL, USER, &out));
}

static void a_code_expires(void)
{
    lid_client *client = new_client();
    const char *code;

    add_user(client, USER);
    OK(lid_generate_code(client, "short", LOGIN, true, NULL, USER, &out));
    code = get("/code");
    emulator("POST", "clock", "{\"advance_s\":179}");
    OK(lid_authorize_code(client, code, "short", LOGIN, NULL, USER, &out));
    emulator("POST", "clock", "{\"advance_s\":2}");
    ERROR(lid_authorize_code(client, code, "short", LOGIN, NULL, USER, &out), LID_ERROR_API,
          "verification_code_expired");
    ERROR(lid_wait_code(client, USER, code, "short", 0, NULL, &out), LID_ERROR_API,
          "verification_code_expired");
    TEXT("/error/http_status", "400");
    TEXT("/error/operation", "wait_code");
}

static void all_codes_are_invalidated(void)
{
    lid_client *client = new_client();
    const char *first, *second, *other;

    add_user(client, USER);
    OK(lid_generate_code(client, "long", LOGIN, true, NULL, USER, &out));
    first = get("/code");
    OK(lid_generate_code(client, "long", LOGIN, true, NULL, USER, &out));
    second = get("/code");
    OK(lid_generate_code(client, "long", "add_credential", true, NULL, USER, &out));
    other = get("/code");
    OK(lid_invalidate_all_codes(client, "long", LOGIN, NULL, USER, &out));
    CHECK(has(out, "/deleted_at"));
    ERROR(lid_authorize_code(client, first, "long", LOGIN, NULL, USER, &out), LID_ERROR_API,
          "invalid_verification_code");
    ERROR(lid_wait_code(client, USER, second, "long", 0, NULL, &out), LID_ERROR_API,
          "invalid_verification_code");
    OK(lid_authorize_code(client, other, "long", "add_credential", NULL, USER, &out));
}

/* The type is part of the path: an unknown one is not sent. */
static void an_unknown_type_is_an_argument_error(void)
{
    lid_client *client = new_client();

    ERROR(lid_generate_code(client, "SHORT", LOGIN, true, NULL, USER, &out),
          LID_ERROR_INVALID_ARGUMENT, "invalid_code_type");
    ERROR(lid_authorize_code(client, "1", "../x", LOGIN, NULL, USER, &out),
          LID_ERROR_INVALID_ARGUMENT, "invalid_code_type");
    ERROR(lid_invalidate_all_codes(client, "shor", LOGIN, NULL, USER, &out),
          LID_ERROR_INVALID_ARGUMENT, "invalid_code_type");
    ERROR(lid_wait_code(client, USER, "1", "shorter", 0, NULL, &out),
          LID_ERROR_INVALID_ARGUMENT, "invalid_code_type");
    ERROR(lid_generate_code(client, "short", LOGIN, true, NULL, NULL, &out),
          LID_ERROR_INVALID_ARGUMENT, "user_required");
    TEXT_IN(emulator("GET", "requests", ""), "/count", "0");
    ERROR(lid_generate_code(client, "short", "tea", true, NULL, USER, &out), LID_ERROR_API,
          "bad_request");
}

static const struct test tests[] = {
    TEST(short_codes_are_six_digits),
    TEST(every_byte_but_0_is_true),
    TEST(long_codes_and_phrases_are_longer),
    TEST(a_code_may_be_authorized_twice),
    TEST(a_code_is_valid_only_for_its_user_type_and_purpose),
    TEST(a_code_expires),
    TEST(all_codes_are_invalidated),
    TEST(an_unknown_type_is_an_argument_error),
};

TEST_MAIN(tests)

/* Documents: a JSON text that is parsed once and read by pointers; and quoting. */
#include "support.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INVALID LID_ERROR_INVALID_ARGUMENT
#define ABSENT LID_ERROR_RESPONSE

/* What a getter must overwrite. */
#define OLD_TEXT "old"

static lid_json *parsed(const char *json)
{
    lid_json *document;

    OK(lid_json_parse(json, &document, &out));
    CHECK(strcmp(out, "{}") == 0);
    CHECK(document != NULL);
    return document;
}

static const char *string_at(const lid_json *document, const char *pointer, lid_status expected)
{
    const char *value = OLD_TEXT;
    lid_status status = lid_json_string(document, pointer, &value);

    if (status != expected)
        FAIL("%s: %s", pointer, lid_status_name(status));
    CHECK((value == NULL) == (status != LID_OK));
    return value;
}

static int64_t int64_at(const lid_json *document, const char *pointer, lid_status expected)
{
    int64_t value = 77;
    lid_status status = lid_json_int64(document, pointer, &value);

    if (status != expected)
        FAIL("%s: %s", pointer, lid_status_name(status));
    CHECK(status == LID_OK || value == 0);
    return value;
}

static double double_at(const lid_json *document, const char *pointer, lid_status expected)
{
    double value = 77;
    lid_status status = lid_json_double(document, pointer, &value);

    if (status != expected)
        FAIL("%s: %s", pointer, lid_status_name(status));
    CHECK(status == LID_OK || (value == 0 && !signbit(value)));
    return value;
}

static bool bool_at(const lid_json *document, const char *pointer, lid_status expected)
{
    bool value = true;
    lid_status status = lid_json_bool(document, pointer, &value);

    if (status != expected)
        FAIL("%s: %s", pointer, lid_status_name(status));
    CHECK(status == LID_OK || !value);
    return value;
}

static size_t count_at(const lid_json *document, const char *pointer, lid_status expected)
{
    size_t value = 77;
    lid_status status = lid_json_count(document, pointer, &value);

    if (status != expected)
        FAIL("%s: %s", pointer, lid_status_name(status));
    CHECK(status == LID_OK || value == 0);
    return value;
}

static const char *name_at(const lid_json *document, const char *pointer, size_t index,
                           lid_status expected)
{
    const char *value = OLD_TEXT;
    lid_status status = lid_json_name(document, pointer, index, &value);

    if (status != expected)
        FAIL("%s: %s", pointer, lid_status_name(status));
    CHECK((value == NULL) == (status != LID_OK));
    return value;
}

static void each_type_has_its_getter_and_no_other(void)
{
    static const struct {
        const char *pointer;
        int32_t type;
    } values[] = {
        { "/absent", LID_JSON_ABSENT }, { "/null", LID_JSON_NULL }, { "/bool", LID_JSON_BOOL },
        { "/number", LID_JSON_NUMBER }, { "/string", LID_JSON_STRING },
        { "/array", LID_JSON_ARRAY },   { "/object", LID_JSON_OBJECT },
    };
    char *json = copy("{\"null\":null,\"bool\":true,\"number\":7,\"string\":\"\\u00e9\\n\","
                      "\"array\":[1,2,3],\"object\":{\"a\":1,\"b\":2}}");
    lid_json *document = parsed(json);
    size_t i;

    /* The document has its own copies. */
    memset(json, 'x', strlen(json));
    for (i = 0; i < sizeof values / sizeof *values; i++) {
        const char *pointer = values[i].pointer;
        int32_t type = values[i].type;
        bool countable = type == LID_JSON_ARRAY || type == LID_JSON_OBJECT;

        CHECK(lid_json_type(document, pointer) == type);
        (void)string_at(document, pointer, type == LID_JSON_STRING ? LID_OK : ABSENT);
        (void)int64_at(document, pointer, type == LID_JSON_NUMBER ? LID_OK : ABSENT);
        (void)double_at(document, pointer, type == LID_JSON_NUMBER ? LID_OK : ABSENT);
        (void)bool_at(document, pointer, type == LID_JSON_BOOL ? LID_OK : ABSENT);
        (void)count_at(document, pointer, countable ? LID_OK : ABSENT);
        (void)name_at(document, pointer, 0, type == LID_JSON_OBJECT ? LID_OK : ABSENT);
    }
    CHECK(strcmp(string_at(document, "/string", LID_OK), "\xc3\xa9\n") == 0);
    CHECK(int64_at(document, "/number", LID_OK) == 7);
    CHECK(double_at(document, "/number", LID_OK) == 7);
    CHECK(bool_at(document, "/bool", LID_OK));
    CHECK(count_at(document, "/array", LID_OK) == 3);
    CHECK(count_at(document, "/object", LID_OK) == 2);
    CHECK(count_at(document, "", LID_OK) == 6);
    CHECK(strcmp(name_at(document, "/object", 1, LID_OK), "b") == 0);
    (void)name_at(document, "/object", 2, ABSENT);
    (void)name_at(document, "/object", (size_t)-1, ABSENT);
    lid_json_free(document);
}

static void any_value_is_a_document(void)
{
    static const struct {
        const char *json;
        int32_t type;
    } values[] = {
        { " null ", LID_JSON_NULL }, { "false", LID_JSON_BOOL },   { "-0.5e-3", LID_JSON_NUMBER },
        { "\"\"", LID_JSON_STRING }, { "[ ]", LID_JSON_ARRAY },    { "\t{\n}\r", LID_JSON_OBJECT },
    };
    size_t i;

    for (i = 0; i < sizeof values / sizeof *values; i++) {
        lid_json *document = parsed(values[i].json);

        CHECK(lid_json_type(document, "") == values[i].type);
        lid_json_free(document);
    }
}

static void what_is_no_json_is_refused(void)
{
    static const char *const texts[] = {
        "{", "[1,]", "{\"a\":1,}", "{'a':1}", "nul", "01", "1.", ".5", "+1", "NaN", "1 2", "[1]x",
        "\"a", "\"\t\"", "\"\\x\"", "\"\\u12g4\"", "\"\\ud800\"", "{\"\\udc00\":1}",
        "[\"\\ud800\\u0041\"]", "{\"a\":\"\\ud800\",\"a\":1}", "/**/1", "\xef\xbb\xbf{}",
    };
    char deep[2 * 129 + 1];
    lid_json *document;
    size_t i;

    for (i = 0; i < sizeof texts / sizeof *texts; i++) {
        document = (lid_json *)&out;
        ERROR(lid_json_parse(texts[i], &document, &out), INVALID, "invalid_json");
        CHECK(document == NULL);
        document = (lid_json *)&out;
        CHECK(lid_json_parse(texts[i], &document, NULL) == INVALID);
        CHECK(document == NULL);
    }
    memset(deep, '[', 129);
    memset(deep + 129, ']', 129);
    deep[sizeof deep - 1] = '\0';
    ERROR(lid_json_parse(deep, &document, &out), INVALID, "invalid_json");
    deep[2 * 129 - 1] = '\0';
    lid_json_free(parsed(deep + 1));
}

static void pointers_follow_rfc_6901(void)
{
    /* The document and the pointers of section 5 of the RFC. */
    lid_json *document = parsed(
        "{\"foo\":[\"bar\",\"baz\"],\"\":0,\"a/b\":1,\"c%d\":2,\"e^f\":3,\"g|h\":4,"
        "\"i\\\\j\":5,\"k\\\"l\":6,\" \":7,\"m~n\":8,\"~1\":9}");
    static const char *const numbers[] = { "/", "/a~1b", "/c%d", "/e^f", "/g|h", "/i\\j",
                                           "/k\"l", "/ ", "/m~0n", "/~01" };
    static const char *const absent[] = { "/foo/2", "/foo/-", "/foo/00", "/foo/01", "/foo/+1",
                                          "/foo/1x", "/foo/", "/foo/99999999999999999999",
                                          "/foo/0/0", "/fo", "/foo/0/", "//" };
    static const char *const bad[] = { "foo", "~", "/~", "/~2", "/foo/~", "/absent/~3", "/\xff" };
    size_t i;

    CHECK(strcmp(string_at(document, "/foo/1", LID_OK), "baz") == 0);
    for (i = 0; i < sizeof numbers / sizeof *numbers; i++)
        CHECK(int64_at(document, numbers[i], LID_OK) == (int64_t)i);
    for (i = 0; i < sizeof absent / sizeof *absent; i++) {
        CHECK(lid_json_type(document, absent[i]) == LID_JSON_ABSENT);
        (void)string_at(document, absent[i], ABSENT);
    }
    for (i = 0; i < sizeof bad / sizeof *bad; i++) {
        CHECK(lid_json_type(document, bad[i]) == LID_JSON_ABSENT);
        (void)string_at(document, bad[i], INVALID);
        (void)int64_at(document, bad[i], INVALID);
        (void)double_at(document, bad[i], INVALID);
        (void)bool_at(document, bad[i], INVALID);
        (void)count_at(document, bad[i], INVALID);
        (void)name_at(document, bad[i], 0, INVALID);
    }
    lid_json_free(document);
}

static void null_arguments_are_errors(void)
{
    lid_json *document = parsed("{\"a\":1}");

    (void)string_at(NULL, "/a", INVALID);
    (void)int64_at(NULL, "/a", INVALID);
    (void)double_at(NULL, "/a", INVALID);
    (void)bool_at(NULL, "/a", INVALID);
    (void)count_at(NULL, "", INVALID);
    (void)name_at(NULL, "", 0, INVALID);
    (void)int64_at(document, NULL, INVALID);
    (void)name_at(document, NULL, 0, INVALID);
    CHECK(lid_json_string(document, "/a", NULL) == INVALID);
    CHECK(lid_json_int64(document, "/a", NULL) == INVALID);
    CHECK(lid_json_double(document, "/a", NULL) == INVALID);
    CHECK(lid_json_bool(document, "/a", NULL) == INVALID);
    CHECK(lid_json_count(document, "", NULL) == INVALID);
    CHECK(lid_json_name(document, "", 0, NULL) == INVALID);
    CHECK(lid_json_type(NULL, "/a") == LID_JSON_ABSENT);
    CHECK(lid_json_type(document, NULL) == LID_JSON_ABSENT);
    lid_json_free(document);
    lid_json_free(NULL);

    ERROR(lid_json_parse("{}", NULL, &out), INVALID, "null_argument");
    CHECK(lid_json_parse("{}", NULL, NULL) == INVALID);
    document = (lid_json *)&out;
    ERROR(lid_json_parse(NULL, &document, &out), INVALID, "null_argument");
    CHECK(document == NULL);
    CHECK(lid_json_parse("[]", &document, NULL) == LID_OK);
    lid_json_free(document);
}

static void integers_are_exact(void)
{
    lid_json *document = parsed(
        "[9007199254740993,9223372036854775807,-9223372036854775808,9223372036854775808,"
        "-9223372036854775809,1.0,1e3,1.5,1e400,-0,15e-1,150e-1,0.00,1e18,1e19,\"1\"]");

    CHECK(int64_at(document, "/0", LID_OK) == INT64_C(9007199254740993));
    CHECK(int64_at(document, "/1", LID_OK) == INT64_MAX);
    CHECK(int64_at(document, "/2", LID_OK) == INT64_MIN);
    (void)int64_at(document, "/3", ABSENT);
    (void)int64_at(document, "/4", ABSENT);
    CHECK(int64_at(document, "/5", LID_OK) == 1);
    CHECK(int64_at(document, "/6", LID_OK) == 1000);
    (void)int64_at(document, "/7", ABSENT);
    (void)int64_at(document, "/8", ABSENT);
    CHECK(int64_at(document, "/9", LID_OK) == 0);
    (void)int64_at(document, "/10", ABSENT);
    CHECK(int64_at(document, "/11", LID_OK) == 15);
    CHECK(int64_at(document, "/12", LID_OK) == 0);
    CHECK(int64_at(document, "/13", LID_OK) == INT64_C(1000000000000000000));
    (void)int64_at(document, "/14", ABSENT);
    (void)int64_at(document, "/15", ABSENT);
    lid_json_free(document);
}

static void numbers_are_the_nearest_double(void)
{
    lid_json *document = parsed("[0.1,-2.5e3,1.7976931348623157e308,1e309,-1e400,1e-400,"
                                "9007199254740993,\"0.1\"]");

    CHECK(double_at(document, "/0", LID_OK) == 0.1);
    CHECK(double_at(document, "/1", LID_OK) == -2500);
    CHECK(double_at(document, "/2", LID_OK) == DBL_MAX);
    (void)double_at(document, "/3", ABSENT);
    (void)double_at(document, "/4", ABSENT);
    CHECK(double_at(document, "/5", LID_OK) == 0);
    CHECK(double_at(document, "/6", LID_OK) == 9007199254740992.0);
    (void)double_at(document, "/7", ABSENT);
    lid_json_free(document);
}

static void a_text_with_a_nul_is_never_cut(void)
{
    lid_json *document = parsed("{\"a\\u0000b\":\"x\\u0000y\",\"c\":\"\",\"d\":\"\\\\u0000\"}");

    CHECK(count_at(document, "", LID_OK) == 3);
    (void)name_at(document, "", 0, ABSENT);
    CHECK(strcmp(name_at(document, "", 1, LID_OK), "c") == 0);
    CHECK(lid_json_type(document, "/a") == LID_JSON_ABSENT);
    CHECK(strcmp(string_at(document, "/c", LID_OK), "") == 0);
    CHECK(strcmp(string_at(document, "/d", LID_OK), "\\u0000") == 0);
    lid_json_free(document);

    document = parsed("{\"s\":\"x\\u0000y\"}");
    CHECK(lid_json_type(document, "/s") == LID_JSON_STRING);
    (void)string_at(document, "/s", ABSENT);
    lid_json_free(document);
}

static void the_last_of_duplicates_wins(void)
{
    const char *json = "{\"a\":\"first\",\"b\":[1],\"\\u0061\":\"second\",\"b\":{\"c\":2},\"a\":\"last\"}";
    lid_json *document = parsed(json);

    CHECK(count_at(document, "", LID_OK) == 2);
    CHECK(strcmp(name_at(document, "", 0, LID_OK), "a") == 0);
    CHECK(strcmp(name_at(document, "", 1, LID_OK), "b") == 0);
    CHECK(strcmp(string_at(document, "/a", LID_OK), "last") == 0);
    CHECK(int64_at(document, "/b/c", LID_OK) == 2);
    CHECK(lid_json_type(document, "/b/0") == LID_JSON_ABSENT);
    OK(lid_json_get(json, "/a", &out));
    CHECK(strcmp(out, "last") == 0);
    OK(lid_json_get(json, "/b", &out));
    CHECK(strcmp(out, "{\"c\":2}") == 0);
    lid_json_free(document);
}

/* Answers and errors are read by the names that the reference gives. */
static void answers_are_read(void)
{
    lid_client *client = new_client();
    const char *id = add_user(client, USER);
    lid_json *document;

    OK(lid_get_user(client, USER, &out));
    document = parsed(copy(out));
    CHECK(strcmp(string_at(document, "/id", LID_OK), id) == 0);
    CHECK(strcmp(string_at(document, "/username", LID_OK), USER) == 0);
    lid_json_free(document);

    ERROR(lid_get_user(client, "nobody", &out), LID_ERROR_API, "user_not_found");
    document = parsed(copy(out));
    CHECK(strcmp(string_at(document, "/error/code", LID_OK), "user_not_found") == 0);
    CHECK(int64_at(document, "/error/http_status", LID_OK) == 404);
    CHECK(!bool_at(document, "/error/retryable", LID_OK));
    CHECK(lid_json_type(document, "/error/retry_after_ms") == LID_JSON_NULL);
    lid_json_free(document);
}

#define READERS 8

static void *reads(void *document)
{
    int i;

    for (i = 0; i < 2000; i++) {
        char pointer[32];

        sprintf(pointer, "/%d/name", i % 100);
        CHECK(strcmp(string_at(document, pointer, LID_OK), "caf\xc3\xa9") == 0);
        sprintf(pointer, "/%d/n", i % 100);
        CHECK(int64_at(document, pointer, LID_OK) == i % 100);
        CHECK(count_at(document, "/7", LID_OK) == 2);
        CHECK(strcmp(name_at(document, "/7", 1, LID_OK), "name") == 0);
    }
    return NULL;
}

static void many_threads_read_one_document(void)
{
    char json[100 * 40] = "[", *end = json + 1;
    pthread_t threads[READERS];
    lid_json *document;
    int i;

    for (i = 0; i < 100; i++)
        end += sprintf(end, "%s{\"n\":%d,\"name\":\"caf\\u00e9\"}", i ? "," : "", i);
    memcpy(end, "]", 2);
    document = parsed(json);
    for (i = 0; i < READERS; i++)
        CHECK(pthread_create(&threads[i], NULL, reads, document) == 0);
    for (i = 0; i < READERS; i++)
        CHECK(pthread_join(threads[i], NULL) == 0);
    lid_json_free(document);
}

static void a_quoted_text_is_a_json_string(void)
{
    static const char *const texts[][2] = {
        { "", "\"\"" },
        { "plain", "\"plain\"" },
        { "a\"b\\c/d", "\"a\\\"b\\\\c/d\"" },
        { "\n\r\t\b\f\x01\x1f", "\"\\n\\r\\t\\b\\f\\u0001\\u001f\"" },
        { "caf\xc3\xa9 \xf0\x9f\x98\x80 \x7f", "\"caf\xc3\xa9 \xf0\x9f\x98\x80 \x7f\"" },
        { "</script>", "\"</script>\"" },
    };
    size_t i;

    for (i = 0; i < sizeof texts / sizeof *texts; i++) {
        lid_json *document;

        OK(lid_json_quote(texts[i][0], &out));
        CHECK(strcmp(out, texts[i][1]) == 0);
        document = parsed(copy(out));
        CHECK(strcmp(string_at(document, "", LID_OK), texts[i][0]) == 0);
        lid_json_free(document);
    }
    ERROR(lid_json_quote(NULL, &out), INVALID, "null_argument");
    ERROR(lid_json_quote("\xff", &out), INVALID, "invalid_utf8");
    CHECK(lid_json_quote("a", NULL) == LID_OK);
    CHECK(lid_json_quote(NULL, NULL) == INVALID);
}

static const struct test tests[] = {
    TEST(each_type_has_its_getter_and_no_other),
    TEST(any_value_is_a_document),
    TEST(what_is_no_json_is_refused),
    TEST(pointers_follow_rfc_6901),
    TEST(null_arguments_are_errors),
    TEST(integers_are_exact),
    TEST(numbers_are_the_nearest_double),
    TEST(a_text_with_a_nul_is_never_cut),
    TEST(the_last_of_duplicates_wins),
    TEST(answers_are_read),
    TEST(many_threads_read_one_document),
    TEST(a_quoted_text_is_a_json_string),
};

TEST_MAIN(tests)

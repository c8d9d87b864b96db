/* Cases, checks, memory and clients. */
#define _POSIX_C_SOURCE 200809L

#include "../support.h"

#include <ctype.h>
#include <dirent.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- Memory that lives until the program ends ---- */

struct kept {
    struct kept *next;
    void (*release)(void *);
    void *thing;
};

static struct kept *everything;

static void keep_until_end(void *thing, void (*release)(void *))
{
    struct kept *kept = malloc(sizeof *kept);

    CHECK(kept != NULL);
    kept->next = everything;
    kept->release = release;
    kept->thing = thing;
    everything = kept;
}

static void release_everything(void)
{
    while (everything != NULL) {
        struct kept *kept = everything;
        everything = kept->next;
        kept->release(kept->thing);
        free(kept);
    }
}

static void release_client(void *client)
{
    lid_free(client);
}

static void release_v2_client(void *client)
{
    lid_v2_free(client);
}

static void release_answer(void *answer)
{
    lid_free_string(answer);
}

char *keep(char *allocated)
{
    CHECK(allocated != NULL);
    keep_until_end(allocated, free);
    return allocated;
}

char *copy(const char *text)
{
    return keep(strdup(text));
}

char *text(const char *format, ...)
{
    va_list arguments;
    int length;
    char *result;

    va_start(arguments, format);
    length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    CHECK(length >= 0);
    result = keep(malloc((size_t)length + 1));
    va_start(arguments, format);
    vsnprintf(result, (size_t)length + 1, format, arguments);
    va_end(arguments);
    return result;
}

char *replace(const char *text, const char *from, const char *to)
{
    char *result, *end;

    CHECK(text != NULL);
    end = result = keep(malloc(strlen(text) * (strlen(to) + 1) + 1));
    while (*text != '\0') {
        if (strncmp(text, from, strlen(from)) == 0) {
            memcpy(end, to, strlen(to));
            end += strlen(to);
            text += strlen(from);
        } else {
            *end++ = *text++;
        }
    }
    *end = '\0';
    return result;
}

char *lower(const char *text)
{
    char *result = copy(text), *letter;

    for (letter = result; *letter != '\0'; letter++)
        *letter = (char)tolower((unsigned char)*letter);
    return result;
}

char *quoted(const char *plain)
{
    char *escaped = replace(replace(plain, "\\", "\\\\"), "\"", "\\\"");

    return text("\"%s\"", replace(replace(escaped, "\n", "\\n"), "\r", "\\r"));
}

void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");

    CHECK(file != NULL);
    CHECK(fputs(text, file) >= 0);
    CHECK(fclose(file) == 0);
}

/* ---- Cases ---- */

int run_tests(int argc, char **argv, const struct test *tests, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++) {
        if (argc == 2 && strcmp(argv[1], "--list") == 0) {
            puts(tests[i].name);
        } else if (argc == 2 && strcmp(argv[1], tests[i].name) == 0) {
            tests[i].run();
            forget_out();
            release_everything();
            return 0;
        }
    }
    if (argc == 2 && strcmp(argv[1], "--list") == 0)
        return 0;
    fprintf(stderr, "usage: %s --list | CASE\n", argv[0]);
    return 2;
}

/* ---- Checks ---- */

char *out;
static char *answer_before;

void fail(const char *file, int line, const char *format, ...)
{
    va_list arguments;

    fprintf(stderr, "%s:%d: ", file, line);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fprintf(stderr, "\nout: %s\n", out != NULL ? out : "(nothing)");
    fflush(NULL);
    /* Not exit: other threads may use what it would destroy. */
    _exit(1);
}

void forget_out(void)
{
    lid_free_string(out);
    out = NULL;
}

void before_call(void)
{
    answer_before = out;
}

/* Every call writes an answer. */
static void after_call(const char *file, int line, const char *call)
{
    if (out == answer_before)
        fail(file, line, "%s wrote no answer", call);
    lid_free_string(answer_before);
    /* This call may be nested in the arguments of another. */
    answer_before = out;
}

void expect_ok(const char *file, int line, const char *call, lid_status status)
{
    after_call(file, line, call);
    if (status != LID_OK || out == NULL)
        fail(file, line, "%s: %s", call, lid_status_name(status));
}

/* Every error object is complete. */
static void check_error_object(const char *file, int line)
{
    static const char *const members[] = {
        "/error/status",     "/error/code",        "/error/message",
        "/error/operation",  "/error/http_status", "/error/request_id",
        "/error/retryable",  "/error/retry_after_ms",
    };
    size_t i;

    for (i = 0; i < sizeof members / sizeof *members; i++) {
        if (!has(out, members[i]))
            fail(file, line, "the error object has no %s", members[i]);
    }
    if (*get("/error/message") == '\0')
        fail(file, line, "the error has no message");
}

void expect_error(const char *file, int line, const char *call, lid_status status,
                  lid_status expected, const char *code)
{
    after_call(file, line, call);
    if (status != expected)
        fail(file, line, "%s: %s in place of %s", call, lid_status_name(status),
             lid_status_name(expected));
    check_error_object(file, line);
    expect_text(file, line, out, "/error/status", lid_status_name(expected));
    expect_text(file, line, out, "/error/code", code);
}

const char *json_at(const char *json, const char *pointer)
{
    char *value;
    lid_status status = lid_json_get(json, pointer, &value);

    keep_until_end(value, release_answer);
    if (status != LID_OK)
        FAIL("nothing at %s of %s: %s", pointer, json, value);
    return value;
}

const char *get(const char *pointer)
{
    return json_at(out, pointer);
}

int has(const char *json, const char *pointer)
{
    char *value;
    lid_status status = lid_json_get(json, pointer, &value);

    lid_free_string(value);
    return status == LID_OK;
}

void expect_text(const char *file, int line, const char *json, const char *pointer,
                 const char *expected)
{
    const char *found = json_at(json, pointer);

    if (strcmp(found, expected) != 0)
        fail(file, line, "%s is %s in place of %s", pointer, found, expected);
}

int contains(const char *text, const char *part)
{
    return strstr(text, part) != NULL;
}

int descriptors(void)
{
    int count = 0;
    DIR *entries = opendir("/proc/self/fd");

    CHECK(entries != NULL);
    while (readdir(entries) != NULL)
        count++;
    closedir(entries);
    return count;
}

void ended_well(pid_t child)
{
    int status;

    CHECK(waitpid(child, &status, 0) == child);
    if (WIFSIGNALED(status))
        FAIL("a child was ended by signal %d", WTERMSIG(status));
    if (WEXITSTATUS(status) != 0)
        FAIL("a child ended with status %d", WEXITSTATUS(status));
}

/* ---- Clients ---- */

lid_client *keep_client(lid_client *client)
{
    CHECK(client != NULL);
    keep_until_end(client, release_client);
    return client;
}

lid_v2_client *keep_v2_client(lid_v2_client *client)
{
    CHECK(client != NULL);
    keep_until_end(client, release_v2_client);
    return client;
}

lid_client *new_client(void)
{
    lid_client *client;

    OK(lid_new_from_env(&client, &out));
    return keep_client(client);
}

lid_client *client_from_json(const char *json)
{
    lid_client *client;

    OK(lid_new_with_config(json, &client, &out));
    return keep_client(client);
}

lid_client *configured_client(const char *members)
{
    return client_from_json(text("{\"client_id\":%s,\"private_key\":%s,\"base_url\":%s,%s}",
                                 quoted(getenv("LOGINID_CLIENT_ID")),
                                 quoted(getenv("LOGINID_PRIVATE_KEY")), quoted(base_url()),
                                 members));
}

lid_client *derive(const lid_client *client, const char *options, lid_cancel *cancel)
{
    lid_client *derived;

    OK(lid_with_options(client, options, cancel, &derived, &out));
    CHECK(strcmp(out, "{}") == 0 && derived != NULL && derived != client);
    return derived;
}

const char *add_user(const lid_client *client, const char *username)
{
    OK(lid_add_user_without_credentials(client, username, &out));
    return get("/id");
}

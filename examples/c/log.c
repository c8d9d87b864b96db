/* One line per HTTP attempt, through lid_set_log_callback. The emulator is told
 * to refuse twice, so that the library's retries are seen. Run it with
 * `make example`, which starts an emulator of the LoginID service first. */
#include <loginid.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emulator.h"

struct log {
    FILE *file;
    int attempts;
};

/* One value of a JSON text, by its RFC 6901 pointer. */
static char *get(const char *json, const char *pointer)
{
    char *value;
    if (lid_json_get(json, pointer, &value) != LID_OK) {
        fprintf(stderr, "FAILED: %s: %s\n", pointer, json);
        exit(1);
    }
    return value;
}

/* Called on the thread that made the call. A client that several threads use
 * needs a lock here; this program has one thread. */
static void log_attempt(const char *event, void *user_data)
{
    static const char *const members[] = {"/operation", "/attempt", "/http_status",
                                          "/code", "/duration_us", "/retry_in_ms"};
    struct log *log = user_data;
    size_t i;

    log->attempts++;
    for (i = 0; i < sizeof members / sizeof members[0]; i++) {
        char *value = get(event, members[i]);
        fprintf(log->file, "%s%s=%s", i ? " " : "", members[i] + 1, value);
        lid_free_string(value);
    }
    fputc('\n', log->file);
}

int main(void)
{
    struct log log = {NULL, 0};
    lid_client *client;
    lid_status status;
    char *out, *answer, *code;
    int expected;

    log.file = stdout;
    if (lid_new_from_env(&client, &out) != LID_OK) {
        fprintf(stderr, "FAILED: new_from_env: %s\n", out);
        return 1;
    }
    lid_free_string(out);
    lid_set_log_callback(client, log_attempt, &log);

    answer = emulator_post("faults",
                           "{\"match\":{\"path\":\"/manage/users/retrieve\"},\"times\":2,"
                           "\"fault\":{\"kind\":\"status\",\"code\":503}}");
    if (answer == NULL) {
        fprintf(stderr, "FAILED: the emulator took no fault\n");
        return 1;
    }
    free(answer);

    /* Two refusals, then the real answer: the user does not exist. */
    status = lid_get_user(client, "ada@example.com", &out);
    code = get(out, "/error/code");
    expected = status == LID_ERROR_API && strcmp(code, "user_not_found") == 0
        && log.attempts == 3;
    lid_free_string(code);
    lid_free_string(out);

    lid_set_log_callback(client, NULL, NULL);
    lid_free(client);
    if (!expected) {
        fprintf(stderr, "FAILED: %d attempts\n", log.attempts);
        return 1;
    }
    puts("Everything was as expected.");
    return 0;
}

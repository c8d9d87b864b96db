/* The log callback: one event for each attempt, on the caller's thread, with
 * nothing secret in it. */
#define _POSIX_C_SOURCE 200809L

#include "support.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void pause_ms(long ms)
{
    struct timespec time = { 0, ms * 1000000 };

    nanosleep(&time, NULL);
}

struct log {
    int count;
    const char *events[16];
    pthread_t threads[16];
};

static void record(const char *event_json, void *user_data)
{
    struct log *log = user_data;

    CHECK(log->count < 16);
    log->threads[log->count] = pthread_self();
    log->events[log->count++] = copy(event_json);
}

static void each_attempt_is_an_event(void)
{
    lid_client *client = new_client();
    struct log log = { 0, { NULL }, { 0 } };
    int i;

    add_user(client, USER);
    lid_set_log_callback(client, record, &log);
    inject("/manage/users/retrieve", 1, "\"kind\":\"status\",\"code\":500");
    inject("/manage/users/retrieve", 1, "\"kind\":\"drop\"");
    OK(lid_get_user(client, USER, &out));
    CHECK(log.count == 3);
    for (i = 0; i < 3; i++) {
        TEXT_IN(log.events[i], "/event", "http_attempt");
        TEXT_IN(log.events[i], "/operation", "get_user");
        TEXT_IN(log.events[i], "/method", "POST");
        TEXT_IN(log.events[i], "/path", "/manage/users/retrieve");
        TEXT_IN(log.events[i], "/attempt", text("%d", i + 1));
        TEXT_IN(log.events[i], "/request_id", json_at(log.events[0], "/request_id"));
        CHECK(has(log.events[i], "/duration_us"));
        CHECK(pthread_equal(log.threads[i], pthread_self()));
    }
    TEXT_IN(log.events[0], "/http_status", "500");
    TEXT_IN(log.events[0], "/status", "LID_ERROR_API");
    TEXT_IN(log.events[0], "/code", "http_error");
    CHECK(strcmp(json_at(log.events[0], "/retry_in_ms"), "null") != 0);
    TEXT_IN(log.events[1], "/http_status", "null");
    TEXT_IN(log.events[1], "/status", "LID_ERROR_NETWORK");
    TEXT_IN(log.events[1], "/code", "connection_lost");
    CHECK(strcmp(json_at(log.events[1], "/retry_in_ms"), "null") != 0);
    TEXT_IN(log.events[2], "/http_status", "200");
    TEXT_IN(log.events[2], "/status", "null");
    TEXT_IN(log.events[2], "/code", "null");
    TEXT_IN(log.events[2], "/retry_in_ms", "null");
}

static void the_last_error_of_a_call_is_an_event_too(void)
{
    lid_client *client = new_client();
    struct log log = { 0, { NULL }, { 0 } };

    lid_set_log_callback(client, record, &log);
    ERROR(lid_get_user(client, "nobody", &out), LID_ERROR_API, "user_not_found");
    CHECK(log.count == 1);
    TEXT_IN(log.events[0], "/http_status", "404");
    TEXT_IN(log.events[0], "/code", "user_not_found");
    TEXT_IN(log.events[0], "/request_id", get("/error/request_id"));
    TEXT_IN(log.events[0], "/retry_in_ms", "null");
}

/* The answer arrived, and is unusable. */
static void an_answer_that_cannot_be_used_is_logged_with_its_code(void)
{
    lid_client *client = new_client();
    struct log log = { 0, { NULL }, { 0 } };

    lid_set_log_callback(client, record, &log);
    inject("/manage/users/retrieve", 1,
           "\"kind\":\"status\",\"code\":200,\"body\":\"<html>\"");
    ERROR(lid_get_user(client, USER, &out), LID_ERROR_RESPONSE, "invalid_response");
    TEXT("/error/http_status", "200");
    CHECK(log.count == 1);
    TEXT_IN(log.events[0], "/http_status", "200");
    TEXT_IN(log.events[0], "/status", "LID_ERROR_RESPONSE");
    TEXT_IN(log.events[0], "/code", "invalid_response");
    TEXT_IN(log.events[0], "/request_id", get("/error/request_id"));
}

static void calls_without_a_request_log_nothing(void)
{
    lid_client *client = new_client();
    struct log log = { 0, { NULL }, { 0 } };

    lid_set_log_callback(client, record, &log);
    OK(lid_generate_service_token(client, "users.retrieve", NULL, NULL, NULL, &out));
    ERROR(lid_get_user(client, NULL, &out), LID_ERROR_INVALID_ARGUMENT, "null_argument");
    CHECK(log.count == 0);
    lid_set_log_callback(client, NULL, NULL);
    add_user(client, USER);
    CHECK(log.count == 0);
}

static void fetching_a_key_is_an_event_of_its_own(void)
{
    lid_client *client = new_client();
    struct log log = { 0, { NULL }, { 0 } };

    add_user(client, USER);
    lid_set_log_callback(client, record, &log);
    OK(lid_verify_token(client, json_at(emulator("POST", "users/" USER "/login", ""), "/jwt"),
                        NULL, &out));
    CHECK(log.count == 1);
    TEXT_IN(log.events[0], "/operation", "public_key");
    TEXT_IN(log.events[0], "/method", "GET");
    TEXT_IN(log.events[0], "/path", "/certs");
}

/* Even if the service repeats them in its answer. */
static void secrets_are_in_no_event_and_no_error(void)
{
    lid_client *client = new_client();
    struct log log = { 0, { NULL }, { 0 } };
    const char *code;
    int i;

    add_user(client, USER);
    OK(lid_generate_code(client, "long", "temporary_authentication", false, NULL, USER, &out));
    code = get("/code");
    lid_set_log_callback(client, record, &log);
    inject("/codes/long/authorize", 1,
           text("\"kind\":\"status\",\"code\":400,\"body\":%s",
                quoted(text("{\"code\":\"%s\",\"message\":\"no code %s\"}", code, code))));
    ERROR(lid_authorize_code(client, code, "long", "temporary_authentication", NULL, USER, &out),
          LID_ERROR_API, "http_error");
    CHECK(!contains(out, code));
    CHECK(!contains(out, "no code"));
    inject("/authenticate/code/wait", 1,
           text("\"kind\":\"status\",\"code\":500,\"body\":%s",
                quoted(text("{\"code\":\"c\",\"message\":\"no code %s\"}", code))));
    ERROR(lid_wait_code(client, USER, code, "long", 0, NULL, &out), LID_ERROR_API, "c");
    CHECK(!contains(out, code));
    CHECK(!contains(out, "no code"));
    inject("/authenticate/password", 1,
           "\"kind\":\"status\",\"code\":400,"
           "\"body\":\"{\\\"code\\\":\\\"CANARY-1\\\",\\\"message\\\":\\\"not CANARY-1\\\"}\"");
    ERROR(lid_authenticate_password(client, USER, "CANARY-1", &out), LID_ERROR_API, "http_error");
    CHECK(!contains(out, "CANARY-1"));
    CHECK(log.count == 3);
    for (i = 0; i < log.count; i++) {
        CHECK(!contains(log.events[i], code));
        CHECK(!contains(log.events[i], "CANARY-1"));
        CHECK(!contains(log.events[i], "eyJ"));
        CHECK(!contains(log.events[i], USER));
    }
}

/* A code of the service may contain a word that is also the password. */
static void a_code_with_a_word_that_is_a_password_is_kept(void)
{
    lid_client *client = new_client();
    struct log log = { 0, { NULL }, { 0 } };

    lid_set_log_callback(client, record, &log);
    ERROR(lid_register_password(client, "ada", "pass", &out), LID_ERROR_API, "weak_password");
    TEXT_IN(log.events[0], "/code", "weak_password");
    OK(lid_register_password(client, "ada", "a good password", &out));
    ERROR(lid_authenticate_password(client, "ada", "authentication", &out), LID_ERROR_API,
          "failed_to_authenticate");
    TEXT_IN(log.events[log.count - 1], "/code", "failed_to_authenticate");
    /* A code that contains a password with a digit is hidden, and so are codes of
     * another form. */
    inject("/authenticate/password", 1,
           "\"kind\":\"status\",\"code\":429,"
           "\"body\":\"{\\\"code\\\":\\\"bad_hunter2\\\",\\\"message\\\":\\\"Slow down\\\"}\"");
    ERROR(lid_authenticate_password(configured_client("\"max_retries\":0"), "ada", "hunter2", &out),
          LID_ERROR_RATE_LIMITED, "rate_limited");
    CHECK(!contains(out, "hunter") && !contains(out, "Slow down"));
    inject("/authenticate/password", 1,
           "\"kind\":\"status\",\"code\":400,"
           "\"body\":\"{\\\"code\\\":\\\"Not-A-Name\\\",\\\"message\\\":\\\"Hello\\\"}\"");
    ERROR(lid_authenticate_password(client, "ada", "hunter2", &out), LID_ERROR_API, "http_error");
    CHECK(!contains(out, "Not-A-Name") && !contains(out, "Hello"));
    /* A message without a secret is shown. */
    inject("/authenticate/password", 1,
           "\"kind\":\"status\",\"code\":400,"
           "\"body\":\"{\\\"code\\\":\\\"no_luck\\\",\\\"message\\\":\\\"Hello\\\"}\"");
    ERROR(lid_authenticate_password(client, "ada", "hunter2", &out), LID_ERROR_API, "no_luck");
    TEXT("/error/message", "Hello");
}

#define ALIVE 4711
#define THREADS 3

/* Freed as soon as the callback is replaced. */
struct data {
    int alive;
    int running;
    int total;
};

static lid_client *logging_client;
static volatile int over;

static void use_data(const char *event_json, void *user_data)
{
    struct data *data = user_data;

    (void)event_json;
    __sync_fetch_and_add(&data->running, 1);
    __sync_fetch_and_add(&data->total, 1);
    pause_ms(5);
    CHECK(data->alive == ALIVE);
    __sync_fetch_and_sub(&data->running, 1);
}

static void *call_until_over(void *unused)
{
    char *answer;

    do {
        if (lid_get_user(logging_client, USER, &answer) != LID_OK)
            FAIL("%s", answer);
        lid_free_string(answer);
    } while (!over);
    return unused;
}

static void start_calls(pthread_t *threads)
{
    int i;

    for (i = 0; i < THREADS; i++)
        CHECK(pthread_create(&threads[i], NULL, call_until_over, NULL) == 0);
}

static void end_calls(const pthread_t *threads)
{
    int i;

    over = 1;
    for (i = 0; i < THREADS; i++)
        CHECK(pthread_join(threads[i], NULL) == 0);
}

static struct data *new_data(void)
{
    struct data *data = calloc(1, sizeof *data);

    CHECK(data != NULL);
    data->alive = ALIVE;
    return data;
}

static void await(const int *count)
{
    while (__atomic_load_n(count, __ATOMIC_SEQ_CST) == 0)
        pause_ms(1);
}

static void user_data_may_be_freed_when_the_callback_is_replaced(void)
{
    pthread_t threads[THREADS];
    struct data *data = new_data();
    int round;

    logging_client = new_client();
    add_user(logging_client, USER);
    lid_set_log_callback(logging_client, use_data, data);
    start_calls(threads);
    for (round = 0; round < 30; round++) {
        struct data *next = round % 2 == 0 ? NULL : new_data();
        if (data != NULL)
            await(&data->running);
        lid_set_log_callback(logging_client, next != NULL ? use_data : NULL, next);
        if (data != NULL) {
            CHECK(data->running == 0 && data->total > 0);
            memset(data, 0, sizeof *data);
            free(data);
        }
        data = next;
    }
    lid_set_log_callback(logging_client, NULL, NULL);
    free(data);
    end_calls(threads);
}

static void *replace_often(void *unused)
{
    int round;

    for (round = 0; round < 100; round++) {
        struct data *data = new_data();
        lid_set_log_callback(logging_client, use_data, data);
        pause_ms(1);
        lid_set_log_callback(logging_client, NULL, NULL);
        CHECK(data->running == 0);
        memset(data, 0, sizeof *data);
        free(data);
    }
    return unused;
}

/* A thread may unset the callback of another, while a third waits for its own to end. */
static void several_threads_may_replace_the_callback(void)
{
    pthread_t threads[THREADS], setters[3];
    int i;

    logging_client = new_client();
    add_user(logging_client, USER);
    start_calls(threads);
    for (i = 0; i < 3; i++)
        CHECK(pthread_create(&setters[i], NULL, replace_often, NULL) == 0);
    for (i = 0; i < 3; i++)
        CHECK(pthread_join(setters[i], NULL) == 0);
    end_calls(threads);
}

/* Each waits until all others are inside, so that all are inside at the same time. */
static void unset_in_callback(const char *event_json, void *user_data)
{
    struct data *data = user_data;

    (void)event_json;
    __sync_fetch_and_add(&data->running, 1);
    while (__atomic_load_n(&data->running, __ATOMIC_SEQ_CST) < THREADS)
        pause_ms(1);
    lid_set_log_callback(logging_client, NULL, NULL);
    lid_set_log_callback(logging_client, unset_in_callback, user_data);
    lid_set_log_callback(logging_client, NULL, NULL);
}

static void a_callback_may_unset_itself(void)
{
    pthread_t threads[THREADS];
    struct data data = { ALIVE, 0, 0 };

    over = 1;
    logging_client = new_client();
    add_user(logging_client, USER);
    lid_set_log_callback(logging_client, unset_in_callback, &data);
    start_calls(threads);
    end_calls(threads);
    CHECK(data.running == THREADS);
}

static const struct test tests[] = {
    TEST(each_attempt_is_an_event),
    TEST(the_last_error_of_a_call_is_an_event_too),
    TEST(an_answer_that_cannot_be_used_is_logged_with_its_code),
    TEST(calls_without_a_request_log_nothing),
    TEST(fetching_a_key_is_an_event_of_its_own),
    TEST(secrets_are_in_no_event_and_no_error),
    TEST(a_code_with_a_word_that_is_a_password_is_kept),
    TEST(user_data_may_be_freed_when_the_callback_is_replaced),
    TEST(several_threads_may_replace_the_callback),
    TEST(a_callback_may_unset_itself),
};

TEST_MAIN(tests)

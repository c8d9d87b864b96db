/* pthread_cancel of a thread that is in a call: the call ends first, and the thread
 * at its next cancellation point. */
#define _POSIX_C_SOURCE 200809L

#include "support.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define RETRIEVE "/manage/users/retrieve"
#define ROUNDS 100

static lid_client *client;

static void pause_us(long us)
{
    struct timespec time = { 0, us * 1000 };

    nanosleep(&time, NULL);
}

static pthread_t start(void *(*run)(void *))
{
    pthread_t thread;

    CHECK(pthread_create(&thread, NULL, run, NULL) == 0);
    return thread;
}

static void ends_cancelled(pthread_t thread)
{
    void *result;

    CHECK(pthread_join(thread, &result) == 0);
    CHECK(result == PTHREAD_CANCELED);
}

/* Cancels threads that repeat something, each at a different moment. */
static void cancel_often(void *(*run)(void *))
{
    int round;

    for (round = 0; round < ROUNDS; round++) {
        pthread_t thread = start(run);
        pause_us(500 + 137 * (round % 40));
        CHECK(pthread_cancel(thread) == 0);
        ends_cancelled(thread);
    }
    OK(lid_get_user(client, USER, &out));
}

static void *read_user(void *unused)
{
    for (;;) {
        char *answer;
        lid_status status = lid_get_user(client, USER, &answer);
        if (status != LID_OK)
            FAIL("%s", answer);
        lid_free_string(answer);
        pthread_testcancel();
    }
    return unused;
}

static void calls_over_kept_connections(void)
{
    client = new_client();
    add_user(client, USER);
    cancel_often(read_user);
}

/* With files to read, certificates to parse and connections to make and close. */
static void *make_use_and_free(void *unused)
{
    for (;;) {
        lid_client *own;
        char *answer;
        if (lid_new_from_env(&own, &answer) != LID_OK)
            FAIL("%s", answer);
        lid_free_string(answer);
        if (lid_get_user(own, USER, &answer) != LID_OK)
            FAIL("%s", answer);
        lid_free_string(answer);
        lid_free(own);
        if (lid_new("app", NULL, "https://localhost:1", &own, &answer) != LID_OK)
            FAIL("%s", answer);
        lid_free_string(answer);
        lid_free(own);
        lid_cancel_free(lid_cancel_new());
        pthread_testcancel();
    }
    return unused;
}

static void making_and_freeing_clients(void)
{
    client = new_client();
    add_user(client, USER);
    cancel_often(make_use_and_free);
}

static volatile int logged;

static void log_and_wait(const char *event_json, void *user_data)
{
    int state;

    (void)event_json;
    (void)user_data;
    CHECK(pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state) == 0);
    CHECK(state == PTHREAD_CANCEL_DISABLE);
    logged = 1;
    pause_us(1000);
    pthread_testcancel();
}

static void the_log_callback_is_not_cancelled(void)
{
    client = new_client();
    add_user(client, USER);
    lid_set_log_callback(client, log_and_wait, NULL);
    cancel_often(read_user);
    CHECK(logged);
}

static volatile lid_status wait_status;

static void *wait_for_code(void *cancel)
{
    char *answer;

    wait_status = lid_wait_code(client, USER, "123456", "short", 60000, cancel, &answer);
    lid_free_string(answer);
    pthread_testcancel();
    return NULL;
}

/* pthread_cancel does not shorten a wait. */
static void a_wait_ends_when_it_is_cancelled(void)
{
    lid_cancel *cancel = lid_cancel_new();
    pthread_t thread;

    client = new_client();
    inject("/authenticate/code/wait", 1, "\"kind\":\"delay\",\"ms\":30000");
    CHECK(cancel != NULL);
    CHECK(pthread_create(&thread, NULL, wait_for_code, cancel) == 0);
    await_requests("/authenticate/code/wait", 1);
    CHECK(pthread_cancel(thread) == 0);
    pause_us(50000);
    lid_cancel_trigger(cancel);
    ends_cancelled(thread);
    CHECK(wait_status == LID_ERROR_CANCELLED);
    lid_cancel_free(cancel);
}

static void the_threads_own_state_is_kept(void)
{
    static const int states[] = { PTHREAD_CANCEL_DISABLE, PTHREAD_CANCEL_ENABLE };
    int i, before;

    client = new_client();
    add_user(client, USER);
    for (i = 0; i < 2; i++) {
        CHECK(pthread_setcancelstate(states[i], &before) == 0);
        OK(lid_get_user(client, USER, &out));
        CHECK(pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, &before) == 0);
        CHECK(before == states[i]);
    }
}

static lid_v2_client *v2_client;
static const char *token;

/* A call with a grant, a verification, and a client that is derived and freed. */
static void *use_the_current_service(void *unused)
{
    for (;;) {
        lid_v2_client *derived;
        char *answer;

        if (lid_v2_list_passkeys(v2_client, USER, NULL, &answer) != LID_OK)
            FAIL("%s", answer);
        lid_free_string(answer);
        if (lid_v2_with_options(v2_client, NULL, NULL, &derived, &answer) != LID_OK)
            FAIL("%s", answer);
        lid_free_string(answer);
        if (lid_v2_verify_token(derived, token, USER, &answer) != LID_OK)
            FAIL("%s", answer);
        lid_free_string(answer);
        lid_v2_free(derived);
        pthread_testcancel();
    }
    return unused;
}

static void calls_of_the_current_service(void)
{
    client = new_client();
    add_user(client, USER);
    token = json_at(v2_login(USER), "/jwtAccess");
    v2_client = new_v2_client();
    cancel_often(use_the_current_service);
    OK(lid_v2_list_passkeys(v2_client, USER, NULL, &out));
}

static const struct test tests[] = {
    TEST(calls_over_kept_connections),
    TEST(making_and_freeing_clients),
    TEST(the_log_callback_is_not_cancelled),
    TEST(a_wait_ends_when_it_is_cancelled),
    TEST(the_threads_own_state_is_kept),
    TEST(calls_of_the_current_service),
};

TEST_MAIN(tests)

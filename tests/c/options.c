/* Clients derived with options of their own: what the options change, what is shared, and
 * that everything may be freed in any order. */
#define _POSIX_C_SOURCE 200809L

#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RETRIEVE "/manage/users/retrieve"
#define WAIT "/authenticate/code/wait"

/* ---- What the options change ---- */

/* The latest request had this header, once. */
#define SENT(name, value)                                              \
    do {                                                               \
        const char *sent = strstr(last_request(RETRIEVE), "[\"" name "\","); \
        CHECK(sent != NULL && contains(sent, "[\"" name "\",\"" value "\"]")); \
        CHECK(!contains(sent + 1, "[\"" name "\","));                  \
    } while (0)

static void headers_replace_those_of_the_parent_by_name(void)
{
    lid_client *client = configured_client("\"headers\":{\"X-Tenant\":\"one\",\"X-Zone\":\"eu\"}");
    lid_client *derived = derive(client, "{\"headers\":{\"x-tenant\":\"two\"}}", NULL);
    lid_client *again = derive(derived, "{\"headers\":{\"X-More\":\"3\"}}", NULL);

    add_user(client, USER);
    OK(lid_get_user(derived, USER, &out));
    SENT("x-tenant", "two");
    SENT("x-zone", "eu");
    OK(lid_get_user(again, USER, &out));
    SENT("x-tenant", "two");
    SENT("x-zone", "eu");
    SENT("x-more", "3");
    OK(lid_get_user(client, USER, &out));
    SENT("x-tenant", "one");
    CHECK(!contains(last_request(RETRIEVE), "[\"x-more\","));
    lid_free(derived);
    lid_free(again);
}

static void record_id(const char *event, void *user_data)
{
    *(const char **)user_data = json_at(event, "/request_id");
}

static void a_given_request_id_is_sent_logged_and_in_errors(void)
{
    lid_client *client = new_client();
    lid_client *derived = derive(client, "{\"request_id\":\"trace-42\"}", NULL);
    const char *logged = "";

    lid_set_log_callback(client, record_id, &logged);
    ERROR(lid_get_user(derived, "nobody", &out), LID_ERROR_API, "user_not_found");
    TEXT("/error/request_id", "trace-42");
    SENT("request-id", "trace-42");
    CHECK(strcmp(logged, "trace-42") == 0);
    ERROR(lid_get_user(client, "nobody", &out), LID_ERROR_API, "user_not_found");
    CHECK(strcmp(get("/error/request_id"), "trace-42") != 0);
    CHECK(strcmp(logged, get("/error/request_id")) == 0);
    lid_set_log_callback(client, NULL, NULL);
    lid_free(derived);
}

static void max_retries_counts_for_the_derived_client_only(void)
{
    lid_client *client = configured_client("\"max_retries\":2");
    lid_client *never = derive(client, "{\"max_retries\":0}", NULL);

    inject(RETRIEVE, 10, "\"kind\":\"status\",\"code\":503,\"headers\":[[\"Retry-After\",\"0\"]]");
    ERROR(lid_get_user(never, USER, &out), LID_ERROR_API, "http_error");
    CHECK(requests_for(RETRIEVE) == 1);
    ERROR(lid_get_user(client, USER, &out), LID_ERROR_API, "http_error");
    CHECK(requests_for(RETRIEVE) == 4);
    lid_free(never);
}

/* The status of the call, and that it took this long. */
#define TAKES(milliseconds, call)                                               \
    do {                                                                        \
        double started = now_ms(), taken;                                       \
        ERROR(call, LID_ERROR_TIMEOUT, "timeout");                              \
        taken = now_ms() - started;                                             \
        if (taken < (milliseconds) || taken > (milliseconds) + at_most_ms(900)) \
            FAIL("took %.0f ms instead of %d ms", taken, (int)(milliseconds));  \
    } while (0)

static void timeout_ms_replaces_both_limits(void)
{
    lid_client *client =
        configured_client("\"wait_timeout_ms\":1500,\"request_timeout_ms\":60000,\"max_retries\":0");
    lid_client *soon = derive(client, "{\"timeout_ms\":400}", NULL);
    lid_client *later = derive(soon, "{\"timeout_ms\":2500}", NULL);
    const char *code;

    add_user(client, USER);
    OK(lid_generate_code(client, "short", "temporary_authentication", false, NULL, USER, &out));
    code = get("/code");
    inject(RETRIEVE, 1, "\"kind\":\"delay\",\"ms\":60000");
    TAKES(400, lid_get_user(soon, USER, &out));
    TAKES(400, lid_wait_code(soon, USER, code, "short", 0, NULL, &out));
    /* The smaller of the two counts. */
    TAKES(400, lid_wait_code(soon, USER, code, "short", 60000, NULL, &out));
    TAKES(600, lid_wait_code(later, USER, code, "short", 600, NULL, &out));
    TAKES(2500, lid_wait_code(later, USER, code, "short", 0, NULL, &out));
    TAKES(1500, lid_wait_code(client, USER, code, "short", 0, NULL, &out));
    lid_free(soon);
    lid_free(later);
}

static void bad_options_are_refused_and_make_no_client(void)
{
    static const struct {
        const char *options, *says;
    } all[] = {
        { "{\"timeout\":1}", "'timeout'" },
        { "{\"timeout_ms\":0}", "timeout_ms must be a whole number from 1 to 86400000" },
        { "{\"timeout_ms\":86400001}", "timeout_ms" },
        { "{\"timeout_ms\":\"1\"}", "timeout_ms" },
        { "{\"max_retries\":11}", "max_retries must be a whole number from 0 to 10" },
        { "{\"headers\":{\"Host\":\"CANARY\"}}", "'Host' is set by this library" },
        { "{\"headers\":{\"X-A\":\"CANARY\\r\\nX-B: 1\"}}", "'X-A' has a value" },
        { "{\"headers\":{\"X-A\":null}}", "'X-A' must be a string" },
        { "{\"headers\":[\"CANARY\"]}", "headers must be an object" },
        { "{\"request_id\":\"\"}", "request_id must be a string of 1 to 128" },
        { "{\"request_id\":\"CANARY CANARY\"}", "request_id" },
    };
    lid_client *client = new_client();
    size_t i;

    for (i = 0; i < sizeof all / sizeof *all; i++) {
        lid_client *derived = (lid_client *)&out;
        ERROR(lid_with_options(client, all[i].options, NULL, &derived, &out),
              LID_ERROR_INVALID_ARGUMENT, "invalid_options");
        CHECK(derived == NULL);
        if (!contains(get("/error/message"), all[i].says) || contains(out, "CANARY"))
            FAIL("%s: %s", all[i].options, out);
        TEXT("/error/operation", "with_options");
    }
}

/* Values of headers are secrets: of 8 characters or more they are in no error. */
static void a_header_of_the_options_is_in_no_error(void)
{
    lid_client *client = new_client();
    lid_client *derived = derive(client, "{\"headers\":{\"X-Key\":\"CANARY-0123456789\"}}", NULL);

    inject(RETRIEVE, 1,
           "\"kind\":\"status\",\"code\":400,\"body\":"
           "\"{\\\"code\\\":\\\"bad_header\\\",\\\"message\\\":\\\"not CANARY-0123456789\\\"}\"");
    ERROR(lid_get_user(derived, USER, &out), LID_ERROR_API, "bad_header");
    CHECK(!contains(out, "CANARY"));
    lid_free(derived);
}

/* ---- What is shared ---- */

static void derived_clients_share_connections_and_keys(void)
{
    lid_client *client = new_client();
    const char *token;
    int i, before;

    add_user(client, USER);
    token = json_at(emulator("POST", "users/" USER "/login", "{}"), "/jwt");
    OK(lid_verify_token(client, token, USER, &out));
    CHECK(requests_for("/certs") == 1);
    before = descriptors();
    for (i = 0; i < 50; i++) {
        lid_client *derived = derive(client, "{\"timeout_ms\":10000}", NULL);
        OK(lid_get_user(derived, USER, &out));
        OK(lid_verify_token(derived, token, USER, &out));
        lid_free(derived);
    }
    CHECK(descriptors() == before);
    CHECK(requests_for("/certs") == 1);
}

static void count_event(const char *event, void *user_data)
{
    (void)event;
    ++*(int *)user_data;
}

static void the_logger_of_one_is_the_logger_of_all(void)
{
    lid_client *client = new_client();
    lid_client *derived = derive(client, NULL, NULL), *again = derive(derived, NULL, NULL);
    int of_parent = 0, of_derived = 0;

    add_user(client, USER);
    lid_set_log_callback(client, count_event, &of_parent);
    OK(lid_get_user(derived, USER, &out));
    OK(lid_get_user(again, USER, &out));
    CHECK(of_parent == 2);
    lid_set_log_callback(derived, count_event, &of_derived);
    OK(lid_get_user(client, USER, &out));
    OK(lid_get_user(again, USER, &out));
    CHECK(of_parent == 2 && of_derived == 2);
    lid_set_log_callback(again, NULL, NULL);
    OK(lid_get_user(client, USER, &out));
    CHECK(of_derived == 2);
    lid_free(derived);
    lid_free(again);
}

/* ---- Cancels: none of a client is lost, and every call is refused ---- */

static void every_call_of_a_cancelled_client_is_refused(void)
{
    lid_client *client = new_client(), *derived;
    lid_cancel *cancel = lid_cancel_new();
    const char *token;

    add_user(client, USER);
    token = json_at(emulator("POST", "users/" USER "/login", "{}"), "/jwt");
    derived = derive(client, NULL, cancel);
    OK(lid_verify_token(derived, token, USER, &out));
    OK(lid_generate_service_token(derived, "users.retrieve", USER, NULL, NULL, &out));
    lid_cancel_trigger(cancel);
    forget_requests();
    ERROR(lid_verify_token(derived, token, USER, &out), LID_ERROR_CANCELLED, "cancelled");
    TEXT("/error/operation", "verify_token");
    ERROR(lid_verify_transaction(derived, token, "x", NULL, &out), LID_ERROR_CANCELLED,
          "cancelled");
    ERROR(lid_generate_service_token(derived, "users.retrieve", USER, NULL, NULL, &out),
          LID_ERROR_CANCELLED, "cancelled");
    TEXT("/error/operation", "generate_service_token");
    ERROR(lid_generate_tx_auth_token(derived, "x", USER, NULL, &out), LID_ERROR_CANCELLED,
          "cancelled");
    ERROR(lid_get_user(derived, USER, &out), LID_ERROR_CANCELLED, "cancelled");
    ERROR(lid_wait_code(derived, USER, "1", "short", 0, NULL, &out), LID_ERROR_CANCELLED,
          "cancelled");
    CHECK(requests_for(RETRIEVE) == 0 && requests_for(WAIT) == 0);
    OK(lid_get_user(client, USER, &out));
    OK(lid_verify_token(client, token, USER, &out));
    lid_free(derived);
    lid_cancel_free(cancel);
}

static void every_cancel_given_stays_in_force(void)
{
    lid_client *client = new_client();
    int triggered;

    add_user(client, USER);
    for (triggered = 0; triggered < 4; triggered++) {
        lid_cancel *cancels[4];
        lid_client *derived[3];
        struct call wait;
        int i;

        for (i = 0; i < 4; i++)
            cancels[i] = lid_cancel_new();
        for (i = 0; i < 3; i++)
            derived[i] = derive(i == 0 ? client : derived[i - 1], NULL, cancels[i]);
        OK(lid_generate_code(client, "short", "temporary_authentication", false, NULL, USER,
                             &out));
        forget_requests();
        begin_wait(&wait, derived[2], get("/code"), 60000, cancels[3]);
        await_requests(WAIT, 1);
        lid_cancel_trigger(cancels[triggered]);
        CHECK(end_call(&wait) == LID_ERROR_CANCELLED);
        /* Of the client that was derived first, only its own cancel. */
        CHECK((lid_get_user(derived[0], USER, &wait.answer) == LID_OK) == (triggered != 0));
        lid_free_string(wait.answer);
        for (i = 0; i < 4; i++)
            lid_cancel_free(cancels[i]);
        for (i = 0; i < 3; i++)
            lid_free(derived[i]);
    }
}

/* ---- Freeing ---- */

static void everything_may_be_freed_in_any_order(void)
{
    int order;

    for (order = 0; order < 6; order++) {
        static const int orders[6][3] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 },
                                          { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };
        lid_client *client, *derived, *again;
        lid_cancel *cancel = lid_cancel_new();
        int i;

        OK(lid_new_from_env(&client, &out));
        derived = derive(client, "{\"headers\":{\"X-A\":\"1\"}}", cancel);
        again = derive(derived, "{\"request_id\":\"again\"}", cancel);
        for (i = 0; i < 3; i++) {
            switch (orders[order][i]) {
            case 0: lid_free(client); break;
            case 1: lid_free(derived); break;
            case 2: lid_cancel_free(cancel); break;
            }
            ERROR(lid_get_user(again, "nobody", &out), LID_ERROR_API, "user_not_found");
            OK(lid_generate_service_token(again, "users.retrieve", USER, NULL, NULL, &out));
        }
        lid_free(again);
    }
}

/* ---- Descriptors ---- */

static void a_cancel_needs_a_descriptor_only_when_a_call_waits(void)
{
    enum { CANCELS = 1000 };
    static lid_cancel *cancels[CANCELS];
    lid_client *client = new_client();
    int before, i;

    add_user(client, USER);
    before = descriptors();
    for (i = 0; i < CANCELS; i++)
        cancels[i] = lid_cancel_new();
    for (i = 0; i < CANCELS / 2; i++)
        lid_cancel_trigger(cancels[i]);
    CHECK(descriptors() == before);
    for (i = CANCELS - 10; i < CANCELS; i++) {
        lid_client *derived = derive(client, NULL, cancels[i]);
        OK(lid_get_user(derived, USER, &out));
        OK(lid_get_user(derived, USER, &out));
        lid_free(derived);
        lid_cancel_trigger(cancels[i]);
    }
    CHECK(descriptors() == before + 10);
    for (i = 0; i < CANCELS; i++)
        lid_cancel_free(cancels[i]);
    CHECK(descriptors() == before);
}

/* ---- Threads ---- */

#define THREADS 64

static void *wait_in_thread(void *argument)
{
    struct call *call = argument;
    int i;

    for (i = 0; i < 20; i++) {
        lid_client *derived;
        char *answer;

        CHECK(lid_with_options(call->client, "{\"timeout_ms\":60000}", call->cancel, &derived,
                               &answer) == LID_OK);
        lid_free_string(answer);
        CHECK(lid_get_user(derived, USER, &answer) == LID_OK);
        lid_free_string(answer);
        lid_free(derived);
    }
    call->status = lid_wait_code(call->client, USER, call->code, "short", 60000, call->cancel,
                                 &call->answer);
    return NULL;
}

static void threads_share_a_derived_client_and_cancel_each_other(void)
{
    static struct call calls[THREADS];
    lid_client *client = new_client(), *derived;
    lid_cancel *all = lid_cancel_new();
    const char *code;
    int i;

    add_user(client, USER);
    OK(lid_generate_code(client, "short", "temporary_authentication", false, NULL, USER, &out));
    code = get("/code");
    derived = derive(client, "{\"headers\":{\"X-A\":\"1\"}}", all);
    for (i = 0; i < THREADS; i++) {
        calls[i].client = derived;
        calls[i].code = code;
        calls[i].cancel = lid_cancel_new();
        begin_call(&calls[i], wait_in_thread);
    }
    await_requests(WAIT, THREADS);
    for (i = 0; i < THREADS; i += 2)
        lid_cancel_trigger(calls[i].cancel);
    for (i = 0; i < THREADS; i += 2)
        CHECK(end_call(&calls[i]) == LID_ERROR_CANCELLED);
    OK(lid_get_user(derived, USER, &out));
    lid_cancel_trigger(all);
    for (i = 1; i < THREADS; i += 2)
        CHECK(end_call(&calls[i]) == LID_ERROR_CANCELLED);
    for (i = 0; i < THREADS; i++)
        lid_cancel_free(calls[i].cancel);
    lid_cancel_free(all);
    lid_free(derived);
}

static const struct test tests[] = {
    TEST(headers_replace_those_of_the_parent_by_name),
    TEST(a_given_request_id_is_sent_logged_and_in_errors),
    TEST(max_retries_counts_for_the_derived_client_only),
    TEST(timeout_ms_replaces_both_limits),
    TEST(bad_options_are_refused_and_make_no_client),
    TEST(a_header_of_the_options_is_in_no_error),
    TEST(derived_clients_share_connections_and_keys),
    TEST(the_logger_of_one_is_the_logger_of_all),
    TEST(every_call_of_a_cancelled_client_is_refused),
    TEST(every_cancel_given_stays_in_force),
    TEST(everything_may_be_freed_in_any_order),
    TEST(a_cancel_needs_a_descriptor_only_when_a_call_waits),
    TEST(threads_share_a_derived_client_and_cancel_each_other),
};

TEST_MAIN(tests)

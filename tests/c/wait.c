/* Waiting for a code: until it is authorized, refused, too late or cancelled. */
#define _POSIX_C_SOURCE 200809L

#include "support.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define LOGIN "temporary_authentication"
#define WAIT "/authenticate/code/wait"

/* A code that is not authorized. */
static const char *new_code(const lid_client *client)
{
    OK(lid_generate_code(client, "short", LOGIN, false, NULL, USER, &out));
    return get("/code");
}

static void an_authorized_code_logs_in_once(void)
{
    lid_client *client = new_client();
    const char *id = add_user(client, USER);
    const char *code;

    OK(lid_generate_code(client, "short", LOGIN, true, NULL, USER, &out));
    code = get("/code");
    OK(lid_wait_code(client, USER, code, "short", 0, NULL, &out));
    TEXT("/is_authenticated", "true");
    TEXT("/user/id", id);
    TEXT("/user/username", USER);
    CHECK(has(out, "/user/namespace_id"));
    TEXT("/client/id", getenv("LOGINID_CLIENT_ID"));
    TEXT("/client/type", "directweb");
    TEXT_IN(last_request(WAIT), "/token/claims/scope", "auth.temporary");
    TEXT_IN(last_request(WAIT), "/body/authentication_code/type", "short");
    OK(lid_verify_token(client, get("/jwt"), USER, &out));
    ERROR(lid_wait_code(client, USER, code, "short", 0, NULL, &out), LID_ERROR_API,
          "invalid_verification_code");
}

static void a_wait_ends_when_the_code_is_authorized(void)
{
    lid_client *client = new_client();
    struct call wait;
    const char *code;

    add_user(client, USER);
    code = new_code(client);
    begin_wait(&wait, client, code, 60000, NULL);
    await_requests(WAIT, 1);
    OK(lid_authorize_code(client, code, "short", LOGIN, NULL, USER, &out));
    CHECK(end_call(&wait) == LID_OK);
    TEXT("/user/username", USER);
    CHECK(has(out, "/jwt"));
    CHECK(requests_for(WAIT) == 1);
}

static void a_wait_ends_when_the_codes_are_invalidated(void)
{
    lid_client *client = new_client();
    struct call wait;

    add_user(client, USER);
    begin_wait(&wait, client, new_code(client), 60000, NULL);
    await_requests(WAIT, 1);
    OK(lid_invalidate_all_codes(client, "short", LOGIN, NULL, USER, &out));
    CHECK(end_call(&wait) == LID_ERROR_API);
    TEXT("/error/code", "invalid_verification_code");
    TEXT("/error/operation", "wait_code");
}

static void a_wait_ends_when_the_code_expires(void)
{
    lid_client *client = new_client();
    struct call wait;

    add_user(client, USER);
    begin_wait(&wait, client, new_code(client), 60000, NULL);
    await_requests(WAIT, 1);
    emulator("POST", "clock", "{\"advance_s\":181}");
    CHECK(end_call(&wait) == LID_ERROR_API);
    TEXT("/error/code", "verification_code_expired");
}

static void a_wait_ends_when_the_user_is_deactivated(void)
{
    lid_client *client = new_client();
    const char *id = add_user(client, USER);
    struct call wait;

    begin_wait(&wait, client, new_code(client), 60000, NULL);
    await_requests(WAIT, 1);
    OK(lid_deactivate_user_by_id(client, id, &out));
    CHECK(end_call(&wait) == LID_ERROR_API);
    TEXT("/error/code", "account_deactivated");
}

static void wait_until_deadline(const lid_client *client, uint32_t timeout_ms, double deadline_ms)
{
    const char *code = new_code(client);
    double started = now_ms(), taken;

    ERROR(lid_wait_code(client, USER, code, "short", timeout_ms, NULL, &out), LID_ERROR_TIMEOUT,
          "timeout");
    taken = now_ms() - started;
    if (taken < deadline_ms || taken > deadline_ms + at_most_ms(deadline_ms * 0.1))
        FAIL("took %.0f ms with a deadline of %.0f ms", taken, deadline_ms);
}

/* As a page does that asks again and again: its server's waits are short. */
static void a_wait_that_ended_at_its_deadline_may_be_repeated(void)
{
    lid_client *client = new_client();
    const char *code;
    int times;

    add_user(client, USER);
    code = new_code(client);
    for (times = 0; times < 3; times++)
        ERROR(lid_wait_code(client, USER, code, "short", 200, NULL, &out), LID_ERROR_TIMEOUT,
              "timeout");
    OK(lid_authorize_code(client, code, "short", LOGIN, NULL, USER, &out));
    OK(lid_wait_code(client, USER, code, "short", 60000, NULL, &out));
    TEXT("/user/username", USER);
}

/* The wait's own limit, or the configured one; never the limit of other calls. */
static void a_wait_ends_at_its_deadline(void)
{
    lid_client *client =
        configured_client("\"wait_timeout_ms\":3000,\"request_timeout_ms\":1000");

    add_user(client, USER);
    wait_until_deadline(client, 2000, 2000);
    wait_until_deadline(client, 0, 3000);
    TEXT("/error/operation", "wait_code");
}

/* An answer without proof is an error. */
static void a_login_without_a_good_jwt_is_refused(void)
{
    lid_client *client = new_client();

    inject(WAIT, 1, "\"kind\":\"status\",\"code\":200,\"body\":\"{\\\"is_authenticated\\\":true}\"");
    ERROR(lid_wait_code(client, USER, "123456", "short", 0, NULL, &out), LID_ERROR_RESPONSE,
          "missing_jwt");
    inject(WAIT, 1, "\"kind\":\"status\",\"code\":200,\"body\":\"{\\\"jwt\\\":\\\"x.y.z\\\"}\"");
    ERROR(lid_wait_code(client, USER, "123456", "short", 0, NULL, &out),
          LID_ERROR_TOKEN_INVALID, "malformed_token");
    emulator("POST", "applications", "{\"client_id\":\"other\"}");
    add_user(client, USER);
    inject(WAIT, 1,
           text("\"kind\":\"status\",\"code\":200,\"body\":%s",
                quoted(emulator("POST", "users/" USER "/login", "{\"client_id\":\"other\"}"))));
    ERROR(lid_wait_code(client, USER, "123456", "short", 0, NULL, &out),
          LID_ERROR_CLAIM_MISMATCH, "audience_mismatch");
}

/* ---- Cancelling: each way brings a wait to where it is cancelled ---- */

static void while_polling(struct call *wait, lid_cancel *cancel)
{
    lid_client *client = new_client();

    forget_out();
    if (lid_get_user(client, USER, &out) != LID_OK)
        add_user(client, USER);
    forget_requests();
    begin_wait(wait, client, new_code(client), 60000, cancel);
    await_requests(WAIT, 1);
}

static void a_wait_is_cancelled_while_polling(void)
{
    cancelled_in_time(while_polling);
}

static void in_the_middle_of_the_answer(struct call *wait, lid_cancel *cancel)
{
    forget_requests();
    /* "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{" and then nothing. */
    inject(WAIT, 1,
           "\"kind\":\"raw\",\"hold_ms\":60000,"
           "\"base64\":\"SFRUUC8xLjEgMjAwIE9LDQpjb250ZW50LWxlbmd0aDogOQ0KDQp7\"");
    begin_wait(wait, new_client(), "123456", 60000, cancel);
    await_requests(WAIT, 1);
}

static void a_wait_is_cancelled_in_the_middle_of_the_answer(void)
{
    cancelled_in_time(in_the_middle_of_the_answer);
}

/* A server that accepts the connection and never answers. */
static int mute_server(struct sockaddr_in *address)
{
    socklen_t length = sizeof *address;
    int descriptor = socket(AF_INET, SOCK_STREAM, 0);

    memset(address, 0, sizeof *address);
    address->sin_family = AF_INET;
    address->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    CHECK(bind(descriptor, (struct sockaddr *)address, length) == 0);
    CHECK(listen(descriptor, 1) == 0);
    CHECK(getsockname(descriptor, (struct sockaddr *)address, &length) == 0);
    return descriptor;
}

static void in_the_tls_handshake(struct call *wait, lid_cancel *cancel)
{
    struct sockaddr_in address;
    int server = mute_server(&address);
    char first_byte;
    int connection;
    lid_client *client = client_from_json(text(
        "{\"client_id\":\"a\",\"base_url\":\"https://127.0.0.1:%d\",\"connect_timeout_ms\":60000}",
        ntohs(address.sin_port)));

    begin_wait(wait, client, "123456", 60000, cancel);
    connection = accept(server, NULL, NULL);
    CHECK(read(connection, &first_byte, 1) == 1);
    /* The connection stays open until the program ends. */
    close(server);
}

static void a_wait_is_cancelled_in_the_tls_handshake(void)
{
    cancelled_in_time(in_the_tls_handshake);
}

/* The answer to the wait has arrived; its token needs a key. */
static void while_fetching_the_key(struct call *wait, lid_cancel *cancel, const char *fault)
{
    lid_client *client = new_client();
    const char *code;

    forget_out();
    if (lid_get_user(client, USER, &out) != LID_OK)
        add_user(client, USER);
    OK(lid_generate_code(client, "short", LOGIN, true, NULL, USER, &out));
    code = get("/code");
    forget_requests();
    inject("/certs", 1, fault);
    begin_wait(wait, client, code, 60000, cancel);
    await_requests("/certs", 1);
}

static void while_the_key_is_fetched(struct call *wait, lid_cancel *cancel)
{
    while_fetching_the_key(wait, cancel, "\"kind\":\"delay\",\"ms\":60000");
}

static void a_wait_is_cancelled_while_the_key_is_fetched(void)
{
    cancelled_in_time(while_the_key_is_fetched);
}

/* After a 429 the request with the code is not retried; the one for the key is. */
static void before_trying_again(struct call *wait, lid_cancel *cancel)
{
    while_fetching_the_key(wait, cancel,
                           "\"kind\":\"status\",\"code\":429,"
                           "\"headers\":[[\"Retry-After\",\"30\"]]");
}

static void a_wait_is_cancelled_before_trying_again(void)
{
    cancelled_in_time(before_trying_again);
}

/* Several waits share the fetch of a key: cancelling the one that fetches does not end
 * the others, and cancelling another ends only that one. */
static void waits_that_share_a_fetch_are_cancelled_one_by_one(void)
{
    lid_client *client = new_client();
    lid_cancel *fetching = lid_cancel_new(), *sharing = lid_cancel_new();
    struct call first, second, third;
    const char *codes[3];
    double triggered;
    int i;

    add_user(client, USER);
    for (i = 0; i < 3; i++) {
        OK(lid_generate_code(client, "short", LOGIN, true, NULL, USER, &out));
        codes[i] = get("/code");
    }
    inject("/certs", 1, "\"kind\":\"delay\",\"ms\":60000");
    begin_wait(&first, client, codes[0], 60000, fetching);
    await_requests("/certs", 1);
    begin_wait(&second, client, codes[1], 60000, sharing);
    begin_wait(&third, client, codes[2], 60000, NULL);
    await_requests(WAIT, 3);
    triggered = now_ms();
    lid_cancel_trigger(sharing);
    CHECK(end_call(&second) == LID_ERROR_CANCELLED);
    /* Much less than the time of the fetch; the cases above measure exactly. */
    CHECK(second.ended_ms - triggered < at_most_ms(5000));
    lid_cancel_trigger(fetching);
    CHECK(end_call(&first) == LID_ERROR_CANCELLED);
    CHECK(end_call(&third) == LID_OK);
    TEXT("/user/username", USER);
    CHECK(requests_for("/certs") == 2);
    lid_cancel_free(fetching);
    lid_cancel_free(sharing);
}

/* The code is used, so the wait must not be repeated, although fetching a key could
 * be. */
static void a_login_whose_key_cannot_be_fetched_is_not_retryable(void)
{
    lid_client *client = configured_client("\"max_retries\":0");

    add_user(client, USER);
    OK(lid_generate_code(client, "short", LOGIN, true, NULL, USER, &out));
    inject("/certs", 1, "\"kind\":\"drop\"");
    ERROR(lid_wait_code(client, USER, get("/code"), "short", 0, NULL, &out), LID_ERROR_NETWORK,
          "connection_lost");
    TEXT("/error/operation", "wait_code");
    TEXT("/error/retryable", "false");
    CHECK(requests_for(WAIT) == 1);
}

static void a_wait_cancelled_before_it_begins_sends_nothing(void)
{
    lid_client *client = new_client();
    lid_cancel *cancel = lid_cancel_new();

    lid_cancel_trigger(cancel);
    lid_cancel_trigger(cancel);
    ERROR(lid_wait_code(client, USER, "123456", "short", 60000, cancel, &out),
          LID_ERROR_CANCELLED, "cancelled");
    CHECK(requests_for(WAIT) == 0);
    lid_cancel_free(cancel);
}

/* A cancel ends every wait that uses it, and no other. */
static void a_cancel_ends_only_its_own_waits(void)
{
    lid_client *client = new_client();
    lid_cancel *cancel = lid_cancel_new(), *other = lid_cancel_new();
    struct call waits[3];
    const char *code;

    add_user(client, USER);
    code = new_code(client);
    begin_wait(&waits[0], client, new_code(client), 60000, cancel);
    begin_wait(&waits[1], client, new_code(client), 60000, cancel);
    begin_wait(&waits[2], client, code, 60000, other);
    await_requests(WAIT, 3);
    lid_cancel_trigger(cancel);
    CHECK(end_call(&waits[0]) == LID_ERROR_CANCELLED);
    CHECK(end_call(&waits[1]) == LID_ERROR_CANCELLED);
    OK(lid_authorize_code(client, code, "short", LOGIN, NULL, USER, &out));
    CHECK(end_call(&waits[2]) == LID_OK);
    lid_cancel_free(cancel);
    lid_cancel_free(other);
}

/* A child has copies of all descriptors of its parent, and may run for a long time. */
static void a_child_does_not_prolong_its_parents_wait(void)
{
    lid_client *client = new_client();
    lid_cancel *cancel = lid_cancel_new();
    struct call wait;
    double triggered;
    int ends[2];
    char byte;
    pid_t child;

    CHECK(pipe(ends) == 0);
    child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        /* Until the parent closes its end, or exits. */
        close(ends[1]);
        _exit((int)read(ends[0], &byte, 1));
    }
    add_user(client, USER);
    begin_wait(&wait, client, new_code(client), 30000, cancel);
    await_requests(WAIT, 1);
    triggered = now_ms();
    lid_cancel_trigger(cancel);
    CHECK(end_call(&wait) == LID_ERROR_CANCELLED);
    CHECK(wait.ended_ms - triggered < at_most_ms(5000));
    close(ends[1]);
    ended_well(child);
    lid_cancel_free(cancel);
}

/* A wait that is not cancelled behaves like one without a cancel. */
static void a_cancel_that_is_not_triggered_changes_nothing(void)
{
    lid_client *client = new_client();
    lid_cancel *cancel = lid_cancel_new();

    add_user(client, USER);
    OK(lid_generate_code(client, "short", LOGIN, true, NULL, USER, &out));
    OK(lid_wait_code(client, USER, get("/code"), "short", 60000, cancel, &out));
    TEXT("/user/username", USER);
    ERROR(lid_wait_code(client, USER, new_code(client), "short", 500, cancel, &out),
          LID_ERROR_TIMEOUT, "timeout");
    lid_cancel_free(cancel);
}

static const struct test tests[] = {
    TEST(an_authorized_code_logs_in_once),
    TEST(a_wait_ends_when_the_code_is_authorized),
    TEST(a_wait_ends_when_the_codes_are_invalidated),
    TEST(a_wait_ends_when_the_code_expires),
    TEST(a_wait_ends_when_the_user_is_deactivated),
    TEST(a_wait_ends_at_its_deadline),
    TEST(a_wait_that_ended_at_its_deadline_may_be_repeated),
    TEST(a_login_without_a_good_jwt_is_refused),
    TEST(a_wait_is_cancelled_while_polling),
    TEST(a_wait_is_cancelled_in_the_middle_of_the_answer),
    TEST(a_wait_is_cancelled_before_trying_again),
    TEST(a_wait_is_cancelled_in_the_tls_handshake),
    TEST(a_wait_is_cancelled_while_the_key_is_fetched),
    TEST(waits_that_share_a_fetch_are_cancelled_one_by_one),
    TEST(a_login_whose_key_cannot_be_fetched_is_not_retryable),
    TEST(a_wait_cancelled_before_it_begins_sends_nothing),
    TEST(a_cancel_ends_only_its_own_waits),
    TEST(a_child_does_not_prolong_its_parents_wait),
    TEST(a_cancel_that_is_not_triggered_changes_nothing),
};

TEST_MAIN(tests)

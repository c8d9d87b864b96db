/* A call of a derived client of the current service is cancelled wherever it is: in the request
 * for its grant, in its own, and in the request for the key set. */
#include "support.h"

#include <string.h>

#define GRANT "/fido2/v2/mgmt/grant"
#define PASSKEYS "/fido2/v2/passkeys"
#define KEY_SET "/fido2/v2/.well-known/jwks.json"

#define LATE "\"kind\":\"delay\",\"ms\":60000"
/* "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{" and then nothing. */
#define HALF                                 \
    "\"kind\":\"raw\",\"hold_ms\":60000,"    \
    "\"base64\":\"SFRUUC8xLjEgMjAwIE9LDQpjb250ZW50LWxlbmd0aDogOQ0KDQp7\""
#define LIMITED "\"kind\":\"status\",\"code\":429,\"headers\":[[\"Retry-After\",\"30\"]]"

static const char *token;

/* One that has used nothing yet. */
static const lid_v2_client *patient(void)
{
    return v2_client_with(v2_base_url(), v2_api_key(), ",\"request_timeout_ms\":60000");
}

/* Freed at the end, since its call is in another thread. */
static const lid_v2_client *derive_with(const lid_v2_client *client, lid_cancel *cancel)
{
    lid_v2_client *derived;

    OK(lid_v2_with_options(client, NULL, cancel, &derived, &out));
    return keep_v2_client(derived);
}

static void *list(void *argument)
{
    struct call *call = argument;

    call->status = lid_v2_list_passkeys(call->v2_client, USER, NULL, &call->answer);
    call->ended_ms = now_ms();
    return NULL;
}

/* Begins a call with a grant, and waits until `path` was requested, which meets the fault. */
static void begin_list(struct call *call, lid_cancel *cancel, const char *path, const char *fault)
{
    v2_login(USER);
    forget_requests();
    inject(path, 1, fault);
    call->v2_client = derive_with(patient(), cancel);
    call->operation = strcmp(path, GRANT) == 0 ? "v2_create_grant" : "v2_list_passkeys";
    begin_call(call, list);
    await_requests(path, 1);
}

static void before_its_grant(struct call *call, lid_cancel *cancel)
{
    begin_list(call, cancel, GRANT, LATE);
}

static void a_call_is_cancelled_before_its_grant(void)
{
    cancelled_in_time(before_its_grant);
}

static void in_the_middle_of_its_grant(struct call *call, lid_cancel *cancel)
{
    begin_list(call, cancel, GRANT, HALF);
}

static void a_call_is_cancelled_in_the_middle_of_its_grant(void)
{
    cancelled_in_time(in_the_middle_of_its_grant);
}

static void before_the_next_request_for_its_grant(struct call *call, lid_cancel *cancel)
{
    begin_list(call, cancel, GRANT, LIMITED);
}

static void a_call_is_cancelled_before_the_next_request_for_its_grant(void)
{
    cancelled_in_time(before_the_next_request_for_its_grant);
}

static void after_its_grant(struct call *call, lid_cancel *cancel)
{
    begin_list(call, cancel, PASSKEYS, LATE);
}

static void a_call_is_cancelled_after_its_grant(void)
{
    cancelled_in_time(after_its_grant);
}

static void in_the_middle_of_the_answer(struct call *call, lid_cancel *cancel)
{
    begin_list(call, cancel, PASSKEYS, HALF);
}

static void a_call_is_cancelled_in_the_middle_of_the_answer(void)
{
    cancelled_in_time(in_the_middle_of_the_answer);
}

static void before_the_next_attempt(struct call *call, lid_cancel *cancel)
{
    begin_list(call, cancel, PASSKEYS, LIMITED);
}

static void a_call_is_cancelled_before_the_next_attempt(void)
{
    cancelled_in_time(before_the_next_attempt);
}

/* What was cancelled is not sent. */
static void a_call_cancelled_in_its_grant_is_not_made(void)
{
    lid_cancel *cancel = lid_cancel_new();
    struct call call;

    begin_list(&call, cancel, GRANT, LATE);
    lid_cancel_trigger(cancel);
    CHECK(end_call(&call) == LID_ERROR_CANCELLED);
    CHECK(requests_for(PASSKEYS) == 0);
    /* The client that was derived stays cancelled, its parent is not. */
    ERROR(lid_v2_list_passkeys(call.v2_client, USER, NULL, &out), LID_ERROR_CANCELLED, "cancelled");
    ERROR(lid_v2_verify_token(call.v2_client, "a.b.c", NULL, &out), LID_ERROR_CANCELLED, "cancelled");
    ERROR(lid_v2_verify_transaction(call.v2_client, "a.b.c", "pay", "1", NULL, &out),
          LID_ERROR_CANCELLED, "cancelled");
    CHECK(requests_for(GRANT) == 1);
    lid_cancel_free(cancel);
}

static void everything_may_be_freed_in_any_order(void)
{
    static const int orders[6][3] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 },
                                      { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };
    int order, i;

    token = json_at(v2_login(USER), "/jwtAccess");
    for (order = 0; order < 6; order++) {
        lid_v2_client *client, *derived, *again;
        lid_cancel *cancel = lid_cancel_new();

        OK(lid_v2_new_from_env(&client, &out));
        OK(lid_v2_with_options(client, "{\"headers\":{\"X-A\":\"1\"}}", cancel, &derived, &out));
        OK(lid_v2_with_options(derived, "{\"request_id\":\"again\"}", cancel, &again, &out));
        for (i = 0; i < 3; i++) {
            switch (orders[order][i]) {
            case 0: lid_v2_free(client); break;
            case 1: lid_v2_free(derived); break;
            case 2: lid_cancel_free(cancel); break;
            }
            OK(lid_v2_list_passkeys(again, USER, NULL, &out));
            OK(lid_v2_verify_token(again, token, USER, &out));
        }
        lid_v2_free(again);
    }
}

/* ---- Keys ---- */

static void *verify(void *argument)
{
    struct call *call = argument;

    call->status = lid_v2_verify_token(call->v2_client, token, USER, &call->answer);
    call->ended_ms = now_ms();
    return NULL;
}

static void begin_verify(struct call *call, const lid_v2_client *client)
{
    call->v2_client = client;
    call->operation = "v2_verify_token";
    begin_call(call, verify);
}

static void make_token(void)
{
    token = json_at(v2_login(USER), "/jwtAccess");
    forget_requests();
}

static void while_the_key_set_is_fetched(struct call *call, lid_cancel *cancel)
{
    make_token();
    inject(KEY_SET, 1, LATE);
    begin_verify(call, derive_with(patient(), cancel));
    await_requests(KEY_SET, 1);
}

static void a_verification_is_cancelled_while_the_key_set_is_fetched(void)
{
    cancelled_in_time(while_the_key_set_is_fetched);
}

static struct call fetching;
static lid_cancel *end_fetching;

static void end_the_fetch(void)
{
    lid_cancel_trigger(end_fetching);
    CHECK(end_call(&fetching) == LID_ERROR_CANCELLED);
    lid_cancel_free(end_fetching);
}

static void while_another_call_fetches_the_key_set(struct call *call, lid_cancel *cancel)
{
    const lid_v2_client *client = patient();

    if (end_fetching != NULL)
        end_the_fetch();
    end_fetching = lid_cancel_new();
    make_token();
    inject(KEY_SET, 1, LATE);
    begin_verify(&fetching, derive_with(client, end_fetching));
    await_requests(KEY_SET, 1);
    begin_verify(call, derive_with(client, cancel));
    await_wait_for_another(call);
}

static void a_verification_is_cancelled_while_another_call_fetches_the_key_set(void)
{
    cancelled_in_time(while_another_call_fetches_the_key_set);
    end_the_fetch();
}

/* The one that fetches is cancelled: the others fetch the set themselves. */
static void a_cancelled_fetch_does_not_fail_those_that_wait_for_it(void)
{
    const lid_v2_client *client = patient();
    lid_cancel *cancel = lid_cancel_new();
    struct call first, waiting[3];
    int i;

    make_token();
    inject(KEY_SET, 1, LATE);
    begin_verify(&first, derive_with(client, cancel));
    await_requests(KEY_SET, 1);
    for (i = 0; i < 3; i++)
        begin_verify(&waiting[i], client);
    lid_cancel_trigger(cancel);
    CHECK(end_call(&first) == LID_ERROR_CANCELLED);
    for (i = 0; i < 3; i++)
        CHECK(end_call(&waiting[i]) == LID_OK);
    CHECK(requests_for(KEY_SET) == 2);
    lid_cancel_free(cancel);
}

/* ---- The token in an answer ---- */

static const char *code;

static void *verify_otp(void *argument)
{
    struct call *call = argument;

    call->status = lid_v2_verify_otp(call->v2_client, USER, code, NULL, &call->answer);
    call->ended_ms = now_ms();
    return NULL;
}

static void while_the_key_of_its_answer_is_fetched(struct call *call, lid_cancel *cancel)
{
    const lid_v2_client *client = patient();

    v2_login(USER);
    OK(lid_v2_create_otp(client, USER, NULL, &out));
    code = get("/code");
    forget_requests();
    inject(KEY_SET, 1, LATE);
    call->v2_client = derive_with(client, cancel);
    call->operation = "v2_verify_otp";
    begin_call(call, verify_otp);
    await_requests(KEY_SET, 1);
}

static void a_login_is_cancelled_while_the_key_of_its_answer_is_fetched(void)
{
    cancelled_in_time(while_the_key_of_its_answer_is_fetched);
}

static const struct test tests[] = {
    TEST(a_call_is_cancelled_before_its_grant),
    TEST(a_call_is_cancelled_in_the_middle_of_its_grant),
    TEST(a_call_is_cancelled_before_the_next_request_for_its_grant),
    TEST(a_call_is_cancelled_after_its_grant),
    TEST(a_call_is_cancelled_in_the_middle_of_the_answer),
    TEST(a_call_is_cancelled_before_the_next_attempt),
    TEST(a_call_cancelled_in_its_grant_is_not_made),
    TEST(everything_may_be_freed_in_any_order),
    TEST(a_verification_is_cancelled_while_the_key_set_is_fetched),
    TEST(a_verification_is_cancelled_while_another_call_fetches_the_key_set),
    TEST(a_cancelled_fetch_does_not_fail_those_that_wait_for_it),
    TEST(a_login_is_cancelled_while_the_key_of_its_answer_is_fetched),
};

TEST_MAIN(tests)

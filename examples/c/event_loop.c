/* A server with an event loop, libuv's, which no call of the library ever blocks:
 *
 * - short calls run in libuv's thread pool, with a limit of 2 seconds each;
 * - waits, which may last minutes, run in threads of their own (event_loop_waits.c), and end
 *   when the user leaves;
 * - tokens are verified on the loop itself, by a client that never makes a request.
 *
 * A timer checks that the loop is never blocked. Run it with `make example`, which starts an
 * emulator of the LoginID service first: here it takes half a second for each short call. */
#define _POSIX_C_SOURCE 200809L

#include <inttypes.h>
#include <loginid.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "emulator.h"
#include "event_loop_waits.h"

#define USER "ada@example.com"
#define PURPOSE "temporary_authentication"
#define SLOW "{\"match\":{\"path\":\"/manage/users/retrieve\"}," \
             "\"fault\":{\"kind\":\"delay\",\"ms\":500}}"

enum { CALL_MS = 500, TICK_MS = 5, CALLS = 6 };

static uv_loop_t *loop;
/* One that makes requests, and one that only verifies. */
static lid_client *client, *verifier;
/* A user who confirms the code on another device, and one who closes the page. */
static struct wait stays, leaves;
static int calls_left, waits_left = 2;

static void stop_when_done(void);

static void require(int as_expected, const char *what, const char *json)
{
    if (!as_expected) {
        fprintf(stderr, "FAILED: %s: %s\n", what, json ? json : "(nothing)");
        exit(1);
    }
}

/* The result of a call that has to succeed. Takes the address of `out`, because C may read an
 * argument before the call in another one. */
static char *result(const char *what, lid_status status, char **out)
{
    require(status == LID_OK, what, *out);
    return *out;
}

static char *get(const char *json, const char *pointer)
{
    char *value;
    lid_status status = lid_json_get(json, pointer, &value);
    return result(pointer, status, &value);
}

/* ---- On the loop: verifying, and the timer that proves that nothing blocks it ---- */

static uv_timer_t ticks, confirmation, departure;
static uint64_t last_tick, largest_gap, left_at;
static char *token;
static long verified;

static void on_tick(uv_timer_t *timer)
{
    uint64_t now = uv_hrtime();

    if (last_tick != 0 && now - last_tick > largest_gap)
        largest_gap = now - last_tick;
    last_tick = now;
    if (token != NULL) {
        char *out;
        lid_status status = lid_verify_token(verifier, token, USER, &out);
        lid_free_string(result("verify_token", status, &out));
        verified++;
    }
    (void)timer;
}

/* ---- Short calls, in libuv's pool ---- */

struct call {
    uv_work_t work;
    lid_client *limited;
    lid_status status;
    char *out;
};

static void run_call(uv_work_t *work)
{
    struct call *call = work->data;

    call->status = lid_get_user(call->limited, USER, &call->out);
}

/* On the loop again. */
static void call_ended(uv_work_t *work, int cancelled)
{
    struct call *call = work->data;

    require(!cancelled, "a call in the pool", NULL);
    lid_free_string(result("get_user", call->status, &call->out));
    lid_free(call->limited);
    free(call);
    calls_left--;
    stop_when_done();
}

static void start_call(int number)
{
    struct call *call = malloc(sizeof *call);
    char options[128], *out;
    lid_status status;

    require(call != NULL, "memory", NULL);
    /* The id is in the log of the service too. Deriving takes a few microseconds. */
    snprintf(options, sizeof options, "{\"timeout_ms\":2000,\"request_id\":\"page-%d\"}", number);
    status = lid_with_options(client, options, NULL, &call->limited, &out);
    lid_free_string(result("with_options", status, &out));
    call->work.data = call;
    require(uv_queue_work(loop, &call->work, run_call, call_ended) == 0, "queue_work", NULL);
    calls_left++;
}

/* ---- Waits, in their own threads ---- */

static void wait_ended(struct wait *wait)
{
    if (wait == &stays) {
        token = get(result("wait_code", wait->status, &wait->out), "/jwt");
        puts("wait_code     confirmed: the user is logged in");
    } else {
        require(wait->status == LID_ERROR_CANCELLED, "a cancelled wait", wait->out);
        printf("wait_code     the user left: %s after %" PRIu64 " ms\n",
               lid_status_name(wait->status), (uv_hrtime() - left_at) / 1000000);
    }
    wait_finish(wait);
    waits_left--;
    stop_when_done();
}

static void start_wait(struct wait *wait)
{
    char *out;
    lid_status status = lid_generate_code(client, "short", PURPOSE, false, NULL, USER, &out);

    wait->code = get(result("generate_code", status, &out), "/code");
    lid_free_string(out);
    wait->client = client;
    wait->username = USER;
    wait->timeout_ms = 60000;
    wait->ended = wait_ended;
    require(wait_start(wait) == 0, "a wait", NULL);
}

static void confirm(uv_work_t *work)
{
    char *out;
    lid_status status = lid_authorize_code(client, stays.code, "short", PURPOSE, NULL, USER, &out);

    (void)work;
    lid_free_string(result("authorize_code", status, &out));
}

static void on_confirmation(uv_timer_t *timer)
{
    static uv_work_t work;

    (void)timer;
    require(uv_queue_work(loop, &work, confirm, NULL) == 0, "queue_work", NULL);
}

/* This only wakes the thread that waits. */
static void on_departure(uv_timer_t *timer)
{
    (void)timer;
    left_at = uv_hrtime();
    lid_cancel_trigger(leaves.cancel);
}

/* ---- The program ---- */

/* A client with the key of this token, and no other: `fetch_keys` is false, so a verification
 * never makes a request. If it ends with unknown_key, verify in the pool with a client that
 * fetches keys. */
static lid_client *client_that_only_verifies(const char *jwt)
{
    char config[2048], *out, *kid, *pem, *quoted[2];
    lid_client *made;
    lid_status status = lid_verify_token(client, jwt, NULL, &out);
    int length;

    kid = get(result("verify_token", status, &out), "/header/kid");
    lid_free_string(out);
    require((pem = emulator_key(kid)) != NULL, "the service's key", kid);
    result("json_quote", lid_json_quote(kid, &quoted[0]), &quoted[0]);
    result("json_quote", lid_json_quote(pem, &quoted[1]), &quoted[1]);
    length = snprintf(config, sizeof config,
                      "{\"client_id\":\"%s\",\"public_keys\":{%s:%s},\"fetch_keys\":false,"
                      "\"verified_tokens\":1000}",
                      getenv("LOGINID_CLIENT_ID"), quoted[0], quoted[1]);
    require(length > 0 && (size_t)length < sizeof config, "room for the configuration", NULL);
    status = lid_new_with_config(config, &made, &out);
    lid_free_string(result("new_with_config", status, &out));
    lid_free_string(quoted[0]);
    lid_free_string(quoted[1]);
    lid_free_string(kid);
    free(pem);
    return made;
}

/* Before the loop runs, calls may block. */
static void prepare(void)
{
    char *out, *login, *jwt;
    lid_status status = lid_new_from_env(&client, &out);

    lid_free_string(result("new_from_env", status, &out));
    status = lid_add_user_without_credentials(client, USER, &out);
    lid_free_string(result("add_user", status, &out));
    login = emulator_post("users/" USER "/login", "{}");
    require(login != NULL, "a login on the user's device", NULL);
    jwt = get(login, "/jwt");
    verifier = client_that_only_verifies(jwt);
    lid_free_string(jwt);
    free(login);
    login = emulator_post("faults", SLOW);
    require(login != NULL, "a slow service", NULL);
    free(login);
}

static void start_timer(uv_timer_t *timer, uv_timer_cb callback, uint64_t first, uint64_t repeat)
{
    require(uv_timer_init(loop, timer) == 0 && uv_timer_start(timer, callback, first, repeat) == 0,
            "a timer", NULL);
}

static void stop_when_done(void)
{
    if (calls_left > 0 || waits_left > 0)
        return;
    uv_close((uv_handle_t *)&ticks, NULL);
    uv_close((uv_handle_t *)&confirmation, NULL);
    uv_close((uv_handle_t *)&departure, NULL);
    waits_stop();
}

int main(void)
{
    int number;

    prepare();
    loop = uv_default_loop();
    require(waits_start(loop, 2) == 0, "threads for waits", NULL);
    start_wait(&stays);
    start_wait(&leaves);
    for (number = 1; number <= CALLS; number++)
        start_call(number);
    start_timer(&ticks, on_tick, 0, TICK_MS);
    start_timer(&confirmation, on_confirmation, 100, 0);
    start_timer(&departure, on_departure, 200, 0);
    uv_run(loop, UV_RUN_DEFAULT);
    require(uv_loop_close(loop) == 0, "the loop's end", NULL);

    printf("get_user      %d calls of %d ms or more\n", CALLS, CALL_MS);
    printf("verify_token  %ld times on the loop\n", verified);
    printf("largest gap between two ticks of %d ms: %" PRIu64 " ms\n", TICK_MS,
           largest_gap / 1000000);
    require(verified > 0, "tokens verified on the loop", NULL);
    /* A machine under load delays every program; a call on the loop would take CALL_MS. */
    require(largest_gap / 1000000 < CALL_MS / 2, "a loop that is never blocked", NULL);
    lid_free_string((char *)stays.code);
    lid_free_string((char *)leaves.code);
    lid_free_string(token);
    lid_free(verifier);
    lid_free(client);
    puts("The loop was never blocked.");
    return 0;
}

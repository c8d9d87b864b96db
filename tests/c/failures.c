/* Failures of the service and of the connection to it: the resulting status, and
 * whether the call is retried. */
#define _POSIX_C_SOURCE 200809L

#include "support.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* get_user is safe to repeat, add_user_without_credentials is not. */
#define RETRIEVE "/manage/users/retrieve"
#define ADD "/manage/users"

static void a_wrong_key_is_refused_by_the_service(void)
{
    const char *key;
    lid_client *client;

    OK(lid_generate_key_pair(&out));
    key = get("/private_key");
    OK(lid_new(getenv("LOGINID_CLIENT_ID"), key, base_url(), &client, &out));
    ERROR(lid_get_user(client, USER, &out), LID_ERROR_API, "unauthorized");
    TEXT("/error/http_status", "401");
    TEXT("/error/retryable", "false");
    CHECK(requests_for(RETRIEVE) == 1);
    lid_free(client);

    OK(lid_new("no-such-application", key, base_url(), &client, &out));
    ERROR(lid_get_user(client, USER, &out), LID_ERROR_API, "unauthorized");
    lid_free(client);
}

static void a_base_url_may_have_a_path(void)
{
    static const char *const suffixes[] = { "", "/", "/api/native", "/api/native/",
                                            "/api/native///" };
    size_t i;

    add_user(new_client(), USER);
    for (i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        lid_client *client;
        const char *path = i < 2 ? RETRIEVE : "/api/native" RETRIEVE;
        forget_requests();
        OK(lid_new(getenv("LOGINID_CLIENT_ID"), getenv("LOGINID_PRIVATE_KEY"),
                   text("%s%s", base_url(), suffixes[i]), &client, &out));
        OK(lid_get_user(client, USER, &out));
        TEXT("/username", USER);
        CHECK(requests_for(path) == 1);
        lid_free(client);
    }
}

#define HTML_500                                                    \
    "\"kind\":\"status\",\"code\":500,\"content_type\":\"text/html\"," \
    "\"body\":\"<html><h1>Internal Server Error</h1></html>\""

static void a_500_with_html_is_an_error_of_the_service(void)
{
    lid_client *client = new_client();

    /* A safe call is retried: three attempts in total. */
    inject(RETRIEVE, 3, HTML_500);
    ERROR(lid_get_user(client, USER, &out), LID_ERROR_API, "http_error");
    TEXT("/error/http_status", "500");
    TEXT("/error/retryable", "true");
    CHECK(!contains(out, "<html>"));
    CHECK(requests_for(RETRIEVE) == 3);

    /* A call that changes something is not retried. */
    inject(ADD, 1, HTML_500);
    ERROR(lid_add_user_without_credentials(client, USER, &out), LID_ERROR_API, "http_error");
    TEXT("/error/retryable", "false");
    CHECK(requests_for(ADD) == 1);
}

/* All attempts of a call have the same Request-ID, and each has a new nonce. */
static void a_retried_call_succeeds_with_a_new_token(void)
{
    lid_client *client = new_client();
    const char *list;

    add_user(client, USER);
    inject(RETRIEVE, 2, HTML_500);
    OK(lid_get_user(client, USER, &out));
    CHECK(requests_for(RETRIEVE) == 3);
    list = emulator("GET", "requests?path=" RETRIEVE, "");
    CHECK(strcmp(json_at(list, "/requests/0/token/claims/nonce"),
                 json_at(list, "/requests/1/token/claims/nonce")) != 0);
    CHECK(strcmp(json_at(list, "/requests/1/token/claims/nonce"),
                 json_at(list, "/requests/2/token/claims/nonce")) != 0);
    {
        const char *id = strstr(json_at(list, "/requests/0"), "[\"request-id\",");
        CHECK(id != NULL);
        CHECK(contains(json_at(list, "/requests/2"), text("%.*s", 52, id)));
    }
}

#define SLOW_DOWN(seconds)                                                        \
    "\"kind\":\"status\",\"code\":429,\"headers\":[[\"Retry-After\",\"" seconds "\"]]," \
    "\"body\":\"{\\\"code\\\":\\\"too_many_requests\\\",\\\"message\\\":\\\"Slow down\\\"}\""

/* Nothing was carried out, so any call is retried after the requested time. */
static void a_429_is_retried_after_the_time_the_service_names(void)
{
    lid_client *client = new_client();
    double started = now_ms(), taken;

    inject(ADD, 1, SLOW_DOWN("1"));
    OK(lid_add_user_without_credentials(client, USER, &out));
    taken = now_ms() - started;
    CHECK(requests_for(ADD) == 2);
    if (taken < 1000)
        FAIL("repeated after %.0f ms, Retry-After was 1 s", taken);
}

static void a_429_with_a_retry_after_past_the_deadline_ends_the_call(void)
{
    lid_client *client = configured_client("\"request_timeout_ms\":3000");
    double started = now_ms();

    inject(RETRIEVE, 1, SLOW_DOWN("30"));
    ERROR(lid_get_user(client, USER, &out), LID_ERROR_RATE_LIMITED, "too_many_requests");
    TEXT("/error/http_status", "429");
    TEXT("/error/message", "Slow down");
    TEXT("/error/retryable", "true");
    TEXT("/error/retry_after_ms", "30000");
    CHECK(requests_for(RETRIEVE) == 1);
    CHECK(now_ms() - started < at_most_ms(2000));
}

static void a_service_that_stays_busy_is_an_error_after_the_retries(void)
{
    lid_client *client = new_client();

    inject(RETRIEVE, 3, SLOW_DOWN("0"));
    ERROR(lid_get_user(client, USER, &out), LID_ERROR_RATE_LIMITED, "too_many_requests");
    TEXT("/error/retry_after_ms", "0");
    CHECK(requests_for(RETRIEVE) == 3);
    inject(ADD, 3, "\"kind\":\"status\",\"code\":429");
    ERROR(lid_add_user_without_credentials(client, USER, &out), LID_ERROR_RATE_LIMITED,
          "rate_limited");
    TEXT("/error/retry_after_ms", "null");
    CHECK(requests_for(ADD) == 3);
}

#define BUSY "\"kind\":\"status\",\"code\":503,\"headers\":[[\"Retry-After\",\"0\"]]"

/* A gateway may answer 503 after the service has carried out the call. */
static void a_503_with_retry_after_is_not_safe_to_retry(void)
{
    lid_client *client = new_client();

    inject(ADD, 1, BUSY);
    ERROR(lid_add_user_without_credentials(client, USER, &out), LID_ERROR_API, "http_error");
    TEXT("/error/retryable", "false");
    TEXT("/error/retry_after_ms", "0");
    CHECK(requests_for(ADD) == 1);
    add_user(client, USER);
    inject(RETRIEVE, 1, BUSY);
    OK(lid_get_user(client, USER, &out));
    CHECK(requests_for(RETRIEVE) == 2);
}

/* The service may count the code as used. */
static void a_429_for_a_call_with_a_code_is_not_retried(void)
{
    lid_client *client = new_client();

    inject("/authenticate/code/wait", 1, SLOW_DOWN("1"));
    ERROR(lid_wait_code(client, USER, "123456", "short", 0, NULL, &out), LID_ERROR_RATE_LIMITED,
          "too_many_requests");
    TEXT("/error/retryable", "false");
    TEXT("/error/retry_after_ms", "1000");
    CHECK(requests_for("/authenticate/code/wait") == 1);
}

static void a_dropped_connection(const char *kind)
{
    lid_client *client = new_client();

    add_user(client, USER);
    forget_requests();
    inject(RETRIEVE, 1, kind);
    OK(lid_get_user(client, USER, &out));
    CHECK(requests_for(RETRIEVE) == 2);

    /* It may have been carried out, so it is never sent twice. */
    inject(ADD, 1, kind);
    ERROR(lid_add_user_without_credentials(client, "grace", &out), LID_ERROR_NETWORK,
          "connection_lost");
    TEXT("/error/retryable", "false");
    TEXT("/error/http_status", "null");
    CHECK(requests_for(ADD) == 1);
}

static void only_safe_calls_are_retried_after_a_closed_connection(void)
{
    a_dropped_connection("\"kind\":\"drop\"");
}

static void only_safe_calls_are_retried_after_a_reset_connection(void)
{
    a_dropped_connection("\"kind\":\"drop\",\"reset\":true");
}

static void a_truncated_answer_is_an_error(void)
{
    lid_client *client = configured_client("\"max_retries\":0");

    add_user(client, USER);
    inject(RETRIEVE, 1, "\"kind\":\"truncate\",\"bytes\":150");
    ERROR(lid_get_user(client, USER, &out), LID_ERROR_NETWORK, "connection_lost");
    TEXT("/error/retryable", "true");
    inject(ADD, 1, "\"kind\":\"truncate\",\"bytes\":150");
    ERROR(lid_add_user_without_credentials(client, "grace", &out), LID_ERROR_NETWORK,
          "connection_lost");
    TEXT("/error/retryable", "false");
}

/* Ends at the deadline, or a tenth of it later. */
static void ends_in_time(double started, double deadline_ms)
{
    double taken = now_ms() - started;

    if (taken < deadline_ms || taken > deadline_ms + at_most_ms(deadline_ms * 0.1))
        FAIL("took %.0f ms with a deadline of %.0f ms", taken, deadline_ms);
}

static void a_slow_service_is_a_timeout_at_the_deadline(void)
{
    lid_client *client = configured_client("\"request_timeout_ms\":2000");
    double started;

    add_user(client, USER);
    inject(RETRIEVE, 1, "\"kind\":\"delay\",\"ms\":60000");
    started = now_ms();
    ERROR(lid_get_user(client, USER, &out), LID_ERROR_TIMEOUT, "timeout");
    ends_in_time(started, 2000);
    TEXT("/error/operation", "get_user");
    TEXT("/error/retryable", "true");

    inject(ADD, 1, "\"kind\":\"delay\",\"ms\":60000");
    started = now_ms();
    ERROR(lid_add_user_without_credentials(client, "grace", &out), LID_ERROR_TIMEOUT, "timeout");
    ends_in_time(started, 2000);
    TEXT("/error/retryable", "false");

    /* A slow answer does not extend the deadline. */
    inject(RETRIEVE, 1, "\"kind\":\"slow\",\"bytes_per_second\":20");
    started = now_ms();
    ERROR(lid_get_user(client, USER, &out), LID_ERROR_TIMEOUT, "timeout");
    ends_in_time(started, 2000);
}

static void an_absent_service_is_a_network_error(void)
{
    lid_client *client;
    struct sockaddr_in address;
    socklen_t length = sizeof address;
    int descriptor = socket(AF_INET, SOCK_STREAM, 0);

    /* A bound port that answers nothing. */
    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    CHECK(bind(descriptor, (struct sockaddr *)&address, length) == 0);
    CHECK(getsockname(descriptor, (struct sockaddr *)&address, &length) == 0);
    OK(lid_new(getenv("LOGINID_CLIENT_ID"), getenv("LOGINID_PRIVATE_KEY"),
               text("http://127.0.0.1:%d", ntohs(address.sin_port)), &client, &out));
    ERROR(lid_add_user_without_credentials(client, USER, &out), LID_ERROR_NETWORK,
          "connect_failed");
    /* Nothing was sent. */
    TEXT("/error/retryable", "true");
    lid_free(client);
    close(descriptor);

    OK(lid_new(getenv("LOGINID_CLIENT_ID"), getenv("LOGINID_PRIVATE_KEY"),
               "https://no-such-host.invalid", &client, &out));
    ERROR(lid_get_user(client, USER, &out), LID_ERROR_NETWORK, "dns_failed");
    lid_free(client);
}

static void plain_http_where_tls_is_expected_is_a_tls_error(void)
{
    lid_client *client;

    OK(lid_new(getenv("LOGINID_CLIENT_ID"), getenv("LOGINID_PRIVATE_KEY"),
               replace(base_url(), "http://", "https://"), &client, &out));
    ERROR(lid_get_user(client, USER, &out), LID_ERROR_TLS, "tls_failed");
    lid_free(client);
}

static void an_answer_outside_the_protocol_is_a_response_error(void)
{
    lid_client *client = configured_client("\"max_response_bytes\":1000");

    add_user(client, USER);
    inject(RETRIEVE, 1, "\"kind\":\"status\",\"code\":200,\"body\":\"<html>\"");
    ERROR(lid_get_user(client, USER, &out), LID_ERROR_RESPONSE, "invalid_response");
    inject(RETRIEVE, 1, "\"kind\":\"status\",\"code\":200,\"body\":\"[]\"");
    ERROR(lid_get_user(client, USER, &out), LID_ERROR_RESPONSE, "invalid_response");
    inject(RETRIEVE, 1, "\"kind\":\"status\",\"code\":200,\"body\":\"\"");
    ERROR(lid_get_user(client, USER, &out), LID_ERROR_RESPONSE, "invalid_response");
    inject(RETRIEVE, 1, "\"kind\":\"oversize\",\"bytes\":1001,\"chunked\":true");
    ERROR(lid_get_user(client, USER, &out), LID_ERROR_RESPONSE, "response_too_large");
    inject(RETRIEVE, 1, "\"kind\":\"endless_headers\"");
    ERROR(lid_get_user(client, USER, &out), LID_ERROR_RESPONSE, "invalid_response");
    inject(RETRIEVE, 1, "\"kind\":\"bad_chunking\"");
    ERROR(lid_get_user(client, USER, &out), LID_ERROR_RESPONSE, "invalid_response");
    inject(RETRIEVE, 1, text("\"kind\":\"redirect\",\"code\":307,\"location\":\"%s/x\"",
                             base_url()));
    ERROR(lid_get_user(client, USER, &out), LID_ERROR_RESPONSE, "unexpected_redirect");
    TEXT("/error/http_status", "307");
    CHECK(requests_for("/x") == 0);
    /* After all that the client still works. */
    OK(lid_get_user(client, USER, &out));
}

/* Waits until no connection to the emulator is established. The system lists the
 * remote port, then state 01. */
static void await_closed_connections(void)
{
    const struct timespec pause = { 0, 2000000 };
    const char *established = text(":%04X 01 ", atoi(strrchr(base_url(), ':') + 1));
    int found;

    do {
        char line[512];
        FILE *connections = fopen("/proc/self/net/tcp", "r");
        CHECK(connections != NULL);
        found = 0;
        while (!found && fgets(line, sizeof line, connections) != NULL)
            found = contains(line, established);
        fclose(connections);
        nanosleep(&pause, NULL);
    } while (found);
}

/* An idle connection that the service has closed causes no error. */
static void a_stale_connection_is_not_used(void)
{
    lid_client *client = new_client();

    inject(ADD, 1, "\"kind\":\"close_idle\"");
    add_user(client, USER);
    await_closed_connections();
    OK(lid_add_user_without_credentials(client, "grace", &out));
    CHECK(requests_for(ADD) == 2);
}

static const struct test tests[] = {
    TEST(a_wrong_key_is_refused_by_the_service),
    TEST(a_base_url_may_have_a_path),
    TEST(a_500_with_html_is_an_error_of_the_service),
    TEST(a_retried_call_succeeds_with_a_new_token),
    TEST(a_429_is_retried_after_the_time_the_service_names),
    TEST(a_429_with_a_retry_after_past_the_deadline_ends_the_call),
    TEST(a_service_that_stays_busy_is_an_error_after_the_retries),
    TEST(a_503_with_retry_after_is_not_safe_to_retry),
    TEST(a_429_for_a_call_with_a_code_is_not_retried),
    TEST(only_safe_calls_are_retried_after_a_closed_connection),
    TEST(only_safe_calls_are_retried_after_a_reset_connection),
    TEST(a_truncated_answer_is_an_error),
    TEST(a_slow_service_is_a_timeout_at_the_deadline),
    TEST(an_absent_service_is_a_network_error),
    TEST(plain_http_where_tls_is_expected_is_a_tls_error),
    TEST(an_answer_outside_the_protocol_is_a_response_error),
    TEST(a_stale_connection_is_not_used),
};

TEST_MAIN(tests)

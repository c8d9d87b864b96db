/* A call of a derived client is cancelled wherever it is: each way brings a call there.
 * This program replaces the resolver. */
#define _GNU_SOURCE

#include "resolver.h"

#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#define RETRIEVE "/manage/users/retrieve"

/* Freed at the end, since its call is in another thread. */
static lid_client *derive_with(const lid_client *client, lid_cancel *cancel)
{
    return keep_client(derive(client, NULL, cancel));
}

static void get_user_with(struct call *call, const lid_client *client, lid_cancel *cancel)
{
    begin_get_user(call, derive_with(client, cancel));
}

/* ---- The resolver ---- */

static void while_the_name_is_resolved(struct call *call, lid_cancel *cancel)
{
    static int number;
    struct host *host = new_host(text("hangs-%d.test", number++));

    host->hangs = 1;
    get_user_with(call, client_of(host->name, LONG_LIMITS), cancel);
    await_question(host, 1);
}

static void a_call_is_cancelled_while_the_name_is_resolved(void)
{
    cancelled_in_time(while_the_name_is_resolved);
}

/* The second caller of a name waits for the lookup of the first. */
static void a_cancel_ends_only_one_of_the_calls_that_share_a_lookup(void)
{
    struct host *host = new_host("shared.test");
    lid_client *client = client_of("shared.test", LONG_LIMITS);
    lid_cancel *cancel = lid_cancel_new(), *other = lid_cancel_new();
    struct call first, second;
    int before;

    add_user(new_client(), USER);
    before = descriptors();
    host->hangs = 1;
    get_user_with(&first, client, cancel);
    await_question(host, 1);
    get_user_with(&second, client, other);
    /* The lookup has one, and each call that waits for it has one for its cancel. */
    while (descriptors() < before + 3)
        pause_2_ms();
    lid_cancel_trigger(cancel);
    CHECK(end_call(&first) == LID_ERROR_CANCELLED);
    host->hangs = 0;
    CHECK(end_call(&second) == LID_OK);
    CHECK(host->asked == 1);
    lid_cancel_free(cancel);
    lid_cancel_free(other);
}

/* ---- Connecting ---- */

static int listening(struct sockaddr_in *address, int backlog)
{
    socklen_t length = sizeof *address;
    int descriptor = socket(AF_INET, SOCK_STREAM, 0);

    memset(address, 0, sizeof *address);
    address->sin_family = AF_INET;
    address->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    CHECK(bind(descriptor, (struct sockaddr *)address, length) == 0);
    CHECK(listen(descriptor, backlog) == 0);
    CHECK(getsockname(descriptor, (struct sockaddr *)address, &length) == 0);
    return descriptor;
}

static lid_client *client_at(const char *scheme, int port)
{
    return client_from_json(
        text("{\"client_id\":\"a\",\"private_key\":%s,\"base_url\":\"%s://127.0.0.1:%d\"," LONG_LIMITS "}",
             quoted(getenv("LOGINID_PRIVATE_KEY")), scheme, port));
}

/* Whether a connection to this port waits for an answer. */
static int connects_to(int port)
{
    char line[512];
    FILE *sockets = fopen("/proc/net/tcp", "r");
    int found = 0;
    unsigned int to, state;

    CHECK(sockets != NULL);
    while (fgets(line, sizeof line, sockets) != NULL) {
        if (sscanf(line, " %*d: %*8X:%*4X %*8X:%4X %2X", &to, &state) == 2)
            found |= to == (unsigned int)port && state == 2; /* SYN_SENT */
    }
    fclose(sockets);
    return found;
}

/* The queue of the server is full, so nobody answers the SYN. */
static void while_connecting(struct call *call, lid_cancel *cancel)
{
    struct sockaddr_in address;
    int port, before;

    listening(&address, 0);
    port = ntohs(address.sin_port);
    while (!connects_to(port)) {
        int waiting = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        (void)connect(waiting, (struct sockaddr *)&address, sizeof address);
        pause_2_ms();
    }
    before = descriptors();
    get_user_with(call, client_at("http", port), cancel);
    /* The call has a socket, and waits for it and for its cancel. */
    while (descriptors() < before + 2)
        pause_2_ms();
}

static void a_call_is_cancelled_while_connecting(void)
{
    cancelled_in_time(while_connecting);
}

/* Accepts a connection whose first byte has arrived, and never answers. */
static void mute(int server)
{
    char byte;
    int connection = accept(server, NULL, NULL);

    CHECK(read(connection, &byte, 1) == 1);
    close(server);
}

static void in_the_tls_handshake(struct call *call, lid_cancel *cancel)
{
    struct sockaddr_in address;
    int server = listening(&address, 1);

    get_user_with(call, client_at("https", ntohs(address.sin_port)), cancel);
    mute(server);
}

static void a_call_is_cancelled_in_the_tls_handshake(void)
{
    cancelled_in_time(in_the_tls_handshake);
}

static void while_the_proxy_connects(struct call *call, lid_cancel *cancel)
{
    struct sockaddr_in address;
    int server = listening(&address, 1);
    lid_client *client = client_from_json(
        text("{\"client_id\":\"a\",\"private_key\":%s,\"base_url\":\"https://service.example\","
             "\"proxy\":\"http://127.0.0.1:%d\"," LONG_LIMITS "}",
             quoted(getenv("LOGINID_PRIVATE_KEY")), ntohs(address.sin_port)));

    get_user_with(call, client, cancel);
    mute(server);
}

static void a_call_is_cancelled_while_the_proxy_connects(void)
{
    cancelled_in_time(while_the_proxy_connects);
}

/* ---- Request and answer ---- */

#define LARGE (2 << 20)
static char *large;

static void *create_tx(void *argument)
{
    struct call *call = argument;

    call->status = lid_create_tx(call->client, large, NULL, NULL, &call->answer);
    call->ended_ms = now_ms();
    return NULL;
}

/* The server accepts, and reads only the beginning of the request. */
static void a_call_is_cancelled_while_the_request_is_sent(void)
{
    struct sockaddr_in address;
    int server = listening(&address, 1), smallest = 1;
    lid_cancel *cancel = lid_cancel_new();
    struct call call;
    double triggered;

    CHECK(setsockopt(server, SOL_SOCKET, SO_RCVBUF, &smallest, sizeof smallest) == 0);
    large = keep(malloc(LARGE));
    memset(large, 'x', LARGE - 1);
    large[LARGE - 1] = '\0';
    call.client = derive_with(client_at("http", ntohs(address.sin_port)), cancel);
    begin_call(&call, create_tx);
    mute(server);
    /* Until the buffers of both sockets are full. */
    usleep(200000);
    triggered = now_ms();
    lid_cancel_trigger(cancel);
    CHECK(end_call(&call) == LID_ERROR_CANCELLED);
    /* A debug build takes 70 ms for each MB of the request that it wipes. */
    if (call.ended_ms - triggered > at_most_ms(500))
        FAIL("ended %.0f ms after it was cancelled", call.ended_ms - triggered);
    lid_cancel_free(cancel);
}

static void before_the_answer(struct call *call, lid_cancel *cancel)
{
    forget_requests();
    inject(RETRIEVE, 1, "\"kind\":\"delay\",\"ms\":60000");
    get_user_with(call, new_client(), cancel);
    await_requests(RETRIEVE, 1);
}

static void a_call_is_cancelled_before_the_answer(void)
{
    cancelled_in_time(before_the_answer);
}

static void in_the_middle_of_the_answer(struct call *call, lid_cancel *cancel)
{
    forget_requests();
    /* "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{" and then nothing. */
    inject(RETRIEVE, 1,
           "\"kind\":\"raw\",\"hold_ms\":60000,"
           "\"base64\":\"SFRUUC8xLjEgMjAwIE9LDQpjb250ZW50LWxlbmd0aDogOQ0KDQp7\"");
    get_user_with(call, new_client(), cancel);
    await_requests(RETRIEVE, 1);
}

static void a_call_is_cancelled_in_the_middle_of_the_answer(void)
{
    cancelled_in_time(in_the_middle_of_the_answer);
}

static void before_the_next_attempt(struct call *call, lid_cancel *cancel)
{
    forget_requests();
    inject(RETRIEVE, 1,
           "\"kind\":\"status\",\"code\":429,\"headers\":[[\"Retry-After\",\"30\"]]");
    get_user_with(call, configured_client("\"request_timeout_ms\":60000"), cancel);
    await_requests(RETRIEVE, 1);
}

static void a_call_is_cancelled_before_the_next_attempt(void)
{
    cancelled_in_time(before_the_next_attempt);
}

/* ---- Keys ---- */

static const char *token;

static void *verify(void *argument)
{
    struct call *call = argument;

    call->status = lid_verify_token(call->client, token, USER, &call->answer);
    call->ended_ms = now_ms();
    return NULL;
}

static void begin_verify(struct call *call, const lid_client *client)
{
    call->client = client;
    call->operation = "verify_token";
    begin_call(call, verify);
}

static void make_token(void)
{
    if (token == NULL)
        add_user(new_client(), USER);
    token = json_at(emulator("POST", "users/" USER "/login", "{}"), "/jwt");
}

static void while_the_key_is_fetched(struct call *call, lid_cancel *cancel)
{
    make_token();
    forget_requests();
    inject("/certs", 1, "\"kind\":\"delay\",\"ms\":60000");
    begin_verify(call, derive_with(new_client(), cancel));
    await_requests("/certs", 1);
}

static void a_verification_is_cancelled_while_the_key_is_fetched(void)
{
    cancelled_in_time(while_the_key_is_fetched);
}

static struct call fetching;
static lid_cancel *end_fetching;

static void while_another_call_fetches_the_key(struct call *call, lid_cancel *cancel)
{
    lid_client *client = configured_client("\"request_timeout_ms\":60000");

    if (end_fetching != NULL) {
        lid_cancel_trigger(end_fetching);
        CHECK(end_call(&fetching) == LID_ERROR_CANCELLED);
        lid_cancel_free(end_fetching);
    }
    end_fetching = lid_cancel_new();
    make_token();
    forget_requests();
    inject("/certs", 1, "\"kind\":\"delay\",\"ms\":60000");
    begin_verify(&fetching, derive_with(client, end_fetching));
    await_requests("/certs", 1);
    begin_verify(call, derive_with(client, cancel));
    await_wait_for_another(call);
}

static void a_verification_is_cancelled_while_another_call_fetches_the_key(void)
{
    cancelled_in_time(while_another_call_fetches_the_key);
    lid_cancel_trigger(end_fetching);
    CHECK(end_call(&fetching) == LID_ERROR_CANCELLED);
    lid_cancel_free(end_fetching);
}

/* The one that fetches is cancelled: the others fetch the key themselves. */
static void a_cancelled_fetch_does_not_fail_those_that_wait_for_it(void)
{
    lid_client *client = configured_client("\"request_timeout_ms\":60000");
    lid_cancel *cancel = lid_cancel_new();
    struct call first, waiting[3];
    int i;

    make_token();
    forget_requests();
    inject("/certs", 1, "\"kind\":\"delay\",\"ms\":60000");
    begin_verify(&first, derive_with(client, cancel));
    await_requests("/certs", 1);
    for (i = 0; i < 3; i++)
        begin_verify(&waiting[i], client);
    lid_cancel_trigger(cancel);
    CHECK(end_call(&first) == LID_ERROR_CANCELLED);
    for (i = 0; i < 3; i++)
        CHECK(end_call(&waiting[i]) == LID_OK);
    CHECK(requests_for("/certs") == 2);
    lid_cancel_free(cancel);
}

/* ---- Without a descriptor ---- */

/* Leaves no descriptor for the cancel: an idle connection is used. */
static void a_call_is_cancelled_although_no_descriptor_is_left(void)
{
    lid_client *client = new_client();
    lid_cancel *cancel = lid_cancel_new();
    struct call call;
    double triggered;
    const struct rlimit limit = { 256, 256 };
    int taken[256], count = 0;

    add_user(client, USER);
    inject(RETRIEVE, 1, "\"kind\":\"delay\",\"ms\":60000");
    CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
    while (count < 256 && (taken[count] = dup(STDIN_FILENO)) != -1)
        count++;
    CHECK(count < 256);
    get_user_with(&call, client, cancel);
    /* The emulator is another process, but asking it needs a descriptor. */
    usleep(300000);
    triggered = now_ms();
    lid_cancel_trigger(cancel);
    CHECK(end_call(&call) == LID_ERROR_CANCELLED);
    /* Polling takes 20 ms. A check each second, as for forks, would take 700 here. */
    if (call.ended_ms - triggered > at_most_ms(500))
        FAIL("ended %.0f ms after it was cancelled", call.ended_ms - triggered);
    while (count-- > 0)
        close(taken[count]);
    CHECK(requests_for(RETRIEVE) == 1);
    lid_cancel_free(cancel);
}

static const struct test tests[] = {
    TEST(a_call_is_cancelled_while_the_name_is_resolved),
    TEST(a_cancel_ends_only_one_of_the_calls_that_share_a_lookup),
    TEST(a_call_is_cancelled_while_connecting),
    TEST(a_call_is_cancelled_in_the_tls_handshake),
    TEST(a_call_is_cancelled_while_the_proxy_connects),
    TEST(a_call_is_cancelled_while_the_request_is_sent),
    TEST(a_call_is_cancelled_before_the_answer),
    TEST(a_call_is_cancelled_in_the_middle_of_the_answer),
    TEST(a_call_is_cancelled_before_the_next_attempt),
    TEST(a_verification_is_cancelled_while_the_key_is_fetched),
    TEST(a_verification_is_cancelled_while_another_call_fetches_the_key),
    TEST(a_cancelled_fetch_does_not_fail_those_that_wait_for_it),
    TEST(a_call_is_cancelled_although_no_descriptor_is_left),
};

TEST_MAIN(tests)

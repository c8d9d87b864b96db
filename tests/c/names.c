/* Host names: how they are looked up, and in which threads. This program replaces the
 * resolver. */
#define _GNU_SOURCE

#include "resolver.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#define RETRIEVE "/manage/users/retrieve"

static int count_entries(const char *folder)
{
    DIR *entries = opendir(folder);
    struct dirent *entry;
    int count = 0;

    CHECK(entries != NULL);
    while ((entry = readdir(entries)) != NULL)
        count += entry->d_name[0] != '.';
    closedir(entries);
    return count;
}

static int threads(void)
{
    return count_entries("/proc/self/task");
}

/* ---- Threads ---- */

/* How many threads the library has, and the signals that the last of them blocks. */
static int resolver_threads(unsigned long long *blocked)
{
    DIR *entries = opendir("/proc/self/task");
    struct dirent *entry;
    int count = 0;

    CHECK(entries != NULL);
    while ((entry = readdir(entries)) != NULL) {
        char path[64], line[256], name[64] = "";
        FILE *file;

        snprintf(path, sizeof path, "/proc/self/task/%.20s/status", entry->d_name);
        file = fopen(path, "r");
        while (file != NULL && fgets(line, sizeof line, file) != NULL) {
            sscanf(line, "Name: %63s", name);
            if (strcmp(name, "loginid-dns") == 0 && sscanf(line, "SigBlk: %llx", blocked) == 1)
                count++;
        }
        if (file != NULL)
            fclose(file);
    }
    closedir(entries);
    return count;
}

static void a_lookup_that_outlives_its_call_receives_no_signal(void)
{
    struct host *host = new_host("slow.test");
    lid_client *client = client_of("slow.test", "\"connect_timeout_ms\":1000");
    unsigned long long blocked;
    sigset_t set, before, after;
    int number, taken;

    host->hangs = 1;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    CHECK(pthread_sigmask(SIG_BLOCK, &set, NULL) == 0);
    CHECK(pthread_sigmask(SIG_SETMASK, NULL, &before) == 0);
    ERROR(lid_get_user(client, USER, &out), LID_ERROR_TIMEOUT, "connect_timeout");
    CHECK(pthread_sigmask(SIG_SETMASK, NULL, &after) == 0);
    CHECK(host->running == 1);

    CHECK(resolver_threads(&blocked) == 1);
    for (number = 1; number < NSIG; number++) {
        /* These cannot be blocked, and those between belong to the C library. */
        int free_to_come = number == SIGKILL || number == SIGSTOP ||
                           (number >= 32 && number < SIGRTMIN);
        if (!free_to_come && (blocked >> (number - 1) & 1) == 0)
            FAIL("signal %d is not blocked: %llx", number, blocked);
        /* The caller's signal mask is unchanged. */
        CHECK(sigismember(&before, number) == sigismember(&after, number));
    }

    /* Like a server that shuts down properly. */
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    CHECK(pthread_sigmask(SIG_BLOCK, &set, NULL) == 0);
    CHECK(kill(getpid(), SIGTERM) == 0);
    CHECK(sigwait(&set, &taken) == 0 && taken == SIGTERM);
    host->hangs = 0;
}

#define CALLERS 50
#define CALLS 4
#define LIMIT_MS 1000

static void *call_until_limit(void *client)
{
    int i;

    for (i = 0; i < CALLS; i++) {
        double started = now_ms(), took;
        char *answer;
        lid_status status = lid_get_user(client, USER, &answer);

        took = now_ms() - started;
        if (status != LID_ERROR_TIMEOUT || took < LIMIT_MS || took > LIMIT_MS + at_most_ms(1500))
            FAIL("%s after %.0f ms: %s", lid_status_name(status), took, answer);
        lid_free_string(answer);
    }
    return NULL;
}

static void an_outage(int names, int expected)
{
    lid_client *clients[CALLERS];
    pthread_t callers[CALLERS];
    unsigned long long blocked;
    int i, most = 0, asked = 0, before = threads();

    for (i = 0; i < CALLERS; i++) {
        const char *name = text("outage-%d.test", i % names);
        if (i < names)
            new_host(name)->hangs = 1;
        clients[i] = client_of(name, text("\"request_timeout_ms\":%d", LIMIT_MS));
    }
    for (i = 0; i < CALLERS; i++)
        CHECK(pthread_create(&callers[i], NULL, call_until_limit, clients[i]) == 0);
    for (i = 0; i < CALLERS; i++) {
        while (pthread_tryjoin_np(callers[i], NULL) == EBUSY) {
            int count = resolver_threads(&blocked);
            most = count > most ? count : most;
            pause_2_ms();
        }
    }
    if (most != expected)
        FAIL("%d threads for %d hosts", most, names);
    CHECK(threads() == before + expected);
    for (i = 0; i < names; i++)
        hosts[i].hangs = 0;
    /* Names that no call waits for are not looked up: the threads end with the outage. */
    while (threads() > before)
        pause_2_ms();
    for (i = 0; i < names; i++) {
        CHECK(hosts[i].most_running <= 1);
        asked += hosts[i].asked;
    }
    CHECK(asked == expected);
}

static void an_outage_of_one_host_takes_one_thread(void)
{
    an_outage(1, 1);
}

static void an_outage_of_many_hosts_takes_eight_threads(void)
{
    an_outage(25, 8);
}

/* ---- Sharing ---- */

static void callers_of_all_clients_share_a_lookup(void)
{
    struct host *host = new_host("shared.test");
    struct call calls[20];
    int i;

    add_user(new_client(), USER);
    host->hangs = 1;
    for (i = 0; i < 20; i++)
        begin_get_user(&calls[i], client_of(i % 2 ? "shared.test" : "Shared.Test",
                                   "\"connect_timeout_ms\":700"));
    for (i = 0; i < 20; i++) {
        CHECK(end_call(&calls[i]) == LID_ERROR_TIMEOUT);
        TEXT("/error/code", "connect_timeout");
    }
    CHECK(host->asked == 1);
    /* Later callers share it too, and all get its answer. */
    for (i = 0; i < 20; i++)
        begin_get_user(&calls[i], client_of("shared.test", LONG_LIMITS));
    host->hangs = 0;
    for (i = 0; i < 20; i++)
        CHECK(end_call(&calls[i]) == LID_OK);
    CHECK(host->most_running == 1);
}

static void an_error_is_shared_too(void)
{
    struct host *host = new_host("broken.test");
    struct call calls[5];
    int i;

    host->hangs = 1;
    host->error = EAI_FAIL;
    begin_get_user(&calls[0], client_of("broken.test", LONG_LIMITS));
    await_question(host, 1);
    for (i = 1; i < 5; i++)
        begin_get_user(&calls[i], client_of("broken.test", LONG_LIMITS));
    host->hangs = 0;
    for (i = 0; i < 5; i++) {
        CHECK(end_call(&calls[i]) == LID_ERROR_NETWORK);
        TEXT("/error/code", "dns_failed");
        TEXT("/error/retryable", "true");
    }
    host->error = 0;
    add_user(client_of("broken.test", LONG_LIMITS), USER);
}

/* A wait uses one more descriptor, which shows that it has begun. */
static void await_descriptor(int before)
{
    while (descriptors() <= before)
        pause_2_ms();
}

/* Its host queues for a thread. */
static lid_client *queued_client;

static void while_its_host_is_queued(struct call *wait, lid_cancel *cancel)
{
    int before = descriptors();

    begin_wait(wait, queued_client, "123456", 60000, cancel);
    await_descriptor(before);
}

static void hosts_queue_for_the_threads(void)
{
    struct call calls[8], queued;
    struct host *ninth, *given_up;
    int i, before;

    add_user(new_client(), USER);
    for (i = 0; i < 8; i++) {
        struct host *host = new_host(text("hung-%d.test", i));
        host->hangs = 1;
        begin_get_user(&calls[i], client_of(host->name, "\"connect_timeout_ms\":60000"));
        await_question(host, 1);
    }
    given_up = new_host("given-up.test");
    queued_client = client_of("given-up.test", LONG_LIMITS);
    before = descriptors();
    cancelled_in_time(while_its_host_is_queued);
    CHECK(descriptors() == before);
    ERROR(lid_get_user(client_of("given-up.test", "\"connect_timeout_ms\":100"), USER, &out),
          LID_ERROR_TIMEOUT, "connect_timeout");
    ninth = new_host("ninth.test");
    before = descriptors();
    begin_get_user(&queued, client_of("ninth.test", LONG_LIMITS));
    await_descriptor(before);
    CHECK(ninth->asked == 0);
    hosts[0].hangs = 0;
    CHECK(end_call(&queued) == LID_OK);
    CHECK(ninth->asked == 1 && given_up->asked == 0);
    for (i = 0; i < 8; i++)
        hosts[i].hangs = 0;
    for (i = 0; i < 8; i++)
        CHECK(end_call(&calls[i]) == LID_OK);
    OK(lid_get_user(client_of("given-up.test", LONG_LIMITS), USER, &out));
}

/* ---- What was found last ---- */

static void the_last_addresses_are_used_when_the_resolver_fails(void)
{
    static const int errors[] = { EAI_AGAIN, EAI_FAIL, EAI_NONAME, EAI_MEMORY };
    struct host *host = new_host("service.test");
    size_t i;

    add_user(client_of("service.test", LONG_LIMITS), USER);
    for (i = 0; i < sizeof errors / sizeof *errors; i++) {
        host->error = errors[i];
        OK(lid_get_user(client_of("service.test", LONG_LIMITS), USER, &out));
        CHECK(host->asked == 2 + (int)i);
    }
    /* Of this host, and of no other. */
    new_host("other.test")->error = EAI_AGAIN;
    ERROR(lid_get_user(client_of("other.test", LONG_LIMITS), USER, &out), LID_ERROR_NETWORK,
          "dns_failed");
    /* They are used until the resolver answers again. */
    host->error = 0;
    host->addresses[0] = "127.0.0.9";
    ERROR(lid_get_user(client_of("service.test", LONG_LIMITS), USER, &out), LID_ERROR_NETWORK,
          "connect_failed");
    host->error = EAI_AGAIN;
    ERROR(lid_get_user(client_of("service.test", LONG_LIMITS), USER, &out), LID_ERROR_NETWORK,
          "connect_failed");
}

static void took(double started, double least, double most)
{
    double taken = now_ms() - started;

    if (taken < least || taken > least + at_most_ms(most - least))
        FAIL("took %.0f ms in place of %.0f to %.0f", taken, least, most);
}

static void the_last_addresses_are_used_when_the_resolver_hangs(void)
{
    struct host *host = new_host("service.test");
    double started;

    add_user(client_of("service.test", LONG_LIMITS), USER);
    host->hangs = 1;
    started = now_ms();
    /* Half of the limit is left for connecting. */
    OK(lid_get_user(client_of("service.test", "\"connect_timeout_ms\":1000"), USER, &out));
    took(started, 450, 950);
    OK(lid_get_user(client_of("service.test", LONG_LIMITS), USER, &out));
    took(started, 1750, 3500);
    /* A lookup that is already late is not waited for. */
    started = now_ms();
    OK(lid_get_user(client_of("service.test", LONG_LIMITS), USER, &out));
    took(started, 0, 1000);
    CHECK(host->asked == 2);
    host->hangs = 0;
}

/* ---- Connecting ---- */

/* Accepts no connection on the emulator's port of another loopback address: its queue
 * is full, and Linux drops further ones. */
static void fill_queue(const char *ip)
{
    struct sockaddr_in address;
    int listener = socket(AF_INET, SOCK_STREAM, 0), port, i;

    CHECK(sscanf(base_url(), "http://127.0.0.1:%d", &port) == 1);
    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_port = htons((uint16_t)port);
    CHECK(inet_pton(AF_INET, ip, &address.sin_addr) == 1);
    CHECK(bind(listener, (struct sockaddr *)&address, sizeof address) == 0);
    CHECK(listen(listener, 0) == 0);
    for (i = 0; i < 4; i++) {
        int waiting = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        CHECK(connect(waiting, (struct sockaddr *)&address, sizeof address) == 0 ||
              errno == EINPROGRESS);
    }
}

static void a_dead_address_delays_the_next_by_a_quarter_of_a_second(void)
{
    struct host *host = new_host("two.test");
    lid_client *client;
    double started;
    int before;

    add_user(new_client(), USER);
    host->addresses[0] = "127.0.0.2";
    host->addresses[1] = "127.0.0.1";
    fill_queue("127.0.0.2");
    client = client_of("two.test", LONG_LIMITS);
    before = descriptors();
    started = now_ms();
    OK(lid_get_user(client, USER, &out));
    took(started, 250, 1250);
    /* The connection stays open; the other attempt is closed. */
    CHECK(descriptors() == before + 1);
    CHECK(requests_for(RETRIEVE) == 1);
    /* Without another address, the dead one takes the whole limit. */
    host->addresses[1] = NULL;
    started = now_ms();
    ERROR(lid_get_user(client_of("two.test", "\"connect_timeout_ms\":600"), USER, &out),
          LID_ERROR_TIMEOUT, "connect_timeout");
    took(started, 600, 1600);
    CHECK(descriptors() == before + 1);
}

/* ---- Loopback names ---- */

/* The emulator is at 127.0.0.1, and may be at ::1: both are tried. */
static void loopback_names_are_not_looked_up(void)
{
    static const char *const names[] = { "localhost", "localhost.", "App.LocalHost",
                                         "a.b.localhost." };
    int before = threads();
    size_t i;

    add_user(new_client(), USER);
    for (i = 0; i < sizeof names / sizeof *names; i++) {
        struct host *host = new_host(names[i]);
        lid_client *client;

        OK(lid_new(getenv("LOGINID_CLIENT_ID"), getenv("LOGINID_PRIVATE_KEY"),
                   replace(base_url(), "127.0.0.1", names[i]), &client, &out));
        OK(lid_get_user(client, USER, &out));
        lid_free(client);
        CHECK(host->asked == 0);
    }
    CHECK(threads() == before);
}

static const struct test tests[] = {
    TEST(a_lookup_that_outlives_its_call_receives_no_signal),
    TEST(an_outage_of_one_host_takes_one_thread),
    TEST(an_outage_of_many_hosts_takes_eight_threads),
    TEST(callers_of_all_clients_share_a_lookup),
    TEST(an_error_is_shared_too),
    TEST(hosts_queue_for_the_threads),
    TEST(the_last_addresses_are_used_when_the_resolver_fails),
    TEST(the_last_addresses_are_used_when_the_resolver_hangs),
    TEST(a_dead_address_delays_the_next_by_a_quarter_of_a_second),
    TEST(loopback_names_are_not_looked_up),
};

TEST_MAIN(tests)

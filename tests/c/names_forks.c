/* Lookups belong to one process: a child does not wait for its parent's. */
#define _GNU_SOURCE

#include "resolver.h"

#include <unistd.h>

#define FORKS 100
#define CALLERS 3
/* A child that takes this many seconds hangs; a signal ends it. */
#define HANG_S 30

static const char *name = "service.test";
static const char *configuration;
static volatile int over;

static void *call_once(void *client)
{
    char *answer;

    if (lid_get_user(client, USER, &answer) != LID_OK)
        FAIL("%s", answer);
    lid_free_string(answer);
    return NULL;
}

/* Each client looks the name up again. */
static void *call_until_over(void *calls)
{
    while (!over) {
        lid_client *client;
        char *answer;

        CHECK(lid_new_with_config(configuration, &client, &answer) == LID_OK);
        lid_free_string(answer);
        call_once(client);
        lid_free(client);
        __sync_fetch_and_add((int *)calls, 1);
    }
    return NULL;
}

static void a_child_does_not_wait_for_its_parents_lookup(void)
{
    struct host *host = new_host(name);
    lid_client *client = client_of(name, LONG_LIMITS);
    pthread_t caller;
    pid_t child;

    add_user(new_client(), USER);
    host->hangs = 1;
    CHECK(pthread_create(&caller, NULL, call_once, client) == 0);
    await_question(host, 1);
    child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        /* The parent's resolver still hangs. */
        host->hangs = 0;
        alarm(HANG_S);
        call_once(client);
        _exit(host->asked == 2 ? 0 : 3);
    }
    ended_well(child);
    CHECK(host->asked == 1);
    host->hangs = 0;
    CHECK(pthread_join(caller, NULL) == 0);
}

/* Whatever the other threads were doing at the moment of the fork. */
static void children_start_their_own_lookups(void)
{
    struct host *host = new_host(name);
    lid_client *client = client_of(name, LONG_LIMITS);
    pthread_t callers[CALLERS];
    int calls = 0, i;

    add_user(new_client(), USER);
    configuration = config_of(name, LONG_LIMITS);
    for (i = 0; i < CALLERS; i++)
        CHECK(pthread_create(&callers[i], NULL, call_until_over, &calls) == 0);
    await_question(host, 1);
    /* The other threads may start late on a busy machine. */
    for (i = 0; i < FORKS || __atomic_load_n(&calls, __ATOMIC_SEQ_CST) < FORKS / 10; i++) {
        pid_t child = fork();
        CHECK(child >= 0);
        if (child == 0) {
            alarm(HANG_S);
            call_once(client);
            _exit(0);
        }
        ended_well(child);
    }
    over = 1;
    for (i = 0; i < CALLERS; i++)
        CHECK(pthread_join(callers[i], NULL) == 0);
}

static const struct test tests[] = {
    TEST(a_child_does_not_wait_for_its_parents_lookup),
    TEST(children_start_their_own_lookups),
};

TEST_MAIN(tests)

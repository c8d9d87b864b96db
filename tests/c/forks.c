/* One client in parent and child: both work, and do not affect each other. */
#define _GNU_SOURCE

#include "forks.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Forks and makes calls in both processes at the same time. */
static void fork_and_call(int children)
{
    pid_t ids[CHILDREN];
    int i;

    fflush(NULL);
    for (i = 0; i < children; i++) {
        const char *name = text("child-%d", i);
        ids[i] = fork();
        CHECK(ids[i] >= 0);
        if (ids[i] == 0) {
            read_user(name);
            lid_free(client);
            _exit(0);
        }
    }
    read_user("parent");
    for (i = 0; i < children; i++)
        ended_well(ids[i]);
    read_user("parent");
}

static void before_first_use(void)
{
    add_users();
    client = new_client();
    fork_and_call(CHILDREN);
    every_call_was_sent_once(CHILDREN + 2);
}

/* The parent has open connections, which a child must not touch. */
static void after_first_use(void)
{
    add_users();
    client = new_client();
    read_user("parent");
    fork_and_call(CHILDREN);
    every_call_was_sent_once(CHILDREN + 3);
}

static void while_other_threads_are_calling(void)
{
    pthread_t threads[4];
    int i;

    add_users();
    client = new_client();
    for (i = 0; i < 4; i++)
        CHECK(pthread_create(&threads[i], NULL, read_user_in_thread, (void *)"thread") == 0);
    await_requests(RETRIEVE, 4);
    fork_and_call(CHILDREN);
    for (i = 0; i < 4; i++)
        CHECK(pthread_join(threads[i], NULL) == 0);
    every_call_was_sent_once(CHILDREN + 2 + 4);
}

/* A child of a child must not touch the connections of either process. */
static void a_child_may_fork_too(void)
{
    pid_t child;

    add_users();
    client = new_client();
    read_user("parent");
    fflush(NULL);
    child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        read_user("parent");
        fork_and_call(2);
        _exit(0);
    }
    read_user("parent");
    ended_well(child);
    every_call_was_sent_once(7);
}

/* Some children only free the client that they inherit. */
static void a_child_may_free_what_it_never_used(void)
{
    pthread_t thread;
    int i;

    add_users();
    client = new_client();
    read_user("parent");
    CHECK(pthread_create(&thread, NULL, read_user_in_thread, (void *)"thread") == 0);
    for (i = 0; i < CHILDREN; i++) {
        pid_t child = fork();
        CHECK(child >= 0);
        if (child == 0) {
            lid_free(client);
            _exit(0);
        }
        ended_well(child);
    }
    CHECK(pthread_join(thread, NULL) == 0);
    read_user("parent");
    every_call_was_sent_once(3);
}

/* Nonces must differ, also without connections. */
static void tokens_of_parent_and_child_differ(void)
{
    int ends[2];
    pid_t child;
    char from_child[4096];
    ssize_t length, total = 0;

    client = new_client();
    OK(lid_generate_service_token(client, "users.retrieve", NULL, NULL, NULL, &out));
    CHECK(pipe(ends) == 0);
    child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        OK(lid_generate_service_token(client, "users.retrieve", NULL, NULL, NULL, &out));
        length = (ssize_t)strlen(get("/token"));
        _exit(write(ends[1], get("/token"), (size_t)length) == length ? 0 : 1);
    }
    close(ends[1]);
    while ((length = read(ends[0], from_child + total, sizeof from_child - 1 - (size_t)total)) > 0)
        total += length;
    from_child[total] = '\0';
    ended_well(child);
    OK(lid_generate_service_token(client, "users.retrieve", NULL, NULL, NULL, &out));
    /* Header and claims: the signature would differ even for the same nonce. */
    *strrchr(from_child, '.') = '\0';
    CHECK(total > 100 && !contains(get("/token"), from_child));
}

/* The child uses the keys that its parent had fetched, and fetches others itself. */
static void both_verify_tokens(void)
{
    const char *token;
    pid_t child;

    client = new_client();
    add_user(client, USER);
    token = json_at(emulator("POST", "users/" USER "/login", ""), "/jwt");
    OK(lid_verify_token(client, token, USER, &out));
    emulator("POST", "keys/rotate", "");
    child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        OK(lid_verify_token(client, token, USER, &out));
        OK(lid_verify_token(client, json_at(emulator("POST", "users/" USER "/login", ""), "/jwt"),
                            USER, &out));
        _exit(0);
    }
    OK(lid_verify_token(client, json_at(emulator("POST", "users/" USER "/login", ""), "/jwt"),
                        USER, &out));
    ended_well(child);
    /* The first key once, for both; the second by each. */
    CHECK(requests_for("/certs") == 3);
}

static const char *token_to_verify;

static void *verify_in_thread(void *unused)
{
    char *answer;

    (void)unused;
    if (lid_verify_token(client, token_to_verify, USER, &answer) != LID_OK)
        FAIL("%s", answer);
    lid_free_string(answer);
    return NULL;
}

/* The thread that fetches it is the parent's: waiting for it would never end. */
static void a_child_fetches_the_key_its_parent_is_fetching(void)
{
    pthread_t thread;
    pid_t child;
    double started;

    client = new_client();
    add_user(client, USER);
    token_to_verify = json_at(emulator("POST", "users/" USER "/login", ""), "/jwt");
    inject("/certs", 1, "\"kind\":\"delay\",\"ms\":5000");
    started = now_ms();
    CHECK(pthread_create(&thread, NULL, verify_in_thread, NULL) == 0);
    await_requests("/certs", 1);
    child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        verify_in_thread(NULL);
        _exit(0);
    }
    ended_well(child);
    CHECK(now_ms() - started < 5000);
    CHECK(pthread_join(thread, NULL) == 0);
    CHECK(requests_for("/certs") == 2);
}

/* Fork handlers are not called for it. */
static void a_child_of_raw_clone_makes_its_own_connections(void)
{
    pid_t child;

    add_users();
    client = new_client();
    read_user("parent");
    fflush(NULL);
    child = (pid_t)syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
    CHECK(child >= 0);
    if (child == 0) {
        read_user("child-0");
        lid_free(client);
        _exit(0);
    }
    read_user("parent");
    ended_well(child);
    read_user("parent");
    every_call_was_sent_once(4);
}

static const struct test tests[] = {
    TEST(before_first_use),
    TEST(after_first_use),
    TEST(while_other_threads_are_calling),
    TEST(a_child_may_fork_too),
    TEST(a_child_may_free_what_it_never_used),
    TEST(tokens_of_parent_and_child_differ),
    TEST(both_verify_tokens),
    TEST(a_child_fetches_the_key_its_parent_is_fetching),
    TEST(a_child_of_raw_clone_makes_its_own_connections),
};

TEST_MAIN(tests)

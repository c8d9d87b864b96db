/* One client in parent and child: both right, neither in the other's way. */
#define _GNU_SOURCE

#include "support.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define RETRIEVE "/manage/users/retrieve"
#define CALLS 12
#define CHILDREN 8

static lid_client *client;

/* Reads a user of one's own many times: another process's answer would show. */
static void read_user(const char *username)
{
    int i;

    for (i = 0; i < CALLS; i++) {
        char *answer, *found;
        if (lid_get_user(client, username, &answer) != LID_OK)
            FAIL("%s: %s", username, answer);
        CHECK(lid_json_get(answer, "/username", &found) == LID_OK);
        if (strcmp(found, username) != 0)
            FAIL("%s got the answer of %s", username, found);
        lid_free_string(found);
        lid_free_string(answer);
    }
}

static void *read_user_in_thread(void *username)
{
    read_user(username);
    return NULL;
}

static void add_users(void)
{
    /* With a client of their own, so that `client` is as a case wants it. */
    lid_client *other = new_client();
    int i;

    add_user(other, "parent");
    add_user(other, "thread");
    for (i = 0; i < CHILDREN; i++)
        add_user(other, text("child-%d", i));
}

/* Forks and makes calls on both sides, at the same time. */
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

/* No attempt was refused or repeated: no nonce was drawn twice. */
static void every_call_was_sent_once(int callers)
{
    int count = requests_for(RETRIEVE);

    if (count != callers * CALLS)
        FAIL("%d requests for %d calls", count, callers * CALLS);
    CHECK(!contains(emulator("GET", "requests?path=" RETRIEVE, ""), "\"status\":401"));
}

static void before_first_use(void)
{
    add_users();
    client = new_client();
    fork_and_call(CHILDREN);
    every_call_was_sent_once(CHILDREN + 2);
}

/* The parent has connections open, which a child must not touch. */
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

/* A child of a child has yet another process's connections to leave alone. */
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

/* Freeing is all some children do with what they inherit. */
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

/* Without connections there is as much to go wrong: nonces. */
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

/* The parent's keys serve the child, and fetching one is the child's own. */
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

/* The thread that fetches it is the parent's: waiting for it would be for ever. */
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

static void fork_at_exit(void)
{
    double started = now_ms();
    pid_t child = fork();
    int status;

    if (child == 0)
        _exit(0);
    /* The most that a fork is made to wait is a second. */
    if (child < 0 || now_ms() - started >= 900 || waitpid(child, &status, 0) != child)
        _exit(1);
}

static void sign(void)
{
    char *token;

    if (lid_generate_service_token(client, "users.retrieve", NULL, NULL, NULL, &token) != LID_OK)
        FAIL("%s", token);
    lid_free_string(token);
}

static void *sign_and_exit(void *unused)
{
    (void)unused;
    sign();
    exit(0);
}

/* The thread that ends the process has signed something. */
static void a_fork_while_the_process_ends_does_not_wait(void)
{
    int another_thread;

    client = new_client();
    fflush(NULL);
    for (another_thread = 0; another_thread < 2; another_thread++) {
        pid_t child = fork();
        CHECK(child >= 0);
        if (child == 0) {
            pthread_t thread;
            CHECK(atexit(fork_at_exit) == 0);
            if (!another_thread)
                sign_and_exit(NULL);
            CHECK(pthread_create(&thread, NULL, sign_and_exit, NULL) == 0);
            CHECK(pthread_join(thread, NULL) == 0);
            _exit(1);
        }
        ended_well(child);
    }
}

#define FORKS_BY_SIGNAL 100

static volatile sig_atomic_t forks, slow_forks, is_child;

/* Forks in the midst of whatever the program is doing. Every other child goes on
 * with that, as the program does. */
static void fork_in_handler(int signal)
{
    double started = now_ms();
    pid_t child = fork();
    double took = now_ms() - started;

    (void)signal;
    if (child == 0) {
        is_child = 1;
        if (forks % 2 == 0)
            _exit(0);
        alarm(60);
    } else {
        ended_well(child);
        forks++;
        slow_forks += took > 900;
    }
}

static void a_signal_handler_may_fork_in_the_midst_of_a_call(void)
{
    struct sigaction action;
    struct itimerval soon = { { 0, 0 }, { 0, 0 } };
    int i;

    client = new_client();
    sign();
    memset(&action, 0, sizeof action);
    action.sa_handler = fork_in_handler;
    action.sa_flags = SA_RESTART;
    CHECK(sigaction(SIGALRM, &action, NULL) == 0);
    /* One signal for a call: where forks are slow, the program would get nowhere. */
    for (i = 0; forks < FORKS_BY_SIGNAL && !is_child; i++) {
        soon.it_value.tv_usec = 1 + 7 * (i % 50);
        CHECK(setitimer(ITIMER_REAL, &soon, NULL) == 0);
        sign();
    }
    CHECK(signal(SIGALRM, is_child ? SIG_DFL : SIG_IGN) != SIG_ERR);
    /* Nothing is left of it that later forks would wait for. */
    for (i = 0; i < 3; i++) {
        double started = now_ms();
        pid_t child = fork();
        CHECK(child >= 0);
        if (child == 0) {
            sign();
            _exit(0);
        }
        CHECK(now_ms() - started < 900);
        ended_well(child);
        sign();
    }
    if (is_child)
        _exit(0);
    CHECK(slow_forks == 0);
}

static volatile pid_t forked_child;

static void fork_once(int signal)
{
    (void)signal;
    forked_child = fork();
    if (forked_child == 0) {
        CHECK(sigaction(SIGALRM, &(struct sigaction){ .sa_handler = SIG_DFL }, NULL) == 0);
        alarm(60);
    }
}

/* The connection is the parent's, and so is the call. */
static void a_child_forked_in_the_midst_of_a_call_does_not_go_on_with_it(void)
{
    struct itimerval soon = { { 0, 0 }, { 0, 100000 } };
    char *answer;
    lid_status status;

    client = new_client();
    add_user(client, USER);
    inject(RETRIEVE, 1, "\"kind\":\"delay\",\"ms\":1000");
    CHECK(signal(SIGALRM, fork_once) != SIG_ERR);
    CHECK(setitimer(ITIMER_REAL, &soon, NULL) == 0);
    forked_child = -1;
    fflush(NULL);
    status = lid_get_user(client, USER, &answer);
    CHECK(forked_child != -1);
    if (forked_child == 0) {
        if (status != LID_ERROR_INTERNAL || !contains(answer, "\"forked_in_call\""))
            FAIL("%s", answer);
        lid_free_string(answer);
        read_user(USER);
        lid_free(client);
        _exit(0);
    }
    if (status != LID_OK)
        FAIL("%s", answer);
    lid_free_string(answer);
    ended_well(forked_child);
    CHECK(requests_for(RETRIEVE) == 1 + CALLS);
}

static volatile int in_log;

static void log_slowly(const char *event_json, void *count)
{
    struct timespec time = { 0, 20000000 };

    (void)event_json;
    in_log = 1;
    nanosleep(&time, NULL);
    __sync_fetch_and_add((int *)count, 1);
}

static void *read_until_logged(void *enough)
{
    while (!*(volatile int *)enough)
        read_user("thread");
    return NULL;
}

/* While a thread of the parent is in the log callback, for which a child must not wait. */
static void a_child_replaces_the_log_callback(void)
{
    int parents = 0, childs = 0, enough = 0;
    pthread_t thread;
    pid_t child;

    add_users();
    client = new_client();
    lid_set_log_callback(client, log_slowly, &parents);
    CHECK(pthread_create(&thread, NULL, read_until_logged, &enough) == 0);
    while (!in_log)
        sched_yield();
    fflush(NULL);
    child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        alarm(60);
        parents = 0;
        read_user("child-0");
        CHECK(parents == CALLS);
        lid_set_log_callback(client, log_slowly, &childs);
        read_user("child-0");
        lid_set_log_callback(client, NULL, NULL);
        read_user("child-0");
        CHECK(parents == CALLS && childs == CALLS);
        _exit(0);
    }
    enough = 1;
    CHECK(pthread_join(thread, NULL) == 0);
    ended_well(child);
}

static void *read_once(void *unused)
{
    read_user("thread");
    return unused;
}

static void stay_in_log(const char *event_json, void *unused)
{
    (void)event_json;
    (void)unused;
    in_log = 1;
    while (forked_child == -1)
        sched_yield();
}

/* The child goes on in the midst of the wait for its parent's thread. */
static void a_child_forked_while_a_log_callback_is_replaced_does_not_wait(void)
{
    struct itimerval soon = { { 0, 0 }, { 0, 300000 } };
    pthread_t thread;

    add_users();
    client = new_client();
    forked_child = -1;
    lid_set_log_callback(client, stay_in_log, NULL);
    CHECK(pthread_create(&thread, NULL, read_once, NULL) == 0);
    while (!in_log)
        sched_yield();
    fflush(NULL);
    CHECK(signal(SIGALRM, fork_once) != SIG_ERR);
    CHECK(setitimer(ITIMER_REAL, &soon, NULL) == 0);
    lid_set_log_callback(client, NULL, NULL);
    CHECK(forked_child != -1);
    if (forked_child == 0)
        _exit(0);
    CHECK(pthread_join(thread, NULL) == 0);
    ended_well(forked_child);
}

/* No handler is called for it. */
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
    TEST(a_fork_while_the_process_ends_does_not_wait),
    TEST(a_signal_handler_may_fork_in_the_midst_of_a_call),
    TEST(a_child_forked_in_the_midst_of_a_call_does_not_go_on_with_it),
    TEST(a_child_replaces_the_log_callback),
    TEST(a_child_forked_while_a_log_callback_is_replaced_does_not_wait),
    TEST(a_child_of_raw_clone_makes_its_own_connections),
};

TEST_MAIN(tests)

/* Forks inside and beside functions of the program that are called back: signal
 * handlers, functions at exit, log functions. */
#define _GNU_SOURCE

#include "forks.h"

#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void fork_at_exit(void)
{
    double started = now_ms();
    pid_t child = fork();
    int status;

    if (child == 0)
        _exit(0);
    /* A fork is delayed by a second at most. */
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

/* Forks in the middle of whatever the program is doing. Every other child continues
 * that, as the program does. */
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

static void a_signal_handler_may_fork_in_the_middle_of_a_call(void)
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
    /* One signal per call: if forks are slow, more would stop all progress. */
    for (i = 0; forks < FORKS_BY_SIGNAL && !is_child; i++) {
        soon.it_value.tv_usec = 1 + 7 * (i % 50);
        CHECK(setitimer(ITIMER_REAL, &soon, NULL) == 0);
        sign();
    }
    CHECK(signal(SIGALRM, is_child ? SIG_DFL : SIG_IGN) != SIG_ERR);
    /* Nothing remains that later forks would wait for. */
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
        /* NOLINTNEXTLINE(bugprone-signal-handler): a failed check ends this child, which the parent notices. */
        CHECK(sigaction(SIGALRM, &(struct sigaction){ .sa_handler = SIG_DFL }, NULL) == 0);
        alarm(60);
    }
}

/* The connection and the call belong to the parent. */
static void a_child_forked_in_the_middle_of_a_call_does_not_continue_it(void)
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

static int parent_is_done[2];

/* As above, and the child goes on when its parent has ended the call. */
static void fork_and_wait(int signal)
{
    char byte;

    fork_once(signal);
    if (forked_child == 0) {
        close(parent_is_done[1]);
        CHECK(read(parent_is_done[0], &byte, 1) == 0);
    }
}

/* The answer came, and its parent took it: the child waits for nothing. */
static void a_child_whose_parent_took_the_answer_does_not_wait_for_it(void)
{
    struct itimerval soon = { { 0, 0 }, { 0, 100000 } };
    char *answer;
    lid_status status;
    double started;

    client = new_client();
    add_user(client, USER);
    inject(RETRIEVE, 1, "\"kind\":\"delay\",\"ms\":300");
    CHECK(pipe(parent_is_done) == 0);
    CHECK(signal(SIGALRM, fork_and_wait) != SIG_ERR);
    CHECK(setitimer(ITIMER_REAL, &soon, NULL) == 0);
    forked_child = -1;
    fflush(NULL);
    started = now_ms();
    status = lid_get_user(client, USER, &answer);
    CHECK(forked_child != -1);
    if (forked_child == 0) {
        if (status != LID_ERROR_INTERNAL || !contains(answer, "\"forked_in_call\""))
            FAIL("%s", answer);
        /* The limit of the call is 20 seconds. */
        CHECK(now_ms() - started < 5000);
        _exit(0);
    }
    if (status != LID_OK)
        FAIL("%s", answer);
    lid_free_string(answer);
    close(parent_is_done[1]);
    ended_well(forked_child);
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

/* The child starts in the middle of the wait for a thread of its parent. */
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

static const struct test tests[] = {
    TEST(a_fork_while_the_process_ends_does_not_wait),
    TEST(a_signal_handler_may_fork_in_the_middle_of_a_call),
    TEST(a_child_forked_in_the_middle_of_a_call_does_not_continue_it),
    TEST(a_child_whose_parent_took_the_answer_does_not_wait_for_it),
    TEST(a_child_replaces_the_log_callback),
    TEST(a_child_forked_while_a_log_callback_is_replaced_does_not_wait),
};

TEST_MAIN(tests)

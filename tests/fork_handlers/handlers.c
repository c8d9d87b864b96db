/* Handlers that take locks of the program's, join threads, and wait for calls. */
#define _POSIX_C_SOURCE 200809L

#include "cases.h"
#include "support.h"

#include <stdio.h>

/* ---- A lock of the program's ---- */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void take_lock(void)
{
    pthread_mutex_lock(&lock);
}

static void release_lock(void)
{
    pthread_mutex_unlock(&lock);
}

static void *sign_with_lock_held(void *unused)
{
    while (!stop) {
        take_lock();
        CHECK(sign() == WELL);
        release_lock();
        /* A mutex is not fair: without a pause a fork might never get the lock. */
        pause_ms(1);
    }
    return unused;
}

/* How many of 200 forks took longer than 100 ms. */
static int late_forks(void)
{
    int i, late = 0;

    for (i = 0; i < 200; i++)
        late += fork_and_sign() > 100;
    return late;
}

void a_lock_is_held_during_calls_and_forks(void)
{
    pthread_t thread;
    int late, rounds = 0;

    CHECK(pthread_atfork(take_lock, release_lock, release_lock) == 0);
    load_library();
    CHECK(sign() == WELL);
    start(&thread, sign_with_lock_held);
    /* A busy machine may stop any process for that long: one good round is enough. */
    do
        late = late_forks();
    while (late != 0 && ++rounds < 5);
    stop = 1;
    CHECK(pthread_join(thread, NULL) == 0);
    if (late != 0)
        fail("%d of 200 forks took longer than 100 ms", late);
}

static void fork_in_time(void)
{
    double took = fork_and_sign();

    if (took > 900)
        fail("a fork took %.0f ms", took);
}

/* ---- Threads that end before each fork, and begin again after it ---- */

#define THREADS 8

static pthread_t threads[THREADS];

static void start_threads(void)
{
    int i;

    stop = 0;
    for (i = 0; i < THREADS; i++)
        start(&threads[i], sign_until_stopped);
}

static void join_threads(void)
{
    int i;

    stop = 1;
    for (i = 0; i < THREADS; i++)
        CHECK(pthread_join(threads[i], NULL) == 0);
}

void threads_are_joined_before_each_fork(void)
{
    int i;

    CHECK(pthread_atfork(join_threads, start_threads, NULL) == 0);
    load_library();
    start_threads();
    for (i = 0; i < 20; i++) {
        pause_ms(2);
        fork_in_time();
    }
    join_threads();
}

/* ---- Threads that take the lock while they end ---- */

static pthread_key_t key;

static void end_with_lock(void *unused)
{
    (void)unused;
    take_lock();
    pause_ms(2);
    release_lock();
}

static void *sign_and_end_with_lock(void *unused)
{
    CHECK(sign() == WELL);
    CHECK(pthread_setspecific(key, &key) == 0);
    return unused;
}

static void *start_and_join(void *unused)
{
    run_in_new_threads(sign_and_end_with_lock);
    return unused;
}

void the_lock_is_taken_by_threads_that_end(void)
{
    pthread_t starters[2];
    int i;

    CHECK(pthread_atfork(take_lock, release_lock, release_lock) == 0);
    load_library();
    CHECK(sign() == WELL);
    CHECK(pthread_key_create(&key, end_with_lock) == 0);
    for (i = 0; i < 2; i++)
        start(&starters[i], start_and_join);
    for (i = 0; i < 50; i++) {
        fork_in_time();
        pause_ms(1);
    }
    stop = 1;
    for (i = 0; i < 2; i++)
        CHECK(pthread_join(starters[i], NULL) == 0);
}

/* ---- A call by another thread while a handler waits for it ---- */

static volatile int requested, done;
static double shortest_ms = 1e9, longest_ms;

static void *sign_on_request(void *unused)
{
    while (!stop) {
        if (requested != done) {
            double started = now_ms(), took;
            CHECK(sign() == WELL);
            took = now_ms() - started;
            shortest_ms = took < shortest_ms ? took : shortest_ms;
            longest_ms = took > longest_ms ? took : longest_ms;
            __sync_synchronize();
            done = requested;
        }
        pause_ms(1);
    }
    return unused;
}

static void await_a_call(void)
{
    double started, took;

    requested++;
    while (requested != done)
        pause_ms(1);
    /* And a call by the thread that forks, which does not wait for itself. */
    started = now_ms();
    CHECK(sign() == WELL);
    took = now_ms() - started;
    shortest_ms = took < shortest_ms ? took : shortest_ms;
}

void a_handler_waits_for_a_call(void)
{
    pthread_t thread;
    int i;

    CHECK(pthread_atfork(await_a_call, NULL, NULL) == 0);
    load_library();
    start(&thread, sign_on_request);
    for (i = 0; i < 20; i++)
        fork_and_sign();
    stop = 1;
    CHECK(pthread_join(thread, NULL) == 0);
    printf("calls of %.1f to %.1f ms\n", shortest_ms, longest_ms);
    /* A call that meets the library's own handler waits for 20 ms. */
    CHECK(!handlers_come_last || shortest_ms < 20);
    CHECK(longest_ms < 900);
}

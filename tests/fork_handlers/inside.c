/* Forks that happen while threads are inside the cryptography library, because a
 * handler delays the fork longer than the library blocks its threads. */
#define _POSIX_C_SOURCE 200809L

#include "cases.h"
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int exits[2];

static void tell_exit(void)
{
    CHECK(write(exits[1], "x", 1) == 1);
}

static volatile int waits;

static void wait_longer_than_the_library(void)
{
    if (waits)
        pause_ms(60);
}

/* Earlier than the library, which a program that links the archive does with its first
 * constructors: among those of one priority, the program's are first. */
#ifdef HANDLERS_FIRST
__attribute__((constructor(101)))
#endif
static void register_handler(void)
{
    CHECK(pthread_atfork(wait_longer_than_the_library, NULL, NULL) == 0);
}

static void *sign_for_a_while(void *unused)
{
    int i;

    for (i = 0; i < 20; i++)
        CHECK(sign() == WELL);
    return unused;
}

static void *start_and_join(void *unused)
{
    run_in_new_threads(sign_for_a_while);
    return unused;
}

static void *expect_refusal(void *unused)
{
    CHECK(sign() == REFUSED);
    return unused;
}

/* Reading an RSA key takes longest of all uses of the cryptography library. */
static void *read_keys(void *unused)
{
    while (!stop) {
        lid_client *made;
        char *out;
        if (library.new_with_config(getenv("TEST_CONFIG"), &made, &out) != LID_OK)
            fail("%s", out);
        library.free_string(out);
        library.free(made);
    }
    return unused;
}

/* Either all calls work, or all calls that need the cryptography library are refused. */
static enum outcome use_everything(void)
{
    enum outcome first = sign();

    CHECK(verify() == first);
    CHECK(get_user() == first);
    if (first == REFUSED) {
        pthread_t thread;
        start(&thread, expect_refusal);
        CHECK(pthread_join(thread, NULL) == 0);
    }
    return first;
}

static int end_status;

/* It is in the same array as those of the cryptography library, if the program links the archive:
 * they would wait for a lock that is held forever. */
__attribute__((destructor)) static void end_of_the_object(void)
{
#ifndef BY_DLOPEN
    if (end_status == 3)
        fail("a destructor ran although the cryptography library cannot be used");
#endif
}

static void *end_the_process(void *unused)
{
    (void)unused;
    exit(end_status);
}

/* Each way in which a process ends must work. */
static void live_as_child(int round)
{
    pthread_t thread;

    limit_child();
    end_status = use_everything() == REFUSED ? 3 : 0;
    switch (round % 4) {
    case 0:
        library.free(client);
        _exit(end_status);
    case 1:
        exit(end_status);
    case 2:
        start(&thread, end_the_process);
        pthread_join(thread, NULL);
        _exit(1);
    default:
        /* The end of the last thread ends the process with status 0. */
        pthread_exit(NULL);
    }
}

void forks_meet_threads_inside(void)
{
    void *(*const work[])(void *) = { read_keys, read_keys, read_keys, sign_until_stopped,
                                      sign_until_stopped, start_and_join };
    const int threads = sizeof work / sizeof *work;
    pthread_t busy[sizeof work / sizeof *work];
    int i, exited = 0, refused = 0, rounds = handlers_come_last ? 20 : 40;
    char byte;

    CHECK(pipe(exits) == 0);
    /* Only in the children: the parent ends with _exit. */
    CHECK(atexit(tell_exit) == 0);
#ifndef HANDLERS_FIRST
    register_handler();
#endif
    load_library();
    waits = 1;
    CHECK(use_everything() == WELL);
    for (i = 0; i < threads; i++)
        start(&busy[i], work[i]);
    for (i = 0; i < rounds; i++) {
        pid_t child = fork();
        int status;
        CHECK(child >= 0);
        if (child == 0)
            live_as_child(i);
        status = exit_status(child);
        CHECK(status == 0 || status == 3);
        refused += status == 3;
        if (i % 4 != 0) {
            CHECK(read(exits[0], &byte, 1) == 1);
            exited++;
        }
    }
    stop = 1;
    for (i = 0; i < threads; i++)
        CHECK(pthread_join(busy[i], NULL) == 0);
    printf("%d of %d children were refused, %d ran their functions at exit\n", refused, rounds,
           exited);
    if (handlers_come_last)
        CHECK(refused == 0);
    else
        CHECK(refused > 0);
}

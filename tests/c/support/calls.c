/* Time, and calls in threads of their own. */
#define _GNU_SOURCE

#include "../support.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

double now_ms(void)
{
    struct timespec now;

    CHECK(clock_gettime(CLOCK_MONOTONIC, &now) == 0);
    return (double)now.tv_sec * 1000.0 + (double)now.tv_nsec / 1e6;
}

double at_most_ms(double ms)
{
    const char *slowness = getenv("TEST_SLOWNESS");

    return slowness != NULL ? ms * atof(slowness) : ms;
}

static void *run_call(void *argument)
{
    struct call *call = argument;

    __atomic_store_n(&call->thread_id, (pid_t)syscall(SYS_gettid), __ATOMIC_RELAXED);
    return call->run(call);
}

void begin_call(struct call *call, void *(*run)(void *))
{
    call->thread_id = 0;
    call->run = run;
    CHECK(pthread_create(&call->thread, NULL, run_call, call) == 0);
}

/* Of the system calls of a call, only the wait of its condition variable is a futex with a time
 * limit. */
static int waits_for_another(pid_t thread_id)
{
    char path[64];
    FILE *current;
    unsigned long limit;
    long number;
    int waits;

    snprintf(path, sizeof path, "/proc/self/task/%d/syscall", (int)thread_id);
    current = fopen(path, "r");
    CHECK(current != NULL);
    waits = fscanf(current, "%ld %*x %*x %*x %lx", &number, &limit) == 2 && number == SYS_futex &&
            limit != 0;
    fclose(current);
    return waits;
}

void await_wait_for_another(const struct call *call)
{
    const struct timespec pause = { 0, 1000000 };
    pid_t thread_id;

    do {
        nanosleep(&pause, NULL);
        thread_id = __atomic_load_n(&call->thread_id, __ATOMIC_RELAXED);
    } while (thread_id == 0 || !waits_for_another(thread_id));
}

static void *run_get_user(void *argument)
{
    struct call *call = argument;

    call->status = lid_get_user(call->client, USER, &call->answer);
    call->ended_ms = now_ms();
    return NULL;
}

void begin_get_user(struct call *call, const lid_client *client)
{
    call->client = client;
    call->operation = "get_user";
    begin_call(call, run_get_user);
}

static void *run_wait(void *argument)
{
    struct call *call = argument;

    call->status = lid_wait_code(call->client, USER, call->code, "short", call->timeout_ms,
                                 call->cancel, &call->answer);
    call->ended_ms = now_ms();
    return NULL;
}

void begin_wait(struct call *call, const lid_client *client, const char *code,
                uint32_t timeout_ms, lid_cancel *cancel)
{
    call->client = client;
    call->operation = "wait_code";
    call->code = code;
    call->timeout_ms = timeout_ms;
    call->cancel = cancel;
    begin_call(call, run_wait);
}

lid_status end_call(struct call *call)
{
    CHECK(pthread_join(call->thread, NULL) == 0);
    forget_out();
    out = call->answer;
    return call->status;
}

static int in_order(const void *a, const void *b)
{
    return *(const double *)a < *(const double *)b ? -1 : 1;
}

/* The median of five, because a busy machine may not run the thread at once. */
void cancelled_in_time(void (*begin)(struct call *call, lid_cancel *cancel))
{
    double taken[5];
    size_t i;

    for (i = 0; i < 5; i++) {
        lid_cancel *cancel = lid_cancel_new();
        struct call call;
        double triggered;

        CHECK(cancel != NULL);
        begin(&call, cancel);
        triggered = now_ms();
        lid_cancel_trigger(cancel);
        CHECK(end_call(&call) == LID_ERROR_CANCELLED);
        taken[i] = call.ended_ms - triggered;
        TEXT("/error/status", "LID_ERROR_CANCELLED");
        TEXT("/error/code", "cancelled");
        TEXT("/error/operation", call.operation);
        TEXT("/error/retryable", "false");
        lid_cancel_free(cancel);
    }
    qsort(taken, 5, sizeof *taken, in_order);
    if (taken[2] > at_most_ms(100))
        FAIL("ended %.0f ms after it was cancelled", taken[2]);
}

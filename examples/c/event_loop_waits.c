#define _POSIX_C_SOURCE 200809L

#include "event_loop_waits.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

/* Enough for every call: docs/deploying.md. */
#define STACK_BYTES ((size_t)256 * 1024)

enum { MAX_THREADS = 64 };

struct queue {
    struct wait *first, **last;
};

static pthread_t threads[MAX_THREADS];
static int thread_count;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
/* All under the lock, which is held for a few instructions at a time. */
static struct queue queued = {NULL, &queued.first}, ended = {NULL, &ended.first};
static bool stopping;
static uv_async_t wake_loop;

static void append(struct queue *queue, struct wait *wait)
{
    wait->next = NULL;
    *queue->last = wait;
    queue->last = &wait->next;
}

static struct wait *take(struct queue *queue)
{
    struct wait *wait = queue->first;

    if (wait != NULL && (queue->first = wait->next) == NULL)
        queue->last = &queue->first;
    return wait;
}

static void *run_waits(void *argument)
{
    struct wait *wait;

    (void)argument;
    pthread_mutex_lock(&lock);
    for (;;) {
        while ((wait = take(&queued)) == NULL && !stopping)
            pthread_cond_wait(&changed, &lock);
        if (wait == NULL)
            break;
        pthread_mutex_unlock(&lock);
        wait->status = lid_wait_code(wait->client, wait->username, wait->code, "short",
                                     wait->timeout_ms, wait->cancel, &wait->out);
        pthread_mutex_lock(&lock);
        append(&ended, wait);
        uv_async_send(&wake_loop);
    }
    pthread_mutex_unlock(&lock);
    return NULL;
}

/* On the loop. One call may stand for several ended waits. */
static void on_ended(uv_async_t *async)
{
    struct wait *wait;

    (void)async;
    for (;;) {
        pthread_mutex_lock(&lock);
        wait = take(&ended);
        pthread_mutex_unlock(&lock);
        if (wait == NULL)
            return;
        wait->ended(wait);
    }
}

int waits_start(uv_loop_t *loop, int count)
{
    pthread_attr_t attributes;
    int failed = count > MAX_THREADS || uv_async_init(loop, &wake_loop, on_ended) != 0 ||
                 pthread_attr_init(&attributes) != 0;

    if (failed)
        return failed;
    failed = pthread_attr_setstacksize(&attributes, STACK_BYTES);
    while (!failed && thread_count < count) {
        failed = pthread_create(&threads[thread_count], &attributes, run_waits, NULL);
        thread_count += !failed;
    }
    pthread_attr_destroy(&attributes);
    return failed;
}

int wait_start(struct wait *wait)
{
    wait->out = NULL;
    if ((wait->cancel = lid_cancel_new()) == NULL)
        return 1;
    pthread_mutex_lock(&lock);
    append(&queued, wait);
    pthread_cond_signal(&changed);
    pthread_mutex_unlock(&lock);
    return 0;
}

void wait_finish(struct wait *wait)
{
    lid_free_string(wait->out);
    lid_cancel_free(wait->cancel);
}

void waits_stop(void)
{
    pthread_mutex_lock(&lock);
    stopping = true;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
    while (thread_count > 0)
        pthread_join(threads[--thread_count], NULL);
    uv_close((uv_handle_t *)&wake_loop, NULL);
}

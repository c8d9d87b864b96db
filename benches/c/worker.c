#define _POSIX_C_SOURCE 200809L

#include "worker.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MAX_THREADS = 256 };

struct job {
    const struct operation *operation;
    pthread_barrier_t *barrier;
    long count;
    long *latencies; /* one for each call, or NULL */
    /* The result of a job. */
    long began, ended, cpu, errors;
    int failed_to_start;
};

static char explanation[512];
static pthread_mutex_t explaining = PTHREAD_MUTEX_INITIALIZER;

void worker_explain(const char *why)
{
    pthread_mutex_lock(&explaining);
    snprintf(explanation, sizeof explanation, "%s", why);
    pthread_mutex_unlock(&explaining);
}

const char *worker_setting(const char *name)
{
    const char *value = getenv(name);
    if (value == NULL || *value == '\0') {
        fprintf(stderr, "%s is not set\n", name);
        exit(2);
    }
    return value;
}

long worker_now(int clock)
{
    struct timespec time;
    clock_gettime(clock, &time);
    return time.tv_sec * 1000000000L + time.tv_nsec;
}

/* Runs a job's share once all threads are prepared. Each thread measures its own
 * times: on a shared core, another one may not even see them begin. */
static void *run_job(void *argument)
{
    struct job *job = argument;
    const struct operation *operation = job->operation;
    void *state = operation->start(job->count);
    long i, before, cpu;

    job->failed_to_start = state == NULL;
    pthread_barrier_wait(job->barrier);
    cpu = worker_now(CLOCK_THREAD_CPUTIME_ID);
    before = job->began = worker_now(CLOCK_MONOTONIC);
    for (i = 0; state != NULL && i < job->count; i++) {
        job->errors += operation->once(state) != 0;
        if (job->latencies != NULL) {
            long after = worker_now(CLOCK_MONOTONIC);
            job->latencies[i] = after - before;
            before = after;
        }
    }
    job->ended = worker_now(CLOCK_MONOTONIC);
    job->cpu = worker_now(CLOCK_THREAD_CPUTIME_ID) - cpu;
    if (state != NULL)
        operation->stop(state);
    return NULL;
}

static int compare(const void *left, const void *right)
{
    long a = *(const long *)left, b = *(const long *)right;
    return (a > b) - (a < b);
}

long worker_median(long *times, long count)
{
    qsort(times, (size_t)count, sizeof *times, compare);
    return times[count / 2];
}

static long percentile(const long *sorted, long count, double share)
{
    long at = (long)((double)count * share);
    return sorted[at < count ? at : count - 1];
}

/* Runs the operation in this many threads, and returns the sum of their results. */
static struct job run_jobs(const struct operation *operation, long share, int threads,
                           long *latencies)
{
    struct job jobs[MAX_THREADS], sum = {0};
    pthread_t ids[MAX_THREADS];
    pthread_barrier_t barrier;
    int i;

    pthread_barrier_init(&barrier, NULL, (unsigned)threads);
    for (i = 0; i < threads; i++) {
        jobs[i] = (struct job){0};
        jobs[i].operation = operation;
        jobs[i].barrier = &barrier;
        jobs[i].count = share;
        if (latencies != NULL)
            jobs[i].latencies = latencies + i * share;
        if (pthread_create(&ids[i], NULL, run_job, &jobs[i]) != 0) {
            perror("pthread_create");
            exit(2);
        }
    }
    for (i = 0; i < threads; i++) {
        pthread_join(ids[i], NULL);
        if (i == 0 || jobs[i].began < sum.began)
            sum.began = jobs[i].began;
        if (i == 0 || jobs[i].ended > sum.ended)
            sum.ended = jobs[i].ended;
        sum.cpu += jobs[i].cpu;
        sum.errors += jobs[i].errors;
        sum.failed_to_start += jobs[i].failed_to_start;
    }
    pthread_barrier_destroy(&barrier);
    return sum;
}

static void answer(const struct operation *operation, long count, int threads, int load)
{
    long *latencies = NULL;
    long share = count / threads > 0 ? count / threads : 1, wall;
    struct job sum;

    count = share * threads;
    if (load && (latencies = malloc(sizeof *latencies * (size_t)count)) == NULL) {
        puts("error no memory");
        return;
    }
    explanation[0] = '\0';
    sum = run_jobs(operation, share, threads, latencies);
    wall = sum.ended - sum.began;
    if (sum.failed_to_start > 0) {
        printf("error could not prepare: %s\n", explanation);
    } else if (load) {
        qsort(latencies, (size_t)count, sizeof *latencies, compare);
        printf("ok %ld %ld %ld %ld %ld %ld %ld\n", wall, sum.cpu, sum.errors,
               percentile(latencies, count, 0.5), percentile(latencies, count, 0.99),
               percentile(latencies, count, 0.999), latencies[count - 1]);
    } else if (sum.errors > 0) {
        printf("error %ld of %ld failed: %s\n", sum.errors, count, explanation);
    } else {
        printf("ok %ld %ld\n", wall, sum.cpu);
    }
    free(latencies);
}

int worker_serve(const struct operation *operations)
{
    char line[256], verb[16], name[64];

    setvbuf(stdout, NULL, _IOLBF, 0);
    while (fgets(line, sizeof line, stdin) != NULL) {
        const struct operation *operation = operations;
        long count;
        int threads = 1;

        if (sscanf(line, "%15s %63s %ld %d", verb, name, &count, &threads) < 3 || count < 1 ||
            threads < 1 || threads > MAX_THREADS) {
            puts("error not a command");
            continue;
        }
        while (operation->name != NULL && strcmp(operation->name, name) != 0)
            operation++;
        if (operation->name == NULL)
            printf("error there is no operation '%s'\n", name);
        else
            answer(operation, count, threads, strcmp(verb, "load") == 0);
    }
    return 0;
}

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
    long errors;
    long *latencies; /* one for each call, or NULL */
    int failed_to_start;
};

static char explanation[512];

void worker_explain(const char *why)
{
    snprintf(explanation, sizeof explanation, "%s", why);
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

static long now(clockid_t clock)
{
    struct timespec time;
    clock_gettime(clock, &time);
    return time.tv_sec * 1000000000L + time.tv_nsec;
}

/* Runs a job's share between two meetings of all threads. */
static void *run_job(void *argument)
{
    struct job *job = argument;
    const struct operation *operation = job->operation;
    void *state = operation->start(job->count);
    long i;

    job->failed_to_start = state == NULL;
    pthread_barrier_wait(job->barrier);
    if (state != NULL && job->latencies == NULL) {
        for (i = 0; i < job->count; i++)
            job->errors += operation->once(state) != 0;
    } else if (state != NULL) {
        long before = now(CLOCK_MONOTONIC);
        for (i = 0; i < job->count; i++) {
            long after;
            job->errors += operation->once(state) != 0;
            after = now(CLOCK_MONOTONIC);
            job->latencies[i] = after - before;
            before = after;
        }
    }
    pthread_barrier_wait(job->barrier);
    if (state != NULL)
        operation->stop(state);
    return NULL;
}

static int compare(const void *left, const void *right)
{
    long a = *(const long *)left, b = *(const long *)right;
    return (a > b) - (a < b);
}

static long percentile(const long *sorted, long count, double share)
{
    long at = (long)((double)count * share);
    return sorted[at < count ? at : count - 1];
}

static void answer(const struct operation *operation, long count, int threads, int load)
{
    struct job jobs[MAX_THREADS];
    pthread_t ids[MAX_THREADS];
    pthread_barrier_t barrier;
    long *latencies = NULL;
    long share = count / threads, errors = 0, wall, cpu;
    int i, broken = 0;

    if (share < 1)
        share = 1;
    count = share * threads;
    if (load && (latencies = malloc(sizeof *latencies * (size_t)count)) == NULL) {
        puts("error no memory");
        return;
    }
    explanation[0] = '\0';
    pthread_barrier_init(&barrier, NULL, (unsigned)threads + 1);
    for (i = 0; i < threads; i++) {
        jobs[i] = (struct job){operation, &barrier, share, 0, NULL, 0};
        if (load)
            jobs[i].latencies = latencies + i * share;
        if (pthread_create(&ids[i], NULL, run_job, &jobs[i]) != 0) {
            perror("pthread_create");
            exit(2);
        }
    }
    pthread_barrier_wait(&barrier);
    wall = now(CLOCK_MONOTONIC);
    cpu = now(CLOCK_PROCESS_CPUTIME_ID);
    pthread_barrier_wait(&barrier);
    cpu = now(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    wall = now(CLOCK_MONOTONIC) - wall;
    for (i = 0; i < threads; i++) {
        pthread_join(ids[i], NULL);
        errors += jobs[i].errors;
        broken += jobs[i].failed_to_start;
    }
    pthread_barrier_destroy(&barrier);
    if (broken > 0 || (errors > 0 && !load)) {
        printf("error %ld of %ld failed: %s\n", broken ? count : errors, count, explanation);
    } else if (load) {
        qsort(latencies, (size_t)count, sizeof *latencies, compare);
        printf("ok %ld %ld %ld %ld %ld %ld %ld\n", wall, cpu, errors,
               percentile(latencies, count, 0.5), percentile(latencies, count, 0.99),
               percentile(latencies, count, 0.999), latencies[count - 1]);
    } else {
        printf("ok %ld %ld\n", wall, cpu);
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

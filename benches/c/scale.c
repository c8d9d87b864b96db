/* What many threads and connections cost:
 *
 *   scale waits COUNT   ->  KIB THREADS CPU_US   threads that wait for a code, all at once: resident
 *                           memory and threads that they add, the processor time of a second
 *   scale idle COUNT    ->  NS CPU_NS            a call beside this many idle connections, 64 of them
 *                           its client's own: medians of slices; the service must hold calls back until a line is on
 *                           the standard input
 */
#define _POSIX_C_SOURCE 200809L

#include <loginid.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "worker.h"

/* A client keeps 64 idle connections, so that a thousand need several clients. */
enum { MOST = 1000, KEPT = 64, CLIENTS = (MOST + KEPT - 1) / KEPT, SLICES = 21, CALLS = 200, WAIT_MS = 120000, SECONDS = 5 };

static lid_client *clients[CLIENTS];
static lid_cancel *cancel;
static const char *user;

static void check(lid_status status, lid_status wanted, char *out)
{
    if (status != wanted) {
        fprintf(stderr, "%s\n", out);
        exit(2);
    }
    lid_free_string(out);
}

static void *wait_for_code(void *argument)
{
    char *out;
    lid_status status =
        lid_wait_code(clients[0], user, worker_setting("BENCH_CODE"), "short", WAIT_MS, cancel, &out);

    check(status, LID_ERROR_CANCELLED, out);
    return argument;
}

/* The argument is a client. */
static void *call(void *client)
{
    char *out;
    lid_status status = lid_get_user(client, user, &out);

    check(status, LID_OK, out);
    return client;
}

/* The value of a line of /proc/self/status. */
static long status_of(const char *name)
{
    char line[256];
    long value = -1;
    FILE *status = fopen("/proc/self/status", "r");

    while (status != NULL && fgets(line, sizeof line, status) != NULL)
        if (strncmp(line, name, strlen(name)) == 0)
            value = atol(line + strlen(name) + 1);
    if (status != NULL)
        fclose(status);
    return value;
}

static void start(pthread_t *threads, long count, void *(*run)(void *))
{
    long i;

    for (i = 0; i < count; i++)
        if (pthread_create(&threads[i], NULL, run, clients[i / KEPT]) != 0) {
            perror("pthread_create");
            exit(2);
        }
}

static void join(const pthread_t *threads, long count)
{
    long i;

    for (i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
}

static void waits(pthread_t *threads, long count)
{
    long resident, others, cpu;

    call(clients[0]);
    resident = status_of("VmRSS");
    others = status_of("Threads");
    start(threads, count, wait_for_code);
    sleep(SECONDS); /* all of them wait then */
    cpu = worker_now(CLOCK_PROCESS_CPUTIME_ID);
    sleep(SECONDS);
    cpu = worker_now(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    printf("%ld %ld %ld\n", status_of("VmRSS") - resident, status_of("Threads") - others,
           cpu / SECONDS / 1000);
    lid_cancel_trigger(cancel);
    join(threads, count);
}

static void idle(pthread_t *threads, long count)
{
    long wall[SLICES], cpu[SLICES], slice, i;

    start(threads, count, call);
    join(threads, count);
    getchar();
    call(clients[0]);
    for (slice = 0; slice < SLICES; slice++) {
        wall[slice] = -worker_now(CLOCK_MONOTONIC);
        cpu[slice] = -worker_now(CLOCK_PROCESS_CPUTIME_ID);
        for (i = 0; i < CALLS; i++)
            call(clients[0]);
        wall[slice] += worker_now(CLOCK_MONOTONIC);
        cpu[slice] += worker_now(CLOCK_PROCESS_CPUTIME_ID);
    }
    printf("%ld %ld\n", worker_median(wall, SLICES) / CALLS, worker_median(cpu, SLICES) / CALLS);
}

int main(int arguments, char **argument)
{
    pthread_t threads[MOST];
    long count = arguments > 2 ? atol(argument[2]) : 0;
    char *out;
    lid_status status;
    int i;

    for (i = 0; i < CLIENTS; i++) {
        status = lid_new_from_env(&clients[i], &out);
        check(status, LID_OK, out);
    }
    user = worker_setting("BENCH_USER");
    cancel = lid_cancel_new();
    if (count < 1 || count > MOST)
        return 2;
    if (strcmp(argument[1], "waits") == 0)
        waits(threads, count);
    else
        idle(threads, count);
    return 0;
}

/* A worker of the benchmark: it offers operations, and runs them when told to
 * on its standard input. All peers, in whatever language, speak these lines:
 *
 *   run NAME COUNT [THREADS]    ->  ok WALL_NS CPU_NS
 *   load NAME COUNT THREADS     ->  ok WALL_NS CPU_NS ERRORS P50_NS P99_NS P999_NS MAX_NS
 *
 * or `error WHY`. COUNT is the sum over all threads; what an operation prepares
 * beforehand is not timed.
 */
#ifndef WORKER_H
#define WORKER_H

struct operation {
    const char *name;
    /* Prepares a thread that will run it `count` times; NULL on failure. */
    void *(*start)(long count);
    /* Runs it once; 0 on success. This is what is timed. */
    int (*once)(void *state);
    void (*stop)(void *state);
};

/* Serves until the end of the input. The last operation has no name. */
int worker_serve(const struct operation *operations);

/* The value of an environment variable; ends the program when it is not set. */
const char *worker_setting(const char *name);

/* The nanoseconds of a clock, for example CLOCK_MONOTONIC. */
long worker_now(int clock);

/* Sorts times, and returns the one in the middle. */
long worker_median(long *times, long count);

/* Keeps the cause of a failure for the `error` line. */
void worker_explain(const char *why);

#endif

/* A program with fork handlers of its own (pthread_atfork), registered before its
 * first call of the library, and with BY_DLOPEN before the library is loaded. Each
 * case is one way of using them that POSIX permits. */
#define _POSIX_C_SOURCE 200809L

#include <loginid.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifdef BY_DLOPEN
#include <dlfcn.h>
#define LOAD(name) (*(void **)&library.name = dlsym(loaded, "lid_" #name))
static const int handlers_come_last = 0;
#else
#define LOAD(name) (library.name = lid_##name)
static const int handlers_come_last = 1;
#endif

/* ---- What the cases share ---- */

static void fail(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    _exit(1);
}

#define CHECK(condition)                                      \
    do {                                                      \
        if (!(condition))                                     \
            fail("line %d: not so: %s", __LINE__, #condition); \
    } while (0)

static struct {
    lid_status (*new_from_env)(lid_client **client, char **out);
    lid_status (*new_with_config)(const char *config_json, lid_client **client, char **out);
    lid_status (*generate_service_token)(const lid_client *client, const char *scope,
                                         const char *username, const char *user_id,
                                         const char *nonce, char **out);
    lid_status (*verify_token)(const lid_client *client, const char *token,
                               const char *username, char **out);
    lid_status (*get_user)(const lid_client *client, const char *username, char **out);
    void (*free)(lid_client *client);
    void (*free_string)(char *string);
} library;

static lid_client *client;

static void load_library(void)
{
    char *out;
#ifdef BY_DLOPEN
    void *loaded = dlopen("libloginid.so.0", RTLD_NOW);

    if (loaded == NULL)
        fail("%s", dlerror());
#endif
    LOAD(new_from_env);
    LOAD(new_with_config);
    LOAD(generate_service_token);
    LOAD(verify_token);
    LOAD(get_user);
    LOAD(free);
    LOAD(free_string);
    if (library.new_from_env(&client, &out) != LID_OK)
        fail("%s", out);
    library.free_string(out);
}

/* How a call ended: well, or refused because the fork came at the wrong moment. */
enum outcome { WELL, REFUSED };

static enum outcome outcome(const char *call, lid_status status, char *out)
{
    int refused = status == LID_ERROR_INTERNAL && strstr(out, "\"forked_in_call\"") != NULL;

    if (status != LID_OK && !refused)
        fail("%s: %s", call, out);
    library.free_string(out);
    return refused ? REFUSED : WELL;
}

static enum outcome sign(void)
{
    char *out;
    lid_status status = library.generate_service_token(client, "users.retrieve", NULL, NULL,
                                                       NULL, &out);

    return outcome("generate_service_token", status, out);
}

static enum outcome verify(void)
{
    char *out;
    lid_status status = library.verify_token(client, getenv("TEST_TOKEN"), NULL, &out);

    return outcome("verify_token", status, out);
}

static enum outcome get_user(void)
{
    char *out;
    lid_status status = library.get_user(client, "ada", &out);

    return outcome("get_user", status, out);
}

static double now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void pause_ms(long ms)
{
    struct timespec time = { ms / 1000, ms % 1000 * 1000000 };

    nanosleep(&time, NULL);
}

static void start(pthread_t *thread, void *(*run)(void *))
{
    CHECK(pthread_create(thread, NULL, run, NULL) == 0);
}

/* Ends a process that hangs: the parent sees the signal. */
static void limit_child(void)
{
    alarm(20);
}

static int exit_status(pid_t child)
{
    int status;

    CHECK(waitpid(child, &status, 0) == child);
    if (WIFSIGNALED(status))
        fail("a child hung or crashed: signal %d", WTERMSIG(status));
    return WEXITSTATUS(status);
}

/* ---- A lock of the program's ---- */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static volatile int stop;

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
        /* A mutex is not fair: a fork would wait for the lock alone. */
        pause_ms(1);
    }
    return unused;
}

/* How many of 200 forks took longer than 100 ms. */
static int late_forks(void)
{
    int i, late = 0;

    for (i = 0; i < 200; i++) {
        double started = now_ms();
        pid_t child = fork();
        CHECK(child >= 0);
        if (child == 0) {
            limit_child();
            _exit(sign() == WELL ? 0 : 1);
        }
        late += now_ms() - started > 100;
        CHECK(exit_status(child) == 0);
    }
    return late;
}

static void a_lock_is_held_during_calls_and_forks(void)
{
    pthread_t thread;
    int late, rounds = 0;

    CHECK(pthread_atfork(take_lock, release_lock, release_lock) == 0);
    load_library();
    CHECK(sign() == WELL);
    start(&thread, sign_with_lock_held);
    /* A busy machine may stop any process for that long: once is enough. */
    do
        late = late_forks();
    while (late != 0 && ++rounds < 5);
    stop = 1;
    CHECK(pthread_join(thread, NULL) == 0);
    if (late != 0)
        fail("%d of 200 forks took longer than 100 ms", late);
}

/* ---- Threads that end before each fork, and begin anew after it ---- */

#define THREADS 8

static pthread_t threads[THREADS];

static void *sign_until_stopped(void *unused)
{
    do
        CHECK(sign() == WELL);
    while (!stop);
    return unused;
}

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

static void threads_are_joined_before_each_fork(void)
{
    int i;

    CHECK(pthread_atfork(join_threads, start_threads, NULL) == 0);
    load_library();
    start_threads();
    for (i = 0; i < 20; i++) {
        double started, took;
        pid_t child;
        pause_ms(2);
        started = now_ms();
        child = fork();
        took = now_ms() - started;
        CHECK(child >= 0);
        if (child == 0) {
            limit_child();
            _exit(sign() == WELL ? 0 : 1);
        }
        if (took > 900)
            fail("a fork took %.0f ms", took);
        CHECK(exit_status(child) == 0);
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

static void *sign_once(void *unused)
{
    CHECK(sign() == WELL);
    CHECK(pthread_setspecific(key, &key) == 0);
    return unused;
}

static void *start_and_join(void *unused)
{
    while (!stop) {
        pthread_t thread;
        start(&thread, sign_once);
        CHECK(pthread_join(thread, NULL) == 0);
    }
    return unused;
}

static void the_lock_is_taken_by_threads_that_end(void)
{
    pthread_t coming_and_going[2];
    int i;

    CHECK(pthread_atfork(take_lock, release_lock, release_lock) == 0);
    load_library();
    CHECK(sign() == WELL);
    CHECK(pthread_key_create(&key, end_with_lock) == 0);
    for (i = 0; i < 2; i++)
        start(&coming_and_going[i], start_and_join);
    for (i = 0; i < 50; i++) {
        double started = now_ms(), took;
        pid_t child = fork();
        took = now_ms() - started;
        CHECK(child >= 0);
        if (child == 0) {
            limit_child();
            _exit(sign() == WELL ? 0 : 1);
        }
        if (took > 900)
            fail("a fork took %.0f ms", took);
        CHECK(exit_status(child) == 0);
        pause_ms(1);
    }
    stop = 1;
    for (i = 0; i < 2; i++)
        CHECK(pthread_join(coming_and_going[i], NULL) == 0);
}

/* ---- A call by another thread while a handler waits for it ---- */

static volatile int wanted, done;
static double shortest_ms = 1e9, longest_ms;

static void *sign_when_wanted(void *unused)
{
    while (!stop) {
        if (wanted != done) {
            double started = now_ms(), took;
            CHECK(sign() == WELL);
            took = now_ms() - started;
            shortest_ms = took < shortest_ms ? took : shortest_ms;
            longest_ms = took > longest_ms ? took : longest_ms;
            __sync_synchronize();
            done = wanted;
        }
        pause_ms(1);
    }
    return unused;
}

static void await_a_call(void)
{
    wanted++;
    while (wanted != done)
        pause_ms(1);
    /* And one by the thread that forks, which need not wait for itself. */
    {
        double started = now_ms(), took;
        CHECK(sign() == WELL);
        took = now_ms() - started;
        shortest_ms = took < shortest_ms ? took : shortest_ms;
    }
}

static void a_handler_waits_for_a_call(void)
{
    pthread_t thread;
    int i;

    CHECK(pthread_atfork(await_a_call, NULL, NULL) == 0);
    load_library();
    start(&thread, sign_when_wanted);
    for (i = 0; i < 20; i++) {
        pid_t child = fork();
        CHECK(child >= 0);
        if (child == 0) {
            limit_child();
            _exit(sign() == WELL ? 0 : 1);
        }
        CHECK(exit_status(child) == 0);
    }
    stop = 1;
    CHECK(pthread_join(thread, NULL) == 0);
    printf("calls of %.1f to %.1f ms\n", shortest_ms, longest_ms);
    /* A call that meets the library's own handler waits for 20 ms. */
    CHECK(!handlers_come_last || shortest_ms < 20);
    CHECK(longest_ms < 900);
}

/* ---- Forks that come too late: the library has let the threads go on ---- */

static int exits[2];

static void tell_exit(void)
{
    CHECK(write(exits[1], "x", 1) == 1);
}

static void wait_longer_than_the_library(void)
{
    pause_ms(60);
}

static void *sign_for_a_while(void *unused)
{
    int i;

    for (i = 0; i < 20; i++)
        CHECK(sign() == WELL);
    return unused;
}

/* Threads that begin and end, as well as one that goes on. */
static void *come_and_go(void *unused)
{
    while (!stop) {
        pthread_t thread;
        start(&thread, sign_for_a_while);
        CHECK(pthread_join(thread, NULL) == 0);
    }
    return unused;
}

static void *expect_refusal(void *unused)
{
    CHECK(sign() == REFUSED);
    return unused;
}

/* Of all uses of the cryptography library the longest: reading an RSA key. */
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

/* Everything works, or everything that needs the cryptography library is refused. */
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
        /* The last thread's end is the process's, with status 0. */
        pthread_exit(NULL);
    }
}

static void forks_meet_threads_inside(void)
{
    void *(*const work[])(void *) = { read_keys, read_keys, read_keys, sign_until_stopped,
                                      sign_until_stopped, come_and_go };
    const int threads = sizeof work / sizeof *work;
    pthread_t busy[sizeof work / sizeof *work];
    int i, exited = 0, refused = 0, rounds = handlers_come_last ? 20 : 40;
    char byte;

    CHECK(pipe(exits) == 0);
    /* In the children only: the parent ends without. */
    CHECK(atexit(tell_exit) == 0);
    CHECK(pthread_atfork(wait_longer_than_the_library, NULL, NULL) == 0);
    load_library();
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

static const struct {
    const char *name;
    void (*run)(void);
} cases[] = {
    { "a_lock_is_held_during_calls_and_forks", a_lock_is_held_during_calls_and_forks },
    { "threads_are_joined_before_each_fork", threads_are_joined_before_each_fork },
    { "the_lock_is_taken_by_threads_that_end", the_lock_is_taken_by_threads_that_end },
    { "a_handler_waits_for_a_call", a_handler_waits_for_a_call },
    { "forks_meet_threads_inside", forks_meet_threads_inside },
};

int main(int argc, char **argv)
{
    size_t i;

    for (i = 0; argc == 2 && i < sizeof cases / sizeof *cases; i++) {
        if (strcmp(argv[1], cases[i].name) == 0) {
            cases[i].run();
            puts("done");
            fflush(stdout);
            _exit(0);
        }
    }
    fprintf(stderr, "usage: %s CASE\n", argv[0]);
    return 2;
}

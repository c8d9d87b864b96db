#define _POSIX_C_SOURCE 200809L

#include "support.h"

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
#else
#define LOAD(name) (library.name = lid_##name)
#endif

struct library library;
lid_client *client;
volatile int stop;

void fail(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    _exit(1);
}

void load_library(void)
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

static enum outcome outcome(const char *call, lid_status status, char *out)
{
    int refused = status == LID_ERROR_INTERNAL && strstr(out, "\"forked_in_call\"") != NULL;

    if (status != LID_OK && !refused)
        fail("%s: %s", call, out);
    library.free_string(out);
    return refused ? REFUSED : WELL;
}

enum outcome sign(void)
{
    char *out;
    lid_status status = library.generate_service_token(client, "users.retrieve", NULL, NULL,
                                                       NULL, &out);

    return outcome("generate_service_token", status, out);
}

enum outcome verify(void)
{
    char *out;
    lid_status status = library.verify_token(client, getenv("TEST_TOKEN"), NULL, &out);

    return outcome("verify_token", status, out);
}

enum outcome get_user(void)
{
    char *out;
    lid_status status = library.get_user(client, "ada", &out);

    return outcome("get_user", status, out);
}

double now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

void pause_ms(long ms)
{
    struct timespec time = { ms / 1000, ms % 1000 * 1000000 };

    nanosleep(&time, NULL);
}

void start(pthread_t *thread, void *(*run)(void *))
{
    CHECK(pthread_create(thread, NULL, run, NULL) == 0);
}

void run_in_new_threads(void *(*run)(void *))
{
    while (!stop) {
        pthread_t thread;
        start(&thread, run);
        CHECK(pthread_join(thread, NULL) == 0);
    }
}

void *sign_until_stopped(void *unused)
{
    do
        CHECK(sign() == WELL);
    while (!stop);
    return unused;
}

void limit_child(void)
{
    alarm(20);
}

int exit_status(pid_t child)
{
    int status;

    CHECK(waitpid(child, &status, 0) == child);
    if (WIFSIGNALED(status))
        fail("a child hung or crashed: signal %d", WTERMSIG(status));
    return WEXITSTATUS(status);
}

double fork_and_sign(void)
{
    double started = now_ms(), took;
    pid_t child = fork();

    took = now_ms() - started;
    CHECK(child >= 0);
    if (child == 0) {
        limit_child();
        _exit(sign() == WELL ? 0 : 1);
    }
    CHECK(exit_status(child) == 0);
    return took;
}

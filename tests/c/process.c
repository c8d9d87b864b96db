/* The library changes nothing in its process. */
#define _GNU_SOURCE

#include "support.h"

#include <dirent.h>
#include <locale.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

extern char **environ;

/* A line for each setting of the process that a library could change. */
static const char *settings(void)
{
    const char *lines = "";
    char folder[4096];
    struct rlimit limit;
    sigset_t blocked;
    mode_t mask = umask(0);
    int number;
    unsigned resource;
    char **variable;

    umask(mask);
    CHECK(getcwd(folder, sizeof folder) != NULL);
    lines = text("umask %o\nfolder %s\nlocale %s\n", (unsigned)mask, folder,
                 setlocale(LC_ALL, NULL));
    CHECK(pthread_sigmask(SIG_SETMASK, NULL, &blocked) == 0);
    for (number = 1; number < NSIG; number++) {
        struct sigaction action;
        /* The C library keeps two signals for itself. */
        if (sigaction(number, NULL, &action) != 0)
            continue;
        lines = text("%ssignal %d: blocked %d, %s, flags %x\n", lines, number,
                     sigismember(&blocked, number),
                     action.sa_handler == SIG_DFL ? "default" :
                     action.sa_handler == SIG_IGN ? "ignored" : "handled",
                     (unsigned)action.sa_flags);
    }
    for (resource = 0; resource < RLIMIT_NLIMITS; resource++) {
        CHECK(getrlimit(resource, &limit) == 0);
        lines = text("%slimit %u: %llu %llu\n", lines, resource,
                     (unsigned long long)limit.rlim_cur, (unsigned long long)limit.rlim_max);
    }
    for (variable = environ; *variable != NULL; variable++)
        lines = text("%svariable %s\n", lines, *variable);
    return lines;
}

static int entries(const char *folder)
{
    DIR *directory = opendir(folder);
    int count = 0;

    CHECK(directory != NULL);
    while (readdir(directory) != NULL)
        count++;
    closedir(directory);
    /* All but "." and "..". */
    return count - 2;
}

static void use_everything(void)
{
    lid_client *client = new_client();
    lid_client *secure = client_from_json(
        "{\"client_id\":\"app\",\"base_url\":\"https://127.0.0.1:1\",\"max_retries\":0}");
    lid_cancel *cancel = lid_cancel_new();
    const char *token;

    OK(lid_generate_key_pair(&out));
    add_user(client, USER);
    OK(lid_get_user(client, USER, &out));
    ERROR(lid_get_user(client, "nobody", &out), LID_ERROR_API, "user_not_found");
    token = json_at(emulator("POST", "users/" USER "/login", "{}"), "/jwt");
    OK(lid_verify_token(client, token, USER, &out));
    ERROR(lid_authenticate_password(secure, USER, "a password", &out), LID_ERROR_NETWORK,
          "connect_failed");
    lid_cancel_trigger(cancel);
    ERROR(lid_wait_code(client, USER, "123456", "short", 1000, cancel, &out),
          LID_ERROR_CANCELLED, "cancelled");
    lid_cancel_free(cancel);
}

static void no_setting_of_the_process_changes_and_nothing_is_printed(void)
{
    const char *before = settings();
    int kept_output = dup(STDOUT_FILENO), kept_errors = dup(STDERR_FILENO);
    struct stat written;
    FILE *printed = tmpfile();

    CHECK(printed != NULL);
    fflush(NULL);
    CHECK(dup2(fileno(printed), STDOUT_FILENO) != -1 && dup2(fileno(printed), STDERR_FILENO) != -1);
    use_everything();
    fflush(NULL);
    CHECK(dup2(kept_output, STDOUT_FILENO) != -1 && dup2(kept_errors, STDERR_FILENO) != -1);
    CHECK(fstat(fileno(printed), &written) == 0);
    CHECK(written.st_size == 0);
    fclose(printed);
    if (strcmp(before, settings()) != 0)
        FAIL("before:\n%s\nafter:\n%s", before, settings());
}

static void no_thread_is_left(void)
{
    int before = entries("/proc/self/task");

    use_everything();
    CHECK(entries("/proc/self/task") == before);
}

/* The descriptors that a program would inherit now. */
static const char *inherited(void)
{
    FILE *program = popen("ls /proc/self/fd", "r");
    char line[64];
    const char *lines = "";

    CHECK(program != NULL);
    while (fgets(line, sizeof line, program) != NULL)
        lines = text("%s%s", lines, line);
    CHECK(pclose(program) == 0 && *lines != '\0');
    return lines;
}

static void no_descriptor_is_inherited_by_a_program_that_is_started_during_a_call(void)
{
    const char *before = inherited();
    int descriptors = entries("/proc/self/fd");
    lid_client *client = new_client();
    lid_cancel *cancel = lid_cancel_new();
    struct call wait;

    inject("/authenticate/code/wait", 1, "\"kind\":\"delay\",\"ms\":2000");
    begin_wait(&wait, client, "123456", 60000, cancel);
    await_requests("/authenticate/code/wait", 1);
    /* A connection, and the descriptor with which a cancel wakes the call. */
    CHECK(entries("/proc/self/fd") >= descriptors + 2);
    if (strcmp(before, inherited()) != 0)
        FAIL("before:\n%s\nduring a call:\n%s", before, inherited());
    CHECK(end_call(&wait) == LID_ERROR_API);
    lid_cancel_free(cancel);
    /* An idle connection. */
    OK(lid_add_user_without_credentials(client, USER, &out));
    CHECK(entries("/proc/self/fd") > descriptors);
    if (strcmp(before, inherited()) != 0)
        FAIL("before:\n%s\nafter a call:\n%s", before, inherited());
}

static const struct test tests[] = {
    TEST(no_setting_of_the_process_changes_and_nothing_is_printed),
    TEST(no_thread_is_left),
    TEST(no_descriptor_is_inherited_by_a_program_that_is_started_during_a_call),
};

TEST_MAIN(tests)

/* A program with fork handlers of its own (pthread_atfork), registered before its
 * first call of the library, and with BY_DLOPEN before the library is loaded. Each
 * case is one way of using them that POSIX permits. */
#include "cases.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

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

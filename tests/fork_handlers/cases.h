/* The cases, which program.c runs by name. */
#ifndef TESTS_FORK_HANDLERS_CASES_H
#define TESTS_FORK_HANDLERS_CASES_H

/* handlers.c */
void a_lock_is_held_during_calls_and_forks(void);
void threads_are_joined_before_each_fork(void);
void the_lock_is_taken_by_threads_that_end(void);
void a_handler_waits_for_a_call(void);

/* inside.c */
void forks_meet_threads_inside(void);

#endif

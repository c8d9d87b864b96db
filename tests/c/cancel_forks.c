/* Derived clients and cancels in parent and child. */
#define _POSIX_C_SOURCE 200809L

#include "support.h"

#include <stdio.h>
#include <unistd.h>

#define WAIT "/authenticate/code/wait"

/* Waits with a client and a cancel that existed before the fork. */
static void a_cancel_acts_in_the_process_that_triggers_it(void)
{
    lid_client *client = new_client(), *derived;
    lid_cancel *cancel = lid_cancel_new();
    struct call wait;
    const char *code;
    pid_t child;
    int ends[2];
    char byte;

    add_user(client, USER);
    derived = derive(client, NULL, cancel);
    OK(lid_generate_code(client, "short", "temporary_authentication", false, NULL, USER, &out));
    code = get("/code");
    begin_wait(&wait, derived, code, 60000, NULL);
    await_requests(WAIT, 1);
    CHECK(pipe(ends) == 0);
    child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        struct call own;
        lid_client *made;

        alarm(60);
        /* Derived before the fork and after it. */
        OK(lid_get_user(derived, USER, &out));
        made = derive(derived, "{\"timeout_ms\":60000}", NULL);
        begin_wait(&own, made, code, 0, NULL);
        await_requests(WAIT, 2);
        lid_cancel_trigger(cancel);
        CHECK(end_call(&own) == LID_ERROR_CANCELLED);
        ERROR(lid_get_user(derived, USER, &out), LID_ERROR_CANCELLED, "cancelled");
        lid_free(made);
        _exit(0);
    }
    ended_well(child);
    /* The parent's call still waits: it ends when the code is authorized. */
    OK(lid_get_user(derived, USER, &out));
    OK(lid_authorize_code(client, code, "short", "temporary_authentication", NULL, USER, &out));
    CHECK(end_call(&wait) == LID_OK);

    /* The other way round: the parent's trigger does not end the child's call. */
    OK(lid_generate_code(client, "short", "temporary_authentication", false, NULL, USER, &out));
    code = get("/code");
    forget_requests();
    child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        alarm(60);
        begin_wait(&wait, derived, code, 60000, NULL);
        CHECK(write(ends[1], "x", 1) == 1);
        CHECK(end_call(&wait) == LID_OK);
        _exit(0);
    }
    CHECK(read(ends[0], &byte, 1) == 1);
    await_requests(WAIT, 1);
    lid_cancel_trigger(cancel);
    ERROR(lid_get_user(derived, USER, &out), LID_ERROR_CANCELLED, "cancelled");
    OK(lid_authorize_code(client, code, "short", "temporary_authentication", NULL, USER, &out));
    ended_well(child);
    lid_free(derived);
    lid_cancel_free(cancel);
}

static const struct test tests[] = {
    TEST(a_cancel_acts_in_the_process_that_triggers_it),
};

TEST_MAIN(tests)

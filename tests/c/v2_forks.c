/* One client of the current service in parent and child: both work, and do not affect each
 * other. The names of these files end in forks.c: valgrind leaves them out. */
#define _GNU_SOURCE

#include "support.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define GRANT "/fido2/v2/mgmt/grant"
#define PASSKEYS "/fido2/v2/passkeys"
#define KEY_SET "/fido2/v2/.well-known/jwks.json"

#define CALLS 6
#define CHILDREN 4

static lid_v2_client *client;

/* What a caller has of its own: another one's answer would show. */
struct user {
    const char *name;
    const char *token;
    const char *passkey;
};

static struct user users[CHILDREN + 2];
#define PARENT (&users[CHILDREN])
#define THREAD (&users[CHILDREN + 1])

static void make_users(void)
{
    int i;

    for (i = 0; i < CHILDREN + 2; i++) {
        const char *login;

        users[i].name = text("user-%d", i);
        login = v2_login(users[i].name);
        users[i].token = json_at(login, "/jwtAccess");
        users[i].passkey = json_at(login, "/passkeyId");
    }
    forget_requests();
    client = v2_client_with(v2_base_url(), v2_api_key(), ",\"request_timeout_ms\":60000");
}

/* Verifies the user's token, and lists the passkeys with a grant and with the token. */
static void use(const struct user *user)
{
    int i;

    for (i = 0; i < CALLS; i++) {
        char *answer, *found;
        const char *name = i % 2 == 0 ? user->name : NULL;

        if (lid_v2_verify_token(client, user->token, user->name, &answer) != LID_OK)
            FAIL("%s: %s", user->name, answer);
        lid_free_string(answer);
        if (lid_v2_list_passkeys(client, name, name ? NULL : user->token, &answer) != LID_OK)
            FAIL("%s: %s", user->name, answer);
        CHECK(lid_json_get(answer, "/passkeys/0/id", &found) == LID_OK);
        if (strcmp(found, user->passkey) != 0)
            FAIL("%s got the answer of another: %s", user->name, answer);
        lid_free_string(found);
        lid_free_string(answer);
    }
}

static void *use_in_thread(void *user)
{
    use(user);
    return NULL;
}

static pid_t child_that_uses(const struct user *user)
{
    pid_t child;

    fflush(NULL);
    child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        use(user);
        lid_v2_free(client);
        _exit(0);
    }
    return child;
}

static void fork_and_use(void)
{
    pid_t children[CHILDREN];
    int i;

    for (i = 0; i < CHILDREN; i++)
        children[i] = child_that_uses(&users[i]);
    use(PARENT);
    for (i = 0; i < CHILDREN; i++)
        ended_well(children[i]);
    use(PARENT);
}

/* Nothing was sent again, and no request got another's connection. */
static void each_request_was_sent_once(int callers)
{
    CHECK(requests_for(PASSKEYS) == callers * CALLS);
    CHECK(requests_for(GRANT) == callers * CALLS / 2);
    CHECK(!contains(emulator("GET", "requests?path=" PASSKEYS, ""), "\"status\":401"));
}

static void before_first_use(void)
{
    make_users();
    fork_and_use();
    each_request_was_sent_once(CHILDREN + 2);
    CHECK(requests_for(KEY_SET) == CHILDREN + 1);
}

/* The parent has open connections, which a child must not touch, and the keys. */
static void after_first_use(void)
{
    make_users();
    use(PARENT);
    fork_and_use();
    each_request_was_sent_once(CHILDREN + 3);
}

static void while_other_threads_are_calling(void)
{
    pthread_t threads[3];
    int i;

    make_users();
    for (i = 0; i < 3; i++)
        CHECK(pthread_create(&threads[i], NULL, use_in_thread, THREAD) == 0);
    await_requests(GRANT, 3);
    fork_and_use();
    for (i = 0; i < 3; i++)
        CHECK(pthread_join(threads[i], NULL) == 0);
    each_request_was_sent_once(CHILDREN + 2 + 3);
}

static void *list(void *argument)
{
    struct call *call = argument;

    call->status = lid_v2_list_passkeys(client, PARENT->name, NULL, &call->answer);
    call->ended_ms = now_ms();
    return NULL;
}

/* The thread that waits for the grant does not exist in the child. */
static void during_the_request_for_a_grant(void)
{
    struct call call;
    double child_ended;

    make_users();
    inject(GRANT, 1, "\"kind\":\"delay\",\"ms\":5000");
    begin_call(&call, list);
    await_requests(GRANT, 1);
    ended_well(child_that_uses(&users[0]));
    child_ended = now_ms();
    CHECK(end_call(&call) == LID_OK);
    CHECK(child_ended < call.ended_ms);
    use(PARENT);
    CHECK(requests_for(GRANT) == 1 + CALLS);
}

static void *verify(void *argument)
{
    struct call *call = argument;

    call->status = lid_v2_verify_token(client, PARENT->token, NULL, &call->answer);
    call->ended_ms = now_ms();
    return NULL;
}

static void while_the_key_set_is_fetched(void)
{
    struct call call;
    double child_ended;

    make_users();
    inject(KEY_SET, 1, "\"kind\":\"delay\",\"ms\":5000");
    begin_call(&call, verify);
    await_requests(KEY_SET, 1);
    ended_well(child_that_uses(&users[0]));
    child_ended = now_ms();
    CHECK(end_call(&call) == LID_OK);
    CHECK(child_ended < call.ended_ms);
    use(PARENT);
    CHECK(requests_for(KEY_SET) == 2);
}

/* A child's cancel ends no call of its parent. */
static void a_cancel_of_a_child_is_its_own(void)
{
    lid_cancel *cancel = lid_cancel_new();
    lid_v2_client *derived;
    pid_t child;

    make_users();
    OK(lid_v2_with_options(client, NULL, cancel, &derived, &out));
    fflush(NULL);
    child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        lid_cancel_trigger(cancel);
        ERROR(lid_v2_list_passkeys(derived, PARENT->name, NULL, &out), LID_ERROR_CANCELLED,
              "cancelled");
        lid_v2_free(derived);
        use(&users[0]);
        _exit(0);
    }
    ended_well(child);
    OK(lid_v2_list_passkeys(derived, PARENT->name, NULL, &out));
    lid_v2_free(derived);
    lid_cancel_free(cancel);
}

/* Some children only free what they inherit. */
static void a_child_may_free_what_it_never_used(void)
{
    int i;

    make_users();
    use(PARENT);
    for (i = 0; i < CHILDREN; i++) {
        pid_t child;

        fflush(NULL);
        child = fork();
        CHECK(child >= 0);
        if (child == 0) {
            lid_v2_free(client);
            _exit(0);
        }
        ended_well(child);
    }
    use(PARENT);
    each_request_was_sent_once(2);
}

static const struct test tests[] = {
    TEST(before_first_use),
    TEST(after_first_use),
    TEST(while_other_threads_are_calling),
    TEST(during_the_request_for_a_grant),
    TEST(while_the_key_set_is_fetched),
    TEST(a_cancel_of_a_child_is_its_own),
    TEST(a_child_may_free_what_it_never_used),
};

TEST_MAIN(tests)

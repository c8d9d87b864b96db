/* Shared by the cases about forks: a client and its users. */
#ifndef TESTS_FORKS_H
#define TESTS_FORKS_H

#include "support.h"

#include <string.h>

#define RETRIEVE "/manage/users/retrieve"
#define CALLS 12
#define CHILDREN 8

static lid_client *client;

/* Reads a user of the caller's own many times: another process's answer would show. */
static inline void read_user(const char *username)
{
    int i;

    for (i = 0; i < CALLS; i++) {
        char *answer, *found;
        if (lid_get_user(client, username, &answer) != LID_OK)
            FAIL("%s: %s", username, answer);
        CHECK(lid_json_get(answer, "/username", &found) == LID_OK);
        if (strcmp(found, username) != 0)
            FAIL("%s got the answer of %s", username, found);
        lid_free_string(found);
        lid_free_string(answer);
    }
}

static inline void *read_user_in_thread(void *username)
{
    read_user(username);
    return NULL;
}

static inline void add_users(void)
{
    /* With another client, so that a case can choose the state of `client`. */
    lid_client *other = new_client();
    int i;

    add_user(other, "parent");
    add_user(other, "thread");
    for (i = 0; i < CHILDREN; i++)
        add_user(other, text("child-%d", i));
}

/* No attempt was refused or retried: no nonce was used twice. */
static inline void every_call_was_sent_once(int callers)
{
    int count = requests_for(RETRIEVE);

    if (count != callers * CALLS)
        FAIL("%d requests for %d calls", count, callers * CALLS);
    CHECK(!contains(emulator("GET", "requests?path=" RETRIEVE, ""), "\"status\":401"));
}

#endif

/* Sessions in memory, identified by a random cookie. */
#define _DEFAULT_SOURCE

#include "shop.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

/* When all are in use, a new session replaces the least recently used one. */
#define COUNT 1000
#define IDLE_SECONDS (30L * 60)

/* Two locks: `table` protects the ids and the times of all sessions and is held briefly; the lock
 * of a session protects its other members and is held for a whole request. */
static struct place {
    struct session session;
    pthread_mutex_t lock;
    time_t used;
} places[COUNT];
static pthread_mutex_t table = PTHREAD_MUTEX_INITIALIZER;

void make_secret(secret text)
{
    unsigned char bytes[32];
    size_t i;

    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
        abort();
    for (i = 0; i < sizeof bytes; i++)
        snprintf(text + 2 * i, 3, "%02x", bytes[i]);
}

void open_sessions(void)
{
    size_t i;

    for (i = 0; i < COUNT; i++)
        pthread_mutex_init(&places[i].lock, NULL);
}

static void clear(struct session *session)
{
    clear_text(&session->username);
    clear_text(&session->ceremony);
    clear_text(&session->payment);
    clear_text(&session->nonce);
    clear_text(&session->tx_id);
}

void close_sessions(void)
{
    size_t i;

    for (i = 0; i < COUNT; i++) {
        clear(&places[i].session);
        pthread_mutex_destroy(&places[i].lock);
    }
}

/* Finds a session that has not expired. The caller holds `table`. */
static struct place *find_place(const char *id, time_t now)
{
    size_t i;

    for (i = 0; id && i < COUNT; i++) /* an unused place counts as expired */
        if (strcmp(places[i].session.id, id) == 0 && now - places[i].used < IDLE_SECONDS)
            return &places[i];
    return NULL;
}

static struct place *least_recently_used(void)
{
    struct place *place = places;
    size_t i;

    for (i = 1; i < COUNT; i++)
        if (places[i].used < place->used)
            place = &places[i];
    return place;
}

void enter_session(struct request *request)
{
    struct place *place;
    secret id;
    bool is_new, is_still_there;

    do {
        pthread_mutex_lock(&table);
        place = find_place(request->cookie, time(NULL));
        is_new = place == NULL;
        if (is_new) {
            place = least_recently_used();
            make_secret(place->session.id);
        }
        place->used = time(NULL);
        memcpy(id, place->session.id, sizeof id);
        pthread_mutex_unlock(&table);

        /* Waits for other requests of this session. If one of them changes the id, try again. */
        pthread_mutex_lock(&place->lock);
        pthread_mutex_lock(&table);
        is_still_there = strcmp(place->session.id, id) == 0;
        pthread_mutex_unlock(&table);
        if (!is_still_there)
            pthread_mutex_unlock(&place->lock);
    } while (!is_still_there);
    request->session = &place->session;
    if (is_new) {
        clear(request->session);
        memcpy(request->new_cookie, id, sizeof id);
    }
}

void leave_session(struct request *request)
{
    struct place *place = (struct place *)request->session; /* the session is its first member */

    pthread_mutex_unlock(&place->lock);
}

/* Clears the session and gives it a new id. */
static void renew_session(struct request *request)
{
    clear(request->session);
    pthread_mutex_lock(&table);
    make_secret(request->session->id);
    memcpy(request->new_cookie, request->session->id, sizeof request->new_cookie);
    pthread_mutex_unlock(&table);
}

/* Check 4, second half: every sign-in gets a new session id. A cookie that an attacker planted or
 * saw before is worthless afterwards (session fixation). */
void sign_in(struct request *request, const char *username)
{
    renew_session(request);
    set_text(&request->session->username, username);
    reply(request, "username", username, NULL);
}

bool sign_out(struct request *request)
{
    renew_session(request);
    return reply(request, NULL);
}

/* Sessions: what the shop remembers of a visitor from one request to the next. */
#define _DEFAULT_SOURCE

#include "shop.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

/* One more visitor takes the place of the one who has been idle longest. */
#define COUNT 1000
#define IDLE_SECONDS (30 * 60)

/* A request locks its session, and the table for moments: the id and the time of use are read and
 * written under the table's lock, all else of a session under its own. */
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
    forget(&session->username);
    forget(&session->ceremony);
    forget(&session->payment);
    forget(&session->nonce);
    forget(&session->tx_id);
}

void close_sessions(void)
{
    size_t i;

    for (i = 0; i < COUNT; i++) {
        clear(&places[i].session);
        pthread_mutex_destroy(&places[i].lock);
    }
}

/* The place of a session that is not too old; with the table locked. */
static struct place *place_of(const char *id, time_t now)
{
    size_t i;

    for (i = 0; id && i < COUNT; i++) /* a place that was never used is too old */
        if (strcmp(places[i].session.id, id) == 0 && now - places[i].used < IDLE_SECONDS)
            return &places[i];
    return NULL;
}

static struct place *longest_idle(void)
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
        place = place_of(request->cookie, time(NULL));
        is_new = place == NULL;
        if (is_new) {
            place = longest_idle();
            make_secret(place->session.id);
        }
        place->used = time(NULL);
        memcpy(id, place->session.id, sizeof id);
        pthread_mutex_unlock(&table);

        /* Another request of the session may be in it, and may give it another id meanwhile. */
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
    struct place *place = (struct place *)request->session; /* its first member */

    pthread_mutex_unlock(&place->lock);
}

/* Forgets everything, and gives the session another id. */
static void begin_anew(struct request *request)
{
    clear(request->session);
    pthread_mutex_lock(&table);
    make_secret(request->session->id);
    memcpy(request->new_cookie, request->session->id, sizeof request->new_cookie);
    pthread_mutex_unlock(&table);
}

/* Check 4, second half: whoever signs in gets a session that begins now. A cookie that somebody
 * else has planted or seen before is then worth nothing. */
void sign_in(struct request *request, const char *username)
{
    begin_anew(request);
    replace(&request->session->username, username);
    give(request, "username", username, NULL);
}

bool sign_out(struct request *request)
{
    begin_anew(request);
    return give(request, NULL);
}

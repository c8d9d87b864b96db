/* Shared by the cases: the library, calls with their outcomes, threads and children. */
#ifndef TESTS_FORK_HANDLERS_SUPPORT_H
#define TESTS_FORK_HANDLERS_SUPPORT_H

#include <loginid.h>
#include <pthread.h>
#include <sys/types.h>

/* Whether a fork calls the library's handlers after those of the program. */
#if defined BY_DLOPEN || defined HANDLERS_FIRST
static const int handlers_come_last = 0;
#else
static const int handlers_come_last = 1;
#endif

void fail(const char *format, ...);

#define CHECK(condition)                                                  \
    do {                                                                  \
        if (!(condition))                                                 \
            fail("%s:%d: not so: %s", __FILE__, __LINE__, #condition);    \
    } while (0)

/* ---- The library, linked or loaded ---- */

extern struct library {
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

extern lid_client *client;

/* Loads the library and makes the client. */
void load_library(void);

/* The outcome of a call: successful, or refused because the fork came at the wrong
 * moment. Every other error ends the program. */
enum outcome { WELL, REFUSED };

enum outcome sign(void);
enum outcome verify(void);
enum outcome get_user(void);

/* ---- Time ---- */

double now_ms(void);
void pause_ms(long ms);

/* ---- Threads ---- */

/* Ends the loops of the threads. */
extern volatile int stop;

void start(pthread_t *thread, void *(*run)(void *));
/* Runs the function in one new thread after another, until `stop`. */
void run_in_new_threads(void *(*run)(void *));
void *sign_until_stopped(void *unused);

/* ---- Children ---- */

/* Ends a child that hangs: the parent sees the signal. */
void limit_child(void);
int exit_status(pid_t child);
/* Forks a child that signs. Returns how long `fork` took, in milliseconds. */
double fork_and_sign(void);

#endif

/* Threads for waits (lid_wait_code), whose results arrive on an event loop. */
#ifndef EXAMPLES_EVENT_LOOP_WAITS_H
#define EXAMPLES_EVENT_LOOP_WAITS_H

#include <loginid.h>
#include <stdint.h>
#include <uv.h>

struct wait {
    lid_client *client;
    const char *username, *code;
    uint32_t timeout_ms;
    /* Trigger it, on the loop, when the user leaves. */
    lid_cancel *cancel;
    /* Called on the loop. `status` and `out` are the result. */
    void (*ended)(struct wait *wait);
    lid_status status;
    char *out;
    struct wait *next;
};

/* Starts the threads. Each runs one wait at a time; more waits queue. 0 on success. */
int waits_start(uv_loop_t *loop, int threads);

/* Queues a wait, which stays with the caller until it has ended. Its texts must live as long.
 * Returns at once; 0 on success. */
int wait_start(struct wait *wait);

/* Frees the result and the cancel of a wait that has ended. */
void wait_finish(struct wait *wait);

/* Ends the threads, when all waits have ended. */
void waits_stop(void);

#endif

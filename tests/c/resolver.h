/* A replacement for the C library's resolver: programs that include this file resolve
 * names themselves, without any query, and take no lock that a fork could leave
 * locked. */
#ifndef TESTS_RESOLVER_H
#define TESTS_RESOLVER_H

#include "support.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>

struct host {
    const char *name;
    const char *addresses[2];
    volatile int error;  /* the result of getaddrinfo, 0 for the addresses */
    volatile int hangs;  /* a lookup hangs until this is 0 */
    volatile int asked;
    volatile int running;
    volatile int most_running;
};

#define HOSTS 64
static struct host hosts[HOSTS];

/* A name that resolves to this machine. */
static inline struct host *new_host(const char *name)
{
    struct host *host = hosts;

    while (host->name != NULL)
        host++;
    CHECK(host + 1 < hosts + HOSTS);
    host->addresses[0] = "127.0.0.1";
    host->name = name;
    return host;
}

static inline void pause_2_ms(void)
{
    const struct timespec pause = { 0, 2000000 };

    nanosleep(&pause, NULL);
}

static inline struct addrinfo *address_of(const char *ip, int port, struct addrinfo *next)
{
    struct addrinfo *info = calloc(1, sizeof *info + sizeof(struct sockaddr_in));
    struct sockaddr_in *address = (struct sockaddr_in *)(void *)(info + 1);

    address->sin_family = AF_INET;
    address->sin_port = htons((uint16_t)port);
    if (inet_pton(AF_INET, ip, &address->sin_addr) != 1) {
        free(info);
        return NULL;
    }
    info->ai_family = AF_INET;
    info->ai_socktype = SOCK_STREAM;
    info->ai_addrlen = sizeof *address;
    info->ai_addr = (struct sockaddr *)address;
    info->ai_next = next;
    return info;
}

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
                struct addrinfo **result)
{
    struct host *host = hosts;
    int port = service != NULL ? atoi(service) : 0, running;

    (void)hints;
    *result = address_of(node, port, NULL);
    if (*result != NULL)
        return 0;
    while (host->name != NULL && strcasecmp(host->name, node) != 0)
        host++;
    if (host->name == NULL)
        return EAI_NONAME;
    running = __sync_add_and_fetch(&host->running, 1);
    if (running > host->most_running)
        host->most_running = running;
    __sync_fetch_and_add(&host->asked, 1);
    while (host->hangs)
        pause_2_ms();
    __sync_fetch_and_sub(&host->running, 1);
    if (host->error != 0)
        return host->error;
    if (host->addresses[1] != NULL)
        *result = address_of(host->addresses[1], port, NULL);
    *result = address_of(host->addresses[0], port, *result);
    return 0;
}

void freeaddrinfo(struct addrinfo *info)
{
    while (info != NULL) {
        struct addrinfo *next = info->ai_next;
        free(info);
        info = next;
    }
}

static inline void await_question(const struct host *host, int asked)
{
    /* If this never happens, the test runner ends the program. */
    while (host->asked < asked)
        pause_2_ms();
}

/* The configuration of a client that reaches the emulator by this name. */
static inline const char *config_of(const char *name, const char *members)
{
    return text("{\"client_id\":%s,\"private_key\":%s,\"base_url\":%s,\"allow_http\":true,"
                "\"max_retries\":0,%s}",
                quoted(getenv("LOGINID_CLIENT_ID")), quoted(getenv("LOGINID_PRIVATE_KEY")),
                quoted(replace(base_url(), "127.0.0.1", name)), members);
}

/* The client has no connection yet: its first call looks the name up. */
static inline lid_client *client_of(const char *name, const char *members)
{
    return client_from_json(config_of(name, members));
}

#define LONG_LIMITS "\"connect_timeout_ms\":60000,\"request_timeout_ms\":60000"

#endif

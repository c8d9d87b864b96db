/* A tiny HTTP client for one request to this machine. */
#define _POSIX_C_SOURCE 200809L

#include "emulator.h"

#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Connects to the host and port of "http://host:port". */
static int dial(const char *url)
{
    char host[256], port[16];
    struct addrinfo hints, *addresses;
    int descriptor = -1;

    if (url == NULL || sscanf(url, "http://%255[^:]:%15[0-9]", host, port) != 2)
        return -1;
    memset(&hints, 0, sizeof hints);
    hints.ai_socktype = SOCK_STREAM;
    if (getaddrinfo(host, port, &hints, &addresses) != 0)
        return -1;
    descriptor = socket(addresses->ai_family, addresses->ai_socktype, 0);
    if (descriptor >= 0 &&
        connect(descriptor, addresses->ai_addr, addresses->ai_addrlen) != 0) {
        close(descriptor);
        descriptor = -1;
    }
    freeaddrinfo(addresses);
    return descriptor;
}

/* Reads until the other side closes. */
static char *read_all(int descriptor)
{
    size_t length = 0, capacity = 4096;
    char *text = malloc(capacity);

    while (text != NULL) {
        ssize_t amount = read(descriptor, text + length, capacity - length - 1);
        if (amount <= 0)
            break;
        length += (size_t)amount;
        if (length + 1 == capacity) {
            char *larger = realloc(text, capacity *= 2);
            if (larger == NULL) {
                free(text);
                return NULL;
            }
            text = larger;
        }
    }
    if (text != NULL)
        text[length] = '\0';
    return text;
}

/* Sends a request, and returns the body of an answer with status 200. */
static char *request(const char *line, const char *body)
{
    char head[512];
    char *answer, *start, *result = NULL;
    int descriptor = dial(getenv("LOGINID_EMULATOR_URL"));
    int length;

    if (descriptor < 0)
        return NULL;
    length = snprintf(head, sizeof head,
                      "%s HTTP/1.1\r\nHost: localhost\r\n"
                      "Connection: close\r\nContent-Length: %lu\r\n\r\n",
                      line, (unsigned long)strlen(body));
    if (length > 0 && (size_t)length < sizeof head &&
        write(descriptor, head, (size_t)length) == length &&
        write(descriptor, body, strlen(body)) == (ssize_t)strlen(body)) {
        answer = read_all(descriptor);
        if (answer != NULL && strncmp(answer, "HTTP/1.1 200", 12) == 0 &&
            (start = strstr(answer, "\r\n\r\n")) != NULL)
            result = strdup(start + 4);
        free(answer);
    }
    close(descriptor);
    return result;
}

char *emulator_post(const char *path, const char *json)
{
    char line[256];

    snprintf(line, sizeof line, "POST /_emulator/%s", path);
    return request(line, json);
}

char *emulator_key(const char *kid)
{
    char line[256];

    snprintf(line, sizeof line, "GET /certs?kid=%s", kid);
    return request(line, "");
}

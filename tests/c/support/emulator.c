/* Requests to the emulator and its control API. */
#define _POSIX_C_SOURCE 200809L

#include "../support.h"

#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

const char *base_url(void)
{
    return getenv("LOGINID_BASE_URL");
}

/* Connects to the host and port of "http://host:port". */
static int dial(const char *url)
{
    char host[256], port[16];
    struct addrinfo hints, *addresses;
    int descriptor;

    CHECK(url != NULL && sscanf(url, "http://%255[^:]:%15[0-9]", host, port) == 2);
    memset(&hints, 0, sizeof hints);
    hints.ai_socktype = SOCK_STREAM;
    CHECK(getaddrinfo(host, port, &hints, &addresses) == 0);
    descriptor = socket(addresses->ai_family, addresses->ai_socktype, 0);
    CHECK(descriptor >= 0);
    CHECK(connect(descriptor, addresses->ai_addr, addresses->ai_addrlen) == 0);
    freeaddrinfo(addresses);
    return descriptor;
}

static void write_all(int descriptor, const char *text)
{
    size_t length = strlen(text);

    while (length > 0) {
        ssize_t written = write(descriptor, text, length);
        CHECK(written > 0);
        text += written;
        length -= (size_t)written;
    }
}

/* Reads until the other side closes. */
static char *read_all(int descriptor)
{
    size_t length = 0, capacity = 4096;
    char *text = malloc(capacity);
    ssize_t amount;

    CHECK(text != NULL);
    while ((amount = read(descriptor, text + length, capacity - length - 1)) > 0) {
        length += (size_t)amount;
        if (length + 1 == capacity) {
            char *larger = realloc(text, capacity *= 2);

            CHECK(larger != NULL);
            text = larger;
        }
    }
    text[length] = '\0';
    return keep(text);
}

int http(const char *url, const char *method, const char *path, const char *headers,
         const char *json, const char **body)
{
    int status;
    int descriptor = dial(url);
    const char *answer, *end_of_head;

    write_all(descriptor,
              text("%s %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                   "Content-Type: application/json\r\n%sContent-Length: %lu\r\n\r\n%s",
                   method, path, headers, (unsigned long)strlen(json), json));
    answer = read_all(descriptor);
    close(descriptor);
    end_of_head = strstr(answer, "\r\n\r\n");
    CHECK(end_of_head != NULL && sscanf(answer, "HTTP/1.1 %d", &status) == 1);
    *body = end_of_head + 4;
    return status;
}

const char *emulator(const char *method, const char *path, const char *json)
{
    const char *answer;
    int status = http(getenv("LOGINID_EMULATOR_URL"), method, text("/_emulator/%s", path), "",
                      json, &answer);

    if (status != 200)
        FAIL("%s /_emulator/%s: %d %s", method, path, status, answer);
    return answer;
}

void inject(const char *path, int times, const char *fault)
{
    emulator("POST", "faults",
             text("{\"match\":{\"path\":\"%s\"},\"times\":%d,\"fault\":{%s}}", path, times, fault));
}

void answer_with(const char *path, int status, const char *json)
{
    inject(path, 1, text("\"kind\":\"status\",\"code\":%d,\"body\":%s", status, quoted(json)));
}

void advance_clock(int seconds)
{
    emulator("POST", "clock", text("{\"advance_s\":%d}", seconds));
}

static const char *requests(const char *path)
{
    return json_at(emulator("GET", text("requests?path=%s", path), ""), "/requests");
}

int requests_for(const char *path)
{
    const char *list = requests(path);
    int count = 0;

    while (has(list, text("/%d", count)))
        count++;
    return count;
}

int all_requests(void)
{
    return atoi(json_at(emulator("GET", "requests", ""), "/count"));
}

const char *last_request(const char *path)
{
    const char *list = requests(path);
    int count = requests_for(path);

    CHECK(count > 0);
    return json_at(list, text("/%d", count - 1));
}

void await_requests(const char *path, int count)
{
    const struct timespec pause = { 0, 2000000 };

    /* If this never happens, the test runner ends the program. */
    while (requests_for(path) < count)
        nanosleep(&pause, NULL);
}

void forget_requests(void)
{
    emulator("DELETE", "requests", "");
}

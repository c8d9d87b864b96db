/* The server of docs/web.md or docs/v2/ceremonies.md: HTTP for one visitor around the functions of
 * that page, in backend.c, which also says which kind of CLIENT they use, and what makes a NEW_CLIENT.
 * It serves the file that its argument names, until its standard input ends. */
#define _POSIX_C_SOURCE 200809L

#include "backend.c"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

typedef lid_status answer_fn(CLIENT *, struct session *, const char *, char **);

static const struct route {
    const char *line;
    answer_fn *answer;
} routes[] = {
    {"POST /register/begin ", register_begin}, {"POST /register/complete ", register_complete},
    {"POST /login/begin ", login_begin},       {"POST /login/complete ", login_complete},
    {"POST /pay/begin ", pay_begin},           {"POST /pay/complete ", pay_complete},
};

static CLIENT *client;
static struct session session;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char page[1 << 16];

static void stop(const char *what)
{
    perror(what);
    exit(1);
}

static void respond(int connection, const char *status, const char *type, const char *body)
{
    char head[256];

    snprintf(head, sizeof head,
             "HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n",
             status, type, strlen(body));
    if (write(connection, head, strlen(head)) < 0 || write(connection, body, strlen(body)) < 0)
        perror("write");
}

/* What the page gets, and a line for the log. */
static void respond_to(int connection, const struct route *route, const char *body)
{
    char *out = NULL, *code = NULL, answer[128];
    lid_status status;

    pthread_mutex_lock(&lock);
    status = route->answer(client, &session, body, &out);
    printf("%s%s %s\n", route->line, lid_status_name(status), session.username ? session.username : "");
    fflush(stdout);
    pthread_mutex_unlock(&lock);
    if (status == LID_OK) {
        respond(connection, "200 OK", "application/json", out ? out : "{}");
    } else {
        fprintf(stderr, "%s%s\n", route->line, out);
        if (lid_json_get(out, "/error/code", &code) != LID_OK)
            stop("the error has no code");
        snprintf(answer, sizeof answer, "{\"code\":\"%s\"}", code);
        respond(connection, "400 Bad Request", "application/json", answer);
        lid_free_string(code);
    }
    lid_free_string(out);
}

/* Reads a request, and returns its body, or NULL if there is none that is complete. */
static char *receive(int connection, char *request, size_t size)
{
    size_t length = 0;

    while (length + 1 < size) {
        ssize_t amount = read(connection, request + length, size - length - 1);
        char *end, *header;

        if (amount <= 0)
            return NULL;
        request[length += (size_t)amount] = '\0';
        if ((end = strstr(request, "\r\n\r\n")) == NULL)
            continue;
        header = strstr(request, "\r\nContent-Length: ");
        if (header == NULL || header > end ||
            strlen(end + 4) >= strtoul(header + strlen("\r\nContent-Length: "), NULL, 10))
            return end + 4;
    }
    return NULL;
}

static void *serve(void *argument)
{
    int connection = *(int *)argument;
    char *request = malloc(1 << 18), *body;
    size_t i;

    free(argument);
    if (request == NULL)
        stop("malloc");
    if ((body = receive(connection, request, 1 << 18)) != NULL) {
        for (i = 0; i < sizeof routes / sizeof *routes; i++)
            if (strncmp(request, routes[i].line, strlen(routes[i].line)) == 0)
                break;
        if (i < sizeof routes / sizeof *routes)
            if (strstr(request, "\r\nContent-Type: application/json\r\n") != NULL)
                respond_to(connection, &routes[i], body);
            else
                respond(connection, "415 Unsupported Media Type", "application/json", "{}");
        else if (strncmp(request, "GET / ", 6) == 0)
            respond(connection, "200 OK", "text/html", page);
        else
            respond(connection, "404 Not Found", "text/plain", "");
    }
    free(request);
    close(connection);
    return NULL;
}

static void *accept_all(void *argument)
{
    for (;;) {
        int *connection = malloc(sizeof *connection);
        pthread_t thread;

        if (connection == NULL || (*connection = accept(*(int *)argument, NULL, NULL)) < 0)
            stop("accept");
        if (pthread_create(&thread, NULL, serve, connection) != 0)
            stop("pthread_create");
        pthread_detach(thread);
    }
    return NULL;
}

int main(int argc, char **argv)
{
    struct sockaddr_in address = {0};
    socklen_t size = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    pthread_t thread;
    FILE *file;
    char *out;

    if (argc != 2 || (file = fopen(argv[1], "r")) == NULL)
        stop("the page");
    page[fread(page, 1, sizeof page - 1, file)] = '\0';
    fclose(file);
    if (NEW_CLIENT(&client, &out) != LID_OK) {
        fprintf(stderr, "%s\n", out);
        return 1;
    }
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (listener < 0 || bind(listener, (struct sockaddr *)&address, size) != 0 ||
        listen(listener, 16) != 0 || getsockname(listener, (struct sockaddr *)&address, &size) != 0)
        stop("listen");
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
    if (pthread_create(&thread, NULL, accept_all, &listener) != 0)
        stop("pthread_create");
    while (getchar() != EOF)
        continue;
    return 0;
}

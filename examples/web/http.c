/* HTTP with libmicrohttpd. Each connection has a thread, because calls to LoginID block. */
#define _POSIX_C_SOURCE 200809L

#include "shop.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define BODY_BYTES 65536
#define COOKIE "shop"

static int listener;
static struct MHD_Daemon *server;
static struct site site;
static char policy[1024];

/* The only files that are served: no path traversal is possible. */
static const struct file {
    const char *path, *name, *type;
} files[] = {
    {"/", "index.html", "text/html; charset=utf-8"},
    {"/style.css", "style.css", "text/css; charset=utf-8"},
    {"/shop.js", "shop.js", "text/javascript; charset=utf-8"},
    {"/server.js", "server.js", "text/javascript; charset=utf-8"},
    {"/plain.js", "plain.js", "text/javascript; charset=utf-8"},
    {"/sdk-v1.js", "sdk-v1.js", "text/javascript; charset=utf-8"},
    {"/sdk-v2.js", "sdk-v2.js", "text/javascript; charset=utf-8"},
    {"/websdk.js", NULL, "text/javascript; charset=utf-8"}, /* site.sdk_script */
};

/* The body of a request while it arrives. */
struct upload {
    size_t length;
    char body[BODY_BYTES + 1];
};

static enum MHD_Result send_response(struct MHD_Connection *connection, unsigned status,
                                     struct MHD_Response *response, const char *type)
{
    enum MHD_Result result;

    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
    MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
    MHD_add_response_header(response, "Referrer-Policy", "no-referrer");
    MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
    /* Only the shop's own scripts, only requests to the shop and LoginID, no framing. */
    MHD_add_response_header(response, "Content-Security-Policy", policy);
    result = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result send_json(struct MHD_Connection *connection, const struct request *request)
{
    char cookie[200];
    struct MHD_Response *response = MHD_create_response_from_buffer(
        strlen(request->answer), request->answer, MHD_RESPMEM_MUST_COPY);

    if (response == NULL)
        return MHD_NO;
    if (request->new_cookie[0]) {
        /* Not readable by scripts, not sent with requests from other sites. With https, add Secure
         * and name it __Host-shop. */
        snprintf(cookie, sizeof cookie, COOKIE "=%s; HttpOnly; SameSite=Strict; Path=/",
                 request->new_cookie);
        MHD_add_response_header(response, MHD_HTTP_HEADER_SET_COOKIE, cookie);
    }
    return send_response(connection, request->http_status, response, "application/json");
}

static enum MHD_Result send_error(struct MHD_Connection *connection, unsigned status)
{
    struct MHD_Response *response = MHD_create_response_from_buffer(2, "{}",
                                                                    MHD_RESPMEM_PERSISTENT);

    return response ? send_response(connection, status, response, "application/json") : MHD_NO;
}

/* Reads the file for each request, so that an edited page needs no restart. */
static enum MHD_Result send_file(struct MHD_Connection *connection, const struct file *file)
{
    char path[4096];
    struct stat status;
    struct MHD_Response *response;
    int descriptor;

    snprintf(path, sizeof path, "%s%s%s", file->name ? site.page_folder : site.sdk_script,
             file->name ? "/" : "", file->name ? file->name : "");
    descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0 || fstat(descriptor, &status) != 0 ||
        (response = MHD_create_response_from_fd((uint64_t)status.st_size, descriptor)) == NULL) {
        if (descriptor >= 0)
            close(descriptor);
        return send_error(connection, MHD_HTTP_NOT_FOUND);
    }
    return send_response(connection, MHD_HTTP_OK, response, file->type);
}

static enum MHD_Result answer_get(struct MHD_Connection *connection, const char *path)
{
    size_t i, count = sizeof files / sizeof *files;

    for (i = 0; i < count; i++)
        if (strcmp(files[i].path, path) == 0)
            return send_file(connection, &files[i]);
    return send_error(connection, MHD_HTTP_NOT_FOUND);
}

static enum MHD_Result answer_post(struct MHD_Connection *connection, const char *path,
                                   struct upload *upload)
{
    struct request request = {0};
    enum MHD_Result result;

    if (upload->length > BODY_BYTES)
        return send_error(connection, MHD_HTTP_CONTENT_TOO_LARGE);
    upload->body[upload->length] = '\0';
    request.path = path;
    request.origin = MHD_lookup_connection_value(connection, MHD_HEADER_KIND,
                                                 MHD_HTTP_HEADER_ORIGIN);
    request.content_type = MHD_lookup_connection_value(connection, MHD_HEADER_KIND,
                                                       MHD_HTTP_HEADER_CONTENT_TYPE);
    request.user_agent = MHD_lookup_connection_value(connection, MHD_HEADER_KIND,
                                                     MHD_HTTP_HEADER_USER_AGENT);
    request.cookie = MHD_lookup_connection_value(connection, MHD_COOKIE_KIND, COOKIE);
    request.body = upload->body;
    site.answer(&request);
    result = send_json(connection, &request);
    free(request.answer);
    return result;
}

/* libmicrohttpd calls this after the headers, for each part of the body, and at the end. */
static enum MHD_Result answer(void *unused, struct MHD_Connection *connection, const char *path,
                              const char *method, const char *version, const char *data,
                              size_t *size, void **state)
{
    struct upload *upload = *state;

    (void)unused;
    (void)version;
    if (upload == NULL) {
        *state = calloc(1, sizeof *upload);
        return *state ? MHD_YES : MHD_NO;
    }
    if (*size > 0) {
        /* A body that is too large is read to its end, so that the client gets the response, but
         * not stored. */
        if (upload->length <= BODY_BYTES && *size <= BODY_BYTES - upload->length)
            memcpy(upload->body + upload->length, data, *size);
        upload->length = upload->length + *size > BODY_BYTES ? BODY_BYTES + 1
                                                             : upload->length + *size;
        *size = 0;
        return MHD_YES;
    }
    if (strcmp(method, MHD_HTTP_METHOD_GET) == 0 || strcmp(method, MHD_HTTP_METHOD_HEAD) == 0)
        return answer_get(connection, path);
    if (strcmp(method, MHD_HTTP_METHOD_POST) == 0)
        return answer_post(connection, path, upload);
    return send_error(connection, MHD_HTTP_METHOD_NOT_ALLOWED);
}

static void free_upload(void *unused, struct MHD_Connection *connection, void **state,
                        enum MHD_RequestTerminationCode code)
{
    (void)unused;
    (void)connection;
    (void)code;
    free(*state);
}

int listen_http(int port)
{
    struct sockaddr_in address = {0};
    socklen_t size = sizeof address;
    int on = 1;

    address.sin_family = AF_INET;
    address.sin_port = htons((uint16_t)port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    listener = socket(AF_INET, SOCK_STREAM, 0);
    if (listener < 0 || setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        bind(listener, (struct sockaddr *)&address, size) != 0 || listen(listener, 64) != 0 ||
        getsockname(listener, (struct sockaddr *)&address, &size) != 0)
        return 0;
    return ntohs(address.sin_port);
}

bool start_http(const struct site *served)
{
    site = *served;
    snprintf(policy, sizeof policy,
             "default-src 'self'; connect-src 'self' %s; frame-ancestors 'none'; base-uri 'none'; "
             "form-action 'none'",
             site.loginid_url);
    server = MHD_start_daemon(
        MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION, 0, NULL, NULL, answer,
        NULL, MHD_OPTION_LISTEN_SOCKET, listener, MHD_OPTION_NOTIFY_COMPLETED, free_upload, NULL,
        MHD_OPTION_CONNECTION_LIMIT, 100u, MHD_OPTION_CONNECTION_TIMEOUT, 60u, MHD_OPTION_END);
    return server != NULL;
}

void stop_http(void)
{
    MHD_stop_daemon(server);
}

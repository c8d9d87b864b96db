/* libcurl's easy API doing the request of lid_get_user, its tokens signed and
 * its header lists made in advance: what the socket and HTTP alone cost. With the
 * argument `signing` it makes each token in its loop, as a program must. */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bearer.h"
#include "worker.h"

struct caller {
    CURL *handle;
    long count, next;
    struct curl_slist **headers;
    /* When signing: the only list, whose last line is written for each call. */
    struct curl_slist *authorization;
    char *answer;
    size_t length, capacity;
};

enum { AUTHORIZATION_SIZE = 1024 };

static char url[512], body[512], client_id[256];
static int signing;

static size_t receive(char *data, size_t size, size_t members, void *context)
{
    struct caller *caller = context;
    size_t amount = size * members;

    if (caller->length + amount + 1 > caller->capacity) {
        size_t capacity = 2 * (caller->length + amount + 1);
        char *larger = realloc(caller->answer, capacity);
        if (larger == NULL)
            return 0;
        caller->answer = larger;
        caller->capacity = capacity;
    }
    memcpy(caller->answer + caller->length, data, amount);
    caller->length += amount;
    caller->answer[caller->length] = '\0';
    return amount;
}

static CURL *new_handle(struct caller *caller)
{
    const char *ca_file = getenv("LOGINID_CA_FILE");
    CURL *handle = curl_easy_init();

    if (handle == NULL)
        return NULL;
    curl_easy_setopt(handle, CURLOPT_URL, url);
    curl_easy_setopt(handle, CURLOPT_POSTFIELDS, body);
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, receive);
    curl_easy_setopt(handle, CURLOPT_WRITEDATA, caller);
    curl_easy_setopt(handle, CURLOPT_USERAGENT, "libcurl");
    curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, 20000L);
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    if (ca_file != NULL)
        curl_easy_setopt(handle, CURLOPT_CAINFO, ca_file);
    return handle;
}

static struct curl_slist *make_headers(void)
{
    char authorization[AUTHORIZATION_SIZE];
    struct curl_slist *headers = NULL;

    if (bearer_header(authorization, sizeof authorization) != 0)
        return NULL;
    headers = curl_slist_append(headers, "Content-Type: application/json");
    headers = curl_slist_append(headers, "Accept: application/json");
    headers = curl_slist_append(headers, client_id);
    headers = curl_slist_append(headers, "Request-ID: 4b0f0e5e-6a34-4c43-9a53-0d6f3e3b6a11");
    return curl_slist_append(headers, authorization);
}

static int perform(struct caller *caller, CURL *handle)
{
    long status = 0;
    CURLcode code;

    if (signing && bearer_header(caller->authorization->data, AUTHORIZATION_SIZE) != 0)
        return 1;
    if (!signing && caller->next == caller->count)
        return 1;
    caller->length = 0;
    curl_easy_setopt(handle, CURLOPT_HTTPHEADER, caller->headers[signing ? 0 : caller->next++]);
    code = curl_easy_perform(handle);
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
    if (code != CURLE_OK || status != 200) {
        worker_explain(code != CURLE_OK ? curl_easy_strerror(code) : caller->answer);
        return 1;
    }
    return 0;
}

static void stop(void *state)
{
    struct caller *caller = state;
    long i;

    for (i = 0; i < caller->count; i++)
        curl_slist_free_all(caller->headers[i]);
    curl_easy_cleanup(caller->handle);
    free(caller->headers);
    free(caller->answer);
    free(caller);
}

/* Makes room for every token in the last line of a list. */
static int make_room(struct caller *caller)
{
    struct curl_slist *line = caller->headers[0];
    char *larger;

    while (line->next != NULL)
        line = line->next;
    if ((larger = realloc(line->data, AUTHORIZATION_SIZE)) == NULL)
        return 1;
    line->data = larger;
    caller->authorization = line;
    return 0;
}

/* One more than requested: the first opens the connection. */
static void *start_reused(long count)
{
    struct caller *caller = calloc(1, sizeof *caller);
    long i;

    if (caller == NULL)
        return NULL;
    if (signing)
        count = 0;
    caller->headers = calloc((size_t)count + 1, sizeof *caller->headers);
    caller->handle = new_handle(caller);
    for (i = 0; caller->headers != NULL && i <= count; i++) {
        if ((caller->headers[i] = make_headers()) == NULL)
            break;
        caller->count++;
    }
    if (caller->count <= count || caller->handle == NULL ||
        (signing && make_room(caller) != 0) ||
        perform(caller, caller->handle) != 0) {
        stop(caller);
        return NULL;
    }
    return caller;
}

static int get_user(void *state)
{
    struct caller *caller = state;
    return perform(caller, caller->handle);
}

static int first_call(void *state)
{
    struct caller *caller = state;
    CURL *handle = new_handle(caller);
    int failed = handle == NULL || perform(caller, handle);

    curl_easy_cleanup(handle);
    return failed;
}

int main(int count, char **arguments)
{
    static const struct operation operations[] = {
        {"get_user", start_reused, get_user, stop},
        {"first_call", start_reused, first_call, stop},
        {NULL, NULL, NULL, NULL},
    };

    signing = count > 1 && strcmp(arguments[1], "signing") == 0;
    curl_global_init(CURL_GLOBAL_DEFAULT);
    snprintf(url, sizeof url, "%s/manage/users/retrieve", worker_setting("LOGINID_BASE_URL"));
    snprintf(body, sizeof body, "{\"username\":\"%s\"}", worker_setting("BENCH_USER"));
    snprintf(client_id, sizeof client_id, "X-Client-ID: %s", worker_setting("LOGINID_CLIENT_ID"));
    return worker_serve(operations);
}

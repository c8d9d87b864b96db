/* libcurl's easy API doing the requests of two calls of the current service: a grant with
 * the API key, and the list of passkeys with a grant of its own. */
#include <curl/curl.h>
#include <loginid.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "worker.h"

struct caller {
    CURL *handle;
    struct curl_slist *post, *get;
    char answer[8192];
    size_t length;
};

static char grant_url[512], list_url[512], body[512], api_key[512];

static size_t receive(char *data, size_t size, size_t members, void *context)
{
    struct caller *caller = context;
    size_t amount = size * members;

    if (caller->length + amount >= sizeof caller->answer)
        return 0;
    memcpy(caller->answer + caller->length, data, amount);
    caller->length += amount;
    caller->answer[caller->length] = '\0';
    return amount;
}

static struct curl_slist *make_headers(const char *content_type)
{
    struct curl_slist *headers = curl_slist_append(NULL, "Accept: application/json");
    headers = curl_slist_append(headers, "Request-ID: 4b0f0e5e-6a34-4c43-9a53-0d6f3e3b6a11");
    return content_type == NULL ? headers : curl_slist_append(headers, content_type);
}

static int perform(struct caller *caller)
{
    long status = 0;
    CURLcode code;

    caller->length = 0;
    code = curl_easy_perform(caller->handle);
    curl_easy_getinfo(caller->handle, CURLINFO_RESPONSE_CODE, &status);
    if (code != CURLE_OK || status < 200 || status > 299) {
        worker_explain(code != CURLE_OK ? curl_easy_strerror(code) : caller->answer);
        return 1;
    }
    return 0;
}

static int create_grant(void *state)
{
    struct caller *caller = state;

    curl_easy_setopt(caller->handle, CURLOPT_URL, grant_url);
    curl_easy_setopt(caller->handle, CURLOPT_POSTFIELDS, body);
    curl_easy_setopt(caller->handle, CURLOPT_HTTPHEADER, caller->post);
    curl_easy_setopt(caller->handle, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
    curl_easy_setopt(caller->handle, CURLOPT_USERPWD, api_key);
    return perform(caller);
}

static int list_passkeys(void *state)
{
    struct caller *caller = state;
    char *token;

    if (create_grant(state) || lid_json_get(caller->answer, "/token", &token) != LID_OK)
        return 1;
    curl_easy_setopt(caller->handle, CURLOPT_URL, list_url);
    curl_easy_setopt(caller->handle, CURLOPT_HTTPGET, 1L);
    curl_easy_setopt(caller->handle, CURLOPT_HTTPHEADER, caller->get);
    curl_easy_setopt(caller->handle, CURLOPT_USERPWD, NULL);
    curl_easy_setopt(caller->handle, CURLOPT_HTTPAUTH, CURLAUTH_BEARER);
    curl_easy_setopt(caller->handle, CURLOPT_XOAUTH2_BEARER, token);
    lid_free_string(token);
    return perform(caller);
}

static void stop(void *state)
{
    struct caller *caller = state;

    curl_easy_cleanup(caller->handle);
    curl_slist_free_all(caller->post);
    curl_slist_free_all(caller->get);
    free(caller);
}

/* The connection is open when it returns. */
static void *start(long count)
{
    const char *ca_file = getenv("LOGINID_CA_FILE");
    struct caller *caller = calloc(1, sizeof *caller);

    (void)count;
    if (caller == NULL || (caller->handle = curl_easy_init()) == NULL) {
        free(caller);
        return NULL;
    }
    caller->post = make_headers("Content-Type: application/json");
    caller->get = make_headers(NULL);
    curl_easy_setopt(caller->handle, CURLOPT_WRITEFUNCTION, receive);
    curl_easy_setopt(caller->handle, CURLOPT_WRITEDATA, caller);
    curl_easy_setopt(caller->handle, CURLOPT_USERAGENT, "libcurl");
    curl_easy_setopt(caller->handle, CURLOPT_TIMEOUT_MS, 20000L);
    curl_easy_setopt(caller->handle, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(caller->handle, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    if (ca_file != NULL)
        curl_easy_setopt(caller->handle, CURLOPT_CAINFO, ca_file);
    if (create_grant(caller)) {
        stop(caller);
        return NULL;
    }
    return caller;
}

int main(void)
{
    static const struct operation operations[] = {
        {"v2_create_grant", start, create_grant, stop},
        {"v2_list_passkeys", start, list_passkeys, stop},
        {NULL, NULL, NULL, NULL},
    };
    const char *url = worker_setting("LOGINID_V2_BASE_URL");

    curl_global_init(CURL_GLOBAL_DEFAULT);
    snprintf(grant_url, sizeof grant_url, "%s/fido2/v2/mgmt/grant", url);
    snprintf(list_url, sizeof list_url, "%s/fido2/v2/passkeys", url);
    snprintf(body, sizeof body, "{\"username\":\"%s\",\"grants\":[\"passkey:read\"]}",
             worker_setting("BENCH_USER"));
    snprintf(api_key, sizeof api_key, "%s:", worker_setting("LOGINID_V2_API_KEY"));
    return worker_serve(operations);
}

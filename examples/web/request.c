/* Reading requests and writing responses. */
#define _POSIX_C_SOURCE 200809L

#include "shop.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A copy of a string, freed with free(). */
static char *copy(const char *text)
{
    char *copied = strdup(text);

    if (copied == NULL)
        abort(); /* out of memory; the library does the same */
    return copied;
}

void clear_text(char **kept)
{
    free(*kept);
    *kept = NULL;
}

void set_text(char **kept, const char *text)
{
    char *copied = copy(text);

    free(*kept);
    *kept = copied;
}

char *read_text(struct request *request, const char *pointer)
{
    lid_json *document = NULL;
    const char *text = NULL;
    char *result = NULL;

    if (lid_json_parse(request->body, &document, NULL) == LID_OK &&
        lid_json_string(document, pointer, &text) == LID_OK)
        result = copy(text);
    else
        refuse(request, 400, "bad_request");
    lid_json_free(document);
    return result;
}

bool store_text(struct request *request, char **kept, const char *json, const char *pointer)
{
    char *text;
    lid_status status = lid_json_get(json, pointer, &text);

    if (status)
        return refuse_error(request, status, text);
    set_text(kept, text);
    lid_free_string(text);
    return true;
}

bool reply(struct request *request, ...)
{
    const char *name, *text, *separator = "{";
    char *literal;
    size_t length;
    FILE *stream;
    va_list members;

    free(request->answer);
    if ((stream = open_memstream(&request->answer, &length)) == NULL)
        abort();
    va_start(members, request);
    while ((name = va_arg(members, const char *)) != NULL) {
        text = va_arg(members, const char *);
        literal = NULL;
        if (text && lid_json_quote(text, &literal) != LID_OK)
            abort();
        fprintf(stream, "%s\"%s\":%s", separator, name, literal ? literal : "null");
        lid_free_string(literal);
        separator = ",";
    }
    va_end(members);
    fputs(*separator == '{' ? "{}" : "}", stream);
    fclose(stream);
    request->http_status = 200;
    return true;
}

/* Check 6: the page gets an error code and nothing else. The message is for the log. */
bool refuse(struct request *request, unsigned http_status, const char *code)
{
    reply(request, "error", code, NULL);
    request->http_status = http_status;
    return false;
}

static unsigned http_status_of(lid_status status)
{
    switch (status) {
    case LID_ERROR_INVALID_ARGUMENT:
        return 400;
    case LID_ERROR_TOKEN_INVALID:
    case LID_ERROR_TOKEN_EXPIRED:
    case LID_ERROR_CLAIM_MISMATCH:
        return 401;
    case LID_ERROR_API:
        return 403;
    case LID_ERROR_RATE_LIMITED:
    case LID_ERROR_NETWORK:
    case LID_ERROR_TLS:
    case LID_ERROR_TIMEOUT:
        return 503; /* this says nothing about the customer: try again later */
    default:
        return 500;
    }
}

/* What an error of the library says. */
struct failure {
    int64_t http_status; /* of LoginID's answer, or 0 if there was none */
    char *code;
};

/* Logs, reads and frees an error. Free the code with free(). */
static struct failure read_error(struct request *request, char *error)
{
    struct failure failure = {0, NULL};
    lid_json *document = NULL;
    const char *code = NULL;

    /* Safe to log: errors of the library never contain tokens, one-time codes or keys. */
    fprintf(stderr, "%s: %s\n", request->path, error);
    if (lid_json_parse(error, &document, NULL) == LID_OK) {
        (void)lid_json_int64(document, "/error/http_status", &failure.http_status);
        (void)lid_json_string(document, "/error/code", &code);
    }
    failure.code = copy(code ? code : "error");
    lid_json_free(document);
    lid_free_string(error);
    return failure;
}

bool refuse_error(struct request *request, lid_status status, char *error)
{
    struct failure failure = read_error(request, error);

    if (status == LID_ERROR_API && failure.http_status >= 500)
        refuse(request, 503, "unavailable");
    else
        refuse(request, http_status_of(status), failure.code);
    free(failure.code);
    return false;
}

static bool is_one_of(const char *code, const char *const codes[])
{
    while (*codes && strcmp(*codes, code) != 0)
        codes++;
    return *codes != NULL;
}

bool refuse_call(struct request *request, lid_status status, char *error,
                 const struct refusal *known)
{
    struct failure failure;

    if (status != LID_ERROR_API)
        return refuse_error(request, status, error);
    failure = read_error(request, error);
    if (known && is_one_of(failure.code, known->from_loginid))
        refuse(request, 403, known->for_page);
    else if (failure.http_status == 400)
        refuse(request, 400, "bad_request");
    else
        refuse(request, 503, "unavailable");
    free(failure.code);
    return false;
}

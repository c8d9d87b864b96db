/* Reading what the page sent, and writing what it gets. */
#define _POSIX_C_SOURCE 200809L

#include "shop.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The shop's own copy of a text. */
static char *copy(const char *text)
{
    char *copied = strdup(text);

    if (copied == NULL)
        abort(); /* as the library does when memory runs out */
    return copied;
}

void forget(char **kept)
{
    free(*kept);
    *kept = NULL;
}

void replace(char **kept, const char *text)
{
    char *copied = copy(text);

    free(*kept);
    *kept = copied;
}

char *text_of(struct request *request, const char *pointer)
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

bool keep(struct request *request, char **kept, const char *json, const char *pointer)
{
    char *text;
    lid_status status = lid_json_get(json, pointer, &text);

    if (status)
        return refuse_call(request, status, text, NULL);
    replace(kept, text);
    lid_free_string(text);
    return true;
}

bool give(struct request *request, ...)
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

/* Check 6: the page gets a code and nothing else. The message is for whoever runs the shop. */
bool refuse(struct request *request, unsigned http_status, const char *code)
{
    give(request, "error", code, NULL);
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
        return 503; /* nothing is known of the customer: try again later */
    default:
        return 500;
    }
}

bool refuse_call(struct request *request, lid_status status, char *error, const char *refusal)
{
    char *code = NULL;

    /* No error of the library holds a token, a code or a key: it may be logged. */
    fprintf(stderr, "%s: %s\n", request->path, error);
    if (status == LID_ERROR_API && refusal)
        refuse(request, 403, refusal);
    else if (lid_json_get(error, "/error/code", &code) == LID_OK)
        refuse(request, http_status_of(status), code);
    else
        refuse(request, http_status_of(status), "error");
    lid_free_string(code);
    lid_free_string(error);
    return false;
}

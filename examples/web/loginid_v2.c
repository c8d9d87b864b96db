/* LoginID's current service: a base URL and an API key. */
#define _POSIX_C_SOURCE 200809L

#include "shop.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One client serves all threads. */
static lid_v2_client *client;

static lid_status open_client(char **out)
{
    return lid_v2_new_from_env(&client, out);
}

static void close_client(void)
{
    lid_v2_free(client);
}

/* Check 4, first half: who signs in is the user in the claims of a token that the library has
 * verified, whatever name the page has sent. `answer` is what verified it, and is freed. */
static bool sign_in_user_of(struct request *request, char *answer)
{
    char *username = NULL;
    bool is_named = keep(request, &username, answer, "/claims/username");

    lid_free_string(answer);
    if (is_named)
        sign_in(request, username);
    free(username);
    return is_named;
}

/* --- The page asks the authenticator itself: the shop begins and completes --- */

/* LoginID is told which browser the customer has; it sees the shop otherwise. */
static const char *browser_of(const struct request *request, char options[1000])
{
    char *literal;
    int length = 0;
    lid_status status;

    if (request->user_agent == NULL)
        return NULL;
    status = lid_json_quote(request->user_agent, &literal);
    if (status == LID_OK)
        length = snprintf(options, 1000, "{\"user_agent\":%s}", literal);
    lid_free_string(literal);
    return length > 0 && length < 1000 ? options : NULL;
}

/* Keeps the session of what has begun, and gives the page the options for its authenticator. With
 * another action than "proceed" the user has to do something else first. */
static bool begun(struct request *request, lid_status status, char *answer, const char *options_of,
                  const char *refusal)
{
    char *action = NULL, *options = NULL;
    bool is_done;

    if (status)
        return refuse_call(request, status, answer, refusal);
    is_done = keep(request, &request->session->ceremony, answer, "/session") &&
              keep(request, &action, answer, "/action") &&
              keep(request, &options, answer, options_of);
    lid_free_string(answer);
    if (is_done && strcmp(action, "proceed") != 0)
        is_done = refuse(request, 403, refusal);
    if (is_done)
        give(request, "options", options, NULL);
    free(action);
    free(options);
    return is_done;
}

/* Whoever is first has the name. If names are e-mail addresses, verify them before they count for
 * anything. */
static bool sign_up_begin(struct request *request)
{
    char *username = text_of(request, "/username"), options[1000], *out;
    lid_status status;

    if (username == NULL)
        return false;
    status = lid_v2_register_init(client, username, browser_of(request, options), NULL, &out);
    free(username);
    return begun(request, status, out, "/registrationRequestOptions", "name_taken");
}

/* What was begun is good for one attempt. */
static bool completed(struct request *request, lid_status status, char *answer)
{
    forget(&request->session->ceremony);
    return status ? refuse_call(request, status, answer, NULL) : sign_in_user_of(request, answer);
}

static bool sign_up_complete(struct request *request)
{
    char *out;
    lid_status status = lid_v2_register_complete(client, request->session->ceremony, request->body,
                                                 NULL, &out);

    return completed(request, status, out);
}

static bool sign_in_begin(struct request *request)
{
    char *username = text_of(request, "/username"), options[1000], *out;
    lid_status status;

    if (username == NULL)
        return false;
    status = lid_v2_authenticate_init(client, username, browser_of(request, options), &out);
    free(username);
    return begun(request, status, out, "/assertionOptions", "no_passkey");
}

static bool sign_in_complete(struct request *request)
{
    char *out;
    lid_status status = lid_v2_authenticate_complete(client, request->session->ceremony,
                                                     request->body, &out);

    return completed(request, status, out);
}

/* --- A code for a second device --- */

/* For the user of the session. With a name from the request anybody could sign in as anybody. */
static bool create_code(struct request *request)
{
    char *out, *code = NULL, *expires_at = NULL;
    lid_status status = lid_v2_create_otp(client, request->session->username, NULL, &out);
    bool is_done;

    if (status)
        return refuse_call(request, status, out, NULL);
    is_done = keep(request, &code, out, "/code") && keep(request, &expires_at, out, "/expiresAt") &&
              give(request, "code", code, "expiresAt", expires_at, NULL);
    lid_free_string(out);
    free(code);
    free(expires_at);
    return is_done;
}

static bool sign_in_with_code(struct request *request)
{
    char *username = text_of(request, "/username"), *code = text_of(request, "/code"), *out;
    bool is_done = false;
    lid_status status;

    if (username && code) {
        status = lid_v2_verify_otp(client, username, code, NULL, &out);
        is_done = status ? refuse_call(request, status, out, "wrong_code")
                         : sign_in_user_of(request, out);
    }
    free(username);
    free(code);
    return is_done;
}

/* --- A payment --- */

static bool pay_begin(struct request *request)
{
    struct session *session = request->session;
    char *out, *options = NULL;
    lid_status status = lid_v2_init_tx(client, session->username, session->payment, NULL, &out);
    bool is_done;

    if (status)
        return refuse_call(request, status, out, NULL);
    is_done = keep(request, &session->nonce, out, "/nonce") &&
              keep(request, &session->ceremony, out, "/session") &&
              keep(request, &options, out, "/assertionOptions") &&
              give(request, "payment", session->payment, "options", options, NULL);
    lid_free_string(out);
    free(options);
    return is_done;
}

/* The token proves something only here: it is compared with the text, the nonce and the user of the
 * session. A token that names nobody is not refused by the call, so the name is required. */
static bool is_proof(struct request *request, const char *token)
{
    struct session *session = request->session;
    char *out, *username = NULL;
    lid_status status = lid_v2_verify_transaction(client, token, session->payment, session->nonce,
                                                  session->username, &out);
    bool is_named;

    if (status)
        return refuse_call(request, status, out, NULL);
    is_named = keep(request, &username, out, "/claims/username");
    lid_free_string(out);
    free(username);
    return is_named;
}

static bool pay_complete(struct request *request)
{
    char *out, *token = NULL;
    lid_status status = lid_v2_complete_tx(client, request->session->ceremony, request->body, &out);
    bool is_confirmed;

    if (status)
        return refuse_call(request, status, out, NULL);
    is_confirmed = keep(request, &token, out, "/token") && is_proof(request, token);
    lid_free_string(out);
    free(token);
    return is_confirmed;
}

/* --- With LoginID's web SDK: the page brings tokens --- */

static bool sdk_sign_in(struct request *request)
{
    char *token = text_of(request, "/token"), *out;
    lid_status status;

    if (token == NULL)
        return false;
    status = lid_v2_verify_token(client, token, NULL, &out);
    free(token);
    return status ? refuse_call(request, status, out, NULL) : sign_in_user_of(request, out);
}

/* The nonce is the shop's, and of this payment: with one of the page, an earlier proof might do. */
static bool sdk_pay_begin(struct request *request)
{
    struct session *session = request->session;
    secret nonce;

    make_secret(nonce);
    replace(&session->nonce, nonce);
    return give(request, "username", session->username, "payment", session->payment, "nonce", nonce,
                NULL);
}

static bool sdk_pay_complete(struct request *request)
{
    char *token = text_of(request, "/token");
    bool is_confirmed = token && is_proof(request, token);

    free(token);
    return is_confirmed;
}

const struct service loginid_v2 = {
    .name = "v2",
    .base_url_variable = "LOGINID_V2_BASE_URL",
    .application_variable = "LOGINID_V2_APPLICATION_ID",
    .open = open_client,
    .close = close_client,
    .sign_up_begin = sign_up_begin,
    .sign_up_complete = sign_up_complete,
    .sign_in_begin = sign_in_begin,
    .sign_in_complete = sign_in_complete,
    .create_code = create_code,
    .sign_in_with_code = sign_in_with_code,
    .pay_begin = pay_begin,
    .pay_complete = pay_complete,
    .sdk_sign_in = sdk_sign_in,
    .sdk_pay_begin = sdk_pay_begin,
    .sdk_pay_complete = sdk_pay_complete,
};

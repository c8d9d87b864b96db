/* LoginID's current service: a base URL and an API key. */
#define _POSIX_C_SOURCE 200809L

#include "shop.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One client for all threads. */
static lid_v2_client *client;

static lid_status open_client(char **out)
{
    return lid_v2_new_from_env(&client, out);
}

static void close_client(void)
{
    lid_v2_free(client);
}

/* Check 4, first half: the user comes from the claims of a verified token, never from a name that
 * the page sent. `answer` is the result of a call that verified the token; it is freed. */
static bool sign_in_from_token(struct request *request, char *answer)
{
    char *username = NULL;
    bool is_named = store_text(request, &username, answer, "/claims/username");

    lid_free_string(answer);
    if (is_named)
        sign_in(request, username);
    free(username);
    return is_named;
}

/* --- Plain JavaScript: the page asks the authenticator, the shop calls LoginID --- */

static bool is_ascii(const char *text)
{
    while (*text >= ' ' && *text <= '~')
        text++;
    return *text == '\0';
}

/* Passes on the browser's User-Agent, which LoginID would not see otherwise. */
static const char *user_agent_options(const struct request *request, char options[1000])
{
    char *literal;
    int length = 0;
    lid_status status;

    if (request->user_agent == NULL || !is_ascii(request->user_agent))
        return NULL;
    status = lid_json_quote(request->user_agent, &literal);
    if (status == LID_OK)
        length = snprintf(options, 1000, "{\"user_agent\":%s}", literal);
    lid_free_string(literal);
    return length > 0 && length < 1000 ? options : NULL;
}

/* Stores the ceremony and responds with the options for the authenticator. An action other than
 * "proceed" means that there is no passkey to make or use: the response is `other_action`. */
static bool reply_with_options(struct request *request, lid_status status, char *answer,
                               const char *options_of, const struct refusal *known,
                               const char *other_action)
{
    char *action = NULL, *options = NULL;
    bool is_done;

    if (status)
        return refuse_call(request, status, answer, known);
    is_done = store_text(request, &request->session->ceremony, answer, "/session") &&
              store_text(request, &action, answer, "/action") &&
              store_text(request, &options, answer, options_of);
    lid_free_string(answer);
    if (is_done && strcmp(action, "proceed") != 0)
        is_done = strcmp(action, "fail") == 0 ? refuse(request, 503, "unavailable")
                                              : refuse(request, 403, other_action);
    if (is_done)
        reply(request, "options", options, NULL);
    free(action);
    free(options);
    return is_done;
}

/* 401 "unauthorized": the name has an owner. LoginID answers the same if the application accepts
 * registrations with a grant only, and the shop cannot tell the two apart. It is not about the API
 * key, which this call and the next one do not send. */
static const struct refusal name_taken = {{"unauthorized"}, "name_taken"};
/* The same answer: the code is wrong, used or expired, or nobody has this name. */
static const struct refusal wrong_code = {{"unauthorized"}, "wrong_code"};

/* The first to register a name owns it. If names are e-mail addresses, verify them before you trust
 * them. */
static bool sign_up_begin(struct request *request)
{
    char *username = read_text(request, "/username"), options[1000], *out;
    lid_status status;

    if (username == NULL)
        return false;
    status = lid_v2_register_init(client, username, user_agent_options(request, options), NULL,
                                  &out);
    free(username);
    return reply_with_options(request, status, out, "/registrationRequestOptions", &name_taken,
                              "name_taken");
}

/* A ceremony allows one attempt. */
static bool complete(struct request *request, lid_status status, char *answer)
{
    clear_text(&request->session->ceremony);
    return status ? refuse_error(request, status, answer)
                  : sign_in_from_token(request, answer);
}

static bool sign_up_complete(struct request *request)
{
    char *out;
    lid_status status = lid_v2_register_complete(client, request->session->ceremony, request->body,
                                                 NULL, &out);

    return complete(request, status, out);
}

static bool sign_in_begin(struct request *request)
{
    char *username = read_text(request, "/username"), options[1000], *out;
    lid_status status;

    if (username == NULL)
        return false;
    status = lid_v2_authenticate_init(client, username, user_agent_options(request, options), &out);
    free(username);
    /* For a name without a passkey LoginID answers with another action. It is no error. */
    return reply_with_options(request, status, out, "/assertionOptions", NULL, "no_passkey");
}

static bool sign_in_complete(struct request *request)
{
    char *out;
    lid_status status = lid_v2_authenticate_complete(client, request->session->ceremony,
                                                     request->body, &out);

    return complete(request, status, out);
}

/* --- A code for a second device --- */

/* Only for the user of the session: with a name from the request, anyone could sign in as anyone
 * else. */
static bool create_code(struct request *request)
{
    char *out, *code = NULL, *expires_at = NULL;
    lid_status status = lid_v2_create_otp(client, request->session->username, NULL, &out);
    bool is_done;

    if (status)
        return refuse_error(request, status, out);
    is_done = store_text(request, &code, out, "/code") &&
              store_text(request, &expires_at, out, "/expiresAt") &&
              reply(request, "code", code, "expiresAt", expires_at, NULL);
    lid_free_string(out);
    free(code);
    free(expires_at);
    return is_done;
}

static bool sign_in_with_code(struct request *request)
{
    char *username = read_text(request, "/username"), *code = read_text(request, "/code"), *out;
    bool is_done = false;
    lid_status status;

    if (username && code) {
        status = lid_v2_verify_otp(client, username, code, NULL, &out);
        is_done = status ? refuse_call(request, status, out, &wrong_code)
                         : sign_in_from_token(request, out);
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
        return refuse_error(request, status, out);
    is_done = store_text(request, &session->nonce, out, "/nonce") &&
              store_text(request, &session->ceremony, out, "/session") &&
              store_text(request, &options, out, "/assertionOptions") &&
              reply(request, "payment", session->payment, "options", options, NULL);
    lid_free_string(out);
    free(options);
    return is_done;
}

/* Verifies the token against the text, nonce and user in the session. The call accepts a token
 * without a username, so require one. */
static bool verify_payment(struct request *request, const char *token)
{
    struct session *session = request->session;
    char *out, *username = NULL;
    lid_status status = lid_v2_verify_transaction(client, token, session->payment, session->nonce,
                                                  session->username, &out);
    bool is_named;

    if (status)
        return refuse_error(request, status, out);
    is_named = store_text(request, &username, out, "/claims/username");
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
        return refuse_error(request, status, out);
    is_confirmed = store_text(request, &token, out, "/token") && verify_payment(request, token);
    lid_free_string(out);
    free(token);
    return is_confirmed;
}

/* --- LoginID's web SDK: the page sends tokens to the shop --- */

/* For a minute (check 7) the token signs in whoever has it: keep it out of logs and addresses. */
static bool sdk_sign_in(struct request *request)
{
    char *token = read_text(request, "/token"), *out;
    lid_status status;

    if (token == NULL)
        return false;
    status = lid_v2_verify_token(client, token, NULL, &out);
    free(token);
    return status ? refuse_error(request, status, out) : sign_in_from_token(request, out);
}

/* The shop makes a new nonce for each payment: with a nonce from the page, an old token could be
 * used again. */
static bool sdk_pay_begin(struct request *request)
{
    struct session *session = request->session;
    secret nonce;

    make_secret(nonce);
    set_text(&session->nonce, nonce);
    return reply(request, "username", session->username, "payment", session->payment, "nonce",
                 nonce, NULL);
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
    .verify_payment = verify_payment,
};

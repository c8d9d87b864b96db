/* LoginID's older service, v1: a client id and a private key. Same structure as loginid_v2.c. */
#define _POSIX_C_SOURCE 200809L

#include "shop.h"

#include <stdlib.h>
#include <string.h>

/* One client for all threads. */
static lid_client *client;

static lid_status open_client(char **out)
{
    return lid_new_from_env(&client, out);
}

static void close_client(void)
{
    lid_free(client);
}

/* Check 4, first half: the user comes from the claims of a verified token, never from a name that
 * the page sent. In v1 the name is in `udata`. */
static bool sign_in_from_token(struct request *request, const char *token)
{
    char *out, *username = NULL;
    lid_status status = lid_verify_token(client, token, NULL, &out);
    bool is_named;

    if (status)
        return refuse_error(request, status, out);
    is_named = store_text(request, &username, out, "/claims/udata");
    lid_free_string(out);
    if (is_named)
        sign_in(request, username);
    free(username);
    return is_named;
}

/* --- Plain JavaScript: the page asks the authenticator, the shop calls LoginID --- */

/* Responds with the options for the authenticator. */
static bool reply_with_options(struct request *request, lid_status status, char *answer,
                               const char *options_of, const struct refusal *known)
{
    char *options = NULL;
    bool is_done;

    if (status)
        return refuse_call(request, status, answer, known);
    is_done = store_text(request, &options, answer, options_of) &&
              reply(request, "options", options, NULL);
    lid_free_string(answer);
    free(options);
    return is_done;
}

/* v1 identifies a ceremony by the username, which the session stores. */
static const char *begin_for_user(struct request *request)
{
    clear_text(&request->session->ceremony);
    return request->session->ceremony = read_text(request, "/username");
}

static const struct refusal name_taken = {{"username_taken"}, "name_taken"};
static const struct refusal no_passkey = {{"user_not_found"}, "no_passkey"};
/* Nobody learns from a code whether a name exists. */
static const struct refusal wrong_code = {
    {"invalid_verification_code", "verification_code_expired", "user_not_found"}, "wrong_code"};

/* The first to register a name owns it. If names are e-mail addresses, verify them before you trust
 * them. */
static bool sign_up_begin(struct request *request)
{
    const char *username = begin_for_user(request);
    char *out;
    lid_status status;

    if (username == NULL)
        return false;
    status = lid_register_fido2_init(client, username, NULL, &out);
    return reply_with_options(request, status, out, "/attestation_payload", &name_taken);
}

/* A ceremony allows one attempt. */
static bool complete(struct request *request, lid_status status, char *answer)
{
    char *token = NULL;
    bool is_done;

    clear_text(&request->session->ceremony);
    if (status)
        return refuse_error(request, status, answer);
    is_done = store_text(request, &token, answer, "/jwt") && sign_in_from_token(request, token);
    lid_free_string(answer);
    free(token);
    return is_done;
}

static bool sign_up_complete(struct request *request)
{
    char *out;
    lid_status status = lid_register_fido2_complete(client, request->session->ceremony,
                                                    request->body, NULL, &out);

    return complete(request, status, out);
}

static bool sign_in_begin(struct request *request)
{
    const char *username = begin_for_user(request);
    char *out;
    lid_status status;

    if (username == NULL)
        return false;
    status = lid_authenticate_fido2_init(client, username, &out);
    return reply_with_options(request, status, out, "/assertion_payload", &no_passkey);
}

static bool sign_in_complete(struct request *request)
{
    char *out;
    lid_status status = lid_authenticate_fido2_complete(client, request->session->ceremony,
                                                        request->body, &out);

    return complete(request, status, out);
}

/* --- A code for a second device --- */

/* Only for the user of the session: with a name from the request, anyone could sign in as anyone.
 * The code is authorized immediately, because a signed-in user asks for it. */
static bool create_code(struct request *request)
{
    char *out, *code = NULL, *expires_at = NULL;
    lid_status status = lid_generate_code(client, "short", "temporary_authentication", true, NULL,
                                          request->session->username, &out);
    bool is_done;

    if (status)
        return refuse_error(request, status, out);
    is_done = store_text(request, &code, out, "/code") &&
              store_text(request, &expires_at, out, "/expires_at") &&
              reply(request, "code", code, "expiresAt", expires_at, NULL);
    lid_free_string(out);
    free(code);
    free(expires_at);
    return is_done;
}

/* The code is authorized already, so the call returns immediately. */
static bool sign_in_with_code(struct request *request)
{
    char *username = read_text(request, "/username"), *code = read_text(request, "/code"), *out,
         *token = NULL;
    bool is_done = false;
    lid_status status;

    if (username && code) {
        status = lid_wait_code(client, username, code, "short", 10000, NULL, &out);
        if (status) {
            refuse_call(request, status, out, &wrong_code);
        } else {
            is_done = store_text(request, &token, out, "/jwt") &&
                      sign_in_from_token(request, token);
            lid_free_string(out);
        }
    }
    free(username);
    free(code);
    free(token);
    return is_done;
}

/* --- A payment --- */

static bool pay_begin(struct request *request)
{
    struct session *session = request->session;
    char *out, *options = NULL;
    lid_status status = lid_init_tx(client, session->username, NULL, session->payment, NULL, &out);
    bool is_done;

    if (status)
        return refuse_error(request, status, out);
    is_done = store_text(request, &session->nonce, out, "/nonce") &&
              store_text(request, &session->tx_id, out, "/tx_id") &&
              store_text(request, &options, out, "/assertion_options") &&
              reply(request, "payment", session->payment, "options", options, NULL);
    lid_free_string(out);
    free(options);
    return is_done;
}

/* Verifies the token against the text, nonce and user in the session. lid_verify_transaction does
 * not compare the user: another user may have confirmed this text. */
static bool verify_payment(struct request *request, const char *token)
{
    struct session *session = request->session;
    char *out, *username = NULL;
    lid_status status = lid_verify_transaction(client, token, session->payment, session->nonce,
                                               &out);
    bool is_of_user;

    if (status)
        return refuse_error(request, status, out);
    is_of_user = store_text(request, &username, out, "/claims/udata");
    lid_free_string(out);
    if (is_of_user && strcmp(username, session->username) != 0)
        is_of_user = refuse(request, 401, "username_mismatch");
    free(username);
    return is_of_user;
}

static bool pay_complete(struct request *request)
{
    struct session *session = request->session;
    char *out, *token = NULL;
    lid_status status = lid_complete_tx(client, session->tx_id, session->username, request->body,
                                        &out);
    bool is_confirmed;

    if (status)
        return refuse_error(request, status, out);
    is_confirmed = store_text(request, &token, out, "/jwt") && verify_payment(request, token);
    lid_free_string(out);
    free(token);
    return is_confirmed;
}

/* --- LoginID's web SDK: the page sends tokens to the shop --- */

/* v1's SDK needs a service token for each call: for one scope and one user, valid for a few
 * minutes. Every visitor may sign up or in; only the signed-in user may create a code. */
static bool is_scope_allowed(const struct session *session, const char *scope, const char *username)
{
    if (strcmp(scope, "codes.generate") == 0)
        return session->username && strcmp(username, session->username) == 0;
    return strcmp(scope, "auth.register") == 0 || strcmp(scope, "auth.login") == 0 ||
           strcmp(scope, "auth.temporary") == 0;
}

static bool reply_with_token(struct request *request, const char *scope, const char *username)
{
    char *out, *token = NULL;
    lid_status status = lid_generate_service_token(client, scope, username, NULL, NULL, &out);
    bool is_done;

    if (status)
        return refuse_error(request, status, out);
    is_done = store_text(request, &token, out, "/token") && reply(request, "token", token, NULL);
    lid_free_string(out);
    free(token);
    return is_done;
}

static bool sdk_permit(struct request *request)
{
    char *scope = read_text(request, "/scope"), *username = read_text(request, "/username");
    bool is_done = false;

    if (scope && username)
        is_done = is_scope_allowed(request->session, scope, username)
                      ? reply_with_token(request, scope, username)
                      : refuse(request, 403, "not_permitted");
    free(scope);
    free(username);
    return is_done;
}

static bool sdk_sign_in(struct request *request)
{
    char *token = read_text(request, "/token");
    bool is_done = token && sign_in_from_token(request, token);

    free(token);
    return is_done;
}

/* The shop creates the transaction. The page never sees the nonce. */
static bool sdk_pay_begin(struct request *request)
{
    struct session *session = request->session;
    char *out;
    lid_status status = lid_create_tx(client, session->payment, session->username, NULL, &out);
    bool is_kept;

    if (status)
        return refuse_error(request, status, out);
    is_kept = store_text(request, &session->nonce, out, "/nonce") &&
              store_text(request, &session->tx_id, out, "/id");
    lid_free_string(out);
    return is_kept && reply(request, "username", session->username, "payment", session->payment,
                            "id", session->tx_id, NULL);
}

const struct service loginid_v1 = {
    .name = "v1",
    .base_url_variable = "LOGINID_BASE_URL",
    .application_variable = "LOGINID_CLIENT_ID",
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
    .sdk_permit = sdk_permit,
    .sdk_sign_in = sdk_sign_in,
    .sdk_pay_begin = sdk_pay_begin,
    .verify_payment = verify_payment,
};

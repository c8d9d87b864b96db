/* LoginID's older service, v1: a client id and a private key. It is laid out as loginid_v2.c. */
#define _POSIX_C_SOURCE 200809L

#include "shop.h"

#include <stdlib.h>
#include <string.h>

/* One client serves all threads. */
static lid_client *client;

static lid_status open_client(char **out)
{
    return lid_new_from_env(&client, out);
}

static void close_client(void)
{
    lid_free(client);
}

/* Check 4, first half: who signs in is the user in the claims of a verified token, whatever name
 * the page has sent. v1 has the name in `udata`. */
static bool sign_in_user_of(struct request *request, const char *token)
{
    char *out, *username = NULL;
    lid_status status = lid_verify_token(client, token, NULL, &out);
    bool is_named;

    if (status)
        return refuse_call(request, status, out, NULL);
    is_named = keep(request, &username, out, "/claims/udata");
    lid_free_string(out);
    if (is_named)
        sign_in(request, username);
    free(username);
    return is_named;
}

/* --- The page asks the authenticator itself: the shop begins and completes --- */

/* Gives the page the options for its authenticator. */
static bool begun(struct request *request, lid_status status, char *answer, const char *options_of,
                  const char *refusal)
{
    char *options = NULL;
    bool is_done;

    if (status)
        return refuse_call(request, status, answer, refusal);
    is_done = keep(request, &options, answer, options_of) &&
              give(request, "options", options, NULL);
    lid_free_string(answer);
    free(options);
    return is_done;
}

/* In v1 what has begun is known by the user's name: the session keeps that of the request. */
static const char *begin_for_user(struct request *request)
{
    forget(&request->session->ceremony);
    return request->session->ceremony = text_of(request, "/username");
}

/* Whoever is first has the name. If names are e-mail addresses, verify them before they count for
 * anything. */
static bool sign_up_begin(struct request *request)
{
    const char *username = begin_for_user(request);
    char *out;
    lid_status status;

    if (username == NULL)
        return false;
    status = lid_register_fido2_init(client, username, NULL, &out);
    return begun(request, status, out, "/attestation_payload", "name_taken");
}

/* What was begun is good for one attempt. */
static bool completed(struct request *request, lid_status status, char *answer)
{
    char *token = NULL;
    bool is_done;

    forget(&request->session->ceremony);
    if (status)
        return refuse_call(request, status, answer, NULL);
    is_done = keep(request, &token, answer, "/jwt") && sign_in_user_of(request, token);
    lid_free_string(answer);
    free(token);
    return is_done;
}

static bool sign_up_complete(struct request *request)
{
    char *out;
    lid_status status = lid_register_fido2_complete(client, request->session->ceremony,
                                                    request->body, NULL, &out);

    return completed(request, status, out);
}

static bool sign_in_begin(struct request *request)
{
    const char *username = begin_for_user(request);
    char *out;
    lid_status status;

    if (username == NULL)
        return false;
    status = lid_authenticate_fido2_init(client, username, &out);
    return begun(request, status, out, "/assertion_payload", "no_passkey");
}

static bool sign_in_complete(struct request *request)
{
    char *out;
    lid_status status = lid_authenticate_fido2_complete(client, request->session->ceremony,
                                                        request->body, &out);

    return completed(request, status, out);
}

/* --- A code for a second device --- */

/* For the user of the session. With a name from the request anybody could sign in as anybody. The
 * code is authorized at once: the user has asked for it, on a device that is signed in. */
static bool create_code(struct request *request)
{
    char *out, *code = NULL, *expires_at = NULL;
    lid_status status = lid_generate_code(client, "short", "temporary_authentication", true, NULL,
                                          request->session->username, &out);
    bool is_done;

    if (status)
        return refuse_call(request, status, out, NULL);
    is_done = keep(request, &code, out, "/code") &&
              keep(request, &expires_at, out, "/expires_at") &&
              give(request, "code", code, "expiresAt", expires_at, NULL);
    lid_free_string(out);
    free(code);
    free(expires_at);
    return is_done;
}

/* An authorized code does not have to be waited for. */
static bool sign_in_with_code(struct request *request)
{
    char *username = text_of(request, "/username"), *code = text_of(request, "/code"), *out,
         *token = NULL;
    bool is_done = false;
    lid_status status;

    if (username && code) {
        status = lid_wait_code(client, username, code, "short", 10000, NULL, &out);
        if (status) {
            refuse_call(request, status, out, "wrong_code");
        } else {
            is_done = keep(request, &token, out, "/jwt") && sign_in_user_of(request, token);
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
        return refuse_call(request, status, out, NULL);
    is_done = keep(request, &session->nonce, out, "/nonce") &&
              keep(request, &session->tx_id, out, "/tx_id") &&
              keep(request, &options, out, "/assertion_options") &&
              give(request, "payment", session->payment, "options", options, NULL);
    lid_free_string(out);
    free(options);
    return is_done;
}

/* The token proves something only here: it is compared with the text, the nonce and the user of the
 * session. The call takes no user: any user of the application may have confirmed this text. */
static bool is_proof(struct request *request, const char *token)
{
    struct session *session = request->session;
    char *out, *username = NULL;
    lid_status status = lid_verify_transaction(client, token, session->payment, session->nonce,
                                               &out);
    bool is_of_user;

    if (status)
        return refuse_call(request, status, out, NULL);
    is_of_user = keep(request, &username, out, "/claims/udata");
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
        return refuse_call(request, status, out, NULL);
    is_confirmed = keep(request, &token, out, "/jwt") && is_proof(request, token);
    lid_free_string(out);
    free(token);
    return is_confirmed;
}

/* --- With LoginID's web SDK: the page brings tokens --- */

/* v1's SDK makes calls for which a backend has a token, good for one of them, one user and a few
 * minutes. Any visitor may try to sign up or in. A code is for the user of the session. */
static bool may_have(const struct session *session, const char *scope, const char *username)
{
    if (strcmp(scope, "codes.generate") == 0)
        return session->username && strcmp(username, session->username) == 0;
    return strcmp(scope, "auth.register") == 0 || strcmp(scope, "auth.login") == 0 ||
           strcmp(scope, "auth.temporary") == 0;
}

static bool give_token(struct request *request, const char *scope, const char *username)
{
    char *out, *token = NULL;
    lid_status status = lid_generate_service_token(client, scope, username, NULL, NULL, &out);
    bool is_done;

    if (status)
        return refuse_call(request, status, out, NULL);
    is_done = keep(request, &token, out, "/token") && give(request, "token", token, NULL);
    lid_free_string(out);
    free(token);
    return is_done;
}

static bool sdk_permit(struct request *request)
{
    char *scope = text_of(request, "/scope"), *username = text_of(request, "/username");
    bool is_done = false;

    if (scope && username)
        is_done = may_have(request->session, scope, username)
                      ? give_token(request, scope, username)
                      : refuse(request, 403, "not_permitted");
    free(scope);
    free(username);
    return is_done;
}

static bool sdk_sign_in(struct request *request)
{
    char *token = text_of(request, "/token");
    bool is_done = token && sign_in_user_of(request, token);

    free(token);
    return is_done;
}

/* The shop creates the transaction, with a nonce that the page never sees. */
static bool sdk_pay_begin(struct request *request)
{
    struct session *session = request->session;
    char *out;
    lid_status status = lid_create_tx(client, session->payment, session->username, NULL, &out);
    bool is_kept;

    if (status)
        return refuse_call(request, status, out, NULL);
    is_kept = keep(request, &session->nonce, out, "/nonce") &&
              keep(request, &session->tx_id, out, "/id");
    lid_free_string(out);
    return is_kept && give(request, "username", session->username, "payment", session->payment,
                           "id", session->tx_id, NULL);
}

static bool sdk_pay_complete(struct request *request)
{
    char *token = text_of(request, "/token");
    bool is_confirmed = token && is_proof(request, token);

    free(token);
    return is_confirmed;
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
    .sdk_pay_complete = sdk_pay_complete,
};

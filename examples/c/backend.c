/* A backend of LoginID's current service: it verifies a login, begins a session, lists and renames
 * passkeys, confirms a transaction, deletes the user, and shows an error. `make example` runs it
 * with an emulator of the service. */
#include <loginid.h>
#include <stdio.h>
#include <stdlib.h>

#include "emulator.h"

#define PAYLOAD "Pay 10.00 EUR to Grace"
/* Of the transaction. A backend keeps it with the order that is to be confirmed. */
#define NONCE "order-4711-a8f3"

/* One client serves all threads of a program. */
static lid_v2_client *client;

/* Of one user, from a login that was verified. The texts live as long as the document. */
struct session {
    lid_json *login;
    const char *username, *user_id;
};

/* Stops the program when something is not as expected. */
static void require(int as_expected, const char *what, const char *json)
{
    if (!as_expected) {
        fprintf(stderr, "FAILED: %s: %s\n", what, json ? json : "(nothing)");
        exit(1);
    }
}

/* Parses the JSON that a call has written, and frees its text. */
static lid_json *parsed(const char *what, lid_status status, lid_status expected, char *out)
{
    lid_json *document;
    require(status == expected, what, out);
    require(lid_json_parse(out, &document, NULL) == LID_OK, what, out);
    lid_free_string(out);
    return document;
}

static const char *text(const lid_json *document, const char *pointer)
{
    const char *value;
    require(lid_json_string(document, pointer, &value) == LID_OK, pointer, NULL);
    return value;
}

/* A token that the user's page sends. Here the emulator plays page and device. */
static char *from_page(const char *path, const char *json, const char *pointer)
{
    char *answer = emulator_post(path, json), *token;
    require(answer != NULL, "an answer of the emulator", path);
    require(lid_json_get(answer, pointer, &token) == LID_OK, pointer, answer);
    free(answer);
    return token;
}

/* The user is the one that the verified token names, whatever else the page may say. */
static struct session begin_session(const char *token)
{
    char *out;
    lid_status status = lid_v2_verify_token(client, token, NULL, &out);
    struct session session;
    session.login = parsed("verify_token", status, LID_OK, out);
    session.username = text(session.login, "/claims/username");
    session.user_id = text(session.login, "/claims/sub");
    printf("verify_token         a session for %s\n", session.username);
    return session;
}

/* By name, which needs the API key. Or give the user's token next, and NULL for the name. */
static void rename_passkey(const struct session *session, const char *name)
{
    char *out;
    lid_status status = lid_v2_list_passkeys(client, session->username, NULL, &out);
    lid_json *list = parsed("list_passkeys", status, LID_OK, out);
    const char *id = text(list, "/passkeys/0/id");
    printf("list_passkeys        %s\n", text(list, "/passkeys/0/name"));
    status = lid_v2_rename_passkey(client, id, name, session->username, NULL, &out);
    lid_json_free(parsed("rename_passkey", status, LID_OK, out));
    printf("rename_passkey       %s\n", name);
    lid_json_free(list);
}

/* What was paid for is what the backend stored, never what the page sends with the token. */
static void confirm_transaction(const struct session *session, const char *tx_token)
{
    char *out;
    lid_status status = lid_v2_verify_transaction(client, tx_token, PAYLOAD, NONCE,
                                                  session->username, &out);
    lid_json_free(parsed("verify_transaction", status, LID_OK, out));
    printf("verify_transaction   %s\n", PAYLOAD);
}

/* The second time there is no such user: what an error looks like. */
static void delete_user(const struct session *session)
{
    char *out;
    lid_status status = lid_v2_delete_user(client, session->user_id, &out);
    lid_json *error;
    lid_json_free(parsed("delete_user", status, LID_OK, out));
    status = lid_v2_delete_user(client, session->user_id, &out);
    error = parsed("delete_user", status, LID_ERROR_API, out);
    printf("delete_user          %s (%s): %s\n", lid_status_name(status),
           text(error, "/error/code"), text(error, "/error/message"));
    lid_json_free(error);
}

int main(void)
{
    char *out, *token, *tx_token;
    struct session session;
    lid_status status = lid_v2_new_from_env(&client, &out); /* LOGINID_V2_BASE_URL, … */
    lid_json_free(parsed("v2_new_from_env", status, LID_OK, out));

    token = from_page("v2/users/ada@example.com/login", "{}", "/jwtAccess");
    session = begin_session(token);
    rename_passkey(&session, "Ada's phone");
    tx_token = from_page("v2/tx/confirm", "{\"username\":\"ada@example.com\",\"txPayload\":\""
                         PAYLOAD "\",\"nonce\":\"" NONCE "\"}", "/token");
    confirm_transaction(&session, tx_token);
    delete_user(&session);

    lid_free_string(tx_token);
    lid_free_string(token);
    lid_json_free(session.login);
    lid_v2_free(client);
    puts("Everything was as expected.");
    return 0;
}

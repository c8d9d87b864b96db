/* A backend of LoginID's current service: it verifies a login, begins a session, manages
 * passkeys, confirms a transaction and deletes a user. Run it with `make example`, which starts
 * an emulator of the service first. */
#include <loginid.h>
#include <stdio.h>
#include <stdlib.h>

#include "emulator.h"

#define PERSON "ada@example.com"
#define PAYLOAD "Pay 10.00 EUR to Grace"
/* Of the transaction. A backend keeps it with the order that is to be confirmed. */
#define NONCE "order-4711-a8f3"

static lid_v2_client *client;

/* Stops the program when something is not as expected. */
static void require(int as_expected, const char *what, const char *json)
{
    if (!as_expected) {
        fprintf(stderr, "FAILED: %s: %s\n", what, json ? json : "(nothing)");
        exit(1);
    }
}

/* Reads a text of a JSON document, which lives as long as the document. */
static const char *text(const lid_json *document, const char *pointer)
{
    const char *value;
    require(lid_json_string(document, pointer, &value) == LID_OK, pointer, NULL);
    return value;
}

/* Parses the result of a call, which must have succeeded, and frees its text. */
static lid_json *result(const char *what, lid_status status, char *out)
{
    lid_json *document;
    require(status == LID_OK, what, out);
    require(lid_json_parse(out, &document, NULL) == LID_OK, what, out);
    lid_free_string(out);
    return document;
}

/* What a page sends after the user has logged in with a passkey. Here the emulator has the
 * user's device. */
static char *token_of_the_page(void)
{
    char *answer = emulator_post("v2/users/" PERSON "/login", "{}"), *token;
    require(answer != NULL, "a login from the emulator", NULL);
    require(lid_json_get(answer, "/jwtAccess", &token) == LID_OK, "jwtAccess", answer);
    free(answer);
    return token;
}

/* The user is whom the verified token names, never whom the page names. Returns the id. */
static char *begin_session(const char *token)
{
    char *out, *user_id;
    lid_status status = lid_v2_verify_token(client, token, NULL, &out);
    lid_json *verified;

    require(status == LID_OK, "verify_token", out);
    require(lid_json_get(out, "/claims/sub", &user_id) == LID_OK, "sub", out);
    verified = result("verify_token", status, out);
    printf("verify_token         a session for %s\n", text(verified, "/claims/username"));
    lid_json_free(verified);
    return user_id;
}

/* By the user's name with a grant, which needs the API key, and by the user's token. */
static void manage_passkeys(const char *token)
{
    char *out;
    lid_status status = lid_v2_list_passkeys(client, PERSON, NULL, &out);
    lid_json *list = result("list_passkeys", status, out);
    const char *id = text(list, "/passkeys/0/id");

    printf("list_passkeys        %s\n", text(list, "/passkeys/0/name"));
    status = lid_v2_rename_passkey(client, id, "Ada's phone", NULL, token, &out);
    lid_json_free(result("rename_passkey", status, out));
    lid_json_free(list);
    status = lid_v2_list_passkeys(client, NULL, token, &out);
    list = result("list_passkeys", status, out);
    printf("rename_passkey       %s\n", text(list, "/passkeys/0/name"));
    lid_json_free(list);
}

/* The page has confirmed the transaction and sends its token. */
static void confirm_transaction(void)
{
    char *answer = emulator_post("v2/tx/confirm", "{\"username\":\"" PERSON "\",\"txPayload\":\""
                                 PAYLOAD "\",\"nonce\":\"" NONCE "\"}");
    char *token, *out;
    lid_status status;

    require(answer != NULL, "a confirmation from the emulator", NULL);
    require(lid_json_get(answer, "/token", &token) == LID_OK, "token", answer);
    free(answer);
    status = lid_v2_verify_transaction(client, token, PAYLOAD, NONCE, PERSON, &out);
    lid_json_free(result("verify_transaction", status, out));
    printf("verify_transaction   %s\n", PAYLOAD);
    status = lid_v2_verify_transaction(client, token, "Pay 99.00 EUR to Eve", NONCE, PERSON, &out);
    require(status == LID_ERROR_CLAIM_MISMATCH, "another payload is refused", out);
    lid_free_string(out);
    /* It confirms a payment, and logs nobody in. */
    status = lid_v2_verify_token(client, token, NULL, &out);
    require(status == LID_ERROR_CLAIM_MISMATCH, "a confirmation is no login", out);
    lid_free_string(out);
    lid_free_string(token);
}

static void show_error(const char *user_id)
{
    char *out;
    lid_status status = lid_v2_delete_user(client, user_id, &out);
    lid_json *error;

    require(status == LID_ERROR_API, "a user who is gone", out);
    require(lid_json_parse(out, &error, NULL) == LID_OK, "an error object", out);
    printf("delete_user          %s (%s): %s\n", lid_status_name(status),
           text(error, "/error/code"), text(error, "/error/message"));
    lid_json_free(error);
    lid_free_string(out);
}

int main(void)
{
    char *out, *token, *user_id;
    lid_status status = lid_v2_new_from_env(&client, &out);

    require(status == LID_OK, "v2_new_from_env", out);
    lid_free_string(out);
    token = token_of_the_page();
    user_id = begin_session(token);
    manage_passkeys(token);
    confirm_transaction();
    status = lid_v2_delete_user(client, user_id, &out);
    lid_json_free(result("delete_user", status, out));
    show_error(user_id);
    lid_free_string(user_id);
    lid_free_string(token);
    lid_v2_free(client);
    puts("Everything was as expected.");
    return 0;
}

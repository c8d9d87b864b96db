/* The calls of libloginid, one after the other. Run it with `make example`,
 * which starts an emulator of the LoginID service first. */
#define _POSIX_C_SOURCE 200809L

#include <loginid.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emulator.h"

#define USER "ada@example.com"
#define PURPOSE "temporary_authentication"
#define PAYLOAD "Pay 10.00 EUR to Grace"

static lid_client *client;

/* Stops the program when something is not as expected. */
static void require(int as_expected, const char *what, const char *json)
{
    if (!as_expected) {
        fprintf(stderr, "FAILED: %s: %s\n", what, json ? json : "(nothing)");
        exit(1);
    }
}

/* Prints a step and its result, which the caller frees. Takes the address of
 * `out`, because C may read an argument before the call in another one. */
static void step(const char *what, lid_status status, char **out)
{
    require(status == LID_OK, what, *out);
    printf("%-26s %s\n", what, *out);
}

/* The same, for results that are only printed. */
static void show(const char *what, lid_status status, char **out)
{
    step(what, status, out);
    lid_free_string(*out);
}

/* One value of a JSON text, by its RFC 6901 pointer. */
static char *get(const char *json, const char *pointer)
{
    char *value;
    require(lid_json_get(json, pointer, &value) == LID_OK, pointer, json);
    return value;
}

static void expect(const char *json, const char *pointer, const char *expected)
{
    char *value = get(json, pointer);
    require(strcmp(value, expected) == 0, pointer, json);
    lid_free_string(value);
}

/* The thread that waits, like the server of a login page. */
static void *wait_for_code(void *code)
{
    char *out;
    lid_status status = lid_wait_code(client, USER, code, "short", 10000, NULL, &out);
    step("wait_code", status, &out);
    return out;
}

/* A code on one device, confirmed on another, logs the user in. */
static void log_in_with_code(void)
{
    pthread_t waiting;
    void *response;
    char *out, *code, *jwt;

    lid_status status = lid_generate_code(client, "short", PURPOSE, false, NULL, USER, &out);
    step("generate_code", status, &out);
    code = get(out, "/code");
    lid_free_string(out);
    require(pthread_create(&waiting, NULL, wait_for_code, code) == 0, "a thread", NULL);
    status = lid_authorize_code(client, code, "short", PURPOSE, NULL, USER, &out);
    show("authorize_code", status, &out);
    require(pthread_join(waiting, &response) == 0, "the thread's end", NULL);

    jwt = get(response, "/jwt");
    status = lid_verify_token(client, jwt, USER, &out);
    step("verify_token", status, &out);
    expect(out, "/claims/udata", USER);
    lid_free_string(out);
    status = lid_invalidate_all_codes(client, "short", PURPOSE, NULL, USER, &out);
    show("invalidate_all_codes", status, &out);
    lid_free_string(jwt);
    lid_free_string(code);
    lid_free_string(response);
}

/* Reads several values of one answer: it is parsed once, and its texts live until the
 * document is freed. */
static void list_credentials(const char *json)
{
    lid_json *answer;
    size_t count, i;

    require(lid_json_parse(json, &answer, NULL) == LID_OK, "json_parse", json);
    require(lid_json_count(answer, "/credentials", &count) == LID_OK, "credentials", json);
    for (i = 0; i < count; i++) {
        const char *name, *type;
        char pointer[64];

        snprintf(pointer, sizeof pointer, "/credentials/%lu/name", (unsigned long)i);
        lid_json_string(answer, pointer, &name);
        snprintf(pointer, sizeof pointer, "/credentials/%lu/type", (unsigned long)i);
        lid_json_string(answer, pointer, &type);
        /* NULL for a value that is not there. */
        printf("%-26s %s (%s)\n", "  a credential", name ? name : "-", type ? type : "-");
    }
    lid_json_free(answer);
}

/* Options with a text of the user's: quoted, it stays one value. */
static void begin_registration(const char *display_name)
{
    char options[256];
    char *out, *quoted;
    lid_status status = lid_json_quote(display_name, &quoted);

    require(status == LID_OK, "json_quote", quoted);
    snprintf(options, sizeof options, "{\"display_name\":%s}", quoted);
    lid_free_string(quoted);
    status = lid_register_fido2_init(client, "grace@example.com", options, &out);
    step("register_fido2_init", status, &out);
    expect(out, "/attestation_payload/user/displayName", display_name);
    lid_free_string(out);
}

static void manage_credentials(void)
{
    char *out, *uuid;
    char *added = emulator_post("users/" USER "/credentials",
                                "{\"type\":\"fido2\",\"name\":\"phone\"}");

    require(added != NULL, "a credential from the emulator", NULL);
    free(added);
    step("get_credentials", lid_get_credentials(client, "active", NULL, USER, &out), &out);
    list_credentials(out);
    uuid = get(out, "/credentials/0/uuid");
    lid_free_string(out);
    step("rename_credential", lid_rename_credential(client, uuid, "work phone", NULL, USER, &out), &out);
    expect(out, "/credential/name", "work phone");
    lid_free_string(out);
    step("revoke_credential", lid_revoke_credential(client, uuid, NULL, USER, &out), &out);
    expect(out, "/credential/status", "revoked");
    lid_free_string(out);
    lid_free_string(uuid);
}

static void confirm_transaction(void)
{
    char path[256];
    char *out, *id, *nonce, *confirmed, *jwt;
    lid_status status;

    step("create_tx", lid_create_tx(client, PAYLOAD, USER, NULL, &out), &out);
    id = get(out, "/id");
    nonce = get(out, "/nonce");
    lid_free_string(out);
    snprintf(path, sizeof path, "tx/%s/confirm", id);
    confirmed = emulator_post(path, "{\"username\":\"" USER "\"}");
    require(confirmed != NULL, "a confirmation from the emulator", NULL);
    jwt = get(confirmed, "/jwt");
    show("verify_transaction", lid_verify_transaction(client, jwt, PAYLOAD, nonce, &out), &out);

    /* The same token does not confirm anything else. */
    status = lid_verify_transaction(client, jwt, "Pay 99.00 EUR", nonce, &out);
    require(status == LID_ERROR_CLAIM_MISMATCH, "another payload is refused", out);
    lid_free_string(out);
    free(confirmed);
    lid_free_string(jwt);
    lid_free_string(nonce);
    lid_free_string(id);
}

int main(void)
{
    char *out, *user_id;
    lid_status status;

    printf("libloginid %s\n", lid_version());
    show("new_from_env", lid_new_from_env(&client, &out), &out);
    show("add_user", lid_add_user_without_credentials(client, USER, &out), &out);
    step("get_user", lid_get_user(client, USER, &out), &out);
    expect(out, "/username", USER);
    user_id = get(out, "/id");
    lid_free_string(out);

    begin_registration("Grace \"Amazing\" Hopper");
    log_in_with_code();
    manage_credentials();
    confirm_transaction();

    show("deactivate_user_by_id", lid_deactivate_user_by_id(client, user_id, &out), &out);
    show("activate_user_by_id", lid_activate_user_by_id(client, user_id, &out), &out);
    show("delete_by_user_id", lid_delete_by_user_id(client, user_id, &out), &out);

    /* An example of an error. */
    status = lid_get_user(client, USER, &out);
    require(status == LID_ERROR_API, "an error for a deleted user", out);
    printf("%-26s %s\n", lid_status_name(status), out);
    expect(out, "/error/code", "user_not_found");
    lid_free_string(out);

    lid_free_string(user_id);
    lid_free(client);
    puts("Everything was as expected.");
    return 0;
}

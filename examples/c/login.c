/* Logging users in on the server's side: with a password, and with a key pair
 * that a program of the user's holds. Run it with `make example`, which starts
 * an emulator of the LoginID service first. */
#include <loginid.h>
#include <stdio.h>
#include <stdlib.h>

#include "emulator.h"

#define PERSON "ada@example.com"
#define PROGRAM "build-server"
#define PASSWORD "correct horse battery staple"

static lid_client *client;

/* Stops the program when something is not as expected. */
static void require(int as_expected, const char *what, const char *json)
{
    if (!as_expected) {
        fprintf(stderr, "FAILED: %s: %s\n", what, json ? json : "(nothing)");
        exit(1);
    }
}

/* One value of a JSON text, by its RFC 6901 pointer. */
static char *get(const char *json, const char *pointer)
{
    char *value;
    require(lid_json_get(json, pointer, &value) == LID_OK, pointer, json);
    return value;
}

/* A server's use of an authentication response, whose jwt the library has verified: it
 * begins a session for the user in it. */
static void begin_session(const char *what, lid_status status, char **out)
{
    const char *user_id, *username, *kind;
    lid_json *answer;

    require(status == LID_OK, what, *out);
    require(lid_json_parse(*out, &answer, NULL) == LID_OK, "json_parse", *out);
    require(lid_json_string(answer, "/user/id", &user_id) == LID_OK
            && lid_json_string(answer, "/user/username", &username) == LID_OK
            && lid_json_string(answer, "/credential/type", &kind) == LID_OK, what, *out);
    printf("%-34s %s (%s) is in by %s\n", what, username, user_id, kind);
    lid_json_free(answer);
    lid_free_string(*out);
}

static void log_in_with_password(void)
{
    char *out, *code;
    lid_status status = lid_register_password(client, PERSON, PASSWORD, &out);

    begin_session("register_password", status, &out);
    status = lid_authenticate_password(client, PERSON, PASSWORD, &out);
    begin_session("authenticate_password", status, &out);

    /* A wrong password: tell the user no more than that. */
    status = lid_authenticate_password(client, PERSON, "a guess", &out);
    require(status == LID_ERROR_API, "a wrong password is refused", out);
    code = get(out, "/error/code");
    printf("%-34s %s\n", "authenticate_password", code);
    lid_free_string(code);
    lid_free_string(out);
}

/* The user's program signs the challenge. Here the emulator does it, because the
 * server does not have the private key. */
static char *sign(const char *key_pair, const char *challenge)
{
    char order[1024];
    char *signature, *assertion;
    int length = snprintf(order, sizeof order, "{\"key_pair\":%s,\"challenge\":%s}",
                          key_pair, challenge);

    require(length > 0 && (size_t)length < sizeof order, "room for the order", NULL);
    signature = emulator_post("users/" PROGRAM "/sign-assertion", order);
    require(signature != NULL, "an assertion from the emulator", NULL);
    assertion = get(signature, "/assertion");
    free(signature);
    return assertion;
}

static void log_in_with_key(void)
{
    char *out, *key_pair, *public_key, *challenge, *id, *assertion;
    lid_status status = lid_generate_key_pair(&key_pair);

    require(status == LID_OK, "generate_key_pair", key_pair);
    public_key = get(key_pair, "/public_key");
    status = lid_add_user_without_credentials(client, PROGRAM, &out);
    require(status == LID_OK, "add_user_without_credentials", out);
    lid_free_string(out);
    status = lid_add_publickey_credential(client, public_key, NULL, NULL, PROGRAM, NULL, &out);
    begin_session("add_publickey_credential", status, &out);

    status = lid_authenticate_publickey_init(client, PROGRAM, public_key, NULL, &challenge);
    require(status == LID_OK, "authenticate_publickey_init", challenge);
    id = get(challenge, "/challenge_id");
    assertion = sign(key_pair, challenge);
    status = lid_authenticate_publickey_complete(client, PROGRAM, id, assertion, &out);
    begin_session("authenticate_publickey_complete", status, &out);

    lid_free_string(assertion);
    lid_free_string(id);
    lid_free_string(challenge);
    lid_free_string(public_key);
    lid_free_string(key_pair);
}

int main(void)
{
    char *out;
    lid_status status = lid_new_from_env(&client, &out);

    require(status == LID_OK, "new_from_env", out);
    lid_free_string(out);
    log_in_with_password();
    log_in_with_key();
    lid_free(client);
    puts("Everything was as expected.");
    return 0;
}

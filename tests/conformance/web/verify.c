/* Verifies the tokens that pages got from the current service. Each line of the input is a JSON
 * object: {"token", "username"} of a log-in, or {"token", "username", "payload", "nonce"} of a
 * transaction. Prints how many were verified; the first one that is refused ends the program. */
#include <loginid.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_BYTES 20000

static void require(int as_expected, const char *what, const char *json)
{
    if (!as_expected) {
        fprintf(stderr, "FAILED: %s: %s\n", what, json ? json : "(nothing)");
        exit(1);
    }
}

/* A member of a document, which lives as long as the document. */
static const char *text(const lid_json *document, const char *pointer)
{
    const char *value;
    require(lid_json_string(document, pointer, &value) == LID_OK, pointer, NULL);
    return value;
}

/* The verified token must name the user. */
static void require_user(const char *verified, const char *username)
{
    char *claimed;
    require(lid_json_get(verified, "/claims/username", &claimed) == LID_OK, "username", verified);
    require(strcmp(claimed, username) == 0, "username", verified);
    lid_free_string(claimed);
}

int main(void)
{
    static char line[LINE_BYTES];
    int logins = 0, transactions = 0;
    lid_v2_client *client;
    char *out;
    lid_status status = lid_v2_new_from_env(&client, &out);

    require(status == LID_OK, "new_from_env", out);
    lid_free_string(out);
    while (fgets(line, sizeof line, stdin) != NULL) {
        lid_json *given;
        const char *token, *username;

        require(strchr(line, '\n') != NULL, "a line that is too long", NULL);
        require(lid_json_parse(line, &given, NULL) == LID_OK, "JSON", line);
        token = text(given, "/token");
        username = text(given, "/username");
        if (lid_json_type(given, "/payload") == LID_JSON_ABSENT) {
            status = lid_v2_verify_token(client, token, username, &out);
            require(status == LID_OK, "verify_token", out);
            logins++;
        } else {
            status = lid_v2_verify_transaction(client, token, text(given, "/payload"),
                                               text(given, "/nonce"), username, &out);
            require(status == LID_OK, "verify_transaction", out);
            transactions++;
        }
        require_user(out, username);
        lid_free_string(out);
        lid_json_free(given);
    }
    lid_v2_free(client);
    printf("verified in C: %d log-ins, %d transactions\n", logins, transactions);
    return 0;
}

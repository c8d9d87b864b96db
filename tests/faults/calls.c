/* Calls the library while system calls fail. Waits for a line first, so that the
 * faults begin with the first call and not with the program.
 *
 * Every call gives its right answer or an error. With "once" as the argument a
 * fault happens once only: the call after a failed one has to succeed. */
#include <loginid.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int recovers;
static int failures;
static lid_client *client;

static lid_status make(char **out)
{
    return lid_new_with_config(getenv("FAULT_CONFIG"), &client, out);
}

static lid_status user(char **out)
{
    return lid_get_user(client, "ann", out);
}

static lid_status sign(char **out)
{
    return lid_generate_service_token(client, "users.list", NULL, NULL, NULL, out);
}

static lid_status verify(char **out)
{
    return lid_verify_token(client, getenv("FAULT_TOKEN"), NULL, out);
}

static lid_status key_pair(char **out)
{
    return lid_generate_key_pair(out);
}

static void require(int as_expected, const char *what, const char *text)
{
    if (!as_expected) {
        fprintf(stderr, "WRONG: %s: %s\n", what, text ? text : "(nothing)");
        exit(1);
    }
}

/* Calls until it succeeds, at most twice. */
static int call(const char *what, lid_status (*function)(char **), const char *expected)
{
    char *out = NULL;
    lid_status status = function(&out);

    if (status != LID_OK) {
        require(out != NULL && strncmp(out, "{\"error\":{\"status\":\"LID_ERROR_", 29) == 0, what, out);
        printf("%s: %s\n", what, out);
        lid_free_string(out);
        require(!recovers || failures == 0, what, "failed once more");
        failures++;
        status = function(&out);
        if (status != LID_OK) {
            require(!recovers, what, out);
            lid_free_string(out);
            return 0;
        }
    }
    require(out != NULL && strstr(out, expected) != NULL, what, out);
    lid_free_string(out);
    return 1;
}

int main(int count, char **arguments)
{
    recovers = count > 1 && strcmp(arguments[1], "once") == 0;
    if (getchar() == EOF)
        return 2;
    if (call("lid_new_with_config", make, "{}")) {
        call("lid_get_user", user, "\"username\":\"ann\"");
        call("lid_generate_service_token", sign, "{\"token\":\"ey");
        call("lid_verify_token", verify, "{\"valid\":true,");
        call("lid_get_user", user, "\"username\":\"ann\"");
        lid_free(client);
    }
    call("lid_generate_key_pair", key_pair, "PRIVATE KEY");
    puts("done");
    return 0;
}

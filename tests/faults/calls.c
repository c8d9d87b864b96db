/* Calls the library while system calls fail. Waits for a line first, so that the
 * faults begin with the first call and not with the program.
 *
 * Every call must give the right answer or an error that FAULT_STATUSES names, within
 * FAULT_LIMIT_MS. With "once" as the first argument a fault happens once only: the call
 * after a failed one has to succeed. The second argument names the service: v1 or v2. */
#define _POSIX_C_SOURCE 200809L

#include <loginid.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int recovers;
static int failures;
static lid_client *client;
static lid_v2_client *v2_client;
static lid_cancel *cancel;

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

static lid_status code(char **out)
{
    return lid_generate_code(client, "short", "temporary_authentication", true, NULL, "ann", out);
}

/* With a new code each time: a failed wait may have used its code. */
static lid_status wait(char **out)
{
    char *made, *found;
    lid_status status = code(&made);

    if (status != LID_OK) {
        *out = made;
        return status;
    }
    status = lid_json_get(made, "/code", &found);
    lid_free_string(made);
    if (status != LID_OK) {
        *out = found;
        return status;
    }
    /* The time limit covers both calls: this one gets the rest. */
    status = lid_wait_code(client, "ann", found, "short", 1500, cancel, out);
    lid_free_string(found);
    return status;
}

static lid_status key_pair(char **out)
{
    return lid_generate_key_pair(out);
}

static lid_status v2_make(char **out)
{
    return lid_v2_new_with_config(getenv("FAULT_CONFIG"), &v2_client, out);
}

static lid_status v2_verify(char **out)
{
    return lid_v2_verify_token(v2_client, getenv("FAULT_TOKEN"), "ann", out);
}

static lid_status v2_verify_remote(char **out)
{
    return lid_v2_verify_token_remote(v2_client, getenv("FAULT_TOKEN"), out);
}

static lid_status v2_list_with_a_grant(char **out)
{
    return lid_v2_list_passkeys(v2_client, "ann", NULL, out);
}

static lid_status v2_list(char **out)
{
    return lid_v2_list_passkeys(v2_client, NULL, getenv("FAULT_TOKEN"), out);
}

static lid_status v2_otp_with_a_grant(char **out)
{
    return lid_v2_create_otp(v2_client, "ann", NULL, out);
}

static lid_status v2_external_auth(char **out)
{
    return lid_v2_create_external_auth(v2_client, "ann", out);
}

static void require(int as_expected, const char *what, const char *text)
{
    if (!as_expected) {
        fprintf(stderr, "WRONG: %s: %s\n", what, text ? text : "(nothing)");
        exit(1);
    }
}

static const char *setting(const char *name)
{
    const char *value = getenv(name);

    require(value != NULL, name, "not set");
    return value;
}

static double now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1000.0 + (double)now.tv_nsec / 1e6;
}

static lid_status in_time(const char *what, lid_status (*function)(char **), char **out)
{
    double started = now_ms();
    lid_status status = function(out);

    require(now_ms() - started <= atof(setting("FAULT_LIMIT_MS")), what, "too late");
    return status;
}

/* Records a failure. If faults happen only once, the next call must succeed. */
static void failed(const char *what, const char *text)
{
    printf("%s: %s\n", what, text);
    require(!recovers || failures == 0, what, "failed once more");
    failures++;
}

/* Calls until it succeeds, at most twice. */
static int call(const char *what, lid_status (*function)(char **), const char *expected)
{
    char *out = NULL;
    lid_status status = in_time(what, function, &out);

    if (status != LID_OK) {
        require(out != NULL && strncmp(out, "{\"error\":{\"status\":\"LID_ERROR_", 29) == 0, what, out);
        require(strstr(setting("FAULT_STATUSES"), lid_status_name(status)) != NULL, what, out);
        failed(what, out);
        lid_free_string(out);
        status = in_time(what, function, &out);
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

static void v1_calls(void)
{
    if (call("lid_new_with_config", make, "{}")) {
        call("lid_get_user", user, "\"username\":\"ann\"");
        call("lid_generate_service_token", sign, "{\"token\":\"ey");
        call("lid_verify_token", verify, "{\"valid\":true,");
        call("lid_get_user", user, "\"username\":\"ann\"");
        call("lid_generate_code", code, "\"is_authorized\":true");
        cancel = lid_cancel_new();
        require(cancel != NULL, "lid_cancel_new", "NULL");
        call("lid_wait_code", wait, "\"is_authenticated\":true");
        lid_cancel_free(cancel);
        lid_free(client);
    }
    call("lid_generate_key_pair", key_pair, "PRIVATE KEY");
}

static void v2_calls(void)
{
    if (call("lid_v2_new_with_config", v2_make, "{}")) {
        call("lid_v2_list_passkeys", v2_list_with_a_grant, "{\"passkeys\":[{");
        call("lid_v2_verify_token", v2_verify, "{\"valid\":true,");
        call("lid_v2_list_passkeys", v2_list, "{\"passkeys\":[{");
        call("lid_v2_create_otp", v2_otp_with_a_grant, "\"code\":\"");
        call("lid_v2_verify_token_remote", v2_verify_remote, "{}");
        call("lid_v2_create_external_auth", v2_external_auth, "{\"token\":\"");
        lid_v2_free(v2_client);
    }
}

int main(int count, char **arguments)
{
    if (count != 3 || getchar() == EOF)
        return 2;
    recovers = strcmp(arguments[1], "once") == 0;
    if (strcmp(arguments[2], "v2") == 0)
        v2_calls();
    else
        v1_calls();
    puts("done");
    return 0;
}

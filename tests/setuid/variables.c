/* Shows the effect of the environment variables. Prints one line for each constructor:
 * its status and the message. */
#include <loginid.h>
#include <stdio.h>
#include <sys/auxv.h>

static void print(const char *what, lid_status status, lid_client *client, char *out)
{
    printf("%s: %s %s\n", what, lid_status_name(status), out);
    lid_free_string(out);
    lid_free(client);
}

int main(void)
{
    lid_client *client;
    char *out;
    lid_status status;

    printf("secure: %lu\n", getauxval(AT_SECURE));
    status = lid_new_from_env(&client, &out);
    print("environment", status, client, out);
    status = lid_new_with_config(
        "{\"client_id\":\"a\",\"proxy\":\"env\",\"allow_http\":true,"
        "\"base_url\":\"http://elsewhere.invalid\"}",
        &client, &out);
    print("proxy", status, client, out);
    status = lid_new_with_config("{\"client_id\":\"a\",\"base_url\":\"https://elsewhere.invalid\"}",
                                 &client, &out);
    print("roots", status, client, out);
    return 0;
}

/* Shows the effect of the environment variables. Prints one line for each constructor:
 * its status and the message. */
#include <loginid.h>
#include <stdio.h>
#include <sys/auxv.h>

static void print(const char *what, lid_status status, char *out)
{
    printf("%s: %s %s\n", what, lid_status_name(status), out);
    lid_free_string(out);
}

static void v1(const char *what, const char *config)
{
    lid_client *client;
    char *out;
    lid_status status = config ? lid_new_with_config(config, &client, &out)
                               : lid_new_from_env(&client, &out);

    print(what, status, out);
    lid_free(client);
}

static void v2(const char *what, const char *config)
{
    lid_v2_client *client;
    char *out;
    lid_status status = config ? lid_v2_new_with_config(config, &client, &out)
                               : lid_v2_new_from_env(&client, &out);

    print(what, status, out);
    lid_v2_free(client);
}

int main(void)
{
    printf("secure: %lu\n", getauxval(AT_SECURE));
    v1("environment", NULL);
    v1("proxy", "{\"client_id\":\"a\",\"proxy\":\"env\",\"allow_http\":true,"
                "\"base_url\":\"http://elsewhere.invalid\"}");
    v1("roots", "{\"client_id\":\"a\",\"base_url\":\"https://elsewhere.invalid\"}");
    v2("v2 environment", NULL);
    v2("v2 proxy", "{\"proxy\":\"env\",\"allow_http\":true,"
                   "\"base_url\":\"http://elsewhere.invalid\"}");
    v2("v2 roots", "{\"base_url\":\"https://elsewhere.invalid\"}");
    return 0;
}

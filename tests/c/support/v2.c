/* Clients of the current service, and what the emulator's control API does for it. */
#include "../support.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

const char *v2_base_url(void)
{
    return getenv("LOGINID_V2_BASE_URL");
}

const char *v2_application_id(void)
{
    return getenv("LOGINID_V2_APPLICATION_ID");
}

const char *v2_api_key(void)
{
    return getenv("LOGINID_V2_API_KEY");
}

lid_v2_client *new_v2_client(void)
{
    lid_v2_client *client;

    OK(lid_v2_new_from_env(&client, &out));
    CHECK(strcmp(out, "{}") == 0);
    return keep_v2_client(client);
}

lid_v2_client *v2_client_with(const char *url, const char *api_key, const char *members)
{
    const char *key = api_key != NULL ? text(",\"api_key\":%s", quoted(api_key)) : "";
    lid_v2_client *client;

    OK(lid_v2_new_with_config(text("{\"base_url\":%s%s%s}", quoted(url), key, members), &client,
                              &out));
    return keep_v2_client(client);
}

lid_v2_client *v2_client_with_scopes(const char *scopes)
{
    const char *added =
        emulator("POST", "v2/api-keys", text("{\"scopes\":%s}", quoted(scopes)));

    return v2_client_with(v2_base_url(), json_at(added, "/api_key"), "");
}

const char *v2_login(const char *username)
{
    return emulator("POST", text("v2/users/%s/login", username), "{}");
}

static const char *of_device(const char *path, const char *options)
{
    const char *answer;
    int status = http(getenv("TEST_DEVICE_URL"), "POST", path, "", options, &answer);

    if (status != 200)
        FAIL("the device: %d %s", status, answer);
    return answer;
}

const char *passkey_of_device(const char *options)
{
    return of_device("/created", options);
}

const char *signature_of_device(const char *options)
{
    return of_device("/signed", options);
}

const char *v2_sign_up(const lid_v2_client *client, const char *username)
{
    const char *passkey, *session;

    OK(lid_v2_register_init(client, username, NULL, NULL, &out));
    passkey = passkey_of_device(get("/registrationRequestOptions"));
    session = get("/session");
    OK(lid_v2_register_complete(client, session, passkey, "Laptop", &out));
    return copy(out);
}

const char *v2_sent_code(const char *username)
{
    return json_at(emulator("GET", text("v2/otp?username=%s", username), ""), "/code");
}

const char *v2_token(const char *claims)
{
    const char *made = emulator("POST", "v2/tokens", text("{\"claims\":%s}", claims));

    return json_at(made, "/token");
}

const char *v2_claims(const char *rest)
{
    long now = (long)time(NULL);

    return text("{\"iss\":%s,\"aud\":%s,\"sub\":\"user-1\",\"username\":\"" USER "\",\"iat\":%ld,"
                "\"exp\":%ld,\"tokenType\":\"jwtAccess\"%s",
                quoted(v2_base_url()), quoted(v2_application_id()), now, now + 600, rest);
}

/* What each call of the current service sends. The table is written from the protocol, not from
 * the library; its requests are compared with what the emulator received.
 *
 * `--table` prints the names in it: the runner demands that no function of the header is missing. */
#include "support.h"

#include <stdio.h>
#include <string.h>

/* Tokens and sessions that the service does not know: only what it received is looked at. */
#define TOKEN "user.token"
#define SESSION "a-session-of-the-service"
#define AGENT "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"

/* What a page sends: PublicKeyCredential.toJSON(), with members that the service does not know. */
#define CREDENTIAL_HEAD \
    "{\"id\":\"aWQ\",\"rawId\":\"aWQ\",\"type\":\"public-key\"," \
    "\"authenticatorAttachment\":\"platform\",\"clientExtensionResults\":{},\"response\":{"
#define CREATED                                                                                \
    CREDENTIAL_HEAD "\"clientDataJSON\":\"e30\",\"attestationObject\":\"b2Jq\","               \
    "\"authenticatorData\":\"ZGF0YQ\",\"publicKey\":\"a2V5\",\"publicKeyAlgorithm\":-7,"       \
    "\"transports\":[\"internal\",\"hybrid\"]}}"
#define SIGNED                                                                                 \
    CREDENTIAL_HEAD "\"clientDataJSON\":\"e30\",\"authenticatorData\":\"ZGF0YQ\","             \
    "\"signature\":\"c2ln\",\"userHandle\":\"dXNlcg\"}}"
#define SIGNED_WITHOUT_USER                                                                    \
    CREDENTIAL_HEAD "\"clientDataJSON\":\"e30\",\"authenticatorData\":\"ZGF0YQ\","             \
    "\"signature\":\"c2ln\",\"userHandle\":null}}"

/* The same with the names of the service. */
#define CREATION                                                                               \
    "{\"attestationObject\":\"b2Jq\",\"clientDataJSON\":\"e30\",\"credentialId\":\"aWQ\"}"
#define WHOLE_CREATION                                                                         \
    "{\"attestationObject\":\"b2Jq\",\"authenticatorData\":\"ZGF0YQ\",\"clientDataJSON\":\"e30\"," \
    "\"credentialId\":\"aWQ\",\"publicKey\":\"a2V5\",\"publicKeyAlgorithm\":-7,"               \
    "\"transports\":[\"internal\",\"hybrid\"]}"
#define ASSERTION                                                                              \
    "{\"authenticatorData\":\"ZGF0YQ\",\"clientDataJSON\":\"e30\",\"credentialId\":\"aWQ\","   \
    "\"signature\":\"c2ln\"}"
#define ASSERTION_WITH_USER                                                                    \
    "{\"authenticatorData\":\"ZGF0YQ\",\"clientDataJSON\":\"e30\",\"credentialId\":\"aWQ\","   \
    "\"signature\":\"c2ln\",\"userHandle\":\"dXNlcg\"}"
#define CONFIRMATION                                                                           \
    "{\"keyHandle\":\"aWQ\",\"clientData\":\"e30\",\"authenticatorData\":\"ZGF0YQ\","          \
    "\"signature\":\"c2ln\"}"

typedef const lid_v2_client client_t;

static lid_status verify_token(client_t *c, char **o)
{
    return lid_v2_verify_token(c, v2_token(v2_claims("}")), NULL, o);
}
static lid_status verify_token_remote(client_t *c, char **o)
{
    return lid_v2_verify_token_remote(c, TOKEN, o);
}
static lid_status verify_transaction(client_t *c, char **o)
{
    const char *made = emulator("POST", "v2/tx/confirm",
                                "{\"username\":\"ann\",\"txPayload\":\"pay\",\"nonce\":\"n-1\"}");

    return lid_v2_verify_transaction(c, json_at(made, "/token"), "pay", "n-1", NULL, o);
}
static lid_status create_grant(client_t *c, char **o)
{
    return lid_v2_create_grant(c, "ann", "passkey:read passkey:write", o);
}
static lid_status create_grant_oddly_spaced(client_t *c, char **o)
{
    return lid_v2_create_grant(c, "ann", "  reg:write  ", o);
}
static lid_status create_external_auth(client_t *c, char **o)
{
    return lid_v2_create_external_auth(c, "ann", o);
}
static lid_status list_passkeys(client_t *c, char **o)
{
    return lid_v2_list_passkeys(c, NULL, TOKEN, o);
}
static lid_status list_passkeys_of(client_t *c, char **o)
{
    return lid_v2_list_passkeys(c, USER, NULL, o);
}
static lid_status rename_passkey(client_t *c, char **o)
{
    return lid_v2_rename_passkey(c, "PASSKEY1", "My \"key\"", NULL, TOKEN, o);
}
static lid_status rename_passkey_of(client_t *c, char **o)
{
    return lid_v2_rename_passkey(c, "a/b?c d%\xc3\xbc", "My key", USER, NULL, o);
}
static lid_status delete_passkey(client_t *c, char **o)
{
    return lid_v2_delete_passkey(c, "PASSKEY1", NULL, TOKEN, o);
}
static lid_status delete_passkey_of(client_t *c, char **o)
{
    return lid_v2_delete_passkey(c, "PASSKEY1", USER, NULL, o);
}
static lid_status get_authenticator(client_t *c, char **o)
{
    return lid_v2_get_authenticator(c, "bada5566-a7aa-401f-bd96-45619a55120d", NULL, TOKEN, o);
}
static lid_status get_authenticator_for(client_t *c, char **o)
{
    return lid_v2_get_authenticator(c, "bada5566-a7aa-401f-bd96-45619a55120d", USER, NULL, o);
}
static lid_status create_otp(client_t *c, char **o)
{
    return lid_v2_create_otp(c, NULL, TOKEN, o);
}
static lid_status create_otp_of(client_t *c, char **o)
{
    return lid_v2_create_otp(c, USER, NULL, o);
}
static lid_status send_otp_email(client_t *c, char **o)
{
    return lid_v2_send_otp_email(c, "ann", NULL, o);
}
static lid_status send_otp_email_typed(client_t *c, char **o)
{
    return lid_v2_send_otp_email(c, "ann@example.com", "email", o);
}
static lid_status send_otp_sms(client_t *c, char **o)
{
    return lid_v2_send_otp_sms(c, "ann", NULL, o);
}
static lid_status send_otp_sms_typed(client_t *c, char **o)
{
    return lid_v2_send_otp_sms(c, "+4915112345678", "phone", o);
}
static lid_status verify_otp(client_t *c, char **o)
{
    return lid_v2_verify_otp(c, "ann", "012345", NULL, o);
}
static lid_status verify_otp_typed(client_t *c, char **o)
{
    return lid_v2_verify_otp(c, "ann@example.com", "012345", "email", o);
}
static lid_status delete_user(client_t *c, char **o)
{
    return lid_v2_delete_user(c, "USER/1", o);
}
static lid_status set_email(client_t *c, char **o)
{
    return lid_v2_set_email(c, "USER1", "ann@example.com", true, o);
}
static lid_status set_email_quietly(client_t *c, char **o)
{
    return lid_v2_set_email(c, "USER1", "ann@example.com", false, o);
}
static lid_status remove_email(client_t *c, char **o)
{
    return lid_v2_remove_email(c, "USER1", "ann@example.com", o);
}
static lid_status verify_email(client_t *c, char **o)
{
    return lid_v2_verify_email(c, "ann", "012345", o);
}
static lid_status set_phone(client_t *c, char **o)
{
    return lid_v2_set_phone(c, "USER1", "+4915112345678", true, true, o);
}
static lid_status set_phone_quietly(client_t *c, char **o)
{
    return lid_v2_set_phone(c, "USER1", "+4915112345678", false, false, o);
}
static lid_status remove_phone(client_t *c, char **o)
{
    return lid_v2_remove_phone(c, "USER1", o);
}
static lid_status verify_phone(client_t *c, char **o)
{
    return lid_v2_verify_phone(c, "ann", "012345", o);
}
static lid_status register_init(client_t *c, char **o)
{
    return lid_v2_register_init(c, "ann", NULL, NULL, o);
}
static lid_status register_init_in_full(client_t *c, char **o)
{
    return lid_v2_register_init(c, "ann@example.com",
                                "{\"username_type\":\"email\",\"display_name\":\"Ann\","
                                "\"security_key\":true,\"conditional_create\":false,"
                                "\"device_info\":{\"deviceId\":\"d1\",\"screen\":{\"x\":1.50}},"
                                "\"user_agent\":\"" AGENT "\"}",
                                TOKEN, o);
}
static lid_status register_init_in_part(client_t *c, char **o)
{
    return lid_v2_register_init(c, "ann", "{\"conditional_create\":true}", NULL, o);
}
static lid_status register_complete(client_t *c, char **o)
{
    return lid_v2_register_complete(c, SESSION, CREATED, "My key", o);
}
static lid_status register_complete_named(client_t *c, char **o)
{
    return lid_v2_register_complete(c, SESSION, CREATION, NULL, o);
}
static lid_status authenticate_init(client_t *c, char **o)
{
    return lid_v2_authenticate_init(c, "ann", NULL, o);
}
static lid_status authenticate_init_without_name(client_t *c, char **o)
{
    return lid_v2_authenticate_init(c, NULL, "{}", o);
}
static lid_status authenticate_init_in_full(client_t *c, char **o)
{
    return lid_v2_authenticate_init(c, "+4915112345678",
                                    "{\"username_type\":\"phone\",\"device_info\":{\"a\":[]},"
                                    "\"user_agent\":\"" AGENT "\"}",
                                    o);
}
static lid_status authenticate_complete(client_t *c, char **o)
{
    return lid_v2_authenticate_complete(c, SESSION, SIGNED, o);
}
static lid_status authenticate_complete_without_user(client_t *c, char **o)
{
    return lid_v2_authenticate_complete(c, SESSION, SIGNED_WITHOUT_USER, o);
}
static lid_status authenticate_complete_named(client_t *c, char **o)
{
    return lid_v2_authenticate_complete(c, SESSION, ASSERTION, o);
}
static lid_status init_tx(client_t *c, char **o)
{
    return lid_v2_init_tx(c, "ann", "Pay 10.00 \xe2\x82\xac", "n-1", o);
}
static lid_status complete_tx(client_t *c, char **o)
{
    return lid_v2_complete_tx(c, SESSION, SIGNED, o);
}
static lid_status complete_tx_named(client_t *c, char **o)
{
    return lid_v2_complete_tx(c, SESSION, CONFIRMATION, o);
}
static lid_status get_version(client_t *c, char **o)
{
    return lid_v2_get_version(c, o);
}

enum authorization {
    /* No header. */
    NOTHING,
    /* Basic with the API key. */
    API_KEY,
    /* Bearer with TOKEN. */
    USERS_TOKEN,
    /* Bearer with a grant of the row's scope for USER, which is asked for first. */
    GRANT
};

struct row {
    const char *operation;
    lid_status (*call)(client_t *client, char **answer);
    const char *method, *path;
    enum authorization authorization;
    /* The whole body, with "APP" for the application's id. NULL for none. */
    const char *body;
    const char *scope;
    /* The browser's. NULL for the library's own. */
    const char *user_agent;
};

#define KEY_SET "/fido2/v2/.well-known/jwks.json"
#define ANN "\"user\":{\"username\":\"ann\",\"usernameType\":\"other\"}"
#define ANN_BY_EMAIL "\"user\":{\"username\":\"ann@example.com\",\"usernameType\":\"email\"}"
#define BY_PHONE "\"user\":{\"username\":\"+4915112345678\",\"usernameType\":\"phone\"}"

static const struct row table[] = {
    { "v2_verify_token", verify_token, "GET", KEY_SET, NOTHING, NULL, NULL, NULL },
    { "v2_verify_token_remote", verify_token_remote, "POST", "/fido2/v2/mgmt/token/verify", API_KEY,
      "{\"jwtAccess\":\"" TOKEN "\"}", NULL, NULL },
    { "v2_verify_transaction", verify_transaction, "GET", KEY_SET, NOTHING, NULL, NULL, NULL },
    { "v2_create_grant", create_grant, "POST", "/fido2/v2/mgmt/grant", API_KEY,
      "{\"grants\":[\"passkey:read\",\"passkey:write\"],\"username\":\"ann\"}", NULL, NULL },
    { "v2_create_grant", create_grant_oddly_spaced, "POST", "/fido2/v2/mgmt/grant", API_KEY,
      "{\"grants\":[\"reg:write\"],\"username\":\"ann\"}", NULL, NULL },
    { "v2_create_external_auth", create_external_auth, "POST",
      "/fido2/v2/mgmt/grant/external-auth", API_KEY, "{\"username\":\"ann\"}", NULL, NULL },
    { "v2_list_passkeys", list_passkeys, "GET", "/fido2/v2/passkeys", USERS_TOKEN, NULL, NULL,
      NULL },
    { "v2_list_passkeys", list_passkeys_of, "GET", "/fido2/v2/passkeys", GRANT, NULL,
      "passkey:read", NULL },
    { "v2_rename_passkey", rename_passkey, "PUT", "/fido2/v2/passkeys/PASSKEY1", USERS_TOKEN,
      "{\"name\":\"My \\\"key\\\"\"}", NULL, NULL },
    { "v2_rename_passkey", rename_passkey_of, "PUT",
      "/fido2/v2/passkeys/a%2Fb%3Fc%20d%25%C3%BC", GRANT, "{\"name\":\"My key\"}",
      "passkey:write", NULL },
    { "v2_delete_passkey", delete_passkey, "DELETE", "/fido2/v2/passkeys/PASSKEY1", USERS_TOKEN,
      NULL, NULL, NULL },
    { "v2_delete_passkey", delete_passkey_of, "DELETE", "/fido2/v2/passkeys/PASSKEY1", GRANT, NULL,
      "passkey:write", NULL },
    { "v2_get_authenticator", get_authenticator, "GET",
      "/fido2/v2/passkeys/aaguid/bada5566-a7aa-401f-bd96-45619a55120d", USERS_TOKEN, NULL, NULL,
      NULL },
    { "v2_get_authenticator", get_authenticator_for, "GET",
      "/fido2/v2/passkeys/aaguid/bada5566-a7aa-401f-bd96-45619a55120d", GRANT, NULL,
      "passkey:read", NULL },
    { "v2_create_otp", create_otp, "POST", "/fido2/v2/auth/otp", USERS_TOKEN, NULL, NULL, NULL },
    { "v2_create_otp", create_otp_of, "POST", "/fido2/v2/auth/otp", GRANT, NULL, "auth:write",
      NULL },
    { "v2_send_otp_email", send_otp_email, "POST", "/fido2/v2/auth/otp/email", NOTHING,
      "{" ANN "}", NULL, NULL },
    { "v2_send_otp_email", send_otp_email_typed, "POST", "/fido2/v2/auth/otp/email", NOTHING,
      "{" ANN_BY_EMAIL "}", NULL, NULL },
    { "v2_send_otp_sms", send_otp_sms, "POST", "/fido2/v2/auth/otp/sms", NOTHING, "{" ANN "}", NULL,
      NULL },
    { "v2_send_otp_sms", send_otp_sms_typed, "POST", "/fido2/v2/auth/otp/sms", NOTHING,
      "{" BY_PHONE "}", NULL, NULL },
    { "v2_verify_otp", verify_otp, "POST", "/fido2/v2/auth/otp/verify", NOTHING,
      "{\"authCode\":\"012345\"," ANN "}", NULL, NULL },
    { "v2_verify_otp", verify_otp_typed, "POST", "/fido2/v2/auth/otp/verify", NOTHING,
      "{\"authCode\":\"012345\"," ANN_BY_EMAIL "}", NULL, NULL },
    { "v2_delete_user", delete_user, "DELETE", "/fido2/v2/profile/USER%2F1", API_KEY, NULL, NULL,
      NULL },
    { "v2_set_email", set_email, "POST", "/fido2/v2/profile/USER1/email", API_KEY,
      "{\"email\":\"ann@example.com\",\"requestVerification\":true}", NULL, NULL },
    { "v2_set_email", set_email_quietly, "POST", "/fido2/v2/profile/USER1/email", API_KEY,
      "{\"email\":\"ann@example.com\",\"requestVerification\":false}", NULL, NULL },
    /* The only DELETE that has a body. */
    { "v2_remove_email", remove_email, "DELETE", "/fido2/v2/profile/USER1/email", API_KEY,
      "{\"email\":\"ann@example.com\"}", NULL, NULL },
    { "v2_verify_email", verify_email, "POST", "/fido2/v2/profile/email/verify", NOTHING,
      "{\"authCode\":\"012345\",\"username\":\"ann\"}", NULL, NULL },
    { "v2_set_phone", set_phone, "POST", "/fido2/v2/profile/USER1/phone", API_KEY,
      "{\"messagingConsent\":true,\"phoneNumber\":\"+4915112345678\",\"requestVerification\":true}",
      NULL, NULL },
    { "v2_set_phone", set_phone_quietly, "POST", "/fido2/v2/profile/USER1/phone", API_KEY,
      "{\"messagingConsent\":false,\"phoneNumber\":\"+4915112345678\","
      "\"requestVerification\":false}",
      NULL, NULL },
    { "v2_remove_phone", remove_phone, "DELETE", "/fido2/v2/profile/USER1/phone", API_KEY, NULL,
      NULL, NULL },
    { "v2_verify_phone", verify_phone, "POST", "/fido2/v2/profile/phone/verify", NOTHING,
      "{\"authCode\":\"012345\",\"username\":\"ann\"}", NULL, NULL },
    { "v2_register_init", register_init, "POST", "/fido2/v2/reg/init", NOTHING,
      "{\"app\":{\"id\":\"APP\"},\"deviceInfo\":{}," ANN "}", NULL, NULL },
    { "v2_register_init", register_init_in_full, "POST", "/fido2/v2/reg/init", USERS_TOKEN,
      "{\"app\":{\"id\":\"APP\"},\"deviceInfo\":{\"deviceId\":\"d1\",\"screen\":{\"x\":1.50}},"
      "\"passkeyOptions\":{\"conditionalCreate\":false,\"securityKey\":true},"
      "\"user\":{\"displayName\":\"Ann\",\"username\":\"ann@example.com\",\"usernameType\":\"email\"}}",
      NULL, AGENT },
    { "v2_register_init", register_init_in_part, "POST", "/fido2/v2/reg/init", NOTHING,
      "{\"app\":{\"id\":\"APP\"},\"deviceInfo\":{},\"passkeyOptions\":{\"conditionalCreate\":true}," ANN
      "}",
      NULL, NULL },
    { "v2_register_complete", register_complete, "POST", "/fido2/v2/reg/complete", NOTHING,
      "{\"creationResult\":" WHOLE_CREATION ",\"passkeyName\":\"My key\",\"session\":\"" SESSION "\"}",
      NULL, NULL },
    { "v2_register_complete", register_complete_named, "POST", "/fido2/v2/reg/complete", NOTHING,
      "{\"creationResult\":" CREATION ",\"session\":\"" SESSION "\"}", NULL, NULL },
    { "v2_authenticate_init", authenticate_init, "POST", "/fido2/v2/auth/init", NOTHING,
      "{\"app\":{\"id\":\"APP\"},\"deviceInfo\":{}," ANN "}", NULL, NULL },
    { "v2_authenticate_init", authenticate_init_without_name, "POST", "/fido2/v2/auth/init", NOTHING,
      "{\"app\":{\"id\":\"APP\"},\"deviceInfo\":{},"
      "\"user\":{\"username\":\"\",\"usernameType\":\"other\"}}",
      NULL, NULL },
    { "v2_authenticate_init", authenticate_init_in_full, "POST", "/fido2/v2/auth/init", NOTHING,
      "{\"app\":{\"id\":\"APP\"},\"deviceInfo\":{\"a\":[]}," BY_PHONE "}", NULL, AGENT },
    { "v2_authenticate_complete", authenticate_complete, "POST", "/fido2/v2/auth/complete", NOTHING,
      "{\"assertionResult\":" ASSERTION_WITH_USER ",\"session\":\"" SESSION "\"}", NULL, NULL },
    { "v2_authenticate_complete", authenticate_complete_without_user, "POST",
      "/fido2/v2/auth/complete", NOTHING,
      "{\"assertionResult\":" ASSERTION ",\"session\":\"" SESSION "\"}", NULL, NULL },
    { "v2_authenticate_complete", authenticate_complete_named, "POST", "/fido2/v2/auth/complete",
      NOTHING, "{\"assertionResult\":" ASSERTION ",\"session\":\"" SESSION "\"}", NULL, NULL },
    { "v2_init_tx", init_tx, "POST", "/fido2/v2/tx/init", NOTHING,
      "{\"nonce\":\"n-1\",\"txPayload\":\"Pay 10.00 \xe2\x82\xac\",\"txType\":\"raw\","
      "\"username\":\"ann\"}",
      NULL, NULL },
    { "v2_complete_tx", complete_tx, "POST", "/fido2/v2/tx/complete", NOTHING,
      "{\"authenticatorData\":\"ZGF0YQ\",\"clientData\":\"e30\",\"keyHandle\":\"aWQ\","
      "\"session\":\"" SESSION "\",\"signature\":\"c2ln\"}",
      NULL, NULL },
    { "v2_complete_tx", complete_tx_named, "POST", "/fido2/v2/tx/complete", NOTHING,
      "{\"authenticatorData\":\"ZGF0YQ\",\"clientData\":\"e30\",\"keyHandle\":\"aWQ\","
      "\"session\":\"" SESSION "\",\"signature\":\"c2ln\"}",
      NULL, NULL },
    { "v2_get_version", get_version, "GET", "/fido2/v2/version", NOTHING, NULL, NULL, NULL },
};

#define ROWS (sizeof table / sizeof *table)

/* ---- The comparison ---- */

/* Whether two documents have the same value at a pointer, whatever the order of members. */
static int same(const lid_json *found, const lid_json *expected, const char *at)
{
    int32_t type = lid_json_type(expected, at);
    const char *name, *texts[2];
    size_t counts[2], i;
    double numbers[2];
    bool flags[2];

    if (lid_json_type(found, at) != type)
        return 0;
    switch (type) {
    case LID_JSON_STRING:
        return lid_json_string(found, at, &texts[0]) == LID_OK
            && lid_json_string(expected, at, &texts[1]) == LID_OK
            && strcmp(texts[0], texts[1]) == 0;
    case LID_JSON_NUMBER:
        return lid_json_double(found, at, &numbers[0]) == LID_OK
            && lid_json_double(expected, at, &numbers[1]) == LID_OK && numbers[0] == numbers[1];
    case LID_JSON_BOOL:
        return lid_json_bool(found, at, &flags[0]) == LID_OK
            && lid_json_bool(expected, at, &flags[1]) == LID_OK && flags[0] == flags[1];
    case LID_JSON_ARRAY:
    case LID_JSON_OBJECT:
        if (lid_json_count(found, at, &counts[0]) != LID_OK
            || lid_json_count(expected, at, &counts[1]) != LID_OK || counts[0] != counts[1])
            return 0;
        for (i = 0; i < counts[1]; i++) {
            if (type == LID_JSON_ARRAY)
                name = text("%lu", (unsigned long)i);
            else if (lid_json_name(expected, at, i, &name) != LID_OK)
                return 0;
            /* No name here has a slash or a tilde. */
            if (!same(found, expected, text("%s/%s", at, name)))
                return 0;
        }
        return 1;
    default:
        return type == LID_JSON_NULL;
    }
}

static void expect_body(const char *path, const char *found, const char *expected)
{
    lid_json *documents[2];

    CHECK(lid_json_parse(found, &documents[0], NULL) == LID_OK);
    CHECK(lid_json_parse(expected, &documents[1], NULL) == LID_OK);
    /* A member that is there twice would make it longer. */
    if (strlen(found) != strlen(expected) || !same(documents[0], documents[1], ""))
        FAIL("%s is sent %s in place of %s", path, found, expected);
    lid_json_free(documents[0]);
    lid_json_free(documents[1]);
}

/* Of an API key and its colon, in Basic authorization. */
static const char *base64(const char *plain)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const unsigned char *bytes = (const unsigned char *)plain;
    size_t length = strlen(plain), i;
    char *encoded = copy("");

    for (i = 0; i < length; i += 3) {
        unsigned long group = (unsigned long)bytes[i] << 16;

        if (i + 1 < length)
            group |= (unsigned long)bytes[i + 1] << 8;
        if (i + 2 < length)
            group |= bytes[i + 2];
        encoded = text("%s%c%c%c%c", encoded, digits[group >> 18], digits[group >> 12 & 63],
                       i + 1 < length ? digits[group >> 6 & 63] : '=',
                       i + 2 < length ? digits[group & 63] : '=');
    }
    return encoded;
}

/* The headers that a request may have. */
struct headers {
    const char *host, *accept, *request_id, *user_agent, *content_type, *content_length,
        *authorization;
};

/* Reads them. Another header, or one that is there twice, is an error. */
static struct headers headers_of(const char *request)
{
    struct headers headers = { NULL, NULL, NULL, NULL, NULL, NULL, NULL };
    const struct {
        const char *name, **value;
    } known[] = {
        { "host", &headers.host },
        { "accept", &headers.accept },
        { "request-id", &headers.request_id },
        { "user-agent", &headers.user_agent },
        { "content-type", &headers.content_type },
        { "content-length", &headers.content_length },
        { "authorization", &headers.authorization },
    };
    size_t number, i;

    for (number = 0; has(request, text("/headers/%lu", (unsigned long)number)); number++) {
        const char *name = json_at(request, text("/headers/%lu/0", (unsigned long)number));

        for (i = 0; i < sizeof known / sizeof *known; i++) {
            if (strcmp(known[i].name, name) == 0)
                break;
        }
        if (i == sizeof known / sizeof *known || *known[i].value != NULL)
            FAIL("the header %s is there, or there twice: %s", name, request);
        *known[i].value = json_at(request, text("/headers/%lu/1", (unsigned long)number));
    }
    return headers;
}

static void expect_header(const char *operation, const char *name, const char *found,
                          const char *expected)
{
    if (found == NULL || expected == NULL ? found != expected : strcmp(found, expected) != 0)
        FAIL("%s sends %s: %s in place of %s", operation, name, found ? found : "(nothing)",
             expected ? expected : "(nothing)");
}

static void expect_request(const char *request, const char *method, const char *path,
                           const char *body, const char *user_agent)
{
    struct headers headers = headers_of(request);
    int has_length = body != NULL || strcmp(method, "POST") == 0;

    TEXT_IN(request, "/method", method);
    TEXT_IN(request, "/path", path);
    TEXT_IN(request, "/query", "null");
    if (body != NULL)
        expect_body(path, json_at(request, "/body_text"), body);
    else
        TEXT_IN(request, "/body_text", "");
    expect_header(path, "Host", headers.host, strstr(v2_base_url(), "://") + 3);
    expect_header(path, "Accept", headers.accept, "application/json");
    expect_header(path, "Content-Type", headers.content_type,
                  body != NULL ? "application/json" : NULL);
    CHECK((headers.content_length != NULL) == has_length);
    CHECK(headers.request_id != NULL && strlen(headers.request_id) == 36);
    if (user_agent != NULL)
        expect_header(path, "User-Agent", headers.user_agent, user_agent);
    else
        CHECK(headers.user_agent != NULL && strncmp(headers.user_agent, "LoginID-SDK/", 12) == 0);
}

static const char *request_number(int number)
{
    const char *requests = json_at(emulator("GET", "requests", ""), "/requests");

    return json_at(requests, text("/%d", number));
}

static void expect_grant(const char *request, const char *scope, const char *key)
{
    expect_request(request, "POST", "/fido2/v2/mgmt/grant",
                   text("{\"grants\":[\"%s\"],\"username\":\"" USER "\"}", scope), NULL);
    expect_header("the grant", "Authorization", headers_of(request).authorization, key);
}

static void expect_row(const struct row *row)
{
    /* A new one has no key set yet. */
    lid_v2_client *client = new_v2_client();
    const char *key = text("Basic %s", base64(text("%s:", v2_api_key())));
    const char *body = row->body, *request, *authorization;
    int expected = row->authorization == GRANT ? 2 : 1;

    if (body != NULL)
        body = replace(body, "\"APP\"", quoted(v2_application_id()));
    forget_requests();
    row->call(client, NULL);
    if (all_requests() != expected)
        FAIL("%s sends %d requests in place of %d", row->operation, all_requests(), expected);
    request = request_number(expected - 1);
    expect_request(request, row->method, row->path, body, row->user_agent);
    if (strncmp(row->path, KEY_SET, strlen(KEY_SET)) != 0)
        TEXT_IN(request, "/operation", row->operation);
    authorization = headers_of(request).authorization;
    switch (row->authorization) {
    case NOTHING:
        expect_header(row->operation, "Authorization", authorization, NULL);
        break;
    case API_KEY:
        expect_header(row->operation, "Authorization", authorization, key);
        break;
    case USERS_TOKEN:
        expect_header(row->operation, "Authorization", authorization, "Bearer " TOKEN);
        break;
    case GRANT:
        expect_grant(request_number(0), row->scope, key);
        CHECK(authorization != NULL && strncmp(authorization, "Bearer ", 7) == 0);
        TEXT_IN(request, "/token/claims/username", USER);
        TEXT_IN(request, "/token/claims/scopes", text("[\"%s\"]", row->scope));
        break;
    }
}

static void every_call_sends_what_the_protocol_says(void)
{
    size_t i;

    v2_login(USER);
    for (i = 0; i < ROWS; i++)
        expect_row(&table[i]);
}

/* Without a nonce from the caller, each transaction has one of its own. */
static void a_nonce_is_drawn(void)
{
    lid_v2_client *client = new_v2_client();
    const char *nonce;

    v2_login(USER);
    OK(lid_v2_init_tx(client, USER, "pay 10", NULL, &out));
    nonce = get("/nonce");
    CHECK(strlen(nonce) == 16);
    TEXT_IN(last_request("/fido2/v2/tx/init"), "/body/nonce", nonce);
    OK(lid_v2_init_tx(client, USER, "pay 10", NULL, &out));
    CHECK(strcmp(get("/nonce"), nonce) != 0);
}

/* In the letters that the configuration has: the service compares without regard to case. */
static void the_application_id_is_sent_as_it_is_written(void)
{
    const char *id = v2_application_id();
    const char *small = replace(v2_base_url(), id, lower(id));
    const struct {
        const char *url, *members, *sent;
    } rows[] = {
        { v2_base_url(), "", id },
        { small, "", lower(id) },
        { small, text(",\"application_id\":%s", quoted(id)), id },
        { base_url(), text(",\"application_id\":%s", quoted(lower(id))), lower(id) },
    };
    size_t i;

    for (i = 0; i < sizeof rows / sizeof *rows; i++) {
        lid_v2_client *client = v2_client_with(rows[i].url, NULL, rows[i].members);

        OK(lid_v2_register_init(client, USER, NULL, NULL, &out));
        TEXT_IN(last_request("/fido2/v2/reg/init"), "/body/app/id", rows[i].sent);
        OK(lid_v2_authenticate_init(client, NULL, NULL, &out));
        TEXT_IN(last_request("/fido2/v2/auth/init"), "/body/app/id", rows[i].sent);
    }
}

static const struct test tests[] = {
    TEST(every_call_sends_what_the_protocol_says),
    TEST(a_nonce_is_drawn),
    TEST(the_application_id_is_sent_as_it_is_written),
};

int main(int argc, char **argv)
{
    size_t i;

    if (argc == 2 && strcmp(argv[1], "--table") == 0) {
        for (i = 0; i < ROWS; i++)
            printf("lid_%s\n", table[i].operation);
        return 0;
    }
    return run_tests(argc, argv, tests, sizeof tests / sizeof *tests);
}

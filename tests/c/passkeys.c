/* What a page answers for an authenticator, from PublicKeyCredential.toJSON(). */
#include "support.h"

/* {"challenge":"Y2g"} */
#define CLIENT_DATA "eyJjaGFsbGVuZ2UiOiJZMmcifQ"
#define RESPONSE                                                                      \
    "\"id\":\"aWQ\",\"rawId\":\"aWQ\",\"type\":\"public-key\",\"response\":{"         \
    "\"clientDataJSON\":\"" CLIENT_DATA "\",\"attestationObject\":\"YXR0\","          \
    "\"authenticatorData\":\"ZGF0YQ\",\"signature\":\"c2ln\",\"userHandle\":null},"   \
    "\"clientExtensionResults\":{}"
#define SIGNED "{" RESPONSE "}"
#define CREATED "{" RESPONSE ",\"credential_uuid\":\"u-1\"}"

/* The service knows no such challenge. Only what it received is looked at. */
static void it_is_sent_in_the_services_form(void)
{
    lid_client *client = new_client();
    const char *sent;

    ERROR(lid_register_fido2_complete(client, USER, CREATED, NULL, &out), LID_ERROR_API,
          "invalid_challenge");
    sent = json_at(last_request("/register/fido2/complete"), "/body/attestation_payload");
    TEXT_IN(sent, "/credential_uuid", "u-1");
    TEXT_IN(sent, "/credential_id", "aWQ");
    TEXT_IN(sent, "/challenge", "Y2g");
    TEXT_IN(sent, "/client_data", CLIENT_DATA);
    TEXT_IN(sent, "/attestation_data", "YXR0");
    CHECK(!has(sent, "/response") && !has(sent, "/id"));

    add_user(client, USER);
    ERROR(lid_authenticate_fido2_complete(client, USER, SIGNED, &out), LID_ERROR_API,
          "invalid_challenge");
    sent = json_at(last_request("/authenticate/fido2/complete"), "/body/assertion_payload");
    TEXT_IN(sent, "/credential_id", "aWQ");
    TEXT_IN(sent, "/challenge", "Y2g");
    TEXT_IN(sent, "/client_data", CLIENT_DATA);
    TEXT_IN(sent, "/authenticator_data", "ZGF0YQ");
    TEXT_IN(sent, "/signature", "c2ln");

    ERROR(lid_complete_tx(client, "a-tx", USER, SIGNED, &out), LID_ERROR_API,
          "transaction_not_found");
    sent = json_at(last_request("/tx/complete"), "/body");
    TEXT_IN(sent, "/key_handle", "aWQ");
    TEXT_IN(sent, "/challenge", "Y2g");
    TEXT_IN(sent, "/client_data", CLIENT_DATA);
    TEXT_IN(sent, "/auth_data", "ZGF0YQ");
    TEXT_IN(sent, "/sign_data", "c2ln");
}

static void what_cannot_be_read_is_refused_before_any_request(void)
{
    lid_client *client = new_client();
    const char *unreadable = replace(SIGNED, CLIENT_DATA, "QQ");
    const char *both = replace(SIGNED, "{\"id\"", "{\"client_data\":\"QQ\",\"id\"");

    ERROR(lid_register_fido2_complete(client, USER, SIGNED, NULL, &out),
          LID_ERROR_INVALID_ARGUMENT, "credential_uuid_required");
    ERROR(lid_complete_add_fido2_credential(client, SIGNED, USER, NULL, &out),
          LID_ERROR_INVALID_ARGUMENT, "credential_uuid_required");
    ERROR(lid_register_fido2_complete(client, USER, replace(CREATED, CLIENT_DATA, "QQ"), NULL, &out),
          LID_ERROR_INVALID_ARGUMENT, "invalid_attestation_payload");
    ERROR(lid_authenticate_fido2_complete(client, USER, unreadable, &out),
          LID_ERROR_INVALID_ARGUMENT, "invalid_assertion_payload");
    ERROR(lid_complete_tx(client, "a-tx", USER, unreadable, &out), LID_ERROR_INVALID_ARGUMENT,
          "invalid_assertion_payload");
    ERROR(lid_authenticate_fido2_complete(client, USER, both, &out), LID_ERROR_INVALID_ARGUMENT,
          "invalid_assertion_payload");
    CHECK(contains(get("/error/message"), "'client_data'"));
    CHECK(requests_for("/register/fido2/complete") == 0);
    CHECK(requests_for("/credentials/fido2/complete") == 0);
    CHECK(requests_for("/authenticate/fido2/complete") == 0);
    CHECK(requests_for("/tx/complete") == 0);
}

static const struct test tests[] = {
    TEST(it_is_sent_in_the_services_form),
    TEST(what_cannot_be_read_is_refused_before_any_request),
};

TEST_MAIN(tests)

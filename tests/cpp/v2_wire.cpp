/* Makes every call of bindings/wire-v2.json (the only argument), in order, each in both
 * forms. The test that runs this compares what was sent. */
#include "wire.hpp"

namespace {

using loginid::v2::client;

constexpr const char *prefix = "lid_v2_";

/* Keeps the texts that a loginid::v2::user only refers to. */
struct user {
    explicit user(const arguments &a) : name(a.optional("username")), token(a.optional("token")) {}
    operator loginid::v2::user() const { return {name, token}; }
    std::optional<std::string> name, token;
};

methods_of<client> methods_by_function() {
    methods_of<client> methods;
    // begin generated: v2_calls (make generate, from spec/operations.toml)
    BOTH(verify_token_remote, a["token"]);
    BOTH(create_grant, a["username"], a["scopes"]);
    BOTH(create_external_auth, a["username"]);
    BOTH(list_passkeys, user(a));
    BOTH(rename_passkey, a["passkey_id"], a["name"], user(a));
    BOTH(delete_passkey, a["passkey_id"], user(a));
    BOTH(get_authenticator, a["aaguid"], user(a));
    BOTH(create_otp, user(a));
    BOTH(send_otp_email, a["username"], a.optional("username_type"));
    BOTH(send_otp_sms, a["username"], a.optional("username_type"));
    BOTH(verify_otp, a["username"], a["auth_code"], a.optional("username_type"));
    BOTH(delete_user, a["user_id"]);
    BOTH(set_email, a["user_id"], a["email"], a["request_verification"] == "true");
    BOTH(remove_email, a["user_id"], a["email"]);
    BOTH(verify_email, a["username"], a["auth_code"]);
    BOTH(
        set_phone, a["user_id"], a["phone_number"], a["messaging_consent"] == "true",
        a["request_verification"] == "true");
    BOTH(remove_phone, a["user_id"]);
    BOTH(verify_phone, a["username"], a["auth_code"]);
    BOTH(register_init, a["username"], a.optional("options_json"), a.optional("token"));
    BOTH(
        register_complete, a["session"], a["creation_result_json"], a.optional("passkey_name"));
    BOTH(authenticate_init, a.optional("username"), a.optional("options_json"));
    BOTH(authenticate_complete, a["session"], a["assertion_result_json"]);
    BOTH(init_tx, a["username"], a["tx_payload"], a.optional("nonce"));
    BOTH(complete_tx, a["session"], a["confirmation_json"]);
    BOTH(get_version, );
    // end generated: v2_calls (make generate, from spec/operations.toml)
    return methods;
}

} // namespace

int main(int count, char **values) {
    return make_calls(methods_by_function(), count, values);
}

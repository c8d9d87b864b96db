/* Makes every call of bindings/wire.json (the only argument), in order, each in both
 * forms. The test that runs this compares what was sent. */
#include "wire.hpp"

namespace {

using loginid::client;

constexpr const char *prefix = "lid_";
const auto minute = std::chrono::milliseconds(60000);

/* Keeps the texts that a loginid::user only refers to. */
struct user {
    explicit user(const arguments &a) : id(a["user_id"]), name(a["username"]) {}
    operator loginid::user() const { return {id, name}; }
    std::string id, name;
};

methods_of<client> methods_by_function() {
    methods_of<client> methods;
    BOTH(wait_code, a["username"], a["code"], a["code_type"], minute);
    // begin generated: calls (make generate, from spec/operations.toml)
    BOTH(create_tx, a["tx_payload"], a.optional("username"), a.optional("nonce"));
    BOTH(
        init_tx, a["username"], a.optional("tx_id"), a.optional("tx_payload"),
        a.optional("nonce"));
    BOTH(complete_tx, a["tx_id"], a["username"], a["assertion_payload_json"]);
    BOTH(generate_code, a["code_type"], a["purpose"], a["authorize"] == "true", user(a));
    BOTH(authorize_code, a["code"], a["code_type"], a["purpose"], user(a));
    BOTH(invalidate_all_codes, a["code_type"], a["purpose"], user(a));
    BOTH(get_credentials, user(a), a.optional("status"));
    BOTH(rename_credential, a["credential_id"], a["name"], user(a));
    BOTH(revoke_credential, a["credential_id"], user(a));
    BOTH(force_fido2_credential_init, user(a), a.optional("options_json"));
    BOTH(add_doc_scan_credential_init, user(a), a.optional("credential_name"));
    BOTH(
        add_doc_scan_credential_complete, a["credential_id"], a["activate"] == "true", user(a));
    BOTH(evaluate_doc_scan_credential, a["credential_id"], user(a));
    BOTH(generate_recovery_code, user(a));
    BOTH(
        add_publickey_credential, a["publickey"], user(a), a.optional("publickey_alg"),
        a.optional("credential_name"));
    BOTH(
        init_add_fido2_credential_with_code, a["code"], a["code_type"], a["username"],
        a.optional("options_json"));
    BOTH(
        complete_add_fido2_credential, a["attestation_payload_json"], a["username"],
        a.optional("credential_name"));
    BOTH(get_user, a["username"]);
    BOTH(add_user_without_credentials, a["username"]);
    BOTH(activate_user_by_id, a["user_id"]);
    BOTH(deactivate_user_by_id, a["user_id"]);
    BOTH(delete_by_user_id, a["user_id"]);
    BOTH(delete_by_username, a["username"]);
    BOTH(send_email_verification, a["user_id"]);
    BOTH(register_fido2_init, a["username"], a.optional("options_json"));
    BOTH(
        register_fido2_complete, a["username"], a["attestation_payload_json"],
        a.optional("credential_name"));
    BOTH(register_password, a["username"], a["password"]);
    BOTH(authenticate_password, a["username"], a["password"]);
    BOTH(authenticate_fido2_init, a["username"]);
    BOTH(authenticate_fido2_complete, a["username"], a["assertion_payload_json"]);
    BOTH(authenticate_doc_scan_init, a["username"], a.optional("credential_id"));
    BOTH(authenticate_doc_scan_complete, a["username"], a["credential_id"]);
    BOTH(
        authenticate_publickey_init, a["username"], a["publickey"],
        a.optional("publickey_alg"));
    BOTH(authenticate_publickey_complete, a["username"], a["challenge_id"], a["assertion"]);
    // end generated: calls (make generate, from spec/operations.toml)
    return methods;
}

} // namespace

int main(int count, char **values) {
    return make_calls(methods_by_function(), count, values);
}

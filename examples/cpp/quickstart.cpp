/* The calls of libloginid, one after the other. Run it with `make example-cpp`,
 * which starts an emulator of the LoginID service first. */
#include <loginid.hpp>
#include <loginid/testing.hpp>

#include <cstdlib>
#include <exception>
#include <future>
#include <iomanip>
#include <iostream>

namespace {

const std::string ada = "ada@example.com";
const std::string purpose = "temporary_authentication";
const std::string payload = "Pay 10.00 EUR to Grace";
const auto who = loginid::user::by_name(ada);
/* Acts as the users with their devices. */
const auto emulator = loginid::testing::emulator::current();

std::string show(const char *what, std::string json) {
    std::cout << std::left << std::setw(26) << what << ' ' << json << '\n';
    return json;
}

void expect(const std::string &json, const char *pointer, const std::string &expected) {
    if (loginid::json_get(json, pointer) != expected) {
        std::cerr << "FAILED: " << pointer << ": " << json << '\n';
        std::exit(1);
    }
}

/* A code on one device, confirmed on another, logs the user in. */
void log_in_with_code(const loginid::client &client) {
    const auto generated = show("generate_code", client.generate_code("short", purpose, false, who));
    const auto code = loginid::json_get(generated, "/code");
    auto waiting = std::async(std::launch::async, [&] {
        return client.wait_code(ada, code, "short", std::chrono::seconds(10));
    });
    show("authorize_code", client.authorize_code(code, "short", purpose, who));
    const auto login = show("wait_code", waiting.get());
    const auto verified =
        show("verify_token", client.verify_token(loginid::json_get(login, "/jwt"), ada));
    expect(verified, "/claims/udata", ada);
    show("invalidate_all_codes", client.invalidate_all_codes("short", purpose, who));
}

void manage_credentials(const loginid::client &client) {
    emulator.control("POST", "users/" + ada + "/credentials", R"({"type":"fido2","name":"phone"})");
    const auto listed = show("get_credentials", client.get_credentials(who, "active"));
    const auto uuid = loginid::json_get(listed, "/credentials/0/uuid");
    expect(show("rename_credential", client.rename_credential(uuid, "work phone", who)),
           "/credential/name", "work phone");
    expect(show("revoke_credential", client.revoke_credential(uuid, who)), "/credential/status",
           "revoked");
}

void confirm_transaction(const loginid::client &client) {
    const auto created = show("create_tx", client.create_tx(payload, ada));
    const auto nonce = loginid::json_get(created, "/nonce");
    const auto confirmed =
        emulator.control("POST", "tx/" + loginid::json_get(created, "/id") + "/confirm",
                         R"({"username":")" + ada + R"("})");
    const auto jwt = loginid::json_get(confirmed, "/jwt");
    show("verify_transaction", client.verify_transaction(jwt, payload, nonce));

    // The same token does not confirm anything else. This call does not throw.
    const auto refused = client.try_verify_transaction(jwt, "Pay 99.00 EUR", nonce);
    if (refused.status() != LID_ERROR_CLAIM_MISMATCH) {
        std::cerr << "FAILED: another payload was accepted: " << refused.json() << '\n';
        std::exit(1);
    }
}

/* An example of an error. */
void find_deleted_user(const loginid::client &client) {
    try {
        client.get_user(ada);
        std::cerr << "FAILED: a deleted user was found\n";
        std::exit(1);
    } catch (const loginid::error &error) {
        std::cout << error.what() << '\n';
        if (error.code() != "user_not_found") {
            throw;
        }
    }
}

} // namespace

int main() {
    try {
        std::cout << "libloginid " << loginid::version() << '\n';
        const auto client = loginid::client::from_env();
        show("add_user", client.add_user_without_credentials(ada));
        const auto profile = show("get_user", client.get_user(ada));
        expect(profile, "/username", ada);
        const auto user_id = loginid::json_get(profile, "/id");

        log_in_with_code(client);
        manage_credentials(client);
        confirm_transaction(client);

        show("deactivate_user_by_id", client.deactivate_user_by_id(user_id));
        show("activate_user_by_id", client.activate_user_by_id(user_id));
        client.delete_by_user_id(user_id);
        show("delete_by_user_id", "{}");
        find_deleted_user(client);
    } catch (const std::exception &error) {
        std::cerr << "FAILED: " << error.what() << '\n';
        return 1;
    }
    std::cout << "Everything was as expected.\n";
}

/* A backend of LoginID's current service: it verifies a login, begins a session, manages
 * passkeys, confirms a transaction and deletes a user. Run it with `make example-cpp`, which
 * starts an emulator of the service first. */
#include <loginid.hpp>
#include <loginid/testing.hpp>

#include <cstdlib>
#include <iomanip>
#include <iostream>

namespace {

using loginid::v2::user;

const std::string ada = "ada@example.com";
const std::string payload = "Pay 10.00 EUR to Grace";
/* Of the transaction. A backend keeps it with the order that is to be confirmed. */
const std::string nonce = "order-4711-a8f3";

void show(const char *what, std::string_view text) {
    std::cout << std::left << std::setw(20) << what << ' ' << text << '\n';
}

/* Shows the error of a call that has to fail. */
void refused(const char *what, const loginid::result &result, std::string_view code) {
    const loginid::error error = result.error();
    if (result.ok() || error.code() != code) {
        std::cerr << "FAILED: " << what << ": " << result.json() << '\n';
        std::exit(1);
    }
    show(what, error.what());
}

struct session {
    std::string username, user_id;
};

/* The user is the one that the verified token names, whatever else the page may say. */
session begin_session(const loginid::v2::client &client, const std::string &token) {
    const loginid::json verified(client.verify_token(token));
    const session begun{std::string(verified.get<std::string_view>("/claims/username")),
                        std::string(verified.get<std::string_view>("/claims/sub"))};
    show("verify_token", "a session for " + begun.username);
    return begun;
}

/* By the user's name, with a grant, which needs the API key; and by the user's own token. */
void manage_passkeys(const loginid::v2::client &client, const session &of,
                     const std::string &token) {
    const loginid::json listed(client.list_passkeys(user::by_name(of.username)));
    for (const loginid::json &passkey : listed.items("/passkeys")) {
        const auto id = passkey.get<std::string_view>("/id");
        client.rename_passkey(id, "Ada's phone", user::by_token(token));
        show("rename_passkey", passkey.get<std::string_view>("/name"));
    }
    const std::string renamed = client.list_passkeys(user::by_token(token));
    show("list_passkeys", loginid::json_get(renamed, "/passkeys/0/name"));
}

/* What was paid for is what the backend stored, never what the page sends with the token. */
void confirm_transaction(const loginid::v2::client &client, const session &of,
                         const std::string &token) {
    (void)client.verify_transaction(token, payload, nonce, of.username);
    show("verify_transaction", payload);
    refused("another payload",
            client.try_verify_transaction(token, "Pay 99.00 EUR to Eve", nonce, of.username),
            "transaction_hash_mismatch");
    // It confirms a payment, and logs nobody in.
    refused("a confirmation", client.try_verify_token(token), "token_kind_mismatch");
}

} // namespace

int main() {
    try {
        // LOGINID_V2_BASE_URL and LOGINID_V2_API_KEY. One client serves all threads.
        const auto client = loginid::v2::client::from_env();

        // The emulator acts as the page and the user's device.
        const auto page = loginid::testing::emulator::current();
        const std::string token = loginid::json_get(page.log_in(ada), "/jwtAccess");
        const session ours = begin_session(client, token);
        manage_passkeys(client, ours, token);
        const std::string confirmed = page.confirm_tx(ada, payload, nonce);
        confirm_transaction(client, ours, loginid::json_get(confirmed, "/token"));
        client.delete_user(ours.user_id);
        refused("delete_user", client.try_delete_user(ours.user_id), "not_found");
    } catch (const std::exception &error) {
        std::cerr << "FAILED: " << error.what() << '\n';
        return 1;
    }
    std::cout << "Everything was as expected.\n";
}

/* The constants are the values of the service, and can be given to calls. */
#include <loginid.hpp>

#include <iostream>

#include "require.hpp"

namespace {

// Programs write these names.
static_assert(loginid::code::not_found == "not_found");
static_assert(loginid::code::api_key_required == "api_key_required");
static_assert(loginid::code::token_expired == "token_expired");
static_assert(loginid::code_type::short_ == "short");
static_assert(loginid::code_type::phrase == "phrase");
static_assert(loginid::purpose::add_credential == "add_credential");
static_assert(loginid::credential_status::revoked == "revoked");
static_assert(loginid::v2::scope::passkey_read == "passkey:read");
static_assert(loginid::v2::username_type::email == "email");
static_assert(loginid::v2::action::sign_in == "signIn");

} // namespace

int main() {
    const auto client = loginid::v2::client::from_env();
    const loginid::json grant(client.create_grant("ada", loginid::v2::scope::passkey_read));
    REQUIRE(grant.has("/token"));
    client.send_otp_email("ada", loginid::v2::username_type::other);
    const loginid::json begun(client.register_init("bob"));
    REQUIRE(begun.get<std::string_view>("/action") == loginid::v2::action::proceed);
    const loginid::result refused = client.try_delete_user("nobody");
    REQUIRE(!refused && refused.error().code() == loginid::code::not_found);
    std::cout << "taken\n";
}

/* loginid.hpp in a program that is compiled with -fno-exceptions -fno-rtti. With the argument
 * "throw" it does what would throw, which has to end it. */
#include <loginid.hpp>

#include <iostream>

#include "require.hpp"

#ifdef __cpp_exceptions
#error "compile this with -fno-exceptions"
#endif

namespace {

template <typename Client> void calls_work() {
    Client client;
    REQUIRE(!client.try_with_options(client, {}));
    REQUIRE(!client.try_on_attempt(nullptr) && !client.try_set_log_callback(nullptr));
    const loginid::result made = Client::try_from_env(client);
    REQUIRE(made && client && made.error().status() == LID_OK && made.error().code().empty());
    loginid::options given;
    given.timeout = std::chrono::seconds(20);
    int attempts = 0;
    REQUIRE(client.try_with_options(client, given));
    REQUIRE(client.try_on_attempt([&](const loginid::attempt &) { attempts++; }));
    const loginid::result refused = client.try_verify_token("a.b.c");
    const loginid::error error = refused.error();
    REQUIRE(!refused && error.status() == LID_ERROR_TOKEN_INVALID);
    REQUIRE(error.code() == "malformed_token" && !error.retryable() && !error.message().empty());
    REQUIRE(error.json() == refused.json());
}

} // namespace

int main(int count, char **) {
    calls_work<loginid::client>();
    calls_work<loginid::v2::client>();

    loginid::v2::client client;
    REQUIRE(loginid::v2::client::try_from_env(client));
    const loginid::result version = client.try_get_version();
    loginid::json parsed;
    REQUIRE(version && loginid::json::try_parse(parsed, version.json()));
    REQUIRE(parsed.find<std::string_view>("/version") && !parsed.find<bool>("/absent"));
    REQUIRE(!loginid::json::try_parse(parsed, "{") && !parsed.has(""));
    std::cout << "called" << std::endl;
    if (count == 2) {
        client.delete_user(""); // Writes the error, and aborts.
    }
}

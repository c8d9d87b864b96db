/* A std::stop_token ends calls of both clients (C++20). */
#include <loginid.hpp>

#include <iostream>
#include <stop_token>
#include <thread>

#include "support.hpp"

namespace {

/* Waits until a request with this path has arrived. */
void await_request(const std::string &path) {
    while (emulator("GET", "requests?path=" + path, "").find("\"method\"") == std::string::npos) {
    }
}

void delay_the_next_answer() {
    emulator("POST", "reset", "");
    emulator("POST", "faults", R"({"times":1,"fault":{"kind":"delay","ms":60000}})");
}

/* In another thread, with its token; which ends when it is stopped. */
template <typename Client, typename Call> void a_stop_ends(const char *path, Call call) {
    const auto client = Client::from_env();
    delay_the_next_answer();
    lid_status status = LID_OK;
    {
        std::jthread worker([&](std::stop_token stop) {
            const loginid::cancellation cancel(std::move(stop));
            loginid::options given;
            given.cancel = &cancel;
            status = call(client.with_options(given)).status();
        });
        await_request(path);
    }
    REQUIRE(status == LID_ERROR_CANCELLED);
    REQUIRE(call(client).status() != LID_ERROR_CANCELLED);
}

void a_derived_client_keeps_the_token() {
    const auto client = loginid::v2::client::from_env();
    std::stop_source source;
    loginid::v2::client derived, again;
    {
        const loginid::cancellation cancel(source.get_token());
        loginid::options given;
        given.cancel = &cancel;
        derived = client.with_options(given);
        again = derived.with_options({});
    }
    REQUIRE(derived.try_get_version() && again.try_get_version());
    source.request_stop();
    REQUIRE(derived.try_get_version().status() == LID_ERROR_CANCELLED);
    REQUIRE(again.try_get_version().status() == LID_ERROR_CANCELLED);
    REQUIRE(client.try_get_version());
}

void an_earlier_stop_and_a_trigger_count() {
    const auto client = loginid::client::from_env();
    std::stop_source source;
    const loginid::cancellation triggered(source.get_token());
    triggered.trigger();
    REQUIRE(!source.stop_requested());
    source.request_stop();
    const loginid::cancellation stopped(source.get_token());
    for (const auto *cancel : {&triggered, &stopped}) {
        REQUIRE(client.try_wait_code("ada", "123456", "short", {}, cancel).status() ==
                LID_ERROR_CANCELLED);
    }
    // A token that nothing can stop.
    const loginid::cancellation never{std::stop_token()};
    REQUIRE(client.try_wait_code("ada", "123456", "short", {}, &never).status() == LID_ERROR_API);
    loginid::cancellation moved(source.get_token());
    const loginid::cancellation kept = std::move(moved);
    REQUIRE(kept && !moved); // NOLINT(bugprone-use-after-move): it is empty, as the header says.
}

} // namespace

int main() {
    a_stop_ends<loginid::v2::client>("/fido2/v2/version",
                                     [](const auto &client) { return client.try_get_version(); });
    a_stop_ends<loginid::client>("/manage/users/retrieve",
                                 [](const auto &client) { return client.try_get_user("ada"); });
    emulator("POST", "reset", "");
    a_derived_client_keeps_the_token();
    an_earlier_stop_and_a_trigger_count();
    std::cout << "stopped\n";
}

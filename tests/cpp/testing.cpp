/* loginid/testing.hpp: emulators that this program starts, and results for fakes. With the argument
 * "killed" it starts one, writes its address and kills itself. */
#include <loginid/testing.hpp>

#include <iostream>
#include <thread>

#include "require.hpp"

namespace {

using loginid::json_get;
using loginid::testing::emulator;

/* The text of the std::runtime_error of a call. */
template <typename Call> std::string problem(Call call) {
    try {
        (void)call();
    } catch (const std::runtime_error &error) {
        return error.what();
    }
    std::cerr << "nothing was thrown\n";
    std::exit(1);
}

bool has(const std::string &text, const char *part) {
    return text.find(part) != std::string::npos;
}

/* Waits until nothing listens at the address of an emulator that has ended. */
void await_end(const std::string &url) {
    while (!has(
        problem([&] { return loginid::testing::detail::request(url, "GET", "/", ""); }),
        "nothing listens")) {
    }
}

void its_users_and_clients_work() {
    const auto running = emulator::start();
    // In a path and in a query.
    const std::string name = "ada lovelace/?&%+\xc3\xa9";
    const auto client = running.v2_client();
    const std::string token = json_get(running.log_in(name), "/jwtAccess");
    const std::string id = json_get(client.verify_token(token, name), "/claims/sub");
    const std::string payload = "Pay \"1\"", nonce = "n-1";
    const auto confirmed = json_get(running.confirm_tx(name, payload, nonce), "/token");
    (void)client.verify_transaction(confirmed, payload, nonce, name);
    client.set_email(id, "ada@example.com", true);
    client.verify_email(name, running.sent_code(name));
    running.client().add_user_without_credentials("ada");
    running.reset();
    REQUIRE(client.try_delete_user(id).error().code() == "not_found");
    REQUIRE(running.client().try_get_user("ada").error().code() == "user_not_found");

    REQUIRE(has(problem([&] { return running.control("GET", "no/such/path"); }), " 404"));
    REQUIRE(json_get(running.control("GET", "requests"), "/count") != "0");
}

void two_emulators_are_apart_and_end() {
    auto first = emulator::start();
    const std::string url = first.url();
    {
        auto second = emulator::start();
        REQUIRE(second.url() != url);
        (void)first.log_in("ada");
        REQUIRE(has(problem([&] { return second.sent_code("ada"); }), "404"));
        first = std::move(second);
        await_end(url);
    }
    (void)first.log_in("ada"); // It was moved, and runs.
    const std::string moved = first.url();
    REQUIRE(moved != url);
    { const auto last = std::move(first); }
    await_end(moved);
}

/* The child has no emulator of its own, and holds a copy of the pipe. */
void a_forked_child_does_not_end_it() {
    auto running = std::make_unique<emulator>(emulator::start());
    const std::string url = running->url();
    int ends[2];
    REQUIRE(pipe(ends) == 0);
    const pid_t child = fork();
    if (child == 0) {
        close(ends[1]);
        running.reset();
        char byte;
        _exit(read(ends[0], &byte, 1) == 0 ? 0 : 1); // Until the parent has finished.
    }
    running->reset();
    (void)running->log_in("ada");
    running.reset();
    await_end(url);
    close(ends[0]);
    close(ends[1]);
    int status = -1;
    REQUIRE(waitpid(child, &status, 0) == child && status == 0);
}

void what_does_not_start_is_an_error() {
    REQUIRE(has(problem([] { return emulator::start({"--port", "none"}); }), "did not start"));
    const std::string program = std::getenv("LOGINID_EMULATOR");
    setenv("LOGINID_EMULATOR", "/no/such/program", 1);
    const std::string missing = problem([] { return emulator::start(); });
    REQUIRE(has(missing, "/no/such/program") && has(missing, "make install"));
    setenv("LOGINID_EMULATOR", program.c_str(), 1);
}

/* Over https, which its clients trust. The control API cannot be used from here. */
void with_tls_its_clients_work() {
    const auto running = emulator::start({"--tls"});
    REQUIRE(running.url().rfind("https://", 0) == 0);
    REQUIRE(running.v2_client().try_get_version());
    REQUIRE(has(problem([&] { return running.log_in("ada"); }), "without --tls"));
}

void the_environment_names_one() {
    unsetenv("LOGINID_EMULATOR_URL");
    REQUIRE(has(problem([] { return emulator::current(); }), "loginid-emulator exec"));
    setenv("LOGINID_EMULATOR_URL", "", 1);
    REQUIRE(has(problem([] { return emulator::current(); }), "loginid-emulator exec"));
    // Of a real application.
    setenv("LOGINID_V2_ISSUER", "https://another.example", 1);
    setenv("LOGINID_PRIVATE_KEY_FILE", "/no/such/file", 1);
    setenv("LOGINID_LEEWAY_S", "30", 1);
    const auto running = emulator::start();
    running.use_environment();
    const auto found = emulator::current();
    REQUIRE(found.url() == running.url() && found.variables() == running.variables());
    REQUIRE(found.variables().at("LOGINID_LEEWAY_S") == "30"); // contradicts nothing
    const std::string token = json_get(found.log_in("ada"), "/jwtAccess");
    REQUIRE(loginid::v2::client::from_env().try_verify_token(token, "ada"));
    REQUIRE(loginid::client::from_env().try_add_user_without_credentials("ada"));
}

void fakes_have_results_of_both_kinds() {
    using loginid::testing::failure;
    using loginid::testing::success;
    REQUIRE(success().value() == "{}");
    REQUIRE(
        json_get(success(R"({"claims":{"username":"ada"}})").value(), "/claims/username") ==
        "ada");

    const auto gone = failure(LID_ERROR_API, "not_found", "say \"gone\"", 404);
    const loginid::error error = gone.error();
    REQUIRE(!gone && error.status() == LID_ERROR_API && error.code() == "not_found");
    REQUIRE(error.message() == "say \"gone\"" && error.http_status() == 404);
    try {
        (void)failure(LID_ERROR_TOKEN_EXPIRED, "token_expired").value();
        REQUIRE(false);
    } catch (const loginid::token_expired_error &thrown) {
        REQUIRE(
            thrown.code() == "token_expired" && !thrown.http_status() && !thrown.retryable());
    }
}

} // namespace

int main(int count, char **) {
    if (count == 2) {
        const auto running = emulator::start();
        std::cout << running.url() << std::endl;
        raise(SIGKILL);
    }
    for (const auto test :
         {its_users_and_clients_work, two_emulators_are_apart_and_end,
          a_forked_child_does_not_end_it, what_does_not_start_is_an_error,
          with_tls_its_clients_work, the_environment_names_one,
          fakes_have_results_of_both_kinds}) {
        test();
    }
    std::cout << "started\n";
}

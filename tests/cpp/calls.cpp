/* What loginid.hpp adds to the C interface: errors, the client's life, waits. */
#include <loginid.hpp>

#include <atomic>
#include <cstdlib>
#include <iostream>
#include <thread>

#include "../../examples/cpp/emulator.hpp"

namespace {

#define REQUIRE(condition)                                                                       \
    do {                                                                                         \
        if (!(condition)) {                                                                      \
            std::cerr << __FILE__ << ":" << __LINE__ << ": " #condition << '\n';                 \
            std::exit(1);                                                                        \
        }                                                                                        \
    } while (false)

using loginid::client;
using loginid::error;

const std::string ada = "ada@example.com";
const std::string purpose = "temporary_authentication";

static_assert(!std::is_copy_constructible_v<client> && !std::is_copy_assignable_v<client>);
static_assert(std::is_nothrow_move_constructible_v<client>);
static_assert(std::is_nothrow_move_assignable_v<client>);
static_assert(std::is_nothrow_copy_constructible_v<error>);
static_assert(!std::is_copy_constructible_v<loginid::result>);
static_assert(noexcept(std::declval<const client &>().try_get_user("")));

std::string variable(const char *name) {
    const char *value = std::getenv(name);
    REQUIRE(value != nullptr);
    return value;
}

template <typename Call> error thrown(Call call) {
    try {
        call();
    } catch (const error &error) {
        return error;
    }
    std::cerr << "nothing was thrown\n";
    std::exit(1);
}

void an_error_tells_what_happened() {
    const auto made = client::from_env();
    const error refused = thrown([&] { made.get_user("nobody"); });
    REQUIRE(refused.status() == LID_ERROR_API);
    REQUIRE(refused.code() == "user_not_found");
    REQUIRE(refused.operation() == "get_user");
    REQUIRE(refused.http_status() == 404);
    REQUIRE(refused.request_id().size() == 36);
    REQUIRE(!refused.retryable() && !refused.retry_after());
    REQUIRE(loginid::json_get(refused.json(), "/error/message") == refused.message());
    REQUIRE(std::string(refused.what()) ==
            "get_user: LID_ERROR_API (user_not_found): " + refused.message());

    const loginid::result quiet = made.try_get_user("nobody");
    REQUIRE(!quiet && quiet.status() == LID_ERROR_API);
    REQUIRE(loginid::json_get(quiet.json(), "/error/code") == "user_not_found");
    REQUIRE(thrown([&] { (void)quiet.value(); }).code() == "user_not_found");
}

void a_slow_down_carries_its_time() {
    emulator("POST", "faults",
             R"({"times":1,"match":{"path":"/manage/users/retrieve"},)"
             R"("fault":{"kind":"status","code":429,"headers":[["retry-after","120"]]}})");
    const auto made = client::from_env();
    const error refused = thrown([&] { made.get_user(ada); });
    REQUIRE(refused.status() == LID_ERROR_RATE_LIMITED && refused.retryable());
    REQUIRE(refused.retry_after() == std::chrono::minutes(2));
}

void views_are_read_to_their_end_and_no_further() {
    const auto made = client::from_env();
    const std::string text = "ada@example.com and more";
    // The view ends before the string does.
    made.add_user_without_credentials(std::string_view(text).substr(0, ada.size()));
    REQUIRE(loginid::json_get(made.get_user(ada), "/username") == ada);
    // Longer than the buffer that short texts are copied into, by every length around it.
    for (std::size_t length = 120; length < 140; length++) {
        const std::string name(length, 'x');
        REQUIRE(loginid::json_get(made.add_user_without_credentials(name), "/username") == name);
    }
    const error refused = thrown([&] { made.get_user(std::string_view("ada\0x", 5)); });
    REQUIRE(refused.status() == LID_ERROR_INVALID_ARGUMENT && refused.code() == "embedded_nul");
    REQUIRE(thrown([&] { made.get_user(std::string_view()); }).code() == "empty_argument");
}

void a_client_can_be_moved_but_not_used_when_empty() {
    client made = client::from_env();
    client other = std::move(made);
    REQUIRE(other && !made); // NOLINT: moved from is empty, as promised
    REQUIRE(made.try_get_user(ada).status() == LID_ERROR_INVALID_ARGUMENT);
    made = std::move(other);
    REQUIRE(loginid::json_get(made.get_user(ada), "/username") == ada);
    REQUIRE(client::try_with_config(made, R"({"client_id":"x","surprise":1})").status() ==
            LID_ERROR_CONFIG);
    REQUIRE(!made);
}

void constructors_take_what_they_say() {
    const auto id = variable("LOGINID_CLIENT_ID"), key = variable("LOGINID_PRIVATE_KEY"),
               url = variable("LOGINID_BASE_URL");
    const client application(id, key, url), open(id, std::nullopt, url);
    REQUIRE(!application.generate_service_token("users.retrieve", ada).empty());
    REQUIRE(open.try_generate_service_token("users.retrieve").status() == LID_ERROR_PRIVATE_KEY);
    REQUIRE(!client::management(id, key, url).get_user(ada).empty());
    client made;
    REQUIRE(client::try_application(made, id) && made);
    REQUIRE(client::try_management(made, id, key, url) && made);
    REQUIRE(client::try_management(made, id, "no key").status() == LID_ERROR_PRIVATE_KEY && !made);
    REQUIRE(client::try_from_env(made) && made);
    REQUIRE(client::with_config(R"({"client_id":")" + id + R"("})"));
    REQUIRE(thrown([&] { client refused(""); }).code() == "empty_argument");
}

void tokens_of_another_user_are_refused() {
    const auto made = client::from_env();
    const auto login = emulator("POST", "users/" + ada + "/login", "");
    const auto jwt = loginid::json_get(login, "/jwt");
    REQUIRE(loginid::json_get(made.verify_token(jwt), "/valid") == "true");
    REQUIRE(loginid::json_get(made.verify_token(jwt, ada), "/claims/udata") == ada);
    REQUIRE(made.try_verify_token(jwt, "mallory").status() == LID_ERROR_CLAIM_MISMATCH);
    REQUIRE(made.try_verify_token(jwt, "").status() == LID_ERROR_INVALID_ARGUMENT);
}

void await_the_wait() {
    while (loginid::json_get(emulator("GET", "requests?path=/authenticate/code/wait", ""),
                             "/count") == "0") {
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
}

void a_wait_ends_by_cancel_and_by_its_deadline() {
    const auto made = client::from_env();
    const auto code = loginid::json_get(
        made.generate_code("short", purpose, false, loginid::user::by_name(ada)), "/code");
    const loginid::cancellation cancel;
    emulator("DELETE", "requests", "");
    std::thread other([&] {
        await_the_wait();
        cancel.trigger();
    });
    REQUIRE(thrown([&] { made.wait_code(ada, code, "short", {}, &cancel); }).status() ==
            LID_ERROR_CANCELLED);
    other.join();
    for (const auto timeout : {std::chrono::milliseconds(50), std::chrono::milliseconds(-1)}) {
        REQUIRE(made.try_wait_code(ada, code, "short", timeout).status() == LID_ERROR_TIMEOUT);
    }
}

void the_log_function_is_kept_and_may_throw() {
    auto made = client::from_env();
    std::vector<std::string> events;
    made.set_log_callback([&](std::string_view event) { events.emplace_back(event); });
    made.get_user(ada);
    made.set_log_callback([&, big = std::string(4096, 'x')](std::string_view) {
        events.push_back(big);
        throw std::runtime_error("dropped");
    });
    client moved = std::move(made);
    moved.get_user(ada);
    moved.set_log_callback(nullptr);
    moved.get_user(ada);
    REQUIRE(events.size() == 2);
    REQUIRE(loginid::json_get(events[0], "/operation") == "get_user");
    REQUIRE(events[1].size() == 4096);
}

void threads_share_a_client() {
    const auto made = client::from_env();
    std::atomic<int> wrong{0};
    std::vector<std::thread> threads;
    for (int number = 0; number < 8; number++) {
        threads.emplace_back([&made, &wrong, name = "user-" + std::to_string(number)] {
            made.add_user_without_credentials(name);
            for (int i = 0; i < 10; i++) {
                wrong += loginid::json_get(made.get_user(name), "/username") != name;
            }
        });
    }
    for (auto &thread : threads) {
        thread.join();
    }
    REQUIRE(wrong == 0);
}

void what_needs_no_client() {
    const auto pair = loginid::generate_key_pair();
    REQUIRE(loginid::json_get(pair, "/private_key").rfind("-----BEGIN PRIVATE KEY", 0) == 0);
    REQUIRE(loginid::version() == LID_VERSION);
    REQUIRE(loginid::status_name(LID_ERROR_API) == "LID_ERROR_API");
    REQUIRE(thrown([] { (void)loginid::json_get("{}", "/a"); }).code() == "pointer_not_found");
}

} // namespace

int main() {
    an_error_tells_what_happened();
    a_slow_down_carries_its_time();
    views_are_read_to_their_end_and_no_further();
    a_client_can_be_moved_but_not_used_when_empty();
    constructors_take_what_they_say();
    tokens_of_another_user_are_refused();
    a_wait_ends_by_cancel_and_by_its_deadline();
    the_log_function_is_kept_and_may_throw();
    threads_share_a_client();
    what_needs_no_client();
}

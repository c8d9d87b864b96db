/* The additions of loginid.hpp to the C interface: errors, lifetime of clients, waits. */
#include <loginid.hpp>

#include <atomic>
#include <iostream>
#include <thread>

#include "support.hpp"

namespace {

using loginid::client;
using loginid::error;

const std::string ada = "ada@example.com";
const std::string purpose = "temporary_authentication";

static_assert(!std::is_copy_constructible_v<client> && !std::is_copy_assignable_v<client>);
static_assert(std::is_nothrow_move_constructible_v<client>);
static_assert(std::is_nothrow_move_assignable_v<client>);
static_assert(std::is_nothrow_copy_constructible_v<error>);
static_assert(!std::is_copy_constructible_v<loginid::result>);
static_assert(!std::is_copy_constructible_v<loginid::cancellation>);
static_assert(!std::is_copy_assignable_v<loginid::cancellation>);
static_assert(noexcept(std::declval<const client &>().try_get_user("")));

/* Whether generate_code accepts this type for `authorize`. */
template <typename Flag, typename = void> struct authorizes : std::false_type {};
template <typename Flag>
struct authorizes<Flag, std::void_t<decltype(std::declval<const client &>().generate_code(
                            "short", purpose, std::declval<Flag>(), loginid::user{}))>>
    : std::true_type {};
static_assert(authorizes<bool>::value && authorizes<const bool &>::value);
static_assert(!authorizes<const char (&)[6]>::value && !authorizes<std::string>::value);
static_assert(!authorizes<int>::value && !authorizes<void *>::value);
static_assert(!authorizes<std::nullptr_t>::value && !authorizes<std::optional<bool>>::value);

void an_error_has_every_detail() {
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
            "get_user: LID_ERROR_API: " + refused.message() + " (user_not_found, request " +
                refused.request_id() + ")");

    const loginid::result quiet = made.try_get_user("nobody");
    REQUIRE(!quiet && quiet.status() == LID_ERROR_API);
    REQUIRE(loginid::json_get(quiet.json(), "/error/code") == "user_not_found");
    REQUIRE(thrown([&] { (void)quiet.value(); }).code() == "user_not_found");
}

void a_rate_limit_has_the_time_to_wait() {
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

void an_embedded_nul_is_refused_by_the_arguments_name() {
    const auto made = client::from_env();
    const std::string nul("a\0b", 3);
    const auto who = loginid::user::by_name(nul);
    const auto message = [](const loginid::result &refused) {
        REQUIRE(refused.status() == LID_ERROR_INVALID_ARGUMENT);
        REQUIRE(loginid::json_get(refused.json(), "/error/code") == "embedded_nul");
        return loginid::json_get(refused.json(), "/error/message");
    };
    REQUIRE(message(made.try_get_user(nul)) == "username must not hold a NUL");
    REQUIRE(message(made.try_verify_token("t", nul)) == "username must not hold a NUL");
    REQUIRE(message(made.try_verify_transaction(nul, "p")) == "tx_token must not hold a NUL");
    REQUIRE(message(made.try_create_tx("p", ada, nul)) == "nonce must not hold a NUL");
    REQUIRE(message(made.try_generate_code("short", purpose, true, who)) ==
            "username must not hold a NUL");
    REQUIRE(message(made.try_rename_credential("id", nul, {})) == "name must not hold a NUL");
    REQUIRE(message(loginid::try_json_get(nul, "")) == "json must not hold a NUL");
    client other;
    REQUIRE(message(client::try_application(other, "id", nul)) ==
            "private_key must not hold a NUL");
    REQUIRE(message(client::try_with_config(other, nul)) == "config must not hold a NUL");
    // Also at the end, where C would lose only the NUL.
    REQUIRE(message(made.try_get_user(std::string("ada\0", 4))) == "username must not hold a NUL");
}

void a_null_pointer_is_not_given() {
    const char *const unset = std::getenv("LOGINID_TEST_NOT_SET");
    char *const writable = nullptr;
    REQUIRE(unset == nullptr);
    const auto id = variable("LOGINID_CLIENT_ID"), url = variable("LOGINID_BASE_URL");
    const client open(id, unset, url);
    REQUIRE(open.try_generate_service_token("users.retrieve").status() == LID_ERROR_PRIVATE_KEY);
    const client default_url(id, writable, unset);
    REQUIRE(client(id, nullptr, nullptr));
    REQUIRE(client(id, std::optional<std::string>(), std::optional<const char *>(unset)));
    REQUIRE(client(id, std::optional<std::string>(variable("LOGINID_PRIVATE_KEY")), url)
                .try_generate_service_token("users.retrieve"));
    const auto made = client::from_env();
    REQUIRE(made.try_generate_service_token("users.retrieve", unset, writable, nullptr));
    REQUIRE(thrown([&] { made.generate_code("short", purpose, false, {unset, writable}); }).code() ==
            "user_required");
    REQUIRE(thrown([&] { made.generate_code("short", purpose, false, loginid::user::by_id(unset)); })
                .code() == "user_required");

    const auto required = [](const error &refused, std::string_view name) {
        REQUIRE(refused.status() == LID_ERROR_INVALID_ARGUMENT);
        REQUIRE(refused.code() == "null_argument");
        REQUIRE(refused.message() == std::string(name) + " must not be NULL");
    };
    required(thrown([&] { made.get_user(unset); }), "username");
    required(thrown([&] { made.get_user(writable); }), "username");
    required(thrown([&] { made.get_user(nullptr); }), "username");
    required(thrown([&] { made.register_password(ada, unset); }), "password");
    required(thrown([&] { made.verify_token(unset, ada); }), "token");
    required(thrown([&] { client refused(unset); }), "client_id");
    required(thrown([&] { (void)client::management(id, unset); }), "private_key");
    required(thrown([&] { (void)client::with_config(unset); }), "config");
    required(thrown([&] { (void)loginid::json_get(unset, ""); }), "json");
    required(thrown([&] { (void)loginid::json_get("{}", unset); }), "pointer");
}

/* Texts of every kind that a std::string_view could be made from. */
void texts_of_every_kind_are_accepted() {
    struct named {
        operator std::string_view() const { return ada; }
    };
    const auto made = client::from_env();
    char array[] = "ada@example.com";
    char *const pointer = array;
    const std::string_view view(ada);
    const std::optional<std::string_view> optional_view(view);
    REQUIRE(made.try_get_user(array) && made.try_get_user(pointer) && made.try_get_user(view));
    REQUIRE(made.try_get_user(named()) && made.try_get_user({ada.data(), ada.size()}));
    REQUIRE(made.try_get_user(std::string(ada)) && made.try_get_user("ada@example.com"));
    const auto token = [&](loginid::optional_text username) {
        return bool(made.try_generate_service_token("users.retrieve", username));
    };
    REQUIRE(token(array) && token(pointer) && token(view) && token(named()) && token(optional_view));
    REQUIRE(token({}) && token(std::nullopt) && token(std::make_optional(ada)));
    loginid::user who;
    REQUIRE(!who.id && !who.name.has_value());
    who.name = ada;
    REQUIRE(who.name == ada && who.name->size() == ada.size());
    who.name = std::nullopt;
    REQUIRE(!who.name);
}

void closed(const error &refused, const std::string &problem = "is closed: make a new one") {
    REQUIRE(refused.status() == LID_ERROR_INVALID_ARGUMENT);
    REQUIRE(refused.code() == "client_closed");
    REQUIRE(refused.message().find(problem) != std::string::npos);
    REQUIRE(std::string(refused.what()) ==
            "LID_ERROR_INVALID_ARGUMENT: " + refused.message() + " (client_closed)");
}

void a_client_can_be_moved_but_not_used_when_empty() {
    client made = client::from_env();
    client other = std::move(made);
    REQUIRE(other && !made); // NOLINT: moved from is empty, as promised
    closed(thrown([&] { made.get_user(ada); }));
    closed(thrown([&] { made.wait_code(ada, "1", "short"); }));
    closed(thrown([&] { made.generate_service_token("users.retrieve"); }));
    closed(thrown([&] { made.delete_by_username(ada); }));
    closed(thrown([&] { made.set_log_callback([](std::string_view) {}); }));
    closed(thrown([&] { made.set_log_callback(nullptr); }));
    closed(thrown([&] { made.on_attempt([](const loginid::attempt &) {}); }));
    closed(made.try_set_log_callback(nullptr).error());
    closed(made.try_on_attempt([](const loginid::attempt &) {}).error());
    closed(thrown([] { client().get_user(ada); }));
    REQUIRE(made.try_get_user(ada).status() == LID_ERROR_INVALID_ARGUMENT);
    made = std::move(other);
    REQUIRE(loginid::json_get(made.get_user(ada), "/username") == ada);
    REQUIRE(client::try_with_config(made, R"({"client_id":"x","surprise":1})").status() ==
            LID_ERROR_CONFIG);
    REQUIRE(!made);
}

/* The compiler's warning is disabled, because the behaviour matters here. */
template <typename Value> void move_to_itself(Value &value) {
    Value &same = value;
    value = std::move(same);
}

void a_self_move_changes_nothing() {
    client made = client::from_env();
    int events = 0;
    made.set_log_callback([&, big = std::string(4096, 'x')](std::string_view) {
        events += big.size() == 4096;
    });
    move_to_itself(made);
    REQUIRE(loginid::json_get(made.get_user(ada), "/username") == ada);
    REQUIRE(events == 1);

    loginid::cancellation cancel;
    move_to_itself(cancel);
    REQUIRE(cancel);
    cancel.trigger();
    REQUIRE(made.try_wait_code(ada, "1", "short", {}, &cancel).status() == LID_ERROR_CANCELLED);

    auto result = made.try_get_user(ada);
    move_to_itself(result);
    REQUIRE(loginid::json_get(result.value(), "/username") == ada);
}

void a_moved_from_client_is_an_error_and_no_crash() {
    const auto made = client::from_env();
    auto from = made.try_get_user(ada);
    {
        const auto to = std::move(from);
        REQUIRE(to && loginid::json_get(to.json(), "/username") == ada);
    }
    REQUIRE(!from); // NOLINT: moved from, as promised
    closed(thrown([&] { (void)from.value(); }), "is empty: it was moved from");

    error first = thrown([&] { made.get_user("nobody"); });
    const error second = std::move(first);
    REQUIRE(first.code() == "user_not_found" && second.code() == first.code()); // NOLINT

    loginid::cancellation cancel;
    const loginid::cancellation taken = std::move(cancel);
    cancel.trigger(); // NOLINT: without effect
    closed(thrown([&] { made.wait_code(ada, "1", "short", {}, &cancel); }),
           "is empty: it was moved from");
}

void constructors_use_their_arguments() {
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
    using namespace std::chrono_literals;
    for (const loginid::optional_time timeout : {loginid::optional_time(50ms), {20'000us}, {1ns}}) {
        REQUIRE(made.try_wait_code(ada, code, "short", timeout).status() == LID_ERROR_TIMEOUT);
    }
}

void a_derived_client_has_its_own_options() {
    using namespace std::chrono_literals;
    auto made = client::from_env();
    loginid::options options;
    options.timeout = 30s;
    options.max_retries = 0;
    options.headers = {{"X-Tenant", "two \"quoted\""}, {"X-Zone", "eu"}};
    options.request_id = "trace-42";
    auto derived = made.with_options(options);
    REQUIRE(!derived.with_options({}).get_user(ada).empty());
    made = client(); // in any order
    emulator("DELETE", "requests", "");
    REQUIRE(thrown([&] { derived.get_user("nobody"); }).request_id() == "trace-42");
    const std::string sent = emulator("GET", "requests", "");
    REQUIRE(sent.find(R"(["x-tenant","two \"quoted\""])") != std::string::npos);
    REQUIRE(sent.find(R"(["x-zone","eu"])") != std::string::npos);

    const std::chrono::duration<double> none(std::numeric_limits<double>::quiet_NaN());
    for (const loginid::optional_time bad :
         {loginid::optional_time(0ms), {-5ms}, {86'400'001ms}, {none}}) {
        loginid::options refused;
        refused.timeout = bad;
        const error named = thrown([&] { (void)derived.with_options(refused); });
        REQUIRE(named.status() == LID_ERROR_INVALID_ARGUMENT && named.code() == "out_of_range");
        REQUIRE(named.message() == "timeout must be more than zero, and at most a day");
    }
    for (const loginid::optional_time good : {loginid::optional_time(1ns), {24h}}) {
        loginid::options longest;
        longest.timeout = good;
        REQUIRE(derived.with_options(longest));
    }
    loginid::options refused;
    refused.headers = {{"Host", "canary"}};
    const error named = thrown([&] { (void)derived.with_options(refused); });
    REQUIRE(named.code() == "invalid_options");
    REQUIRE(named.json().find("canary") == std::string::npos);
    refused.headers = {{"X-A", std::string("a\0b", 3)}};
    client into = client::from_env();
    REQUIRE(derived.try_with_options(into, refused).status() == LID_ERROR_INVALID_ARGUMENT && !into);
    closed(thrown([&] { (void)client().with_options({}); }));

    // A client may replace itself.
    REQUIRE(derived.try_with_options(derived, {}) && derived);
    REQUIRE(thrown([&] { derived.get_user("nobody"); }).request_id() == "trace-42");
}

void a_cancel_ends_every_call_of_a_derived_client() {
    const auto made = client::from_env();
    client derived;
    {
        const loginid::cancellation cancel;
        loginid::options options;
        options.cancel = &cancel;
        derived = made.with_options(options);
        emulator("DELETE", "requests", "");
        emulator("POST", "faults",
                 R"({"match":{"path":"/authenticate/code/wait"},"times":1,)"
                 R"("fault":{"kind":"delay","ms":60000}})");
        std::thread other([&] {
            await_the_wait();
            cancel.trigger();
        });
        REQUIRE(thrown([&] { derived.wait_code(ada, "1", "short"); }).status() ==
                LID_ERROR_CANCELLED);
        other.join();
    }
    REQUIRE(derived.try_generate_service_token("users.retrieve").status() == LID_ERROR_CANCELLED);
    REQUIRE(made.try_generate_service_token("users.retrieve"));

    loginid::cancellation moved;
    const loginid::cancellation taken = std::move(moved);
    loginid::options options;
    options.cancel = &moved; // NOLINT: empty
    closed(thrown([&] { (void)made.with_options(options); }), "is empty: it was moved from");
}

void the_log_function_outlives_the_client_that_set_it() {
    int events = 0;
    client derived;
    {
        auto made = client::from_env();
        derived = made.with_options({});
        made.set_log_callback([&, big = std::string(4096, 'x')](std::string_view) {
            events += big.size() == 4096;
        });
    }
    REQUIRE(derived.try_get_user(ada));
    REQUIRE(events == 1);
    derived.set_log_callback(nullptr);
}

void a_time_out_of_range_is_refused() {
    const auto made = client::from_env();
    const auto refused = [&](loginid::optional_time timeout) {
        const error thrown_by_it = thrown([&] { made.wait_code(ada, "1", "short", timeout); });
        REQUIRE(thrown_by_it.message().rfind("timeout must be", 0) == 0);
        return thrown_by_it.status() == LID_ERROR_INVALID_ARGUMENT &&
               thrown_by_it.code() == "out_of_range";
    };
    using namespace std::chrono_literals;
    emulator("DELETE", "requests", "");
    REQUIRE(refused(0ms) && refused(-1ms) && refused(-5s) && refused(-0.5s));
    REQUIRE(refused(std::chrono::milliseconds::min()) && refused(std::chrono::hours::min()));
    REQUIRE(refused(std::chrono::milliseconds::max()) && refused(std::chrono::hours::max()));
    REQUIRE(refused(std::chrono::milliseconds(std::int64_t{1} << 32)));
    REQUIRE(refused(std::chrono::duration<double>(std::numeric_limits<double>::quiet_NaN())));
    REQUIRE(loginid::json_get(emulator("GET", "requests", ""), "/count") == "0");
    // The longest time that the C function accepts.
    loginid::cancellation cancel;
    cancel.trigger();
    REQUIRE(made.try_wait_code(ada, "1", "short", std::chrono::milliseconds((1LL << 32) - 1),
                               &cancel).status() == LID_ERROR_CANCELLED);
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

void a_log_function_is_freed_when_it_is_replaced() {
    auto made = client::from_env();
    const auto kept = std::make_shared<int>(0);
    made.set_log_callback([kept](std::string_view) { ++*kept; });
    made.get_user(ada);
    REQUIRE(*kept == 1 && kept.use_count() == 2);
    made.set_log_callback(nullptr);
    REQUIRE(kept.use_count() == 1);
}

void threads_may_set_the_log_function() {
    auto made = client::from_env();
    std::atomic<int> events{0};
    std::vector<std::thread> threads;
    for (int number = 0; number < 4; number++) {
        threads.emplace_back([&] {
            for (int i = 0; i < 300; i++) {
                made.set_log_callback([&events, big = std::string(4096, 'x')](std::string_view) {
                    events += big.size() == 4096;
                });
                if (i % 30 == 0) {
                    made.get_user(ada);
                }
            }
        });
    }
    for (auto &thread : threads) {
        thread.join();
    }
    REQUIRE(events == 40);
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

void functions_without_a_client_work() {
    const auto pair = loginid::generate_key_pair();
    REQUIRE(loginid::json_get(pair, "/private_key").rfind("-----BEGIN PRIVATE KEY", 0) == 0);
    REQUIRE(loginid::version() == LID_VERSION);
    REQUIRE(loginid::status_name(LID_ERROR_API) == "LID_ERROR_API");
    REQUIRE(thrown([] { (void)loginid::json_get("{}", "/a"); }).code() == "pointer_not_found");
}

void a_document_has_the_values_of_its_text() {
    using loginid::json;
    const std::string text = R"({"name":"caf\u00e9","n":9007199254740993,"x":1.5,"yes":true,)"
                             R"("no":null,"list":[{"id":"a"},{"id":"b"}],"o":{"a/b~":1,"c":2},)"
                             R"("nul\u0000":1,"cut":"x\u0000y"})";
    const json document(text);
    REQUIRE(document.type() == LID_JSON_OBJECT && document.type("/list") == LID_JSON_ARRAY);
    REQUIRE(document.type("/absent") == LID_JSON_ABSENT && !document.has("/absent"));
    REQUIRE(document.type("bad") == LID_JSON_ABSENT);
    REQUIRE(document.has("/no") && document.type("/no") == LID_JSON_NULL);
    REQUIRE(document.get<std::string_view>("/name") == "caf\xc3\xa9");
    REQUIRE(document.get<std::int64_t>("/n") == 9007199254740993);
    REQUIRE(document.get<double>("/x") == 1.5);
    REQUIRE(document.get<bool>("/yes"));
    REQUIRE(document.find<std::int64_t>("/n") == 9007199254740993);
    REQUIRE(!document.find<std::string_view>("/n") && !document.find<bool>("/no"));
    REQUIRE(!document.find<std::int64_t>("/x") && !document.find<double>("/absent"));
    REQUIRE(!document.find<std::string_view>("/cut"));
    REQUIRE(!document.find<std::int64_t>(std::string_view("/n\0x", 4)));
    REQUIRE(document.size() == 9 && document.size("/list") == 2 && document.size("/n") == 0);
    REQUIRE(document.name(0) == "name" && !document.name(7) && !document.name(9));

    std::string ids;
    for (const json &item : document.items("/list")) {
        ids += item.get<std::string_view>("/id");
    }
    REQUIRE(ids == "ab" && document.items("/o").empty() && document.items("/absent").empty());
    std::string names;
    std::int64_t sum = 0;
    for (const auto &[name, member] : document.members("/o")) {
        names += name;
        sum += member.get<std::int64_t>();
    }
    REQUIRE(names == "a/b~c" && sum == 3);
    REQUIRE(document.members().size() == 8 && document.members("/list").empty());

    const error absent = thrown([&] { (void)document.get<bool>("/\"absent"); });
    REQUIRE(absent.status() == LID_ERROR_RESPONSE && absent.code() == "invalid_response");
    bool of_its_class = false;
    try {
        (void)document.get<bool>("/absent");
    } catch (const loginid::response_error &) {
        of_its_class = true;
    }
    REQUIRE(of_its_class);
    REQUIRE(absent.message() == "the JSON text has no such value at /\"absent");
    const error bad = thrown([&] { (void)document.get<bool>("absent"); });
    REQUIRE(bad.status() == LID_ERROR_INVALID_ARGUMENT && bad.code() == "invalid_pointer");
}

void values_keep_the_text_that_they_are_in() {
    using loginid::json;
    static_assert(std::is_nothrow_move_constructible_v<json>);
    json value;
    REQUIRE(value.type() == LID_JSON_ABSENT && value.size() == 0 && !value.name(0));
    REQUIRE(thrown([&] { (void)value.get<bool>(); }).status() == LID_ERROR_INVALID_ARGUMENT);
    {
        json document(R"({"a":{"b":"text"}})");
        value = document.at("/a");
        const json moved = std::move(document);
        REQUIRE(moved.has("/a/b"));
    }
    REQUIRE(value.get<std::string_view>("/b") == "text");
    REQUIRE(value.at("/b").get<std::string_view>() == "text");

    REQUIRE(thrown([] { json{"{"}; }).code() == "invalid_json");
    REQUIRE(!json::try_parse(value, std::string("{}\0", 3)) && !value.has(""));
    REQUIRE(json::try_parse(value, "[1]") && value.size() == 1);
    REQUIRE(!json::try_parse(value, nullptr) && value.size() == 0);
}

void an_answer_is_a_document() {
    emulator("POST", "users/" + ada + "/credentials", R"({"type":"fido2","name":"phone"})");
    const auto made = client::from_env();
    const loginid::json answer(made.get_credentials(loginid::user::by_name(ada)));
    std::size_t phones = 0;
    for (const loginid::json &credential : answer.items("/credentials")) {
        REQUIRE(!credential.get<std::string_view>("/uuid").empty());
        phones += credential.find<std::string_view>("/name") == "phone" ? 1 : 0;
    }
    REQUIRE(phones == 1 && answer.size("/credentials") >= phones);
}

void a_quoted_text_is_a_json_string() {
    REQUIRE(loginid::quote("a\"b\n") == R"("a\"b\n")");
    REQUIRE(loginid::quote("").size() == 2);
    REQUIRE(thrown([] { (void)loginid::quote("\xff"); }).code() == "invalid_utf8");
    REQUIRE(!loginid::try_quote(nullptr));
}

} // namespace

int main() {
    an_error_has_every_detail();
    a_rate_limit_has_the_time_to_wait();
    views_are_read_to_their_end_and_no_further();
    an_embedded_nul_is_refused_by_the_arguments_name();
    a_null_pointer_is_not_given();
    texts_of_every_kind_are_accepted();
    a_client_can_be_moved_but_not_used_when_empty();
    a_self_move_changes_nothing();
    a_moved_from_client_is_an_error_and_no_crash();
    constructors_use_their_arguments();
    tokens_of_another_user_are_refused();
    a_wait_ends_by_cancel_and_by_its_deadline();
    a_derived_client_has_its_own_options();
    a_cancel_ends_every_call_of_a_derived_client();
    the_log_function_outlives_the_client_that_set_it();
    a_time_out_of_range_is_refused();
    the_log_function_is_kept_and_may_throw();
    a_log_function_is_freed_when_it_is_replaced();
    threads_may_set_the_log_function();
    threads_share_a_client();
    functions_without_a_client_work();
    a_document_has_the_values_of_its_text();
    values_keep_the_text_that_they_are_in();
    an_answer_is_a_document();
    a_quoted_text_is_a_json_string();
    std::cout << "called\n";
}

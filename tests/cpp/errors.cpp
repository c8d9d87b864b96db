/* The errors and the attempts of bindings/errors.json, which the tests of all languages read. */
#include <loginid.hpp>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <thread>
#include <typeindex>
#include <typeinfo>
#include <vector>

#include "support.hpp"

namespace {

using loginid::client;
using loginid::error;

const std::map<std::string, std::type_index> classes = {
    {"InvalidArgument", typeid(loginid::invalid_argument_error)},
    {"Config", typeid(loginid::config_error)},
    {"PrivateKey", typeid(loginid::private_key_error)},
    {"TokenInvalid", typeid(loginid::token_invalid_error)},
    {"TokenExpired", typeid(loginid::token_expired_error)},
    {"ClaimMismatch", typeid(loginid::claim_mismatch_error)},
    {"Api", typeid(loginid::api_error)},
    {"RateLimited", typeid(loginid::rate_limited_error)},
    {"Network", typeid(loginid::network_error)},
    {"Tls", typeid(loginid::tls_error)},
    {"Timeout", typeid(loginid::timeout_error)},
    {"Cancelled", typeid(loginid::cancelled_error)},
    {"Response", typeid(loginid::response_error)},
    {"Internal", typeid(loginid::internal_error)},
};

/* A value of a JSON text, if it has one there. */
std::optional<std::string> get(const std::string &json, const std::string &pointer) {
    const auto value = loginid::try_json_get(json, pointer);
    return value ? std::optional<std::string>(value.json()) : std::nullopt;
}

/* The elements of an array of a JSON text. */
std::vector<std::string> elements(const std::string &json, const std::string &pointer) {
    std::vector<std::string> all;
    while (auto next = get(json, pointer + "/" + std::to_string(all.size()))) {
        all.push_back(*next);
    }
    return all;
}

/* A member of a row as the calls take it: "␀" is a NUL. */
std::string text_of(const std::string &row, const char *pointer) {
    std::string text = loginid::json_get(row, pointer);
    const std::string nul = "\u2400";
    if (const auto at = text.find(nul); at != std::string::npos) {
        text.replace(at, nul.size(), 1, '\0');
    }
    return text;
}

/* As the table has it. */
template <typename Number> std::string or_null(std::optional<Number> number) {
    return number ? std::to_string(*number) : "null";
}

std::string or_null(const std::string &text) { return text.empty() ? "null" : text; }

/* The path of a call or of the case's call. */
std::string path_of(const std::string &table, const std::string &call) {
    return loginid::json_get(table, "/calls/" + call + "/path");
}

/* Sets the faults of a case. */
void prepare(const std::string &table, const std::string &row) {
    auto fault = get(row, "/fault");
    if (const auto name = get(row, "/answered_with_login_of")) {
        client::from_env().add_user_without_credentials(*name);
        const auto login = emulator("POST", "users/" + *name + "/login", "");
        fault = R"({"kind":"status","code":200,"body":)" + loginid::quote(login) + "}";
    }
    if (fault) {
        const auto call = get(row, "/fault_of").value_or(loginid::json_get(row, "/call"));
        emulator("POST", "faults",
                 R"({"match":{"path":)" + loginid::quote(path_of(table, call)) + R"(},"times":)" +
                     get(row, "/times").value_or("9") + R"(,"fault":)" + *fault + "}");
    }
}

/* The configuration of a case, without the members that name the application. */
std::string config_of(const std::string &row, const char *base_url) {
    std::string config = R"("base_url":)" + loginid::quote(get(row, "/config/base_url")
                                                               .value_or(variable(base_url)));
    for (const std::string name : {"max_retries", "request_timeout_ms"}) {
        if (const auto value = get(row, "/config/" + name)) {
            config += ",\"" + name + "\":" + *value;
        }
    }
    return config + "}";
}

client v1_client(const std::string &row) {
    auto key = variable("LOGINID_PRIVATE_KEY");
    if (get(row, "/another_key")) {
        key = loginid::json_get(loginid::generate_key_pair(), "/private_key");
    }
    return client::with_config(R"({"client_id":)" + loginid::quote(variable("LOGINID_CLIENT_ID")) +
                               R"(,"private_key":)" + loginid::quote(key) + "," +
                               config_of(row, "LOGINID_BASE_URL"));
}

loginid::v2::client v2_client(const std::string &row) {
    std::string config = "{";
    if (!get(row, "/without_api_key")) {
        config += R"("api_key":)" +
                  loginid::quote(get(row, "/config/api_key").value_or(variable("LOGINID_V2_API_KEY"))) +
                  ",";
    }
    return loginid::v2::client::with_config(config + config_of(row, "LOGINID_V2_BASE_URL"));
}

void make(const client &made, const std::string &row) {
    const auto call = loginid::json_get(row, "/call");
    const auto name = text_of(row, "/username");
    if (call == "get_user") {
        made.get_user(name);
    } else if (call == "authenticate_password") {
        made.authenticate_password(name, "a password");
    } else {
        REQUIRE(call == "wait_code");
        const loginid::cancellation cancel;
        if (get(row, "/cancelled")) {
            cancel.trigger();
        }
        made.wait_code(name, "123456", "short", {}, &cancel);
    }
}

/* A token that the service signed, with the times of the row. */
std::string token_of(const std::string &row) {
    const auto signed_token = emulator(
        "POST", "v2/tokens",
        R"({"claims":{"sub":"u1","username":"ada","tokenType":"jwtAccess","iss":)" +
            loginid::quote(variable("LOGINID_V2_BASE_URL")) + R"(,"aud":)" +
            loginid::quote(variable("LOGINID_V2_APPLICATION_ID")) + R"(,"iat":)" +
            loginid::json_get(row, "/token/iat") + R"(,"exp":)" +
            loginid::json_get(row, "/token/exp") + "}}");
    return loginid::json_get(signed_token, "/token");
}

void make(const loginid::v2::client &made, const std::string &row) {
    const auto call = loginid::json_get(row, "/call");
    const auto token = get(row, "/token") ? token_of(row) : "";
    if (call == "v2_list_passkeys") {
        loginid::v2::user who;
        const auto name = get(row, "/username");
        if (name) {
            who = loginid::v2::user::by_name(*name);
        } else if (!token.empty()) {
            who = loginid::v2::user::by_token(token);
        }
        made.list_passkeys(who);
    } else if (call == "v2_delete_user") {
        made.delete_user(text_of(row, "/user_id"));
    } else if (call == "v2_verify_token") {
        made.verify_token(token);
    } else {
        REQUIRE(call == "v2_get_version");
        made.get_version();
    }
}

/* Triggers when the service has received the request of a call. */
std::thread trigger_while_running(const loginid::cancellation &cancel, const std::string &path) {
    return std::thread([&cancel, path] {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
        while (emulator("GET", "requests", "").find(loginid::quote(path)) == std::string::npos) {
            REQUIRE(std::chrono::steady_clock::now() < deadline);
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
        cancel.trigger();
    });
}

void compare(const error &seen, const std::string &table, const std::string &row,
             const std::vector<loginid::attempt> &attempts) {
    const auto expected = [&](const char *name) {
        return loginid::json_get(row, std::string("/error/") + name);
    };
    REQUIRE(seen.status_name() == expected("status"));
    REQUIRE(seen.code() == expected("code"));
    REQUIRE(or_null(seen.operation()) == expected("operation"));
    REQUIRE(or_null(seen.http_status()) == expected("http_status"));
    REQUIRE((seen.retryable() ? "true" : "false") == expected("retryable"));
    const auto wait = seen.retry_after();
    REQUIRE((wait ? std::to_string(wait->count()) : "null") == expected("retry_after_ms"));
    REQUIRE(seen.request_id() == (attempts.empty() ? "" : attempts.back().request_id()));
    REQUIRE(!seen.message().empty());
    REQUIRE(seen.message() == get(row, "/message").value_or(seen.message()));
    const std::string operation = seen.operation().empty() ? "" : seen.operation() + ": ";
    const std::string request = attempts.empty() ? "" : ", request " + seen.request_id();
    REQUIRE(seen.what() == operation + std::string(seen.status_name()) + ": " + seen.message() +
                               " (" + seen.code() + request + ")");
    for (const std::string name : {"status", "code", "operation", "http_status", "retryable",
                                   "retry_after_ms"}) {
        REQUIRE(loginid::json_get(seen.json(), "/error/" + name) == expected(name.c_str()));
    }
    REQUIRE(loginid::json_get(seen.json(), "/error/message") == seen.message());
    REQUIRE(loginid::json_get(seen.json(), "/error/request_id") == or_null(seen.request_id()));
    for (const auto &status : elements(table, "/statuses")) {
        if (loginid::json_get(status, "/status") == seen.status_name()) {
            REQUIRE(loginid::json_get(status, "/number") == std::to_string(seen.status()));
            REQUIRE(std::type_index(typeid(seen)) == classes.at(loginid::json_get(status, "/stem")));
        }
    }
}

void compare_attempts(const std::vector<loginid::attempt> &attempts, const std::string &table,
                      const std::string &row) {
    const auto expected = elements(row, "/attempts");
    REQUIRE(attempts.size() == expected.size());
    for (std::size_t i = 0; i < attempts.size(); i++) {
        const auto &seen = attempts[i];
        const auto call = get(expected[i], "/operation").value_or(loginid::json_get(row, "/call"));
        REQUIRE(seen.event() == "http_attempt" && seen.operation() == call);
        REQUIRE(seen.method() == loginid::json_get(table, "/calls/" + call + "/method"));
        REQUIRE(seen.path() == path_of(table, call) && seen.duration().count() > 0);
        const bool is_repeated = i > 0 && attempts[i - 1].operation() == call;
        REQUIRE(!is_repeated || seen.request_id() == attempts[i - 1].request_id());
        REQUIRE(std::to_string(seen.number()) == get(expected[i], "/attempt"));
        REQUIRE(or_null(seen.http_status()) == get(expected[i], "/http_status"));
        REQUIRE(or_null(std::string(seen.status_name())) == get(expected[i], "/status"));
        REQUIRE(or_null(seen.code()) == get(expected[i], "/code"));
        REQUIRE((seen.retry_in() ? "true" : "false") == get(expected[i], "/retried"));
        REQUIRE(loginid::json_get(seen.json(), "/operation") == call);
    }
}

template <typename Client>
void the_case_is_as_the_table_says(Client made, const std::string &table, const std::string &row) {
    std::vector<loginid::attempt> attempts;
    const loginid::cancellation cancel;
    std::thread other;
    if (get(row, "/cancelled_while_running")) {
        loginid::options options;
        options.cancel = &cancel;
        made = made.with_options(options);
        other = trigger_while_running(cancel, path_of(table, loginid::json_get(row, "/call")));
    }
    made.on_attempt([&](const loginid::attempt &one) { attempts.push_back(one); });
    if (get(row, "/closed")) {
        made = Client();
    }
    bool thrown = false;
    try {
        make(made, row);
    } catch (const error &seen) {
        thrown = true;
        compare(seen, table, row, attempts);
    }
    REQUIRE(thrown);
    compare_attempts(attempts, table, row);
    if (other.joinable()) {
        other.join();
    }
}

void errors_and_attempts_are_those_of_the_table(const std::string &table) {
    const auto rows = elements(table, "/cases");
    REQUIRE(rows.size() > 20);
    for (const auto &row : rows) {
        std::cerr << loginid::json_get(row, "/case") << '\n'; // The last one failed.
        emulator("POST", "reset", "");
        prepare(table, row);
        if (loginid::json_get(row, "/service") == "v2") {
            the_case_is_as_the_table_says(v2_client(row), table, row);
        } else {
            the_case_is_as_the_table_says(v1_client(row), table, row);
        }
    }
}

void each_status_has_a_class(const std::string &table) {
    const auto statuses = elements(table, "/statuses");
    REQUIRE(statuses.size() == classes.size());
    for (const auto &row : statuses) {
        const auto number =
            static_cast<lid_status>(std::atoi(loginid::json_get(row, "/number").c_str()));
        REQUIRE(loginid::status_name(number) == loginid::json_get(row, "/status"));
        try {
            (void)loginid::result(number, "{}").value();
            REQUIRE(false);
        } catch (const error &seen) {
            REQUIRE(std::type_index(typeid(seen)) == classes.at(loginid::json_get(row, "/stem")));
        }
    }
    const auto newer = static_cast<lid_status>(LID_ERROR_INTERNAL + 1);
    try {
        (void)loginid::result(newer, "{}").value();
        REQUIRE(false);
    } catch (const error &seen) {
        REQUIRE(typeid(seen) == typeid(error) && seen.status() == newer);
    }
}

void the_function_is_replaced_removed_and_may_throw() {
    client made = client::from_env();
    emulator("POST", "reset", "");
    const std::string ada = "ada@example.com";
    made.add_user_without_credentials(ada);
    int attempts = 0, texts = 0;
    made.on_attempt([&](const loginid::attempt &) {
        attempts++;
        throw std::runtime_error("dropped");
    });
    made.get_user(ada);
    made.set_log_callback([&](std::string_view) { texts++; });
    made.get_user(ada);
    made.on_attempt([&](const loginid::attempt &) { attempts++; });
    made.get_user(ada);
    made.on_attempt(nullptr);
    made.get_user(ada);
    REQUIRE(attempts == 2 && texts == 1);
}

} // namespace

int main(int count, char **values) {
    if (count != 2) {
        std::cerr << "usage: errors FILE\n";
        return 2;
    }
    std::ostringstream text;
    text << std::ifstream(values[1]).rdbuf();
    errors_and_attempts_are_those_of_the_table(text.str());
    each_status_has_a_class(text.str());
    the_function_is_replaced_removed_and_may_throw();
    std::cout << "compared\n";
}

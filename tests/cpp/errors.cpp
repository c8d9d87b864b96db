/* The errors and the attempts of bindings/errors.json, which the tests of all languages read. */
#include <loginid.hpp>

#include <cstdlib>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <typeindex>
#include <typeinfo>
#include <vector>

#include "support.hpp"

namespace {

using loginid::client;
using loginid::error;

const std::map<std::string, std::string> paths = {
    {"get_user", "/manage/users/retrieve"},
    {"authenticate_password", "/authenticate/password"},
    {"wait_code", "/authenticate/code/wait"},
};

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

std::string quoted(const std::string &text) {
    std::string escaped = "\"";
    for (const char one : text) {
        if (one == '\n') {
            escaped += "\\n";
            continue;
        }
        escaped += one == '"' || one == '\\' ? std::string("\\") + one : std::string(1, one);
    }
    return escaped + "\"";
}

/* As the table has it. */
template <typename Number> std::string or_null(std::optional<Number> number) {
    return number ? std::to_string(*number) : "null";
}

std::string or_null(const std::string &text) { return text.empty() ? "null" : text; }

/* A client for a case, whose faults are set. */
client client_of(const std::string &row) {
    emulator("POST", "reset", "");
    auto key = variable("LOGINID_PRIVATE_KEY");
    if (get(row, "/another_key")) {
        key = loginid::json_get(loginid::generate_key_pair(), "/private_key");
    }
    auto fault = get(row, "/fault");
    if (const auto name = get(row, "/answered_with_login_of")) {
        client::from_env().add_user_without_credentials(*name);
        const auto login = emulator("POST", "users/" + *name + "/login", "");
        fault = R"({"kind":"status","code":200,"body":)" + quoted(login) + "}";
    }
    if (fault) {
        const auto path = paths.at(loginid::json_get(row, "/call"));
        emulator("POST", "faults",
                 R"({"match":{"path":")" + path + R"("},"times":)" +
                     get(row, "/times").value_or("9") + R"(,"fault":)" + *fault + "}");
    }
    std::string config = R"({"client_id":)" + quoted(variable("LOGINID_CLIENT_ID")) +
                         R"(,"private_key":)" + quoted(key) + R"(,"base_url":)" +
                         quoted(get(row, "/config/base_url").value_or(variable("LOGINID_BASE_URL")));
    for (const std::string name : {"max_retries", "request_timeout_ms"}) {
        if (const auto value = get(row, "/config/" + name)) {
            config += ",\"" + name + "\":" + *value;
        }
    }
    return client::with_config(config + "}");
}

void make(const client &made, const std::string &row) {
    const auto call = loginid::json_get(row, "/call");
    const auto name = loginid::json_get(row, "/username");
    if (call == "get_user") {
        made.get_user(name);
    } else if (call == "authenticate_password") {
        made.authenticate_password(name, "a password");
    } else {
        const loginid::cancellation cancel;
        if (get(row, "/cancelled")) {
            cancel.trigger();
        }
        made.wait_code(name, "123456", "short", {}, &cancel);
    }
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
    REQUIRE(seen.request_id() == (attempts.empty() ? "" : attempts[0].request_id()));
    REQUIRE(!seen.message().empty());
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

void compare_attempts(const std::vector<loginid::attempt> &attempts, const std::string &row) {
    const auto expected = elements(row, "/attempts");
    REQUIRE(attempts.size() == expected.size());
    for (std::size_t i = 0; i < attempts.size(); i++) {
        const auto &seen = attempts[i];
        const auto call = loginid::json_get(row, "/call");
        REQUIRE(seen.event() == "http_attempt" && seen.operation() == call);
        REQUIRE(seen.method() == "POST" && seen.path() == paths.at(call));
        REQUIRE(seen.request_id() == attempts[0].request_id() && seen.duration().count() > 0);
        REQUIRE(std::to_string(seen.number()) == get(expected[i], "/attempt"));
        REQUIRE(or_null(seen.http_status()) == get(expected[i], "/http_status"));
        REQUIRE(seen.status_name() == get(expected[i], "/status"));
        REQUIRE(seen.code() == get(expected[i], "/code"));
        REQUIRE((seen.retry_in() ? "true" : "false") == get(expected[i], "/retried"));
        REQUIRE(loginid::json_get(seen.json(), "/operation") == call);
    }
}

void errors_and_attempts_are_those_of_the_table(const std::string &table) {
    const auto rows = elements(table, "/cases");
    REQUIRE(rows.size() > 10);
    for (const auto &row : rows) {
        std::cerr << loginid::json_get(row, "/case") << '\n'; // The last one failed.
        client made = client_of(row);
        std::vector<loginid::attempt> attempts;
        made.on_attempt([&](const loginid::attempt &one) { attempts.push_back(one); });
        if (get(row, "/closed")) {
            made = client();
        }
        bool thrown = false;
        try {
            make(made, row);
        } catch (const error &seen) {
            thrown = true;
            compare(seen, table, row, attempts);
        }
        REQUIRE(thrown);
        compare_attempts(attempts, row);
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

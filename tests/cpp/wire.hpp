/* The calls of a table of requests: each in both forms. */
#ifndef TESTS_WIRE_HPP
#define TESTS_WIRE_HPP

#include <loginid.hpp>

#include <cstdlib>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>
#include <sstream>

/* The arguments of one call, by their C names. */
class arguments {
public:
    arguments(std::string json) : json_(std::move(json)) {}
    std::string operator[](const std::string &name) const {
        return loginid::json_get(json_, "/" + name);
    }
    std::optional<std::string> optional(const std::string &name) const {
        const auto value = loginid::try_json_get(json_, "/" + name);
        return value ? std::optional<std::string>(value.json()) : std::nullopt;
    }

private:
    std::string json_;
};

/* Both forms of each call, by the name of its function in C. */
template <typename Client>
using form = std::function<void(const Client &, const arguments &)>;
template <typename Client>
using methods_of = std::map<std::string, std::pair<form<Client>, form<Client>>>;

/* Both forms of a call of `client`, whose functions' names begin with `prefix`. */
#define BOTH(name, ...)                                                                          \
    methods[std::string(prefix) + #name] = {                                                     \
        [](const client &c, const arguments &a) {                                                \
            (void)a;                                                                             \
            const loginid::result result = c.try_##name(__VA_ARGS__);                            \
            (void)result;                                                                        \
        },                                                                                       \
        [](const client &c, const arguments &a) {                                                \
            (void)a;                                                                             \
            c.name(__VA_ARGS__);                                                                 \
        }}

/* Makes every call of the table in the file that is the only argument, in order. Returns the
 * exit status of the program. */
template <typename Client>
int make_calls(const methods_of<Client> &methods, int count, char **values) {
    if (count != 2) {
        std::cerr << "usage: wire FILE\n";
        return 2;
    }
    std::ostringstream text;
    text << std::ifstream(values[1]).rdbuf();
    const std::string calls = text.str();
    const auto client = Client::from_env();
    for (int number = 0;; number++) {
        const std::string at = "/" + std::to_string(number);
        if (!loginid::try_json_get(calls, at)) {
            return number > 0 ? 0 : 1;
        }
        const auto &[quiet, throwing] = methods.at(loginid::json_get(calls, at + "/function"));
        const arguments given(loginid::json_get(calls, at + "/arguments"));
        quiet(client, given);
        try {
            throwing(client, given);
        } catch (const loginid::error &error) {
            // The user and the code do not exist; only the request matters.
            if (!error.http_status()) {
                std::cerr << at << ": " << error.what() << '\n';
                return 1;
            }
        }
    }
}

#endif

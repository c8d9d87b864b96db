/* session.hpp of docs/cpp.md: what it answers to each body and to each error. */
#include <loginid/testing.hpp>

#include "session.hpp"

namespace {

using loginid::testing::failure;

void require(const std::string &what, const answer &got, int status, const std::string &code) {
    if (got.status != status || loginid::json_get(got.json, "/code") != code) {
        std::cout << what << ": " << got.status << ' ' << got.json << '\n';
        std::exit(1);
    }
}

void nobody(std::string_view) {
    std::cout << "a session was begun\n";
    std::exit(1);
}

void strangers_send(const loginid::v2::client &client) {
    for (const char *body :
         {"", "{", "[]", "1", "{}", R"({"jwtAccess":null})", R"({"jwtAccess":""})",
          R"({"jwtAccess":5})", R"({"jwtAccess":["a.b.c"]})", R"({"token":"a.b.c"})",
          R"({"jwtAccess":"a\u0000b"})", R"({"jwtAccess":"\ud800"})",
          "{\"jwtAccess\":\"\xff\"}"}) {
        require(body, post_session(client, body, nobody), 400, "bad_request");
    }
    require("a NUL", post_session(client, std::string("{}\0", 3), nobody), 400, "bad_request");
    require(
        "deep", post_session(client, std::string(100'000, '['), nobody), 400, "bad_request");
    for (const std::string &token :
         {std::string("\xc3\xa9"), std::string(" "), std::string(100'000, 'a')}) {
        require(
            token,
            post_session(client, R"({"jwtAccess":)" + loginid::quote(token) + "}", nobody), 401,
            "malformed_token");
    }
}

void errors_have_their_answers() {
    const auto answered = [](lid_status status, const char *code,
                             std::optional<int> http_status = {}) {
        return answer_to(failure(status, code, "fake", http_status).error());
    };
    for (const lid_status status :
         {LID_ERROR_TOKEN_INVALID, LID_ERROR_TOKEN_EXPIRED, LID_ERROR_CLAIM_MISMATCH}) {
        require("a token", answered(status, "its_code"), 401, "its_code");
    }
    for (const lid_status status :
         {LID_ERROR_RATE_LIMITED, LID_ERROR_NETWORK, LID_ERROR_TLS, LID_ERROR_TIMEOUT,
          LID_ERROR_CANCELLED, LID_ERROR_RESPONSE}) {
        require("later", answered(status, "its_code"), 503, "try_again_later");
    }
    require("down", answered(LID_ERROR_API, "http_error", 502), 503, "try_again_later");
    // By the code: a fake may have no HTTP status.
    require("gone", answered(LID_ERROR_API, "not_found"), 404, "not_found");
    // The program's own faults.
    require("a scope", answered(LID_ERROR_API, "forbidden", 403), 500, "internal_error");
    require("the key", answered(LID_ERROR_API, "unauthorized", 401), 500, "internal_error");
    require(
        "no key", answered(LID_ERROR_PRIVATE_KEY, "api_key_required"), 500, "internal_error");
    require(
        "an argument", answered(LID_ERROR_INVALID_ARGUMENT, "empty_argument"), 500,
        "internal_error");
}

void the_time_to_wait_is_passed_on(const loginid::testing::emulator &emulator) {
    emulator.control(
        "POST", "faults",
        R"({"fault":{"kind":"status","code":429,"headers":[["Retry-After","7"]]}})");
    loginid::options once;
    once.max_retries = 0;
    const auto limited = emulator.v2_client().with_options(once).try_get_version();
    require("a limit", answer_to(limited.error()), 503, "try_again_later");
    if (answer_to(limited.error()).retry_after != std::chrono::seconds(7)) {
        std::cout << "no Retry-After: " << limited.json() << '\n';
        std::exit(1);
    }
}

} // namespace

int main() {
    const auto emulator = loginid::testing::emulator::current();
    strangers_send(emulator.v2_client());
    errors_have_their_answers();
    the_time_to_wait_is_passed_on(emulator);
    std::cout << "answered\n";
}

/* Each call of the current service against an emulator, with a device that signs; and what
 * loginid::v2::client has beyond them. */
#include <loginid.hpp>

#include <future>
#include <iostream>

#include "support.hpp"

namespace {

using loginid::error;
using loginid::json_get;
using loginid::v2::client;
using loginid::v2::user;

const std::string ada = "ada@example.com";
const std::string payload = "Pay 10.00 EUR to Grace";

static_assert(!std::is_copy_constructible_v<client> && !std::is_copy_assignable_v<client>);
static_assert(std::is_nothrow_move_constructible_v<client>);
static_assert(std::is_nothrow_move_assignable_v<client>);
static_assert(noexcept(std::declval<const client &>().try_verify_token("")));
/* A text could be a name or a token. */
static_assert(!std::is_convertible_v<const char *, user>);
static_assert(!std::is_convertible_v<std::string, user>);
/* A client of v1 is another type. */
static_assert(!std::is_convertible_v<client, loginid::client>);

/* Whether set_email accepts this type for `request_verification`. */
template <typename Flag, typename = void> struct requests : std::false_type {};
template <typename Flag>
struct requests<Flag, std::void_t<decltype(std::declval<const client &>().set_email(
                          "", "", std::declval<Flag>()))>> : std::true_type {};
static_assert(requests<bool>::value && !requests<const char *>::value && !requests<int>::value);

std::string log_in() {
    return json_get(loginid::testing::emulator::current().log_in(ada), "/jwtAccess");
}

std::string sent_code() {
    return loginid::testing::emulator::current().sent_code(ada);
}

/* What the device makes of the options of a challenge. */
std::string created(const std::string &begun) {
    return loginid::testing::detail::request(variable("TEST_DEVICE_URL"), "POST", "/created",
                                             json_get(begun, "/registrationRequestOptions"));
}
std::string signed_by_device(const std::string &begun) {
    return loginid::testing::detail::request(variable("TEST_DEVICE_URL"), "POST", "/signed",
                                             json_get(begun, "/assertionOptions"));
}

/* The code of the error of a call that must fail with this status. */
std::string refused(const loginid::result &result, lid_status status) {
    REQUIRE(!result && result.status() == status);
    const error seen = result.error();
    REQUIRE(seen.status() == status && json_get(result.json(), "/error/code") == seen.code());
    REQUIRE(thrown([&] { (void)result.value(); }).code() == seen.code());
    return seen.code();
}

void a_login_is_verified() {
    const auto made = client::from_env();
    const auto token = log_in();
    const loginid::json verified(made.verify_token(token));
    REQUIRE(verified.get<bool>("/valid"));
    REQUIRE(verified.get<std::string_view>("/claims/username") == ada);
    REQUIRE(!verified.get<std::string_view>("/claims/sub").empty());
    (void)made.verify_token(token, ada);
    made.verify_token_remote(token);
    REQUIRE(refused(made.try_verify_token(token, "mallory"), LID_ERROR_CLAIM_MISMATCH) ==
            "username_mismatch");
    // Not "any user".
    REQUIRE(refused(made.try_verify_token(token, ""), LID_ERROR_INVALID_ARGUMENT) ==
            "empty_argument");
    REQUIRE(refused(made.try_verify_token("a.b.c"), LID_ERROR_TOKEN_INVALID) == "malformed_token");
    const error remote = thrown([&] { made.verify_token_remote("no.such.token"); });
    REQUIRE(remote.code() == "unauthorized" && remote.http_status() == 401);
    REQUIRE(remote.operation() == "v2_verify_token_remote" && !remote.request_id().empty());
}

void grants_allow_what_their_scopes_name() {
    const auto made = client::from_env();
    (void)log_in();
    const auto grant = json_get(made.create_grant(ada, "passkey:read"), "/token");
    (void)made.list_passkeys(user::by_token(grant));
    REQUIRE(refused(made.try_rename_passkey("id", "name", user::by_token(grant)), LID_ERROR_API) ==
            "forbidden");
    REQUIRE(refused(made.try_verify_token(grant), LID_ERROR_CLAIM_MISMATCH) ==
            "token_kind_mismatch");
    REQUIRE(!json_get(made.create_external_auth(ada), "/token").empty());
}

void passkeys_are_managed_by_name_and_by_token() {
    const auto made = client::from_env();
    const auto token = log_in();
    const std::string icloud = "fbfc3007-154e-4ecc-8c0b-6e020557d7bd";
    for (const auto &[who, name] :
         {std::pair(user::by_name(ada), "Ada's phone"), std::pair(user::by_token(token), "Laptop")}) {
        const auto id = json_get(made.list_passkeys(who), "/passkeys/0/id");
        made.rename_passkey(id, name, who);
        REQUIRE(json_get(made.list_passkeys(who), "/passkeys/0/name") == name);
        REQUIRE(json_get(made.get_authenticator(icloud, who), "/id") == icloud);
    }
    REQUIRE(refused(made.try_list_passkeys(user{}), LID_ERROR_INVALID_ARGUMENT) ==
            "token_or_username_required");
    REQUIRE(refused(made.try_list_passkeys({ada, token}), LID_ERROR_INVALID_ARGUMENT) ==
            "token_or_username_required");
    user named;
    named.username = ada;
    REQUIRE(made.try_list_passkeys(named));
    REQUIRE(refused(made.try_list_passkeys(user::by_token("")), LID_ERROR_INVALID_ARGUMENT) ==
            "empty_argument");
    const auto id = json_get(made.list_passkeys(user::by_name(ada)), "/passkeys/0/id");
    made.delete_passkey(id, user::by_name(ada));
    REQUIRE(refused(made.try_delete_passkey(id, user::by_name(ada)), LID_ERROR_API) == "not_found");
}

void codes_log_in() {
    const auto made = client::from_env();
    const auto token = log_in();
    for (const auto &who : {user::by_name(ada), user::by_token(token)}) {
        const auto code = json_get(made.create_otp(who), "/code");
        REQUIRE(json_get(made.verify_otp(ada, code), "/claims/username") == ada);
    }
    const auto id = json_get(made.verify_token(token), "/claims/sub");
    made.set_email(id, ada, true);
    made.verify_email(ada, sent_code());
    made.send_otp_email(ada);
    (void)made.verify_otp(ada, sent_code(), "other");
    made.remove_email(id, ada);
    made.set_phone(id, "+4915112345678", true, true);
    made.verify_phone(ada, sent_code());
    made.send_otp_sms(ada, "other");
    (void)made.verify_otp(ada, sent_code());
    made.remove_phone(id);
    REQUIRE(thrown([&] { (void)made.verify_otp(ada, "000000"); }).status() == LID_ERROR_API);
    made.delete_user(id);
    REQUIRE(refused(made.try_delete_user(id), LID_ERROR_API) == "not_found");
    REQUIRE(json_get(made.get_version(), "/version") != "");
}

void a_passkey_is_registered_and_used() {
    const auto made = client::from_env();
    const auto begun = made.register_init(ada, R"({"display_name":"Ada"})");
    REQUIRE(json_get(begun, "/action") == "proceed");
    const auto registered = made.register_complete(json_get(begun, "/session"), created(begun), "Phone");
    REQUIRE(json_get(registered, "/claims/username") == ada);

    for (const loginid::optional_text name : {loginid::optional_text(ada), loginid::optional_text()}) {
        const auto asked = made.authenticate_init(name);
        const auto login =
            made.authenticate_complete(json_get(asked, "/session"), signed_by_device(asked));
        REQUIRE(json_get(login, "/claims/username") == ada);
        REQUIRE(json_get(login, "/passkeyId") == json_get(registered, "/passkeyId"));
    }
    REQUIRE(json_get(made.authenticate_init("nobody"), "/action") == "fallback");

    // Another passkey needs a token of the user.
    REQUIRE(refused(made.try_register_init(ada), LID_ERROR_API) == "unauthorized");
    const auto token = json_get(registered, "/jwtAccess");
    REQUIRE(json_get(made.register_init(ada, nullptr, token), "/action") == "proceed");

    const auto asked = made.init_tx(ada, payload);
    const auto nonce = json_get(asked, "/nonce");
    REQUIRE(nonce.size() == 16);
    const auto confirmed = made.complete_tx(json_get(asked, "/session"), signed_by_device(asked));
    const auto confirmation = json_get(confirmed, "/token");
    (void)made.verify_transaction(confirmation, payload, nonce);
    (void)made.verify_transaction(confirmation, payload, nonce, ada);
    REQUIRE(refused(made.try_verify_transaction(confirmation, "Pay 99", nonce),
                    LID_ERROR_CLAIM_MISMATCH) == "transaction_hash_mismatch");
    REQUIRE(refused(made.try_verify_token(confirmation), LID_ERROR_CLAIM_MISMATCH) ==
            "token_kind_mismatch");
    const auto creation =
        R"({"credentialId":"aWQ","clientDataJSON":"e30","attestationObject":"b2Jq"})";
    REQUIRE(thrown([&] { (void)made.register_complete("no-such-session", creation); }).status() ==
            LID_ERROR_API);
}

void constructors_use_their_arguments() {
    const auto url = variable("LOGINID_V2_BASE_URL"), key = variable("LOGINID_V2_API_KEY");
    const client keyless(url);
    REQUIRE(refused(keyless.try_delete_user("id"), LID_ERROR_PRIVATE_KEY) == "api_key_required");
    (void)keyless.verify_token(log_in());
    REQUIRE(client(url, key).try_create_grant(ada, "passkey:read"));
    REQUIRE(client(url, std::optional<std::string>()));
    const auto made = client::with_config(R"({"base_url":)" + loginid::quote(url) +
                                          R"(,"api_key":)" + loginid::quote(key) + "}");
    REQUIRE(made.try_create_grant(ada, "passkey:read"));
    REQUIRE(thrown([] { client wrong("ftp://localhost"); }).status() == LID_ERROR_CONFIG);
    REQUIRE(thrown([] { (void)client::with_config("{}"); }).status() == LID_ERROR_CONFIG);
    REQUIRE(thrown([] { client none(nullptr); }).code() == "null_argument");
    client into = client::from_env();
    REQUIRE(!client::try_application(into, url, std::string("a\0b", 3)) && !into);
    REQUIRE(client::try_from_env(into) && into);
    REQUIRE(!client::try_with_config(into, nullptr) && !into);
}

void a_client_can_be_moved_but_not_used_when_empty() {
    client first = client::from_env();
    const client second = std::move(first);
    // NOLINTBEGIN(bugprone-use-after-move,clang-analyzer-cplusplus.Move): the header says what a client is then.
    REQUIRE(!first && second && second.try_get_version());
    REQUIRE(refused(first.try_get_version(), LID_ERROR_INVALID_ARGUMENT) == "client_closed");
    REQUIRE(refused(first.try_with_options(first, {}), LID_ERROR_INVALID_ARGUMENT) ==
            "client_closed");
    REQUIRE(thrown([&] { first.set_log_callback([](std::string_view) {}); }).code() ==
            "client_closed");
    // NOLINTEND(bugprone-use-after-move,clang-analyzer-cplusplus.Move)
}

void a_null_pointer_and_an_embedded_nul_are_named() {
    const auto made = client::from_env();
    const char *const unset = std::getenv("LOGINID_TEST_NOT_SET");
    const std::string nul("a\0b", 3);
    REQUIRE(thrown([&] { made.delete_user(unset); }).message() == "user_id must not be NULL");
    REQUIRE(thrown([&] { (void)made.list_passkeys(user::by_token(nul)); }).message() ==
            "token must not hold a NUL");
    REQUIRE(thrown([&] { made.set_phone("id", nul, true, false); }).message() ==
            "phone_number must not hold a NUL");
}

void a_derived_client_has_its_own_options() {
    const auto made = client::from_env();
    emulator("DELETE", "requests", "");
    loginid::options given;
    given.timeout = std::chrono::milliseconds(300);
    given.max_retries = 0;
    given.request_id = "request-7";
    given.headers = {{"X-Shop", "7"}};
    const auto derived = made.with_options(given);
    (void)derived.get_version();
    const auto seen = emulator("GET", "requests", "");
    REQUIRE(seen.find(R"(["request-id","request-7"])") != std::string::npos);
    REQUIRE(seen.find(R"(["x-shop","7"])") != std::string::npos);
    emulator("POST", "faults", R"({"times":1,"fault":{"kind":"delay","ms":60000}})");
    REQUIRE(thrown([&] { (void)derived.get_version(); }).status() == LID_ERROR_TIMEOUT);
    given.timeout = std::chrono::seconds(0);
    REQUIRE(thrown([&] { (void)made.with_options(given); }).code() == "out_of_range");
}

void a_cancel_ends_every_call_of_a_derived_client() {
    const auto made = client::from_env();
    const loginid::cancellation cancel;
    loginid::options given;
    given.cancel = &cancel;
    const auto derived = made.with_options(given);
    emulator("POST", "faults", R"({"times":1,"fault":{"kind":"delay","ms":60000}})");
    auto waiting = std::async(std::launch::async, [&] { return derived.try_get_version(); });
    while (emulator("GET", "requests?path=/fido2/v2/version", "").find("\"method\"") ==
           std::string::npos) {
    }
    cancel.trigger();
    REQUIRE(refused(waiting.get(), LID_ERROR_CANCELLED) == "cancelled");
    REQUIRE(made.try_get_version());
    emulator("DELETE", "faults", "");
}

void the_log_function_is_called_for_each_attempt() {
    auto made = client::from_env();
    std::vector<std::string> operations;
    made.on_attempt([&](const loginid::attempt &one) {
        REQUIRE(one.http_status() == 200 && one.path() == "/fido2/v2/version");
        operations.push_back(one.operation());
    });
    (void)made.get_version();
    (void)made.with_options({}).get_version();
    made.on_attempt(nullptr);
    (void)made.get_version();
    REQUIRE((operations == std::vector<std::string>{"v2_get_version", "v2_get_version"}));
}

} // namespace

int main() {
    for (const auto test :
         {a_login_is_verified, grants_allow_what_their_scopes_name,
          passkeys_are_managed_by_name_and_by_token, codes_log_in, a_passkey_is_registered_and_used,
          constructors_use_their_arguments, a_client_can_be_moved_but_not_used_when_empty,
          a_null_pointer_and_an_embedded_nul_are_named, a_derived_client_has_its_own_options,
          a_cancel_ends_every_call_of_a_derived_client,
          the_log_function_is_called_for_each_attempt}) {
        emulator("POST", "reset", "");
        test();
    }
    std::cout << "called\n";
}

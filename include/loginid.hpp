/**
 * libloginid for C++17: the calls of loginid.h with RAII and exceptions.
 *
 *     loginid::client client = loginid::client::from_env();
 *     std::string user = client.get_user("ada@example.com");
 *     std::string id = loginid::json_get(user, "/id");
 *
 * Every call comes twice. `get_user` returns the result's JSON and throws
 * loginid::error; `try_get_user` is noexcept and returns a loginid::result with
 * either. What the JSON holds and what may go wrong is said in loginid.h, at the
 * function of the same name.
 *
 * An argument of the type optional_text may be left out. An embedded NUL is an
 * error, because C would read the part before it.
 */
#ifndef LOGINID_HPP
#define LOGINID_HPP

#include <loginid.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <functional>
#include <limits>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace loginid {

/** A text that may be left out. It is only read during the call. */
using optional_text = std::optional<std::string_view>;

/** The name of a status, as "LID_ERROR_API". */
[[nodiscard]] inline std::string_view status_name(std::int32_t status) noexcept {
    return ::lid_status_name(status);
}

/** The version of the library that runs; LID_VERSION is that of the header. */
[[nodiscard]] inline std::string_view version() noexcept {
    return ::lid_version();
}

/** What every call that fails throws. */
class error : public std::exception {
public:
    /** Reads the error object of the C library. */
    error(lid_status status, std::string json);

    [[nodiscard]] lid_status status() const noexcept { return fields_->status; }
    /** The service's code for its own errors, else one of the library's. */
    [[nodiscard]] const std::string &code() const noexcept { return fields_->code; }
    /** For a person who wants to mend it. */
    [[nodiscard]] const std::string &message() const noexcept { return fields_->message; }
    /** The call, as "get_user", or empty. */
    [[nodiscard]] const std::string &operation() const noexcept { return fields_->operation; }
    /** The service's HTTP status, if it answered. */
    [[nodiscard]] std::optional<int> http_status() const noexcept { return fields_->http_status; }
    /** To be quoted to the service's support, or empty. */
    [[nodiscard]] const std::string &request_id() const noexcept { return fields_->request_id; }
    /** Whether a repetition does nothing twice. */
    [[nodiscard]] bool retryable() const noexcept { return fields_->retryable; }
    /** How long the service asked to wait. */
    [[nodiscard]] std::optional<std::chrono::milliseconds> retry_after() const noexcept {
        return fields_->retry_after;
    }
    /** The error object. */
    [[nodiscard]] const std::string &json() const noexcept { return fields_->json; }
    [[nodiscard]] const char *what() const noexcept override { return fields_->what.c_str(); }

private:
    struct fields {
        lid_status status;
        bool retryable;
        std::optional<int> http_status;
        std::optional<std::chrono::milliseconds> retry_after;
        std::string code, message, operation, request_id, json, what;
    };
    // Shared, so that copying the exception cannot throw.
    std::shared_ptr<const fields> fields_;
};

/** What a noexcept call returns: the result's JSON or the error's. */
class [[nodiscard]] result {
public:
    /** Takes over a status and the string that a C call stored in its `out`. */
    result(lid_status status, char *owned) noexcept
        : status_(status), owned_(owned), text_(owned) {}
    /** With a text that lives for ever. */
    result(lid_status status, const char *text) noexcept : status_(status), text_(text) {}

    [[nodiscard]] bool ok() const noexcept { return status_ == LID_OK; }
    explicit operator bool() const noexcept { return ok(); }
    [[nodiscard]] lid_status status() const noexcept { return status_; }
    /** The result on LID_OK, the error object otherwise; it lives as long as this. */
    [[nodiscard]] std::string_view json() const noexcept { return text_; }
    /** The result; throws loginid::error if there is none. */
    [[nodiscard]] std::string value() const {
        if (!ok()) {
            throw error(status_, text_);
        }
        return text_;
    }

private:
    struct free_string {
        void operator()(char *text) const noexcept { ::lid_free_string(text); }
    };
    lid_status status_;
    std::unique_ptr<char, free_string> owned_;
    const char *text_;
};

namespace detail {

/** A text with the NUL that C needs, copied without a throw. */
class c_text {
public:
    explicit c_text(const optional_text &text) noexcept {
        if (!text) {
            return;
        }
        if (!text->empty() && std::memchr(text->data(), 0, text->size()) != nullptr) {
            embedded_nul_ = true;
            return;
        }
        if (text->size() < sizeof short_) {
            text_ = short_;
        } else {
            long_.reset(static_cast<char *>(std::malloc(text->size() + 1)));
            text_ = long_.get();
            out_of_memory_ = text_ == nullptr;
        }
        if (text_ != nullptr) {
            if (!text->empty()) {
                std::memcpy(text_, text->data(), text->size());
            }
            text_[text->size()] = '\0';
        }
    }
    c_text(const c_text &) = delete;
    c_text &operator=(const c_text &) = delete;

    [[nodiscard]] bool embedded_nul() const noexcept { return embedded_nul_; }
    [[nodiscard]] bool out_of_memory() const noexcept { return out_of_memory_; }
    [[nodiscard]] const char *for_c() const noexcept { return text_; }

private:
    struct release {
        void operator()(char *text) const noexcept { std::free(text); }
    };
    char *text_ = nullptr;
    bool embedded_nul_ = false;
    bool out_of_memory_ = false;
    std::unique_ptr<char, release> long_;
    char short_[128];
};

/** Anything but a text goes to C as it is. */
template <typename Value> class c_value {
public:
    explicit c_value(Value value) noexcept : value_(value) {}
    [[nodiscard]] static bool embedded_nul() noexcept { return false; }
    [[nodiscard]] static bool out_of_memory() noexcept { return false; }
    [[nodiscard]] Value for_c() const noexcept { return value_; }

private:
    Value value_;
};

template <typename Argument>
using c_argument = std::conditional_t<std::is_convertible_v<Argument, optional_text>, c_text,
                                      c_value<Argument>>;

#define LOGINID_DETAIL_ERROR(status, code, message)                                              \
    "{\"error\":{\"status\":\"" status "\",\"code\":\"" code "\",\"message\":\"" message         \
    "\",\"operation\":null,\"http_status\":null,\"request_id\":null,\"retryable\":false,"       \
    "\"retry_after_ms\":null}}"

inline result embedded_nul() noexcept {
    return {LID_ERROR_INVALID_ARGUMENT,
            LOGINID_DETAIL_ERROR("LID_ERROR_INVALID_ARGUMENT", "embedded_nul",
                                 "an argument must not hold a NUL")};
}

inline result out_of_memory() noexcept {
    return {LID_ERROR_INTERNAL,
            LOGINID_DETAIL_ERROR("LID_ERROR_INTERNAL", "out_of_memory", "out of memory")};
}

#undef LOGINID_DETAIL_ERROR

template <typename Function, typename... Arguments>
result run(Function function, const Arguments &...arguments) noexcept {
    if ((arguments.embedded_nul() || ...)) {
        return embedded_nul();
    }
    if ((arguments.out_of_memory() || ...)) {
        return out_of_memory();
    }
    char *out = nullptr;
    const lid_status status = function(arguments.for_c()..., &out);
    return {status, out};
}

/** Calls a function of the C library that ends in `char **out`. */
template <typename Function, typename... Arguments>
result call(Function function, Arguments... arguments) noexcept {
    return run(function, c_argument<Arguments>(arguments)...);
}

using log_function = std::function<void(std::string_view)>;

extern "C" inline void loginid_hpp_log_event(const char *event, void *function) noexcept {
    try {
        (*static_cast<log_function *>(function))(event);
    } catch (...) {
        // It must not unwind through the library, and nobody else can take it.
    }
}

} // namespace detail

/** Reads one value out of a JSON text by its RFC 6901 pointer, as "/user/id". */
inline result try_json_get(std::string_view json, std::string_view pointer) noexcept {
    return detail::call(::lid_json_get, json, pointer);
}
[[nodiscard]] inline std::string json_get(std::string_view json, std::string_view pointer) {
    return try_json_get(json, pointer).value();
}

/** Makes a P-256 key pair; the public key is for the dashboard. */
inline result try_generate_key_pair() noexcept {
    return detail::call(::lid_generate_key_pair);
}
[[nodiscard]] inline std::string generate_key_pair() {
    return try_generate_key_pair().value();
}

inline error::error(lid_status status, std::string json) {
    const auto get = [&json](std::string_view name) {
        const result value = try_json_get(json, "/error/" + std::string(name));
        return value && value.json() != "null" ? std::string(value.json()) : std::string();
    };
    fields read{status, get("retryable") == "true", {}, {}, get("code"), get("message"),
                get("operation"), get("request_id"), {}, {}};
    if (const std::string number = get("http_status"); !number.empty()) {
        read.http_status = std::atoi(number.c_str());
    }
    if (const std::string number = get("retry_after_ms"); !number.empty()) {
        read.retry_after = std::chrono::milliseconds(std::atoll(number.c_str()));
    }
    read.what = (read.operation.empty() ? "" : read.operation + ": ") +
                std::string(status_name(status)) + " (" + read.code + "): " + read.message;
    read.json = std::move(json);
    fields_ = std::make_shared<const fields>(std::move(read));
}

/** A user, by id, by name or by both. The texts are only read during the call. */
struct user {
    optional_text id;
    optional_text name;

    [[nodiscard]] static user by_id(std::string_view id) noexcept { return {id, std::nullopt}; }
    [[nodiscard]] static user by_name(std::string_view name) noexcept {
        return {std::nullopt, name};
    }
};

/** A switch that ends a wait from another thread; once triggered it stays so. */
class cancellation {
public:
    /** Throws loginid::error when no file descriptor is left. */
    cancellation() : cancellation(std::nothrow) {
        if (!*this) {
            throw error(LID_ERROR_INTERNAL,
                        R"({"error":{"code":"out_of_descriptors",)"
                        R"("message":"no file descriptor is left"}})");
        }
    }
    /** Is false when no file descriptor is left. */
    explicit cancellation(const std::nothrow_t &) noexcept : cancel_(::lid_cancel_new()) {}

    explicit operator bool() const noexcept { return cancel_ != nullptr; }
    /** Ends the waits that use this switch, now and later. For any thread. */
    void trigger() const noexcept { ::lid_cancel_trigger(cancel_.get()); }
    [[nodiscard]] lid_cancel *get() const noexcept { return cancel_.get(); }

private:
    struct release {
        void operator()(lid_cancel *cancel) const noexcept { ::lid_cancel_free(cancel); }
    };
    std::unique_ptr<lid_cancel, release> cancel_;
};

/**
 * A client of the LoginID service. It can be moved, not copied. Any number of
 * threads may call one that is not being moved or destroyed, and it may be used
 * after fork(). One made by `client()` or moved from is empty: its calls fail.
 */
class client {
public:
    client() noexcept = default;
    /** A client for an application, which may be public and then has no key. */
    explicit client(std::string_view client_id, optional_text private_key = {},
                    optional_text base_url = {}) {
        (void)try_application(*this, client_id, private_key, base_url).value();
    }
    /** A client for a management application, which needs a key. */
    [[nodiscard]] static client management(std::string_view client_id, std::string_view private_key,
                                           optional_text base_url = {}) {
        client made;
        (void)try_management(made, client_id, private_key, base_url).value();
        return made;
    }
    /** A client with settings of its own; see lid_new_with_config. */
    [[nodiscard]] static client with_config(std::string_view config_json) {
        client made;
        (void)try_with_config(made, config_json).value();
        return made;
    }
    /** A client from the LOGINID_... environment variables. */
    [[nodiscard]] static client from_env() {
        client made;
        (void)try_from_env(made).value();
        return made;
    }

    // The same without exceptions: `made` becomes the client, or empty.
    static result try_application(client &made, std::string_view client_id,
                                  optional_text private_key = {},
                                  optional_text base_url = {}) noexcept {
        const slot into(made);
        return detail::call(::lid_new, client_id, private_key, base_url, into.get());
    }
    static result try_management(client &made, std::string_view client_id,
                                 std::string_view private_key,
                                 optional_text base_url = {}) noexcept {
        const slot into(made);
        return detail::call(::lid_new_management, client_id, private_key, base_url, into.get());
    }
    static result try_with_config(client &made, std::string_view config_json) noexcept {
        const slot into(made);
        return detail::call(::lid_new_with_config, config_json, into.get());
    }
    static result try_from_env(client &made) noexcept {
        const slot into(made);
        return detail::call(::lid_new_from_env, into.get());
    }

    explicit operator bool() const noexcept { return client_ != nullptr; }
    [[nodiscard]] lid_client *get() const noexcept { return client_.get(); }

    /**
     * Has a function called with a JSON text for every HTTP attempt, on the thread
     * that made the call, by several at once if they call; an empty function ends
     * it. The client keeps the function. What it throws is dropped.
     */
    void set_log_callback(detail::log_function function) {
        if (!function) {
            ::lid_set_log_callback(get(), nullptr, nullptr);
            return;
        }
        // The earlier ones stay: a call in another thread may be using one.
        logs_.push_back(std::make_unique<detail::log_function>(std::move(function)));
        ::lid_set_log_callback(get(), detail::loginid_hpp_log_event, logs_.back().get());
    }

    // Tokens

    result try_generate_service_token(
        std::string_view scope, optional_text username = {}, optional_text user_id = {},
        optional_text nonce = {}) const noexcept {
        return detail::call(::lid_generate_service_token, get(), scope, username, user_id, nonce);
    }
    std::string generate_service_token(
        std::string_view scope, optional_text username = {}, optional_text user_id = {},
        optional_text nonce = {}) const {
        return try_generate_service_token(scope, username, user_id, nonce).value();
    }

    result try_verify_token(std::string_view token, optional_text username = {}) const noexcept {
        return detail::call(::lid_verify_token, get(), token, username);
    }
    std::string verify_token(std::string_view token, optional_text username = {}) const {
        return try_verify_token(token, username).value();
    }

    // Transactions

    result try_generate_tx_auth_token(
        std::string_view tx_payload, optional_text username = {},
        optional_text nonce = {}) const noexcept {
        return detail::call(::lid_generate_tx_auth_token, get(), tx_payload, username, nonce);
    }
    std::string generate_tx_auth_token(
        std::string_view tx_payload, optional_text username = {}, optional_text nonce = {}) const {
        return try_generate_tx_auth_token(tx_payload, username, nonce).value();
    }

    result try_create_tx(
        std::string_view tx_payload, optional_text username = {},
        optional_text nonce = {}) const noexcept {
        return detail::call(::lid_create_tx, get(), tx_payload, username, nonce);
    }
    std::string create_tx(
        std::string_view tx_payload, optional_text username = {}, optional_text nonce = {}) const {
        return try_create_tx(tx_payload, username, nonce).value();
    }

    result try_verify_transaction(
        std::string_view tx_token, std::string_view tx_payload,
        optional_text nonce = {}) const noexcept {
        return detail::call(::lid_verify_transaction, get(), tx_token, tx_payload, nonce);
    }
    std::string verify_transaction(
        std::string_view tx_token, std::string_view tx_payload, optional_text nonce = {}) const {
        return try_verify_transaction(tx_token, tx_payload, nonce).value();
    }

    result try_init_tx(
        std::string_view username, optional_text tx_id, optional_text tx_payload,
        optional_text nonce = {}) const noexcept {
        return detail::call(::lid_init_tx, get(), username, tx_id, tx_payload, nonce);
    }
    std::string init_tx(
        std::string_view username, optional_text tx_id, optional_text tx_payload,
        optional_text nonce = {}) const {
        return try_init_tx(username, tx_id, tx_payload, nonce).value();
    }

    result try_complete_tx(
        std::string_view tx_id, std::string_view username,
        std::string_view assertion_payload_json) const noexcept {
        return detail::call(::lid_complete_tx, get(), tx_id, username, assertion_payload_json);
    }
    std::string complete_tx(
        std::string_view tx_id, std::string_view username,
        std::string_view assertion_payload_json) const {
        return try_complete_tx(tx_id, username, assertion_payload_json).value();
    }

    // Codes

    result try_generate_code(
        std::string_view code_type, std::string_view purpose, bool authorize,
        const user &who) const noexcept {
        return detail::call(
            ::lid_generate_code, get(), code_type, purpose, authorize, who.id, who.name);
    }
    std::string generate_code(
        std::string_view code_type, std::string_view purpose, bool authorize,
        const user &who) const {
        return try_generate_code(code_type, purpose, authorize, who).value();
    }

    result try_authorize_code(
        std::string_view code, std::string_view code_type, std::string_view purpose,
        const user &who) const noexcept {
        return detail::call(
            ::lid_authorize_code, get(), code, code_type, purpose, who.id, who.name);
    }
    std::string authorize_code(
        std::string_view code, std::string_view code_type, std::string_view purpose,
        const user &who) const {
        return try_authorize_code(code, code_type, purpose, who).value();
    }

    result try_invalidate_all_codes(
        std::string_view code_type, std::string_view purpose, const user &who) const noexcept {
        return detail::call(
            ::lid_invalidate_all_codes, get(), code_type, purpose, who.id, who.name);
    }
    std::string invalidate_all_codes(
        std::string_view code_type, std::string_view purpose, const user &who) const {
        return try_invalidate_all_codes(code_type, purpose, who).value();
    }

    /** Waits until a code is authorized. A timeout of zero is the configured limit. */
    result try_wait_code(
        std::string_view username, std::string_view code, std::string_view code_type,
        std::chrono::milliseconds timeout = {},
        const cancellation *cancel = nullptr) const noexcept {
        using limits = std::numeric_limits<std::uint32_t>;
        const auto count = timeout.count();
        // A time that is over already is not "the configured limit".
        const auto timeout_ms = count < 0               ? std::uint32_t{1}
                                : count > limits::max() ? limits::max()
                                                        : static_cast<std::uint32_t>(count);
        return detail::call(
            ::lid_wait_code, get(), username, code, code_type, timeout_ms,
            cancel == nullptr ? nullptr : cancel->get());
    }
    std::string wait_code(
        std::string_view username, std::string_view code, std::string_view code_type,
        std::chrono::milliseconds timeout = {}, const cancellation *cancel = nullptr) const {
        return try_wait_code(username, code, code_type, timeout, cancel).value();
    }

    // Credentials

    result try_get_credentials(const user &who, optional_text status = {}) const noexcept {
        return detail::call(::lid_get_credentials, get(), status, who.id, who.name);
    }
    std::string get_credentials(const user &who, optional_text status = {}) const {
        return try_get_credentials(who, status).value();
    }

    result try_rename_credential(
        std::string_view credential_id, std::string_view name, const user &who) const noexcept {
        return detail::call(::lid_rename_credential, get(), credential_id, name, who.id, who.name);
    }
    std::string rename_credential(
        std::string_view credential_id, std::string_view name, const user &who) const {
        return try_rename_credential(credential_id, name, who).value();
    }

    result try_revoke_credential(std::string_view credential_id, const user &who) const noexcept {
        return detail::call(::lid_revoke_credential, get(), credential_id, who.id, who.name);
    }
    std::string revoke_credential(std::string_view credential_id, const user &who) const {
        return try_revoke_credential(credential_id, who).value();
    }

    result try_force_fido2_credential_init(
        const user &who, optional_text options_json = {}) const noexcept {
        return detail::call(
            ::lid_force_fido2_credential_init, get(), who.id, who.name, options_json);
    }
    std::string force_fido2_credential_init(
        const user &who, optional_text options_json = {}) const {
        return try_force_fido2_credential_init(who, options_json).value();
    }

    result try_init_add_fido2_credential_with_code(
        std::string_view code, std::string_view code_type, std::string_view username,
        optional_text options_json = {}) const noexcept {
        return detail::call(
            ::lid_init_add_fido2_credential_with_code, get(), code, code_type, username,
            options_json);
    }
    std::string init_add_fido2_credential_with_code(
        std::string_view code, std::string_view code_type, std::string_view username,
        optional_text options_json = {}) const {
        return try_init_add_fido2_credential_with_code(
            code, code_type, username, options_json).value();
    }

    result try_complete_add_fido2_credential(
        std::string_view attestation_payload_json, std::string_view username,
        optional_text credential_name = {}) const noexcept {
        return detail::call(
            ::lid_complete_add_fido2_credential, get(), attestation_payload_json, username,
            credential_name);
    }
    std::string complete_add_fido2_credential(
        std::string_view attestation_payload_json, std::string_view username,
        optional_text credential_name = {}) const {
        return try_complete_add_fido2_credential(
            attestation_payload_json, username, credential_name).value();
    }

    result try_add_doc_scan_credential_init(
        const user &who, optional_text credential_name = {}) const noexcept {
        return detail::call(
            ::lid_add_doc_scan_credential_init, get(), who.id, who.name, credential_name);
    }
    std::string add_doc_scan_credential_init(
        const user &who, optional_text credential_name = {}) const {
        return try_add_doc_scan_credential_init(who, credential_name).value();
    }

    result try_add_doc_scan_credential_complete(
        std::string_view credential_id, bool activate, const user &who) const noexcept {
        return detail::call(
            ::lid_add_doc_scan_credential_complete, get(), credential_id, activate, who.id,
            who.name);
    }
    std::string add_doc_scan_credential_complete(
        std::string_view credential_id, bool activate, const user &who) const {
        return try_add_doc_scan_credential_complete(credential_id, activate, who).value();
    }

    result try_evaluate_doc_scan_credential(
        std::string_view credential_id, const user &who) const noexcept {
        return detail::call(
            ::lid_evaluate_doc_scan_credential, get(), credential_id, who.id, who.name);
    }
    std::string evaluate_doc_scan_credential(
        std::string_view credential_id, const user &who) const {
        return try_evaluate_doc_scan_credential(credential_id, who).value();
    }

    result try_generate_recovery_code(const user &who) const noexcept {
        return detail::call(::lid_generate_recovery_code, get(), who.id, who.name);
    }
    std::string generate_recovery_code(const user &who) const {
        return try_generate_recovery_code(who).value();
    }

    result try_add_publickey_credential(
        std::string_view publickey, const user &who, optional_text publickey_alg = {},
        optional_text credential_name = {}) const noexcept {
        return detail::call(
            ::lid_add_publickey_credential, get(), publickey, publickey_alg, who.id, who.name,
            credential_name);
    }
    std::string add_publickey_credential(
        std::string_view publickey, const user &who, optional_text publickey_alg = {},
        optional_text credential_name = {}) const {
        return try_add_publickey_credential(publickey, who, publickey_alg, credential_name).value();
    }

    // Users

    result try_get_user(std::string_view username) const noexcept {
        return detail::call(::lid_get_user, get(), username);
    }
    std::string get_user(std::string_view username) const {
        return try_get_user(username).value();
    }

    result try_add_user_without_credentials(std::string_view username) const noexcept {
        return detail::call(::lid_add_user_without_credentials, get(), username);
    }
    std::string add_user_without_credentials(std::string_view username) const {
        return try_add_user_without_credentials(username).value();
    }

    result try_activate_user_by_id(std::string_view user_id) const noexcept {
        return detail::call(::lid_activate_user_by_id, get(), user_id);
    }
    std::string activate_user_by_id(std::string_view user_id) const {
        return try_activate_user_by_id(user_id).value();
    }

    result try_deactivate_user_by_id(std::string_view user_id) const noexcept {
        return detail::call(::lid_deactivate_user_by_id, get(), user_id);
    }
    std::string deactivate_user_by_id(std::string_view user_id) const {
        return try_deactivate_user_by_id(user_id).value();
    }

    result try_delete_by_user_id(std::string_view user_id) const noexcept {
        return detail::call(::lid_delete_by_user_id, get(), user_id);
    }
    void delete_by_user_id(std::string_view user_id) const {
        (void)try_delete_by_user_id(user_id).value();
    }

    result try_delete_by_username(std::string_view username) const noexcept {
        return detail::call(::lid_delete_by_username, get(), username);
    }
    void delete_by_username(std::string_view username) const {
        (void)try_delete_by_username(username).value();
    }

    result try_send_email_verification(std::string_view user_id) const noexcept {
        return detail::call(::lid_send_email_verification, get(), user_id);
    }
    void send_email_verification(std::string_view user_id) const {
        (void)try_send_email_verification(user_id).value();
    }

    // Registration

    result try_register_fido2_init(
        std::string_view username, optional_text options_json = {}) const noexcept {
        return detail::call(::lid_register_fido2_init, get(), username, options_json);
    }
    std::string register_fido2_init(
        std::string_view username, optional_text options_json = {}) const {
        return try_register_fido2_init(username, options_json).value();
    }

    result try_register_fido2_complete(
        std::string_view username, std::string_view attestation_payload_json,
        optional_text credential_name = {}) const noexcept {
        return detail::call(
            ::lid_register_fido2_complete, get(), username, attestation_payload_json,
            credential_name);
    }
    std::string register_fido2_complete(
        std::string_view username, std::string_view attestation_payload_json,
        optional_text credential_name = {}) const {
        return try_register_fido2_complete(
            username, attestation_payload_json, credential_name).value();
    }

    result try_register_password(
        std::string_view username, std::string_view password) const noexcept {
        return detail::call(::lid_register_password, get(), username, password);
    }
    std::string register_password(std::string_view username, std::string_view password) const {
        return try_register_password(username, password).value();
    }

    // Authentication

    result try_authenticate_password(
        std::string_view username, std::string_view password) const noexcept {
        return detail::call(::lid_authenticate_password, get(), username, password);
    }
    std::string authenticate_password(std::string_view username, std::string_view password) const {
        return try_authenticate_password(username, password).value();
    }

    result try_authenticate_fido2_init(std::string_view username) const noexcept {
        return detail::call(::lid_authenticate_fido2_init, get(), username);
    }
    std::string authenticate_fido2_init(std::string_view username) const {
        return try_authenticate_fido2_init(username).value();
    }

    result try_authenticate_fido2_complete(
        std::string_view username, std::string_view assertion_payload_json) const noexcept {
        return detail::call(
            ::lid_authenticate_fido2_complete, get(), username, assertion_payload_json);
    }
    std::string authenticate_fido2_complete(
        std::string_view username, std::string_view assertion_payload_json) const {
        return try_authenticate_fido2_complete(username, assertion_payload_json).value();
    }

    result try_authenticate_doc_scan_init(
        std::string_view username, optional_text credential_id = {}) const noexcept {
        return detail::call(::lid_authenticate_doc_scan_init, get(), username, credential_id);
    }
    std::string authenticate_doc_scan_init(
        std::string_view username, optional_text credential_id = {}) const {
        return try_authenticate_doc_scan_init(username, credential_id).value();
    }

    result try_authenticate_doc_scan_complete(
        std::string_view username, std::string_view credential_id) const noexcept {
        return detail::call(::lid_authenticate_doc_scan_complete, get(), username, credential_id);
    }
    std::string authenticate_doc_scan_complete(
        std::string_view username, std::string_view credential_id) const {
        return try_authenticate_doc_scan_complete(username, credential_id).value();
    }

    result try_authenticate_publickey_init(
        std::string_view username, std::string_view publickey,
        optional_text publickey_alg = {}) const noexcept {
        return detail::call(
            ::lid_authenticate_publickey_init, get(), username, publickey, publickey_alg);
    }
    std::string authenticate_publickey_init(
        std::string_view username, std::string_view publickey,
        optional_text publickey_alg = {}) const {
        return try_authenticate_publickey_init(username, publickey, publickey_alg).value();
    }

    result try_authenticate_publickey_complete(
        std::string_view username, std::string_view challenge_id,
        std::string_view assertion) const noexcept {
        return detail::call(
            ::lid_authenticate_publickey_complete, get(), username, challenge_id, assertion);
    }
    std::string authenticate_publickey_complete(
        std::string_view username, std::string_view challenge_id,
        std::string_view assertion) const {
        return try_authenticate_publickey_complete(username, challenge_id, assertion).value();
    }

private:
    struct release {
        void operator()(lid_client *client) const noexcept { ::lid_free(client); }
    };

    /** Where C stores a client, handed over at the end of a constructor's call. */
    class slot {
    public:
        explicit slot(client &made) noexcept : made_(made), client_(nullptr) { made_ = client(); }
        slot(const slot &) = delete;
        slot &operator=(const slot &) = delete;
        ~slot() { made_.client_.reset(client_); }
        [[nodiscard]] lid_client **get() const noexcept { return &client_; }

    private:
        client &made_;
        mutable lid_client *client_;
    };

    // The client is freed before the functions that it may call.
    std::vector<std::unique_ptr<detail::log_function>> logs_;
    std::unique_ptr<lid_client, release> client_;
};

} // namespace loginid

#endif // LOGINID_HPP

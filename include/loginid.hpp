/**
 * libloginid for C++17: the calls of loginid.h with RAII and exceptions.
 *
 *     const auto client = loginid::v2::client::from_env();
 *     const std::string login = client.verify_token(token);
 *     const std::string name = loginid::json_get(login, "/claims/username");
 *
 * loginid::v2::client is for LoginID's current service, loginid::client for the older
 * one ("v1"). Both share the errors, options and everything else in namespace loginid.
 *
 * Every call comes twice. `verify_token` returns the result's JSON and throws
 * loginid::error; `try_verify_token` is noexcept and returns a loginid::result with
 * either. loginid.h documents the errors that all calls have in common, and
 * those of each at the function of the same name.
 *
 * A program that is compiled without exceptions uses the functions that begin with
 * `try_`, and result::error(). What would throw there writes the error to stderr and
 * calls std::abort().
 *
 * An argument of the type optional_text may be left out; a null pointer is the
 * same. A null pointer for a required_text is the error null_argument. An embedded
 * NUL is the error embedded_nul, because C would read the part before it. The
 * copies made for C are wiped before their memory is freed.
 */
#ifndef LOGINID_HPP
#define LOGINID_HPP

#include <loginid.h>

#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
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

#if __has_include(<version>)
#include <version>
#endif
#if defined(__cpp_lib_jthread)
#include <stop_token>
#endif

namespace loginid {

namespace detail {

/** Types that a text is read from, besides `const char *`: std::string,
 * std::string_view and similar. */
template <typename Text>
inline constexpr bool is_text =
    std::is_class_v<Text> && std::is_convertible_v<const Text &, std::string_view>;

template <typename Text>
inline constexpr bool is_nothrow_text =
    noexcept(std::string_view(std::declval<const Text &>()));

} // namespace detail

/** An optional text. A null pointer means "not given". It is only read during the call. */
class optional_text : public std::optional<std::string_view> {
public:
    optional_text() noexcept = default;
    optional_text(std::nullopt_t) noexcept {}
    optional_text(const char *text) noexcept {
        if (text != nullptr) {
            emplace(text);
        }
    }
    template <typename Text, std::enable_if_t<detail::is_text<Text>, int> = 0>
    optional_text(const Text &text) noexcept(detail::is_nothrow_text<Text>)
        : std::optional<std::string_view>(std::string_view(text)) {}
    template <typename Text,
              std::enable_if_t<std::is_convertible_v<const Text &, optional_text>, int> = 0>
    optional_text(const std::optional<Text> &text) {
        if (text) {
            *this = optional_text(*text);
        }
    }
};

/** A required text. A null pointer is the error null_argument of the call. */
class required_text : public optional_text {
public:
    required_text(const char *text) noexcept : optional_text(text) {}
    required_text(const char *text, std::size_t size) noexcept
        : optional_text(std::string_view(text, size)) {}
    template <typename Text, std::enable_if_t<detail::is_text<Text>, int> = 0>
    required_text(const Text &text) noexcept(detail::is_nothrow_text<Text>)
        : optional_text(text) {}
};

/**
 * A time to wait, of any std::chrono::duration; the configured limit if it is left
 * out. Zero, a negative time and one over 2^32 - 1 ms are the error out_of_range.
 */
using optional_time = std::optional<std::chrono::duration<double, std::milli>>;

/** The name of a status, for example "LID_ERROR_API". */
[[nodiscard]] inline std::string_view status_name(std::int32_t status) noexcept {
    return ::lid_status_name(status);
}

/** The version of the loaded library; LID_VERSION is that of the header. */
[[nodiscard]] inline std::string_view version() noexcept {
    return ::lid_version();
}

// begin generated: constants (`make generate`, from spec/constants.toml)

/** The codes of errors that programs compare most. */
namespace code {
/** The call needs an API key, and the client has none. */
inline constexpr std::string_view api_key_required = "api_key_required";
/** The call needs the application's private key, and the client has none. */
inline constexpr std::string_view private_key_required = "private_key_required";
/** The client was closed. */
inline constexpr std::string_view client_closed = "client_closed";
/** The token is not signed by the service, or was changed. */
inline constexpr std::string_view invalid_signature = "invalid_signature";
/** The token has expired. */
inline constexpr std::string_view token_expired = "token_expired";
/** The token is of another user. */
inline constexpr std::string_view username_mismatch = "username_mismatch";
/** The token is of another kind, which logs nobody in. */
inline constexpr std::string_view token_kind_mismatch = "token_kind_mismatch";
/** The token confirms another payload. */
inline constexpr std::string_view transaction_hash_mismatch = "transaction_hash_mismatch";
/** The token confirms another transaction. */
inline constexpr std::string_view nonce_mismatch = "nonce_mismatch";
/** Too many requests: wait before the next one. */
inline constexpr std::string_view rate_limited = "rate_limited";
/** Too many keys are unknown, and the token was neither accepted nor refused. */
inline constexpr std::string_view unknown_key_throttled = "unknown_key_throttled";
/** The time of the call was over. */
inline constexpr std::string_view timeout = "timeout";
/** The call was cancelled. */
inline constexpr std::string_view cancelled = "cancelled";
/** The service answered with an error status and no code. */
inline constexpr std::string_view http_error = "http_error";
/** The service does not accept the key or the token of the call. */
inline constexpr std::string_view unauthorized = "unauthorized";
/** There is no such user. */
inline constexpr std::string_view user_not_found = "user_not_found";
/** Another user has this name. */
inline constexpr std::string_view username_taken = "username_taken";
/** The service cannot use the request, or its session is over. */
inline constexpr std::string_view bad_request = "bad_request";
/** A scope is missing, or the passkey is another user's. */
inline constexpr std::string_view forbidden = "forbidden";
/** There is no such user, passkey or authenticator. */
inline constexpr std::string_view not_found = "not_found";
} // namespace code

/** The types of codes. */
namespace code_type {
/** 6 digits, valid for 3 minutes. */
inline constexpr std::string_view short_ = "short";
/** A longer code. */
inline constexpr std::string_view long_ = "long";
/** A few words. */
inline constexpr std::string_view phrase = "phrase";
} // namespace code_type

/** What a code is for. */
namespace purpose {
/** It logs the user in. */
inline constexpr std::string_view temporary_authentication = "temporary_authentication";
/** It allows adding a credential. */
inline constexpr std::string_view add_credential = "add_credential";
} // namespace purpose

/** The states of a credential. */
namespace credential_status {
/** It can be used. */
inline constexpr std::string_view active = "active";
/** It is being added. */
inline constexpr std::string_view pending = "pending";
/** It is not active. */
inline constexpr std::string_view inactive = "inactive";
/** It was revoked permanently. */
inline constexpr std::string_view revoked = "revoked";
/** It was deleted. */
inline constexpr std::string_view deleted = "deleted";
} // namespace credential_status

namespace v2 {

/** What a grant or an API key allows. */
namespace scope {
/** List passkeys, and read about authenticators. */
inline constexpr std::string_view passkey_read = "passkey:read";
/** Rename and delete passkeys. */
inline constexpr std::string_view passkey_write = "passkey:write";
/** LoginID's documentation names it. No call of this library needs it. */
inline constexpr std::string_view profile_read = "profile:read";
/** The calls about a user's profile. */
inline constexpr std::string_view profile_write = "profile:write";
/** Register passkeys of a protected application, and further ones of a user. */
inline constexpr std::string_view reg_write = "reg:write";
/** Make a one-time code. */
inline constexpr std::string_view auth_write = "auth:write";
/** Make tokens for external authentications. */
inline constexpr std::string_view external_verify = "external:verify";
} // namespace scope

/** What a username is. */
namespace username_type {
/** An e-mail address. */
inline constexpr std::string_view email = "email";
/** A phone number. */
inline constexpr std::string_view phone = "phone";
/** Any other name. */
inline constexpr std::string_view other = "other";
} // namespace username_type

/** What the service proposes when a registration or a login begins. */
namespace action {
/** Go on with the passkey. */
inline constexpr std::string_view proceed = "proceed";
/** The user has a passkey already. */
inline constexpr std::string_view sign_in = "signIn";
/** No passkey can be registered. */
inline constexpr std::string_view fail = "fail";
/** Log in by one of the `crossAuthMethods`. */
inline constexpr std::string_view cross_auth = "crossAuth";
/** Log in by one of the `fallbackMethods`. */
inline constexpr std::string_view fallback = "fallback";
} // namespace action

} // namespace v2
// end generated: constants (`make generate`, from spec/constants.toml)

/** The exception of every failed call. Each status has a class of its own below; a status
 * that this header does not know is thrown as a plain error. */
class error : public std::exception {
public:
    /** Reads the error object of the C library. */
    error(lid_status status, std::string json);
    // A move copies, so that a moved-from error can be used.
    error(const error &) = default;
    error &operator=(const error &) = default;

    [[nodiscard]] lid_status status() const noexcept { return fields_->status; }
    /** The name of the status, for example "LID_ERROR_API". */
    [[nodiscard]] std::string_view status_name() const noexcept {
        return loginid::status_name(fields_->status);
    }
    /** The service's code for its own errors, else one of the library's codes. */
    [[nodiscard]] const std::string &code() const noexcept { return fields_->code; }
    /** Human-readable; says what is wrong and how to fix it. */
    [[nodiscard]] const std::string &message() const noexcept { return fields_->message; }
    /** The call, for example "get_user" or "v2_verify_token", or empty. */
    [[nodiscard]] const std::string &operation() const noexcept { return fields_->operation; }
    /** The service's HTTP status, if it answered. */
    [[nodiscard]] std::optional<int> http_status() const noexcept { return fields_->http_status; }
    /** For the service's support, or empty. */
    [[nodiscard]] const std::string &request_id() const noexcept { return fields_->request_id; }
    /** Whether the call can be repeated safely: nothing is done twice. */
    [[nodiscard]] bool retryable() const noexcept { return fields_->retryable; }
    /** How long the service asked to wait. */
    [[nodiscard]] std::optional<std::chrono::milliseconds> retry_after() const noexcept {
        return fields_->retry_after;
    }
    /** The error object. */
    [[nodiscard]] const std::string &json() const noexcept { return fields_->json; }
    /** The call, the status and the message, then the code and the id of the request, which a log
     * needs: "get_user: LID_ERROR_API: User not found (user_not_found, request 7b2e4f90-…)". */
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

/** An argument is missing, empty, not UTF-8 or not of the required form. */
class invalid_argument_error : public error {
public:
    using error::error;
};
/** The configuration has an unknown, mistyped or contradictory field. */
class config_error : public error {
public:
    using error::error;
};
/** The private key cannot be used, or a private key or API key is required and there is
 * none. */
class private_key_error : public error {
public:
    using error::error;
};
/** The token is malformed, has another algorithm, a bad signature or an unknown key. */
class token_invalid_error : public error {
public:
    using error::error;
};
/** The token is expired, not yet valid or too old. */
class token_expired_error : public error {
public:
    using error::error;
};
/** The token is for another audience, user, nonce or transaction, of another issuer, or of
 * another kind. */
class claim_mismatch_error : public error {
public:
    using error::error;
};
/** The service refused the call; see code() and http_status(). */
class api_error : public error {
public:
    using error::error;
};
/** Too many requests: the service answered 429, or many tokens with unknown keys came in
 * (unknown_key_throttled: the token is not judged). See retry_after(). */
class rate_limited_error : public error {
public:
    using error::error;
};
/** The service could not be reached, or the connection broke. */
class network_error : public error {
public:
    using error::error;
};
/** No trusted TLS connection could be made. */
class tls_error : public error {
public:
    using error::error;
};
/** The call's deadline passed. */
class timeout_error : public error {
public:
    using error::error;
};
/** A cancellation ended or refused the call. */
class cancelled_error : public error {
public:
    using error::error;
};
/** The service's answer is not JSON, too large or lacks something. */
class response_error : public error {
public:
    using error::error;
};
/** An internal error of the library. The client stays usable. */
class internal_error : public error {
public:
    using error::error;
};

namespace detail {

/** Throws the error of a status in its class. Without exceptions it ends the program. */
[[noreturn]] inline void raise(lid_status status, std::string json) {
#if defined(__cpp_exceptions)
    switch (status) {
    case LID_ERROR_INVALID_ARGUMENT:
        throw invalid_argument_error(status, std::move(json));
    case LID_ERROR_CONFIG:
        throw config_error(status, std::move(json));
    case LID_ERROR_PRIVATE_KEY:
        throw private_key_error(status, std::move(json));
    case LID_ERROR_TOKEN_INVALID:
        throw token_invalid_error(status, std::move(json));
    case LID_ERROR_TOKEN_EXPIRED:
        throw token_expired_error(status, std::move(json));
    case LID_ERROR_CLAIM_MISMATCH:
        throw claim_mismatch_error(status, std::move(json));
    case LID_ERROR_API:
        throw api_error(status, std::move(json));
    case LID_ERROR_RATE_LIMITED:
        throw rate_limited_error(status, std::move(json));
    case LID_ERROR_NETWORK:
        throw network_error(status, std::move(json));
    case LID_ERROR_TLS:
        throw tls_error(status, std::move(json));
    case LID_ERROR_TIMEOUT:
        throw timeout_error(status, std::move(json));
    case LID_ERROR_CANCELLED:
        throw cancelled_error(status, std::move(json));
    case LID_ERROR_RESPONSE:
        throw response_error(status, std::move(json));
    case LID_ERROR_INTERNAL:
        throw internal_error(status, std::move(json));
    default: // LID_OK is none, and there may be new ones.
        throw error(status, std::move(json));
    }
#else
    const error ended(status, std::move(json));
    std::fprintf(stderr, "loginid: %s\n", ended.what());
    std::abort();
#endif
}

/** What a function returns; what another one returns if it throws. */
template <typename Function, typename Otherwise>
auto without_throwing(Function function, Otherwise otherwise) noexcept {
#if defined(__cpp_exceptions)
    try {
        return function();
    } catch (...) {
        return otherwise();
    }
#else
    (void)otherwise;
    return function();
#endif
}

} // namespace detail

/** The result of a noexcept call: the JSON of the result or of the error. */
class [[nodiscard]] result {
public:
    /** Takes over a status and the string that a C call stored in its `out`. */
    result(lid_status status, char *owned) noexcept : result(status, owned, ::lid_free_string) {}
    /** Takes a text that is never freed. */
    result(lid_status status, const char *text) noexcept
        : status_(status), owned_(nullptr, ::lid_free_string), text_(text) {}
    /** Takes a text that another function frees. */
    result(lid_status status, char *owned, void (*release)(char *)) noexcept
        : status_(status), owned_(owned, release), text_(owned != nullptr ? owned : "") {}

    /** A moved-from result is an error. */
    result(result &&other) noexcept
        : status_(std::exchange(other.status_, LID_ERROR_INVALID_ARGUMENT)),
          owned_(std::move(other.owned_)), text_(std::exchange(other.text_, moved_from)) {}
    result &operator=(result &&other) noexcept {
        result moved(std::move(other));
        std::swap(status_, moved.status_);
        std::swap(owned_, moved.owned_);
        std::swap(text_, moved.text_);
        return *this;
    }

    [[nodiscard]] bool ok() const noexcept { return status_ == LID_OK; }
    explicit operator bool() const noexcept { return ok(); }
    [[nodiscard]] lid_status status() const noexcept { return status_; }
    /** The result on LID_OK, the error object otherwise; valid as long as this object. */
    [[nodiscard]] std::string_view json() const noexcept { return text_; }
    /** The result; throws loginid::error if there is none. */
    [[nodiscard]] std::string value() const {
        if (!ok()) {
            detail::raise(status_, text_);
        }
        return text_;
    }
    /** The error, for programs that do not throw it. Of a success it has the status LID_OK. */
    [[nodiscard]] loginid::error error() const { return {status_, ok() ? "{}" : text_}; }

private:
    static constexpr const char *moved_from =
        R"({"error":{"status":"LID_ERROR_INVALID_ARGUMENT","code":"client_closed",)"
        R"("message":"the result is empty: it was moved from","operation":null,)"
        R"("http_status":null,"request_id":null,"retryable":false,"retry_after_ms":null}})";

    lid_status status_;
    std::unique_ptr<char, void (*)(char *)> owned_;
    const char *text_;
};

namespace detail {

inline void free_text(char *text) noexcept { std::free(text); }

/** An error that is detected before C is called. Its strings need no escape in JSON. */
inline result refused(const char *code, std::string_view what, const char *problem) noexcept {
    static constexpr char format[] =
        R"({"error":{"status":"LID_ERROR_INVALID_ARGUMENT","code":"%s","message":"%.*s %s",)"
        R"("operation":null,"http_status":null,"request_id":null,"retryable":false,)"
        R"("retry_after_ms":null}})";
    const auto write = [&](char *text, std::size_t size) {
        return std::snprintf(text, size, format, code, static_cast<int>(what.size()), what.data(),
                             problem);
    };
    const auto size = static_cast<std::size_t>(write(nullptr, 0)) + 1;
    char *text = static_cast<char *>(std::malloc(size));
    if (text != nullptr) {
        write(text, size);
    }
    return {LID_ERROR_INVALID_ARGUMENT, text, free_text};
}

inline result out_of_memory() noexcept {
    return {LID_ERROR_INTERNAL,
            R"({"error":{"status":"LID_ERROR_INTERNAL","code":"out_of_memory",)"
            R"("message":"out of memory","operation":null,"http_status":null,)"
            R"("request_id":null,"retryable":false,"retry_after_ms":null}})"};
}

/** A copy of a text with the NUL that C needs. It is wiped, because it may be a key or
 * a password. */
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
            size_ = text->size();
        }
    }
    c_text(const c_text &) = delete;
    c_text &operator=(const c_text &) = delete;
    ~c_text() {
        // Volatile, so that the compiler does not remove the writes.
        volatile char *byte = text_;
        for (std::size_t left = size_; left > 0; left--) {
            *byte++ = '\0';
        }
    }

    [[nodiscard]] bool embedded_nul() const noexcept { return embedded_nul_; }
    [[nodiscard]] bool out_of_memory() const noexcept { return out_of_memory_; }
    [[nodiscard]] const char *for_c() const noexcept { return text_; }

private:
    struct release {
        void operator()(char *text) const noexcept { std::free(text); }
    };
    char *text_ = nullptr;
    std::size_t size_ = 0;
    bool embedded_nul_ = false;
    bool out_of_memory_ = false;
    std::unique_ptr<char, release> long_;
    char short_[128];
};

/** Arguments that are not texts are passed to C unchanged. */
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
using c_argument = std::conditional_t<std::is_base_of_v<optional_text, Argument>, c_text,
                                      c_value<Argument>>;

/** The word with this number in a text of words with one space between them. */
inline std::string_view word(std::string_view words, std::size_t number) noexcept {
    for (; number > 0; number--) {
        words.remove_prefix(words.find(' ') + 1);
    }
    return words.substr(0, words.find(' '));
}

template <typename Function, typename... Arguments>
result run(Function function, std::string_view names, const Arguments &...arguments) noexcept {
    std::size_t number = 0;
    if (((number++, arguments.embedded_nul()) || ...)) {
        return refused("embedded_nul", word(names, number - 1), "must not hold a NUL");
    }
    if ((arguments.out_of_memory() || ...)) {
        return out_of_memory();
    }
    char *out = nullptr;
    const lid_status status = function(arguments.for_c()..., &out);
    return {status, out};
}

/** Calls a function of the C library that ends in `char **out`; `names` are its other arguments. */
template <typename Function, typename... Arguments>
result call(Function function, std::string_view names, const Arguments &...arguments) noexcept {
    return run(function, names, c_argument<Arguments>(arguments)...);
}

/** Only bool: C++ would convert the text "false", and any number, to true. */
class boolean {
public:
    template <typename Value, std::enable_if_t<std::is_same_v<Value, bool>, int> = 0>
    boolean(Value value) noexcept : value_(value) {}
    [[nodiscard]] bool value() const noexcept { return value_; }

private:
    bool value_;
};

using log_function = std::function<void(std::string_view)>;

/** The log function of the clients that share it. Running calls keep theirs when it is replaced. */
struct log_slot {
    std::shared_ptr<const log_function> function;
};

extern "C" inline void loginid_hpp_log_event(const char *event, void *slot) noexcept {
    const auto log = [&] {
        const auto function = std::atomic_load(&static_cast<log_slot *>(slot)->function);
        if (function && *function) {
            (*function)(event);
        }
    };
    // What it throws must not go through the library.
    without_throwing(log, [] {});
}

} // namespace detail

/** Reads one value of a JSON text by its RFC 6901 pointer, for example "/user/id". */
inline result try_json_get(required_text json, required_text pointer) noexcept {
    return detail::call(::lid_json_get, "json pointer", json, pointer);
}
[[nodiscard]] inline std::string json_get(required_text json, required_text pointer) {
    return try_json_get(json, pointer).value();
}

/** Makes a P-256 key pair; the public key is for the dashboard. */
inline result try_generate_key_pair() noexcept {
    return detail::call(::lid_generate_key_pair, "");
}
[[nodiscard]] inline std::string generate_key_pair() {
    return try_generate_key_pair().value();
}

namespace detail {

/** A member of a JSON text, or empty if it is null. */
inline std::string member(const std::string &json, const char *pointer) {
    const result value = try_json_get(json, pointer);
    return value && value.json() != "null" ? std::string(value.json()) : std::string();
}

/** A number of a JSON text, if it is not null. */
inline std::optional<std::int64_t> number(const std::string &json, const char *pointer) {
    const std::string digits = member(json, pointer);
    return digits.empty() ? std::nullopt : std::optional<std::int64_t>(std::atoll(digits.c_str()));
}

} // namespace detail

inline error::error(lid_status status, std::string json) {
    const auto get = [&json](const char *pointer) { return detail::member(json, pointer); };
    fields read{status,
                get("/error/retryable") == "true",
                {},
                {},
                get("/error/code"),
                get("/error/message"),
                get("/error/operation"),
                get("/error/request_id"),
                {},
                {}};
    if (const auto http_status = detail::number(json, "/error/http_status")) {
        read.http_status = static_cast<int>(*http_status);
    }
    if (const auto milliseconds = detail::number(json, "/error/retry_after_ms")) {
        read.retry_after = std::chrono::milliseconds(*milliseconds);
    }
    read.what = (read.operation.empty() ? "" : read.operation + ": ") +
                std::string(loginid::status_name(status)) + ": " + read.message + " (" + read.code +
                (read.request_id.empty() ? "" : ", request " + read.request_id) + ")";
    read.json = std::move(json);
    fields_ = std::make_shared<const fields>(std::move(read));
}

/** The event of an HTTP attempt of a call. */
class attempt {
public:
    /** Reads the JSON of the C library. */
    explicit attempt(std::string_view json)
        : json_(json), event_(detail::member(json_, "/event")),
          operation_(detail::member(json_, "/operation")),
          method_(detail::member(json_, "/method")), path_(detail::member(json_, "/path")),
          request_id_(detail::member(json_, "/request_id")),
          status_(detail::member(json_, "/status")), code_(detail::member(json_, "/code")) {}

    /** "http_attempt". */
    [[nodiscard]] const std::string &event() const noexcept { return event_; }
    /** The call, for example "get_user" or "v2_verify_token". */
    [[nodiscard]] const std::string &operation() const noexcept { return operation_; }
    [[nodiscard]] const std::string &method() const noexcept { return method_; }
    [[nodiscard]] const std::string &path() const noexcept { return path_; }
    /** Its number in the call, from 1. */
    [[nodiscard]] int number() const {
        return static_cast<int>(detail::number(json_, "/attempt").value_or(0));
    }
    /** The same in all attempts of the call. */
    [[nodiscard]] const std::string &request_id() const noexcept { return request_id_; }
    /** The service's HTTP status, if it answered. */
    [[nodiscard]] std::optional<int> http_status() const {
        const auto number = detail::number(json_, "/http_status");
        return number ? std::optional<int>(static_cast<int>(*number)) : std::nullopt;
    }
    /** The name of the status of the attempt's error, or empty if it succeeded. */
    [[nodiscard]] const std::string &status_name() const noexcept { return status_; }
    /** The code of the attempt's error, or empty. */
    [[nodiscard]] const std::string &code() const noexcept { return code_; }
    [[nodiscard]] std::chrono::microseconds duration() const {
        return std::chrono::microseconds(detail::number(json_, "/duration_us").value_or(0));
    }
    /** The time until the next attempt, if there is one. */
    [[nodiscard]] std::optional<std::chrono::milliseconds> retry_in() const {
        const auto number = detail::number(json_, "/retry_in_ms");
        return number ? std::optional(std::chrono::milliseconds(*number)) : std::nullopt;
    }
    /** The event as JSON. */
    [[nodiscard]] const std::string &json() const noexcept { return json_; }

private:
    std::string json_, event_, operation_, method_, path_, request_id_, status_, code_;
};

/** Writes a text as a JSON string literal, quotes included, for an `options_json`. It is not
 * safe to put into HTML. */
inline result try_quote(required_text text) noexcept {
    return detail::call(::lid_json_quote, "text", text);
}
[[nodiscard]] inline std::string quote(required_text text) { return try_quote(text).value(); }

/**
 * A JSON text that is parsed once, or a value in it. Copies and the values in it share the
 * text, which is wiped and freed with the last of them; a std::string_view that get or find
 * returned is valid until then. Any number of threads may read one.
 *
 *     const auto ada = loginid::user::by_name("ada@example.com");
 *     const loginid::json answer(client.get_credentials(ada));
 *     for (const loginid::json &credential : answer.items("/credentials")) {
 *         std::cout << credential.get<std::string_view>("/uuid") << '\n';
 *     }
 *
 * Pointers are those of RFC 6901, from this value on; the default is the value itself. Values
 * are read as std::string_view, std::int64_t, double or bool.
 */
class json {
public:
    /** Has no value at all. */
    json() noexcept = default;
    /** Parses a text; throws loginid::error if it is not JSON. */
    explicit json(required_text text) { (void)try_parse(*this, text).value(); }
    static result try_parse(json &parsed, required_text text) noexcept {
        lid_json *document = nullptr;
        result parsing = detail::call(::lid_json_parse, "json document", text, &document);
        const auto keep = [&] {
            parsed = json(std::shared_ptr<const lid_json>(document, release()), {});
            return std::move(parsing);
        };
        return detail::without_throwing(keep, detail::out_of_memory);
    }

    /** LID_JSON_ABSENT if there is no such value. */
    [[nodiscard]] lid_json_kind type(std::string_view pointer = {}) const {
        const std::optional<std::string> whole = whole_pointer(pointer);
        const std::int32_t type = whole ? ::lid_json_type(document_.get(), whole->c_str()) : 0;
        return static_cast<lid_json_kind>(type);
    }
    /** Whether there is such a value; it may be null. */
    [[nodiscard]] bool has(std::string_view pointer) const {
        return type(pointer) != LID_JSON_ABSENT;
    }
    /** The value, empty if it is absent, null, of another type or out of range. */
    template <typename Value>
    [[nodiscard]] std::optional<Value> find(std::string_view pointer = {}) const {
        Value value{};
        const lid_status status = read(pointer, value);
        return status == LID_OK ? std::optional<Value>(value) : std::nullopt;
    }
    /** The value; throws loginid::error where find is empty. */
    template <typename Value> [[nodiscard]] Value get(std::string_view pointer = {}) const {
        Value value{};
        if (const lid_status status = read(pointer, value); status != LID_OK) {
            refuse(status, pointer);
        }
        return value;
    }
    /** How many items an array or members an object has; 0 for other values. */
    [[nodiscard]] std::size_t size(std::string_view pointer = {}) const {
        std::size_t count = 0;
        if (const std::optional<std::string> whole = whole_pointer(pointer)) {
            (void)::lid_json_count(document_.get(), whole->c_str(), &count);
        }
        return count;
    }
    /** The name of a member of this object, in the order of the text; empty if there is none,
     * or if it has a NUL in it. */
    [[nodiscard]] std::optional<std::string_view> name(std::size_t index) const {
        const char *found = nullptr;
        (void)::lid_json_name(document_.get(), pointer_.c_str(), index, &found);
        return found != nullptr ? std::optional<std::string_view>(found) : std::nullopt;
    }
    /** A value in this one. */
    [[nodiscard]] json at(std::string_view pointer) const {
        const std::optional<std::string> whole = whole_pointer(pointer);
        return whole ? json(document_, *whole) : json();
    }
    /** The items of an array; none of other values. */
    [[nodiscard]] std::vector<json> items(std::string_view pointer = {}) const {
        std::vector<json> all(type(pointer) == LID_JSON_ARRAY ? size(pointer) : 0);
        for (std::size_t index = 0; index < all.size(); index++) {
            all[index] = at(std::string(pointer) + '/' + std::to_string(index));
        }
        return all;
    }
    /** The names and values of an object's members; none of other values, and none whose name has
     * a NUL in it. */
    [[nodiscard]] std::vector<std::pair<std::string_view, json>>
    members(std::string_view pointer = {}) const {
        const json object = at(pointer);
        std::vector<std::pair<std::string_view, json>> all;
        for (std::size_t index = 0; object.type() == LID_JSON_OBJECT && index < object.size();
             index++) {
            if (const std::optional<std::string_view> found = object.name(index)) {
                all.emplace_back(*found, object.at('/' + escaped(*found)));
            }
        }
        return all;
    }

private:
    struct release {
        void operator()(lid_json *document) const noexcept { ::lid_json_free(document); }
    };

    json(std::shared_ptr<const lid_json> document, std::string pointer) noexcept
        : document_(std::move(document)), pointer_(std::move(pointer)) {}

    /** The pointer from the whole text on, none if C cannot read it. */
    [[nodiscard]] std::optional<std::string> whole_pointer(std::string_view pointer) const {
        if (pointer.find('\0') != std::string_view::npos) {
            return std::nullopt;
        }
        return pointer_ + std::string(pointer);
    }
    template <typename Value, typename Stored>
    lid_status read_with(lid_status (*getter)(const lid_json *, const char *, Stored *),
                         std::string_view pointer, Value &value) const {
        const std::optional<std::string> whole = whole_pointer(pointer);
        if (!whole) {
            return LID_ERROR_INVALID_ARGUMENT;
        }
        Stored stored{};
        const lid_status status = getter(document_.get(), whole->c_str(), &stored);
        if (status == LID_OK) {
            value = stored;
        }
        return status;
    }
    lid_status read(std::string_view pointer, std::string_view &value) const {
        return read_with(::lid_json_string, pointer, value);
    }
    lid_status read(std::string_view pointer, std::int64_t &value) const {
        return read_with(::lid_json_int64, pointer, value);
    }
    lid_status read(std::string_view pointer, double &value) const {
        return read_with(::lid_json_double, pointer, value);
    }
    lid_status read(std::string_view pointer, bool &value) const {
        return read_with(::lid_json_bool, pointer, value);
    }
    [[noreturn]] void refuse(lid_status status, std::string_view pointer) const {
        const bool invalid = status == LID_ERROR_INVALID_ARGUMENT;
        const std::string message = invalid
            ? "the text is not parsed, or the pointer is not one of RFC 6901"
            : "the JSON text has no such value at " + pointer_ + std::string(pointer);
        detail::raise(status, R"({"error":{"status":)" + quote(status_name(status)) +
                                (invalid ? R"(,"code":"invalid_pointer")"
                                         : R"(,"code":"invalid_response")") +
                                R"(,"message":)" + quote(message) +
                                R"(,"operation":null,"http_status":null,"request_id":null,)"
                                R"("retryable":false,"retry_after_ms":null}})");
    }
    /** A name as it is written in a pointer. */
    [[nodiscard]] static std::string escaped(std::string_view name) {
        std::string token;
        for (const char character : name) {
            switch (character) {
            case '~':
                token += "~0";
                break;
            case '/':
                token += "~1";
                break;
            default:
                token += character;
            }
        }
        return token;
    }

    std::shared_ptr<const lid_json> document_;
    std::string pointer_;
};

/** A user of v1, by id, by name or by both. The texts are only read during the call. */
struct user {
    optional_text id;
    optional_text name;

    [[nodiscard]] static user by_id(required_text id) noexcept { return {id, std::nullopt}; }
    [[nodiscard]] static user by_name(required_text name) noexcept { return {std::nullopt, name}; }
};

namespace detail {
template <typename Client, typename Functions> class client_base;
} // namespace detail

/**
 * A switch that ends calls from another thread; once triggered it stays so. It can
 * be moved, not copied. What is moved from ends no call, and calls refuse it.
 */
class cancellation {
public:
    cancellation() noexcept : cancel_(::lid_cancel_new(), ::lid_cancel_free) {}
#if defined(__cpp_lib_jthread)
    /** One that a stop request triggers too, also an earlier one (C++20). */
    explicit cancellation(std::stop_token token) {
        auto made = std::make_shared<stoppable>(std::move(token));
        lid_cancel *cancel = made->cancel.get();
        cancel_ = std::shared_ptr<lid_cancel>(std::move(made), cancel);
    }
#endif
    cancellation(cancellation &&) noexcept = default;
    cancellation &operator=(cancellation &&) noexcept = default;

    explicit operator bool() const noexcept { return cancel_ != nullptr; }
    /** Ends the calls that use this switch, now and later. For any thread. No effect if empty. */
    void trigger() const noexcept { ::lid_cancel_trigger(cancel_.get()); }
    [[nodiscard]] lid_cancel *get() const noexcept { return cancel_.get(); }

private:
    template <typename, typename> friend class detail::client_base;

#if defined(__cpp_lib_jthread)
    struct stoppable {
        struct trigger {
            lid_cancel *triggered;
            void operator()() const noexcept { ::lid_cancel_trigger(triggered); }
        };
        struct release {
            void operator()(lid_cancel *freed) const noexcept { ::lid_cancel_free(freed); }
        };
        explicit stoppable(std::stop_token token)
            : cancel(::lid_cancel_new()), callback(std::move(token), trigger{cancel.get()}) {}
        std::unique_ptr<lid_cancel, release> cancel;
        std::stop_callback<trigger> callback;
    };
#endif
    // Shared with the clients that have it, which a stop request ends also without this object.
    // Its type is the same in all versions of C++, whose programs may be linked together.
    std::shared_ptr<lid_cancel> cancel_;
};

/** Options of with_options(). What is left out stays as it is. */
struct options {
    /** The limit of each call, rounded up to milliseconds. Zero, a negative time and more than
     * a day are the error out_of_range. */
    optional_time timeout;
    std::optional<unsigned> max_retries;
    /** Names and values; each replaces the client's header of that name. */
    std::vector<std::pair<std::string, std::string>> headers;
    /** Sent with each request: 1 to 128 visible ASCII characters. */
    optional_text request_id;
    /** Ends the calls of the new client from another thread. May be destroyed before it. */
    const cancellation *cancel = nullptr;
};

namespace detail {

/** A time in whole milliseconds, rounded up; 0 if it is not more than zero, or above `most`. */
inline long long whole_milliseconds(optional_time::value_type time, double most) noexcept {
    const double count = std::ceil(time.count());
    return count >= 1 && count <= most ? static_cast<long long>(count) : 0;
}

/** Writes options as JSON. The text is wiped, because it may have secret headers. */
class options_json {
public:
    /** Why the options cannot be written, or LID_OK. May throw std::bad_alloc. */
    result write(const options &given) {
        std::vector<result> quoted;
        const auto quote = [&](const char *name, std::string_view text) -> bool {
            quoted.push_back(text.find('\0') != std::string_view::npos
                                 ? refused("embedded_nul", name, "must not hold a NUL")
                                 : try_quote(required_text(text)));
            return quoted.back().ok();
        };
        std::string members;
        const auto number = [&](std::string_view name, long long value) {
            members.append(members.empty() ? "\"" : ",\"").append(name).append("\":");
            members.append(std::to_string(value));
        };
        if (given.timeout) {
            const auto count = whole_milliseconds(*given.timeout, 86'400'000);
            if (count == 0) {
                return refused("out_of_range", "timeout",
                               "must be more than zero, and at most a day");
            }
            number("timeout_ms", count);
        }
        if (given.max_retries) {
            number("max_retries", *given.max_retries);
        }
        if (given.request_id && !quote("request_id", *given.request_id)) {
            return std::move(quoted.back());
        }
        const std::size_t first_header = quoted.size();
        for (const auto &[name, value] : given.headers) {
            if (!quote("headers", name) || !quote("headers", value)) {
                return std::move(quoted.back());
            }
        }
        std::size_t size = members.size() + 64;
        for (const result &text : quoted) {
            size += text.json().size() + 1;
        }
        // Capacity for everything: growing would leave a copy.
        json_.reserve(size);
        json_.append("{").append(members);
        if (first_header > 0) {
            json_.append(json_.size() > 1 ? "," : "").append("\"request_id\":");
            json_.append(quoted[0].json());
        }
        if (!given.headers.empty()) {
            json_.append(json_.size() > 1 ? "," : "").append("\"headers\":{");
            for (std::size_t i = first_header; i < quoted.size(); i++) {
                json_.append(quoted[i].json());
                json_.append((i - first_header) % 2 == 0 ? ":" : i + 1 < quoted.size() ? "," : "}");
            }
        }
        json_.append("}");
        return {LID_OK, ""};
    }
    options_json() = default;
    options_json(const options_json &) = delete;
    options_json &operator=(const options_json &) = delete;
    ~options_json() {
        // Volatile, so that the compiler does not remove the writes.
        volatile char *byte = json_.data();
        for (std::size_t left = json_.size(); left > 0; left--) {
            *byte++ = '\0';
        }
    }
    [[nodiscard]] std::string_view text() const noexcept { return json_; }

private:
    std::string json_;
};

/** What the clients of both services have in common. `Functions` calls those of C. */
template <typename Client, typename Functions> class client_base {
    using handle = typename Functions::handle;

public:
    /** A client with these settings; docs/configuration.md describes them. */
    [[nodiscard]] static Client with_config(required_text config_json) {
        Client made;
        (void)try_with_config(made, config_json).value();
        return made;
    }
    /** A client from the environment variables: LOGINID_..., for v2::client LOGINID_V2_.... */
    [[nodiscard]] static Client from_env() {
        Client made;
        (void)try_from_env(made).value();
        return made;
    }
    // The same without exceptions: `made` becomes the client, or empty.
    static result try_with_config(Client &made, required_text config_json) noexcept {
        const slot into(made);
        return Functions::new_with_config(config_json, into.get());
    }
    static result try_from_env(Client &made) noexcept {
        const slot into(made);
        return Functions::new_from_env(into.get());
    }

    /**
     * A client with other options, which shares connections, keys and the log function with
     * this one: make one for each call if you like. Both may be destroyed in any order.
     */
    [[nodiscard]] Client with_options(const options &given) const {
        Client made;
        (void)try_with_options(made, given).value();
        return made;
    }
    /** The same without exceptions: `made` becomes the client, or empty. */
    result try_with_options(Client &made, const options &given) const noexcept {
        if (given.cancel != nullptr && !*given.cancel) {
            return refused("client_closed", "cancel", "is empty: it was moved from");
        }
        const auto derive = [&] {
            options_json json;
            if (result refusal = json.write(given); !refusal) {
                made = Client();
                return refusal;
            }
            Client derived;
            derived.log_ = log_;
            derived.cancel_ = given.cancel == nullptr ? cancel_ : given.cancel->cancel_;
            handle *stored = nullptr;
            result called =
                !*this ? closed()
                       : Functions::with_options(
                             get(), required_text(json.text()),
                             given.cancel == nullptr ? nullptr : given.cancel->get(), &stored);
            derived.client_.reset(stored);
            // At the end, because it may be this client.
            made = std::move(derived);
            return called;
        };
        return without_throwing(derive, out_of_memory);
    }

    explicit operator bool() const noexcept { return client_ != nullptr; }
    [[nodiscard]] handle *get() const noexcept { return client_.get(); }

    /**
     * Has a function called with a JSON text for every HTTP attempt, on the thread
     * that made the call, by several at once if they call; an empty function ends
     * it. The clients that share it keep the function. What it throws is dropped.
     */
    void set_log_callback(log_function function) {
        (void)try_set_log_callback(std::move(function)).value();
    }
    result try_set_log_callback(log_function function) noexcept {
        if (!*this) {
            return closed();
        }
        const auto set = [&] {
            std::atomic_store(&log_->function,
                              std::shared_ptr<const log_function>(
                                  std::make_shared<log_function>(std::move(function))));
            // Waits until the previous function is not running, unless called from inside a log
            // function.
            Functions::set_log_callback(get(), loginid_hpp_log_event, log_.get());
            return result(LID_OK, "{}");
        };
        return without_throwing(set, out_of_memory);
    }

    /**
     * Has a function called for every HTTP attempt, as set_log_callback() does, whose
     * function it replaces; an empty function ends it.
     */
    void on_attempt(std::function<void(const attempt &)> function) {
        (void)try_on_attempt(std::move(function)).value();
    }
    result try_on_attempt(std::function<void(const attempt &)> function) noexcept {
        if (!function) {
            return try_set_log_callback(nullptr);
        }
        const auto set = [&] {
            return try_set_log_callback([function = std::move(function)](std::string_view event) {
                function(attempt(event));
            });
        };
        return without_throwing(set, out_of_memory);
    }

protected:
    client_base() noexcept = default;
    client_base(client_base &&) noexcept = default;
    client_base &operator=(client_base &&other) noexcept {
        // Through a temporary, so that a self-move changes nothing.
        client_base moved(std::move(other));
        log_.swap(moved.log_);
        cancel_.swap(moved.cancel_);
        client_.swap(moved.client_);
        return *this;
    }
    ~client_base() = default;

    static result closed() noexcept {
        return refused("client_closed", "the client", "is closed: make a new one");
    }

    /** Calls a function whose first argument is the client; `names` includes it. */
    template <typename Function, typename... Arguments>
    result call(Function function, std::string_view names,
                const Arguments &...arguments) const noexcept {
        if (!*this) {
            return closed();
        }
        return detail::call(function, names, get(), arguments...);
    }

    /** The place where C stores a client, which becomes this client's at the end of the
     * call. */
    class slot {
    public:
        explicit slot(Client &made) noexcept : made_(made), client_(nullptr) { made_ = Client(); }
        slot(const slot &) = delete;
        slot &operator=(const slot &) = delete;
        ~slot() { made_.client_.reset(client_); }
        [[nodiscard]] handle **get() const noexcept { return &client_; }

    private:
        Client &made_;
        mutable handle *client_;
    };

private:
    struct release {
        void operator()(handle *client) const noexcept { Functions::free(client); }
    };

    // The client is freed before the log function that it may call.
    std::shared_ptr<log_slot> log_ = std::make_shared<log_slot>();
    std::shared_ptr<lid_cancel> cancel_;
    std::unique_ptr<handle, release> client_;
};

struct v1_functions {
    using handle = lid_client;
    static result new_with_config(required_text config_json, handle **client) noexcept {
        return call(::lid_new_with_config, "config client", config_json, client);
    }
    static result new_from_env(handle **client) noexcept {
        return call(::lid_new_from_env, "client", client);
    }
    static result with_options(const handle *client, required_text options_json,
                               lid_cancel *cancel, handle **derived) noexcept {
        return call(
            ::lid_with_options, "client options cancel derived", client, options_json, cancel,
            derived);
    }
    static void set_log_callback(handle *client, lid_log_fn function, void *data) noexcept {
        ::lid_set_log_callback(client, function, data);
    }
    static void free(handle *client) noexcept { ::lid_free(client); }
};

struct v2_functions {
    using handle = lid_v2_client;
    static result new_with_config(required_text config_json, handle **client) noexcept {
        return call(::lid_v2_new_with_config, "config client", config_json, client);
    }
    static result new_from_env(handle **client) noexcept {
        return call(::lid_v2_new_from_env, "client", client);
    }
    static result with_options(const handle *client, required_text options_json,
                               lid_cancel *cancel, handle **derived) noexcept {
        return call(
            ::lid_v2_with_options, "client options cancel derived", client, options_json,
            cancel, derived);
    }
    static void set_log_callback(handle *client, lid_log_fn function, void *data) noexcept {
        ::lid_v2_set_log_callback(client, function, data);
    }
    static void free(handle *client) noexcept { ::lid_v2_free(client); }
};

} // namespace detail

/**
 * A client of the older LoginID service ("v1"); v2::client is that of the current one. It
 * can be moved, not copied. Any number of threads may call one that is not being moved or
 * destroyed, and it may be used after fork(). One made by `client()` or moved from is
 * empty: its calls fail with LID_ERROR_INVALID_ARGUMENT, client_closed.
 */
class client : public detail::client_base<client, detail::v1_functions> {
public:
    client() noexcept = default;
    /** A client for an application, which may be public and then has no key. */
    explicit client(required_text client_id, optional_text private_key = {},
                    optional_text base_url = {}) {
        (void)try_application(*this, client_id, private_key, base_url).value();
    }
    /** A client for a management application, which needs a key. */
    [[nodiscard]] static client management(required_text client_id, required_text private_key,
                                           optional_text base_url = {}) {
        client made;
        (void)try_management(made, client_id, private_key, base_url).value();
        return made;
    }

    // The same without exceptions: `made` becomes the client, or empty.
    static result try_application(client &made, required_text client_id,
                                  optional_text private_key = {},
                                  optional_text base_url = {}) noexcept {
        const slot into(made);
        return detail::call(
            ::lid_new, "client_id private_key base_url client", client_id, private_key, base_url,
            into.get());
    }
    static result try_management(client &made, required_text client_id,
                                 required_text private_key,
                                 optional_text base_url = {}) noexcept {
        const slot into(made);
        return detail::call(
            ::lid_new_management, "client_id private_key base_url client", client_id, private_key,
            base_url, into.get());
    }

    /**
     * Waits until a code is authorized, for the configured limit if no timeout is given.
     *
     * The token in the answer (`jwt`) is verified, and must be of the named user. `code` is
     * secret: no message and no log shows it. `jwt` is secret: keep it out of logs.
     */
    result try_wait_code(
        required_text username, required_text code, required_text code_type,
        optional_time timeout = {}, const cancellation *cancel = nullptr) const noexcept {
        if (cancel != nullptr && !*cancel) {
            return detail::refused("client_closed", "cancel", "is empty: it was moved from");
        }
        std::uint32_t timeout_ms = 0; // 0 is the configured limit in C.
        if (timeout) {
            timeout_ms = static_cast<std::uint32_t>(detail::whole_milliseconds(
                *timeout, std::numeric_limits<std::uint32_t>::max()));
            if (timeout_ms == 0) {
                return detail::refused("out_of_range", "timeout",
                                       "must be more than zero, and at most 2^32 - 1 ms");
            }
        }
        return call(
            ::lid_wait_code, "client username code code_type timeout_ms cancel", username, code,
            code_type, timeout_ms, cancel == nullptr ? nullptr : cancel->get());
    }
    std::string wait_code(
        required_text username, required_text code, required_text code_type,
        optional_time timeout = {}, const cancellation *cancel = nullptr) const {
        return try_wait_code(username, code, code_type, timeout, cancel).value();
    }

    // begin generated: calls (`make generate`, from spec/operations.toml)

    // Tokens

    /**
     * Makes a service token, for programs that send requests themselves. It allows one call of
     * `scope` (for example "users.retrieve"). `username`, `user_id` and `nonce` may be left
     * out. If both are given, the token names the username and not the user id. Without a
     * nonce, 16 random characters are used. No request is made.
     *
     * Result: `{"token":"…"}`. `LID_ERROR_PRIVATE_KEY` if the client has no key.
     *
     * `token` is secret: keep it out of logs.
     */
    std::string generate_service_token(
        required_text scope, optional_text username = {}, optional_text user_id = {},
        optional_text nonce = {}) const {
        return try_generate_service_token(scope, username, user_id, nonce).value();
    }
    result try_generate_service_token(
        required_text scope, optional_text username = {}, optional_text user_id = {},
        optional_text nonce = {}) const noexcept {
        return call(
            ::lid_generate_service_token, "client scope username user_id nonce", scope,
            username, user_id, nonce);
    }

    /**
     * Verifies a token that the service issued to this application to log a user in: its form,
     * its ES256 signature, audience and times, and that it is the token of `username` (may be
     * left out: any user). The service's key is cached.
     *
     * Result: `{"valid":true,"header":{…},"claims":{"sub":"…","udata":"…",…}}`. An invalid
     * token fails with `LID_ERROR_TOKEN_INVALID`, `LID_ERROR_TOKEN_EXPIRED` or
     * `LID_ERROR_CLAIM_MISMATCH`; an error of the request for the key says nothing about the
     * token. The token of a transaction is `LID_ERROR_CLAIM_MISMATCH` with code
     * `token_kind_mismatch`: use `verify_transaction`. While many tokens with unknown keys
     * arrive, a token whose key is not known yet may fail with `LID_ERROR_RATE_LIMITED` and
     * code `unknown_key_throttled`.
     *
     * `token` is secret: no message and no log shows it.
     */
    std::string verify_token(required_text token, optional_text username = {}) const {
        return try_verify_token(token, username).value();
    }
    result try_verify_token(required_text token, optional_text username = {}) const noexcept {
        return call(::lid_verify_token, "client token username", token, username);
    }

    // Transactions

    /**
     * Makes a transaction token: it allows creating one transaction with this payload.
     * `username` and `nonce` may be left out. No request is made.
     *
     * Result: `{"token":"…"}`. `LID_ERROR_PRIVATE_KEY` if the client has no key.
     *
     * `token` is secret: keep it out of logs.
     */
    std::string generate_tx_auth_token(
        required_text tx_payload, optional_text username = {}, optional_text nonce = {}) const {
        return try_generate_tx_auth_token(tx_payload, username, nonce).value();
    }
    result try_generate_tx_auth_token(
        required_text tx_payload, optional_text username = {},
        optional_text nonce = {}) const noexcept {
        return call(
            ::lid_generate_tx_auth_token, "client tx_payload username nonce", tx_payload,
            username, nonce);
    }

    /**
     * Creates a transaction for a user to confirm. `username` and `nonce` may be left out; the
     * nonce is then 16 random characters.
     *
     * Result: the service's answer and the nonce that was sent: `{"id":"…","url":"…",
     * "nonce":"…"}`. Keep the nonce for `verify_transaction`. An answer without an `id` is
     * `LID_ERROR_RESPONSE`.
     */
    std::string create_tx(
        required_text tx_payload, optional_text username = {}, optional_text nonce = {}) const {
        return try_create_tx(tx_payload, username, nonce).value();
    }
    result try_create_tx(
        required_text tx_payload, optional_text username = {},
        optional_text nonce = {}) const noexcept {
        return call(
            ::lid_create_tx, "client tx_payload username nonce", tx_payload, username, nonce);
    }

    /**
     * Verifies the token of a confirmed transaction: form, signature, audience and times as
     * `verify_token` does, that it confirms exactly `tx_payload`, and with `nonce` (may be left
     * out) that it confirms the transaction created with it.
     *
     * Result: `{"valid":true,"header":{…},"claims":{"tx_hash":"…",…}}`. An invalid token fails
     * as in `verify_token`; another payload or nonce is `LID_ERROR_CLAIM_MISMATCH`.
     *
     * `tx_token` is secret: no message and no log shows it.
     */
    std::string verify_transaction(
        required_text tx_token, required_text tx_payload, optional_text nonce = {}) const {
        return try_verify_transaction(tx_token, tx_payload, nonce).value();
    }
    result try_verify_transaction(
        required_text tx_token, required_text tx_payload,
        optional_text nonce = {}) const noexcept {
        return call(
            ::lid_verify_transaction, "client tx_token tx_payload nonce", tx_token, tx_payload,
            nonce);
    }

    /**
     * Begins the confirmation of a transaction by a FIDO2 credential. Give exactly one of
     * `tx_id` and `tx_payload`, and null for the other. `tx_id` names an existing transaction,
     * `tx_payload` makes a new one. `nonce` may be left out.
     *
     * Result: `{"tx_id":"…","assertion_options":{"challenge":"…","rpId":"…",
     * "allowCredentials":[…]},"nonce":"…"}`, where the nonce is the one that was sent.
     * `assertion_options` is for `PublicKeyCredential.parseRequestOptionsFromJSON()` in the
     * browser. An answer without a `tx_id` is `LID_ERROR_RESPONSE`.
     */
    std::string init_tx(
        required_text username, optional_text tx_id, optional_text tx_payload,
        optional_text nonce = {}) const {
        return try_init_tx(username, tx_id, tx_payload, nonce).value();
    }
    result try_init_tx(
        required_text username, optional_text tx_id, optional_text tx_payload,
        optional_text nonce = {}) const noexcept {
        return call(
            ::lid_init_tx, "client username tx_id tx_payload nonce", username, tx_id,
            tx_payload, nonce);
    }

    /**
     * Completes the confirmation of a transaction. `assertion_payload_json` is what the browser
     * answered: the object of `PublicKeyCredential.toJSON()`, or `{"challenge":"…",
     * "key_handle":"…","client_data":"…","auth_data":"…","sign_data":"…"}`.
     *
     * Result: `{"jwt":"…"}`: a token that names the confirmed transaction: give it to
     * `verify_transaction`. `verify_token` refuses it.
     *
     * The token in the answer (`jwt`) is verified, and must be of the named user. `jwt` is
     * secret: keep it out of logs.
     */
    std::string complete_tx(
        required_text tx_id, required_text username,
        required_text assertion_payload_json) const {
        return try_complete_tx(tx_id, username, assertion_payload_json).value();
    }
    result try_complete_tx(
        required_text tx_id, required_text username,
        required_text assertion_payload_json) const noexcept {
        return call(
            ::lid_complete_tx, "client tx_id username assertion_payload", tx_id, username,
            assertion_payload_json);
    }

    // Codes

    /**
     * Makes a code for a user. With `authorize` the code may be used at once. `code_type` is
     * "short" (6 digits, 3 minutes), "long" or "phrase"; `purpose` is
     * "temporary_authentication" or "add_credential".
     *
     * Result: `{"code":"…","expires_at":"…","is_authorized":false}`.
     *
     * `code` is secret: keep it out of logs.
     */
    std::string generate_code(
        required_text code_type, required_text purpose, detail::boolean authorize,
        const user &who) const {
        return try_generate_code(code_type, purpose, authorize, who).value();
    }
    result try_generate_code(
        required_text code_type, required_text purpose, detail::boolean authorize,
        const user &who) const noexcept {
        return call(
            ::lid_generate_code, "client code_type purpose authorize user_id username",
            code_type, purpose, authorize.value(), who.id, who.name);
    }

    /**
     * Authorizes a code; a code that is already authorized stays so. `code_type` is "short" (6
     * digits, 3 minutes), "long" or "phrase"; `purpose` is "temporary_authentication" or
     * "add_credential".
     *
     * Result: `{"expires_at":"…","is_authorized":true}`.
     *
     * `code` is secret: no message and no log shows it.
     */
    std::string authorize_code(
        required_text code, required_text code_type, required_text purpose,
        const user &who) const {
        return try_authorize_code(code, code_type, purpose, who).value();
    }
    result try_authorize_code(
        required_text code, required_text code_type, required_text purpose,
        const user &who) const noexcept {
        return call(
            ::lid_authorize_code, "client code code_type purpose user_id username", code,
            code_type, purpose, who.id, who.name);
    }

    /**
     * Invalidates all codes of a user with this type and purpose. `code_type` is "short" (6
     * digits, 3 minutes), "long" or "phrase"; `purpose` is "temporary_authentication" or
     * "add_credential".
     *
     * Result: `{"deleted_at":"…"}`.
     */
    std::string invalidate_all_codes(
        required_text code_type, required_text purpose, const user &who) const {
        return try_invalidate_all_codes(code_type, purpose, who).value();
    }
    result try_invalidate_all_codes(
        required_text code_type, required_text purpose, const user &who) const noexcept {
        return call(
            ::lid_invalidate_all_codes, "client code_type purpose user_id username", code_type,
            purpose, who.id, who.name);
    }

    // Credentials

    /**
     * Lists a user's credentials. `status` may be "active", "pending", "inactive", "revoked" or
     * "deleted", or null for all.
     *
     * Result: `{"user_id":"…","credentials":[{"uuid":"…","type":"fido2","status":"active",
     * "name":"…","created_at":"…","updated_at":"…"}]}`.
     */
    std::string get_credentials(const user &who, optional_text status = {}) const {
        return try_get_credentials(who, status).value();
    }
    result try_get_credentials(const user &who, optional_text status = {}) const noexcept {
        return call(
            ::lid_get_credentials, "client status user_id username", status, who.id, who.name);
    }

    /**
     * Renames a credential.
     *
     * Result: `{"user_id":"…","credential":{"uuid":"…","name":"…",…}}`.
     */
    std::string rename_credential(
        required_text credential_id, required_text name, const user &who) const {
        return try_rename_credential(credential_id, name, who).value();
    }
    result try_rename_credential(
        required_text credential_id, required_text name, const user &who) const noexcept {
        return call(
            ::lid_rename_credential, "client credential_id name user_id username",
            credential_id, name, who.id, who.name);
    }

    /**
     * Revokes a credential permanently.
     *
     * Result: `{"user_id":"…","credential":{"uuid":"…","status":"revoked",…}}`.
     */
    std::string revoke_credential(required_text credential_id, const user &who) const {
        return try_revoke_credential(credential_id, who).value();
    }
    result try_revoke_credential(required_text credential_id, const user &who) const noexcept {
        return call(
            ::lid_revoke_credential, "client credential_id user_id username", credential_id,
            who.id, who.name);
    }

    /**
     * Begins adding a FIDO2 credential without the user's code. `options_json` may be left out,
     * or `{"display_name":"…","override_name":"…","roaming_authenticator":true}`, each member
     * optional.
     *
     * Result: `{"attestation_payload":{"credential_uuid":"…","challenge":"…","rp":{},"user":{},
     * "pubKeyCredParams":[],…}}`, for `PublicKeyCredential.parseCreationOptionsFromJSON()` in
     * the browser, completed by `complete_add_fido2_credential`.
     */
    std::string force_fido2_credential_init(
        const user &who, optional_text options_json = {}) const {
        return try_force_fido2_credential_init(who, options_json).value();
    }
    result try_force_fido2_credential_init(
        const user &who, optional_text options_json = {}) const noexcept {
        return call(
            ::lid_force_fido2_credential_init, "client user_id username options", who.id,
            who.name, options_json);
    }

    /**
     * Begins adding a document scan. `credential_name` may be left out.
     *
     * Result: `{"credential_uuid":"…","iframe_url":"…"}`.
     */
    std::string add_doc_scan_credential_init(
        const user &who, optional_text credential_name = {}) const {
        return try_add_doc_scan_credential_init(who, credential_name).value();
    }
    result try_add_doc_scan_credential_init(
        const user &who, optional_text credential_name = {}) const noexcept {
        return call(
            ::lid_add_doc_scan_credential_init, "client user_id username credential_name",
            who.id, who.name, credential_name);
    }

    /**
     * Completes adding a document scan.
     *
     * Result: an authentication response as from `authenticate_password`, with a `jwt` only if
     * the credential was activated.
     *
     * The token in the answer (`jwt`) is verified, and must be of the named user. `jwt` is
     * secret: keep it out of logs.
     */
    std::string add_doc_scan_credential_complete(
        required_text credential_id, detail::boolean activate, const user &who) const {
        return try_add_doc_scan_credential_complete(credential_id, activate, who).value();
    }
    result try_add_doc_scan_credential_complete(
        required_text credential_id, detail::boolean activate, const user &who) const noexcept {
        return call(
            ::lid_add_doc_scan_credential_complete,
            "client credential_id activate user_id username", credential_id, activate.value(),
            who.id, who.name);
    }

    /**
     * Returns the URL of the result of a document scan.
     *
     * Result: `{"request_url":"…","token_type":"Bearer","auth_token":"…"}`, or `result_url` in
     * place of `request_url`.
     *
     * `auth_token` is secret: keep it out of logs.
     */
    std::string evaluate_doc_scan_credential(
        required_text credential_id, const user &who) const {
        return try_evaluate_doc_scan_credential(credential_id, who).value();
    }
    result try_evaluate_doc_scan_credential(
        required_text credential_id, const user &who) const noexcept {
        return call(
            ::lid_evaluate_doc_scan_credential, "client credential_id user_id username",
            credential_id, who.id, who.name);
    }

    /**
     * Makes a code with which the user can recover the account.
     *
     * Result: `{"code":"…","created_at":"…"}`. Show the code once.
     *
     * `code` is secret: keep it out of logs.
     */
    std::string generate_recovery_code(const user &who) const {
        return try_generate_recovery_code(who).value();
    }
    result try_generate_recovery_code(const user &who) const noexcept {
        return call(::lid_generate_recovery_code, "client user_id username", who.id, who.name);
    }

    /**
     * Adds a public key (SPKI PEM) as a credential. `publickey_alg` may be left out, which
     * means "ES256". `credential_name` may be left out.
     *
     * Result: the authentication response, with a `jwt` only if the service sent one:
     * `{"jwt":"…","is_authenticated":true,"user":{"id":"…","username":"…","namespace_id":"…"},
     * "client":{"id":"…","type":"directweb"},"credential":{"uuid":"…","type":"public_key",
     * "name":"…"}}`.
     *
     * The token in the answer (`jwt`) is verified, and must be of the named user. `jwt` is
     * secret: keep it out of logs.
     */
    std::string add_publickey_credential(
        required_text publickey, const user &who, optional_text publickey_alg = {},
        optional_text credential_name = {}) const {
        return try_add_publickey_credential(publickey, who, publickey_alg, credential_name)
            .value();
    }
    result try_add_publickey_credential(
        required_text publickey, const user &who, optional_text publickey_alg = {},
        optional_text credential_name = {}) const noexcept {
        return call(
            ::lid_add_publickey_credential,
            "client publickey publickey_alg user_id username credential_name", publickey,
            publickey_alg, who.id, who.name, credential_name);
    }

    /**
     * Begins adding a FIDO2 credential with an authorized code with the purpose
     * "add_credential". `options_json` as in `force_fido2_credential_init`.
     *
     * Result: `{"attestation_payload":{…}}`, for
     * `PublicKeyCredential.parseCreationOptionsFromJSON()` in the browser, completed by
     * `complete_add_fido2_credential`.
     *
     * `code` is secret: no message and no log shows it.
     */
    std::string init_add_fido2_credential_with_code(
        required_text code, required_text code_type, required_text username,
        optional_text options_json = {}) const {
        return try_init_add_fido2_credential_with_code(code, code_type, username, options_json)
            .value();
    }
    result try_init_add_fido2_credential_with_code(
        required_text code, required_text code_type, required_text username,
        optional_text options_json = {}) const noexcept {
        return call(
            ::lid_init_add_fido2_credential_with_code, "client code code_type username options",
            code, code_type, username, options_json);
    }

    /**
     * Completes adding a FIDO2 credential. `attestation_payload_json` is what the browser
     * answered: the object of `PublicKeyCredential.toJSON()` with one more member,
     * `credential_uuid` as the service sent it, or `{"credential_uuid":"…","credential_id":"…",
     * "challenge":"…","client_data":"…","attestation_data":"…"}`. `credential_name` may be left
     * out.
     *
     * Result: the authentication response: `{"jwt":"…","is_authenticated":true,
     * "user":{"id":"…","username":"…","namespace_id":"…"},"client":{"id":"…",
     * "type":"directweb"},"credential":{"uuid":"…","type":"fido2","name":"…"}}`.
     *
     * The token in the answer (`jwt`) is verified, and must be of the named user. `jwt` is
     * secret: keep it out of logs.
     */
    std::string complete_add_fido2_credential(
        required_text attestation_payload_json, required_text username,
        optional_text credential_name = {}) const {
        return try_complete_add_fido2_credential(
                   attestation_payload_json, username, credential_name)
            .value();
    }
    result try_complete_add_fido2_credential(
        required_text attestation_payload_json, required_text username,
        optional_text credential_name = {}) const noexcept {
        return call(
            ::lid_complete_add_fido2_credential,
            "client attestation_payload username credential_name", attestation_payload_json,
            username, credential_name);
    }

    // Users

    /**
     * Reads a user's profile.
     *
     * Result: `{"id":"…","client_id":"…","username":"…","status":"active","type":"…",
     * "namespace_id":"…","created_at":"…","updated_at":"…","contacts":[{"type":"email",
     * "contact":"…","is_verified":true}]}`. `LID_ERROR_API` with code `user_not_found` if there
     * is no such user.
     */
    std::string get_user(required_text username) const {
        return try_get_user(username).value();
    }
    result try_get_user(required_text username) const noexcept {
        return call(::lid_get_user, "client username", username);
    }

    /**
     * Adds a user who has no credential yet.
     *
     * Result: the user's profile, as from `get_user`. `LID_ERROR_API` if the name is taken.
     */
    std::string add_user_without_credentials(required_text username) const {
        return try_add_user_without_credentials(username).value();
    }
    result try_add_user_without_credentials(required_text username) const noexcept {
        return call(::lid_add_user_without_credentials, "client username", username);
    }

    /**
     * Activates a deactivated user, who can log in again.
     *
     * Result: the user's profile. `LID_ERROR_API` with code `user_not_found` or
     * `user_not_activated`.
     */
    std::string activate_user_by_id(required_text user_id) const {
        return try_activate_user_by_id(user_id).value();
    }
    result try_activate_user_by_id(required_text user_id) const noexcept {
        return call(::lid_activate_user_by_id, "client user_id", user_id);
    }

    /**
     * Deactivates a user, who can no longer log in.
     *
     * Result: the user's profile. `LID_ERROR_API` with code `user_not_found` or
     * `user_not_deactivated`.
     */
    std::string deactivate_user_by_id(required_text user_id) const {
        return try_deactivate_user_by_id(user_id).value();
    }
    result try_deactivate_user_by_id(required_text user_id) const noexcept {
        return call(::lid_deactivate_user_by_id, "client user_id", user_id);
    }

    /**
     * Deletes a user and all credentials.
     *
     * Result: `{}`. `LID_ERROR_API` with code `user_not_found` or `user_not_deleted`.
     */
    void delete_by_user_id(required_text user_id) const {
        (void)try_delete_by_user_id(user_id).value();
    }
    result try_delete_by_user_id(required_text user_id) const noexcept {
        return call(::lid_delete_by_user_id, "client user_id", user_id);
    }

    /**
     * Deletes a user and all credentials.
     *
     * Result: `{}`. `LID_ERROR_API` with code `user_not_found` or `user_not_deleted`.
     */
    void delete_by_username(required_text username) const {
        (void)try_delete_by_username(username).value();
    }
    result try_delete_by_username(required_text username) const noexcept {
        return call(::lid_delete_by_username, "client username", username);
    }

    /**
     * Sends the user an email to verify the address.
     *
     * Result: `{}`. `LID_ERROR_API` with code `email_verification_not_sent`.
     */
    void send_email_verification(required_text user_id) const {
        (void)try_send_email_verification(user_id).value();
    }
    result try_send_email_verification(required_text user_id) const noexcept {
        return call(::lid_send_email_verification, "client user_id", user_id);
    }

    // Registration

    /**
     * Begins a FIDO2 registration. `options_json` may be left out, or `{"display_name":"…",
     * "override_name":"…","roaming_authenticator":true,"register_session":true}`, each member
     * optional.
     *
     * Result: `{"attestation_payload":{"credential_uuid":"…","challenge":"…","rp":{},"user":{},
     * "pubKeyCredParams":[],…},"register_session":"…"}`, the last only if asked for.
     * `attestation_payload` is for `PublicKeyCredential.parseCreationOptionsFromJSON()` in the
     * browser.
     */
    std::string register_fido2_init(
        required_text username, optional_text options_json = {}) const {
        return try_register_fido2_init(username, options_json).value();
    }
    result try_register_fido2_init(
        required_text username, optional_text options_json = {}) const noexcept {
        return call(
            ::lid_register_fido2_init, "client username options", username, options_json);
    }

    /**
     * Completes a FIDO2 registration. `attestation_payload_json` is what the browser answered:
     * the object of `PublicKeyCredential.toJSON()` with one more member, `credential_uuid` as
     * the service sent it, or `{"credential_uuid":"…","credential_id":"…","challenge":"…",
     * "client_data":"…","attestation_data":"…"}`. `credential_name` may be left out.
     *
     * Result: the authentication response: `{"jwt":"…","is_authenticated":true,
     * "user":{"id":"…","username":"…","namespace_id":"…"},"client":{"id":"…",
     * "type":"directweb"},"credential":{"uuid":"…","type":"fido2","name":"…"}}`.
     *
     * The token in the answer (`jwt`) is verified, and must be of the named user. `jwt` is
     * secret: keep it out of logs.
     */
    std::string register_fido2_complete(
        required_text username, required_text attestation_payload_json,
        optional_text credential_name = {}) const {
        return try_register_fido2_complete(username, attestation_payload_json, credential_name)
            .value();
    }
    result try_register_fido2_complete(
        required_text username, required_text attestation_payload_json,
        optional_text credential_name = {}) const noexcept {
        return call(
            ::lid_register_fido2_complete,
            "client username attestation_payload credential_name", username,
            attestation_payload_json, credential_name);
    }

    /**
     * Registers a user with a password.
     *
     * Result: the authentication response: `{"jwt":"…","is_authenticated":true,
     * "user":{"id":"…","username":"…","namespace_id":"…"},"client":{"id":"…",
     * "type":"directweb"},"credential":{"uuid":"…","type":"password","name":"…"}}`.
     *
     * The token in the answer (`jwt`) is verified, and must be of the named user. `password` is
     * secret: no message and no log shows it. `jwt` is secret: keep it out of logs.
     */
    std::string register_password(required_text username, required_text password) const {
        return try_register_password(username, password).value();
    }
    result try_register_password(
        required_text username, required_text password) const noexcept {
        return call(::lid_register_password, "client username password", username, password);
    }

    // Authentication

    /**
     * Logs a user in with a password.
     *
     * Result: the authentication response: `{"jwt":"…","is_authenticated":true,
     * "user":{"id":"…","username":"…","namespace_id":"…"},"client":{"id":"…",
     * "type":"directweb"},"credential":{"uuid":"…","type":"password","name":"…"}}`.
     *
     * The token in the answer (`jwt`) is verified, and must be of the named user. `password` is
     * secret: no message and no log shows it. `jwt` is secret: keep it out of logs.
     */
    std::string authenticate_password(required_text username, required_text password) const {
        return try_authenticate_password(username, password).value();
    }
    result try_authenticate_password(
        required_text username, required_text password) const noexcept {
        return call(
            ::lid_authenticate_password, "client username password", username, password);
    }

    /**
     * Begins a FIDO2 login.
     *
     * Result: `{"assertion_payload":{"challenge":"…","rpId":"…","allowCredentials":[{"id":"…",
     * "type":"public-key","transports":[]}],…}}`, for
     * `PublicKeyCredential.parseRequestOptionsFromJSON()` in the browser.
     */
    std::string authenticate_fido2_init(required_text username) const {
        return try_authenticate_fido2_init(username).value();
    }
    result try_authenticate_fido2_init(required_text username) const noexcept {
        return call(::lid_authenticate_fido2_init, "client username", username);
    }

    /**
     * Completes a FIDO2 login. `assertion_payload_json` is what the browser answered: the
     * object of `PublicKeyCredential.toJSON()`, or `{"challenge":"…","credential_id":"…",
     * "client_data":"…","authenticator_data":"…","signature":"…"}`.
     *
     * Result: the authentication response: `{"jwt":"…","is_authenticated":true,
     * "user":{"id":"…","username":"…","namespace_id":"…"},"client":{"id":"…",
     * "type":"directweb"},"credential":{"uuid":"…","type":"fido2","name":"…"}}`.
     *
     * The token in the answer (`jwt`) is verified, and must be of the named user. `jwt` is
     * secret: keep it out of logs.
     */
    std::string authenticate_fido2_complete(
        required_text username, required_text assertion_payload_json) const {
        return try_authenticate_fido2_complete(username, assertion_payload_json).value();
    }
    result try_authenticate_fido2_complete(
        required_text username, required_text assertion_payload_json) const noexcept {
        return call(
            ::lid_authenticate_fido2_complete, "client username assertion_payload", username,
            assertion_payload_json);
    }

    /**
     * Begins a login by document scan. `credential_id` may be left out.
     *
     * Result: `{"credential_uuid":"…","iframe_url":"…"}`.
     */
    std::string authenticate_doc_scan_init(
        required_text username, optional_text credential_id = {}) const {
        return try_authenticate_doc_scan_init(username, credential_id).value();
    }
    result try_authenticate_doc_scan_init(
        required_text username, optional_text credential_id = {}) const noexcept {
        return call(
            ::lid_authenticate_doc_scan_init, "client username credential_id", username,
            credential_id);
    }

    /**
     * Completes a login by document scan.
     *
     * Result: the authentication response, as from `authenticate_password`.
     *
     * The token in the answer (`jwt`) is verified, and must be of the named user. `jwt` is
     * secret: keep it out of logs.
     */
    std::string authenticate_doc_scan_complete(
        required_text username, required_text credential_id) const {
        return try_authenticate_doc_scan_complete(username, credential_id).value();
    }
    result try_authenticate_doc_scan_complete(
        required_text username, required_text credential_id) const noexcept {
        return call(
            ::lid_authenticate_doc_scan_complete, "client username credential_id", username,
            credential_id);
    }

    /**
     * Begins a login with a public key (SPKI PEM). `publickey_alg` may be left out, which means
     * "ES256".
     *
     * Result: `{"challenge_id":"…","server_nonce":"…"}`.
     */
    std::string authenticate_publickey_init(
        required_text username, required_text publickey,
        optional_text publickey_alg = {}) const {
        return try_authenticate_publickey_init(username, publickey, publickey_alg).value();
    }
    result try_authenticate_publickey_init(
        required_text username, required_text publickey,
        optional_text publickey_alg = {}) const noexcept {
        return call(
            ::lid_authenticate_publickey_init, "client username publickey publickey_alg",
            username, publickey, publickey_alg);
    }

    /**
     * Completes a login with a public key. `assertion` is a JWT that the user's private key
     * signed over the challenge.
     *
     * Result: the authentication response: `{"jwt":"…","is_authenticated":true,
     * "user":{"id":"…","username":"…","namespace_id":"…"},"client":{"id":"…",
     * "type":"directweb"},"credential":{"uuid":"…","type":"public_key","name":"…"}}`.
     *
     * The token in the answer (`jwt`) is verified, and must be of the named user. `assertion`
     * is secret: no message and no log shows it. `jwt` is secret: keep it out of logs.
     */
    std::string authenticate_publickey_complete(
        required_text username, required_text challenge_id, required_text assertion) const {
        return try_authenticate_publickey_complete(username, challenge_id, assertion).value();
    }
    result try_authenticate_publickey_complete(
        required_text username, required_text challenge_id,
        required_text assertion) const noexcept {
        return call(
            ::lid_authenticate_publickey_complete, "client username challenge_id assertion",
            username, challenge_id, assertion);
    }
    // end generated: calls (`make generate`, from spec/operations.toml)
};

namespace v2 {

/** The user of a call, in one of two ways. The text is only read during the call. */
struct user {
    /** The call requests a grant for this user first, with the client's API key. */
    optional_text username;
    /** A token of the user: one that the user logged in with, or a grant. */
    optional_text token;

    [[nodiscard]] static user by_name(required_text username) noexcept {
        return {username, std::nullopt};
    }
    [[nodiscard]] static user by_token(required_text token) noexcept {
        return {std::nullopt, token};
    }
};

/**
 * A client of LoginID's current service. It can be moved, not copied. Any number of
 * threads may call one that is not being moved or destroyed, and it may be used
 * after fork(). One made by `client()` or moved from is empty: its calls fail with
 * LID_ERROR_INVALID_ARGUMENT, client_closed.
 */
class client : public detail::client_base<client, detail::v2_functions> {
public:
    client() noexcept = default;
    /** A client for the application with this base URL, as the dashboard shows it. Without an
     * API key, the calls that need one fail with api_key_required. */
    explicit client(required_text base_url, optional_text api_key = {}) {
        (void)try_application(*this, base_url, api_key).value();
    }

    // The same without exceptions: `made` becomes the client, or empty.
    static result try_application(client &made, required_text base_url,
                                  optional_text api_key = {}) noexcept {
        const slot into(made);
        return detail::call(
            ::lid_v2_new, "base_url api_key client", base_url, api_key, into.get());
    }

    // begin generated: v2_calls (`make generate`, from spec/operations.toml)

    // Tokens

    /**
     * Verifies a token that the service issued to this application to log a user in: its form,
     * its ES256 signature, issuer, audience, kind and times, and that it is the token of
     * `username` (may be left out: any user). The application's key set is cached.
     *
     * Result: `{"valid":true,"header":{…},"claims":{"sub":"…","username":"…",…}}`. An invalid
     * token fails with `LID_ERROR_TOKEN_INVALID`, `LID_ERROR_TOKEN_EXPIRED` or
     * `LID_ERROR_CLAIM_MISMATCH`; an error of the request for the key set says nothing about
     * the token. A grant, or the token of a transaction, is `LID_ERROR_CLAIM_MISMATCH` with
     * code `token_kind_mismatch`. While many tokens with unknown keys arrive, a token whose key
     * is not known yet may fail with `LID_ERROR_RATE_LIMITED` and code `unknown_key_throttled`.
     *
     * `token` is secret: no message and no log shows it.
     */
    std::string verify_token(required_text token, optional_text username = {}) const {
        return try_verify_token(token, username).value();
    }
    result try_verify_token(required_text token, optional_text username = {}) const noexcept {
        return call(::lid_v2_verify_token, "client token username", token, username);
    }

    /**
     * Has the service verify a token. It says nothing of user or application: verify the token
     * with `verify_token` first.
     *
     * Result: `{}`. Only an empty 204 is a success: another 2xx is `LID_ERROR_RESPONSE`.
     *
     * `token` is secret: no message and no log shows it.
     */
    void verify_token_remote(required_text token) const {
        (void)try_verify_token_remote(token).value();
    }
    result try_verify_token_remote(required_text token) const noexcept {
        return call(::lid_v2_verify_token_remote, "client token", token);
    }

    // Grants

    /**
     * Makes a grant: a token that allows what its scopes name for one user, for a few seconds.
     * `scopes` are separated by spaces, for example "passkey:read passkey:write".
     *
     * Result: `{"token":"…"}`.
     *
     * `token` is secret: keep it out of logs.
     */
    std::string create_grant(required_text username, required_text scopes) const {
        return try_create_grant(username, scopes).value();
    }
    result try_create_grant(required_text username, required_text scopes) const noexcept {
        return call(::lid_v2_create_grant, "client username scopes", username, scopes);
    }

    /**
     * Makes a token with which the user's browser completes an external authentication.
     *
     * Result: `{"token":"…"}`.
     *
     * `token` is secret: keep it out of logs.
     */
    std::string create_external_auth(required_text username) const {
        return try_create_external_auth(username).value();
    }
    result try_create_external_auth(required_text username) const noexcept {
        return call(::lid_v2_create_external_auth, "client username", username);
    }

    // Passkeys

    /**
     * Lists the passkeys of a user. `who` is `user::by_name(…)` or `user::by_token(…)`. `token`
     * is the user's: a LoginID token, or a grant. With a name, a grant with the one scope that
     * the call needs is requested first, with the client's API key, and used once.
     *
     * Result: `{"passkeys":[{"id":"…","name":"…","createdAt":"…",…}]}`.
     *
     * `token` is secret: no message and no log shows it.
     */
    std::string list_passkeys(const user &who) const { return try_list_passkeys(who).value(); }
    result try_list_passkeys(const user &who) const noexcept {
        return call(::lid_v2_list_passkeys, "client username token", who.username, who.token);
    }

    /**
     * Renames a passkey. `who` is `user::by_name(…)` or `user::by_token(…)`. `token` is the
     * user's: a LoginID token, or a grant. With a name, a grant with the one scope that the
     * call needs is requested first, with the client's API key, and used once.
     *
     * Result: `{}`.
     *
     * `token` is secret: no message and no log shows it.
     */
    void rename_passkey(required_text passkey_id, required_text name, const user &who) const {
        (void)try_rename_passkey(passkey_id, name, who).value();
    }
    result try_rename_passkey(
        required_text passkey_id, required_text name, const user &who) const noexcept {
        return call(
            ::lid_v2_rename_passkey, "client passkey_id name username token", passkey_id, name,
            who.username, who.token);
    }

    /**
     * Deletes a passkey. `who` is `user::by_name(…)` or `user::by_token(…)`. `token` is the
     * user's: a LoginID token, or a grant. With a name, a grant with the one scope that the
     * call needs is requested first, with the client's API key, and used once.
     *
     * Result: `{}`.
     *
     * `token` is secret: no message and no log shows it.
     */
    void delete_passkey(required_text passkey_id, const user &who) const {
        (void)try_delete_passkey(passkey_id, who).value();
    }
    result try_delete_passkey(required_text passkey_id, const user &who) const noexcept {
        return call(
            ::lid_v2_delete_passkey, "client passkey_id username token", passkey_id,
            who.username, who.token);
    }

    /**
     * Says what a kind of authenticator is called and looks like. `who` is `user::by_name(…)`
     * or `user::by_token(…)`. `token` is the user's: a LoginID token, or a grant. With a name,
     * a grant with the one scope that the call needs is requested first, with the client's API
     * key, and used once.
     *
     * Result: `{"id":"…","name":"…","iconLight":"data:…","iconDark":"data:…"}`.
     *
     * `token` is secret: no message and no log shows it.
     */
    std::string get_authenticator(required_text aaguid, const user &who) const {
        return try_get_authenticator(aaguid, who).value();
    }
    result try_get_authenticator(required_text aaguid, const user &who) const noexcept {
        return call(
            ::lid_v2_get_authenticator, "client aaguid username token", aaguid, who.username,
            who.token);
    }

    // Codes

    /**
     * Makes a one-time code, with which the user logs in on another device. `who` is
     * `user::by_name(…)` or `user::by_token(…)`. `token` is the user's: a LoginID token, or a
     * grant. With a name, a grant with the one scope that the call needs is requested first,
     * with the client's API key, and used once.
     *
     * Result: `{"code":"…","expiresAt":"…"}`.
     *
     * `token` is secret: no message and no log shows it. `code` is secret: keep it out of logs.
     */
    std::string create_otp(const user &who) const { return try_create_otp(who).value(); }
    result try_create_otp(const user &who) const noexcept {
        return call(::lid_v2_create_otp, "client username token", who.username, who.token);
    }

    /**
     * Sends a user a one-time code by e-mail. It succeeds also if the user is not known.
     *
     * Result: `{}`.
     */
    void send_otp_email(required_text username, optional_text username_type = {}) const {
        (void)try_send_otp_email(username, username_type).value();
    }
    result try_send_otp_email(
        required_text username, optional_text username_type = {}) const noexcept {
        return call(
            ::lid_v2_send_otp_email, "client username username_type", username, username_type);
    }

    /**
     * Sends a user a one-time code by SMS. It succeeds also if the user is not known.
     *
     * Result: `{}`.
     */
    void send_otp_sms(required_text username, optional_text username_type = {}) const {
        (void)try_send_otp_sms(username, username_type).value();
    }
    result try_send_otp_sms(
        required_text username, optional_text username_type = {}) const noexcept {
        return call(
            ::lid_v2_send_otp_sms, "client username username_type", username, username_type);
    }

    /**
     * Logs a user in with a one-time code.
     *
     * Result: the authentication answer and the claims of its token, which was verified:
     * `{"jwtAccess":"…","userId":"…","passkeyId":"…","claims":{"sub":"…","username":"…",…}}`.
     * The user is `claims.username`.
     *
     * The token in the answer (`jwtAccess`) is verified: it is a login, and of the named user.
     * `auth_code` is secret: no message and no log shows it. `jwtAccess` is secret: keep it out
     * of logs.
     */
    std::string verify_otp(
        required_text username, required_text auth_code,
        optional_text username_type = {}) const {
        return try_verify_otp(username, auth_code, username_type).value();
    }
    result try_verify_otp(
        required_text username, required_text auth_code,
        optional_text username_type = {}) const noexcept {
        return call(
            ::lid_v2_verify_otp, "client username auth_code username_type", username, auth_code,
            username_type);
    }

    // Profile

    /**
     * Deletes a user and all passkeys.
     *
     * Result: `{}`.
     */
    void delete_user(required_text user_id) const { (void)try_delete_user(user_id).value(); }
    result try_delete_user(required_text user_id) const noexcept {
        return call(::lid_v2_delete_user, "client user_id", user_id);
    }

    /**
     * Sets the e-mail address of a user. With `request_verification` the service sends a code
     * to it.
     *
     * Result: `{}`.
     */
    void set_email(
        required_text user_id, required_text email,
        detail::boolean request_verification) const {
        (void)try_set_email(user_id, email, request_verification).value();
    }
    result try_set_email(
        required_text user_id, required_text email,
        detail::boolean request_verification) const noexcept {
        return call(
            ::lid_v2_set_email, "client user_id email request_verification", user_id, email,
            request_verification.value());
    }

    /**
     * Removes an e-mail address of a user.
     *
     * Result: `{}`.
     */
    void remove_email(required_text user_id, required_text email) const {
        (void)try_remove_email(user_id, email).value();
    }
    result try_remove_email(required_text user_id, required_text email) const noexcept {
        return call(::lid_v2_remove_email, "client user_id email", user_id, email);
    }

    /**
     * Verifies the e-mail address of a user with the code that was sent to it.
     *
     * Result: `{}`.
     *
     * `auth_code` is secret: no message and no log shows it.
     */
    void verify_email(required_text username, required_text auth_code) const {
        (void)try_verify_email(username, auth_code).value();
    }
    result try_verify_email(required_text username, required_text auth_code) const noexcept {
        return call(::lid_v2_verify_email, "client username auth_code", username, auth_code);
    }

    /**
     * Sets the phone number of a user. With `request_verification` the service sends a code to
     * it, for which the user must have given consent to messages (`messaging_consent`).
     *
     * Result: `{}`.
     */
    void set_phone(
        required_text user_id, required_text phone_number, detail::boolean messaging_consent,
        detail::boolean request_verification) const {
        (void)try_set_phone(user_id, phone_number, messaging_consent, request_verification)
            .value();
    }
    result try_set_phone(
        required_text user_id, required_text phone_number, detail::boolean messaging_consent,
        detail::boolean request_verification) const noexcept {
        return call(
            ::lid_v2_set_phone,
            "client user_id phone_number messaging_consent request_verification", user_id,
            phone_number, messaging_consent.value(), request_verification.value());
    }

    /**
     * Removes the phone number of a user.
     *
     * Result: `{}`.
     */
    void remove_phone(required_text user_id) const { (void)try_remove_phone(user_id).value(); }
    result try_remove_phone(required_text user_id) const noexcept {
        return call(::lid_v2_remove_phone, "client user_id", user_id);
    }

    /**
     * Verifies the phone number of a user with the code that was sent to it.
     *
     * Result: `{}`.
     *
     * `auth_code` is secret: no message and no log shows it.
     */
    void verify_phone(required_text username, required_text auth_code) const {
        (void)try_verify_phone(username, auth_code).value();
    }
    result try_verify_phone(required_text username, required_text auth_code) const noexcept {
        return call(::lid_v2_verify_phone, "client username auth_code", username, auth_code);
    }

    // Registration

    /**
     * Begins the registration of a passkey. `options_json` may be left out. `user_agent` is
     * that of the user's browser. `token` is needed for a protected application, and for every
     * further passkey of a user: the user's token, or a grant with the scope reg:write.
     *
     * Result: `{"action":"…","session":"…","registrationRequestOptions":{…}}`.
     *
     * `token` is secret: no message and no log shows it. `session` is secret: keep it out of
     * logs.
     */
    std::string register_init(
        required_text username, optional_text options_json = {},
        optional_text token = {}) const {
        return try_register_init(username, options_json, token).value();
    }
    result try_register_init(
        required_text username, optional_text options_json = {},
        optional_text token = {}) const noexcept {
        return call(
            ::lid_v2_register_init, "client username options token", username, options_json,
            token);
    }

    /**
     * Completes the registration of a passkey. `creation_result_json` is what the browser
     * answered: the object of `PublicKeyCredential.toJSON()`, or `{"credentialId":"…",
     * "clientDataJSON":"…","attestationObject":"…"}`. `passkey_name` may be left out.
     *
     * Result: the authentication answer and the claims of its token, which was verified:
     * `{"jwtAccess":"…","userId":"…","passkeyId":"…","claims":{"sub":"…","username":"…",…}}`.
     * The user is `claims.username`.
     *
     * The token in the answer (`jwtAccess`) is verified: it is a login. Its claims name the
     * user. `session` is secret: no message and no log shows it. `jwtAccess` is secret: keep it
     * out of logs.
     */
    std::string register_complete(
        required_text session, required_text creation_result_json,
        optional_text passkey_name = {}) const {
        return try_register_complete(session, creation_result_json, passkey_name).value();
    }
    result try_register_complete(
        required_text session, required_text creation_result_json,
        optional_text passkey_name = {}) const noexcept {
        return call(
            ::lid_v2_register_complete, "client session creation_result passkey_name", session,
            creation_result_json, passkey_name);
    }

    // Authentication

    /**
     * Begins an authentication with a passkey. Without `username` whoever has a passkey may log
     * in. `options_json` may be left out. `user_agent` is that of the user's browser.
     *
     * Result: `{"action":"…","session":"…","assertionOptions":{…},…}`.
     *
     * `session` is secret: keep it out of logs.
     */
    std::string authenticate_init(
        optional_text username = {}, optional_text options_json = {}) const {
        return try_authenticate_init(username, options_json).value();
    }
    result try_authenticate_init(
        optional_text username = {}, optional_text options_json = {}) const noexcept {
        return call(
            ::lid_v2_authenticate_init, "client username options", username, options_json);
    }

    /**
     * Completes an authentication with a passkey. `assertion_result_json` is what the browser
     * answered: the object of `PublicKeyCredential.toJSON()`, or `{"credentialId":"…",
     * "clientDataJSON":"…","authenticatorData":"…","signature":"…"}`.
     *
     * Result: the authentication answer and the claims of its token, which was verified:
     * `{"jwtAccess":"…","userId":"…","passkeyId":"…","claims":{"sub":"…","username":"…",…}}`.
     * The user is `claims.username`.
     *
     * The token in the answer (`jwtAccess`) is verified: it is a login. Its claims name the
     * user. `session` is secret: no message and no log shows it. `jwtAccess` is secret: keep it
     * out of logs.
     */
    std::string authenticate_complete(
        required_text session, required_text assertion_result_json) const {
        return try_authenticate_complete(session, assertion_result_json).value();
    }
    result try_authenticate_complete(
        required_text session, required_text assertion_result_json) const noexcept {
        return call(
            ::lid_v2_authenticate_complete, "client session assertion_result", session,
            assertion_result_json);
    }

    // Transactions

    /**
     * Begins the confirmation of a transaction. `nonce` may be left out; it is then 16 random
     * characters.
     *
     * Result: the service's answer and the nonce that was sent: `{"txId":"…","session":"…",
     * "assertionOptions":{…},"nonce":"…"}`. Keep the nonce for `verify_transaction`.
     *
     * `session` is secret: keep it out of logs.
     */
    std::string init_tx(
        required_text username, required_text tx_payload, optional_text nonce = {}) const {
        return try_init_tx(username, tx_payload, nonce).value();
    }
    result try_init_tx(
        required_text username, required_text tx_payload,
        optional_text nonce = {}) const noexcept {
        return call(
            ::lid_v2_init_tx, "client username tx_payload nonce", username, tx_payload, nonce);
    }

    /**
     * Completes the confirmation of a transaction. `confirmation_json` is what the browser
     * answered: the object of `PublicKeyCredential.toJSON()`, or `{"keyHandle":"…",
     * "clientData":"…","authenticatorData":"…","signature":"…"}`.
     *
     * Result: `{"token":"…","credentialId":"…",…}`. The token is not verified here, because
     * payload and nonce are not known: give it to `verify_transaction`.
     *
     * `session` is secret: no message and no log shows it. `token` is secret: keep it out of
     * logs.
     */
    std::string complete_tx(required_text session, required_text confirmation_json) const {
        return try_complete_tx(session, confirmation_json).value();
    }
    result try_complete_tx(
        required_text session, required_text confirmation_json) const noexcept {
        return call(
            ::lid_v2_complete_tx, "client session confirmation", session, confirmation_json);
    }

    /**
     * Verifies the token of a confirmed transaction: form, signature, issuer, audience and
     * times, that it confirms exactly `tx_payload` for the transaction with `nonce`, and that
     * it is of no other user than `username` (may be left out: any user). Such a token need not
     * expire: record the transactions that were carried out.
     *
     * Result: `{"valid":true,"header":{…},"claims":{"txHash":"…",…}}`. An invalid token fails
     * as in `verify_token`; another payload or nonce is `LID_ERROR_CLAIM_MISMATCH`.
     *
     * `tx_token` is secret: no message and no log shows it.
     */
    std::string verify_transaction(
        required_text tx_token, required_text tx_payload, required_text nonce,
        optional_text username = {}) const {
        return try_verify_transaction(tx_token, tx_payload, nonce, username).value();
    }
    result try_verify_transaction(
        required_text tx_token, required_text tx_payload, required_text nonce,
        optional_text username = {}) const noexcept {
        return call(
            ::lid_v2_verify_transaction, "client tx_token tx_payload nonce username", tx_token,
            tx_payload, nonce, username);
    }

    // Version

    /**
     * Says which version the service has.
     *
     * Result: `{"version":"…",…}`.
     */
    std::string get_version() const { return try_get_version().value(); }
    result try_get_version() const noexcept { return call(::lid_v2_get_version, "client"); }
    // end generated: v2_calls (`make generate`, from spec/operations.toml)
};

} // namespace v2

} // namespace loginid

#endif // LOGINID_HPP

/**
 * For the tests of programs that use loginid.hpp: an emulator of LoginID's services on this
 * machine, and results for fakes. No account and no network is needed.
 *
 *     const auto emulator = loginid::testing::emulator::start();
 *     const auto client = emulator.v2_client();
 *     const std::string login = emulator.log_in("ada@example.com");
 *     (void)client.verify_token(loginid::json_get(login, "/jwtAccess"));
 *
 * An emulator needs the program loginid-emulator: the one that the variable LOGINID_EMULATOR
 * names, else the one in PATH, where the Debian package loginid-emulator and `make install` put it.
 *
 * What fails throws std::runtime_error. In a program that is compiled without exceptions it
 * writes the error to stderr and calls std::abort().
 */
#ifndef LOGINID_TESTING_HPP
#define LOGINID_TESTING_HPP

#include <loginid.hpp>

#include <cerrno>
#include <map>
#include <stdexcept>
#include <system_error>

#include <csignal>
#include <fcntl.h>
#include <netdb.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace loginid {
namespace testing {

namespace detail {

[[noreturn]] inline void fail(const std::string &problem) {
#if defined(__cpp_exceptions)
    throw std::runtime_error(problem);
#else
    std::fprintf(stderr, "loginid: %s\n", problem.c_str());
    std::abort();
#endif
}

/** A file descriptor, which no program that this one starts gets. */
class descriptor {
public:
    explicit descriptor(int number) noexcept : number_(number) {}
    descriptor(descriptor &&other) noexcept : number_(std::exchange(other.number_, -1)) {}
    descriptor &operator=(descriptor &&) = delete;
    ~descriptor() { close(); }
    void close() noexcept {
        if (number_ >= 0) {
            ::close(std::exchange(number_, -1));
        }
    }
    [[nodiscard]] int get() const noexcept { return number_; }

    /** Adds to a text what can be read now, or waits for it; false at the end. */
    bool read_into(std::string &text) const {
        char part[4096];
        ssize_t size;
        do {
            size = ::read(number_, part, sizeof part);
        } while (size < 0 && errno == EINTR);
        text.append(part, size > 0 ? static_cast<std::size_t>(size) : 0);
        return size > 0;
    }

private:
    int number_;
};

inline descriptor connected(const std::string &host, const std::string &port) {
    addrinfo hints{}, *found = nullptr;
    hints.ai_socktype = SOCK_STREAM;
    if (::getaddrinfo(host.c_str(), port.c_str(), &hints, &found) != 0) {
        fail("the emulator's host is not known: " + host);
    }
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> address(found, ::freeaddrinfo);
    descriptor made(::socket(address->ai_family, address->ai_socktype | SOCK_CLOEXEC, 0));
    if (::connect(made.get(), address->ai_addr, address->ai_addrlen) != 0) {
        fail("nothing listens at the emulator's address, " + host + ":" + port);
    }
    return made;
}

/** Sends a request by plain HTTP, and returns the body of the answer, whose status has to be
 * 200. `headers` are whole lines. */
inline std::string request(
    const std::string &url, const std::string &method, const std::string &path,
    const std::string &body, const std::string &headers = {}) {
    const auto port = url.rfind(':');
    if (url.rfind("http://", 0) != 0 || port < 7 || port == std::string::npos) {
        fail(
            "only http://HOST:PORT can be used here, not " + url +
            ": start the emulator without --tls");
    }
    const std::string host = url.substr(7, port - 7);
    // An IPv6 address is in brackets.
    const descriptor to = connected(
        host[0] == '[' ? host.substr(1, host.size() - 2) : host, url.substr(port + 1));
    const std::string text = method + " " + path + " HTTP/1.1\r\nHost: " + url.substr(7) +
                             "\r\nConnection: close\r\n" + headers +
                             "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
                             body;
    for (std::size_t sent = 0; sent < text.size();) {
        const auto size =
            ::send(to.get(), text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
        if (size < 0 && errno != EINTR) {
            fail("the emulator closed the connection");
        }
        sent += size > 0 ? static_cast<std::size_t>(size) : 0;
    }
    std::string answer;
    while (to.read_into(answer)) {
    }
    const auto end = answer.find("\r\n\r\n");
    if (answer.rfind("HTTP/1.1 200", 0) != 0 || end == std::string::npos) {
        fail("the emulator refuses " + method + " " + path + ": " + answer);
    }
    return answer.substr(end + 4);
}

/** A text as a part of a URL. */
inline std::string url_encoded(std::string_view text) {
    static constexpr char digits[] = "0123456789ABCDEF";
    std::string encoded;
    for (const char character : text) {
        const auto byte = static_cast<unsigned char>(character);
        if ((byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
            (byte >= 'a' && byte <= 'z') || byte == '-' || byte == '.' || byte == '_') {
            encoded += character;
        } else {
            ((encoded += '%') += digits[byte >> 4]) += digits[byte & 15];
        }
    }
    return encoded;
}

/** The program `loginid-emulator exec`, which runs until its input ends: also if this process is
 * killed. */
class process {
public:
    explicit process(const std::vector<std::string> &options)
        : process(options, new_pipe(), new_pipe()) {}
    process(const process &) = delete;
    process &operator=(const process &) = delete;
    ~process() {
        if (owner_ != ::getpid()) {
            return; // A forked child, whose parent still uses the emulator.
        }
        input_.close();
        // Another process may have the other end too: one that was forked from this one.
        ::kill(started_, SIGTERM);
        while (::waitpid(started_, nullptr, 0) < 0 && errno == EINTR) {
        }
    }
    /** NAME=VALUE, each ended by a NUL. */
    [[nodiscard]] const std::string &environment() const noexcept { return environment_; }

private:
    struct pipe {
        descriptor output, input;
    };
    static pipe new_pipe() {
        int ends[2];
        if (::pipe2(ends, O_CLOEXEC) != 0) {
            fail("no pipe can be made: " + std::system_category().message(errno));
        }
        return {descriptor(ends[0]), descriptor(ends[1])};
    }

    process(const std::vector<std::string> &options, pipe to, pipe from)
        : input_(std::move(to.input)), owner_(::getpid()) {
        const char *const named = std::getenv("LOGINID_EMULATOR");
        const std::string program =
            named != nullptr && *named != '\0' ? named : "loginid-emulator";
        std::vector<std::string> command{program, "exec"};
        command.insert(command.end(), options.begin(), options.end());
        // Prints the environment and another NUL, and runs until its input ends.
        const char *const script = "env -0 && printf '\\0' && exec cat";
        command.insert(command.end(), {"--", "sh", "-c", script});
        std::vector<char *> arguments;
        for (std::string &argument : command) {
            arguments.push_back(argument.data());
        }
        arguments.push_back(nullptr);

        posix_spawn_file_actions_t actions;
        ::posix_spawn_file_actions_init(&actions);
        ::posix_spawn_file_actions_adddup2(&actions, to.output.get(), STDIN_FILENO);
        ::posix_spawn_file_actions_adddup2(&actions, from.input.get(), STDOUT_FILENO);
        const int problem = ::posix_spawnp(
            &started_, program.c_str(), &actions, nullptr, arguments.data(), environ);
        ::posix_spawn_file_actions_destroy(&actions);
        if (problem != 0) {
            fail(
                "the program " + program +
                " cannot be started: " + std::system_category().message(problem) +
                ". LOGINID_EMULATOR may name it, else it is in PATH. Install the Debian package "
                "loginid-emulator, or use make install");
        }
        from.input.close();
        while (environment_.find(end) == std::string::npos) {
            if (!from.output.read_into(environment_)) {
                input_.close();
                ::waitpid(started_, nullptr, 0);
                fail(program + " did not start: it has written why to standard error");
            }
        }
    }

    static constexpr std::string_view end{"\0\0", 2};

    descriptor input_;
    pid_t owner_;
    pid_t started_ = 0;
    std::string environment_;
};

} // namespace detail

/** A running emulator of both services. It can be moved. Any number of threads may use it. */
class emulator {
public:
    /** Starts an emulator, which ends with this object, and with this process, also if that is
     * killed. `options` are those of `loginid-emulator`, for example "--log", which writes each
     * request to standard error. */
    [[nodiscard]] static emulator start(const std::vector<std::string> &options = {}) {
        emulator started;
        started.process_ = std::make_unique<detail::process>(options);
        std::string_view left = started.process_->environment();
        for (std::size_t size; (size = left.find('\0')) != 0; left.remove_prefix(size + 1)) {
            started.add(left.substr(0, size));
        }
        return started;
    }
    /** The emulator that `loginid-emulator exec` has started for this program. */
    [[nodiscard]] static emulator current() {
        emulator found;
        for (char **variable = environ; *variable != nullptr; variable++) {
            found.add(*variable);
        }
        const auto url = found.variables_.find("LOGINID_EMULATOR_URL");
        if (url == found.variables_.end() || url->second.empty()) {
            detail::fail("there is no emulator: run this program with loginid-emulator exec");
        }
        return found;
    }

    /** The variables that from_env() of the clients reads, LOGINID_EMULATOR_URL, and others that
     * begin with LOGINID_. */
    [[nodiscard]] const std::map<std::string, std::string> &variables() const noexcept {
        return variables_;
    }
    /** The address of the emulator. */
    [[nodiscard]] const std::string &url() const { return variable("LOGINID_EMULATOR_URL"); }

    /** Sets the variables in this process, for programs that call from_env() themselves. Other
     * variables that begin with LOGINID_, such as those of a real application, are removed. No
     * other thread may read or set variables during this. */
    void use_environment() const {
        std::vector<std::string> others;
        for (char **variable = environ; *variable != nullptr; variable++) {
            const std::string name(*variable, std::strcspn(*variable, "="));
            if (name.rfind("LOGINID_", 0) == 0 && variables_.count(name) == 0) {
                others.push_back(name);
            }
        }
        for (const std::string &name : others) {
            ::unsetenv(name.c_str());
        }
        for (const auto &[name, value] : variables_) {
            ::setenv(name.c_str(), value.c_str(), 1);
        }
    }

    /** A client of the older service with all rights. */
    [[nodiscard]] loginid::client client() const {
        return loginid::client::with_config(config(
            {{"client_id", "LOGINID_CLIENT_ID"},
             {"private_key", "LOGINID_PRIVATE_KEY"},
             {"base_url", "LOGINID_BASE_URL"}}));
    }
    /** A client of the current service with all rights. */
    [[nodiscard]] v2::client v2_client() const {
        return v2::client::with_config(config(
            {{"api_key", "LOGINID_V2_API_KEY"},
             {"application_id", "LOGINID_V2_APPLICATION_ID"},
             {"base_url", "LOGINID_V2_BASE_URL"}}));
    }

    /** A user of the current service logs in with a passkey, as on a page; a new user signs up.
     * Returns the answer that the page gets, `{"jwtAccess":"…","userId":"…",…}`. */
    std::string log_in(std::string_view username) const {
        return control("POST", "v2/users/" + detail::url_encoded(username) + "/login");
    }
    /** A user of the current service confirms a transaction, as on a page. Returns the answer that
     * the page gets, `{"token":"…",…}`. */
    std::string confirm_tx(
        std::string_view username, std::string_view tx_payload, std::string_view nonce) const {
        return control(
            "POST", "v2/tx/confirm",
            R"({"username":)" + quote(username) + R"(,"txPayload":)" + quote(tx_payload) +
                R"(,"nonce":)" + quote(nonce) + "}");
    }
    /** The last one-time code that a user of the current service was sent. */
    [[nodiscard]] std::string sent_code(std::string_view username) const {
        return json_get(
            control("GET", "v2/otp?username=" + detail::url_encoded(username)), "/code");
    }
    /** Deletes users, faults and recorded requests: for the time between two tests. */
    void reset() const { (void)control("POST", "reset"); }

    /** Uses the control API, which emulator/README.md describes: it acts as users and their
     * devices, moves the clock and makes faults. `path` is what follows /_emulator/. Returns the
     * answer, JSON. */
    std::string control(
        const std::string &method, const std::string &path,
        const std::string &json = {}) const {
        const auto token = variables_.find("LOGINID_EMULATOR_TOKEN");
        return detail::request(
            url(), method, "/_emulator/" + path, json,
            token == variables_.end() ? "" : "Authorization: Bearer " + token->second + "\r\n");
    }

private:
    emulator() = default;

    void add(std::string_view variable) {
        const auto equals = variable.find('=');
        if (variable.rfind("LOGINID_", 0) == 0 && equals != std::string_view::npos) {
            variables_.emplace(variable.substr(0, equals), variable.substr(equals + 1));
        }
    }
    [[nodiscard]] const std::string &variable(const char *name) const {
        const auto found = variables_.find(name);
        if (found == variables_.end()) {
            detail::fail(std::string("the variable ") + name + " of the emulator is not set");
        }
        return found->second;
    }
    /** A configuration of these fields, with the values of these variables. */
    [[nodiscard]] std::string config(const std::map<std::string, const char *> &fields) const {
        std::string members;
        for (const auto &[field, name] : fields) {
            members += quote(field) + ":" + quote(variable(name)) + ",";
        }
        const auto authority = variables_.find("LOGINID_CA_FILE");
        if (authority != variables_.end()) {
            members += "\"ca_file\":" + quote(authority->second) + ",";
        }
        members.pop_back();
        return "{" + members + "}";
    }

    std::map<std::string, std::string> variables_;
    std::unique_ptr<detail::process> process_;
};

/** The result of a call that succeeds, for a fake client: its `try_verify_token()` returns it,
 * its `verify_token()` returns the value() of it. */
inline result success(const std::string &json = "{}") noexcept {
    return {LID_OK, ::strdup(json.c_str()), loginid::detail::free_text};
}

/** The result of a call that fails, for a fake client. Its value() throws the error in the class
 * of its status, and error() returns it. */
inline result failure(
    lid_status status, std::string_view code, std::string_view message = "fake",
    std::optional<int> http_status = {}) {
    const std::string json = R"({"error":{"status":)" + quote(status_name(status)) +
                             R"(,"code":)" + quote(code) + R"(,"message":)" + quote(message) +
                             R"(,"operation":null,"http_status":)" +
                             (http_status ? std::to_string(*http_status) : "null") +
                             R"(,"request_id":null,"retryable":false,"retry_after_ms":null}})";
    return {status, ::strdup(json.c_str()), loginid::detail::free_text};
}

} // namespace testing
} // namespace loginid

#endif // LOGINID_TESTING_HPP

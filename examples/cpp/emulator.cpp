/* A tiny HTTP client for one request to this machine. */
#include "emulator.hpp"

#include <cstdlib>
#include <memory>
#include <netdb.h>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>

namespace {

class connection {
public:
    connection(const std::string &host, const std::string &port) {
        addrinfo hints{}, *found = nullptr;
        hints.ai_socktype = SOCK_STREAM;
        if (getaddrinfo(host.c_str(), port.c_str(), &hints, &found) != 0) {
            throw std::runtime_error("the emulator's address is not known");
        }
        const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> address(found, freeaddrinfo);
        descriptor_ = socket(address->ai_family, address->ai_socktype, 0);
        if (connect(descriptor_, address->ai_addr, address->ai_addrlen) != 0) {
            close(descriptor_);
            throw std::runtime_error("the emulator cannot be reached");
        }
    }
    connection(const connection &) = delete;
    connection &operator=(const connection &) = delete;
    ~connection() { close(descriptor_); }

    void send_all(const std::string &text) const {
        for (std::size_t sent = 0; sent < text.size();) {
            const auto amount = write(descriptor_, text.data() + sent, text.size() - sent);
            if (amount <= 0) {
                throw std::runtime_error("the emulator closed the connection");
            }
            sent += static_cast<std::size_t>(amount);
        }
    }

    std::string read_all() const {
        std::string text;
        char part[4096];
        for (ssize_t amount; (amount = read(descriptor_, part, sizeof part)) > 0;) {
            text.append(part, static_cast<std::size_t>(amount));
        }
        return text;
    }

private:
    int descriptor_;
};

} // namespace

std::string http(const std::string &url, const std::string &method, const std::string &path,
                 const std::string &body) {
    const auto host = url.find("://"), port = url.rfind(':');
    if (host == std::string::npos || port <= host) {
        throw std::runtime_error("no address: " + url);
    }
    const connection to(url.substr(host + 3, port - host - 3), url.substr(port + 1));
    to.send_all(method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n" +
                "Connection: close\r\nContent-Length: " + std::to_string(body.size()) +
                "\r\n\r\n" + body);
    const std::string answer = to.read_all();
    const auto found = answer.find("\r\n\r\n");
    if (answer.rfind("HTTP/1.1 200", 0) != 0 || found == std::string::npos) {
        throw std::runtime_error(path + ": " + answer);
    }
    return answer.substr(found + 4);
}

std::string emulator(const std::string &method, const std::string &path, const std::string &json) {
    const char *url = std::getenv("LOGINID_EMULATOR_URL");
    if (url == nullptr) {
        throw std::runtime_error("LOGINID_EMULATOR_URL names no emulator");
    }
    return http(url, method, "/_emulator/" + path, json);
}

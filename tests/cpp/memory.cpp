/* loginid.hpp leaves no copy of its arguments. The process searches its own memory for
 * secrets that it knows only in masked form, and that the C library refuses or
 * ignores, so that every copy found is the header's. */
#include <loginid.hpp>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <initializer_list>
#include <iostream>
#include <string>
#include <vector>

#include "require.hpp"

namespace {

constexpr char mask = '\x15';
/* The allocator overwrites the beginning of freed memory, so the search is for parts. */
constexpr std::size_t part = 24;

void wipe(char *bytes, std::size_t size) {
    volatile char *byte = bytes;
    for (; size > 0; size--) {
        *byte++ = '\0';
    }
}

/* A secret that is in memory only while it is revealed. */
class secret {
public:
    /* A private key as PEM. Its first line is the same in all of them. */
    explicit secret(std::string_view pem)
        : masked_(pem.begin(), pem.end()), first_(pem.find('\n', pem.find('\n') + 1) + 1),
          last_(pem.find('\n', first_)) {
        for (char &byte : masked_) {
            byte = static_cast<char>(byte ^ mask);
        }
    }
    /* Random letters. */
    secret(std::size_t size, unsigned seed) : masked_(size), first_(part), last_(size) {
        std::uint32_t state = seed * 2654435761U + 1;
        for (char &byte : masked_) {
            state = state * 1664525U + 1013904223U;
            byte = static_cast<char>(('a' + (state >> 24) % 26) ^ mask);
        }
    }
    template <typename Use> void reveal(Use use) const {
        std::vector<char> plain(masked_);
        for (char &byte : plain) {
            byte = static_cast<char>(byte ^ mask);
        }
        use(std::string_view(plain.data(), plain.size()));
        wipe(plain.data(), plain.size());
    }
    /* Whether a part of it is in the bytes. */
    [[nodiscard]] bool is_in(const char *bytes, std::size_t size) const {
        const auto same = [](char plain, char masked) { return plain == (masked ^ mask); };
        for (std::size_t at = first_; at + part <= last_; at += part) {
            const auto from = masked_.begin() + static_cast<std::ptrdiff_t>(at);
            const auto to = from + static_cast<std::ptrdiff_t>(part);
            if (std::search(bytes, bytes + size, from, to, same) != bytes + size) {
                return true;
            }
        }
        return false;
    }

private:
    std::vector<char> masked_;
    std::size_t first_, last_; // What is searched for.
};

/* Whether a part of the secret is anywhere in the process's writable memory. */
bool found(const secret &searched) {
    constexpr std::size_t size = 1 << 20;
    static char *const buffer = static_cast<char *>(
        mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    REQUIRE(buffer != MAP_FAILED);
    const int memory = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
    REQUIRE(memory >= 0);
    std::ifstream maps("/proc/self/maps");
    std::string line;
    bool is_found = false;
    std::size_t searched_bytes = 0;
    while (std::getline(maps, line)) {
        char *end = nullptr;
        const std::uintptr_t first = std::strtoull(line.c_str(), &end, 16);
        const std::uintptr_t last = std::strtoull(end + 1, &end, 16);
        if (end[1] != 'r' || end[2] != 'w') {
            continue;
        }
        std::uintptr_t at = first;
        while (at < last) {
            const auto own = reinterpret_cast<std::uintptr_t>(buffer);
            if (at >= own && at < own + size) {
                at = own + size;
                continue;
            }
            std::size_t wanted = std::min<std::size_t>(size, last - at);
            if (at < own && at + wanted > own) {
                wanted = own - at;
            }
            const ssize_t got = pread(memory, buffer, wanted, static_cast<off_t>(at));
            if (got <= 0) {
                break; // Some mappings cannot be read.
            }
            searched_bytes += static_cast<std::size_t>(got);
            is_found = is_found || searched.is_in(buffer, static_cast<std::size_t>(got));
            // With an overlap, because two reads may split a secret.
            at += static_cast<std::size_t>(got) == wanted && at + wanted < last && wanted > part
                      ? wanted - part
                      : static_cast<std::size_t>(got);
        }
    }
    wipe(buffer, size);
    close(memory);
    REQUIRE(searched_bytes > 1 << 16);
    return is_found;
}

/* Passes the secret to a call; afterwards there is no copy. The search is checked: it
 * would find one. */
template <typename Call> void leaves_nothing(const char *what, const secret &given, Call call) {
    bool is_seen = false;
    given.reveal([&](std::string_view plain) {
        call(plain);
        is_seen = found(given);
    });
    REQUIRE(is_seen); // The search is not blind.
    if (found(given)) {
        std::cerr << what << " leaves a copy\n";
        std::exit(1);
    }
}

void the_search_finds_a_copy_that_is_left() {
    const secret left(200, 1);
    char *copy = nullptr;
    left.reveal([&](std::string_view plain) {
        copy = static_cast<char *>(std::malloc(plain.size()));
        REQUIRE(copy != nullptr);
        std::copy(plain.begin(), plain.end(), copy);
    });
    REQUIRE(found(left));
    std::free(copy);
    REQUIRE(found(left));
}

} // namespace

int main() {
    using loginid::client;
    const auto made = client::from_env();
    const auto current = loginid::v2::client::from_env();
    const std::string_view nul("a\0b", 3);
    unsigned seed = 1;
    // Copied on the stack, and on the heap.
    for (const std::size_t size : std::initializer_list<std::size_t>{100, 127, 128, 200, 5000}) {
        leaves_nothing("a password", secret(size, ++seed), [&](std::string_view password) {
            REQUIRE(!made.try_authenticate_password("", password));
            REQUIRE(!made.try_register_password(nul, password));
        });
        leaves_nothing("a token", secret(size, ++seed), [&](std::string_view token) {
            REQUIRE(!made.try_verify_token(token));
            REQUIRE(!made.try_verify_token(token, nul));
        });
        leaves_nothing("a code", secret(size, ++seed), [&](std::string_view code) {
            REQUIRE(!made.try_authorize_code(code, "none", "none", {}));
        });
        leaves_nothing("a key", secret(size, ++seed), [&](std::string_view key) {
            client none;
            REQUIRE(!client::try_application(none, "id", key));
            REQUIRE(!client::try_management(none, "id", key, "ftp://localhost"));
            REQUIRE(!client::try_with_config(none, key));
        });
        leaves_nothing("a token of v2", secret(size, ++seed), [&](std::string_view token) {
            using loginid::v2::user;
            REQUIRE(!current.try_verify_token(token));
            REQUIRE(!current.try_list_passkeys({nul, token}));
            REQUIRE(!current.try_delete_passkey("", user::by_token(token)));
            REQUIRE(!current.try_complete_tx(token, ""));
        });
        leaves_nothing("an API key", secret(size, ++seed), [&](std::string_view key) {
            loginid::v2::client none;
            REQUIRE(!loginid::v2::client::try_application(none, "ftp://localhost", key));
            REQUIRE(!loginid::v2::client::try_with_config(none, key));
        });
        leaves_nothing("JSON", secret(size, ++seed), [&](std::string_view json) {
            REQUIRE(!loginid::try_json_get(json, "/private_key"));
        });
    }

    // A key that is used until its client is freed.
    std::string pair = loginid::generate_key_pair();
    std::string plain = loginid::json_get(pair, "/private_key");
    const secret key(plain);
    wipe(pair.data(), pair.size());
    wipe(plain.data(), plain.size());
    leaves_nothing("a client", key, [&](std::string_view pem) {
        const client own("id", pem, "http://localhost:1");
        REQUIRE(own.try_generate_service_token("users.retrieve"));
    });

    the_search_finds_a_copy_that_is_left();
    std::cout << "searched\n";
}

/* What several test programs need. */
#ifndef TESTS_SUPPORT_HPP
#define TESTS_SUPPORT_HPP

#include <loginid.hpp>
#include <loginid/testing.hpp>

#include <cstdlib>
#include <iostream>
#include <string>

#include "require.hpp"

inline std::string variable(const char *name) {
    const char *value = std::getenv(name);
    REQUIRE(value != nullptr);
    return value;
}

/* Uses the control API of the emulator of the environment. */
inline std::string emulator(const std::string &method, const std::string &path,
                            const std::string &json) {
    static const auto running = loginid::testing::emulator::current();
    return running.control(method, path, json);
}

template <typename Call> loginid::error thrown(Call call) {
    try {
        call();
    } catch (const loginid::error &error) {
        return error;
    }
    std::cerr << "nothing was thrown\n";
    std::exit(1);
}

#endif

/* The emulator's control API, which acts as a user with a device. */
#ifndef EXAMPLES_EMULATOR_HPP
#define EXAMPLES_EMULATOR_HPP

#include <string>

/* Sends a request to an address, for example "http://127.0.0.1:8080". Returns the body of the
 * answer; throws std::runtime_error unless it is a 200. */
std::string http(const std::string &url, const std::string &method, const std::string &path,
                 const std::string &body);

/* Sends a request to /_emulator/<path> of the emulator that LOGINID_EMULATOR_URL
 * names. Returns its JSON answer; throws std::runtime_error unless it is a 200. */
std::string emulator(const std::string &method, const std::string &path, const std::string &json);

#endif

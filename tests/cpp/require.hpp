/* The check of these tests: a false condition ends the program. */
#ifndef TESTS_REQUIRE_HPP
#define TESTS_REQUIRE_HPP

#include <cstdlib>
#include <iostream>

#define REQUIRE(condition)                                                                       \
    do {                                                                                         \
        if (!(condition)) {                                                                      \
            std::cerr << __FILE__ << ":" << __LINE__ << ": " #condition << '\n';                 \
            std::exit(1);                                                                        \
        }                                                                                        \
    } while (false)

#endif

/* A program whose thread-local variables need more of every thread's stack than the
 * size that the library requests for its resolver threads. */
#define _GNU_SOURCE

#include "resolver.h"

__extension__ static __thread char large[4 << 20];

static void a_name_is_looked_up_in_a_program_with_large_thread_locals(void)
{
    struct host *host = new_host("service.test");

    large[sizeof large - 1] = 1;
    add_user(client_of("service.test", LONG_LIMITS), USER);
    CHECK(host->asked == 1);
}

static const struct test tests[] = {
    TEST(a_name_is_looked_up_in_a_program_with_large_thread_locals),
};

TEST_MAIN(tests)

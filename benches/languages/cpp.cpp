// libloginid's header for C++. Its operations are run by benches/c/worker.c.
#include <loginid.hpp>

extern "C" {
#include "worker.h"
}

namespace {

loginid::client *client;
std::string user, token;

void *start(long) { return client; }

void stop(void *) {}

template <typename Operation> int finish(Operation operation) {
    try {
        operation();
        return 0;
    } catch (const loginid::error &error) {
        worker_explain(error.what());
        return 1;
    }
}

int make_token(void *) {
    return finish([] { return client->generate_service_token("users.retrieve", user); });
}

int verify(void *) {
    return finish([] { return client->verify_token(token, user); });
}

int get_user(void *) {
    return finish([] { return client->get_user(user); });
}

} // namespace

int main() {
    static const operation operations[] = {
        {"token", start, make_token, stop},
        {"verify", start, verify, stop},
        {"get_user", start, get_user, stop},
        {nullptr, nullptr, nullptr, nullptr},
    };
    user = worker_setting("BENCH_USER");
    token = worker_setting("BENCH_TOKEN");
    auto made = loginid::client::from_env();
    client = &made;
    return worker_serve(operations);
}

/* What the C tests share: a runner of named cases, checks that say what was
 * expected, and the emulator's control API. */
#ifndef TESTS_SUPPORT_H
#define TESTS_SUPPORT_H

#include <loginid.h>
#include <pthread.h>
#include <stddef.h>
#include <sys/types.h>

/* ---- Cases ---- */

struct test {
    const char *name;
    void (*run)(void);
};

#define TEST(function) { #function, function }

/* `--list` prints the names of the cases; a name runs that one. */
int run_tests(int argc, char **argv, const struct test *tests, size_t count);

#define TEST_MAIN(tests)                                                  \
    int main(int argc, char **argv)                                       \
    {                                                                     \
        return run_tests(argc, argv, tests, sizeof tests / sizeof *tests); \
    }

/* ---- Checks: the first that fails ends the program ---- */

__attribute__((noreturn, format(printf, 3, 4)))
void fail(const char *file, int line, const char *format, ...);

#define FAIL(...) fail(__FILE__, __LINE__, __VA_ARGS__)
#define CHECK(condition) \
    do {                 \
        if (!(condition)) \
            FAIL("not so: %s", #condition); \
    } while (0)

/* The result of the last call. Each call frees the result before. */
extern char *out;

/* A call that has to succeed, or to fail in this very way. The call is written
 * out in full, with &out at its end:
 *
 *   OK(lid_get_user(client, USER, &out));
 *   ERROR(lid_get_user(client, "nobody", &out), LID_ERROR_API, "user_not_found");
 */
void forget_out(void);
void expect_ok(const char *file, int line, const char *call, lid_status status);
void expect_error(const char *file, int line, const char *call, lid_status status,
                  lid_status expected, const char *code);
/* Keeps the previous answer, which the call's arguments may refer to. */
void before_call(void);

#define OK(call) (before_call(), expect_ok(__FILE__, __LINE__, #call, call))
#define ERROR(call, status, code) \
    (before_call(), expect_error(__FILE__, __LINE__, #call, call, status, code))

/* The value at a JSON pointer: a string itself, everything else as JSON. It is valid
 * until the program ends. */
const char *json_at(const char *json, const char *pointer);
/* The same in `out`. */
const char *get(const char *pointer);
int has(const char *json, const char *pointer);

void expect_text(const char *file, int line, const char *json, const char *pointer,
                 const char *expected);
#define TEXT_IN(json, pointer, expected) \
    expect_text(__FILE__, __LINE__, json, pointer, expected)
#define TEXT(pointer, expected) TEXT_IN(out, pointer, expected)

int contains(const char *text, const char *part);

/* How many file descriptors are open, and a constant number more. */
int descriptors(void);

/* Waits for a child, which has to exit with status 0. */
void ended_well(pid_t child);

/* ---- Memory that lives until the program ends ---- */

char *keep(char *allocated);
char *copy(const char *text);
/* As printf. */
char *text(const char *format, ...);
/* The text with every `from` replaced. */
char *replace(const char *text, const char *from, const char *to);
/* The text in small letters. */
char *lower(const char *text);
/* A JSON string literal of the text. */
char *quoted(const char *text);
void write_file(const char *path, const char *text);

/* ---- Clients ---- */

/* A client for the emulator, from the environment. Freed at the end. */
lid_client *new_client(void);
/* The same with further members of the configuration, for example
 * "\"max_retries\":0". */
lid_client *configured_client(const char *members);
lid_client *client_from_json(const char *json);
/* Has a client freed at the end. */
lid_client *keep_client(lid_client *client);
/* A client derived with these options, which may be NULL. To be freed. */
lid_client *derive(const lid_client *client, const char *options, lid_cancel *cancel);

/* The user of most cases. */
#define USER "ada@example.com"
/* Adds a user and returns the id. */
const char *add_user(const lid_client *client, const char *username);

/* ---- The current service ---- */

/* A client for the emulator, from the environment. Freed at the end, as all of these. */
lid_v2_client *new_v2_client(void);
/* Has a client freed at the end. */
lid_v2_client *keep_v2_client(lid_v2_client *client);
/* One with another base URL, API key (NULL: none) and further members of the configuration
 * ("" for none), for example ",\"max_retries\":0". */
lid_v2_client *v2_client_with(const char *url, const char *api_key, const char *members);
/* One with an API key that has these scopes, separated by spaces. */
lid_v2_client *v2_client_with_scopes(const char *scopes);
/* Logs a user in on the user's device: {"jwtAccess":…,"userId":…,"passkeyId":…}. A new user
 * signs up first. */
const char *v2_login(const char *username);
/* What a page gets from a device with an authenticator for the options of the service: a new
 * passkey, a signature. It is the object of PublicKeyCredential.toJSON(). */
const char *passkey_of_device(const char *options);
const char *signature_of_device(const char *options);
/* Signs a user up with a passkey of this device, and returns the authentication answer. */
const char *v2_sign_up(const lid_v2_client *client, const char *username);
/* The code that would have been sent to a user. */
const char *v2_sent_code(const char *username);
/* A token with these claims, signed by the service's key. */
const char *v2_token(const char *claims);
/* The claims of a good login of USER, with this text in the place of the last brace. */
const char *v2_claims(const char *rest);
const char *v2_base_url(void);
const char *v2_application_id(void);
const char *v2_api_key(void);

/* ---- The emulator ---- */

/* One HTTP request to `url`, "http://host:port" and nothing behind it.
 * `headers` are whole lines, or "". Gives the status, and the body in
 * `*body`. */
int http(const char *url, const char *method, const char *path, const char *headers,
         const char *json, const char **body);
/* A request to the control API: METHOD /_emulator/<path>. It must answer 200. */
const char *emulator(const char *method, const char *path, const char *json);
/* Creates a fault for `times` requests to a path, for example "\"kind\":\"drop\"". */
void inject(const char *path, int times, const char *fault);
/* The same for a fault of the kind "status": this answer. */
void answer_with(const char *path, int status, const char *json);
/* Moves the emulator's clock. */
void advance_clock(int seconds);
/* The number of requests for a path, and the latest one. */
int requests_for(const char *path);
const char *last_request(const char *path);
/* The number of requests to the service for any path. */
int all_requests(void);
/* Waits until this many requests for a path have arrived. */
void await_requests(const char *path, int count);
void forget_requests(void);

const char *base_url(void);

/* ---- Time ---- */

double now_ms(void);
/* The longest that something may take that takes `ms` at most: TEST_SLOWNESS times as long, where
 * an emulated processor runs the program. */
double at_most_ms(double ms);

/* ---- Calls in threads of their own ---- */

struct call {
    const lid_client *client;
    const lid_v2_client *v2_client;
    /* The name of the call in errors. */
    const char *operation;
    /* Of lid_wait_code. */
    const char *code;
    uint32_t timeout_ms;
    lid_cancel *cancel;

    pthread_t thread;
    /* Of the kernel; 0 until the thread runs. */
    pid_t thread_id;
    void *(*run)(void *call);
    lid_status status;
    char *answer;
    double ended_ms;
};

/* lid_get_user for USER. */
void begin_get_user(struct call *call, const lid_client *client);
/* lid_wait_code for USER and a short code. */
void begin_wait(struct call *call, const lid_client *client, const char *code,
                uint32_t timeout_ms, lid_cancel *cancel);
/* Another call, which `run` makes with the `struct call`. */
void begin_call(struct call *call, void *(*run)(void *call));
/* Waits until the call waits for the request of another call. */
void await_wait_for_another(const struct call *call);
/* Waits for the call's end, and puts its answer into `out`. */
lid_status end_call(struct call *call);

/* Checks that a call ends within 100 ms of being cancelled. `begin` begins a call
 * with the cancel, and returns when it is where it is to be cancelled. */
void cancelled_in_time(void (*begin)(struct call *call, lid_cancel *cancel));

#endif

/* A shop whose customers sign up and sign in with a passkey, sign in on a second device with a
 * code, and confirm payments. LoginID authenticates the customer; the shop has the sessions and the
 * payments.
 *
 * The comments "Check 1" to "Check 7" mark what a backend must check: 4 in loginid_v2.c and
 * session.c, 6 in request.c, the others in this file. */
#define _POSIX_C_SOURCE 200809L

#include "shop.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const struct service *loginid;
static const char *base_url, *application;
static char own_origin[64];

/* --- Paying --- */

static const struct {
    const char *id, *name;
    int cents;
} teas[] = {
    {"darjeeling", "Darjeeling, first flush", 1250},
    {"sencha", "Sencha from Uji", 980},
    {"rooibos", "Rooibos with orange", 640},
};

static void clear_payment(struct session *session)
{
    clear_text(&session->payment);
    clear_text(&session->nonce);
    clear_text(&session->tx_id);
    clear_text(&session->ceremony);
}

/* Writes the text that the customer confirms. The page sends the id of a tea, never a price: the
 * customer can change everything in the page. The random order number makes each text unique. */
static bool prepare_payment(struct request *request)
{
    char text[200], *tea = read_text(request, "/tea");
    secret number;
    size_t i, count = sizeof teas / sizeof *teas;

    if (tea == NULL)
        return false;
    for (i = 0; i < count && strcmp(teas[i].id, tea) != 0; i++)
        continue;
    free(tea);
    if (i == count)
        return refuse(request, 400, "unknown_tea");
    clear_payment(request->session);
    make_secret(number);
    snprintf(text, sizeof text, "Pay %d.%02d EUR to Camellia for %s (order %.6s)",
             teas[i].cents / 100, teas[i].cents % 100, teas[i].name, number);
    set_text(&request->session->payment, text);
    return true;
}

static bool pay_begin(struct request *request)
{
    return prepare_payment(request) && loginid->pay_begin(request);
}

static bool sdk_pay_begin(struct request *request)
{
    return prepare_payment(request) && loginid->sdk_pay_begin(request);
}

/* Check 5: the shop pays what it stored in the session, never a text from the request, and only
 * once. Each attempt, good or bad, removes the payment from the session, so the same token cannot
 * be used again. */
static bool pay(struct request *request, step *is_confirmed)
{
    struct session *session = request->session;
    bool is_paid = session->payment && session->nonce ? is_confirmed(request)
                                                      : refuse(request, 409, "no_payment");

    if (is_paid) {
        reply(request, "username", session->username, "paid", session->payment, NULL);
        puts(request->answer); /* a real shop charges the customer here */
    }
    clear_payment(session);
    return is_paid;
}

static bool pay_complete(struct request *request)
{
    return pay(request, loginid->pay_complete);
}

static bool verify_token_of_page(struct request *request)
{
    char *token = read_text(request, "/token");
    bool is_confirmed = token && loginid->verify_payment(request, token);

    free(token);
    return is_confirmed;
}

static bool sdk_pay_complete(struct request *request)
{
    return pay(request, verify_token_of_page);
}

/* --- Signing in with a code --- */

/* Rate limit: a code has only six digits, and whoever guesses one is signed in. The limit is 30
 * attempts a minute for all visitors together, because an attacker can drop the cookie. A large
 * shop also limits the attempts for each username. Returns false above the limit. */
static bool count_code_attempt(void)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static time_t minute;
    static int tries;
    time_t now = time(NULL) / 60;
    bool may_try;

    pthread_mutex_lock(&lock);
    if (minute != now) {
        minute = now;
        tries = 0;
    }
    may_try = tries < 30;
    tries += may_try;
    pthread_mutex_unlock(&lock);
    return may_try;
}

static bool sign_in_with_code(struct request *request)
{
    return count_code_attempt() ? loginid->sign_in_with_code(request)
                                : refuse(request, 429, "too_many_tries");
}

/* --- Requests --- */

/* What the page needs to start, also the settings of LoginID's web SDK. Nothing here is secret. */
static bool state(struct request *request)
{
    return reply(request, "service", loginid->name, "username", request->session->username,
                 "baseUrl", base_url, "application", application, "emulator",
                 getenv("LOGINID_EMULATOR_URL"), NULL);
}

/* A path, its handler, and whether the visitor must be signed in. */
struct route {
    const char *path;
    step *step;
    bool needs_user;
};

/* Finds the route of a path. Its step is NULL if there is none. */
static struct route find_route(const char *path)
{
    const struct route routes[] = {
        {"/state", state, false},
        {"/sign-out", sign_out, true},
        /* Plain JavaScript. */
        {"/sign-up/begin", loginid->sign_up_begin, false},
        {"/sign-up/complete", loginid->sign_up_complete, false},
        {"/sign-in/begin", loginid->sign_in_begin, false},
        {"/sign-in/complete", loginid->sign_in_complete, false},
        {"/sign-in/code", sign_in_with_code, false},
        {"/code", loginid->create_code, true},
        {"/pay/begin", pay_begin, true},
        {"/pay/complete", pay_complete, true},
        /* LoginID's web SDK. */
        {"/sdk/permit", loginid->sdk_permit, false},
        {"/sdk/sign-in", loginid->sdk_sign_in, false},
        {"/sdk/pay/begin", sdk_pay_begin, true},
        {"/sdk/pay/complete", sdk_pay_complete, true},
        {NULL, NULL, false},
    };
    const struct route *route = routes;

    while (route->path && strcmp(route->path, path) != 0)
        route++;
    return *route;
}

/* Check 1: the request comes from the shop's own page (CSRF protection). The SameSite cookie is not
 * enough: SameSite ignores the port, so other servers on this host count as the same site. Browsers
 * always send Origin with a POST, and an HTML form cannot send JSON. */
static bool is_from_own_page(const struct request *request)
{
    return request->origin && strcmp(request->origin, own_origin) == 0 && request->content_type &&
           strcmp(request->content_type, "application/json") == 0;
}

static void answer(struct request *request)
{
    struct route route = find_route(request->path);

    if (route.step == NULL) {
        refuse(request, 404, "not_found");
        return;
    }
    if (!is_from_own_page(request)) {
        refuse(request, 403, "not_our_page");
        return;
    }
    /* Check 2: the user comes from the session and nowhere else. A name in the request, a header or
     * an unverified token proves nothing. */
    enter_session(request);
    /* Check 3: the visitor is signed in, if the route requires it. */
    if (route.needs_user && request->session->username == NULL)
        refuse(request, 401, "not_signed_in");
    else
        route.step(request);
    leave_session(request);
}

/* --- Starting and stopping --- */

static int usage(void)
{
    fputs("usage: shop v1|v2 PORT PAGE_FOLDER SDK_SCRIPT\n"
          "Needs the variables that `loginid-emulator exec` sets. Port 0 is any free one.\n",
          stderr);
    return 2;
}

/* Listens on a port, which is a decimal number. Returns the port, or 0. */
static int listen_on(const char *port)
{
    char *end;
    long number = strtol(port, &end, 10);

    return end != port && *end == '\0' && number >= 0 && number <= 65535 ? listen_http((int)number)
                                                                         : 0;
}

static bool start(const char *port, const char *page_folder, const char *sdk_script)
{
    struct site site = {page_folder, sdk_script, NULL, answer};
    int listening = listen_on(port);
    char *out;
    lid_status status;

    if (listening == 0) {
        fprintf(stderr, "shop: port %s cannot be used; DEMO_PORT=0 make demo takes a free one\n",
                port);
        return false;
    }
    /* Not 127.0.0.1: passkeys need a host name. */
    snprintf(own_origin, sizeof own_origin, "http://localhost:%d", listening);
    site.loginid_url = base_url = getenv(loginid->base_url_variable);
    application = getenv(loginid->application_variable);
    if (base_url == NULL || application == NULL) {
        fprintf(stderr, "shop: set %s and %s\n", loginid->base_url_variable,
                loginid->application_variable);
        return false;
    }
    /* Check 7: the library refuses tokens that are older than a minute. Whoever has a sign-in token
     * can sign in with it, even after the customer has signed out, so it must not be usable for as
     * long as LoginID lets it live. The environment may set another age. */
    setenv("LOGINID_MAX_TOKEN_AGE_S", "60", 0);
    status = loginid->open(&out);
    if (status)
        fprintf(stderr, "shop: %s\n", out);
    lid_free_string(out);
    if (status)
        return false;
    open_sessions();
    if (start_http(&site))
        return true;
    fputs("shop: the HTTP server does not start\n", stderr);
    return false;
}

int main(int argc, char **argv)
{
    sigset_t signals;
    int received;

    if (argc != 5 || (strcmp(argv[1], "v1") != 0 && strcmp(argv[1], "v2") != 0))
        return usage();
    loginid = strcmp(argv[1], "v1") == 0 ? &loginid_v1 : &loginid_v2;
    setvbuf(stdout, NULL, _IOLBF, 0);
    (void)signal(SIGPIPE, SIG_IGN);

    /* Before any thread starts, so that all inherit it: sigwait() below gets the signals. */
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    if (!start(argv[2], argv[3], argv[4]))
        return 1;
    printf("The shop, with LoginID %s:  %s/\n", loginid->name, own_origin);
    if (getenv("LOGINID_EMULATOR_URL"))
        printf("The emulator of LoginID:  %s/_emulator/\n", getenv("LOGINID_EMULATOR_URL"));
    puts("Ctrl-C ends both.");

    sigwait(&signals, &received);
    stop_http();
    close_sessions();
    loginid->close();
    return 0;
}

/* The parts of the shop. Begin with shop.c, then read loginid_v2.c. */
#ifndef SHOP_H
#define SHOP_H

#include <loginid.h>
#include <stdbool.h>

/* A random text that nobody guesses: 64 hexadecimal digits. */
typedef char secret[65];

/* What the shop keeps of one visitor. The page has the id, as a cookie, and nothing else of it. */
struct session {
    secret id;
    char *username; /* the user who is signed in, or NULL */
    char *ceremony; /* the registration or authentication that has begun, or NULL */
    char *payment;  /* the text of the payment that is to be confirmed, or NULL */
    char *nonce;    /* of that payment */
    char *tx_id;    /* of that payment; v1 only */
};

/* One request of the page, and what is answered. */
struct request {
    const char *path, *body;                                 /* from the page: any text */
    const char *origin, *content_type, *user_agent, *cookie; /* NULL if the request has none */
    struct session *session; /* locked while the request is answered */
    unsigned http_status;
    char *answer;      /* a JSON text */
    secret new_cookie; /* the session's id, if the page does not know it, else "" */
};

/* Does what a request asks, and puts the answer or the error into it. The result says which. */
typedef bool step(struct request *request);

/* What the shop needs of LoginID, for one of its services. */
struct service {
    const char *name, *base_url_variable, *application_variable;
    lid_status (*open)(char **out);
    void (*close)(void);
    /* The page asks the authenticator itself, and the shop makes all calls. */
    step *sign_up_begin, *sign_up_complete, *sign_in_begin, *sign_in_complete;
    step *create_code, *sign_in_with_code;
    /* The payment is in the session. It is confirmed only if pay_complete is true. */
    step *pay_begin, *pay_complete;
    /* The same with LoginID's web SDK, which makes the calls: the page brings a token. Only v1's
     * SDK needs a permission first. */
    step *sdk_permit, *sdk_sign_in, *sdk_pay_begin, *sdk_pay_complete;
};

extern const struct service loginid_v1, loginid_v2;

/* request.c: reading requests, writing answers. Texts are freed with free(). */

/* A text in the body. NULL: there is none, and the request has been refused. */
char *text_of(struct request *request, const char *pointer);
/* Keeps a text of an answer of LoginID. False: there is none, and the request has been refused. */
bool keep(struct request *request, char **kept, const char *json, const char *pointer);
void replace(char **kept, const char *text);
void forget(char **kept);
/* Answers with an object: names and texts in turn, then NULL. A text may be NULL. */
bool give(struct request *request, ...);
/* Answers with the code of an error. */
bool refuse(struct request *request, unsigned http_status, const char *code);
/* The same for a call that failed, whose error is freed. The page gets the code of the error; if it
 * was LoginID that refused, it gets `refusal`, unless that is NULL. */
bool refuse_call(struct request *request, lid_status status, char *error, const char *refusal);

/* session.c */

void open_sessions(void);
void close_sessions(void);
/* Finds the session of the cookie, or begins one. Other requests of it wait until it is left. */
void enter_session(struct request *request);
void leave_session(struct request *request);
void sign_in(struct request *request, const char *username);
bool sign_out(struct request *request);
void make_secret(secret text);

/* http.c */

struct site {
    const char *page_folder, *sdk_script; /* the files that are served */
    const char *loginid_url;              /* which the page may call too */
    void (*answer)(struct request *request);
};

/* Listens on this machine only, on any free port if it is 0. Returns the port, or 0. */
int listen_http(int port);
/* Answers requests in threads of its own, until stop_http(). */
bool start_http(const struct site *site);
void stop_http(void);

#endif

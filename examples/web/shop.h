/* The parts of the shop. Begin with shop.c, then read loginid_v2.c. */
#ifndef SHOP_H
#define SHOP_H

#include <loginid.h>
#include <stdbool.h>

/* 256 random bits as 64 hexadecimal digits. */
typedef char secret[65];

/* What the shop stores for one visitor. The page only has the id, in a cookie. */
struct session {
    secret id;
    char *username; /* the user who is signed in, or NULL */
    char *ceremony; /* the registration or authentication in progress, or NULL */
    char *payment;  /* the text of the payment to confirm, or NULL */
    char *nonce;    /* of that payment */
    char *tx_id;    /* of that payment; v1 only */
};

/* A request of the page, and the response. */
struct request {
    const char *path, *body;                                 /* untrusted */
    const char *origin, *content_type, *user_agent, *cookie; /* NULL if the request has none */
    struct session *session;                                 /* locked for this request */
    unsigned http_status;
    char *answer;      /* JSON */
    secret new_cookie; /* the session id to set as a cookie, or "" */
};

/* Handles a request: writes the response into it. Returns false for an error. */
typedef bool step(struct request *request);

/* The calls to LoginID, one implementation for each of its services. */
struct service {
    const char *name, *base_url_variable, *application_variable;
    lid_status (*open)(char **out);
    void (*close)(void);
    /* Plain JavaScript: the page asks the authenticator, the shop makes all calls to LoginID. */
    step *sign_up_begin, *sign_up_complete, *sign_in_begin, *sign_in_complete;
    step *create_code, *sign_in_with_code;
    /* The payment's text is in the session. pay_complete returns whether it is confirmed. */
    step *pay_begin, *pay_complete;
    /* LoginID's web SDK: it calls LoginID, and the page sends the token to the shop. sdk_permit is
     * for v1 only. */
    step *sdk_permit, *sdk_sign_in, *sdk_pay_begin;
    /* Returns whether the token confirms the payment in the session. If not, refuses the request. */
    bool (*verify_payment)(struct request *request, const char *token);
};

extern const struct service loginid_v1, loginid_v2;

/* request.c: reading requests, writing responses. Texts are freed with free(). */

/* Reads a string of the body. If it is missing, refuses the request and returns NULL. */
char *read_text(struct request *request, const char *pointer);
/* Stores a string of LoginID's answer. If it is missing, refuses the request and returns false. */
bool store_text(struct request *request, char **kept, const char *json, const char *pointer);
void set_text(char **kept, const char *text);
void clear_text(char **kept);
/* Responds with a JSON object. Arguments: name, string or NULL, name, …, NULL. */
bool reply(struct request *request, ...);
/* Responds with an error code. */
bool refuse(struct request *request, unsigned http_status, const char *code);
/* Logs and frees the error of a failed call, and responds with its code. */
bool refuse_error(struct request *request, lid_status status, char *error);
/* A refusal that is about the customer's name or code: LoginID's error codes for it, and the code
 * for the page. */
struct refusal {
    const char *from_loginid[4]; /* ends with NULL */
    const char *for_page;
};
/* The same as refuse_error() for a call with such a refusal; `known` is NULL if the call has none.
 * LoginID also refuses what is the shop's fault, for example a revoked API key. The customer must
 * not be told that it is theirs: the response is "bad_request" for a 400, else "unavailable". */
bool refuse_call(struct request *request, lid_status status, char *error,
                 const struct refusal *known);

/* session.c */

void open_sessions(void);
void close_sessions(void);
/* Locks the session of the cookie, or a new one, until leave_session(). */
void enter_session(struct request *request);
void leave_session(struct request *request);
void sign_in(struct request *request, const char *username);
bool sign_out(struct request *request);
void make_secret(secret text);

/* http.c */

struct site {
    const char *page_folder, *sdk_script; /* files to serve */
    const char *loginid_url;              /* an origin that the page may call */
    void (*answer)(struct request *request);
};

/* Listens on the loopback interface. Port 0 means any free port. Returns the port, or 0. */
int listen_http(int port);
/* Serves requests in its own threads until stop_http(). */
bool start_http(const struct site *site);
void stop_http(void);

#endif

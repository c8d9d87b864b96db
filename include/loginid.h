/**
 * @file
 * libloginid: the LoginID server SDK for C.
 *
 * One rule for every call: the client, required inputs, optional inputs (NULL
 * for "not given"; an empty string is an error), then `out`. The result is a
 * lid_status; LID_OK is 0. `*out` always receives one NUL-terminated UTF-8 JSON
 * text, the result on LID_OK and the error object otherwise:
 *
 *   {"error":{"status":"LID_ERROR_API","code":"user_not_found",
 *    "message":"…","operation":"get_user","http_status":404,
 *    "request_id":"…","retryable":false,"retry_after_ms":null}}
 *
 * The caller frees it with lid_free_string on both paths. `out` itself must not
 * be NULL: that is LID_ERROR_INVALID_ARGUMENT, nothing is done, and a call that
 * makes a client sets `*client` to NULL. Inputs are borrowed for the call.
 * Nothing unwinds across this interface. Running out of memory ends the process.
 *
 * Every call that talks to the service may fail with LID_ERROR_API,
 * LID_ERROR_RATE_LIMITED, LID_ERROR_NETWORK, LID_ERROR_TLS, LID_ERROR_TIMEOUT
 * and LID_ERROR_RESPONSE, and every call with LID_ERROR_INVALID_ARGUMENT and
 * LID_ERROR_INTERNAL. A call whose result holds a `jwt` verifies it, and may
 * fail with LID_ERROR_TOKEN_INVALID, LID_ERROR_TOKEN_EXPIRED and
 * LID_ERROR_CLAIM_MISMATCH too; the service has carried out the call then. The
 * `jwt` must be of the user that the call named; names that differ in ASCII case
 * only are the same user here. A login or registration whose answer says
 * `"is_authenticated":false` is LID_ERROR_RESPONSE. Functions list their further
 * errors.
 *
 * A client may be used by any number of threads at once, and across fork().
 * pthread_cancel of a thread in a call takes effect after the call.
 *
 * This file is generated from src/ffi/: do not edit it, run `make generate`.
 */

#ifndef LOGINID_H
#define LOGINID_H

#include <stdbool.h>
#include <stdint.h>

/** The version of this header; compare it with lid_version(). */
#define LID_VERSION "0.1.0"
/** Its first number. */
#define LID_VERSION_MAJOR 0
/** Its second number. */
#define LID_VERSION_MINOR 1
/** Its third number. */
#define LID_VERSION_PATCH 0


/**
 * What every call returns. 0 is success, so that `if (status)` finds errors.
 * The values never change; programs must expect new ones.
 */
typedef enum {
    /**
     * The call succeeded.
     */
    LID_OK = 0,
    /**
     * An argument is missing, empty, not UTF-8 or malformed.
     */
    LID_ERROR_INVALID_ARGUMENT = 1,
    /**
     * The configuration has an unknown, mistyped or contradictory field.
     */
    LID_ERROR_CONFIG = 2,
    /**
     * The private key cannot be used, or one is required and there is none.
     */
    LID_ERROR_PRIVATE_KEY = 3,
    /**
     * The token is malformed, has another algorithm, a bad signature or an
     * unknown key.
     */
    LID_ERROR_TOKEN_INVALID = 4,
    /**
     * The token is expired, not yet valid or too old.
     */
    LID_ERROR_TOKEN_EXPIRED = 5,
    /**
     * The token's audience, user, issuer, nonce or transaction hash is not the
     * expected one, or it is a token of another kind.
     */
    LID_ERROR_CLAIM_MISMATCH = 6,
    /**
     * The service refused the call; the error object has its code.
     */
    LID_ERROR_API = 7,
    /**
     * Too many requests: the service answered 429, or many tokens with unknown
     * keys arrived.
     */
    LID_ERROR_RATE_LIMITED = 8,
    /**
     * The service could not be reached, or the connection broke.
     */
    LID_ERROR_NETWORK = 9,
    /**
     * No trusted TLS connection could be made.
     */
    LID_ERROR_TLS = 10,
    /**
     * The deadline passed.
     */
    LID_ERROR_TIMEOUT = 11,
    /**
     * `lid_cancel_trigger` ended the call.
     */
    LID_ERROR_CANCELLED = 12,
    /**
     * The service's answer is not JSON, is too large or lacks a member.
     */
    LID_ERROR_RESPONSE = 13,
    /**
     * An internal error in this library. The client stays usable.
     */
    LID_ERROR_INTERNAL = 14,
} lid_status;

/**
 * A switch that ends `lid_wait_code` from another thread. Make one with
 * `lid_cancel_new`. Once triggered, it stays triggered. It belongs to the
 * process that made it: after `fork()` the child makes its own.
 */
typedef struct lid_cancel lid_cancel;

/**
 * A client of the LoginID service. Any number of threads may use one at the
 * same time, and it may be used after `fork()`: the child makes connections of
 * its own. Free it once, with `lid_free`, after the last call has returned.
 */
typedef struct lid_client lid_client;

/**
 * Receives one JSON event per HTTP attempt, on the thread that made the call,
 * after the answer has been checked:
 *
 * `{"event":"http_attempt","operation":"get_user","method":"POST",
 * "path":"/manage/users/retrieve","attempt":1,"request_id":"…",
 * "http_status":200,"status":null,"code":null,"duration_us":1234,
 * "retry_in_ms":null}`
 *
 * `status` and `code` are those of the error that the attempt ended with, even
 * if an answer arrived and could not be used. Fetching the service's key to
 * verify an answer is an attempt of its own; its event comes first.
 *
 * `event_json` is valid during the call only. The function must return: it must
 * not throw, `longjmp` or end its thread, and `pthread_cancel` has no effect in
 * it. It must not free the client it was called for.
 */
typedef void (*lid_log_fn)(const char *event_json, void *user_data);

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * The name of a status, for example "LID_ERROR_API"; "LID_UNKNOWN" if the number
 * is not a status. The string is static: never free it.
 */
const char *lid_status_name(int32_t status);

/**
 * Makes a client for an application. `private_key` is PKCS#8 or SEC1 PEM;
 * indentation and line ends do not matter. It may be NULL: a public application
 * sends no token. Management calls and making tokens need the key. `base_url`
 * may be NULL for the public service.
 *
 * Result: `{}`, and `*client` holds the client, to be freed with `lid_free`.
 * On an error `*client` is NULL. Errors: `LID_ERROR_CONFIG`,
 * `LID_ERROR_PRIVATE_KEY`, `LID_ERROR_INVALID_ARGUMENT`. No request is made.
 *
 * Free `*out` with `lid_free_string`.
 */
lid_status lid_new(const char *client_id,
                   const char *private_key,
                   const char *base_url,
                   lid_client **client,
                   char **out);

/**
 * Makes a client for a management application: as `lid_new`, but the key is
 * required.
 *
 * Free `*out` with `lid_free_string`.
 */
lid_status lid_new_management(const char *client_id,
                              const char *private_key,
                              const char *base_url,
                              lid_client **client,
                              char **out);

/**
 * Makes a client from a JSON object. Every field but `client_id` is optional:
 *
 * `client_id`, `private_key` or `private_key_file`, `management` (a key is
 * required), `base_url`, `allow_http`, `connect_timeout_ms` 5000,
 * `request_timeout_ms` 20000, `wait_timeout_ms` 180000, `max_retries` 2,
 * `ca_file` or `ca_pem`, `client_cert_pem` with `client_key_pem`, `proxy` (a
 * URL or "env"), `leeway_s` 60, `issuer`, `max_token_age_s`, `require_exp`,
 * `public_keys` (an object: PEM by key id), `key_cache_ttl_s` 3600,
 * `fetch_keys` true (false: `public_keys` are all the keys there are),
 * `user_agent` (appended), `headers` (an object), `max_response_bytes` 1048576.
 *
 * An unknown or mistyped field is `LID_ERROR_CONFIG` and named in the message.
 * Result and other errors as `lid_new`.
 *
 * Free `*out` with `lid_free_string`.
 */
lid_status lid_new_with_config(const char *config_json,
                               lid_client **client,
                               char **out);

/**
 * Makes a client from the environment: `LOGINID_CLIENT_ID` (required),
 * `LOGINID_PRIVATE_KEY` or `LOGINID_PRIVATE_KEY_FILE`, `LOGINID_BASE_URL`, and
 * for each other field of `lid_new_with_config` that has a single value, its
 * name in capitals, for example `LOGINID_REQUEST_TIMEOUT_MS` or
 * `LOGINID_CA_FILE`. An empty variable is treated as unset. A variable whose
 * name is nearly one of these is an error; others are ignored. A setuid program
 * reads no variables. Result and errors as `lid_new`.
 *
 * Free `*out` with `lid_free_string`.
 */
lid_status lid_new_from_env(lid_client **client, char **out);

/**
 * Frees a client, after the last call with it has returned. NULL is ignored.
 */
void lid_free(lid_client *client);

/**
 * Frees a string that a call stored in `*out`, and wipes it: it may hold a key, a
 * token or a code. NULL is ignored.
 */
void lid_free_string(char *string);

/**
 * The version of the library, for example "0.1.0"; compare it with `LID_VERSION`
 * of the header. The string is static: never free it.
 */
const char *lid_version(void);

/**
 * Makes a new P-256 key pair. Give the public key to the dashboard and the
 * private one to `lid_new`.
 *
 * Result: `{"private_key":"-----BEGIN PRIVATE KEY-----\n…",
 * "public_key":"-----BEGIN PUBLIC KEY-----\n…"}`. Error: `LID_ERROR_INTERNAL` if
 * the system provides no random numbers.
 *
 * Free `*out` with `lid_free_string`.
 */
lid_status lid_generate_key_pair(char **out);

/**
 * Sets the function that is called for every HTTP attempt of this client; NULL
 * removes it. `user_data` is passed to it unchanged. Several threads may call
 * the function at once.
 *
 * It waits until no earlier function of this client is running in any thread,
 * and none of them is called again: when it returns, their `user_data` may be
 * freed. Do not hold a lock that such a function takes. Called from inside a log
 * function (of any client) it does not wait: then the earlier `user_data` may be
 * freed when the calls that were running have returned.
 */
void lid_set_log_callback(lid_client *client, lid_log_fn callback, void *user_data);

/**
 * Makes a service token, for programs that send requests themselves. It allows
 * one call of `scope` (for example "users.retrieve"). `username`, `user_id` and
 * `nonce` may be NULL. If both are given, the token names the username and not
 * the user id. Without a nonce, 16 random characters are used. No request is
 * made.
 *
 * Result: `{"token":"…"}`. Keep it out of logs. `LID_ERROR_PRIVATE_KEY` if the
 * client has no key.
 *
 * Free `*out` with `lid_free_string`.
 */
lid_status lid_generate_service_token(const lid_client *client,
                                      const char *scope,
                                      const char *username,
                                      const char *user_id,
                                      const char *nonce,
                                      char **out);

/**
 * Verifies a token that the service issued to this application to log a user in:
 * its form, its ES256 signature, audience and times, and that it is the token of
 * `username` (may be NULL: any user). The service's key is fetched once and
 * kept.
 *
 * Result: `{"valid":true,"header":{…},"claims":{"sub":"…","udata":"…",…}}`. An
 * invalid token fails with `LID_ERROR_TOKEN_INVALID`, `LID_ERROR_TOKEN_EXPIRED`
 * or `LID_ERROR_CLAIM_MISMATCH`; an error of the request for the key says
 * nothing about the token. The token of a transaction is
 * `LID_ERROR_CLAIM_MISMATCH` with code `token_kind_mismatch`: use
 * `lid_verify_transaction`. While many tokens with unknown keys arrive, a token
 * whose key is not known yet may fail with `LID_ERROR_RATE_LIMITED` and code
 * `unknown_key_throttled`.
 *
 * Free `*out` with `lid_free_string`.
 */
lid_status lid_verify_token(const lid_client *client,
                            const char *token,
                            const char *username,
                            char **out);

/**
 * Makes a transaction token: it allows creating one transaction with this
 * payload. `username` and `nonce` may be NULL. No request is made.
 *
 * Result: `{"token":"…"}`. `LID_ERROR_PRIVATE_KEY` if the client has no key.
 *
 * Free `*out` with `lid_free_string`.
 */
lid_status lid_generate_tx_auth_token(const lid_client *client,
                                      const char *tx_payload,
                                      const char *username,
                                      const char *nonce,
                                      char **out);

/**
 * Creates a transaction for a user to confirm. `username` and `nonce` may be
 * NULL; the nonce is then 16 random characters.
 *
 * Result: the service's answer and the nonce that was sent: `{"id":"…",
 * "url":"…","nonce":"…"}`. Keep the nonce for `lid_verify_transaction`. An
 * answer without an `id` is `LID_ERROR_RESPONSE`.
 *
 * Errors: those of every call to the service (see above).
 *
 * Free `*out` with `lid_free_string`.
 */
lid_status lid_create_tx(const lid_client *client,
                         const char *tx_payload,
                         const char *username,
                         const char *nonce,
                         char **out);

/**
 * Verifies the token of a confirmed transaction: form, signature, audience and
 * times as `lid_verify_token` does, that it confirms exactly `tx_payload`, and
 * with `nonce` (may be NULL) that it confirms the transaction created with it.
 *
 * Result: `{"valid":true,"header":{…},"claims":{"tx_hash":"…",…}}`. An invalid
 * token fails as in `lid_verify_token`; another payload or nonce is
 * `LID_ERROR_CLAIM_MISMATCH`.
 *
 * Free `*out` with `lid_free_string`.
 */
lid_status lid_verify_transaction(const lid_client *client,
                                  const char *tx_token,
                                  const char *tx_payload,
                                  const char *nonce,
                                  char **out);

/**
 * Begins the confirmation of a transaction by a FIDO2 credential. Give either
 * `tx_id` of an existing transaction or `tx_payload` for a new one, the other
 * NULL. `nonce` may be NULL.
 *
 * Result: `{"tx_id":"…","assertion_options":{"challenge":"…","rpId":"…",
 * "allowCredentials":[…]},"nonce":"…"}`, where the nonce is the one that was
 * sent. An answer without a `tx_id` is `LID_ERROR_RESPONSE`.
 *
 * Errors: those of every call to the service (see above).
 *
 * Free `*out` with `lid_free_string`.
 */
lid_status lid_init_tx(const lid_client *client,
                       const char *username,
                       const char *tx_id,
                       const char *tx_payload,
                       const char *nonce,
                       char **out);

/**
 * Completes the confirmation of a transaction. `assertion_payload_json` is what
 * the browser answered: `{"challenge":"…","key_handle":"…","client_data":"…",
 * "auth_data":"…","sign_data":"…"}`.
 *
 * Result: `{"jwt":"…"}`: a verified token of the named user. It names the
 * confirmed transaction: give it to `lid_verify_transaction`. `lid_verify_token`
 * refuses it.
 *
 * Errors: those of every call to the service (see above), and those of
 * `lid_verify_token` for the `jwt`.
 *
 * Free `*out` with `lid_free_string`.
 */
lid_status lid_complete_tx(const lid_client *client,
                           const char *tx_id,
                           const char *username,
                           const char *assertion_payload_json,
                           char **out);

/**
 * Makes a code for a user. With `authorize` the code may be used at once.
 * `code_type` is "short" (6 digits, 3 minutes), "long" or "phrase"; `purpose` is
 * "temporary_authentication" or "add_credential". The user is given by
 * `user_id`, `username` or both; one of them is required. Management call:
 * without a private key it fails with `LID_ERROR_PRIVATE_KEY` and sends nothing.
 *
 * Result: `{"code":"…","expires_at":"…","is_authorized":false}`.
 *
 * Errors: those of every call to the service (see above).
 *
 * Free `*out` with `lid_free_string`.
 */
lid_status lid_generate_code(const lid_client *client,
                             const char *code_type,
                             const char *purpose,
                             bool authorize,
                             const char *user_id,
                             const char *username,
                             char **out);

/**
 * Authorizes a code; a code that is already authorized stays so. `code_type` is
 * "short" (6 digits, 3 minutes), "long" or "phrase"; `purpose` is
 * "temporary_authentication" or "add_credential". The user is given by
 * `user_id`, `username` or both; one of them is required. Management call:
 * without a private key it fails with `LID_ERROR_PRIVATE_KEY` and sends nothing.
 * Not repeated after a 429: the service may have counted the code as tried.
 *
 * Result: `{"expires_at":"…","is_authorized":true}`.
 *
 * Errors: those of every call to the service (see above).
 *
 * Free `*out` with `lid_free_string`.
 */
lid_status lid_authorize_code(const lid_client *client,
                              const char *code,
                              const char *code_type,
                              const char *purpose,
                              const char *user_id,
                              const char *username,
                              char **out);

/**
 * Invalidates all codes of a user with this type and purpose. `code_type` is
 * "short" (6 digits, 3 minutes), "long" or "phrase"; `purpose` is
 * "temporary_authentication" or "add_credential". The user is given by
 * `user_id`, `username` or both; one of them is required. Management call:
 * without a private key it fails with `LID_ERROR_PRIVATE_KEY` and sends nothing.
 *
 * Result: `{"deleted_at":"…"}`.
 *
 * Errors: those of every call to the service (see above).
 *
 * Free `*out` with `lid_free_string`.
 */
lid_status lid_invalidate_all_codes(const lid_client *client,
                                    const char *code_type,
                                    const char *purpose,
                                    const char *user_id,
                                    const char *username,
                                    char **out);

/**
 * Waits until a code with the purpose "temporary_authentication" is authorized,
 * which logs the user in. `timeout_ms` 0 means the configured `wait_timeout_ms`
 * (180 s). Another thread may end the wait through `cancel`, which may be NULL.
 * Not repeated after a 429: the service may have counted the code as tried.
 *
 * Result: the authentication response, its `jwt` verified, as from
 * `lid_authenticate_password`. `LID_ERROR_TIMEOUT` at the deadline,
 * `LID_ERROR_CANCELLED` when cancelled, `LID_ERROR_API` if the code is wrong,
 * used or expired or the user is deactivated.
 *
 * Errors: those of every call to the service (see above), and those of
 * `lid_verify_token` for the `jwt`.
 *
 * Free `*out` with `lid_free_string`.
 */
lid_status lid_wait_code(const lid_client *client,
                         const char *username,
                         const char *code,
                         const char *code_type,
                         uint32_t timeout_ms,
                         lid_cancel *cancel,
                         char **out);

/**
 * Makes a switch for `lid_wait_code`, to be freed with `lid_cancel_free`. NULL
 * if the process has no file descriptors left.
 */
lid_cancel *lid_cancel_new(void);

/**
 * Ends the waits that use this switch, now and later. May be called from any
 * thread and more than once. NULL is ignored.
 */
void lid_cancel_trigger(lid_cancel *cancel);

/**
 * Frees a switch, after the last wait that uses it has returned. NULL is
 * ignored.
 */
void lid_cancel_free(lid_cancel *cancel);

/**
 * Lists a user's credentials. `status` may be "active", "inactive", "revoked" or
 * "deleted", or NULL for all. The user is given by `user_id`, `username` or
 * both; one of them is required. Management call: without a private key it fails
 * with `LID_ERROR_PRIVATE_KEY` and sends nothing.
 *
 * Result: `{"user_id":"…","credentials":[{"uuid":"…","type":"fido2",
 * "status":"active","name":"…","created_at":"…","updated_at":"…"}]}`. Repeated
 * after a timeout or a 5xx, since it changes nothing.
 *
 * Errors: those of every call to the service (see above).
 *
 * Free `*out` with `lid_free_string`.
 */
lid_status lid_get_credentials(const lid_client *client,
                               const char *status,
                               const char *user_id,
                               const char *username,
                               char **out);

/**
 * Renames a credential. The user is given by `user_id`, `username` or both; one
 * of them is required. Management call: without a private key it fails with
 * `LID_ERROR_PRIVATE_KEY` and sends nothing.
 *
 * Result: `{"user_id":"…","credential":{"uuid":"…","name":"…",…}}`.
 *
 * Errors: those of every call to the service (see above).
 *
 * Free `*out` with `lid_free_string`.
 */
lid_status lid_rename_credential(const lid_client *client,
                                 const char *credential_id,
                                 const char *name,
                                 const char *user_id,
                                 const char *username,
                                 char **out);

/**
 * Revokes a credential permanently. The user is given by `user_id`, `username`
 * or both; one of them is required. Management call: without a private key it
 * fails with `LID_ERROR_PRIVATE_KEY` and sends nothing.
 *
 * Result: `{"user_id":"…","credential":{"uuid":"…","status":"revoked",…}}`.
 *
 * Errors: those of every call to the service (see above).
 *
 * Free `*out` with `lid_free_string`.
 */
lid_status lid_revoke_credential(const lid_client *client,
                                 const char *credential_id,
                                 const char *user_id,
                                 const char *username,
                                 char **out);

/**
 * Begins adding a FIDO2 credential without the user's code. `options_json` may
 * be NULL, or `{"display_name":"…","override_name":"…",
 * "roaming_authenticator":true}`, each member optional. The user is given by
 * `user_id`, `username` or both; one of them is required. Management call:
 * without a private key it fails with `LID_ERROR_PRIVATE_KEY` and sends nothing.
 *
 * Result: `{"attestation_payload":{"credential_uuid":"…","challenge":"…",
 * "rp":{},"user":{},"pubKeyCredParams":[],…}}` for the browser, completed by
 * `lid_complete_add_fido2_credential`.
 *
 * Errors: those of every call to the service (see above).
 *
 * Free `*out` with `lid_free_string`.
 */
lid_status lid_force_fido2_credential_init(const lid_client *client,
                                           const char *user_id,
                                           const char *username,
                                           const char *options_json,
                                           char **out);

/**
 * Begins adding a document scan. `credential_name` may be NULL. The user is
 * given by `user_id`, `username` or both; one of them is required. Management
 * call: without a private key it fails with `LID_ERROR_PRIVATE_KEY` and sends
 * nothing.
 *
 * Result: `{"credential_uuid":"…","iframe_url":"…"}`.
 *
 * Errors: those of every call to the service (see above).
 *
 * Free `*out` with `lid_free_string`.
 */
lid_status lid_add_doc_scan_credential_init(const lid_client *client,
                                            const char *user_id,
                                            const char *username,
                                            const char *credential_name,
                                            char **out);

/**
 * Completes adding a document scan. The user is given by `user_id`, `username`
 * or both; one of them is required. Management call: without a private key it
 * fails with `LID_ERROR_PRIVATE_KEY` and sends nothing.
 *
 * Result: an authentication response as from `lid_authenticate_password`, with a
 * `jwt` (verified) only if the credential was activated.
 *
 * Errors: those of every call to the service (see above), and those of
 * `lid_verify_token` for the `jwt`.
 *
 * Free `*out` with `lid_free_string`.
 */
lid_status lid_add_doc_scan_credential_complete(const lid_client *client,
                                                const char *credential_id,
                                                bool activate,
                                                const char *user_id,
                                                const char *username,
                                                char **out);

/**
 * Returns the URL of the result of a document scan. The user is given by
 * `user_id`, `username` or both; one of them is required. Management call:
 * without a private key it fails with `LID_ERROR_PRIVATE_KEY` and sends nothing.
 *
 * Result: `{"request_url":"…","token_type":"Bearer","auth_token":"…"}`, or
 * `result_url` in place of `request_url`.
 *
 * Errors: those of every call to the service (see above).
 *
 * Free `*out` with `lid_free_string`.
 */
lid_status lid_evaluate_doc_scan_credential(const lid_client *client,
                                            const char *credential_id,
                                            const char *user_id,
                                            const char *username,
                                            char **out);

/**
 * Makes a code with which the user can recover the account. The user is given by
 * `user_id`, `username` or both; one of them is required. Management call:
 * without a private key it fails with `LID_ERROR_PRIVATE_KEY` and sends nothing.
 *
 * Result: `{"code":"…","created_at":"…"}`. Show the code once and keep it out of
 * logs.
 *
 * Errors: those of every call to the service (see above).
 *
 * Free `*out` with `lid_free_string`.
 */
lid_status lid_generate_recovery_code(const lid_client *client,
                                      const char *user_id,
                                      const char *username,
                                      char **out);

/**
 * Adds a public key (SPKI PEM) as a credential. `publickey_alg` may be NULL,
 * which means "ES256". `credential_name` may be NULL. The user is given by
 * `user_id`, `username` or both; one of them is required. Management call:
 * without a private key it fails with `LID_ERROR_PRIVATE_KEY` and sends nothing.
 *
 * Result: the authentication response, with a `jwt` (verified) only if the
 * service sent one: `{"jwt":"…","is_authenticated":true,"user":{"id":"…",
 * "username":"…","namespace_id":"…"},"client":{"id":"…","type":"directweb"},
 * "credential":{"uuid":"…","type":"public_key","name":"…"}}`.
 *
 * Errors: those of every call to the service (see above), and those of
 * `lid_verify_token` for the `jwt`.
 *
 * Free `*out` with `lid_free_string`.
 */
lid_status lid_add_publickey_credential(const lid_client *client,
                                        const char *publickey,
                                        const char *publickey_alg,
                                        const char *user_id,
                                        const char *username,
                                        const char *credential_name,
                                        char **out);

/**
 * Begins adding a FIDO2 credential with an authorized code with the purpose
 * "add_credential". `options_json` as in `lid_force_fido2_credential_init`. Not
 * repeated after a 429: the service may have counted the code as tried.
 *
 * Result: `{"attestation_payload":{…}}` for the browser, completed by
 * `lid_complete_add_fido2_credential`.
 *
 * Errors: those of every call to the service (see above).
 *
 * Free `*out` with `lid_free_string`.
 */
lid_status lid_init_add_fido2_credential_with_code(const lid_client *client,
                                                   const char *code,
                                                   const char *code_type,
                                                   const char *username,
                                                   const char *options_json,
                                                   char **out);

/**
 * Completes adding a FIDO2 credential. `attestation_payload_json` is what the
 * browser answered: `{"credential_uuid":"…","credential_id":"…","challenge":"…",
 * "client_data":"…","attestation_data":"…"}`. `credential_name` may be NULL.
 *
 * Result: the authentication response, its `jwt` verified: `{"jwt":"…",
 * "is_authenticated":true,"user":{"id":"…","username":"…","namespace_id":"…"},
 * "client":{"id":"…","type":"directweb"},"credential":{"uuid":"…",
 * "type":"fido2","name":"…"}}`.
 *
 * Errors: those of every call to the service (see above), and those of
 * `lid_verify_token` for the `jwt`.
 *
 * Free `*out` with `lid_free_string`.
 */
lid_status lid_complete_add_fido2_credential(const lid_client *client,
                                             const char *attestation_payload_json,
                                             const char *username,
                                             const char *credential_name,
                                             char **out);

/**
 * Reads a user's profile. Management call: without a private key it fails with
 * `LID_ERROR_PRIVATE_KEY` and sends nothing.
 *
 * Result: `{"id":"…","client_id":"…","username":"…","status":"active",
 * "type":"…","namespace_id":"…","created_at":"…","updated_at":"…",
 * "contacts":[{"type":"email","contact":"…","is_verified":true}]}`.
 * `LID_ERROR_API` with code `user_not_found` if there is no such user. Repeated
 * after a timeout or a 5xx, since it changes nothing.
 *
 * Errors: those of every call to the service (see above).
 *
 * Free `*out` with `lid_free_string`.
 */
lid_status lid_get_user(const lid_client *client, const char *username, char **out);

/**
 * Adds a user who has no credential yet. Management call: without a private key
 * it fails with `LID_ERROR_PRIVATE_KEY` and sends nothing.
 *
 * Result: the user's profile, as from `lid_get_user`. `LID_ERROR_API` if the
 * name is taken.
 *
 * Errors: those of every call to the service (see above).
 *
 * Free `*out` with `lid_free_string`.
 */
lid_status lid_add_user_without_credentials(const lid_client *client,
                                            const char *username,
                                            char **out);

/**
 * Activates a deactivated user, who can log in again. Management call: without a
 * private key it fails with `LID_ERROR_PRIVATE_KEY` and sends nothing.
 *
 * Result: the user's profile. `LID_ERROR_API` with code `user_not_found` or
 * `user_not_activated`.
 *
 * Errors: those of every call to the service (see above).
 *
 * Free `*out` with `lid_free_string`.
 */
lid_status lid_activate_user_by_id(const lid_client *client,
                                   const char *user_id,
                                   char **out);

/**
 * Deactivates a user, who can no longer log in. Management call: without a
 * private key it fails with `LID_ERROR_PRIVATE_KEY` and sends nothing.
 *
 * Result: the user's profile. `LID_ERROR_API` with code `user_not_found` or
 * `user_not_deactivated`.
 *
 * Errors: those of every call to the service (see above).
 *
 * Free `*out` with `lid_free_string`.
 */
lid_status lid_deactivate_user_by_id(const lid_client *client,
                                     const char *user_id,
                                     char **out);

/**
 * Deletes a user and all credentials. Management call: without a private key it
 * fails with `LID_ERROR_PRIVATE_KEY` and sends nothing.
 *
 * Result: `{}`. `LID_ERROR_API` with code `user_not_found` or
 * `user_not_deleted`.
 *
 * Errors: those of every call to the service (see above).
 *
 * Free `*out` with `lid_free_string`.
 */
lid_status lid_delete_by_user_id(const lid_client *client,
                                 const char *user_id,
                                 char **out);

/**
 * Deletes a user and all credentials. Management call: without a private key it
 * fails with `LID_ERROR_PRIVATE_KEY` and sends nothing.
 *
 * Result: `{}`. `LID_ERROR_API` with code `user_not_found` or
 * `user_not_deleted`.
 *
 * Errors: those of every call to the service (see above).
 *
 * Free `*out` with `lid_free_string`.
 */
lid_status lid_delete_by_username(const lid_client *client,
                                  const char *username,
                                  char **out);

/**
 * Sends the user an email to verify the address. Management call: without a
 * private key it fails with `LID_ERROR_PRIVATE_KEY` and sends nothing.
 *
 * Result: `{}`. `LID_ERROR_API` with code `email_verification_not_sent`.
 *
 * Errors: those of every call to the service (see above).
 *
 * Free `*out` with `lid_free_string`.
 */
lid_status lid_send_email_verification(const lid_client *client,
                                       const char *user_id,
                                       char **out);

/**
 * Begins a FIDO2 registration. `options_json` may be NULL, or
 * `{"display_name":"…","override_name":"…","roaming_authenticator":true,
 * "register_session":true}`, each member optional.
 *
 * Result: `{"attestation_payload":{"credential_uuid":"…","challenge":"…",
 * "rp":{},"user":{},"pubKeyCredParams":[],…},"register_session":"…"}`, the last
 * only if asked for.
 *
 * Errors: those of every call to the service (see above).
 *
 * Free `*out` with `lid_free_string`.
 */
lid_status lid_register_fido2_init(const lid_client *client,
                                   const char *username,
                                   const char *options_json,
                                   char **out);

/**
 * Completes a FIDO2 registration. `attestation_payload_json` is what the browser
 * answered: `{"credential_uuid":"…","credential_id":"…","challenge":"…",
 * "client_data":"…","attestation_data":"…"}`. `credential_name` may be NULL.
 *
 * Result: the authentication response, its `jwt` verified: `{"jwt":"…",
 * "is_authenticated":true,"user":{"id":"…","username":"…","namespace_id":"…"},
 * "client":{"id":"…","type":"directweb"},"credential":{"uuid":"…",
 * "type":"fido2","name":"…"}}`.
 *
 * Errors: those of every call to the service (see above), and those of
 * `lid_verify_token` for the `jwt`.
 *
 * Free `*out` with `lid_free_string`.
 */
lid_status lid_register_fido2_complete(const lid_client *client,
                                       const char *username,
                                       const char *attestation_payload_json,
                                       const char *credential_name,
                                       char **out);

/**
 * Registers a user with a password.
 *
 * Result: the authentication response, its `jwt` verified: `{"jwt":"…",
 * "is_authenticated":true,"user":{"id":"…","username":"…","namespace_id":"…"},
 * "client":{"id":"…","type":"directweb"},"credential":{"uuid":"…",
 * "type":"password","name":"…"}}`.
 *
 * Errors: those of every call to the service (see above), and those of
 * `lid_verify_token` for the `jwt`.
 *
 * Free `*out` with `lid_free_string`.
 */
lid_status lid_register_password(const lid_client *client,
                                 const char *username,
                                 const char *password,
                                 char **out);

/**
 * Logs a user in with a password.
 *
 * Result: the authentication response, its `jwt` verified: `{"jwt":"…",
 * "is_authenticated":true,"user":{"id":"…","username":"…","namespace_id":"…"},
 * "client":{"id":"…","type":"directweb"},"credential":{"uuid":"…",
 * "type":"password","name":"…"}}`.
 *
 * Errors: those of every call to the service (see above), and those of
 * `lid_verify_token` for the `jwt`.
 *
 * Free `*out` with `lid_free_string`.
 */
lid_status lid_authenticate_password(const lid_client *client,
                                     const char *username,
                                     const char *password,
                                     char **out);

/**
 * Begins a FIDO2 login.
 *
 * Result: `{"assertion_payload":{"challenge":"…","rpId":"…",
 * "allowCredentials":[{"id":"…","type":"public-key","transports":[]}],…}}` for
 * the browser.
 *
 * Errors: those of every call to the service (see above).
 *
 * Free `*out` with `lid_free_string`.
 */
lid_status lid_authenticate_fido2_init(const lid_client *client,
                                       const char *username,
                                       char **out);

/**
 * Completes a FIDO2 login. `assertion_payload_json` is what the browser
 * answered: `{"challenge":"…","credential_id":"…","client_data":"…",
 * "authenticator_data":"…","signature":"…"}`.
 *
 * Result: the authentication response, its `jwt` verified: `{"jwt":"…",
 * "is_authenticated":true,"user":{"id":"…","username":"…","namespace_id":"…"},
 * "client":{"id":"…","type":"directweb"},"credential":{"uuid":"…",
 * "type":"fido2","name":"…"}}`.
 *
 * Errors: those of every call to the service (see above), and those of
 * `lid_verify_token` for the `jwt`.
 *
 * Free `*out` with `lid_free_string`.
 */
lid_status lid_authenticate_fido2_complete(const lid_client *client,
                                           const char *username,
                                           const char *assertion_payload_json,
                                           char **out);

/**
 * Begins a login by document scan. `credential_id` may be NULL.
 *
 * Result: `{"credential_uuid":"…","iframe_url":"…"}`.
 *
 * Errors: those of every call to the service (see above).
 *
 * Free `*out` with `lid_free_string`.
 */
lid_status lid_authenticate_doc_scan_init(const lid_client *client,
                                          const char *username,
                                          const char *credential_id,
                                          char **out);

/**
 * Completes a login by document scan.
 *
 * Result: the authentication response, as from `lid_authenticate_password`.
 *
 * Errors: those of every call to the service (see above), and those of
 * `lid_verify_token` for the `jwt`.
 *
 * Free `*out` with `lid_free_string`.
 */
lid_status lid_authenticate_doc_scan_complete(const lid_client *client,
                                              const char *username,
                                              const char *credential_id,
                                              char **out);

/**
 * Begins a login with a public key (SPKI PEM). `publickey_alg` may be NULL,
 * which means "ES256".
 *
 * Result: `{"challenge_id":"…","server_nonce":"…"}`.
 *
 * Errors: those of every call to the service (see above).
 *
 * Free `*out` with `lid_free_string`.
 */
lid_status lid_authenticate_publickey_init(const lid_client *client,
                                           const char *username,
                                           const char *publickey,
                                           const char *publickey_alg,
                                           char **out);

/**
 * Completes a login with a public key. `assertion` is a JWT that the user's
 * private key signed over the challenge.
 *
 * Result: the authentication response, its `jwt` verified: `{"jwt":"…",
 * "is_authenticated":true,"user":{"id":"…","username":"…","namespace_id":"…"},
 * "client":{"id":"…","type":"directweb"},"credential":{"uuid":"…",
 * "type":"public_key","name":"…"}}`.
 *
 * Errors: those of every call to the service (see above), and those of
 * `lid_verify_token` for the `jwt`.
 *
 * Free `*out` with `lid_free_string`.
 */
lid_status lid_authenticate_publickey_complete(const lid_client *client,
                                               const char *username,
                                               const char *challenge_id,
                                               const char *assertion,
                                               char **out);

/**
 * Reads one value of a JSON text by its RFC 6901 pointer, for example
 * "/error/code" or "/credentials/0/uuid"; "" is the whole text.
 *
 * Result: a string without quotes and escapes; any other value as JSON, for
 * example `true`, `42`, `null` or `{"a":1}`. Errors, all
 * `LID_ERROR_INVALID_ARGUMENT`: `pointer_not_found` if there is no such value,
 * `invalid_json`, `invalid_pointer`, `embedded_nul` if the string holds a NUL.
 *
 * Free `*out` with `lid_free_string`.
 */
lid_status lid_json_get(const char *json, const char *pointer, char **out);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* LOGINID_H */

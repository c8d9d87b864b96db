/* What every function does with arguments that are missing, empty or not
 * UTF-8: an error that names the argument, no request, and a client that works
 * as before. */
#include "support.h"

#include <string.h>

#define MOST 6
#define VALID "valid"

/* One function: its texts in order, required ones by name, optional ones with
 * a question mark behind it. */
struct function {
    const char *name;
    lid_status (*call)(const lid_client *client, const char *const *a, char **answer);
    const char *arguments[MOST];
};

typedef const lid_client client_t;
typedef const char *const args;

/* The calls, each with its texts in an array. */
static lid_status generate_service_token(client_t *c, args *a, char **o)
{ return lid_generate_service_token(c, a[0], a[1], a[2], a[3], o); }
static lid_status verify_token(client_t *c, args *a, char **o)
{ return lid_verify_token(c, a[0], a[1], o); }
static lid_status generate_tx_auth_token(client_t *c, args *a, char **o)
{ return lid_generate_tx_auth_token(c, a[0], a[1], a[2], o); }
static lid_status create_tx(client_t *c, args *a, char **o)
{ return lid_create_tx(c, a[0], a[1], a[2], o); }
static lid_status verify_transaction(client_t *c, args *a, char **o)
{ return lid_verify_transaction(c, a[0], a[1], a[2], o); }
static lid_status init_tx(client_t *c, args *a, char **o)
{ return lid_init_tx(c, a[0], a[1], a[2], a[3], o); }
static lid_status complete_tx(client_t *c, args *a, char **o)
{ return lid_complete_tx(c, a[0], a[1], a[2], o); }
static lid_status generate_code(client_t *c, args *a, char **o)
{ return lid_generate_code(c, a[0], a[1], true, a[2], a[3], o); }
static lid_status authorize_code(client_t *c, args *a, char **o)
{ return lid_authorize_code(c, a[0], a[1], a[2], a[3], a[4], o); }
static lid_status invalidate_all_codes(client_t *c, args *a, char **o)
{ return lid_invalidate_all_codes(c, a[0], a[1], a[2], a[3], o); }
static lid_status wait_code(client_t *c, args *a, char **o)
{ return lid_wait_code(c, a[0], a[1], a[2], 0, NULL, o); }
static lid_status get_credentials(client_t *c, args *a, char **o)
{ return lid_get_credentials(c, a[0], a[1], a[2], o); }
static lid_status rename_credential(client_t *c, args *a, char **o)
{ return lid_rename_credential(c, a[0], a[1], a[2], a[3], o); }
static lid_status revoke_credential(client_t *c, args *a, char **o)
{ return lid_revoke_credential(c, a[0], a[1], a[2], o); }
static lid_status force_fido2_credential_init(client_t *c, args *a, char **o)
{ return lid_force_fido2_credential_init(c, a[0], a[1], a[2], o); }
static lid_status add_doc_scan_credential_init(client_t *c, args *a, char **o)
{ return lid_add_doc_scan_credential_init(c, a[0], a[1], a[2], o); }
static lid_status add_doc_scan_credential_complete(client_t *c, args *a, char **o)
{ return lid_add_doc_scan_credential_complete(c, a[0], true, a[1], a[2], o); }
static lid_status evaluate_doc_scan_credential(client_t *c, args *a, char **o)
{ return lid_evaluate_doc_scan_credential(c, a[0], a[1], a[2], o); }
static lid_status generate_recovery_code(client_t *c, args *a, char **o)
{ return lid_generate_recovery_code(c, a[0], a[1], o); }
static lid_status add_publickey_credential(client_t *c, args *a, char **o)
{ return lid_add_publickey_credential(c, a[0], a[1], a[2], a[3], a[4], o); }
static lid_status init_add_fido2_credential_with_code(client_t *c, args *a, char **o)
{ return lid_init_add_fido2_credential_with_code(c, a[0], a[1], a[2], a[3], o); }
static lid_status complete_add_fido2_credential(client_t *c, args *a, char **o)
{ return lid_complete_add_fido2_credential(c, a[0], a[1], a[2], o); }
static lid_status get_user(client_t *c, args *a, char **o)
{ return lid_get_user(c, a[0], o); }
static lid_status add_user_without_credentials(client_t *c, args *a, char **o)
{ return lid_add_user_without_credentials(c, a[0], o); }
static lid_status activate_user_by_id(client_t *c, args *a, char **o)
{ return lid_activate_user_by_id(c, a[0], o); }
static lid_status deactivate_user_by_id(client_t *c, args *a, char **o)
{ return lid_deactivate_user_by_id(c, a[0], o); }
static lid_status delete_by_user_id(client_t *c, args *a, char **o)
{ return lid_delete_by_user_id(c, a[0], o); }
static lid_status delete_by_username(client_t *c, args *a, char **o)
{ return lid_delete_by_username(c, a[0], o); }
static lid_status send_email_verification(client_t *c, args *a, char **o)
{ return lid_send_email_verification(c, a[0], o); }
static lid_status register_fido2_init(client_t *c, args *a, char **o)
{ return lid_register_fido2_init(c, a[0], a[1], o); }
static lid_status register_fido2_complete(client_t *c, args *a, char **o)
{ return lid_register_fido2_complete(c, a[0], a[1], a[2], o); }
static lid_status register_password(client_t *c, args *a, char **o)
{ return lid_register_password(c, a[0], a[1], o); }
static lid_status authenticate_password(client_t *c, args *a, char **o)
{ return lid_authenticate_password(c, a[0], a[1], o); }
static lid_status authenticate_fido2_init(client_t *c, args *a, char **o)
{ return lid_authenticate_fido2_init(c, a[0], o); }
static lid_status authenticate_fido2_complete(client_t *c, args *a, char **o)
{ return lid_authenticate_fido2_complete(c, a[0], a[1], o); }
static lid_status authenticate_doc_scan_init(client_t *c, args *a, char **o)
{ return lid_authenticate_doc_scan_init(c, a[0], a[1], o); }
static lid_status authenticate_doc_scan_complete(client_t *c, args *a, char **o)
{ return lid_authenticate_doc_scan_complete(c, a[0], a[1], o); }
static lid_status authenticate_publickey_init(client_t *c, args *a, char **o)
{ return lid_authenticate_publickey_init(c, a[0], a[1], a[2], o); }
static lid_status authenticate_publickey_complete(client_t *c, args *a, char **o)
{ return lid_authenticate_publickey_complete(c, a[0], a[1], a[2], o); }

static const struct function functions[] = {
    { "generate_service_token", generate_service_token,
      { "scope", "username?", "user_id?", "nonce?" } },
    { "verify_token", verify_token, { "token", "username?" } },
    { "generate_tx_auth_token", generate_tx_auth_token,
      { "tx_payload", "username?", "nonce?" } },
    { "create_tx", create_tx, { "tx_payload", "username?", "nonce?" } },
    { "verify_transaction", verify_transaction, { "tx_token", "tx_payload", "nonce?" } },
    { "init_tx", init_tx, { "username", "tx_id?", "tx_payload?", "nonce?" } },
    { "complete_tx", complete_tx, { "tx_id", "username", "assertion_payload_json" } },
    { "generate_code", generate_code, { "code_type", "purpose", "user_id?", "username?" } },
    { "authorize_code", authorize_code,
      { "code", "code_type", "purpose", "user_id?", "username?" } },
    { "invalidate_all_codes", invalidate_all_codes,
      { "code_type", "purpose", "user_id?", "username?" } },
    { "wait_code", wait_code, { "username", "code", "code_type" } },
    { "get_credentials", get_credentials, { "status?", "user_id?", "username?" } },
    { "rename_credential", rename_credential,
      { "credential_id", "name", "user_id?", "username?" } },
    { "revoke_credential", revoke_credential, { "credential_id", "user_id?", "username?" } },
    { "force_fido2_credential_init", force_fido2_credential_init,
      { "user_id?", "username?", "options_json?" } },
    { "add_doc_scan_credential_init", add_doc_scan_credential_init,
      { "user_id?", "username?", "credential_name?" } },
    { "add_doc_scan_credential_complete", add_doc_scan_credential_complete,
      { "credential_id", "user_id?", "username?" } },
    { "evaluate_doc_scan_credential", evaluate_doc_scan_credential,
      { "credential_id", "user_id?", "username?" } },
    { "generate_recovery_code", generate_recovery_code, { "user_id?", "username?" } },
    { "add_publickey_credential", add_publickey_credential,
      { "publickey", "publickey_alg?", "user_id?", "username?", "credential_name?" } },
    { "init_add_fido2_credential_with_code", init_add_fido2_credential_with_code,
      { "code", "code_type", "username", "options_json?" } },
    { "complete_add_fido2_credential", complete_add_fido2_credential,
      { "attestation_payload_json", "username", "credential_name?" } },
    { "get_user", get_user, { "username" } },
    { "add_user_without_credentials", add_user_without_credentials, { "username" } },
    { "activate_user_by_id", activate_user_by_id, { "user_id" } },
    { "deactivate_user_by_id", deactivate_user_by_id, { "user_id" } },
    { "delete_by_user_id", delete_by_user_id, { "user_id" } },
    { "delete_by_username", delete_by_username, { "username" } },
    { "send_email_verification", send_email_verification, { "user_id" } },
    { "register_fido2_init", register_fido2_init, { "username", "options_json?" } },
    { "register_fido2_complete", register_fido2_complete,
      { "username", "attestation_payload_json", "credential_name?" } },
    { "register_password", register_password, { "username", "password" } },
    { "authenticate_password", authenticate_password, { "username", "password" } },
    { "authenticate_fido2_init", authenticate_fido2_init, { "username" } },
    { "authenticate_fido2_complete", authenticate_fido2_complete,
      { "username", "assertion_payload_json" } },
    { "authenticate_doc_scan_init", authenticate_doc_scan_init,
      { "username", "credential_id?" } },
    { "authenticate_doc_scan_complete", authenticate_doc_scan_complete,
      { "username", "credential_id" } },
    { "authenticate_publickey_init", authenticate_publickey_init,
      { "username", "publickey", "publickey_alg?" } },
    { "authenticate_publickey_complete", authenticate_publickey_complete,
      { "username", "challenge_id", "assertion" } },
};

#define FUNCTIONS (sizeof functions / sizeof *functions)

/* Runs a check for each text of each function. */
static void for_each_argument(void (*check)(const struct function *function, size_t which,
                                            const char **values))
{
    size_t i, which;

    for (i = 0; i < FUNCTIONS; i++) {
        for (which = 0; which < MOST && functions[i].arguments[which] != NULL; which++) {
            const char *values[MOST] = { VALID, VALID, VALID, VALID, VALID, VALID };
            check(&functions[i], which, values);
        }
    }
}

static int is_optional(const char *argument)
{
    return strchr(argument, '?') != NULL;
}

static lid_client *client;

static void expect_refusal(const struct function *function, size_t which, const char **values,
                           const char *code)
{
    const char *argument = replace(function->arguments[which], "?", "");

    ERROR(function->call(client, values, &out), LID_ERROR_INVALID_ARGUMENT, code);
    TEXT("/error/operation", function->name);
    if (!contains(get("/error/message"), text("%s ", argument)))
        FAIL("%s: the message does not name %s", function->name, argument);
}

static void null_is_refused(const struct function *function, size_t which, const char **values)
{
    values[which] = NULL;
    if (!is_optional(function->arguments[which]))
        expect_refusal(function, which, values, "null_argument");
}

/* Also where it may be left out: taking it for "not given" would leave out
 * what the caller asked for. */
static void empty_is_refused(const struct function *function, size_t which, const char **values)
{
    values[which] = "";
    expect_refusal(function, which, values, "empty_argument");
}

static void bad_utf8_is_refused(const struct function *function, size_t which,
                                const char **values)
{
    static const char *const not_utf8[] = {
        "\xff", "a\x80", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82",
    };
    size_t i;

    for (i = 0; i < sizeof not_utf8 / sizeof *not_utf8; i++) {
        values[which] = not_utf8[i];
        expect_refusal(function, which, values, "invalid_utf8");
    }
}

/* Nothing of it has left, and the client works. */
static void client_is_as_before(void)
{
    TEXT_IN(emulator("GET", "requests", ""), "/count", "0");
    add_user(client, USER);
}

static void required_texts_must_not_be_null(void)
{
    client = new_client();
    for_each_argument(null_is_refused);
    client_is_as_before();
}

static void texts_must_not_be_empty(void)
{
    client = new_client();
    for_each_argument(empty_is_refused);
    client_is_as_before();
}

static void texts_must_be_utf8(void)
{
    client = new_client();
    for_each_argument(bad_utf8_is_refused);
    client_is_as_before();
}

static void a_client_is_required(void)
{
    const char *values[MOST] = { VALID, VALID, VALID, VALID, VALID, VALID };
    size_t i;

    for (i = 0; i < FUNCTIONS; i++) {
        ERROR(functions[i].call(NULL, values, &out), LID_ERROR_INVALID_ARGUMENT,
              "null_argument");
        CHECK(contains(get("/error/message"), "client "));
    }
}

static void a_place_for_the_answer_is_required(void)
{
    const char *values[MOST] = { VALID, VALID, VALID, VALID, VALID, VALID };
    size_t i;

    client = new_client();
    for (i = 0; i < FUNCTIONS; i++) {
        CHECK(functions[i].call(client, values, NULL) == LID_ERROR_INVALID_ARGUMENT);
        CHECK(functions[i].call(NULL, values, NULL) == LID_ERROR_INVALID_ARGUMENT);
    }
    client_is_as_before();
}

static void functions_without_a_client_check_too(void)
{
    lid_client *made = (lid_client *)&out;

    ERROR(lid_json_get(NULL, "", &out), LID_ERROR_INVALID_ARGUMENT, "null_argument");
    ERROR(lid_json_get("", "", &out), LID_ERROR_INVALID_ARGUMENT, "empty_argument");
    ERROR(lid_json_get("{}", NULL, &out), LID_ERROR_INVALID_ARGUMENT, "null_argument");
    ERROR(lid_json_get("\xff", "", &out), LID_ERROR_INVALID_ARGUMENT, "invalid_utf8");
    ERROR(lid_json_get("{}", "/\xff", &out), LID_ERROR_INVALID_ARGUMENT, "invalid_utf8");
    CHECK(lid_json_get("{}", "", NULL) == LID_ERROR_INVALID_ARGUMENT);
    CHECK(lid_generate_key_pair(NULL) == LID_ERROR_INVALID_ARGUMENT);

    ERROR(lid_new(NULL, NULL, NULL, &made, &out), LID_ERROR_INVALID_ARGUMENT, "null_argument");
    ERROR(lid_new("\xff", NULL, NULL, &made, &out), LID_ERROR_INVALID_ARGUMENT, "invalid_utf8");
    ERROR(lid_new("a", "", NULL, &made, &out), LID_ERROR_INVALID_ARGUMENT, "empty_argument");
    ERROR(lid_new("a", "\xff", NULL, &made, &out), LID_ERROR_INVALID_ARGUMENT, "invalid_utf8");
    ERROR(lid_new("a", NULL, "", &made, &out), LID_ERROR_INVALID_ARGUMENT, "empty_argument");
    ERROR(lid_new("a", NULL, "\xff", &made, &out), LID_ERROR_INVALID_ARGUMENT, "invalid_utf8");
    CHECK(lid_new("a", NULL, NULL, &made, NULL) == LID_ERROR_INVALID_ARGUMENT);
    ERROR(lid_new_management(NULL, VALID, NULL, &made, &out), LID_ERROR_INVALID_ARGUMENT,
          "null_argument");
    ERROR(lid_new_management("a", NULL, NULL, &made, &out), LID_ERROR_INVALID_ARGUMENT,
          "null_argument");
    ERROR(lid_new_management("a", "", NULL, &made, &out), LID_ERROR_INVALID_ARGUMENT,
          "empty_argument");
    ERROR(lid_new_management("a", "\xff", NULL, &made, &out), LID_ERROR_INVALID_ARGUMENT,
          "invalid_utf8");
    CHECK(lid_new_management("a", VALID, NULL, &made, NULL) == LID_ERROR_INVALID_ARGUMENT);
    ERROR(lid_new_with_config(NULL, &made, &out), LID_ERROR_INVALID_ARGUMENT, "null_argument");
    ERROR(lid_new_with_config("", &made, &out), LID_ERROR_INVALID_ARGUMENT, "empty_argument");
    ERROR(lid_new_with_config("{\"client_id\":\"\xff\"}", &made, &out),
          LID_ERROR_INVALID_ARGUMENT, "invalid_utf8");
    CHECK(lid_new_with_config("{\"client_id\":\"a\"}", &made, NULL) ==
          LID_ERROR_INVALID_ARGUMENT);
    CHECK(made == NULL);
    CHECK(lid_new_from_env(NULL, NULL) == LID_ERROR_INVALID_ARGUMENT);
}

static const struct test tests[] = {
    TEST(required_texts_must_not_be_null),
    TEST(texts_must_not_be_empty),
    TEST(texts_must_be_utf8),
    TEST(a_client_is_required),
    TEST(a_place_for_the_answer_is_required),
    TEST(functions_without_a_client_check_too),
};

TEST_MAIN(tests)

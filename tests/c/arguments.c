/* Each function called through its prototype with texts that are not UTF-8, and
 * without `out`. A text ends where its memory ends: the checks of memory (make
 * sanitize, make valgrind) see whoever reads beyond, and errors that nobody can free.
 * tests/boundary.rs has the errors of each argument. */
#include "support.h"

#define MOST 5

struct function {
    const char *name;
    lid_status (*call)(const lid_client *client, const char *const *a, char **answer);
};

typedef const lid_client client_t;
typedef const char *const args;

/* The calls, each with its texts in an array. */
/* begin generated: calls (make generate, from spec/operations.toml) */
static lid_status generate_service_token(client_t *c, args *a, char **o)
{
    return lid_generate_service_token(c, a[0], a[1], a[2], a[3], o);
}
static lid_status verify_token(client_t *c, args *a, char **o)
{
    return lid_verify_token(c, a[0], a[1], o);
}
static lid_status generate_tx_auth_token(client_t *c, args *a, char **o)
{
    return lid_generate_tx_auth_token(c, a[0], a[1], a[2], o);
}
static lid_status create_tx(client_t *c, args *a, char **o)
{
    return lid_create_tx(c, a[0], a[1], a[2], o);
}
static lid_status verify_transaction(client_t *c, args *a, char **o)
{
    return lid_verify_transaction(c, a[0], a[1], a[2], o);
}
static lid_status init_tx(client_t *c, args *a, char **o)
{
    return lid_init_tx(c, a[0], a[1], a[2], a[3], o);
}
static lid_status complete_tx(client_t *c, args *a, char **o)
{
    return lid_complete_tx(c, a[0], a[1], a[2], o);
}
static lid_status generate_code(client_t *c, args *a, char **o)
{
    return lid_generate_code(c, a[0], a[1], true, a[2], a[3], o);
}
static lid_status authorize_code(client_t *c, args *a, char **o)
{
    return lid_authorize_code(c, a[0], a[1], a[2], a[3], a[4], o);
}
static lid_status invalidate_all_codes(client_t *c, args *a, char **o)
{
    return lid_invalidate_all_codes(c, a[0], a[1], a[2], a[3], o);
}
static lid_status wait_code(client_t *c, args *a, char **o)
{
    return lid_wait_code(c, a[0], a[1], a[2], 0, NULL, o);
}
static lid_status get_credentials(client_t *c, args *a, char **o)
{
    return lid_get_credentials(c, a[0], a[1], a[2], o);
}
static lid_status rename_credential(client_t *c, args *a, char **o)
{
    return lid_rename_credential(c, a[0], a[1], a[2], a[3], o);
}
static lid_status revoke_credential(client_t *c, args *a, char **o)
{
    return lid_revoke_credential(c, a[0], a[1], a[2], o);
}
static lid_status force_fido2_credential_init(client_t *c, args *a, char **o)
{
    return lid_force_fido2_credential_init(c, a[0], a[1], a[2], o);
}
static lid_status add_doc_scan_credential_init(client_t *c, args *a, char **o)
{
    return lid_add_doc_scan_credential_init(c, a[0], a[1], a[2], o);
}
static lid_status add_doc_scan_credential_complete(client_t *c, args *a, char **o)
{
    return lid_add_doc_scan_credential_complete(c, a[0], true, a[1], a[2], o);
}
static lid_status evaluate_doc_scan_credential(client_t *c, args *a, char **o)
{
    return lid_evaluate_doc_scan_credential(c, a[0], a[1], a[2], o);
}
static lid_status generate_recovery_code(client_t *c, args *a, char **o)
{
    return lid_generate_recovery_code(c, a[0], a[1], o);
}
static lid_status add_publickey_credential(client_t *c, args *a, char **o)
{
    return lid_add_publickey_credential(c, a[0], a[1], a[2], a[3], a[4], o);
}
static lid_status init_add_fido2_credential_with_code(client_t *c, args *a, char **o)
{
    return lid_init_add_fido2_credential_with_code(c, a[0], a[1], a[2], a[3], o);
}
static lid_status complete_add_fido2_credential(client_t *c, args *a, char **o)
{
    return lid_complete_add_fido2_credential(c, a[0], a[1], a[2], o);
}
static lid_status get_user(client_t *c, args *a, char **o)
{
    return lid_get_user(c, a[0], o);
}
static lid_status add_user_without_credentials(client_t *c, args *a, char **o)
{
    return lid_add_user_without_credentials(c, a[0], o);
}
static lid_status activate_user_by_id(client_t *c, args *a, char **o)
{
    return lid_activate_user_by_id(c, a[0], o);
}
static lid_status deactivate_user_by_id(client_t *c, args *a, char **o)
{
    return lid_deactivate_user_by_id(c, a[0], o);
}
static lid_status delete_by_user_id(client_t *c, args *a, char **o)
{
    return lid_delete_by_user_id(c, a[0], o);
}
static lid_status delete_by_username(client_t *c, args *a, char **o)
{
    return lid_delete_by_username(c, a[0], o);
}
static lid_status send_email_verification(client_t *c, args *a, char **o)
{
    return lid_send_email_verification(c, a[0], o);
}
static lid_status register_fido2_init(client_t *c, args *a, char **o)
{
    return lid_register_fido2_init(c, a[0], a[1], o);
}
static lid_status register_fido2_complete(client_t *c, args *a, char **o)
{
    return lid_register_fido2_complete(c, a[0], a[1], a[2], o);
}
static lid_status register_password(client_t *c, args *a, char **o)
{
    return lid_register_password(c, a[0], a[1], o);
}
static lid_status authenticate_password(client_t *c, args *a, char **o)
{
    return lid_authenticate_password(c, a[0], a[1], o);
}
static lid_status authenticate_fido2_init(client_t *c, args *a, char **o)
{
    return lid_authenticate_fido2_init(c, a[0], o);
}
static lid_status authenticate_fido2_complete(client_t *c, args *a, char **o)
{
    return lid_authenticate_fido2_complete(c, a[0], a[1], o);
}
static lid_status authenticate_doc_scan_init(client_t *c, args *a, char **o)
{
    return lid_authenticate_doc_scan_init(c, a[0], a[1], o);
}
static lid_status authenticate_doc_scan_complete(client_t *c, args *a, char **o)
{
    return lid_authenticate_doc_scan_complete(c, a[0], a[1], o);
}
static lid_status authenticate_publickey_init(client_t *c, args *a, char **o)
{
    return lid_authenticate_publickey_init(c, a[0], a[1], a[2], o);
}
static lid_status authenticate_publickey_complete(client_t *c, args *a, char **o)
{
    return lid_authenticate_publickey_complete(c, a[0], a[1], a[2], o);
}

static const struct function functions[] = {
    { "generate_service_token", generate_service_token },
    { "verify_token", verify_token },
    { "generate_tx_auth_token", generate_tx_auth_token },
    { "create_tx", create_tx },
    { "verify_transaction", verify_transaction },
    { "init_tx", init_tx },
    { "complete_tx", complete_tx },
    { "generate_code", generate_code },
    { "authorize_code", authorize_code },
    { "invalidate_all_codes", invalidate_all_codes },
    { "wait_code", wait_code },
    { "get_credentials", get_credentials },
    { "rename_credential", rename_credential },
    { "revoke_credential", revoke_credential },
    { "force_fido2_credential_init", force_fido2_credential_init },
    { "add_doc_scan_credential_init", add_doc_scan_credential_init },
    { "add_doc_scan_credential_complete", add_doc_scan_credential_complete },
    { "evaluate_doc_scan_credential", evaluate_doc_scan_credential },
    { "generate_recovery_code", generate_recovery_code },
    { "add_publickey_credential", add_publickey_credential },
    { "init_add_fido2_credential_with_code", init_add_fido2_credential_with_code },
    { "complete_add_fido2_credential", complete_add_fido2_credential },
    { "get_user", get_user },
    { "add_user_without_credentials", add_user_without_credentials },
    { "activate_user_by_id", activate_user_by_id },
    { "deactivate_user_by_id", deactivate_user_by_id },
    { "delete_by_user_id", delete_by_user_id },
    { "delete_by_username", delete_by_username },
    { "send_email_verification", send_email_verification },
    { "register_fido2_init", register_fido2_init },
    { "register_fido2_complete", register_fido2_complete },
    { "register_password", register_password },
    { "authenticate_password", authenticate_password },
    { "authenticate_fido2_init", authenticate_fido2_init },
    { "authenticate_fido2_complete", authenticate_fido2_complete },
    { "authenticate_doc_scan_init", authenticate_doc_scan_init },
    { "authenticate_doc_scan_complete", authenticate_doc_scan_complete },
    { "authenticate_publickey_init", authenticate_publickey_init },
    { "authenticate_publickey_complete", authenticate_publickey_complete },
};
/* end generated: calls (make generate, from spec/operations.toml) */

#define FUNCTIONS (sizeof functions / sizeof *functions)

/* A text that ends in the middle of a character. */
static const char *cut_off(void)
{
    return copy("a\xe2\x82");
}

static void texts_are_read_to_their_end_and_no_further(void)
{
    const char *cut = cut_off();
    const char *values[MOST] = { cut, cut, cut, cut, cut };
    lid_client *client = new_client();
    size_t i;

    for (i = 0; i < FUNCTIONS; i++) {
        ERROR(functions[i].call(client, values, &out), LID_ERROR_INVALID_ARGUMENT,
              "invalid_utf8");
        TEXT("/error/operation", functions[i].name);
    }
    /* Nothing was sent, and the client still works. */
    TEXT_IN(emulator("GET", "requests", ""), "/count", "0");
    add_user(client, USER);
}

static void a_call_without_out_has_the_same_status(void)
{
    const char *cut = cut_off();
    const char *const valid[MOST] = { "valid", "valid", "valid", "valid", "valid" };
    const char *const not_utf8[MOST] = { cut, cut, cut, cut, cut };
    lid_client *nowhere = client_from_json("{\"client_id\":\"a\",\"max_retries\":0,"
                                           "\"base_url\":\"http://127.0.0.1:1\"}");
    lid_client *client = new_client();
    size_t i;

    for (i = 0; i < FUNCTIONS; i++) {
        char *answer;
        lid_status status = functions[i].call(nowhere, valid, &answer);

        lid_free_string(answer);
        CHECK(functions[i].call(nowhere, valid, NULL) == status);
        CHECK(functions[i].call(nowhere, not_utf8, NULL) == LID_ERROR_INVALID_ARGUMENT);
        CHECK(functions[i].call(NULL, valid, NULL) == LID_ERROR_INVALID_ARGUMENT);
    }
    TEXT_IN(emulator("GET", "requests", ""), "/count", "0");
    /* The call is made. */
    CHECK(lid_add_user_without_credentials(client, USER, NULL) == LID_OK);
    OK(lid_get_user(client, USER, &out));
}

static void functions_without_a_client_check_too(void)
{
    const char *cut = cut_off();
    lid_client *made = (lid_client *)&out;
    lid_json *document = (lid_json *)&out;
    const char *value = cut;

    ERROR(lid_json_get(cut, cut, &out), LID_ERROR_INVALID_ARGUMENT, "invalid_utf8");
    ERROR(lid_json_quote(cut, &out), LID_ERROR_INVALID_ARGUMENT, "invalid_utf8");
    ERROR(lid_json_parse(cut, &document, &out), LID_ERROR_INVALID_ARGUMENT, "invalid_utf8");
    CHECK(document == NULL);
    OK(lid_json_parse("{\"a\":\"b\"}", &document, &out));
    CHECK(lid_json_string(document, cut, &value) == LID_ERROR_INVALID_ARGUMENT);
    CHECK(value == NULL);
    lid_json_free(document);
    ERROR(lid_new(cut, cut, cut, &made, &out), LID_ERROR_INVALID_ARGUMENT, "invalid_utf8");
    CHECK(made == NULL);
    made = (lid_client *)&out;
    ERROR(lid_new_management(cut, cut, cut, &made, &out), LID_ERROR_INVALID_ARGUMENT,
          "invalid_utf8");
    CHECK(made == NULL);
    made = (lid_client *)&out;
    ERROR(lid_new_with_config(cut, &made, &out), LID_ERROR_INVALID_ARGUMENT, "invalid_utf8");
    CHECK(made == NULL);

    CHECK(lid_json_get("{}", "", NULL) == LID_OK);
    CHECK(lid_json_get("{", "", NULL) == LID_ERROR_INVALID_ARGUMENT);
    CHECK(lid_generate_key_pair(NULL) == LID_OK);
    CHECK(lid_new("a", NULL, NULL, &made, NULL) == LID_OK);
    lid_free(made);
    made = (lid_client *)&out;
    CHECK(lid_new_management("a", "valid", NULL, &made, NULL) == LID_ERROR_PRIVATE_KEY);
    CHECK(made == NULL);
    CHECK(lid_new_with_config("{\"client_id\":\"a\"}", &made, NULL) == LID_OK);
    lid_free(made);
    CHECK(lid_new_from_env(&made, NULL) == LID_OK);
    lid_free(made);
    CHECK(lid_new_from_env(NULL, NULL) == LID_ERROR_INVALID_ARGUMENT);
}

static void with_options_checks_too(void)
{
    lid_client *client = new_client(), *derived = (lid_client *)&out;

    ERROR(lid_with_options(client, cut_off(), NULL, &derived, &out), LID_ERROR_INVALID_ARGUMENT,
          "invalid_utf8");
    CHECK(derived == NULL);
    derived = (lid_client *)&out;
    ERROR(lid_with_options(NULL, NULL, NULL, &derived, &out), LID_ERROR_INVALID_ARGUMENT,
          "null_argument");
    CHECK(derived == NULL);
    CHECK(lid_with_options(client, NULL, NULL, NULL, NULL) == LID_ERROR_INVALID_ARGUMENT);
    CHECK(lid_with_options(client, "{}", NULL, &derived, NULL) == LID_OK);
    lid_free(derived);
}

static const struct test tests[] = {
    TEST(texts_are_read_to_their_end_and_no_further),
    TEST(a_call_without_out_has_the_same_status),
    TEST(functions_without_a_client_check_too),
    TEST(with_options_checks_too),
};

TEST_MAIN(tests)

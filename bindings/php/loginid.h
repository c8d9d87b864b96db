#define FFI_SCOPE "LOGINID"
#define FFI_LIB "libloginid.so.0"
typedef enum {
    LID_OK = 0,
    LID_ERROR_INVALID_ARGUMENT = 1,
    LID_ERROR_CONFIG = 2,
    LID_ERROR_PRIVATE_KEY = 3,
    LID_ERROR_TOKEN_INVALID = 4,
    LID_ERROR_TOKEN_EXPIRED = 5,
    LID_ERROR_CLAIM_MISMATCH = 6,
    LID_ERROR_API = 7,
    LID_ERROR_RATE_LIMITED = 8,
    LID_ERROR_NETWORK = 9,
    LID_ERROR_TLS = 10,
    LID_ERROR_TIMEOUT = 11,
    LID_ERROR_CANCELLED = 12,
    LID_ERROR_RESPONSE = 13,
    LID_ERROR_INTERNAL = 14,
} lid_status;

typedef enum {
    LID_JSON_ABSENT = 0,
    LID_JSON_NULL = 1,
    LID_JSON_BOOL = 2,
    LID_JSON_NUMBER = 3,
    LID_JSON_STRING = 4,
    LID_JSON_ARRAY = 5,
    LID_JSON_OBJECT = 6,
} lid_json_kind;

typedef struct lid_cancel lid_cancel;

typedef struct lid_client lid_client;

typedef struct lid_json lid_json;

typedef void (*lid_log_fn)(const char *event_json, void *user_data);

const char *lid_status_name(int32_t status);

lid_status lid_new(const char *client_id,
                   const char *private_key,
                   const char *base_url,
                   lid_client **client,
                   char **out);

lid_status lid_new_management(const char *client_id,
                              const char *private_key,
                              const char *base_url,
                              lid_client **client,
                              char **out);

lid_status lid_new_with_config(const char *config_json,
                               lid_client **client,
                               char **out);

lid_status lid_new_from_env(lid_client **client, char **out);

void lid_free(lid_client *client);

void lid_free_string(char *string);

const char *lid_version(void);

lid_status lid_generate_key_pair(char **out);

void lid_set_log_callback(lid_client *client, lid_log_fn callback, void *user_data);

lid_status lid_generate_service_token(const lid_client *client,
                                      const char *scope,
                                      const char *username,
                                      const char *user_id,
                                      const char *nonce,
                                      char **out);

lid_status lid_verify_token(const lid_client *client,
                            const char *token,
                            const char *username,
                            char **out);

lid_status lid_generate_tx_auth_token(const lid_client *client,
                                      const char *tx_payload,
                                      const char *username,
                                      const char *nonce,
                                      char **out);

lid_status lid_create_tx(const lid_client *client,
                         const char *tx_payload,
                         const char *username,
                         const char *nonce,
                         char **out);

lid_status lid_verify_transaction(const lid_client *client,
                                  const char *tx_token,
                                  const char *tx_payload,
                                  const char *nonce,
                                  char **out);

lid_status lid_init_tx(const lid_client *client,
                       const char *username,
                       const char *tx_id,
                       const char *tx_payload,
                       const char *nonce,
                       char **out);

lid_status lid_complete_tx(const lid_client *client,
                           const char *tx_id,
                           const char *username,
                           const char *assertion_payload_json,
                           char **out);

lid_status lid_generate_code(const lid_client *client,
                             const char *code_type,
                             const char *purpose,
                             bool authorize,
                             const char *user_id,
                             const char *username,
                             char **out);

lid_status lid_authorize_code(const lid_client *client,
                              const char *code,
                              const char *code_type,
                              const char *purpose,
                              const char *user_id,
                              const char *username,
                              char **out);

lid_status lid_invalidate_all_codes(const lid_client *client,
                                    const char *code_type,
                                    const char *purpose,
                                    const char *user_id,
                                    const char *username,
                                    char **out);

lid_status lid_wait_code(const lid_client *client,
                         const char *username,
                         const char *code,
                         const char *code_type,
                         uint32_t timeout_ms,
                         lid_cancel *cancel,
                         char **out);

lid_cancel *lid_cancel_new(void);

void lid_cancel_trigger(lid_cancel *cancel);

void lid_cancel_free(lid_cancel *cancel);

lid_status lid_get_credentials(const lid_client *client,
                               const char *status,
                               const char *user_id,
                               const char *username,
                               char **out);

lid_status lid_rename_credential(const lid_client *client,
                                 const char *credential_id,
                                 const char *name,
                                 const char *user_id,
                                 const char *username,
                                 char **out);

lid_status lid_revoke_credential(const lid_client *client,
                                 const char *credential_id,
                                 const char *user_id,
                                 const char *username,
                                 char **out);

lid_status lid_force_fido2_credential_init(const lid_client *client,
                                           const char *user_id,
                                           const char *username,
                                           const char *options_json,
                                           char **out);

lid_status lid_add_doc_scan_credential_init(const lid_client *client,
                                            const char *user_id,
                                            const char *username,
                                            const char *credential_name,
                                            char **out);

lid_status lid_add_doc_scan_credential_complete(const lid_client *client,
                                                const char *credential_id,
                                                bool activate,
                                                const char *user_id,
                                                const char *username,
                                                char **out);

lid_status lid_evaluate_doc_scan_credential(const lid_client *client,
                                            const char *credential_id,
                                            const char *user_id,
                                            const char *username,
                                            char **out);

lid_status lid_generate_recovery_code(const lid_client *client,
                                      const char *user_id,
                                      const char *username,
                                      char **out);

lid_status lid_add_publickey_credential(const lid_client *client,
                                        const char *publickey,
                                        const char *publickey_alg,
                                        const char *user_id,
                                        const char *username,
                                        const char *credential_name,
                                        char **out);

lid_status lid_init_add_fido2_credential_with_code(const lid_client *client,
                                                   const char *code,
                                                   const char *code_type,
                                                   const char *username,
                                                   const char *options_json,
                                                   char **out);

lid_status lid_complete_add_fido2_credential(const lid_client *client,
                                             const char *attestation_payload_json,
                                             const char *username,
                                             const char *credential_name,
                                             char **out);

lid_status lid_get_user(const lid_client *client, const char *username, char **out);

lid_status lid_add_user_without_credentials(const lid_client *client,
                                            const char *username,
                                            char **out);

lid_status lid_activate_user_by_id(const lid_client *client,
                                   const char *user_id,
                                   char **out);

lid_status lid_deactivate_user_by_id(const lid_client *client,
                                     const char *user_id,
                                     char **out);

lid_status lid_delete_by_user_id(const lid_client *client,
                                 const char *user_id,
                                 char **out);

lid_status lid_delete_by_username(const lid_client *client,
                                  const char *username,
                                  char **out);

lid_status lid_send_email_verification(const lid_client *client,
                                       const char *user_id,
                                       char **out);

lid_status lid_register_fido2_init(const lid_client *client,
                                   const char *username,
                                   const char *options_json,
                                   char **out);

lid_status lid_register_fido2_complete(const lid_client *client,
                                       const char *username,
                                       const char *attestation_payload_json,
                                       const char *credential_name,
                                       char **out);

lid_status lid_register_password(const lid_client *client,
                                 const char *username,
                                 const char *password,
                                 char **out);

lid_status lid_authenticate_password(const lid_client *client,
                                     const char *username,
                                     const char *password,
                                     char **out);

lid_status lid_authenticate_fido2_init(const lid_client *client,
                                       const char *username,
                                       char **out);

lid_status lid_authenticate_fido2_complete(const lid_client *client,
                                           const char *username,
                                           const char *assertion_payload_json,
                                           char **out);

lid_status lid_authenticate_doc_scan_init(const lid_client *client,
                                          const char *username,
                                          const char *credential_id,
                                          char **out);

lid_status lid_authenticate_doc_scan_complete(const lid_client *client,
                                              const char *username,
                                              const char *credential_id,
                                              char **out);

lid_status lid_authenticate_publickey_init(const lid_client *client,
                                           const char *username,
                                           const char *publickey,
                                           const char *publickey_alg,
                                           char **out);

lid_status lid_authenticate_publickey_complete(const lid_client *client,
                                               const char *username,
                                               const char *challenge_id,
                                               const char *assertion,
                                               char **out);

lid_status lid_json_get(const char *json, const char *pointer, char **out);

lid_status lid_json_parse(const char *json, lid_json **document, char **out);

lid_status lid_json_string(const lid_json *document,
                           const char *pointer,
                           const char **value);

lid_status lid_json_int64(const lid_json *document,
                          const char *pointer,
                          int64_t *value);

lid_status lid_json_double(const lid_json *document,
                           const char *pointer,
                           double *value);

lid_status lid_json_bool(const lid_json *document, const char *pointer, bool *value);

lid_status lid_json_count(const lid_json *document, const char *pointer, size_t *count);

lid_status lid_json_name(const lid_json *document,
                         const char *pointer,
                         size_t index,
                         const char **name);

int32_t lid_json_type(const lid_json *document, const char *pointer);

void lid_json_free(lid_json *document);

lid_status lid_json_quote(const char *text, char **out);


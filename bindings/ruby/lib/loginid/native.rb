# frozen_string_literal: true

require 'ffi'

module Loginid
  # The functions of libloginid, as include/loginid_ffi.h declares them. A test
  # compares this list with the header.
  module Native
    extend FFI::Library

    # Name => [types of the arguments, type of the result].
    FUNCTIONS = {} # rubocop:disable Style/MutableConstant

    # LOGINID_LIBRARY is the full path of a library that is not installed.
    library = ENV.fetch('LOGINID_LIBRARY', '')
    ffi_lib library.empty? ? 'libloginid.so.0' : library

    callback :lid_log_fn, %i[string pointer], :void

    # Blocking: the global lock is released during the call, so that other
    # threads run.
    def self.bind(name, arguments, result = :int)
      attach_function name, arguments, result, blocking: true
      FUNCTIONS[name] = [arguments, result].freeze
    end
    private_class_method :bind

    bind :lid_version, [], :string
    bind :lid_status_name, %i[int32], :string
    bind :lid_free_string, %i[pointer], :void
    bind :lid_generate_key_pair, %i[pointer]
    bind :lid_json_get, %i[string string pointer]

    bind :lid_new, %i[string string string pointer pointer]
    bind :lid_new_management, %i[string string string pointer pointer]
    bind :lid_new_with_config, %i[string pointer pointer]
    bind :lid_new_from_env, %i[pointer pointer]
    bind :lid_free, %i[pointer], :void
    bind :lid_set_log_callback, %i[pointer lid_log_fn pointer], :void

    bind :lid_generate_service_token, %i[pointer string string string string pointer]
    bind :lid_verify_token, %i[pointer string string pointer]
    bind :lid_generate_tx_auth_token, %i[pointer string string string pointer]
    bind :lid_create_tx, %i[pointer string string string pointer]
    bind :lid_verify_transaction, %i[pointer string string string pointer]
    bind :lid_init_tx, %i[pointer string string string string pointer]
    bind :lid_complete_tx, %i[pointer string string string pointer]

    bind :lid_generate_code, %i[pointer string string bool string string pointer]
    bind :lid_authorize_code, %i[pointer string string string string string pointer]
    bind :lid_invalidate_all_codes, %i[pointer string string string string pointer]
    bind :lid_wait_code, %i[pointer string string string uint32 pointer pointer]
    bind :lid_cancel_new, [], :pointer
    bind :lid_cancel_trigger, %i[pointer], :void
    bind :lid_cancel_free, %i[pointer], :void

    bind :lid_get_credentials, %i[pointer string string string pointer]
    bind :lid_rename_credential, %i[pointer string string string string pointer]
    bind :lid_revoke_credential, %i[pointer string string string pointer]
    bind :lid_force_fido2_credential_init, %i[pointer string string string pointer]
    bind :lid_add_doc_scan_credential_init, %i[pointer string string string pointer]
    bind :lid_add_doc_scan_credential_complete, %i[pointer string bool string string pointer]
    bind :lid_evaluate_doc_scan_credential, %i[pointer string string string pointer]
    bind :lid_generate_recovery_code, %i[pointer string string pointer]
    bind :lid_add_publickey_credential, %i[pointer string string string string string pointer]
    bind :lid_init_add_fido2_credential_with_code, %i[pointer string string string string pointer]
    bind :lid_complete_add_fido2_credential, %i[pointer string string string pointer]

    bind :lid_get_user, %i[pointer string pointer]
    bind :lid_add_user_without_credentials, %i[pointer string pointer]
    bind :lid_activate_user_by_id, %i[pointer string pointer]
    bind :lid_deactivate_user_by_id, %i[pointer string pointer]
    bind :lid_delete_by_user_id, %i[pointer string pointer]
    bind :lid_delete_by_username, %i[pointer string pointer]
    bind :lid_send_email_verification, %i[pointer string pointer]

    bind :lid_register_fido2_init, %i[pointer string string pointer]
    bind :lid_register_fido2_complete, %i[pointer string string string pointer]
    bind :lid_register_password, %i[pointer string string pointer]
    bind :lid_authenticate_password, %i[pointer string string pointer]
    bind :lid_authenticate_fido2_init, %i[pointer string pointer]
    bind :lid_authenticate_fido2_complete, %i[pointer string string pointer]
    bind :lid_authenticate_doc_scan_init, %i[pointer string string pointer]
    bind :lid_authenticate_doc_scan_complete, %i[pointer string string pointer]
    bind :lid_authenticate_publickey_init, %i[pointer string string string pointer]
    bind :lid_authenticate_publickey_complete, %i[pointer string string string pointer]

    FUNCTIONS.freeze
  end
  private_constant :Native
end

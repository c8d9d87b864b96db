# frozen_string_literal: true

module Loginid
  module Api
    # A user's credentials.
    module Credentials
      # {"user_id" => …, "credentials" => […]}; with status: only those that are
      # "active", "inactive", "revoked" or "deleted".
      def get_credentials(status: nil, user_id: nil, username: nil)
        call(:lid_get_credentials, status: status, user_id: user_id, username: username)
      end

      # Changes the name of a credential.
      def rename_credential(credential_id, name, user_id: nil, username: nil)
        call(:lid_rename_credential, credential_id: credential_id, name: name, user_id: user_id,
             username: username)
      end

      # Revokes a credential permanently.
      def revoke_credential(credential_id, user_id: nil, username: nil)
        call(:lid_revoke_credential, credential_id: credential_id, user_id: user_id, username: username)
      end

      # Begins adding a FIDO2 credential without the user's code. The options, a
      # Hash or JSON: display_name, override_name, roaming_authenticator.
      def force_fido2_credential_init(user_id: nil, username: nil, options: nil)
        call(:lid_force_fido2_credential_init, user_id: user_id, username: username, options: options)
      end

      # Begins adding a FIDO2 credential with a code of the purpose
      # "add_credential". The options as in force_fido2_credential_init.
      def init_add_fido2_credential_with_code(code, code_type, username, options: nil)
        call(:lid_init_add_fido2_credential_with_code, code: code, code_type: code_type, username: username,
             options: options)
      end

      # Completes adding a FIDO2 credential with the browser's answer, a Hash or JSON.
      def complete_add_fido2_credential(attestation_payload, username, credential_name: nil)
        call(:lid_complete_add_fido2_credential, attestation_payload: attestation_payload, username: username,
             credential_name: credential_name)
      end

      # Begins adding a document scan: {"credential_uuid" => …, "iframe_url" => …}.
      def add_doc_scan_credential_init(user_id: nil, username: nil, credential_name: nil)
        call(:lid_add_doc_scan_credential_init, user_id: user_id, username: username,
             credential_name: credential_name)
      end

      # Completes adding a document scan.
      def add_doc_scan_credential_complete(credential_id, activate: false, user_id: nil, username: nil)
        call(:lid_add_doc_scan_credential_complete, credential_id: credential_id, activate: activate,
             user_id: user_id, username: username)
      end

      # Returns the URL of the result of a document scan.
      def evaluate_doc_scan_credential(credential_id, user_id: nil, username: nil)
        call(:lid_evaluate_doc_scan_credential, credential_id: credential_id, user_id: user_id, username: username)
      end

      # Makes a code to recover the account. Show it to the user once.
      def generate_recovery_code(user_id: nil, username: nil)
        call(:lid_generate_recovery_code, user_id: user_id, username: username)
      end

      # Adds a public key (SPKI PEM) as a credential.
      def add_publickey_credential(publickey, publickey_alg: nil, user_id: nil, username: nil, credential_name: nil)
        call(:lid_add_publickey_credential, publickey: publickey, publickey_alg: publickey_alg, user_id: user_id,
             username: username, credential_name: credential_name)
      end
    end
  end
end

# frozen_string_literal: true

module Loginid
  module Api
    # Logging users in. Methods that complete a login return the authentication
    # response, whose "jwt" is already verified.
    module Authentication
      def authenticate_password(username, password)
        call(:lid_authenticate_password, username: username, password: password)
      end

      # {"assertion_payload" => {…}} for the browser.
      def authenticate_fido2_init(username)
        call(:lid_authenticate_fido2_init, username: username)
      end

      # With the browser's answer, a Hash or JSON.
      def authenticate_fido2_complete(username, assertion_payload)
        call(:lid_authenticate_fido2_complete, username: username, assertion_payload: assertion_payload)
      end

      # {"credential_uuid" => …, "iframe_url" => …}
      def authenticate_doc_scan_init(username, credential_id: nil)
        call(:lid_authenticate_doc_scan_init, username: username, credential_id: credential_id)
      end

      def authenticate_doc_scan_complete(username, credential_id)
        call(:lid_authenticate_doc_scan_complete, username: username, credential_id: credential_id)
      end

      # {"challenge_id" => …, "server_nonce" => …} for the user's key (SPKI PEM).
      def authenticate_publickey_init(username, publickey, publickey_alg: nil)
        call(:lid_authenticate_publickey_init, username: username, publickey: publickey,
             publickey_alg: publickey_alg)
      end

      # With a JWT that the user's key signed over the challenge.
      def authenticate_publickey_complete(username, challenge_id, assertion)
        call(:lid_authenticate_publickey_complete, username: username, challenge_id: challenge_id,
             assertion: assertion)
      end
    end
  end
end

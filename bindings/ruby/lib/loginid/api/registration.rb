# frozen_string_literal: true

module Loginid
  module Api
    # Registering users.
    module Registration
      # Begins a FIDO2 registration. The options, a Hash or JSON: display_name,
      # override_name, roaming_authenticator, register_session.
      def register_fido2_init(username, options: nil)
        call(:lid_register_fido2_init, username: username, options: options)
      end

      # Completes a FIDO2 registration with the browser's answer, a Hash or JSON;
      # returns the authentication response.
      def register_fido2_complete(username, attestation_payload, credential_name: nil)
        call(:lid_register_fido2_complete, username: username, attestation_payload: attestation_payload,
             credential_name: credential_name)
      end

      # Registers a user with a password; returns the authentication response.
      def register_password(username, password)
        call(:lid_register_password, username: username, password: password)
      end
    end
  end
end

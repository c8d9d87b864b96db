# frozen_string_literal: true

module Loginid
  module Api
    # Making and verifying tokens.
    module Tokens
      # A service token for one request of a scope, for example
      # "users.retrieve": {"token" => …}. No request is made.
      def generate_service_token(scope, username: nil, user_id: nil, nonce: nil)
        call(:lid_generate_service_token, scope: scope, username: username, user_id: user_id, nonce: nonce)
      end

      # Verifies a token of the service, and with username: that it is this user's:
      # {"valid" => true, "header" => {…}, "claims" => {…}}. Raises for any other
      # token: TokenInvalidError, TokenExpiredError or ClaimMismatchError.
      def verify_token(token, username: nil)
        call(:lid_verify_token, token: token, username: username)
      end

      # A transaction token: it allows creating one transaction of this payload.
      def generate_tx_auth_token(tx_payload, username: nil, nonce: nil)
        call(:lid_generate_tx_auth_token, tx_payload: tx_payload, username: username, nonce: nonce)
      end
    end
  end
end

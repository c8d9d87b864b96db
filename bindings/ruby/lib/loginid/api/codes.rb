# frozen_string_literal: true

module Loginid
  module Api
    # Codes that log a user in or allow adding a credential. The type is "short",
    # "long" or "phrase", the purpose "temporary_authentication" or
    # "add_credential". Both may be Symbols.
    module Codes
      # Makes a code; with authorize: true it can be used at once. authorize: must
      # be true or false, anything else is a TypeError.
      def generate_code(code_type, purpose, authorize: false, user_id: nil, username: nil)
        call(:lid_generate_code, code_type: code_type, purpose: purpose, authorize: authorize, user_id: user_id,
             username: username)
      end

      # Allows a code to be used.
      def authorize_code(code, code_type, purpose, user_id: nil, username: nil)
        call(:lid_authorize_code, code: code, code_type: code_type, purpose: purpose, user_id: user_id,
             username: username)
      end

      # Invalidates all of a user's codes of a type and purpose.
      def invalidate_all_codes(code_type, purpose, user_id: nil, username: nil)
        call(:lid_invalidate_all_codes, code_type: code_type, purpose: purpose, user_id: user_id,
             username: username)
      end

      # Waits until a code is authorized, which logs the user in: the authentication
      # response. The timeout is a positive number of seconds; without one it is the
      # configured limit (180 s). Other threads run during the wait. Timeout.timeout,
      # Thread#raise and Ctrl-C end the wait at once, and so does #trigger of a Cancel
      # given as cancel:.
      def wait_code(username, code, code_type, timeout: nil, cancel: nil)
        call_interruptibly(cancel, :lid_wait_code, username: username, code: code, code_type: code_type,
                           timeout: timeout)
      end
    end
  end
end

# frozen_string_literal: true

module Loginid
  module Api
    # Codes that log a user in or allow adding a credential. The type is "short",
    # "long" or "phrase", the purpose "temporary_authentication" or
    # "add_credential"; symbols will do.
    module Codes
      # Makes a code; with authorize: true it may be used at once.
      def generate_code(code_type, purpose, authorize: false, user_id: nil, username: nil)
        call(:lid_generate_code, Arguments.text(code_type), Arguments.text(purpose), authorize ? true : false,
             Arguments.text(user_id), Arguments.text(username))
      end

      # Allows a code to be used.
      def authorize_code(code, code_type, purpose, user_id: nil, username: nil)
        call(:lid_authorize_code, Arguments.text(code), Arguments.text(code_type), Arguments.text(purpose),
             Arguments.text(user_id), Arguments.text(username))
      end

      # Makes all of a user's codes of a type and purpose useless.
      def invalidate_all_codes(code_type, purpose, user_id: nil, username: nil)
        call(:lid_invalidate_all_codes, Arguments.text(code_type), Arguments.text(purpose),
             Arguments.text(user_id), Arguments.text(username))
      end

      # Waits until a code is authorized, which logs the user in: the
      # authentication response. The timeout is in seconds; without one it is the
      # configured limit (180 s). Other threads run meanwhile. Timeout.timeout,
      # Thread#raise and Ctrl-C end the wait at once, and so does cancel.trigger.
      def wait_code(username, code, code_type, timeout: nil, cancel: Cancel.new)
        call_interruptibly(cancel, :lid_wait_code, Arguments.text(username), Arguments.text(code),
                           Arguments.text(code_type), Arguments.milliseconds(timeout))
      end
    end
  end
end

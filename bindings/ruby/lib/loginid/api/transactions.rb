# frozen_string_literal: true

module Loginid
  module Api
    # Transactions that a user confirms.
    module Transactions
      # Creates a transaction: {"id" => …, "nonce" => …}. Keep the nonce for
      # verify_transaction.
      def create_tx(tx_payload, username: nil, nonce: nil)
        call(:lid_create_tx, Arguments.text(tx_payload), Arguments.text(username), Arguments.text(nonce))
      end

      # Verifies the token of a confirmed transaction: that it confirms exactly
      # this payload, and with nonce: this transaction.
      def verify_transaction(tx_token, tx_payload, nonce: nil)
        call(:lid_verify_transaction, Arguments.text(tx_token), Arguments.text(tx_payload), Arguments.text(nonce))
      end

      # Begins the confirmation by a FIDO2 credential, of a transaction that
      # exists (tx_id:) or of a new one (tx_payload:).
      def init_tx(username, tx_id: nil, tx_payload: nil, nonce: nil)
        call(:lid_init_tx, Arguments.text(username), Arguments.text(tx_id), Arguments.text(tx_payload),
             Arguments.text(nonce))
      end

      # Completes the confirmation with what the browser answered, a Hash or JSON:
      # {"jwt" => …}, for verify_transaction.
      def complete_tx(tx_id, username, assertion_payload)
        call(:lid_complete_tx, Arguments.text(tx_id), Arguments.text(username), Arguments.json(assertion_payload))
      end
    end
  end
end

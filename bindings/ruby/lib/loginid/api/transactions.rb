# frozen_string_literal: true

module Loginid
  module Api
    # Transactions that a user confirms.
    module Transactions
      # Creates a transaction: {"id" => …, "nonce" => …}. Keep the nonce for
      # verify_transaction.
      def create_tx(tx_payload, username: nil, nonce: nil)
        call(:lid_create_tx, tx_payload: tx_payload, username: username, nonce: nonce)
      end

      # Verifies the token of a confirmed transaction: it must confirm exactly this
      # payload and, with nonce:, this transaction.
      def verify_transaction(tx_token, tx_payload, nonce: nil)
        call(:lid_verify_transaction, tx_token: tx_token, tx_payload: tx_payload, nonce: nonce)
      end

      # Begins the confirmation by a FIDO2 credential, of a transaction that
      # exists (tx_id:) or of a new one (tx_payload:).
      def init_tx(username, tx_id: nil, tx_payload: nil, nonce: nil)
        call(:lid_init_tx, username: username, tx_id: tx_id, tx_payload: tx_payload, nonce: nonce)
      end

      # Completes the confirmation with the browser's answer, a Hash or JSON:
      # {"jwt" => …}, for verify_transaction.
      def complete_tx(tx_id, username, assertion_payload)
        call(:lid_complete_tx, tx_id: tx_id, username: username, assertion_payload: assertion_payload)
      end
    end
  end
end

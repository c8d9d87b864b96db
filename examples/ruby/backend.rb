# frozen_string_literal: true

# A backend of LoginID's current service: it verifies a login, begins a session, manages passkeys,
# confirms a transaction and deletes a user. `make test-ruby` runs it against an emulator of the
# service.

require 'loginid'
require 'loginid/testing' # plays the user's device

USER = 'ada@example.com'
PAYLOAD = 'Pay 10.00 EUR to Grace'
# Of the transaction. A backend keeps it with the order that is to be confirmed.
NONCE = 'order-4711-a8f3'

# Stops the program when a call does not fail as it should.
def refused(what, code)
  yield
  abort "FAILED: #{what} was not refused"
rescue Loginid::Error => e
  abort "FAILED: #{e.json}" unless e.code == code
  puts format('%-20<what>s %<error>s', what: what, error: e.message)
end

# The user is the one that the verified token names, never the one that the page names.
def begin_session(client, token)
  claims = client.verify_token(token)['claims']
  puts format('%-20<what>s a session for %<user>s', what: 'verify_token', user: claims['username'])
  claims['sub'] or abort 'FAILED: the token names no user'
end

# By the user's name with a grant, which needs the API key, and by the user's token.
def manage_passkeys(client, token)
  passkey = client.list_passkeys(username: USER)['passkeys'].first or abort 'FAILED: no passkey'
  client.rename_passkey(passkey['id'], "Ada's phone", token: token)
  names = client.list_passkeys(token: token)['passkeys'].map { |one| one['name'] }
  abort "FAILED: #{names}" unless names == ["Ada's phone"]
  puts format('%-20<what>s %<old>s is now %<new>s', what: 'rename_passkey', old: passkey['name'], new: names.first)
end

# The page has confirmed the transaction and sends its token.
def confirm_transaction(client, token)
  client.verify_transaction(token, PAYLOAD, NONCE, username: USER)
  puts format('%-20<what>s %<payload>s', what: 'verify_transaction', payload: PAYLOAD)
  refused('another payload', Loginid::ErrorCode::TRANSACTION_HASH_MISMATCH) do
    client.verify_transaction(token, 'Pay 99.00 EUR to Eve', NONCE, username: USER)
  end
  # It confirms a payment, and logs nobody in.
  refused('a confirmation', Loginid::ErrorCode::TOKEN_KIND_MISMATCH) { client.verify_token(token) }
end

client = Loginid::V2::Client.from_env # LOGINID_V2_BASE_URL and LOGINID_V2_API_KEY
page = Loginid::Testing::Emulator.current
token = page.log_in(USER)['jwtAccess']
user_id = begin_session(client, token)
manage_passkeys(client, token)
confirm_transaction(client, page.confirm_tx(USER, PAYLOAD, NONCE)['token'])
client.delete_user(user_id)
refused('delete_user', Loginid::ErrorCode::NOT_FOUND) { client.delete_user(user_id) }
puts 'Everything was as expected.'

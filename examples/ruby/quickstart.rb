# frozen_string_literal: true

# The calls of the gem, one after the other. `make test-ruby` runs it against an
# emulator of the LoginID service.

require 'json'
require 'loginid'
require 'net/http'

USER = 'ada@example.com'
PURPOSE = 'temporary_authentication'
PAYLOAD = 'Pay 10.00 EUR to Grace'

# Prints a step and its result, and stops the program when it is not as expected.
def step(what, result)
  abort "FAILED: #{what}: #{result}" if block_given? && !yield(result)
  puts format('%-26<what>s %<json>s', what: what, json: result.json)
  result
end

# Acts as the user's device, through the emulator's control API.
def emulator(path, body)
  answer = Net::HTTP.post(URI("#{ENV.fetch('LOGINID_EMULATOR_URL')}/_emulator/#{path}"), JSON.generate(body),
                          'Content-Type' => 'application/json')
  abort "FAILED: the emulator says #{answer.body}" unless answer.is_a?(Net::HTTPSuccess)
  JSON.parse(answer.body)
end

# A code on one device, confirmed on another, logs the user in.
def log_in_with_code(client)
  code = step('generate_code', client.generate_code(:short, PURPOSE, username: USER))['code']
  waiting = Thread.new { client.wait_code(USER, code, :short, timeout: 10) }
  step('authorize_code', client.authorize_code(code, :short, PURPOSE, username: USER))
  response = step('wait_code', waiting.value)
  step('verify_token', client.verify_token(response['jwt'], username: USER)) { _1['claims']['udata'] == USER }
  step('invalidate_all_codes', client.invalidate_all_codes(:short, PURPOSE, username: USER))
end

def manage_credentials(client)
  emulator("users/#{USER}/credentials", type: 'fido2', name: 'phone')
  credentials = step('get_credentials', client.get_credentials(status: 'active', username: USER))['credentials']
  uuid = credentials[0]['uuid']
  renamed = client.rename_credential(uuid, 'work phone', username: USER)
  step('rename_credential', renamed) { _1['credential']['name'] == 'work phone' }
  revoked = client.revoke_credential(uuid, username: USER)
  step('revoke_credential', revoked) { _1['credential']['status'] == 'revoked' }
end

def confirm_transaction(client)
  transaction = step('create_tx', client.create_tx(PAYLOAD, username: USER))
  jwt = emulator("tx/#{transaction['id']}/confirm", username: USER)['jwt']
  step('verify_transaction', client.verify_transaction(jwt, PAYLOAD, nonce: transaction['nonce']))

  # The same token does not confirm anything else.
  client.verify_transaction(jwt, 'Pay 99.00 EUR', nonce: transaction['nonce'])
  abort 'FAILED: another payload is refused'
rescue Loginid::ClaimMismatchError => e
  puts format('%-26<what>s %<why>s', what: 'another payload', why: e.message)
end

puts "libloginid #{Loginid.library_version}"
client = Loginid::Client.from_env
step('add_user', client.add_user_without_credentials(USER))
user_id = step('get_user', client.get_user(USER)) { _1['username'] == USER }['id']

log_in_with_code(client)
manage_credentials(client)
confirm_transaction(client)

step('deactivate_user_by_id', client.deactivate_user_by_id(user_id))
step('activate_user_by_id', client.activate_user_by_id(user_id))
step('delete_by_user_id', client.delete_by_user_id(user_id))

# An example of an error.
begin
  client.get_user(USER)
  abort 'FAILED: an error for a deleted user'
rescue Loginid::ApiError => e
  abort "FAILED: #{e.json}" unless e.code == 'user_not_found'
  puts format('%-26<what>s %<json>s', what: e.status, json: e.json)
end
puts 'Everything was as expected.'

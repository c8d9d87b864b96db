# frozen_string_literal: true

require_relative 'helper'

# Tokens and transactions, made and verified.
class TokensTest < LoginidTest
  def claims(token)
    JSON.parse(token.split('.')[1].tr('-_', '+/').unpack1('m'))
  end

  def test_service_tokens_carry_what_was_given
    token = @client.generate_service_token('users.retrieve', username: 'ada', nonce: 'nonce-of-16-char')
    assert_equal %w[users.retrieve ada nonce-of-16-char], claims(token['token']).values_at('scope', 'username', 'nonce')
    token = @client.generate_service_token('users.delete', user_id: 'some-id')
    assert_equal %w[users.delete some-id], claims(token['token']).values_at('scope', 'user_id')
    token = @client.generate_tx_auth_token('pay', username: 'ada', nonce: 'nonce-of-16-char')
    assert_equal %w[tx.create ada nonce-of-16-char], claims(token['token']).values_at('scope', 'username', 'nonce')
  end

  def test_a_login_is_verified_and_a_changed_token_refused
    ada = user
    jwt = Emulator.post("users/#{ada}/login")['jwt']
    assert_equal ada, @client.verify_token(jwt, username: ada).dig('claims', 'udata')
    assert_raises(Loginid::ClaimMismatchError) { @client.verify_token(jwt, username: 'grace') }
    assert_raises(Loginid::TokenInvalidError) { @client.verify_token("#{jwt[0..-8]}AAAAAAA") }
  end

  def test_a_transaction_confirms_only_its_payload_and_nonce
    ada = user
    transaction = @client.create_tx('Pay 10 EUR', username: ada)
    jwt = Emulator.post("tx/#{transaction['id']}/confirm", username: ada)['jwt']
    assert_equal true, @client.verify_transaction(jwt, 'Pay 10 EUR', nonce: transaction['nonce'])['valid']
    assert_raises(Loginid::ClaimMismatchError) { @client.verify_transaction(jwt, 'Pay 99 EUR') }
    assert_raises(Loginid::ClaimMismatchError) { @client.verify_transaction(jwt, 'Pay 10 EUR', nonce: 'another') }
  end
end

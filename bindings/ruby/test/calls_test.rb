# frozen_string_literal: true

require_relative 'helper'

# Every call that sends a request: what is given by which name arrives in which
# place. Whether the service likes the values does not matter here.
class CallsTest < LoginidTest
  WHO = { user_id: 'u-id', username: 'u-name' }.freeze
  ATTESTATION = { 'credential_uuid' => 'au', 'credential_id' => 'ai', 'challenge' => 'ac',
                  'client_data' => 'ad', 'attestation_data' => 'aa' }.freeze
  ASSERTION = { 'challenge' => 'sc', 'credential_id' => 'si', 'client_data' => 'sd',
                'authenticator_data' => 'sa', 'signature' => 'ss' }.freeze
  TX_ASSERTION = { 'challenge' => 'tc', 'key_handle' => 'tk', 'client_data' => 'td',
                   'auth_data' => 'ta', 'sign_data' => 'ts' }.freeze
  OPTIONS = { 'display_name' => 'Ada', 'roaming_authenticator' => true }.freeze
  KEY = Loginid.generate_key_pair.fetch('public_key')

  def sent(path, verb: 'POST', **body)
    begin
      yield
    rescue Loginid::ApiError
      # refused by the service, so it has arrived
    end
    request = Emulator.requests.last
    assert_equal [verb, path], request.values_at('method', 'path')
    assert_equal body, request['body'].to_h.slice(*body.keys)
  end

  def who(**body)
    { 'user_id' => 'u-id', 'username' => 'u-name' }.merge(body.transform_keys(&:to_s))
  end

  def test_users
    sent('/manage/users/retrieve', 'username' => 'n') { @client.get_user('n') }
    sent('/manage/users', 'username' => 'n') { @client.add_user_without_credentials('n') }
    sent('/manage/users/delete', 'username' => 'm') { @client.delete_by_username('m') }
    sent('/manage/users/i%2F1/activate', verb: 'PUT') { @client.activate_user_by_id('i/1') }
    sent('/manage/users/i1/deactivate', verb: 'PUT') { @client.deactivate_user_by_id('i1') }
    sent('/manage/users/i1', verb: 'DELETE') { @client.delete_by_user_id('i1') }
    sent('/manage/users/i1/email-verification/dispatch') { @client.send_email_verification('i1') }
  end

  def test_codes
    sent('/codes/short/generate', **who(purpose: PURPOSE, authorize: true)) do
      @client.generate_code(:short, PURPOSE, authorize: true, **WHO)
    end
    sent('/codes/long/generate', **who(purpose: 'add_credential', authorize: false)) do
      @client.generate_code('long', 'add_credential', **WHO)
    end
    sent('/codes/phrase/authorize', **who(purpose: PURPOSE, code: 'c')) do
      @client.authorize_code('c', 'phrase', PURPOSE, **WHO)
    end
    sent('/codes/short/invalidate-all', **who(purpose: PURPOSE)) do
      @client.invalidate_all_codes('short', PURPOSE, **WHO)
    end
    sent('/authenticate/code/wait', 'username' => 'n', 'authentication_code' => { 'code' => 'c', 'type' => 'long' }) do
      @client.wait_code('n', 'c', 'long', timeout: NOT_FOR_EVER)
    end
  end

  def test_credentials
    sent('/credentials/list', **who(status: 'active')) { @client.get_credentials(status: 'active', **WHO) }
    sent('/credentials/rename', **who(credential: { 'uuid' => 'c', 'name' => 'new' })) do
      @client.rename_credential('c', 'new', **WHO)
    end
    sent('/credentials/revoke', **who(credential: { 'uuid' => 'c' })) { @client.revoke_credential('c', **WHO) }
    sent('/credentials/recovery-code', **who) { @client.generate_recovery_code(**WHO) }
    sent('/credentials/publickey', **who(publickey: KEY, publickey_alg: 'ES256', options: { 'credential_name' => 'k' })) do
      @client.add_publickey_credential(KEY, publickey_alg: 'ES256', credential_name: 'k', **WHO)
    end
  end

  def test_fido2_credentials
    sent('/credentials/fido2/init/force', **who(options: OPTIONS)) do
      @client.force_fido2_credential_init(options: OPTIONS, **WHO)
    end
    sent('/credentials/fido2/init/code', 'username' => 'n', 'options' => OPTIONS,
                                         'authentication_code' => { 'code' => 'c', 'type' => 'short' }) do
      @client.init_add_fido2_credential_with_code('c', :short, 'n', options: JSON.generate(OPTIONS))
    end
    sent('/credentials/fido2/complete', 'username' => 'n', 'attestation_payload' => ATTESTATION,
                                        'options' => { 'credential_name' => 'k' }) do
      @client.complete_add_fido2_credential(ATTESTATION, 'n', credential_name: 'k')
    end
  end

  def test_document_scans
    sent('/credentials/authid/init', **who(options: { 'credential_name' => 'k' })) do
      @client.add_doc_scan_credential_init(credential_name: 'k', **WHO)
    end
    sent('/credentials/authid/complete', **who(credential_uuid: 'c', activate_credential: true)) do
      @client.add_doc_scan_credential_complete('c', activate: true, **WHO)
    end
    sent('/credentials/authid/evaluate', **who(credential_uuid: 'c')) do
      @client.evaluate_doc_scan_credential('c', **WHO)
    end
    sent('/authenticate/authid/init', 'username' => 'n', 'options' => { 'credential_uuid' => 'c' }) do
      @client.authenticate_doc_scan_init('n', credential_id: 'c')
    end
    sent('/authenticate/authid/complete', 'username' => 'n', 'credential_uuid' => 'c') do
      @client.authenticate_doc_scan_complete('n', 'c')
    end
  end

  def test_registration
    sent('/register/fido2/init', 'username' => 'n', 'options' => OPTIONS) do
      @client.register_fido2_init('n', options: OPTIONS)
    end
    sent('/register/fido2/complete', 'username' => 'n', 'attestation_payload' => ATTESTATION,
                                     'options' => { 'credential_name' => 'k' }) do
      @client.register_fido2_complete('n', ATTESTATION, credential_name: 'k')
    end
    sent('/register/password', 'username' => 'n', 'password' => 'p', 'password_confirmation' => 'p') do
      @client.register_password('n', 'p')
    end
  end

  def test_authentication
    sent('/authenticate/password', 'username' => 'n', 'password' => 'p') { @client.authenticate_password('n', 'p') }
    sent('/authenticate/fido2/init', 'username' => 'n') { @client.authenticate_fido2_init('n') }
    sent('/authenticate/fido2/complete', 'username' => 'n', 'assertion_payload' => ASSERTION) do
      @client.authenticate_fido2_complete('n', ASSERTION)
    end
    sent('/authenticate/publickey/init', 'username' => 'n', 'publickey' => KEY, 'publickey_alg' => 'ES256') do
      @client.authenticate_publickey_init('n', KEY, publickey_alg: 'ES256')
    end
    sent('/authenticate/publickey/complete', 'username' => 'n', 'challenge_id' => 'c', 'assertion' => 'a.b.c') do
      @client.authenticate_publickey_complete('n', 'c', 'a.b.c')
    end
  end

  def test_transactions
    sent('/tx', 'tx_payload' => 'pay', 'username' => 'n', 'nonce' => 'nonce-of-16-char') do
      @client.create_tx('pay', username: 'n', nonce: 'nonce-of-16-char')
    end
    sent('/tx/init', 'username' => 'n', 'tx_id' => 't', 'nonce' => 'nonce-of-16-char') do
      @client.init_tx('n', tx_id: 't', nonce: 'nonce-of-16-char')
    end
    sent('/tx/init', 'username' => 'n', 'tx_payload' => 'pay') { @client.init_tx('n', tx_payload: 'pay') }
    sent('/tx/complete', 'username' => 'n', 'tx_id' => 't', **TX_ASSERTION) do
      @client.complete_tx('t', 'n', TX_ASSERTION)
    end
  end
end

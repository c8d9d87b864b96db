# frozen_string_literal: true

require_relative 'helper'

# Every call that sends a request: the whole request, and the whole answer.
class CallsTest < LoginidTest
  ATTESTATION = { 'credential_uuid' => 'au', 'credential_id' => 'ai', 'challenge' => 'ac',
                  'client_data' => 'ad', 'attestation_data' => 'aa' }.freeze
  ASSERTION = { 'challenge' => 'sc', 'credential_id' => 'si', 'client_data' => 'sd',
                'authenticator_data' => 'sa', 'signature' => 'ss' }.freeze
  TX_ASSERTION = { 'challenge' => 'tc', 'key_handle' => 'tk', 'client_data' => 'td',
                   'auth_data' => 'ta', 'sign_data' => 'ts' }.freeze
  OPTIONS = { 'display_name' => 'Ada', 'roaming_authenticator' => true }.freeze
  NAMED = { 'options' => { 'credential_name' => 'k' } }.freeze
  NONCE = 'nonce-of-16-char'
  KEY = Loginid.generate_key_pair.fetch('public_key')
  CLIENT = { 'client_id' => ENV.fetch('LOGINID_CLIENT_ID') }.freeze
  ADA = { **CLIENT, 'username' => 'ada' }.freeze
  # The result of calls whose answer has no body.
  NOTHING = {}.freeze

  def setup
    super
    id = @client.add_user_without_credentials('ada').fetch('id')
    @both = { user_id: id, username: 'ada' }
    @sent_both = { **ADA, 'user_id' => id }
    # A login of ada, whose token is verified by the calls that log in, with
    # members that other calls need, and values that a careless parser changes.
    @answer = Emulator.post('users/ada/login').merge('id' => 'i', 'tx_id' => 't', 'nonce' => NONCE,
                                                     '' => 'no name', '0' => [{}, [], nil, 1.5, true])
  end

  # Makes a call that must send exactly this request and return exactly what the
  # service answers.
  def sent(request, body, returned: @answer)
    method, path = request.split
    Emulator.fault(path, { kind: 'status', code: 200, body: JSON.generate(@answer) })
    result = yield
    sent = Emulator.requests.reject { |any| any['path'] == '/certs' }.last
    assert_equal [method, path, nil], sent.values_at('method', 'path', 'query')
    body.nil? ? assert_nil(sent['body'], request) : assert_equal(body, sent['body'], request)
    assert_equal returned, result, request
  end

  # The calls made with `sent`, without those that make and verify tokens.
  def test_the_tests_have_every_call_that_sends_a_request
    subjects = Loginid::Api.constants.map { |name| Loginid::Api.const_get(name) }
    calls = subjects.flat_map { |subject| subject.instance_methods(false) }
    made = File.read(__FILE__).scan(/\{ @client\.(\w+)|^ +@client\.(\w+)/).flatten.compact.map(&:to_sym)
    offline = %i[generate_service_token generate_tx_auth_token verify_token verify_transaction]
    assert_operator calls.size, :>, 35, 'the calls were not found'
    assert_equal calls.sort, (made + offline).uniq.sort
  end

  def test_users
    name = { 'username' => 'ada' }
    sent('POST /manage/users/retrieve', name) { @client.get_user('ada') }
    sent('POST /manage/users', name) { @client.add_user_without_credentials('ada') }
    sent('POST /manage/users/delete', name, returned: NOTHING) { @client.delete_by_username('ada') }
    sent('PUT /manage/users/i%2F1/activate', nil) { @client.activate_user_by_id('i/1') }
    sent('PUT /manage/users/i1/deactivate', nil) { @client.deactivate_user_by_id('i1') }
    sent('DELETE /manage/users/i1', nil, returned: NOTHING) { @client.delete_by_user_id('i1') }
    sent('POST /manage/users/i1/email-verification/dispatch', nil, returned: NOTHING) do
      @client.send_email_verification('i1')
    end
  end

  def test_codes
    sent('POST /codes/short/generate', { **@sent_both, 'purpose' => PURPOSE, 'authorize' => true }) do
      @client.generate_code(:short, PURPOSE, authorize: true, **@both)
    end
    sent('POST /codes/long/generate', { **@sent_both, 'purpose' => 'add_credential', 'authorize' => false }) do
      @client.generate_code('long', :add_credential, **@both)
    end
    sent('POST /codes/phrase/authorize', { **@sent_both, 'purpose' => PURPOSE, 'code' => 'c' }) do
      @client.authorize_code('c', 'phrase', PURPOSE, **@both)
    end
    sent('POST /codes/short/invalidate-all', { **@sent_both, 'purpose' => PURPOSE }) do
      @client.invalidate_all_codes('short', PURPOSE, **@both)
    end
    sent('POST /authenticate/code/wait', { **ADA, 'authentication_code' => { 'code' => 'c', 'type' => 'long' } }) do
      @client.wait_code('ada', 'c', 'long', timeout: DEADLINE)
    end
  end

  def test_credentials
    sent('POST /credentials/list', { **@sent_both, 'status' => 'active' }) do
      @client.get_credentials(status: :active, **@both)
    end
    sent('POST /credentials/rename', { **@sent_both, 'credential' => { 'uuid' => 'c', 'name' => 'new' } }) do
      @client.rename_credential('c', 'new', **@both)
    end
    sent('POST /credentials/revoke', { **@sent_both, 'credential' => { 'uuid' => 'c' } }) do
      @client.revoke_credential('c', **@both)
    end
    sent('POST /credentials/recovery-code', @sent_both) { @client.generate_recovery_code(**@both) }
    sent('POST /credentials/publickey', { **@sent_both, **NAMED, 'publickey' => KEY, 'publickey_alg' => 'ES256' }) do
      @client.add_publickey_credential(KEY, publickey_alg: 'ES256', credential_name: 'k', **@both)
    end
  end

  def test_fido2_credentials
    sent('POST /credentials/fido2/init/force', { **@sent_both, 'options' => OPTIONS }) do
      @client.force_fido2_credential_init(options: OPTIONS, **@both)
    end
    code = { 'authentication_code' => { 'code' => 'c', 'type' => 'short' } }
    sent('POST /credentials/fido2/init/code', { **ADA, **code, 'options' => OPTIONS }) do
      @client.init_add_fido2_credential_with_code('c', :short, 'ada', options: JSON.generate(OPTIONS))
    end
    sent('POST /credentials/fido2/complete', { **ADA, **NAMED, 'attestation_payload' => ATTESTATION }) do
      @client.complete_add_fido2_credential(ATTESTATION, 'ada', credential_name: 'k')
    end
  end

  def test_document_scans
    sent('POST /credentials/authid/init', { **@sent_both, **NAMED }) do
      @client.add_doc_scan_credential_init(credential_name: 'k', **@both)
    end
    scan = { 'credential_uuid' => 'c' }
    sent('POST /credentials/authid/complete', { **@sent_both, **scan, 'activate_credential' => true }) do
      @client.add_doc_scan_credential_complete('c', activate: true, **@both)
    end
    sent('POST /credentials/authid/complete', { **@sent_both, **scan, 'activate_credential' => false }) do
      @client.add_doc_scan_credential_complete('c', **@both)
    end
    sent('POST /credentials/authid/evaluate', { **@sent_both, **scan }) do
      @client.evaluate_doc_scan_credential('c', **@both)
    end
    sent('POST /authenticate/authid/init', { **ADA, 'options' => scan }) do
      @client.authenticate_doc_scan_init('ada', credential_id: 'c')
    end
    sent('POST /authenticate/authid/complete', { **ADA, **scan }) { @client.authenticate_doc_scan_complete('ada', 'c') }
  end

  def test_registration
    sent('POST /register/fido2/init', { **ADA, 'options' => OPTIONS }) do
      @client.register_fido2_init('ada', options: OPTIONS)
    end
    sent('POST /register/fido2/complete', { **ADA, **NAMED, 'attestation_payload' => ATTESTATION }) do
      @client.register_fido2_complete('ada', ATTESTATION, credential_name: 'k')
    end
    sent('POST /register/password', { **ADA, 'password' => 'p', 'password_confirmation' => 'p' }) do
      @client.register_password('ada', 'p')
    end
  end

  def test_authentication
    sent('POST /authenticate/password', { **ADA, 'password' => 'p' }) { @client.authenticate_password('ada', 'p') }
    sent('POST /authenticate/fido2/init', ADA) { @client.authenticate_fido2_init('ada') }
    sent('POST /authenticate/fido2/complete', { **ADA, 'assertion_payload' => ASSERTION }) do
      @client.authenticate_fido2_complete('ada', ASSERTION)
    end
    sent('POST /authenticate/publickey/init', { **ADA, 'publickey' => KEY, 'publickey_alg' => 'ES256' }) do
      @client.authenticate_publickey_init('ada', KEY, publickey_alg: 'ES256')
    end
    sent('POST /authenticate/publickey/complete', { **ADA, 'challenge_id' => 'c', 'assertion' => 'a.b.c' }) do
      @client.authenticate_publickey_complete('ada', 'c', 'a.b.c')
    end
  end

  def test_transactions
    text = { **ADA, 'tx_type' => 'text', 'nonce' => NONCE }
    sent('POST /tx', { **text, 'tx_payload' => 'pay' }) { @client.create_tx('pay', username: 'ada', nonce: NONCE) }
    sent('POST /tx/init', { **text, 'tx_id' => 't' }) { @client.init_tx('ada', tx_id: 't', nonce: NONCE) }
    sent('POST /tx/init', { **text, 'tx_payload' => 'pay' }) do
      @client.init_tx('ada', tx_payload: 'pay', nonce: NONCE)
    end
    sent('POST /tx/complete', { **ADA, **TX_ASSERTION, 'tx_id' => 't' }) do
      @client.complete_tx('t', 'ada', TX_ASSERTION)
    end
  end
end

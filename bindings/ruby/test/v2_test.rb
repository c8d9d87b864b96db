# frozen_string_literal: true

require 'English'

require_relative 'helper'
require_relative 'passkey_device'

# Each call of the current service, against the emulator.
class V2Test < LoginidTest
  ADA = 'ada@example.com'

  def setup
    super
    @v2 = Loginid::V2::Client.from_env
    @device = PasskeyDevice.new
  end

  def teardown
    @v2.close
    super
  end

  # A user with a passkey of the device; the answer of the service.
  def sign_up(username = ADA)
    begun = @v2.register_init(username, options: { display_name: 'Ada', user_agent: 'a browser' })
    @v2.register_complete(begun['session'], @device.create(begun['registrationRequestOptions']), passkey_name: 'Laptop')
  end

  # A user whose device the emulator has; the answer of the service.
  def log_in(username = ADA)
    Emulator.post("v2/users/#{username}/login")
  end

  def sent_code
    Emulator.get("v2/otp?username=#{ADA}").fetch('code')
  end

  def code_of(&call)
    assert_raises(Loginid::Error, &call).code
  end

  def test_a_user_signs_up_and_logs_in_with_a_passkey
    signed_up = sign_up
    assert_equal ADA, signed_up['claims']['username']
    [ADA, nil].each do |username|
      begun = @v2.authenticate_init(username: username, options: { username_type: Loginid::V2::UsernameType::EMAIL })
      assertion = @device.get(begun['assertionOptions'])
      login = @v2.authenticate_complete(begun['session'], JSON.generate(assertion))
      assert_equal signed_up['userId'], login['claims']['sub']
      verified = @v2.verify_token(login['jwtAccess'], username: ADA)
      assert_equal login['claims'], verified['claims']
      assert_equal({}, @v2.verify_token_remote(login['jwtAccess']))
    end
    assert_equal 'username_mismatch', code_of { @v2.verify_token(signed_up['jwtAccess'], username: 'eve') }
    assert_equal 'unauthorized', code_of { @v2.verify_token_remote('a.b.c') }
  end

  def test_passkeys_are_managed_by_name_and_by_token
    token = log_in['jwtAccess']
    [{ username: ADA }, { token: token }].each do |user|
      passkey = @v2.list_passkeys(**user)['passkeys'].fetch(0)
      @v2.rename_passkey(passkey['id'], 'Phone', **user)
      passkey = @v2.list_passkeys(**user)['passkeys'].fetch(0)
      assert_equal 'Phone', passkey['name']
      assert_equal 'not_found', code_of { @v2.get_authenticator(SecureRandom.uuid, **user) }
    end
    id = @v2.list_passkeys(token: token)['passkeys'][0]['id']
    @v2.delete_passkey(id, username: ADA)
    assert_equal [], @v2.list_passkeys(username: ADA)['passkeys']
    assert_equal 'not_found', code_of { @v2.delete_passkey(id, token: token) }
    [{}, { username: ADA, token: token }].each do |user|
      assert_equal 'token_or_username_required', code_of { @v2.list_passkeys(**user) }
    end
  end

  def test_codes_log_a_user_in
    log_in
    code = @v2.create_otp(username: ADA)['code']
    assert_equal ADA, @v2.verify_otp(ADA, code)['claims']['username']
    assert_instance_of Loginid::ApiError, assert_raises(Loginid::Error) { @v2.verify_otp(ADA, code) }
    assert_equal({}, @v2.send_otp_email('nobody@example.com'))
  end

  def test_a_profile_is_changed_and_deleted
    id = log_in['userId']
    @v2.set_email(id, 'ada@example.org', request_verification: true)
    @v2.verify_email(ADA, sent_code)
    @v2.send_otp_email(ADA, username_type: 'email')
    @v2.verify_otp(ADA, sent_code)
    @v2.remove_email(id, 'ada@example.org')
    @v2.set_phone(id, '+4915112345678', messaging_consent: true, request_verification: true)
    @v2.verify_phone(ADA, sent_code)
    @v2.send_otp_sms(ADA)
    @v2.remove_phone(id)
    assert_equal({}, @v2.delete_user(id))
    error = assert_raises(Loginid::ApiError) { @v2.delete_user(id) }
    assert_equal ['not_found', 404, 'v2_delete_user'], [error.code, error.http_status, error.operation]
  end

  def test_a_transaction_is_confirmed_and_verified
    sign_up
    begun = @v2.init_tx(ADA, 'Pay 10.00 EUR')
    token = @v2.complete_tx(begun['session'], @device.get(begun['assertionOptions']))['token']
    verify = ->(payload, nonce, username) { @v2.verify_transaction(token, payload, nonce, username: username) }
    assert_equal true, verify.call('Pay 10.00 EUR', begun['nonce'], ADA)['valid']
    assert_equal 'transaction_hash_mismatch', code_of { verify.call('Pay 99.00 EUR', begun['nonce'], ADA) }
    assert_equal 'nonce_mismatch', code_of { verify.call('Pay 10.00 EUR', 'another', ADA) }
    assert_equal 'username_mismatch', code_of { verify.call('Pay 10.00 EUR', begun['nonce'], 'eve') }
    assert_equal 'token_kind_mismatch', code_of { @v2.verify_token(token) }
  end

  def test_grants_are_for_one_scope
    application = Emulator.post('v2/applications', protected: true)
    client = Loginid::V2::Client.new(application['base_url'], api_key: application['api_key'])
    assert_equal 'unauthorized', code_of { client.register_init(ADA) }
    grant = client.create_grant(ADA, Loginid::V2::Scope::REG_WRITE)['token']
    assert_equal 'proceed', client.register_init(ADA, token: grant)['action']
    assert_equal 'token_kind_mismatch', code_of { client.verify_token(grant) }
    refute_empty client.create_external_auth(ADA)['token']
    refute_empty client.get_version['version']
  end

  def test_a_client_without_an_api_key_sends_nothing_that_needs_it
    client = Loginid::V2::Client.new(ENV.fetch('LOGINID_V2_BASE_URL'))
    error = assert_raises(Loginid::PrivateKeyError) { client.delete_user('1') }
    assert_equal 'api_key_required', error.code
    assert_empty Emulator.requests
    assert_raises(Loginid::ConfigError) { Loginid::V2::Client.new('nowhere') }
  end

  def test_options_cancel_attempts_and_close_are_those_of_all_clients
    events = []
    @v2.on_attempt { |event| events << event.values_at('operation', 'http_status') }
    cancel = Loginid::Cancel.new
    derived = @v2.with_options(timeout: 30, request_id: 'trace-42', headers: { 'X-Tenant' => 'two' }, cancel: cancel)
    assert_instance_of Loginid::V2::Client, derived
    derived.get_version
    assert_equal [['v2_get_version', 200]], events
    headers = Emulator.requests('/fido2/v2/version').last['headers']
    assert_includes headers, %w[request-id trace-42]
    assert_includes headers, %w[x-tenant two]
    cancel.trigger
    assert_raises(Loginid::CancelledError) { derived.get_version }
    @v2.close
    assert_equal '#<Loginid::V2::Client closed>', @v2.inspect
    assert_equal 'client_closed', code_of { @v2.get_version }
  end

  def test_another_thread_ends_a_call
    Emulator.fault('/fido2/v2/version', { kind: 'delay', ms: 60_000 })
    cancel = Loginid::Cancel.new
    thread = Thread.new { assert_raises(Loginid::CancelledError) { @v2.with_options(cancel: cancel).get_version } }
    Emulator.await_requests('/fido2/v2/version')
    cancel.trigger
    thread.join
  end

  def test_a_keyword_that_there_is_not_is_an_argument_error
    assert_match(/unknown keyword: :tiemout/, assert_raises(ArgumentError) { @v2.with_options(tiemout: 1) }.message)
    assert_raises(ArgumentError) { @v2.list_passkeys(user: ADA) }
    assert_raises(ArgumentError) { Loginid::V2::Client.new('https://a.example', key: 'k') }
    assert_equal 'invalid_options', code_of { @v2.register_init(ADA, options: { name: 'Ada' }) }
    assert_empty Emulator.requests
  end

  # The key set that the parent has fetched too.
  def test_a_client_is_shared_by_a_forked_child
    token = log_in['jwtAccess']
    @v2.verify_token(token)
    Process.wait(fork do
      verified = @v2.verify_token(token)['valid']
      exit!(verified && @v2.list_passkeys(token: token)['passkeys'].size == 1)
    end)
    assert_predicate $CHILD_STATUS, :success?
    assert_equal 1, @v2.list_passkeys(token: token)['passkeys'].size
    assert_equal 1, Emulator.requests('/fido2/v2/.well-known/jwks.json').size
  end
end

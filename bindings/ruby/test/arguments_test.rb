# frozen_string_literal: true

require_relative 'helper'

# Types of arguments, and the errors that name a wrong one.
class ArgumentsTest < LoginidTest
  JSON_ARGUMENTS = %i[assertion_payload assertion_result attestation_payload confirmation creation_result
                      options].freeze
  BOOLEANS = %i[activate authorize messaging_consent request_verification].freeze
  SYMBOLS = %i[code_type purpose status publickey_alg scope scopes username_type].freeze

  def setup
    super
    @v2 = Loginid::V2::Client.from_env
  end

  def teardown
    @v2.close
    super
  end

  # Every parameter of every call: the call, and the parameter's name.
  def each_parameter
    count = 0
    { @client => Loginid::Api, @v2 => Loginid::V2::Api }.each do |client, api|
      calls = api.constants.flat_map { |name| api.const_get(name).instance_methods(false) }
      calls.each do |call|
        client.method(call).parameters.each do |_kind, name|
          count += 1
          yield client.method(call), name
        end
      end
    end
    assert_operator count, :>, 150, 'the parameters were not found'
  end

  # Calls with good values for required parameters, and this value for one parameter.
  def call_with(call, parameter, value)
    positional = []
    keywords = {}
    call.parameters.each do |kind, name|
      given = name == parameter ? value : 'x'
      given = { x: 1 } if given == 'x' && JSON_ARGUMENTS.include?(name)
      positional << given if kind == :req
      keywords[name] = given if kind == :key && name == parameter
      keywords[name] = name == parameter ? value : false if kind == :keyreq
    end
    call.call(*positional, **keywords)
  end

  # The program must say whether an address is verified and may be used.
  def test_the_booleans_of_the_current_service_are_required
    calls = [
      -> { @v2.set_email('1', 'a@example.com') },
      -> { @v2.set_phone('1', '+491', messaging_consent: true) },
      -> { @v2.set_phone('1', '+491', request_verification: true) }
    ]
    calls.zip(%w[request_verification request_verification messaging_consent]) do |call, name|
      assert_match(/missing keyword: :#{name}/, assert_raises(ArgumentError, &call).message)
    end
    assert_empty Emulator.requests
  end

  def assert_named(name, value, error: TypeError, &call)
    raised = assert_raises(error, "#{name} #{value.inspect}", &call)
    assert_match(/\A#{name} must be /, raised.message)
  end

  def test_a_value_of_another_type_is_a_type_error_that_names_the_argument
    each_parameter do |call, name|
      ([7, 1.5, ['x'], Object.new] - (name == :timeout ? [7, 1.5] : [])).each do |value|
        assert_named(name, value) { call_with(call, name, value) }
      end
    end
    assert_empty Emulator.requests
  end

  def test_only_true_and_false_are_booleans
    each_parameter do |call, name|
      next unless BOOLEANS.include?(name)

      ['false', 'true', '', 0, 1, nil, :false, [], {}].each do |value| # rubocop:disable Lint/BooleanSymbol -- it is refused
        assert_named(name, value) { call_with(call, name, value) }
      end
    end
    assert_empty Emulator.requests
  end

  def test_symbols_are_for_texts_from_a_short_list
    each_parameter do |call, name|
      next if SYMBOLS.include?(name)

      assert_named(name, :x) { call_with(call, name, :x) }
    end
    assert_empty Emulator.requests
  end

  def test_nil_means_not_given_for_every_optional_keyword
    each_parameter do |call, name|
      next if BOOLEANS.include?(name) || call.parameters.include?([:req, name])

      assert_equal outcome { call_with(call, nil, nil) }, outcome { call_with(call, name, nil) }, "#{call.name} #{name}"
    end
  end

  # So that a value that a page may lack, such as the user agent, is passed on as it is.
  def test_a_member_of_options_and_a_field_of_a_configuration_that_is_nil_is_not_given
    options = { user_agent: nil, display_name: nil, device_info: nil, username_type: 'email' }
    sent = lambda do |given|
      @v2.register_init('ada', options: given)
      Emulator.requests('/fido2/v2/reg/init').last['body']
    end
    expected = sent.call(options.compact)
    [options, options.transform_keys(&:to_s), parameters_of_rails(options)].each do |given|
      assert_equal expected, sent.call(given)
    end
    assert_equal 4, options.size
    @client.register_fido2_init('grace', options: { display_name: nil, roaming_authenticator: nil })
    client = Loginid::V2::Client.with_config(base_url: ENV.fetch('LOGINID_V2_BASE_URL'), api_key: nil, proxy: nil)
    assert_equal 'api_key_required', outcome { client.delete_user('1') }[1]
    assert_raises(Loginid::ConfigError) { Loginid::V2::Client.with_config('{"base_url":null}') }
  end

  def outcome
    yield.keys
  rescue Loginid::Error => e
    [e.class, e.code, e.to_h['message']]
  end

  def test_a_timeout_is_a_positive_number_of_seconds
    wait = ->(timeout) { @client.wait_code('ada', '000000', :short, timeout: timeout) }
    ['5', '', true, false, :x, [1], {}, Complex(1, 1)].each do |value|
      assert_named(:timeout, value) { wait.call(value) }
    end
    [0, -5, 0.0, -0.0, Float::INFINITY, -Float::INFINITY, Float::NAN, 4_294_968, 10**30].each do |value|
      assert_named(:timeout, value, error: ArgumentError) { wait.call(value) }
    end
    assert_empty Emulator.requests
    [nil, 60, 0.5, Rational(1, 2), 1e-9].each { |value| assert_raises(Loginid::Error) { wait.call(value) } }
  end

  def test_texts_from_a_short_list_may_be_symbols
    @v2.send_otp_email('ada', username_type: :email)
    assert_equal 'email', Emulator.requests.last['body']['user']['usernameType']
    refute_empty @v2.create_grant('ada', :'passkey:read')['token']
    refute_empty @client.generate_service_token(:'users.retrieve')
  end

  def test_texts_that_cannot_be_sent_are_refused_and_named
    { 'embedded_nul' => "a\0b", 'invalid_utf8' => "\x00\xD8".dup.force_encoding(Encoding::UTF_16LE) }
      .each do |code, text|
        error = assert_raises(Loginid::InvalidArgumentError) { @client.get_user(text) }
        assert_equal code, error.code
        assert_match(/\Ausername /, error.message)
      end
    ["\xFF", "\xFF".b, nil, ''].each do |text|
      assert_raises(Loginid::InvalidArgumentError) { @client.get_user(text) }
    end
    assert_empty Emulator.requests
  end

  def test_constructors_name_their_arguments
    assert_named(:client_id, 7) { Loginid::Client.new(7) }
    assert_named(:private_key, :key) { Loginid::Client.new('id', private_key: :key) }
    assert_named(:base_url, 7) { Loginid::Client.management('id', 'key', base_url: 7) }
    assert_named(:base_url, 7) { Loginid::V2::Client.new(7) }
    assert_named(:api_key, 7) { Loginid::V2::Client.new('https://a.example', api_key: 7) }
    [7, []].each { |value| assert_named(:config, value) { Loginid::Client.with_config(value) } }
    assert_named(:pointer, 7) { Loginid.json_get('{}', 7) }
  end

  def test_json_text_is_sent_unchanged_and_a_hash_as_it_is
    payload = '{"challenge":"c", "credential_id":"i","client_data":"d","authenticator_data":"a","signature":"s",' \
              '"clientExtensionResults":{"a":{},"b":[],"n":1.50}}'
    [payload, payload.encode(Encoding::UTF_16BE), JSON.parse(payload), JSON.parse(payload, symbolize_names: true)]
      .each do |given|
        assert_raises(Loginid::ApiError) { @client.authenticate_fido2_complete('ada', given) }
        sent = Emulator.requests.last
        assert_equal JSON.parse(payload), sent['body']['assertion_payload']
        assert_includes sent['body_text'], payload if given == payload
      end
  end

  # The parameters of Rails, with a member that no `permit` names.
  def test_parameters_of_rails_are_taken_as_hashes
    parameters = parameters_of_rails('credential' => { 'id' => 'aWQ', 'response' => {
                                       'clientDataJSON' => 'e30', 'authenticatorData' => 'ZGF0YQ', 'signature' => 'c2ln'
                                     } })
    assert_raises(Loginid::ApiError) { @v2.authenticate_complete('a-session-of-the-page', parameters[:credential]) }
    sent = { 'credentialId' => 'aWQ', 'clientDataJSON' => 'e30', 'authenticatorData' => 'ZGF0YQ',
             'signature' => 'c2ln' }
    assert_equal sent, Emulator.requests.last['body']['assertionResult']
  end

  def parameters_of_rails(values)
    require 'action_controller'
    ActionController::Parameters.new(values)
  rescue LoadError
    raise if ENV['CI'] == 'true'

    skip 'there is no actionpack here'
  end

  # As Rails.application.credentials.loginid and config_for are; they answer to every name.
  def test_options_of_rails_are_taken_as_hashes
    require 'active_support'
    require 'active_support/ordered_options'
    config = ActiveSupport::OrderedOptions.new.update(base_url: ENV.fetch('LOGINID_V2_BASE_URL'), api_key: nil)
    config.headers = ActiveSupport::OrderedOptions.new.update('X-Tenant': 'two')
    refute_empty Loginid::V2::Client.with_config(config).get_version['version']
    assert_includes Emulator.requests.last['headers'], %w[x-tenant two]
  rescue LoadError
    raise if ENV['CI'] == 'true'

    skip 'there is no activesupport here'
  end

  def test_values_without_a_json_form_are_refused_and_named
    nested = {}
    200.times { nested = { a: nested } }
    loop = {}
    loop[:a] = loop
    [{ a: Float::NAN }, { a: Float::INFINITY }, { a: "canary\xFF" }, nested, loop].each do |hash|
      error = assert_raises(Loginid::InvalidArgumentError) { @client.register_fido2_init('ada', options: hash) }
      assert_equal 'invalid_json', error.code
      assert_match(/\Aoptions /, error.message)
      refute_includes error.full_message, 'canary'
    end
    assert_empty Emulator.requests
  end
end

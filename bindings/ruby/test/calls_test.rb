# frozen_string_literal: true

require_relative 'helper'

# Every call that sends a request: the whole request, and the whole answer.
class CallsTest < LoginidTest
  # Each call's arguments in their order, and its request. Where the answer has no body, the result.
  TABLE = File.read(File.expand_path('../../wire.json', __dir__))
  OFFLINE = %i[generate_service_token generate_tx_auth_token verify_token verify_transaction].freeze
  CLIENT = { 'client_id' => ENV.fetch('LOGINID_CLIENT_ID') }.freeze
  # The user in the table.
  USER = 'the-username'

  def setup
    super
    id = @client.add_user_without_credentials(USER).fetch('id')
    @calls = JSON.parse(TABLE.gsub('the-user-id', id))
    @both = { user_id: id, username: USER }
    @sent_both = { **CLIENT, 'username' => USER, 'user_id' => id }
    # A login of the user, whose token is verified by the calls that log in, with
    # members that other calls need, and values that a careless parser changes.
    @answer = Emulator.post("users/#{USER}/login")
                      .merge('id' => 'i', 'tx_id' => 'the-tx-id', 'nonce' => 'the-nonce',
                             '' => 'no name', '0' => [{}, [], nil, 1.5, true])
  end

  # Makes a call that must send exactly this request and return exactly what the
  # service answers.
  def sent(request, body, returned: @answer)
    method, path = request.split
    # Carried out as well, so that the service judges the token.
    Emulator.fault(path, { kind: 'status', code: 200, body: JSON.generate(@answer), carried_out: true })
    result = yield
    sent = Emulator.requests.reject { |any| any['path'] == '/certs' }.last
    assert_equal [method, path, nil], sent.values_at('method', 'path', 'query')
    body.nil? ? assert_nil(sent['body'], request) : assert_equal(body, sent['body'], request)
    assert_equal returned, result, request
  end

  def test_each_call_sends_the_request_in_the_table
    @calls.each do |call|
      path, body = call.values_at('path', 'body')
      # Requests about users alone do not name the application.
      body = { **CLIENT, **body } unless body.nil? || path.start_with?('/manage/')
      sent("#{call['method']} #{path}", body, returned: call.fetch('result', @answer)) { make(call) }
    end
    assert_equal 0, Emulator.resent_tokens
  end

  # What a method requires is given in the order of the table, the rest by name.
  def make(call)
    name = name_of(call)
    keywords = @client.method(name).parameters.filter_map { |kind, keyword| keyword if kind == :key }
    named, positional = arguments(call).partition { |argument, _| keywords.include?(argument) }
    @client.public_send(name, *positional.map(&:last), **named.to_h)
  end

  def name_of(call)
    call['function'].delete_prefix('lid_').to_sym
  end

  # The arguments of the C function as those of the method.
  def arguments(call)
    call['arguments'].to_h do |name, value|
      if name == 'timeout_ms'
        [:timeout, value / 1000]
      elsif name.end_with?('_json')
        [name.delete_suffix('_json').to_sym, JSON.parse(value)]
      else
        [name.to_sym, value]
      end
    end
  end

  def test_the_table_has_every_call_that_sends_a_request
    subjects = Loginid::Api.constants.map { |name| Loginid::Api.const_get(name) }
    calls = subjects.flat_map { |subject| subject.instance_methods(false) }
    assert_operator calls.size, :>, 35, 'the calls were not found'
    made = @calls.map { |call| name_of(call) }
    assert_equal calls.sort, (made + OFFLINE).uniq.sort
  end

  def test_a_segment_of_the_path_is_encoded
    sent('PUT /manage/users/i%2F1/activate', nil) { @client.activate_user_by_id('i/1') }
  end

  def test_symbols_are_sent_as_texts
    sent('POST /codes/phrase/authorize', { **@sent_both, 'purpose' => PURPOSE, 'code' => 'c' }) do
      @client.authorize_code('c', :phrase, PURPOSE.to_sym, **@both)
    end
    sent('POST /credentials/list', { **@sent_both, 'status' => 'active' }) do
      @client.get_credentials(status: :active, **@both)
    end
  end

  def test_a_boolean_that_is_left_out_is_false
    sent('POST /codes/long/generate', { **@sent_both, 'purpose' => 'add_credential', 'authorize' => false }) do
      @client.generate_code('long', 'add_credential', **@both)
    end
    sent('POST /credentials/authid/complete',
         { **@sent_both, 'credential_uuid' => 'c', 'activate_credential' => false }) do
      @client.add_doc_scan_credential_complete('c', **@both)
    end
  end

  def test_options_may_be_json
    options = { 'display_name' => 'Ada', 'roaming_authenticator' => true }
    sent('POST /credentials/fido2/init/force', { **@sent_both, 'options' => options }) do
      @client.force_fido2_credential_init(options: JSON.generate(options), **@both)
    end
  end
end

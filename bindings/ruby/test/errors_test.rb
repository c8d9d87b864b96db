# frozen_string_literal: true

require_relative 'helper'

# Errors as exceptions, and the events of attempts. They have one shape in all languages:
# bindings/errors.json.
class ErrorsTest < LoginidTest
  TABLE = JSON.parse(File.read(File.expand_path('../../errors.json', __dir__)))
  CALLS = TABLE['calls']

  def test_errors_and_attempts_are_those_of_the_table
    assert_operator TABLE['cases'].size, :>, 20
    TABLE['cases'].each do |row|
      prepare(row)
      client = row['service'] == 'v2' ? v2_client(row) : v1_client(row)
      client = cancelled_while_running(client, row) if row['cancelled_while_running']
      attempts = []
      client.on_attempt { |event| attempts << event }
      client.close if row['closed']
      error = assert_raises(Loginid::Error, row['case']) { make(client, row) }
      compare(error, row, attempts)
      compare_attempts(attempts, row)
      client.close
    end
  end

  # Sets the faults of a case.
  def prepare(row)
    Emulator.reset
    fault = row['fault']
    if (name = row['answered_with_login_of'])
      login = Emulator.post("users/#{user(name)}/login")
      fault = { kind: 'status', code: 200, body: JSON.generate(login) }
    end
    return unless fault

    Emulator.fault(CALLS[row.fetch('fault_of', row['call'])]['path'], fault, times: row.fetch('times', 9))
  end

  def v1_client(row)
    config = %w[client_id private_key base_url].to_h { |name| [name.to_sym, ENV.fetch("LOGINID_#{name.upcase}")] }
    config[:private_key] = Loginid.generate_key_pair['private_key'] if row['another_key']
    Loginid::Client.with_config(config.merge(row.fetch('config', {}).transform_keys(&:to_sym)))
  end

  def v2_client(row)
    config = %w[base_url api_key].to_h { |name| [name.to_sym, ENV.fetch("LOGINID_V2_#{name.upcase}")] }
    config.delete(:api_key) if row['without_api_key']
    Loginid::V2::Client.with_config(config.merge(row.fetch('config', {}).transform_keys(&:to_sym)))
  end

  # The client with a Cancel that another thread triggers when the service has the request.
  def cancelled_while_running(client, row)
    cancel = Loginid::Cancel.new
    Thread.new do
      Emulator.await_requests(CALLS[row['call']]['path'])
      cancel.trigger
    end
    client.with_options(cancel: cancel)
  end

  # In the texts of a case "␀" is a NUL.
  def make(client, row)
    texts = row.slice('username', 'user_id').transform_values { |text| text.tr('␀', "\0") }
    name = texts['username']
    case row['call']
    when 'get_user' then client.get_user(name)
    when 'authenticate_password' then client.authenticate_password(name, 'a password')
    when 'wait_code'
      cancel = Loginid::Cancel.new
      cancel.trigger if row['cancelled']
      client.wait_code(name, '123456', :short, cancel: cancel)
    when 'v2_list_passkeys' then client.list_passkeys(username: name, token: token(row))
    when 'v2_delete_user' then client.delete_user(texts['user_id'])
    when 'v2_verify_token' then client.verify_token(token(row))
    when 'v2_get_version' then client.get_version
    end
  end

  # A token that the current service signed, with the times of the case.
  def token(row)
    return unless row['token']

    claims = { sub: 'u1', username: 'ada', tokenType: 'jwtAccess', iss: ENV.fetch('LOGINID_V2_BASE_URL'),
               aud: ENV.fetch('LOGINID_V2_APPLICATION_ID'), **row['token'].transform_keys(&:to_sym) }
    Emulator.post('v2/tokens', claims: claims).fetch('token')
  end

  def compare(error, row, attempts)
    status = TABLE['statuses'].find { |one| one['status'] == row['error']['status'] }
    assert_instance_of Loginid.const_get("#{status['stem']}Error"), error, row['case']
    assert_equal status['number'], error.status_number
    fields = %w[status code operation http_status retryable retry_after_ms]
    assert_equal row['error'], fields.to_h { |name| [name, error.public_send(name)] }, row['case']
    id = attempts.dig(-1, 'request_id')
    id.nil? ? assert_nil(error.request_id) : assert_equal(id, error.request_id)
    message = error.to_h['message']
    refute_empty message
    assert_equal row.fetch('message', message), message
    details = id ? "#{error.code}, request #{id}" : error.code
    assert_equal "#{message} (#{details})", error.message
    assert_equal({ **row['error'], 'message' => message, 'request_id' => id }, error.to_h)
    assert_equal error.to_h, JSON.parse(error.json)['error']
  end

  def compare_attempts(attempts, row)
    assert_equal row['attempts'].size, attempts.size, row['case']
    ids = {}
    attempts.zip(row['attempts']) do |event, expected|
      operation = expected.fetch('operation', row['call'])
      expected = { 'event' => 'http_attempt', 'operation' => operation, **CALLS[operation], **expected }
      assert_equal expected.delete('retried'), !event['retry_in_ms'].nil?
      assert_equal expected, event.slice(*expected.keys), row['case']
      assert_equal ids[operation] ||= event['request_id'], event['request_id']
      assert_kind_of Integer, event['duration_us']
    end
  end

  def test_messages_of_the_binding_are_those_of_the_table
    v2 = Loginid::V2::Client.from_env
    unreadable = lambda do
      Emulator.fault(CALLS['get_user']['path'], { kind: 'status', code: 200, body: '{"a":"\ud800"}' })
      @client.get_user('ada')
    end
    made = {
      'invalid_json' => -> { v2.authenticate_init(options: { device_info: { a: Float::NAN } }) },
      'invalid_response' => unreadable
    }
    rows = TABLE['messages'].select { |row| row['languages'].include?('ruby') }
    assert_equal made.keys.sort, rows.map { |row| row['code'] }.sort
    rows.each do |row|
      error = assert_raises(Loginid::Error) { made[row['code']].call }
      assert_equal row['code'], error.code
      assert_operator error.message, :start_with?, row['begins'].sub('{name}', 'options')
    end
    v2.close
  end

  def test_each_status_has_a_class
    assert_equal TABLE['statuses'].map { |row| row['status'] }, Loginid::Error::CLASSES.keys
    TABLE['statuses'].each do |row|
      error = Loginid::Error.from(row['number'], JSON.generate(error: { status: row['status'], message: 'm' }))
      assert_instance_of Loginid.const_get("#{row['stem']}Error"), error
      assert_equal row['number'], error.class.local('code', 'message').status_number
    end
  end

  # For test doubles.
  def test_an_error_is_made_as_the_service_would_answer
    error = Loginid::ApiError.local('not_found', 'gone', http_status: 404)
    assert_equal ['not_found', 404, 'gone (not_found)'], [error.code, error.http_status, error.message]
    assert_equal '404', Loginid.json_get(error.json, '/error/http_status')
    assert_nil Loginid::ApiError.local('not_found', 'gone').http_status
  end

  def test_a_refusal_has_all_details_of_the_error
    error = assert_raises(Loginid::ApiError) { @client.get_user('nobody') }
    assert_kind_of Loginid::Error, error
    assert_equal %w[LID_ERROR_API user_not_found get_user], [error.status, error.code, error.operation]
    assert_equal 404, error.http_status
    assert_equal Emulator.requests.last['headers'].to_h['request-id'], error.request_id
    refute_predicate error, :retryable?
    assert_nil error.retry_after
    refute_empty error.message
    assert_equal 'user_not_found', Loginid.json_get(error.json, '/error/code')
  end

  def test_a_rate_limit_has_the_time_to_wait
    Emulator.fault('/manage/users/retrieve', { kind: 'status', code: 429, headers: [%w[Retry-After 90]] }, times: 9)
    error = assert_raises(Loginid::RateLimitedError) { @client.get_user('ada') }
    assert_in_delta 90.0, error.retry_after
    assert_equal true, error.retryable
  end

  def test_a_token_whose_key_was_not_fetched_is_rate_limited_and_not_invalid
    errors = Array.new(8) do |number|
      header = { alg: 'ES256', typ: 'JWT', kid: "made-up-#{number}" }
      token = Emulator.post('tokens', header: header, claims: { aud: ENV.fetch('LOGINID_CLIENT_ID') })['token']
      assert_raises(Loginid::Error) { @client.verify_token(token) }
    end
    assert_instance_of Loginid::TokenInvalidError, errors.first
    assert_instance_of Loginid::RateLimitedError, errors.last
    assert_equal %w[LID_ERROR_RATE_LIMITED unknown_key_throttled], [errors.last.status, errors.last.code]
    assert_nil errors.last.http_status
    assert_predicate errors.last, :retryable?
    assert_operator errors.last.retry_after, :>, 0
  end

  def test_nobody_listening_is_a_network_error
    port = TCPServer.open('127.0.0.1', 0) { |server| server.addr[1] }
    client = Loginid::Client.with_config(client_id: 'x', base_url: "http://127.0.0.1:#{port}", max_retries: 0)
    assert_raises(Loginid::NetworkError) { client.authenticate_password('ada', 'p') }
  end

  def test_an_answer_that_is_not_json
    Emulator.fault('/manage/users/retrieve',
                   { kind: 'status', code: 200, body: '<html>', content_type: 'text/html' }, times: 9)
    assert_raises(Loginid::ResponseError) { @client.get_user('ada') }
  end

  def test_a_status_newer_than_the_gem_is_a_plain_error
    error = Loginid::Error.from(99, '{"error":{"status":"LID_ERROR_NEW","code":"new","message":"m"}}')
    assert_instance_of Loginid::Error, error
    assert_equal 'LID_ERROR_NEW', error.status
    assert_equal 99, error.status_number
    assert_equal 'LID_UNKNOWN', Loginid::Error.from(99, '').status
  end
end

# frozen_string_literal: true

require_relative 'helper'

# Errors as exceptions.
class ErrorsTest < LoginidTest
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
    assert_equal 'LID_UNKNOWN', Loginid::Error.from(99, '').status
  end
end

# frozen_string_literal: true

require_relative 'helper'

# Answers as Ruby values: exactly the members that the library has checked.
class ResultsTest < LoginidTest
  # Values that a parser with objects, symbols, floats or its own depth limit would change.
  CLAIMS = <<~JSON.tr("\n", '')
    "username":"ada","UserName":"mallory","USERNAME":"mallory","ſub":"admin","":"no name","0":"zero",
    "json_class":"Loginid::Client","__proto__":{"username":"mallory"},"constructor":null,"u\\u0000":"nul",
    "number":123456789012345678901234567890,"fraction":0.1000,"empty":{},"list":[]
  JSON

  def test_claims_are_the_tokens_own
    now = Time.now.to_i
    claims = %({"aud":"#{ENV.fetch('LOGINID_CLIENT_ID')}","iat":#{now},"exp":#{now + 600},#{CLAIMS}})
    token = Emulator.post('tokens', { claims_raw: claims })['token']
    verified = @client.verify_token(token, username: 'ada')['claims']
    assert_equal JSON.parse(claims), verified
    assert_equal 'ada', verified['username']
    assert_equal 'Loginid::Client', verified['json_class']
    assert_equal 123_456_789_012_345_678_901_234_567_890, verified['number']
  end

  def answer(body, times: 1)
    Emulator.fault('/manage/users/retrieve', { kind: 'status', code: 200, body: body }, times: times)
    @client.get_user('ada')
  end

  def nested(depth)
    %({"a":#{'[' * (depth - 1)}#{']' * (depth - 1)}})
  end

  def test_answers_are_read_as_deep_as_the_library_allows
    [99, 110, 128].each { |depth| assert_equal nested(depth), answer(nested(depth)).json }
    assert_equal 'invalid_response', assert_raises(Loginid::ResponseError) { answer(nested(129), times: 9) }.code
  end

  # The library passes on members that it does not read.
  def test_an_answer_that_ruby_cannot_read_is_a_response_error
    error = assert_raises(Loginid::ResponseError) { answer('{"token":"canary","a":"\ud800"}') }
    assert_equal %w[LID_ERROR_RESPONSE invalid_response], [error.status, error.code]
    refute_includes error.full_message, 'canary'
    assert_nil error.cause
  end
end

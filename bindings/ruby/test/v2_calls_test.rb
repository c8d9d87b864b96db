# frozen_string_literal: true

require_relative 'helper'

# Every call of the current service that sends a request: the whole request, and the whole answer.
class V2CallsTest < LoginidTest
  # Each call's arguments in their order, and its request; authorization is what authorizes it: the
  # API key, the user's token, or a grant with this scope. `list` is the member that an array in the
  # answer becomes; where the answer has no body, there is the result.
  TABLE = JSON.parse(File.read(File.expand_path('../../wire-v2.json', __dir__)))
  OFFLINE = %i[verify_token verify_transaction].freeze
  # The user in the table.
  USER = 'the-username'
  KEY = "Basic #{["#{ENV.fetch('LOGINID_V2_API_KEY')}:"].pack('m0')}".freeze

  def setup
    super
    @v2 = Loginid::V2::Client.from_env
    # Its token is verified by the calls that log in. The rest is what other calls need, and values
    # that a careless parser changes.
    @answer = Emulator.post("v2/users/#{USER}/login")
                      .merge('token' => 'a.b.c', 'nonce' => 'the-nonce', '' => 'no name', '0' => [{}, [], nil, 1.5])
    @claims = @v2.verify_token(@answer['jwtAccess'])['claims']
  end

  def teardown
    @v2.close
    super
  end

  def test_each_call_sends_the_request_in_the_table
    TABLE.each do |row|
      inject(row)
      result = make(row)
      assert_equal expected(row), result, row['function']
      compare(Emulator.requests.last(2), row)
    end
  end

  def test_the_table_has_every_call_that_sends_a_request
    subjects = Loginid::V2::Api.constants.map { |name| Loginid::V2::Api.const_get(name) }
    calls = subjects.flat_map { |subject| subject.instance_methods(false) }
    assert_equal 27, calls.size
    assert_equal calls.sort, (TABLE.map { |row| name_of(row) } + OFFLINE).uniq.sort
  end

  private

  def inject(row)
    answer = row['list'] ? [@answer] : @answer
    fault = { kind: 'status', code: 200, body: JSON.generate(answer) }
    fault = { kind: 'status', code: 204, body: '' } if row['result']
    Emulator.fault(row['path'], fault)
  end

  def expected(row)
    return row['result'] if row['result']
    return { row['list'] => [@answer] } if row['list']

    logs_in = %i[verify_otp register_complete authenticate_complete].include?(name_of(row))
    logs_in ? @answer.merge('claims' => @claims) : @answer
  end

  # What a method requires is given in the order of the table, the rest by name.
  def make(row)
    keywords = @v2.method(name_of(row)).parameters.filter_map { |kind, keyword| keyword if kind != :req }
    arguments = row['arguments'].to_h do |name, value|
      name.end_with?('_json') ? [name.delete_suffix('_json').to_sym, JSON.parse(value)] : [name.to_sym, value]
    end
    named, positional = arguments.partition { |name, _| keywords.include?(name) }
    @v2.public_send(name_of(row), *positional.map(&:last), **named.to_h)
  end

  def name_of(row)
    row['function'].delete_prefix('lid_v2_').to_sym
  end

  def compare(requests, row)
    sent = requests.last
    assert_equal [row['method'], row['path'], nil], sent.values_at('method', 'path', 'query')
    body = row['body']
    body = body.merge('app' => { 'id' => ENV.fetch('LOGINID_V2_APPLICATION_ID') }) if body&.key?('app')
    body.nil? ? assert_nil(sent['body'], row['function']) : assert_equal(body, sent['body'], row['function'])
    compare_authorization(requests, row['authorization'], row['function'])
  end

  def compare_authorization(requests, authorization, call)
    header = requests.last['headers'].to_h['authorization']
    case authorization
    when nil then assert_nil header, call
    when 'api_key' then assert_equal KEY, header, call
    when 'token' then assert_equal 'Bearer the-token', header, call
    else
      grant = requests.first
      assert_equal ['/fido2/v2/mgmt/grant', { 'username' => USER, 'grants' => [authorization] }],
                   grant.values_at('path', 'body'), call
      assert_equal [authorization], requests.last['token']['claims']['scopes'], call
    end
  end
end

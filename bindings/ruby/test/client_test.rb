# frozen_string_literal: true

require 'rbconfig'
require 'yaml'

require_relative 'helper'

# Making, configuring and closing clients; values in and out.
class ClientTest < LoginidTest
  ID, KEY, URL = ENV.values_at('LOGINID_CLIENT_ID', 'LOGINID_PRIVATE_KEY', 'LOGINID_BASE_URL')

  def test_each_constructor_makes_a_client_that_works
    ada = user
    clients = [
      Loginid::Client.new(ID, private_key: KEY, base_url: URL),
      Loginid::Client.management(ID, KEY, base_url: URL),
      Loginid::Client.with_config(client_id: ID, private_key: KEY, base_url: URL),
      Loginid::Client.with_config(JSON.generate(client_id: ID, private_key: KEY, base_url: URL))
    ]
    clients.each { |client| assert_equal ada, client.get_user(ada)['username'] }
  end

  def test_a_wrong_configuration_is_named
    error = assert_raises(Loginid::ConfigError) { Loginid::Client.with_config(client_id: ID, retries: 1) }
    assert_match(/retries/, error.message)
    assert_raises(Loginid::PrivateKeyError) { Loginid::Client.management(ID, 'no key') }
    assert_raises(Loginid::InvalidArgumentError) { Loginid::Client.new(nil) }
  end

  def test_results_are_hashes_with_their_json
    result = @client.add_user_without_credentials('grace')
    assert_kind_of Hash, result
    assert_equal 'grace', result['username']
    assert_equal result, JSON.parse(result.json)
    assert_equal Encoding::UTF_8, result.json.encoding
  end

  def test_texts_of_every_encoding_arrive
    @client.add_user_without_credentials('Zoë'.encode(Encoding::UTF_16LE))
    assert_equal 'Zoë', @client.get_user('Zoë')['username']
  end

  def test_a_call_of_a_closed_client_is_client_closed
    2.times { @client.close }
    assert_predicate @client, :closed?
    [
      -> { @client.get_user('ada') },
      -> { @client.wait_code('ada', '123456', 'short') },
      -> { @client.generate_service_token('users.retrieve') },
      -> { @client.on_attempt { flunk } },
      -> { @client.on_attempt }
    ].each do |call|
      error = assert_raises(Loginid::InvalidArgumentError, &call)
      assert_equal %w[LID_ERROR_INVALID_ARGUMENT client_closed], [error.status, error.code]
      assert_equal 'client_closed', Loginid.json_get(error.json, '/error/code')
      refute_predicate error, :retryable?
    end
  end

  def test_clients_and_cancels_cannot_be_copied
    [@client, Loginid::Cancel.new].each do |object|
      [:dup.to_proc, :clone.to_proc, Marshal.method(:dump), YAML.method(:dump)].each do |copy|
        error = assert_raises(TypeError) { copy.call(object) }
        assert_match(/\Aa #{object.class} cannot be (copied|dumped)\z/, error.message)
      end
    end
    assert_equal 'ada', @client.add_user_without_credentials('ada')['username']
  end

  def test_closing_lets_a_running_call_end
    ada = user
    Emulator.fault('/manage/users/retrieve', { kind: 'delay', ms: 500, carried_out: true })
    running = Thread.new { @client.get_user(ada) }
    Emulator.await_requests('/manage/users/retrieve')
    @client.close
    assert_equal ada, running.value['username']
  end

  def test_closing_while_threads_are_calling_ends_each_with_an_answer_or_client_closed
    ada = user
    20.times do
      client = Loginid::Client.from_env
      started = Queue.new
      threads = Array.new(6) { Thread.new { call_until_closed(client, ada, started) } }
      threads.size.times { started.pop }
      Array.new(2) { Thread.new { client.close } }.each(&:join)
      assert_equal ['client_closed'] * threads.size, threads.map(&:value)
    end
  end

  def test_inspect_shows_no_secrets
    assert_equal '#<Loginid::Client>', @client.inspect
  end

  # The code of the error that ends the calls.
  def call_until_closed(client, user, started)
    loop do
      raise 'a wrong answer' unless client.get_user(user)['username'] == user

      started << true
    end
  rescue Loginid::Error => e
    e.code
  end

  def test_functions_without_a_client_work
    assert_equal 'LID_ERROR_API', Loginid.status_name(7)
    assert_match(/BEGIN PUBLIC KEY/, Loginid.generate_key_pair['public_key'])
    assert_equal 'b', Loginid.json_get({ a: ['b'] }, '/a/0')
    assert_raises(Loginid::InvalidArgumentError) { Loginid.json_get('{}', '/a') }
  end
end

# frozen_string_literal: true

require 'open3'
require 'rbconfig'

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

  def test_texts_arrive_whatever_their_encoding
    @client.add_user_without_credentials('Zoë'.encode(Encoding::UTF_16LE))
    assert_equal 'Zoë', @client.get_user('Zoë')['username']
  end

  def test_values_that_are_no_texts_are_refused
    assert_raises(Loginid::InvalidArgumentError) { @client.get_user("a\0b") }
    assert_raises(Loginid::InvalidArgumentError) { @client.get_user("\xFF") }
    assert_raises(Loginid::InvalidArgumentError) { @client.get_user(nil) }
    assert_raises(Loginid::InvalidArgumentError) { @client.get_user('') }
    assert_raises(TypeError) { @client.get_user(7) }
    assert_empty Emulator.requests
  end

  def test_a_closed_client_says_so
    2.times { @client.close }
    assert_predicate @client, :closed?
    assert_raises(IOError) { @client.get_user('ada') }
    assert_raises(IOError) { @client.wait_code('ada', '123456', 'short') }
  end

  def test_closing_lets_a_running_call_end
    ada = user
    Emulator.fault('/manage/users/retrieve', { kind: 'delay', ms: 500, carried_out: true })
    running = Thread.new { @client.get_user(ada) }
    sleep 0.01 until Emulator.requests('/manage/users/retrieve').any?
    @client.close
    assert_equal ada, running.value['username']
  end

  def test_inspect_shows_nothing_secret
    assert_equal '#<Loginid::Client>', @client.inspect
  end

  def test_loginid_library_says_where_the_library_is
    command = [RbConfig.ruby, *$LOAD_PATH.map { |path| "-I#{path}" }, '-rloginid', '-e', '']
    output, status = Open3.capture2e({ 'LOGINID_LIBRARY' => '/no/such/library.so' }, *command)
    refute_predicate status, :success?
    assert_includes output, '/no/such/library.so'
  end

  def test_what_needs_no_client
    assert_equal 'LID_ERROR_API', Loginid.status_name(7)
    assert_match(/BEGIN PUBLIC KEY/, Loginid.generate_key_pair['public_key'])
    assert_equal 'b', Loginid.json_get({ a: ['b'] }, '/a/0')
    assert_raises(Loginid::InvalidArgumentError) { Loginid.json_get('{}', '/a') }
  end
end

# frozen_string_literal: true

require 'loginid/testing'
require 'open3'
require 'rbconfig'

require_relative 'helper'

# The emulator for tests of programs. Each is a process of its own, beside the one of these tests.
class TestingTest < Minitest::Test
  PROGRAM = File.expand_path('../../../target/debug/loginid-emulator', __dir__)
  ADA = 'ada@example.com'

  def setup
    @program = ENV.fetch('LOGINID_EMULATOR', nil)
    ENV['LOGINID_EMULATOR'] ||= PROGRAM
  end

  def teardown
    ENV['LOGINID_EMULATOR'] = @program
  end

  def test_both_clients_work_in_a_new_emulator
    [[], ['--tls']].each do |options|
      Loginid::Testing::Emulator.run(*options) do |started|
        token = started.log_in(ADA)['jwtAccess']
        client = started.v2_client
        assert_equal ADA, client.verify_token(token)['claims']['username']
        confirmed = started.confirm_tx(ADA, 'Pay 1 EUR', 'a-nonce')['token']
        assert_equal true, client.verify_transaction(confirmed, 'Pay 1 EUR', 'a-nonce')['valid']
        assert_equal 'grace', started.client.add_user_without_credentials('grace')['username']
        started.reset
        assert_empty started.control('GET', 'requests')['requests']
      end
    end
  end

  def test_usernames_are_sent_as_they_are
    Loginid::Testing::Emulator.run do |started|
      ['ada lovelace', 'a/b?c#d%20+é'].each do |name|
        token = started.log_in(name)['jwtAccess']
        assert_equal name, started.v2_client.verify_token(token)['claims']['username']
        started.v2_client.send_otp_email(name)
        refute_empty started.sent_code(name)
      end
    end
  end

  def test_codes_that_were_sent_are_shown
    Loginid::Testing::Emulator.run do |started|
      id = started.log_in(ADA)['userId']
      started.v2_client.set_email(id, 'ada@example.org', request_verification: true)
      assert_equal({}, started.v2_client.verify_email(ADA, started.sent_code(ADA)))
    end
  end

  def test_the_variables_are_those_of_from_env
    Loginid::Testing::Emulator.run do |started|
      names = %w[LOGINID_BASE_URL LOGINID_V2_BASE_URL LOGINID_V2_API_KEY LOGINID_EMULATOR_URL]
      assert_empty names - started.variables.keys
      refute_equal ENV.fetch('LOGINID_EMULATOR_URL'), started.variables['LOGINID_EMULATOR_URL']
      assert_equal started.variables['LOGINID_EMULATOR_URL'], started.url
    end
  end

  # As a developer has them. LOGINID_LIBRARY stays, and what contradicts nothing.
  def test_variables_of_a_real_application_are_removed
    before = ENV.to_h
    ENV.update('LOGINID_V2_API_KEY_FILE' => '/no/such/file', 'LOGINID_V2_ISSUER' => 'https://a.example',
               'LOGINID_PROXY' => 'http://127.0.0.1:1', 'LOGINID_CA_FILE' => '/no/such/file',
               'LOGINID_MAX_RETRIES' => '3')
    Loginid::Testing::Emulator.run do |started|
      ENV.update(started.variables)
      assert_empty %w[LOGINID_V2_API_KEY_FILE LOGINID_V2_ISSUER LOGINID_PROXY LOGINID_CA_FILE] & ENV.keys
      assert_equal %w[LOGINID_LIBRARY LOGINID_MAX_RETRIES].map { |name| started.variables[name] },
                   [before['LOGINID_LIBRARY'], '3']
      Loginid::V2::Client.from_env.verify_token(started.log_in(ADA)['jwtAccess'])
    end
  ensure
    ENV.replace(before)
  end

  def test_variables_that_are_not_utf_8_are_ignored
    before = ENV.to_h
    ENV.update("A\xFF" => '', 'B' => "\xFF")
    Loginid::Testing::Emulator.run(&:reset)
    Loginid::Testing::Emulator.current.reset
  ensure
    ENV.replace(before)
  end

  # As an emulator demands that other computers reach.
  def test_the_token_of_the_control_api_is_sent
    server = TCPServer.open('127.0.0.1', 0)
    head = Thread.new do
      socket = server.accept
      lines = socket.each_line("\r\n", chomp: true).take_while { |line| !line.empty? }
      socket.write("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
      socket.close
      lines
    end
    variables = { 'LOGINID_EMULATOR_URL' => "http://127.0.0.1:#{server.addr[1]}", 'LOGINID_EMULATOR_TOKEN' => 'the-token' }
    Loginid::Testing::Emulator.new(variables).reset
    assert_includes head.value, 'Authorization: Bearer the-token'
  ensure
    server&.close
  end

  def test_the_emulator_of_exec_is_found_and_goes_on
    current = Loginid::Testing::Emulator.current
    token = current.log_in(ADA)['jwtAccess']
    assert_equal ADA, Loginid::V2::Client.from_env.verify_token(token, username: ADA)['claims']['username']
    current.close
    current.reset
  end

  def test_without_exec_there_is_no_current_emulator
    url = ENV.fetch('LOGINID_EMULATOR_URL')
    [nil, ''].each do |none|
      ENV['LOGINID_EMULATOR_URL'] = none
      error = assert_raises(RuntimeError) { Loginid::Testing::Emulator.current }
      assert_equal 'there is no emulator: run this program with loginid-emulator exec', error.message
    end
  ensure
    ENV['LOGINID_EMULATOR_URL'] = url
  end

  def test_a_client_does_not_need_the_emulator_to_be_kept
    client = Loginid::Testing::Emulator.start.v2_client
    3.times { GC.start }
    refute_empty client.get_version['version']
  end

  def test_it_ends_once
    started = Loginid::Testing::Emulator.start
    started.reset
    Process.wait(fork { [started.close, exit!] }) # a child does not end it
    started.reset
    2.times { started.close }
    assert_raises(SystemCallError) { started.reset }
  end

  def test_it_ends_with_a_process_that_is_killed
    program = "STDOUT.sync = true\nputs Loginid::Testing::Emulator.start.variables['LOGINID_EMULATOR_URL']\nsleep"
    paths = $LOAD_PATH.map { |path| "-I#{path}" }
    Open3.popen2(RbConfig.ruby, *paths, '-rloginid/testing', '-e', program) do |_, output, thread|
      uri = URI("#{output.gets.chomp}/healthz")
      assert_equal '200', Net::HTTP.get_response(uri).code
      Process.kill(:KILL, thread.pid)
      await_end(uri)
    end
  end

  def test_the_program_is_found_and_one_that_cannot_start_is_an_error
    path = ENV.fetch('PATH')
    error = assert_raises(RuntimeError) { Loginid::Testing::Emulator.start('--nonsense') }
    assert_match(/did not start: .*nonsense/, error.message)
    error = assert_raises(RuntimeError) { emulator_that_prints('\377 is wrong') }
    assert_match(/did not start: .+ is wrong\z/, error.message)
    ENV['LOGINID_EMULATOR'] = '/no/such/program'
    error = assert_raises(Errno::ENOENT) { Loginid::Testing::Emulator.start }
    assert_match %r{/no/such/program\. LOGINID_EMULATOR .* gem install loginid-emulator\z}, error.message
    ENV['LOGINID_EMULATOR'] = ''
    ENV['PATH'] = "#{File.dirname(@program || PROGRAM)}:#{path}"
    Loginid::Testing::Emulator.run(&:reset)
  ensure
    ENV['PATH'] = path
  end

  def test_the_program_of_its_gem_is_found_first
    Dir.mktmpdir do |folder|
      FileUtils.mkdir("#{folder}/loginid")
      package = 'Loginid::Emulator = Module.new { const_set(:PROGRAM, "/the/gems/own") }'
      File.write("#{folder}/loginid/emulator.rb", package)
      script = 'require "loginid/testing"; Loginid::Testing::Emulator.start'
      load_path = [*$LOAD_PATH, folder].map { |one| "-I#{one}" }
      output, status = Open3.capture2e({ 'LOGINID_EMULATOR' => nil }, RbConfig.ruby, *load_path, '-e', script)
      refute_predicate status, :success?
      assert_match %r{/the/gems/own}, output
    end
  end

  private

  # Starts a program that prints an error, in which printf(1) reads escapes, and ends.
  def emulator_that_prints(error)
    Tempfile.create('emulator') do |program|
      program.write("#!/bin/sh\nprintf '#{error}\\n' >&2\nexit 1\n")
      program.close
      File.chmod(0o700, program.path)
      ENV['LOGINID_EMULATOR'] = program.path
      Loginid::Testing::Emulator.start
    end
  end

  def await_end(uri)
    deadline = Process.clock_gettime(Process::CLOCK_MONOTONIC) + LoginidTest::DEADLINE
    loop do
      Net::HTTP.get_response(uri)
      flunk 'it goes on' if Process.clock_gettime(Process::CLOCK_MONOTONIC) > deadline
      sleep 0.02
    end
  rescue SystemCallError, EOFError
    nil
  end
end

# frozen_string_literal: true

require 'loginid/testing'

require_relative 'helper'

# The emulator for tests of programs. Each is a process of its own, beside the one of these tests.
class TestingTest < Minitest::Test
  PROGRAM = ENV.fetch('LOGINID_EMULATOR') { File.expand_path('../../../target/debug/loginid-emulator', __dir__) }
  ADA = 'ada@example.com'

  def test_both_clients_work_in_a_new_emulator
    [[], ['--tls']].each do |arguments|
      Loginid::Testing::Emulator.run(program: PROGRAM, arguments: arguments) do |started|
        token = started.log_in(ADA)['jwtAccess']
        client = started.v2_client
        assert_equal ADA, client.verify_token(token)['claims']['username']
        confirmed = started.confirm_tx(ADA, 'Pay 1 EUR', 'a-nonce')['token']
        assert_equal true, client.verify_transaction(confirmed, 'Pay 1 EUR', 'a-nonce')['valid']
        assert_equal 'grace', started.client.add_user_without_credentials('grace')['username']
        started.reset
        assert_empty started.get('requests')['requests']
      end
    end
  end

  def test_the_variables_are_those_of_from_env
    Loginid::Testing::Emulator.run(program: PROGRAM) do |started|
      names = %w[LOGINID_BASE_URL LOGINID_V2_BASE_URL LOGINID_V2_API_KEY LOGINID_EMULATOR_URL]
      assert_empty names - started.variables.keys
      refute_equal ENV.fetch('LOGINID_EMULATOR_URL'), started.variables['LOGINID_EMULATOR_URL']
    end
  end

  def test_the_emulator_of_exec_is_found_and_goes_on
    current = Loginid::Testing::Emulator.current
    token = current.log_in(ADA)['jwtAccess']
    assert_equal ADA, Loginid::V2::Client.from_env.verify_token(token, username: ADA)['claims']['username']
    current.stop
    current.reset
  end

  def test_a_client_does_not_need_the_emulator_to_be_kept
    client = Loginid::Testing::Emulator.start(program: PROGRAM).v2_client
    3.times { GC.start }
    refute_empty client.get_version['version']
  end

  def test_it_ends_once
    started = Loginid::Testing::Emulator.start(program: PROGRAM)
    started.reset
    Process.wait(fork { [started.stop, exit!] }) # a child does not end it
    started.reset
    2.times { started.stop }
    assert_raises(SystemCallError) { started.reset }
  end

  def test_one_that_cannot_start_is_an_error
    error = assert_raises(RuntimeError) do
      Loginid::Testing::Emulator.start(program: PROGRAM, arguments: ['--nonsense'])
    end
    assert_match(/did not start/, error.message)
    assert_raises(Errno::ENOENT) { Loginid::Testing::Emulator.start(program: '/no/such/program') }
  end
end

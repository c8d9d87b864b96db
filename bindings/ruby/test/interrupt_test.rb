# frozen_string_literal: true

require 'open3'
require 'rbconfig'

require_relative 'helper'

# Ctrl-C during a call in a program of its own: Interrupt is raised there, with
# and without a log block, and the attempt is reported.
class InterruptTest < LoginidTest
  RETRIEVE = '/manage/users/retrieve'
  PROGRAM = <<~'RUBY'
    require 'loginid'
    name, listen, *arguments = ARGV
    client = Loginid::Client.from_env
    client.on_attempt { |event| puts "event #{event['operation']}" } if listen == 'true'
    begin
      client.public_send(name, *arguments)
      puts 'returned'
    rescue Interrupt => e
      puts e.class
    end
    client.on_attempt
    puts client.get_user('ada')['username']
  RUBY

  def setup
    super
    @client.add_user_without_credentials('ada')
  end

  # The output of the program, which is interrupted when its request has arrived.
  def interrupted(listen, path, name, *arguments)
    command = [RbConfig.ruby, *$LOAD_PATH.map { |folder| "-I#{folder}" }, '-e', PROGRAM, name, listen.to_s, *arguments]
    Open3.popen2e(*command) do |_input, output, program|
      Emulator.await_requests(path)
      Process.kill(:INT, program.pid)
      printed = Timeout.timeout(DEADLINE) { output.read }
      assert_predicate program.value, :success?, printed
      printed.split("\n")
    end
  end

  def test_during_an_ordinary_call_it_is_raised_when_the_call_has_returned
    { true => ['event get_user', 'Interrupt', 'ada'], false => %w[Interrupt ada] }.each do |listen, printed|
      Emulator.reset
      @client.add_user_without_credentials('ada')
      Emulator.fault(RETRIEVE, { kind: 'delay', ms: 1000, carried_out: true })
      assert_equal printed, interrupted(listen, RETRIEVE, 'get_user', 'ada')
    end
  end

  def test_during_a_wait_it_is_raised_at_once
    { true => ['event wait_code', 'Interrupt', 'ada'], false => %w[Interrupt ada] }.each do |listen, printed|
      Emulator.reset
      @client.add_user_without_credentials('ada')
      started = Process.clock_gettime(Process::CLOCK_MONOTONIC)
      assert_equal printed, interrupted(listen, Emulator::WAIT_PATH, 'wait_code', 'ada', short_code('ada'), 'short')
      assert_operator Process.clock_gettime(Process::CLOCK_MONOTONIC) - started, :<, DEADLINE
    end
  end

  def test_a_program_that_does_not_rescue_it_ends_with_the_signal
    script = 'Loginid::Client.from_env.wait_code(*ARGV)'
    folders = $LOAD_PATH.map { |folder| "-I#{folder}" }
    code = short_code('ada')
    program = Process.spawn(RbConfig.ruby, *folders, '-rloginid', '-e', script, 'ada', code, 'short', err: File::NULL)
    Emulator.await_waits(1)
    Process.kill(:INT, program)
    status = Timeout.timeout(DEADLINE) { Process.wait2(program).last }
    assert_equal Signal.list['INT'], status.termsig, "it ended with #{status}"
  end
end

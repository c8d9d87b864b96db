# frozen_string_literal: true

require_relative 'helper'

# Threads run while others are in C.
class ThreadsTest < LoginidTest
  def test_two_waits_run_in_parallel
    users = [user, user]
    codes = users.map { |name| short_code(name) }
    waits = users.zip(codes).map { |name, code| Thread.new { @client.wait_code(name, code, :short) } }
    # This thread runs, so neither wait holds the global lock; and both have
    # been sent, so neither holds up the other.
    Emulator.await_waits(2)
    authorize(codes[1], users[1])
    assert_equal users[1], waits[1].value.dig('user', 'username')
    assert_predicate waits[0], :alive?
    authorize(codes[0], users[0])
    assert_equal users[0], waits[0].value.dig('user', 'username')
  end

  def test_an_ordinary_call_does_not_hold_the_global_lock
    ada = user
    Emulator.fault('/manage/users/retrieve', { kind: 'delay', ms: 1000, carried_out: true })
    call = Thread.new { @client.get_user(ada) }
    # The request to the emulator needs the lock while the call runs.
    Emulator.await_requests('/manage/users/retrieve')
    assert_predicate call, :alive?
    assert_equal ada, call.value['username']
  end

  def test_timeout_waits_for_an_ordinary_call_and_loses_nothing
    ada = user
    Emulator.fault('/manage/users/retrieve', { kind: 'delay', ms: 600, carried_out: true })
    assert_raises(Timeout::Error) { Timeout.timeout(0.1) { @client.get_user(ada) } }
    # Ruby's signals to the thread have caused no retry.
    assert_equal 1, Emulator.requests('/manage/users/retrieve').size
    assert_equal ada, @client.get_user(ada)['username']
  end

  def test_many_threads_share_a_client
    names = Array.new(8) { user }
    threads = names.map { |name| Thread.new { Array.new(25) { @client.get_user(name)['username'] } } }
    assert_equal names.map { |name| [name] * 25 }, threads.map(&:value)
  end
end

# frozen_string_literal: true

require_relative 'helper'

# Waiting for a code, and the ways a wait ends before the code is authorized.
class WaitTest < LoginidTest
  def setup
    super
    @user = user
    @code = short_code(@user)
    @threads = Thread.list
  end

  # A waiting thread, whose request has reached the service.
  def waiting(&block)
    before = Emulator.requests(Emulator::WAIT_PATH).size
    thread = Thread.new do
      Thread.current.report_on_exception = false
      block ? block.call : @client.wait_code(@user, @code, :short)
    end
    Emulator.await_waits(before + 1)
    thread
  end

  # Runs a block that must not take as long as the wait would.
  def promptly(&block)
    Timeout.timeout(DEADLINE, &block)
  end

  def test_an_authorized_code_logs_in
    thread = waiting
    authorize(@code, @user)
    assert_equal @user, promptly { thread.value }.dig('user', 'username')
  end

  def test_the_deadline_is_in_seconds
    started = now
    assert_raises(Loginid::TimeoutError) { @client.wait_code(@user, @code, :short, timeout: 0.25) }
    assert_in_delta 0.25, now - started, 20
  end

  def test_nil_for_timeout_and_cancel_means_not_given
    thread = waiting { @client.wait_code(@user, @code, :short, timeout: nil, cancel: nil) }
    authorize(@code, @user)
    assert_equal @user, promptly { thread.value }.dig('user', 'username')
  end

  def test_cancel_must_be_a_cancel
    [true, false, 5, 'cancel'].each do |cancel|
      error = assert_raises(TypeError) { @client.wait_code(@user, @code, :short, cancel: cancel) }
      assert_match(/\Acancel must be a Loginid::Cancel, not /, error.message)
    end
    assert_empty Emulator.requests(Emulator::WAIT_PATH)
  end

  # As docs/ruby.md says.
  def test_in_a_trap_block_a_cancel_works_and_calls_do_not
    cancel = Loginid::Cancel.new
    thread = waiting { @client.wait_code(@user, @code, :short, cancel: cancel) }
    refused = []
    before = trap(:USR1) do
      [-> { @client.get_user(@user) }, -> { @client.close }].each do |call|
        call.call
      rescue ThreadError => e
        refused << e
      end
      cancel.trigger
    end
    Process.kill(:USR1, Process.pid)
    assert_raises(Loginid::CancelledError) { promptly { thread.value } }
    assert_equal 2, refused.size
  ensure
    trap(:USR1, before)
  end

  def test_an_interrupted_wait_reports_its_attempt
    events = []
    @client.on_attempt { |event| events << event['operation'] }
    thread = waiting
    thread.raise(IndexError)
    promptly { assert_raises(IndexError) { thread.value } }
    assert_equal ['wait_code'], events
  end

  def test_timeout_ends_it_at_once
    promptly do
      assert_raises(Timeout::Error) { Timeout.timeout(0.3) { @client.wait_code(@user, @code, :short) } }
    end
    no_thread_is_left
  end

  def test_thread_raise_ends_it_at_once
    thread = waiting
    thread.raise(IndexError, 'enough')
    promptly { assert_raises(IndexError) { thread.value } }
    no_thread_is_left
  end

  def test_thread_kill_ends_it_at_once
    thread = waiting
    thread.kill
    assert promptly { thread.join }
    no_thread_is_left
  end

  def test_cancel_ends_it_at_once
    cancel = Loginid::Cancel.new
    thread = waiting { @client.wait_code(@user, @code, :short, cancel: cancel) }
    2.times { cancel.trigger }
    promptly { assert_raises(Loginid::CancelledError) { thread.value } }
  end

  def test_an_interrupted_wait_leaves_the_client_usable
    thread = waiting
    thread.kill
    thread.join
    thread = waiting
    authorize(@code, @user)
    assert promptly { thread.value }['is_authenticated']
  end

  def no_thread_is_left
    deadline = now + DEADLINE
    sleep 0.01 until (left = ours(Thread.list - @threads)).empty? || now > deadline
    assert_empty left
  end

  # Timeout has its own thread in newer versions of Ruby.
  def ours(threads)
    threads.reject { |thread| thread.inspect.include?('timeout.rb') }
  end

  def now
    Process.clock_gettime(Process::CLOCK_MONOTONIC)
  end
end

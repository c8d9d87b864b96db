# frozen_string_literal: true

require_relative 'helper'

# Clients with options of their own.
class OptionsTest < LoginidTest
  RETRIEVE = '/manage/users/retrieve'

  def setup
    super
    @user = user
  end

  def slow
    Emulator.fault(RETRIEVE, { kind: 'delay', ms: 60_000 })
  end

  def test_options_are_sent_and_the_clients_are_independent
    derived = @client.with_options(timeout: 30, max_retries: 0, headers: { 'X-Tenant' => 'tw"o' },
                                   request_id: 'trace-42')
    @client.close
    derived.get_user(@user)
    headers = Emulator.requests(RETRIEVE).last['headers']
    assert_includes headers, ['x-tenant', 'tw"o']
    assert_includes headers, %w[request-id trace-42]
    derived.with_options(headers: { 'X-More' => '3' }).get_user(@user)
    assert_equal %w[x-more x-tenant], Emulator.requests(RETRIEVE).last['headers'].map(&:first).grep(/\Ax-[mt]/).sort
    assert_equal 'client_closed', assert_raises(Loginid::InvalidArgumentError) { @client.with_options }.code
  end

  def test_the_timeout_is_in_seconds
    slow
    assert_raises(Loginid::TimeoutError) { @client.with_options(timeout: 0.2).get_user(@user) }
  end

  def test_another_thread_cancels_any_call
    slow
    cancel = Loginid::Cancel.new
    derived = @client.with_options(cancel: cancel)
    second = derived.with_options(cancel: Loginid::Cancel.new)
    thread = Thread.new { assert_raises(Loginid::CancelledError) { second.get_user(@user) } }
    Emulator.await_requests(RETRIEVE)
    cancel.trigger
    thread.join
    assert_raises(Loginid::CancelledError) { derived.generate_service_token('users.retrieve') }
    assert_raises(Loginid::CancelledError) { derived.wait_code(@user, '1', :short) }
    @client.generate_service_token('users.retrieve')
  end

  def test_a_thousand_cancels_need_no_descriptor
    before = Dir.children('/proc/self/fd').size
    kept = Array.new(1000) { @client.with_options(cancel: Loginid::Cancel.new) }
    assert_operator Dir.children('/proc/self/fd').size, :<=, before
    assert_equal 1000, kept.size
  end

  def test_bad_options_are_refused
    [{ max_retries: 11 }, { headers: { 'Host' => 'canary' } },
     { headers: { 'X-A' => "canary\r\nX-B: 1" } }, { headers: { 'X-A' => 1 } },
     { request_id: 'a b' }].each do |options|
      error = assert_raises(Loginid::InvalidArgumentError) { @client.with_options(**options) }
      assert_equal 'invalid_options', error.code
      refute_includes error.message, 'canary'
      # Not `options_json`, as the argument is called in C.
      assert_match(/\Aoptions: /, error.message)
    end
    assert_raises(TypeError) { @client.with_options(cancel: true) }
    [0, -1, 86_400.1, 10**30].each do |timeout|
      error = assert_raises(ArgumentError) { @client.with_options(timeout: timeout) }
      assert_equal 'timeout must be more than 0 and at most 86400 seconds', error.message
    end
    @client.with_options(timeout: 86_400)
  end

  def test_the_block_of_on_attempt_is_shared
    events = []
    derived = @client.with_options
    @client.on_attempt { |event| events << event['operation'] }
    derived.get_user(@user)
    @client.close
    derived.get_user(@user)
    assert_equal %w[get_user get_user], events
    derived.on_attempt
    derived.get_user(@user)
    assert_equal 2, events.size
  end
end

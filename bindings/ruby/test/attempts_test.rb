# frozen_string_literal: true

require_relative 'helper'

# The log of HTTP attempts.
class AttemptsTest < LoginidTest
  def setup
    super
    @ada = user
    @events = []
    @client.on_attempt { |event| @events << event }
  end

  def test_each_attempt_is_reported
    Emulator.fault('/manage/users/retrieve', { kind: 'status', code: 503 })
    @client.get_user(@ada)
    assert_equal([['get_user', 1, 503], ['get_user', 2, 200]],
                 @events.map { |event| event.values_at('operation', 'attempt', 'http_status') })
  end

  def test_failed_calls_and_waits_are_reported_on_the_calling_thread
    threads = []
    @client.on_attempt { |event| threads << [event['operation'], Thread.current] }
    assert_raises(Loginid::ApiError) { @client.get_user('nobody') }
    assert_raises(Loginid::ApiError) { @client.wait_code(@ada, '000000', :short) }
    assert_equal [['get_user', Thread.current], ['wait_code', Thread.current]], threads
  end

  def test_the_block_may_use_the_client_raise_and_throw
    @client.on_attempt { |event| @client.get_user(@ada) if event['operation'] == 'get_credentials' }
    assert_empty @client.get_credentials(username: @ada)['credentials']
    @client.on_attempt { raise IndexError }
    assert_raises(IndexError) { @client.get_user(@ada) }
    @client.on_attempt { throw :out, 7 }
    assert_equal 7, catch(:out) { @client.get_user(@ada) }
  end

  def test_a_call_tells_the_block_that_was_set_when_it_began
    Emulator.fault('/manage/users/retrieve', { kind: 'status', code: 503 })
    attempts = []
    @client.on_attempt do |event|
      @client.on_attempt
      attempts << event['attempt']
    end
    2.times { @client.get_user(@ada) }
    assert_equal [1, 2], attempts
  end

  def test_without_a_block_it_is_silent_again
    @client.on_attempt
    @client.get_user(@ada)
    assert_empty @events
  end
end

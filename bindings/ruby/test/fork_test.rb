# frozen_string_literal: true

require_relative 'helper'

# A forking server: the parent makes a client and uses it, and so do the children.
class ForkTest < LoginidTest
  def test_children_use_the_client_their_parent_made
    names = Array.new(6) { user }
    children = names.map { |name| fork { finish { 20.times { check(name) } } } }
    20.times { check(names.first) }
    assert_all_well(children)
  end

  def test_children_wait_for_codes
    ada = user
    code = short_code(ada)
    child = fork { finish { raise unless @client.wait_code(ada, code, :short)['is_authenticated'] } }
    Emulator.await_waits(1)
    authorize(code, ada)
    assert_all_well([child])
  end

  # The child has none of the parent's threads, whatever locks they held.
  def test_a_fork_while_threads_are_calling
    names = Array.new(4) { user }
    stop = false
    threads = names.map { |name| Thread.new { check(name) until stop } }
    children = Array.new(10) { |n| fork { finish { 5.times { check(names[n % 4]) } } } }
    assert_all_well(children)
    stop = true
    threads.each(&:value)
  end

  private

  def check(name)
    answer = @client.get_user(name)['username']
    raise "requested #{name}, got #{answer}" unless answer == name
  end

  # The end of a child, without the tests' own at_exit.
  def finish
    yield
    exit!(0)
  rescue Exception => e # rubocop:disable Lint/RescueException
    warn "in the child: #{e.full_message}"
    exit!(1)
  end

  def assert_all_well(children)
    Timeout.timeout(DEADLINE * 2) do
      assert(children.map { |child| Process.wait2(child).last }.all?(&:success?))
    end
  end
end

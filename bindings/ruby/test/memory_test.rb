# frozen_string_literal: true

require_relative 'helper'

# Memory from C is freed.
class MemoryTest < LoginidTest
  MIB = 1024 * 1024

  def resident
    GC.start
    File.read('/proc/self/statm').split[1].to_i * 4096
  end

  # How much memory remains after a block has run many times.
  def growth(times, &block)
    [times / 10, 5].max.times(&block)
    before = resident
    times.times(&block)
    resident - before
  end

  def test_results_are_freed
    json = JSON.generate('text' => 'x' * MIB)
    assert_operator growth(300) { Loginid.json_get(json, '/text') }, :<, 100 * MIB # 300 if they were not
  end

  def test_errors_are_freed
    # About 200 bytes each.
    assert_operator growth(100_000) { fails { Loginid.json_get('{}', '/a') } }, :<, 10 * MIB
  end

  def test_clients_are_freed_by_close_and_by_the_collector
    agent = 'x' * 100_000
    { Loginid::Client => { client_id: 'x' }, Loginid::V2::Client => { base_url: 'https://a.example' } }
      .each do |client, config|
        make = -> { client.with_config(user_agent: agent, **config).tap { |made| made.with_options.close } }
        assert_operator growth(600) { make.call.close }, :<, 30 * MIB # 60 if not
        # Memory in C does not trigger Ruby's garbage collector.
        assert_operator growth(12) { 50.times { make.call } and GC.start }, :<, 30 * MIB
      end
  end

  def test_cancels_are_freed_by_the_collector
    300.times { Loginid::Cancel.new }
    before = Dir.children('/proc/self/fd').size
    GC.start
    3000.times { Loginid::Cancel.new }
    GC.start
    assert_operator Dir.children('/proc/self/fd').size, :<, before + 600, 'two descriptors each'
  end

  def fails
    yield
    flunk 'an error was expected'
  rescue Loginid::Error
    nil
  end
end

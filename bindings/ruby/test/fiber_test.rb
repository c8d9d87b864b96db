# frozen_string_literal: true

require_relative 'helper'

# Servers with a Fiber scheduler (Falcon, async): a wait lets other fibers run.
class FiberTest < LoginidTest
  # The minimum that Ruby requires of a scheduler, with one fiber blocked at a time.
  class Scheduler
    def initialize
      @ready = Queue.new
      @blocked = 0
    end

    def fiber(&block)
      Fiber.new(blocking: false, &block).tap(&:resume)
    end

    def block(_blocker, _timeout = nil)
      @blocked += 1
      Fiber.yield
      true
    end

    # Called by any thread.
    def unblock(_blocker, fiber)
      @ready << fiber
    end

    def close
      until @blocked.zero?
        @ready.pop.resume
        @blocked -= 1
      end
    end

    # Ruby requires these two; the test neither sleeps nor reads.
    def kernel_sleep(*)
      raise NotImplementedError
    end

    def io_wait(*)
      raise NotImplementedError
    end
  end

  def test_another_fiber_authorizes_the_code
    ada = user
    code = short_code(ada)
    steps = Queue.new
    Thread.new do
      Fiber.set_scheduler(Scheduler.new)
      Fiber.schedule { steps << @client.wait_code(ada, code, :short, timeout: DEADLINE).dig('user', 'username') }
      Fiber.schedule do
        authorize(code, ada)
        steps << 'authorized'
      end
    end.join
    assert_equal ['authorized', ada], Array.new(2) { steps.pop(true) }
  end
end

# frozen_string_literal: true

module Loginid
  # Collects the log events of a call, to be reported after it has returned: code
  # of the program must not raise, throw or be killed in the middle of C frames.
  module Attempts
    KEY = :loginid_attempts
    private_constant :KEY

    # One for all clients, so that none is collected while a call may log.
    CALLBACK = FFI::Function.new(:void, %i[string pointer]) do |event, _user_data|
      # Ruby raises Ctrl-C in the first method that the main thread calls; FFI
      # raises it again when the C function has returned. The event is kept.
      Thread.current
    ensure
      Thread.current[KEY]&.push(event)
    end

    # Runs a block; the events of the calls in it are appended to the list.
    def self.gather(events)
      outer = Thread.current[KEY]
      Thread.current[KEY] = events
      yield
    ensure
      Thread.current[KEY] = outer
    end
  end
  private_constant :Attempts
end

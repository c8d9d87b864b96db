# frozen_string_literal: true

module Loginid
  # Gathers the log events of a call, to be reported when it has returned: code
  # of the program must not raise, throw or be killed in the midst of C frames.
  module Attempts
    KEY = :loginid_attempts
    private_constant :KEY

    # One for all clients, so that none is collected while a call may log.
    CALLBACK = FFI::Function.new(:void, %i[string pointer]) do |event, _user_data|
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

# frozen_string_literal: true

module Loginid
  # A switch that ends Client#wait_code from another thread, which then raises
  # CancelledError. Use a new one for each wait, also after a wait that Timeout,
  # Thread#raise or Ctrl-C ended. It belongs to the process that made it.
  class Cancel
    include NonCopyable

    # Frees the switch when its last user has released it.
    class Pointer < FFI::AutoPointer
      def self.release(pointer)
        Native.lid_cancel_free(pointer)
      end
    end
    private_constant :Pointer

    # For the library only.
    attr_reader :pointer

    def initialize
      switch = Native.lid_cancel_new
      raise InternalError.local('out_of_descriptors', 'no file descriptor is left') if switch.null?

      @pointer = Pointer.new(switch)
    end

    # Ends the wait, now or when it begins. May be called more than once.
    def trigger
      Native.lid_cancel_trigger(@pointer)
    end
  end
end

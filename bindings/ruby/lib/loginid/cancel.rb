# frozen_string_literal: true

module Loginid
  # A switch that ends, from another thread, Client#wait_code or the calls of a client of
  # ServiceClient#with_options, which then raise CancelledError. Use a new one for each wait, also
  # after a wait that Timeout, Thread#raise or Ctrl-C ended. In a forked child it ends the
  # calls of the child only.
  class Cancel
    include NonCopyable

    # Frees the switch when its last user has released it.
    class Pointer < FFI::AutoPointer
      def self.release(pointer)
        Native.lid_cancel_free(pointer)
      end
    end
    private_constant :Pointer

    # The native switch, for the library only.
    #
    # @api private
    attr_reader :pointer

    def initialize
      @pointer = Pointer.new(Native.lid_cancel_new)
    end

    # Ends the calls, now and later. May be called more than once.
    #
    # @return [void]
    def trigger
      Native.lid_cancel_trigger(@pointer)
    end
  end
end

# frozen_string_literal: true

module Loginid
  # Calls a C function whose last argument is `char **out`.
  module Call
    # Thread#raise, Thread#kill and Timeout take effect after the memory of a call
    # is freed; they could not end a call sooner anyway.
    UNINTERRUPTED = { Object => :never }.freeze
    private_constant :UNINTERRUPTED

    class << self
      # The JSON of the result; raises the Error if the call failed.
      def run(function, *arguments)
        result(*invoke(function, *arguments))
      end

      # The status and the JSON that a call returned.
      def invoke(function, *arguments)
        out = FFI::MemoryPointer.new(:pointer)
        uninterrupted do
          status = Native.public_send(function, *arguments, out)
          [status, text(out.read_pointer)]
        ensure
          Native.lid_free_string(out.read_pointer)
        end
      end

      def result(status, json)
        raise Error.from(status, json) unless status.zero?

        json
      end

      def uninterrupted(&block)
        Thread.handle_interrupt(UNINTERRUPTED, &block)
      end

      private

      def text(pointer)
        pointer.null? ? '' : pointer.read_string.force_encoding(Encoding::UTF_8)
      end
    end
  end
  private_constant :Call
end

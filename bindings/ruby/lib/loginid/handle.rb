# frozen_string_literal: true

module Loginid
  # A native client, freed once: when it is closed and no call uses it anymore,
  # or by the garbage collector.
  class Handle
    # The safety net for clients that are never closed.
    class Pointer < FFI::AutoPointer
      def self.release(pointer)
        Native.lid_free(pointer)
      end
    end
    private_constant :Pointer

    # What is called for each HTTP attempt, for all clients that share a log function.
    Listener = Struct.new(:block)
    private_constant :Listener

    attr_reader :listener

    class << self
      # Makes a client with one of the lid_new functions.
      def make(function, **arguments)
        values = Arguments.convert(arguments)
        own { |client| Call.run(function, *values, client) }
      end

      # Owns the client that the block has C store.
      def own(listener = Listener.new)
        client = FFI::MemoryPointer.new(:pointer)
        Call.uninterrupted do
          yield client
          new(Pointer.new(client.read_pointer), listener)
        end
      end
    end

    def initialize(pointer, listener = Listener.new)
      @pointer = pointer
      @listener = listener
      @lock = Mutex.new
      @calls = 0
      @closed = false
    end

    # Yields the native client, which lives at least as long as the block runs.
    def use
      Call.uninterrupted do
        enter
        begin
          yield @pointer
        ensure
          leave
        end
      end
    end

    # A client that shares what this one has; the cancel may be nil.
    def derive(options, cancel)
      values = Arguments.convert(options: options)
      use do |client|
        Handle.own(@listener) do |derived|
          Call.run(:lid_with_options, client, *values, cancel&.pointer, derived)
        end
      end
    end

    def close
      @lock.synchronize do
        @pointer.free if !@closed && @calls.zero?
        @closed = true
      end
    end

    def closed?
      @closed
    end

    private

    def enter
      @lock.synchronize do
        raise InvalidArgumentError.local('client_closed', 'this Loginid::Client is closed') if @closed

        @calls += 1
      end
    end

    def leave
      @lock.synchronize do
        @calls -= 1
        @pointer.free if @closed && @calls.zero?
      end
    end
  end
  private_constant :Handle
end

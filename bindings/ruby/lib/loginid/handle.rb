# frozen_string_literal: true

module Loginid
  # A native client, freed once: when it is closed and no call uses it anymore,
  # or by the garbage collector.
  class Handle
    # What is called for each HTTP attempt, for all clients that share a log function.
    Listener = Struct.new(:block)
    private_constant :Listener

    attr_reader :listener

    class << self
      # Makes a client with one of the lid_new functions. The names of the functions of its
      # service begin with the prefix.
      def make(prefix, constructor, **arguments)
        values = Arguments.convert(arguments)
        own(prefix) { |client| Call.run(:"#{prefix}#{constructor}", *values, client) }
      end

      # Owns the client that the block has C store.
      def own(prefix, listener = Listener.new)
        client = FFI::MemoryPointer.new(:pointer)
        Call.uninterrupted do
          yield client
          # The garbage collector is the safety net for clients that are never closed.
          pointer = FFI::AutoPointer.new(client.read_pointer, Native.method(:"#{prefix}free"))
          new(pointer, prefix, listener)
        end
      end
    end

    def initialize(pointer, prefix, listener)
      @pointer = pointer
      @prefix = prefix
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
        Handle.own(@prefix, @listener) do |derived|
          Call.run(function(:with_options), client, *values, cancel&.pointer, derived)
        end
      end
    end

    # Sets what is called for each HTTP attempt; nil for nothing.
    def on_attempt(block)
      use { |client| Native.public_send(function(:set_log_callback), client, block && Attempts::CALLBACK, nil) }
      @listener.block = block
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

    def function(name)
      :"#{@prefix}#{name}"
    end

    def enter
      @lock.synchronize do
        raise InvalidArgumentError.local('client_closed', 'the client is closed: make a new one') if @closed

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

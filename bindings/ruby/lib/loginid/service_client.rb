# frozen_string_literal: true

module Loginid
  # What the clients of both services have in common: see Client and V2::Client.
  #
  # Make one client per program: any number of threads may use it at once, also in forked
  # children.
  #
  # Every call returns a Result, a Hash, or raises an Error. A keyword that is nil means "not
  # given", and so does a member of options that is nil. JSON is given as a Hash, as the parameters
  # of Rails, or as a text. An argument of another type is a TypeError that names it.
  class ServiceClient
    include NonCopyable

    # The longest limit of a call, in seconds.
    LONGEST_TIMEOUT = 86_400
    private_constant :LONGEST_TIMEOUT

    class << self
      # A client from a configuration with the fields of docs/configuration.md.
      #
      # @param config [Hash, String] a Hash, in which a field that is nil is not given, or JSON
      # @return [ServiceClient] a client of the class that it is called on
      # @raise [Error]
      def with_config(config)
        wrap(Handle.make(prefix, :new_with_config, config: config))
      end

      # A client from the environment variables of docs/configuration.md.
      #
      # @return [ServiceClient] a client of the class that it is called on
      # @raise [Error]
      def from_env
        wrap(Handle.make(prefix, :new_from_env))
      end

      private

      def wrap(handle)
        allocate.tap { |client| client.instance_variable_set(:@handle, handle) }
      end
    end

    # A client with other options, which shares connections, keys and the block of on_attempt
    # with this one: make one for each call if you like. What is not given stays as it is. Both
    # clients are closed separately.
    #
    # @param timeout [Numeric, nil] the limit of each call, in seconds: more than 0, at most a day
    # @param max_retries [Integer, nil]
    # @param headers [Hash{String => String}, nil] replace those of the same name
    # @param request_id [String, nil] 1 to 128 visible ASCII characters, sent with each request
    # @param cancel [Cancel, nil] ends the calls of the new client from another thread, and those
    #   of clients derived from it
    # @return [ServiceClient] a client of the same class
    # @raise [Error]
    def with_options(timeout: nil, max_retries: nil, headers: nil, request_id: nil, cancel: nil)
      check_cancel(cancel) unless cancel.nil?
      timeout_ms = Arguments.milliseconds(:timeout, timeout, LONGEST_TIMEOUT) unless timeout.nil?
      options = { timeout_ms: timeout_ms, max_retries: max_retries, headers: headers, request_id: request_id }
      self.class.send(:wrap, @handle.derive(options, cancel))
    end

    # Calls the block with a Hash for each HTTP attempt of this client, when the
    # call that made the attempt ends, on its thread. Without a block, stops doing so.
    # The call raises what the block raises, instead of returning its result. A call
    # that has begun calls the block that was set then.
    #
    # @yieldparam event [Hash{String => Object}] see docs/errors.md for its members
    # @return [self]
    def on_attempt(&block)
      @handle.on_attempt(block)
      self
    end

    # Frees the client as soon as no call uses it. The garbage collector
    # does so too. A call after that is an InvalidArgumentError client_closed.
    #
    # @return [void]
    def close
      @handle.close
    end

    # @return [Boolean]
    def closed?
      @handle.closed?
    end

    # Contains no secrets.
    #
    # @return [String]
    def inspect
      "#<#{self.class}#{' closed' if closed?}>"
    end

    private

    def call(function, **arguments)
      values = Arguments.convert(arguments)
      reporting { Result.new(Call.result(*invoke(function, *values))) }
    end

    def check_cancel(cancel)
      raise TypeError, "cancel must be a Loginid::Cancel, not #{cancel.class}" unless cancel.is_a?(Cancel)
    end

    def invoke(function, *arguments)
      @handle.use { |client| Call.invoke(function, client, *arguments) }
    end

    # Yields the list for the events of a call, and reports them when it ends.
    def reporting
      listener = @handle.listener.block
      attempts = []
      Attempts.gather(attempts) { yield attempts }
    ensure
      attempts.each { |event| listener.call(JsonText.parse(event)) } if listener
    end
  end
end

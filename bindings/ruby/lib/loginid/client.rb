# frozen_string_literal: true

require_relative 'api/authentication'
require_relative 'api/codes'
require_relative 'api/credentials'
require_relative 'api/registration'
require_relative 'api/tokens'
require_relative 'api/transactions'
require_relative 'api/users'

module Loginid
  # A client of the LoginID service. Make one per program: any number of threads may use
  # it at once, also in forked children.
  #
  # Every call returns a Result, a Hash, or raises an Error. Calls that take user_id:
  # and username: need one of them, or both. A keyword that is nil means "not given". JSON is
  # given as a Hash or as a text. An argument of another type is a TypeError that names it.
  class Client
    include Api::Authentication
    include Api::Codes
    include Api::Credentials
    include Api::Registration
    include Api::Tokens
    include Api::Transactions
    include Api::Users
    include NonCopyable

    # A client for an application. The private key (PEM) is optional:
    # applications may be public. Without a base URL it is the public service.
    def initialize(client_id, private_key: nil, base_url: nil)
      @handle = Handle.make(:lid_new, client_id: client_id, private_key: private_key, base_url: base_url)
    end

    class << self
      # A client for a management application.
      def management(client_id, private_key, base_url: nil)
        wrap(Handle.make(:lid_new_management, client_id: client_id, private_key: private_key, base_url: base_url))
      end

      # A client from a configuration: a Hash or JSON with the fields of
      # lid_new_with_config, for example client_id, private_key_file,
      # request_timeout_ms.
      def with_config(config)
        wrap(Handle.make(:lid_new_with_config, config: config))
      end

      # A client from the variables LOGINID_CLIENT_ID, LOGINID_PRIVATE_KEY, …
      def from_env
        wrap(Handle.make(:lid_new_from_env))
      end

      private

      def wrap(handle)
        allocate.tap { |client| client.instance_variable_set(:@handle, handle) }
      end
    end

    # A client with other options, which shares connections, keys and the block of on_attempt
    # with this one: make one for each call if you like. The timeout is in seconds and is the
    # limit of each call. headers replace those of the same name. A Cancel ends the calls of
    # the new client from another thread, and those derived from it. What is not given stays
    # as it is. Both clients are closed separately.
    def with_options(timeout: nil, max_retries: nil, headers: nil, request_id: nil, cancel: nil)
      check_cancel(cancel) unless cancel.nil?
      timeout_ms = Arguments.convert(timeout: timeout).first unless timeout.nil?
      options = { timeout_ms: timeout_ms, max_retries: max_retries, headers: headers, request_id: request_id }
      self.class.send(:wrap, @handle.derive(options.compact, cancel))
    end

    # Calls the block with a Hash for each HTTP attempt of this client, when the
    # call that made the attempt ends, on its thread. Without a block, stops doing so.
    # The call raises what the block raises, instead of returning its result. A call
    # that has begun calls the block that was set then.
    def on_attempt(&block)
      @handle.use { |client| Native.lid_set_log_callback(client, block && Attempts::CALLBACK, nil) }
      @handle.listener.block = block
      self
    end

    # Frees the client as soon as no call uses it. The garbage collector
    # does so too. A call after that is an InvalidArgumentError client_closed.
    def close
      @handle.close
    end

    def closed?
      @handle.closed?
    end

    # Contains no secrets.
    def inspect
      "#<#{self.class}#{' closed' if closed?}>"
    end

    private

    def call(function, **arguments)
      values = Arguments.convert(arguments)
      reporting { Result.new(Call.result(*invoke(function, *values))) }
    end

    # A call that Thread#raise, Thread#kill, Timeout and Ctrl-C end at once. It runs in
    # a new thread, because nothing interrupts a thread in C.
    def call_interruptibly(cancel, function, **arguments)
      values = Arguments.convert(arguments)
      cancel = Cancel.new if cancel.nil?
      check_cancel(cancel)

      reporting do |attempts|
        worker = Thread.new do
          Thread.current.report_on_exception = false # it is raised in the thread that waits
          Attempts.gather(attempts) { invoke(function, *values, cancel.pointer) }
        end
        outcome = worker.value
        Result.new(Call.result(*outcome))
      ensure
        Call.uninterrupted { stop(worker, cancel) } unless outcome
      end
    end

    def check_cancel(cancel)
      raise TypeError, "cancel must be a Loginid::Cancel, not #{cancel.class}" unless cancel.is_a?(Cancel)
    end

    # Ends a call in another thread, which takes up to 100 ms, so that its events
    # are reported. A call that takes longer keeps its objects alive.
    def stop(worker, cancel)
      cancel.trigger
      worker&.join(1)
    rescue StandardError
      nil # worker.value has raised it
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

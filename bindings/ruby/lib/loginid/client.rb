# frozen_string_literal: true

require 'json'

require_relative 'api/authentication'
require_relative 'api/codes'
require_relative 'api/credentials'
require_relative 'api/registration'
require_relative 'api/tokens'
require_relative 'api/transactions'
require_relative 'api/users'

module Loginid
  # A client of the LoginID service. Make one for a program: any number of
  # threads may use it at once, and forked children may go on using it.
  #
  # Every call returns a Result, a Hash, or raises an Error. Where a user is
  # meant, user_id: or username: is needed, or both.
  class Client
    include Api::Authentication
    include Api::Codes
    include Api::Credentials
    include Api::Registration
    include Api::Tokens
    include Api::Transactions
    include Api::Users

    # A client for an application. The private key (PEM) may be left out:
    # applications may be public. Without a base URL it is the public service.
    def initialize(client_id, private_key: nil, base_url: nil)
      @handle = Handle.make(:lid_new, *[client_id, private_key, base_url].map { Arguments.text(_1) })
    end

    class << self
      # A client for a management application.
      def management(client_id, private_key, base_url: nil)
        wrap(Handle.make(:lid_new_management, *[client_id, private_key, base_url].map { Arguments.text(_1) }))
      end

      # A client from a configuration: a Hash or JSON with the fields of
      # lid_new_with_config, as client_id, private_key_file, request_timeout_ms.
      def with_config(config)
        wrap(Handle.make(:lid_new_with_config, Arguments.json(config)))
      end

      # A client from LOGINID_CLIENT_ID, LOGINID_PRIVATE_KEY and the like.
      def from_env
        wrap(Handle.make(:lid_new_from_env))
      end

      private

      def wrap(handle)
        allocate.tap { |client| client.instance_variable_set(:@handle, handle) }
      end
    end

    # Calls the block with a Hash for each HTTP attempt of this client, as soon
    # as the call that made it ends; without a block no longer. What the block
    # raises, the call raises, so better rescue in it.
    def on_attempt(&block)
      @on_attempt = block
      @handle.use { |client| Native.lid_set_log_callback(client, block && Attempts::CALLBACK, nil) }
      self
    end

    # Frees the client, as soon as no call uses it any more. The garbage
    # collector does so too.
    def close
      @handle.close
    end

    def closed?
      @handle.closed?
    end

    # Shows nothing of what it holds.
    def inspect
      "#<#{self.class}#{' closed' if closed?}>"
    end

    private

    def call(function, *arguments)
      reporting { Result.new(Call.result(*invoke(function, *arguments))) }
    end

    # A call that Thread#raise, Thread#kill, Timeout and Ctrl-C end at once. It
    # runs in a thread of its own: nothing interrupts a thread in C.
    def call_interruptibly(cancel, function, *arguments)
      reporting do |attempts|
        worker = Thread.new do
          Thread.current.report_on_exception = false # it is raised in the thread that waits
          Attempts.gather(attempts) { invoke(function, *arguments, cancel.pointer) }
        end
        outcome = worker.value
        Result.new(Call.result(*outcome))
      ensure
        # The thread then ends by itself, and what it uses lives as long.
        Call.uninterrupted { cancel.trigger } unless outcome
      end
    end

    def invoke(function, *arguments)
      @handle.use { |client| Call.invoke(function, client, *arguments) }
    end

    # Yields the list for the events of a call, and reports them when it ends.
    def reporting
      listener = @on_attempt
      attempts = []
      Attempts.gather(attempts) { yield attempts }
    ensure
      attempts.each { |event| listener.call(JSON.parse(event)) } if listener
    end
  end
end

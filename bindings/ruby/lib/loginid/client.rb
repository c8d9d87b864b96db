# frozen_string_literal: true

require_relative 'api/authentication'
require_relative 'api/codes'
require_relative 'api/credentials'
require_relative 'api/registration'
require_relative 'api/tokens'
require_relative 'api/transactions'
require_relative 'api/users'

module Loginid
  # A client of LoginID's older service, v1. Calls that take user_id: and username: need one of
  # them, or both. For LoginID's current service see V2::Client.
  class Client < ServiceClient
    include Api::Authentication
    include Api::Codes
    include Api::Credentials
    include Api::Registration
    include Api::Tokens
    include Api::Transactions
    include Api::Users

    # A client for an application.
    #
    # @param client_id [String]
    # @param private_key [String, nil] PEM; applications may be public
    # @param base_url [String, nil] the public service if nil
    # @raise [Error]
    def initialize(client_id, private_key: nil, base_url: nil)
      super()
      @handle = Handle.make('lid_', :new, client_id: client_id, private_key: private_key, base_url: base_url)
    end

    class << self
      # A client for a management application.
      #
      # @param client_id [String]
      # @param private_key [String] PEM
      # @param base_url [String, nil] the public service if nil
      # @return [Client]
      # @raise [Error]
      def management(client_id, private_key, base_url: nil)
        arguments = { client_id: client_id, private_key: private_key, base_url: base_url }
        wrap(Handle.make(prefix, :new_management, **arguments))
      end

      private

      def prefix
        'lid_'
      end
    end

    private

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

    # Ends a call in another thread, which takes up to 100 ms, so that its events
    # are reported. A call that takes longer keeps its objects alive.
    def stop(worker, cancel)
      cancel.trigger
      worker&.join(1)
    rescue StandardError
      nil # worker.value has raised it
    end
  end
end

# frozen_string_literal: true

require 'json'
require 'net/http'
require 'uri'

require_relative '../loginid'

module Loginid
  # For the tests of programs: `require 'loginid/testing'`.
  module Testing
    # An emulator of both services on this machine, in a process of its own: no account and no
    # network is needed. It needs the program `loginid-emulator`.
    #
    # @example
    #   Loginid::Testing::Emulator.run do |emulator|
    #     token = emulator.log_in('ada@example.com')['jwtAccess']
    #     emulator.v2_client.verify_token(token)
    #   end
    class Emulator
      # The process of an emulator, which only the process that has started it ends.
      class Child
        def initialize(output)
          @output = output
          @owner = Process.pid
        end

        # The argument is that of a finalizer.
        def stop(_object_id = nil)
          return if @output.closed? || @owner != Process.pid

          Process.kill(:TERM, @output.pid)
          @output.close
        end
      end
      private_constant :Child

      # The variables that `from_env` of the clients reads, and LOGINID_EMULATOR_URL.
      #
      # @return [Hash{String => String}]
      attr_reader :variables

      class << self
        # Starts an emulator, which runs until stop, or until this process ends.
        #
        # @param program [String] the name or the path of the program
        # @param arguments [Array<String>] its options, for example `['--tls']`
        # @return [Emulator]
        def start(program: ENV.fetch('LOGINID_EMULATOR', 'loginid-emulator'), arguments: [])
          output = IO.popen([program, '--output', 'json', *arguments, { err: File::NULL }])
          emulator = new(ready(output, program), Child.new(output))
          (@started ||= []) << emulator # a client that uses it does not keep it alive
          emulator
        end

        # Starts an emulator, which runs until the block ends.
        #
        # @yieldparam emulator [Emulator]
        # @return what the block returns
        def run(**options)
          emulator = start(**options)
          yield emulator
        ensure
          emulator&.stop
        end

        # The emulator that `loginid-emulator exec` has started for this program.
        #
        # @return [Emulator]
        def current
          new(ENV.to_h.select { |name, _| name.start_with?('LOGINID_') })
        end

        private

        # The variables, after which the emulator closes its output when it is ready.
        def ready(output, program)
          JSON.parse(output.read)
        rescue JSON::ParserError
          output.close
          raise "#{program} did not start: run it by hand to see why"
        end
      end

      # @api private
      def initialize(variables, child = nil)
        @variables = variables.freeze
        @child = child
        # Not at_exit, in which Minitest and others run the tests: what this file adds to it
        # would run before them.
        ObjectSpace.define_finalizer(self, child.method(:stop)) if child
      end

      # A client with all rights.
      #
      # @return [Client]
      def client
        id, key = variables.values_at('LOGINID_CLIENT_ID', 'LOGINID_PRIVATE_KEY')
        Client.with_config({ client_id: id, private_key: key, **shared('LOGINID_BASE_URL') })
      end

      # A client of the current service with all rights.
      #
      # @return [V2::Client]
      def v2_client
        key, id = variables.values_at('LOGINID_V2_API_KEY', 'LOGINID_V2_APPLICATION_ID')
        V2::Client.with_config({ api_key: key, application_id: id, **shared('LOGINID_V2_BASE_URL') })
      end

      # A user of the current service logs in with a passkey, as on a page. A new user signs up.
      #
      # @param username [String]
      # @return [Hash{String => Object}] the answer that the page gets, with the token `jwtAccess`
      def log_in(username)
        post("v2/users/#{URI.encode_www_form_component(username)}/login")
      end

      # A user of the current service confirms a transaction, as on a page.
      #
      # @param username [String]
      # @param tx_payload [String]
      # @param nonce [String]
      # @return [Hash{String => Object}] the answer that the page gets, with the `token`
      def confirm_tx(username, tx_payload, nonce)
        post('v2/tx/confirm', username: username, txPayload: tx_payload, nonce: nonce)
      end

      # Deletes users, faults and requests: call it before each test.
      #
      # @return [void]
      def reset
        post('reset')
      end

      # Calls the control API, which docs/testing.md describes.
      #
      # @param path [String] below /_emulator/
      # @param body [Hash]
      # @return [Hash{String => Object}, nil]
      def post(path, body = {})
        request = Net::HTTP::Post.new(address(path), 'Content-Type' => 'application/json')
        request.body = JSON.generate(body)
        answer(request)
      end

      # Reads from the control API.
      #
      # @param path [String] below /_emulator/
      # @return [Hash{String => Object}, nil]
      def get(path)
        answer(Net::HTTP::Get.new(address(path)))
      end

      # Ends the emulator that this process has started.
      #
      # @return [void]
      def stop
        @child&.stop
      end

      private

      def shared(base_url)
        { base_url: variables.fetch(base_url), ca_file: variables['LOGINID_CA_FILE'] }.compact
      end

      def address(path)
        URI("#{variables.fetch('LOGINID_EMULATOR_URL')}/_emulator/#{path}")
      end

      def answer(request)
        uri = request.uri
        options = { use_ssl: uri.scheme == 'https', ca_file: variables['LOGINID_CA_FILE'] }
        answer = Net::HTTP.start(uri.hostname, uri.port, nil, **options) { |http| http.request(request) }
        raise "the emulator answered #{answer.code}: #{answer.body}" unless answer.is_a?(Net::HTTPSuccess)

        answer.body.to_s.empty? ? nil : JSON.parse(answer.body)
      end
    end
  end
end

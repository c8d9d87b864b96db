# frozen_string_literal: true

require 'erb'
require 'json'
require 'net/http'
require 'tempfile'
require 'uri'

require_relative '../loginid'

module Loginid
  # For the tests of programs: `require 'loginid/testing'`.
  module Testing
    # An emulator of both services on this machine, in a process that ends with this one: no
    # account and no network is needed. The program `loginid-emulator` is the one that the variable
    # LOGINID_EMULATOR names, else that of the gem loginid-emulator, else the one in the PATH.
    #
    # @example
    #   Loginid::Testing::Emulator.run do |emulator|
    #     token = emulator.log_in('ada@example.com')['jwtAccess']
    #     emulator.v2_client.verify_token(token)
    #   end
    class Emulator
      # Prints the environment, each variable ended by a NUL, and another NUL; runs until its input
      # ends, as it does when this process ends, also if it is killed.
      SCRIPT = "env -0 && printf '\\0' && exec cat"
      PREFIX = 'LOGINID_'
      private_constant :SCRIPT, :PREFIX

      # The variables that `from_env` of the clients reads, and LOGINID_EMULATOR_URL. Those of this
      # process that contradict them are nil: `ENV.update` removes them.
      #
      # @return [Hash{String => String, nil}]
      attr_reader :variables

      class << self
        # Starts an emulator, which runs until close, or until this process ends.
        #
        # @param options [Array<String>] those of the program, for example `'--tls'`
        # @return [Emulator]
        # @raise [Errno::ENOENT] if the program is missing
        def start(*options)
          program = self.program
          Tempfile.create('loginid-emulator') do |problems|
            process = launched([program, 'exec', *options, '--', 'sh', '-c', SCRIPT], problems)
            emulator = new(variables(process) || failed(program, problems), process)
            (@started ||= []) << emulator # a client that uses it does not keep it alive
            emulator
          end
        end

        # Starts an emulator, which runs until the block ends.
        #
        # @param options [Array<String>] those of the program, for example `'--tls'`
        # @yieldparam emulator [Emulator]
        # @return what the block returns
        def run(*options)
          emulator = start(*options)
          yield emulator
        ensure
          emulator&.close
        end

        # The emulator that `loginid-emulator exec` has started for this program.
        #
        # @return [Emulator]
        def current
          if ENV.fetch('LOGINID_EMULATOR_URL', '').empty?
            raise 'there is no emulator: run this program with loginid-emulator exec'
          end

          new(ENV.to_h)
        end

        private

        def program
          named = ENV.fetch('LOGINID_EMULATOR', '')
          named.empty? ? packaged_program || 'loginid-emulator' : named
        end

        # That of the gem loginid-emulator, also if the gem's programs are not in the PATH.
        def packaged_program
          require 'loginid/emulator'
          Loginid::Emulator::PROGRAM
        rescue LoadError
          nil
        end

        def launched(command, problems)
          IO.popen([*command, { err: problems }], 'r+b')
        rescue Errno::ENOENT
          raise Errno::ENOENT, "#{command.first}. LOGINID_EMULATOR may name it, else it is that of the gem " \
                               'loginid-emulator, else it is in the PATH. Install it: gem install loginid-emulator'
        end

        # What the script prints; nil if it did not run.
        def variables(process)
          lines = []
          while (line = process.gets("\0"))
            return lines.to_h if line == "\0"

            # Bytes, which need not be UTF-8, until they are split.
            lines << line.chomp("\0").split('=', 2).each { |part| part.force_encoding(Encoding::UTF_8) }
          end
          process.close
        end

        def failed(program, problems)
          raise "#{program} did not start: #{File.read(problems.path).scrub.strip}"
        end
      end

      # @api private
      def initialize(environment, process = nil)
        ours = environment.select { |name, _| name.start_with?(PREFIX) }
        @variables = ENV.keys.select { |name| name.start_with?(PREFIX) }.to_h { |name| [name, nil] }.merge(ours).freeze
        @process = process
        @owner = Process.pid
      end

      # The address of the emulator.
      #
      # @return [String]
      def url
        variables.fetch('LOGINID_EMULATOR_URL')
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
        control('POST', "v2/users/#{ERB::Util.url_encode(username)}/login")
      end

      # A user of the current service confirms a transaction, as on a page.
      #
      # @param username [String]
      # @param tx_payload [String]
      # @param nonce [String]
      # @return [Hash{String => Object}] the answer that the page gets, with the `token`
      def confirm_tx(username, tx_payload, nonce)
        control('POST', 'v2/tx/confirm', username: username, txPayload: tx_payload, nonce: nonce)
      end

      # The last one-time code that a user of the current service was sent.
      #
      # @param username [String]
      # @return [String]
      def sent_code(username)
        control('GET', "v2/otp?#{URI.encode_www_form(username: username)}").fetch('code')
      end

      # Deletes users, faults and recorded requests: call it before each test.
      #
      # @return [void]
      def reset
        control('POST', 'reset')
      end

      # Uses the control API, which emulator/README.md describes.
      #
      # @param method [String] of HTTP
      # @param path [String] below /_emulator/
      # @param body [Hash]
      # @return [Hash{String => Object}, nil]
      def control(method, path, body = {})
        uri = URI("#{url}/_emulator/#{path}")
        text = JSON.generate(body) unless method == 'GET'
        answer = connection(uri) { |http| http.send_request(method, uri.request_uri, text, headers) }
        raise "the emulator answered #{answer.code}: #{answer.body}" unless answer.is_a?(Net::HTTPSuccess)

        answer.body.to_s.empty? ? nil : JSON.parse(answer.body)
      end

      # Ends the emulator that this process has started.
      #
      # @return [void]
      def close
        return if @process.nil? || @process.closed? || @owner != Process.pid # a forked child

        Process.kill(:TERM, @process.pid)
        @process.close
      end

      private

      def shared(base_url)
        { base_url: variables.fetch(base_url), ca_file: variables['LOGINID_CA_FILE'] }.compact
      end

      def connection(uri, &block)
        options = { use_ssl: uri.scheme == 'https', ca_file: variables['LOGINID_CA_FILE'] }
        Net::HTTP.start(uri.hostname, uri.port, nil, **options, &block) # no proxy reaches this machine
      end

      def headers
        token = variables['LOGINID_EMULATOR_TOKEN']
        { 'Content-Type' => 'application/json', 'Authorization' => ("Bearer #{token}" if token) }.compact
      end
    end
  end
end

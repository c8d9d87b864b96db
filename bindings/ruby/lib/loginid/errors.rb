# frozen_string_literal: true

require 'json'

module Loginid
  # A call that failed. Each status of the C library has a class of its own
  # below; a status that this gem does not know is a plain Error. The message is the library's,
  # followed by the code and the request id; to_h has it without these.
  class Error < StandardError
    # The name of the status, for example "LID_ERROR_API".
    # @return [String]
    attr_reader :status
    # The number of the status in C.
    # @return [Integer, nil]
    attr_reader :status_number
    # The service's code or the library's own, for example "user_not_found".
    # @return [String, nil]
    attr_reader :code
    # The call, for example "get_user"; nil outside of a call.
    # @return [String, nil]
    attr_reader :operation
    # The HTTP status of the service's answer; nil without an answer.
    # @return [Integer, nil]
    attr_reader :http_status
    # The Request-ID header of the request, for the service's support; nil if none was sent.
    # @return [String, nil]
    attr_reader :request_id
    # How long to wait before the next try, in seconds; nil if not known.
    # @return [Float, nil]
    attr_reader :retry_after
    # The same in milliseconds.
    # @return [Integer, nil]
    attr_reader :retry_after_ms
    # The error object as JSON text.
    # @return [String, nil]
    attr_reader :json

    class << self
      # The error for a status number and the error object of a call.
      def from(number, json)
        fields = JSON.parse(json).fetch('error')
        (CLASSES[fields['status']] || self).new(fields, json, number)
      rescue JSON::ParserError, KeyError
        new({ 'status' => Native.lid_status_name(number), 'message' => 'the library gave no reason' }, json, number)
      end

      # An error that this gem detects itself, or that a test double raises: in the form of the
      # library's errors, with the status of the class.
      #
      # @param code [String]
      # @param message [String]
      # @param http_status [Integer, nil] as if the service had answered
      # @return [Error] of the class that it is called on
      def local(code, message, http_status: nil)
        fields = { 'status' => CLASSES.key(self), 'code' => code, 'message' => message, 'operation' => nil,
                   'http_status' => http_status, 'request_id' => nil, 'retryable' => false, 'retry_after_ms' => nil }
        new(fields, JSON.generate('error' => fields))
      end
    end

    def initialize(fields, json = nil, number = nil)
      super(described(fields))
      @fields = fields
      @status, @code, @operation = fields.values_at('status', 'code', 'operation')
      @http_status, @request_id = fields.values_at('http_status', 'request_id')
      @retryable = fields['retryable'] == true
      @retry_after_ms = fields['retry_after_ms']
      @retry_after = @retry_after_ms&.fdiv(1000)
      @json = json
      # Statuses are numbered from 1, in this order.
      @status_number = number || CLASSES.keys.index(@status)&.next
    end

    # The members of the error object, with their names in JSON.
    #
    # @return [Hash{String => Object}]
    def to_h
      @fields.dup
    end

    # Whether the call can be repeated safely: nothing is done twice.
    #
    # @return [Boolean]
    attr_reader :retryable
    alias retryable? retryable

    private

    def described(fields)
      code, request_id = fields.values_at('code', 'request_id')
      details = [code, ("request #{request_id}" if request_id)].compact
      details.empty? ? fields['message'] : "#{fields['message']} (#{details.join(', ')})"
    end
  end

  # An argument is missing, empty, not UTF-8 or not of the required form.
  class InvalidArgumentError < Error; end
  # The configuration has an unknown, mistyped or contradictory field.
  class ConfigError < Error; end
  # The private key cannot be used, or one is required and there is none.
  class PrivateKeyError < Error; end
  # The token is malformed, or has a bad signature or an unknown key.
  class TokenInvalidError < Error; end
  # The token is expired, not yet valid or too old.
  class TokenExpiredError < Error; end
  # The token is for another audience, user, nonce or transaction, or of another kind.
  class ClaimMismatchError < Error; end
  # The service refused the call; see #code and #http_status.
  class ApiError < Error; end
  # Too many requests: the service answered 429, or many tokens with unknown keys
  # came in (unknown_key_throttled, the token is not judged). See #retry_after.
  class RateLimitedError < Error; end
  # The service could not be reached, or the connection broke.
  class NetworkError < Error; end
  # No trusted TLS connection could be made.
  class TlsError < Error; end
  # The call's deadline passed.
  class TimeoutError < Error; end
  # Cancel#trigger ended or refused the call.
  class CancelledError < Error; end
  # The service's answer is not JSON, too large or lacks something.
  class ResponseError < Error; end
  # An internal error of the library. The client stays usable.
  class InternalError < Error; end

  class Error
    CLASSES = {
      'LID_ERROR_INVALID_ARGUMENT' => InvalidArgumentError,
      'LID_ERROR_CONFIG' => ConfigError,
      'LID_ERROR_PRIVATE_KEY' => PrivateKeyError,
      'LID_ERROR_TOKEN_INVALID' => TokenInvalidError,
      'LID_ERROR_TOKEN_EXPIRED' => TokenExpiredError,
      'LID_ERROR_CLAIM_MISMATCH' => ClaimMismatchError,
      'LID_ERROR_API' => ApiError,
      'LID_ERROR_RATE_LIMITED' => RateLimitedError,
      'LID_ERROR_NETWORK' => NetworkError,
      'LID_ERROR_TLS' => TlsError,
      'LID_ERROR_TIMEOUT' => TimeoutError,
      'LID_ERROR_CANCELLED' => CancelledError,
      'LID_ERROR_RESPONSE' => ResponseError,
      'LID_ERROR_INTERNAL' => InternalError
    }.freeze
  end
end

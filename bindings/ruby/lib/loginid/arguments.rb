# frozen_string_literal: true

require 'json'

module Loginid
  # Ruby values as the C library takes them.
  module Arguments
    MILLISECONDS = (1..0xFFFF_FFFF).freeze
    private_constant :MILLISECONDS

    class << self
      # A text, or nil. A copy, since another thread may change the caller's
      # string while the call runs without the global lock.
      def text(value)
        return if value.nil?
        raise TypeError, "a String is needed, not #{value.class}" unless value.is_a?(String) || value.is_a?(Symbol)

        text = utf8(value.to_s)
        raise embedded_nul if text.include?("\0")

        text.dup.freeze
      end

      # JSON, from a Hash or given as text; or nil.
      def json(value)
        text(value.is_a?(Hash) ? JSON.generate(value) : value)
      end

      # Seconds in milliseconds; 0, the configured limit, for nil.
      def milliseconds(seconds)
        return 0 if seconds.nil?

        milliseconds = (Float(seconds) * 1000).ceil
        return milliseconds if MILLISECONDS.cover?(milliseconds)

        raise ArgumentError, 'timeout must be a positive number of seconds'
      rescue FloatDomainError
        raise ArgumentError, 'timeout must be finite'
      end

      private

      # Bytes of no known encoding are left to the library's judgement.
      def utf8(string)
        case string.encoding
        when Encoding::UTF_8, Encoding::US_ASCII, Encoding::BINARY then string.b
        else string.encode(Encoding::UTF_8).b
        end
      end

      def embedded_nul
        InvalidArgumentError.new({ 'status' => 'LID_ERROR_INVALID_ARGUMENT', 'code' => 'embedded_nul',
                                   'message' => 'a text holds a NUL character' })
      end
    end
  end
  private_constant :Arguments
end

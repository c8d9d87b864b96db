# frozen_string_literal: true

module Loginid
  # Converts the arguments of a call to what the C function takes. Every argument
  # has a name, which decides its type and which errors name.
  module Arguments
    # In C a 32-bit number of milliseconds.
    LONGEST_WAIT = 0xFFFF_FFFF.div(1000)
    # Of these Hashes a member that is nil is not given, as a keyword that is nil.
    OPTIONAL_MEMBERS = %i[config options].freeze
    private_constant :LONGEST_WAIT, :OPTIONAL_MEMBERS

    class << self
      # The converted values, in the same order.
      def convert(arguments)
        arguments.map do |name, value|
          case name
          when *Calls::BOOLEANS then boolean(name, value)
          when *Calls::JSON_VALUES, :config, :json then json(name, value)
          when :timeout then milliseconds(name, value, LONGEST_WAIT)
          else text(name, value)
          end
        end
      end

      # Seconds to milliseconds; nil to 0, the configured limit.
      def milliseconds(name, seconds, longest)
        return 0 if seconds.nil?
        raise mistyped(name, 'a number of seconds', seconds) unless seconds.is_a?(Numeric) && seconds.real?
        raise ArgumentError, "#{name} must be finite" unless seconds.finite?
        return (seconds * 1000).ceil if seconds.positive? && seconds <= longest

        raise ArgumentError, "#{name} must be more than 0 and at most #{longest} seconds"
      end

      private

      # Nothing else counts as true or false: "false" from a form would be true.
      def boolean(name, value)
        return value if value.equal?(true) || value.equal?(false)

        raise mistyped(name, 'true or false', value)
      end

      # A copy, because another thread may change the caller's string while the
      # call runs without the global lock.
      def text(name, value)
        return if value.nil?

        value = value.name if value.is_a?(Symbol) && Calls::SYMBOLS.include?(name)
        raise mistyped(name, 'a String', value) unless value.is_a?(String)

        copy = utf8(name, value)
        raise InvalidArgumentError.local('embedded_nul', "#{name} must not hold a NUL") if copy.include?("\0")

        copy.freeze
      end

      # A Hash becomes JSON; JSON text is passed on unchanged. Rails' parameters are no Hash;
      # they need no `permit`, because the library checks the members. What a browser answered
      # keeps its members that are nil.
      def json(name, value)
        hash = rails_parameters?(value) ? value.to_unsafe_h : Hash.try_convert(value)
        hash = hash.compact if hash && OPTIONAL_MEMBERS.include?(name)
        return text(name, JsonText.generate(name, hash)) if hash
        return text(name, value) if value.nil? || value.is_a?(String)

        raise mistyped(name, 'a Hash or a String of JSON', value)
      end

      # Rails' options are a Hash that responds to every name.
      def rails_parameters?(value)
        !value.is_a?(Hash) && value.respond_to?(:to_unsafe_h)
      end

      # The library checks bytes without a known encoding.
      def utf8(name, string)
        case string.encoding
        when Encoding::UTF_8, Encoding::US_ASCII, Encoding::BINARY then string.b
        else string.encode(Encoding::UTF_8).b
        end
      rescue EncodingError
        raise InvalidArgumentError.local('invalid_utf8', "#{name} is not valid #{string.encoding}"), cause: nil
      end

      def mistyped(name, wanted, value)
        TypeError.new("#{name} must be #{wanted}, not #{value.nil? ? 'nil' : value.class}")
      end
    end
  end
  private_constant :Arguments
end

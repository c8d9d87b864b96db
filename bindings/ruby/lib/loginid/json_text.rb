# frozen_string_literal: true

require 'json'

module Loginid
  # Reading and writing JSON. Its errors are Loginid errors, without the parser's message
  # and cause: those quote the text, which may hold a token.
  module JsonText
    # The library refuses more than 128 levels; the JSON gem's own limit is 100.
    # A member named json_class creates no object of that class.
    PARSING = { max_nesting: 0, create_additions: false }.freeze
    GENERATING = { max_nesting: 128 }.freeze
    private_constant :PARSING, :GENERATING

    class << self
      # The value of a JSON text of the library.
      def parse(json)
        JSON.parse(json, PARSING)
      rescue JSON::JSONError
        raise ResponseError.local('invalid_response', 'the JSON of the answer cannot be read'), cause: nil
      end

      # The JSON text of an argument.
      def generate(name, hash)
        JSON.generate(hash, GENERATING)
      rescue JSON::JSONError, EncodingError
        raise InvalidArgumentError.local('invalid_json', "#{name} cannot be written as JSON: a number that is " \
                                                         'not finite, a text that is not UTF-8, or nested deeper ' \
                                                         'than 128'), cause: nil
      end
    end
  end
  private_constant :JsonText
end

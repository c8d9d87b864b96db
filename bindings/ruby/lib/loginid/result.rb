# frozen_string_literal: true

module Loginid
  # The answer of a call: a Hash with String keys, and its original JSON text, which
  # keeps what a Hash loses, for example the digits of a long fraction.
  class Result < Hash
    # The original JSON text.
    #
    # @return [String]
    attr_reader :json

    def initialize(json)
      super()
      @json = json.freeze
      update(JsonText.parse(json))
    end
  end
end

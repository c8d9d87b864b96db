# frozen_string_literal: true

require 'json'

module Loginid
  # The answer of a call: a Hash with string keys, and the JSON text it was made
  # from, which keeps what a Hash may lose, as the precision of numbers.
  class Result < Hash
    # The JSON text, as the library gave it.
    attr_reader :json

    def initialize(json)
      super()
      @json = json.freeze
      update(JSON.parse(json))
    end
  end
end

# frozen_string_literal: true

require_relative 'loginid/version'
require_relative 'loginid/constants'
require_relative 'loginid/native'
require_relative 'loginid/errors'
require_relative 'loginid/json_text'
require_relative 'loginid/arguments'
require_relative 'loginid/result'
require_relative 'loginid/call'
require_relative 'loginid/non_copyable'
require_relative 'loginid/cancel'
require_relative 'loginid/attempts'
require_relative 'loginid/handle'
require_relative 'loginid/service_client'
require_relative 'loginid/client'
require_relative 'loginid/v2/client'

# The LoginID server SDK. Loginid::V2::Client has the calls to LoginID's current service,
# Loginid::Client those to the older one, v1; the functions without a client are here.
module Loginid
  class << self
    # The version of the C library, for example "0.1.0".
    #
    # @return [String]
    def library_version
      Native.lid_version
    end

    # The name of a status number, for example "LID_ERROR_API".
    #
    # @param number [Integer]
    # @return [String]
    def status_name(number)
      Native.lid_status_name(number)
    end

    # Makes a P-256 key pair: {"private_key" => PEM, "public_key" => PEM}.
    #
    # @return [Result]
    # @raise [Error]
    def generate_key_pair
      Result.new(Call.run(:lid_generate_key_pair))
    end

    # One value of a JSON text by its RFC 6901 pointer, as the C library sees it:
    # a string itself, anything else as JSON.
    #
    # @param json [Hash, String]
    # @param pointer [String]
    # @return [String]
    # @raise [Error]
    def json_get(json, pointer)
      Call.run(:lid_json_get, *Arguments.convert(json: json, pointer: pointer))
    end
  end
end

# frozen_string_literal: true

require_relative 'api/authentication'
require_relative 'api/codes'
require_relative 'api/grants'
require_relative 'api/passkeys'
require_relative 'api/profile'
require_relative 'api/registration'
require_relative 'api/tokens'
require_relative 'api/transactions'
require_relative 'api/version'

module Loginid
  # LoginID's current service (FIDO2 v2).
  module V2
    # A client of LoginID's current service (FIDO2 v2). Options, cancel, results and errors are
    # those of all clients, see ServiceClient.
    class Client < ServiceClient
      include Api::Authentication
      include Api::Codes
      include Api::Grants
      include Api::Passkeys
      include Api::Profile
      include Api::Registration
      include Api::Tokens
      include Api::Transactions
      include Api::Version

      # A client for an application.
      #
      # @param base_url [String] the application's, from the dashboard
      # @param api_key [String, nil] some calls need it
      # @raise [Error]
      def initialize(base_url, api_key: nil)
        super()
        @handle = Handle.make('lid_v2_', :new, base_url: base_url, api_key: api_key)
      end

      class << self
        private

        def prefix
          'lid_v2_'
        end
      end
    end
  end
end

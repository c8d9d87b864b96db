# frozen_string_literal: true

module Loginid
  # The types of codes of Client.
  module CodeType
    # 6 digits, good for 3 minutes.
    SHORT = 'short'
    LONG = 'long'
    PHRASE = 'phrase'
  end

  # What a code of Client is for.
  module Purpose
    TEMPORARY_AUTHENTICATION = 'temporary_authentication'
    ADD_CREDENTIAL = 'add_credential'
  end

  # The states of a credential, for Client#get_credentials.
  module CredentialStatus
    ACTIVE = 'active'
    PENDING = 'pending'
    INACTIVE = 'inactive'
    REVOKED = 'revoked'
    DELETED = 'deleted'
  end

  # The values of Error#code that programs compare most. docs/errors.md has all codes of the
  # library; the service has more of its own.
  module ErrorCode
    API_KEY_REQUIRED = 'api_key_required'
    CANCELLED = 'cancelled'
    CLIENT_CLOSED = 'client_closed'
    HTTP_ERROR = 'http_error'
    INVALID_SIGNATURE = 'invalid_signature'
    NONCE_MISMATCH = 'nonce_mismatch'
    RATE_LIMITED = 'rate_limited'
    TIMEOUT = 'timeout'
    TOKEN_EXPIRED = 'token_expired'
    TOKEN_KIND_MISMATCH = 'token_kind_mismatch'
    TRANSACTION_HASH_MISMATCH = 'transaction_hash_mismatch'
    UNKNOWN_KEY_THROTTLED = 'unknown_key_throttled'
    USERNAME_MISMATCH = 'username_mismatch'
    # Of the service of Client.
    USER_NOT_FOUND = 'user_not_found'
    # Of both services.
    UNAUTHORIZED = 'unauthorized'
    # Of the service of V2::Client.
    BAD_REQUEST = 'bad_request'
    FORBIDDEN = 'forbidden'
    NOT_FOUND = 'not_found'
  end

  module V2
    # What a grant or an API key allows.
    module Scope
      PASSKEY_READ = 'passkey:read'
      PASSKEY_WRITE = 'passkey:write'
      PROFILE_READ = 'profile:read'
      PROFILE_WRITE = 'profile:write'
      REG_WRITE = 'reg:write'
      AUTH_WRITE = 'auth:write'
      EXTERNAL_VERIFY = 'external:verify'
    end

    # What the service proposes in the answers of Client#register_init and Client#authenticate_init.
    module Action
      # Go on with the passkey.
      PROCEED = 'proceed'
      # The user has a passkey already.
      SIGN_IN = 'signIn'
      # No passkey can be registered.
      FAIL = 'fail'
      # Log in in one of the `crossAuthMethods`.
      CROSS_AUTH = 'crossAuth'
      # Log in in one of the `fallbackMethods`.
      FALLBACK = 'fallback'
    end

    # What a username is.
    module UsernameType
      EMAIL = 'email'
      PHONE = 'phone'
      OTHER = 'other'
    end
  end
end

# frozen_string_literal: true

require 'json'
require 'minitest/autorun'
require 'net/http'
require 'securerandom'
require 'timeout'

require 'loginid'
require_relative 'emulator'

# The tests run under `loginid-emulator exec`, which sets LOGINID_*.
class LoginidTest < Minitest::Test
  # A time limit in seconds, generous for a busy machine.
  DEADLINE = 60
  PURPOSE = 'temporary_authentication'

  def setup
    Emulator.reset
    @client = Loginid::Client.from_env
  end

  def teardown
    @client.close
  end

  # A new user's name.
  def user(name = "user-#{SecureRandom.hex(4)}")
    @client.add_user_without_credentials(name).fetch('username')
  end

  def short_code(username)
    @client.generate_code(:short, PURPOSE, username: username).fetch('code')
  end

  def authorize(code, username)
    @client.authorize_code(code, :short, PURPOSE, username: username)
  end
end

# frozen_string_literal: true

require_relative 'helper'

# The constants are what the service and the documentation say.
class ConstantsTest < LoginidTest
  ERRORS = File.read(File.expand_path('../../../docs/errors.md', __dir__))
  # Of the services.
  OTHERS = %w[user_not_found username_taken unauthorized bad_request forbidden not_found].freeze

  def values(constants)
    constants.constants.map { |name| constants.const_get(name) }
  end

  def test_the_codes_of_the_library_are_those_of_the_page
    codes = values(Loginid::ErrorCode) - OTHERS
    assert_operator codes.size, :>, 10
    codes.each { |code| assert_match(/^\| `#{code}` \|/, ERRORS) }
  end

  def test_names_say_what_the_values_are
    [Loginid::CodeType, Loginid::Purpose, Loginid::CredentialStatus, Loginid::ErrorCode, Loginid::V2::Scope,
     Loginid::V2::UsernameType, Loginid::V2::Action].each do |constants|
      names = constants.constants.map { |name| name.to_s.downcase }
      assert_equal names, values(constants).map { |value| value.gsub(/(?=[A-Z])/, '_').tr(':', '_').downcase }
    end
  end

  def test_the_service_takes_them
    ada = user
    values(Loginid::CodeType).product(values(Loginid::Purpose)).each do |type, purpose|
      assert @client.generate_code(type, purpose, username: ada)['code']
    end
    values(Loginid::CredentialStatus).each { |status| @client.get_credentials(status: status, username: ada) }
    v2 = Loginid::V2::Client.from_env
    values(Loginid::V2::Scope).each { |scope| assert v2.create_grant('ada', scope)['token'] }
    assert_equal Loginid::V2::Action::PROCEED, v2.register_init('ada')['action']
    assert_equal Loginid::V2::Action::FALLBACK, v2.authenticate_init(username: 'nobody')['action']
    values(Loginid::V2::UsernameType).each { |type| v2.send_otp_email('ada', username_type: type) }
  end
end

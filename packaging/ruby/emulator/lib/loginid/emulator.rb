# frozen_string_literal: true

module Loginid
  # Where the gem loginid-emulator has the program.
  module Emulator
    PROGRAM = File.expand_path('../../libexec/loginid-emulator', __dir__)
  end
end

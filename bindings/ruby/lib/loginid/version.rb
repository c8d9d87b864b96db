# frozen_string_literal: true

module Loginid
  VERSION = '0.1.0'
end

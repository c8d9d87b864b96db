# frozen_string_literal: true

# Runs all tests; see the README for how.
Dir[File.join(__dir__, '*_test.rb')].sort.each { |file| require file }

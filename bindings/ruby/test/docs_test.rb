# frozen_string_literal: true

require 'open3'
require 'rbconfig'
require 'tmpdir'

require_relative 'helper'

# The programs of the documentation run as they stand.
class DocsTest < LoginidTest
  ROOT = File.expand_path('../../..', __dir__)

  def test_the_program_of_the_ruby_page
    program = File.read("#{ROOT}/docs/ruby.md")[/^```ruby\n(.*?)^```/m, 1]
    output, status = Open3.capture2e(RbConfig.ruby, *$LOAD_PATH.map { |path| "-I#{path}" }, stdin_data: program)
    assert_predicate status, :success?, output
    assert_match(/\A\h{8}-.*\nnobody authorized the code\nuser_not_found, HTTP 404, request \h{8}-.*, retry: false\n\z/,
                 output)
  end

  def test_the_gem_can_be_built
    skip 'there is no gem command here' unless system('gem', '--version', out: File::NULL) || ENV['CI'] == 'true'
    Dir.mktmpdir do |folder|
      output, status = Open3.capture2e('gem', 'build', '--output', "#{folder}/loginid.gem",
                                       'loginid.gemspec', chdir: "#{ROOT}/bindings/ruby")
      assert_predicate status, :success?, output
      files, = Open3.capture2e('gem', 'spec', "#{folder}/loginid.gem", 'files')
      assert_includes files, 'lib/loginid/api/users.rb'
    end
  end
end

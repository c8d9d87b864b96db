# frozen_string_literal: true

require 'fileutils'
require 'open3'
require 'rbconfig'
require 'tmpdir'

require_relative 'helper'

# The commands and the program of docs/ruby.md.
class DocsTest < LoginidTest
  ROOT = File.expand_path('../../..', __dir__)

  PAGE = File.read("#{ROOT}/docs/ruby.md")
  PROGRAM = PAGE[/^```ruby\n(.*?)^```/m, 1]
  PRINTED = /\A\h{8}-.*\nnobody authorized the code\nuser_not_found, HTTP 404, request \h{8}-.*, retry: false\n\z/

  def test_the_program_of_the_ruby_page
    output, status = Open3.capture2e(RbConfig.ruby, *$LOAD_PATH.map { |path| "-I#{path}" }, stdin_data: PROGRAM)
    assert_predicate status, :success?, output
    assert_match(PRINTED, output)
  end

  # `make install` has its own tests; LOGINID_LIBRARY names the library.
  def test_the_gem_is_installed_as_the_page_says
    skip 'there is no gem command here' unless system('gem', '--version', out: File::NULL) || ENV['CI'] == 'true'
    make, *steps = PAGE[/^```sh\n(.*?)^```/m, 1].lines
    assert_match(/\Amake install /, make)
    Dir.mktmpdir do |folder|
      FileUtils.mkdir("#{folder}/bindings")
      FileUtils.cp_r("#{ROOT}/bindings/ruby", "#{folder}/bindings/ruby")
      File.write("#{folder}/gemrc", "install: --local --no-document\n") # no connection to anywhere
      gems = { 'GEM_HOME' => "#{folder}/gems", 'GEMRC' => "#{folder}/gemrc", 'HOME' => folder }
      output, status = Open3.capture2e(gems, 'sh', '-e', stdin_data: steps.join, chdir: folder)
      assert_predicate status, :success?, output
      where = 'puts Gem.loaded_specs.fetch("loginid").full_gem_path'
      output, status = Open3.capture2e(gems, RbConfig.ruby, stdin_data: "#{PROGRAM}\n#{where}")
      assert_predicate status, :success?, output
      *printed, path = output.lines
      assert_match(PRINTED, printed.join)
      assert_equal File.realpath("#{folder}/gems/gems/loginid-#{Loginid::VERSION}"), File.realpath(path.chomp)
      assert_path_exists "#{path.chomp}/sig/loginid/api.rbs"
    end
  end
end

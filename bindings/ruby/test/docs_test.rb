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
  BACKEND, LOG, TESTS, PROGRAM = PAGE.scan(/^```ruby\n(.*?)^```/m).flatten
  PRINTED = /\A\h{8}-.*\nnobody authorized the code\nuser_not_found, HTTP 404, request \h{8}-.*, retry: false\n\z/
  BACKEND_PRINTED = Regexp.new(<<~'PRINTED'.lines(chomp: true).join('\n'))
    \Aa session for ada@example.com, whose id is \w+
    Ada's phone
    paid
    .* \(not_found, request \h{8}-[\h-]+\)
    already gone
    \z
  PRINTED
  EMULATOR = { 'LOGINID_EMULATOR' => "#{ROOT}/target/debug/loginid-emulator" }.merge(ENV.to_h)

  def run_ruby(program)
    paths = $LOAD_PATH.map { |path| "-I#{path}" }
    output, status = Open3.capture2e(EMULATOR, RbConfig.ruby, *paths, stdin_data: program)
    assert_predicate status, :success?, output
    output
  end

  def test_the_programs_of_the_ruby_page
    assert_match(PRINTED, run_ruby(PROGRAM))
    assert_match(BACKEND_PRINTED, run_ruby(BACKEND))
  end

  # Failures are warnings, the rest is for debugging.
  def test_the_logger_of_the_ruby_page
    printed = run_ruby(BACKEND.sub(/^client = .*\n/) { |made| made + LOG })
    assert_match(/^D, .* DEBUG -- : {"event":"http_attempt","operation":"v2_list_passkeys",/, printed)
    assert_match(/^W, .* WARN -- : {"event":"http_attempt","operation":"v2_delete_user",.*"code":"not_found"/, printed)
    assert_equal 1, printed.scan(/^W, /).size
  end

  def test_the_tests_of_the_ruby_page
    assert_match(/^3 runs, 5 assertions, 0 failures, 0 errors, 0 skips$/, run_ruby(TESTS))
  end

  # Each call of the current service, with its keywords.
  def test_the_page_lists_every_call
    rows = PAGE[/^\| call \| result \| needs \|.*?\n\n/m]
    calls = Loginid::V2::Api.constants.flat_map { |name| Loginid::V2::Api.const_get(name).instance_methods(false) }
    calls.each do |call|
      parameters = Loginid::V2::Client.instance_method(call).parameters
      optional = parameters.filter_map { |kind, name| "#{name}:" if kind == :key }
      optional = optional.empty? ? nil : "[#{optional.join(', ')}]"
      required = parameters.filter_map { |kind, name| { req: name, keyreq: "#{name}:" }[kind] }
      signature = [*required, optional].compact.join(', ')
      signature = signature.empty? ? call.to_s : "#{call}(#{signature})"
      listed = call == :send_otp_sms ? '`send_otp_sms`' : "`#{signature}`"
      assert_includes rows, listed
    end
  end

  # YARD understands all tags, and finds nothing public without documentation.
  def test_yard_documents_every_public_method
    unless system('yard', '--version', out: File::NULL, err: File::NULL)
      flunk 'there is no yard' if ENV['CI'] == 'true'
      skip 'there is no yard here'
    end
    Dir.mktmpdir do |folder|
      command = %W[yard stats --list-undoc --no-cache --no-save --db #{folder}/yard lib]
      output, status = Open3.capture2e(*command, chdir: "#{ROOT}/bindings/ruby")
      assert_predicate status, :success?, output
      refute_match(/\[warn\]/, output)
      assert_match(/^Methods: +\d\d\d /, output)
      assert_empty(output.scan(/^([\w:]+)[#.]\w+\W?$/).flatten.select { |owner| public_constant?(owner) })
    end
  end

  def public_constant?(name)
    parts = name.split('::').map(&:to_sym)
    parts.inject(Object) { |owner, part| owner&.constants&.include?(part) ? owner.const_get(part) : nil }
  end

  # From the source tree; LOGINID_LIBRARY names the library. packaging/check installs the packages.
  def test_the_gem_is_installed_from_the_source_tree_as_the_page_says
    skip 'there is no gem command here' unless system('gem', '--version', out: File::NULL) || ENV['CI'] == 'true'
    steps = PAGE[%r{^```sh\n(cd bindings/ruby\n.*?)^```}m, 1]
    Dir.mktmpdir do |folder|
      FileUtils.mkdir("#{folder}/bindings")
      FileUtils.cp_r("#{ROOT}/bindings/ruby", "#{folder}/bindings/ruby")
      File.write("#{folder}/gemrc", "install: --local --no-document\n") # no connection to anywhere
      gems = { 'GEM_HOME' => "#{folder}/gems", 'GEMRC' => "#{folder}/gemrc", 'HOME' => folder }
      output, status = Open3.capture2e(gems, 'sh', '-e', stdin_data: steps, chdir: folder)
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

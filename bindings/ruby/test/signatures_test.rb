# frozen_string_literal: true

require 'open3'
require 'rbconfig'

require_relative 'helper'

begin
  require 'rbs'
  require 'rbs/cli'
rescue LoadError
  raise if ENV['CI'] == 'true'
end

# The signatures in sig/, against the code and against results.
class SignaturesTest < LoginidTest
  SIGNATURES = File.expand_path('../sig', __dir__)
  EXAMPLES = File.expand_path('../../../examples/ruby', __dir__)
  # The calls of each client.
  CALLS = { Loginid::Client => Loginid::Api, Loginid::V2::Client => Loginid::V2::Api }.freeze

  def setup
    skip 'there is no rbs here' unless defined?(RBS::CLI)
    super
  end

  def teardown
    super if @client
  end

  def test_the_signatures_are_valid
    output = StringIO.new
    RBS::CLI.new(stdout: output, stderr: output).run(%W[-I #{SIGNATURES} validate --silent])
    assert_empty output.string
  end

  def test_the_signatures_have_the_public_classes_and_methods
    classes = [Loginid, Loginid::V2].flat_map { |owner| owner.constants.map { |name| owner.const_get(name) } }
    classes = classes.grep(Class)
    assert_operator classes.size, :>, 17, 'the classes were not found'
    classes.each do |owner|
      signed = signatures(owner).keys - %i[initialize]
      assert_equal signed, signed & owner.public_instance_methods, owner
    end
    [Loginid::ServiceClient, Loginid::Client, Loginid::V2::Client, Loginid::Error].each do |owner|
      assert_empty owner.public_instance_methods(false) - signatures(owner).keys
    end
  end

  # The list only grows; a new type needs no line in it.
  def test_the_public_types_are_still_there
    listed = File.readlines(File.expand_path('public_types.txt', __dir__), chomp: true)
    assert_operator listed.size, :>, 20
    types = Dir["#{SIGNATURES}/**/*.rbs"].flat_map do |path|
      folder = path.include?('/v2/') ? 'v2/' : ''
      File.read(path).scan(/^ +type (\w+) =/).flatten.map { |name| folder + name }
    end
    assert_empty listed - types
  end

  def test_the_calls_have_the_parameters_of_their_signatures
    CALLS.each do |client, api|
      calls = api.constants.flat_map { |name| api.const_get(name).instance_methods(false) }
      assert_operator calls.size, :>, 26, 'the calls were not found'
      calls.each { |name| compare_parameters(client, name) }
    end
  end

  def compare_parameters(client, name)
    type = signatures(client).fetch(name).method_types.fetch(0).type
    required = type.required_positionals.map { |parameter| [:req, parameter.name] }
    keywords = type.required_keywords.keys.map { |keyword| [:keyreq, keyword] } +
               type.optional_keywords.keys.map { |keyword| [:key, keyword] }
    assert_equal required + keywords, client.instance_method(name).parameters, name
  end

  # RBS checks the arguments and the result of each call.
  def test_the_examples_conform_to_the_signatures
    calls = { 'quickstart' => %w[get_user wait_code create_tx], 'backend' => %w[verify_token list_passkeys] }
    checks = { 'RBS_TEST_TARGET' => 'Loginid::*', 'RBS_TEST_OPT' => "-I #{SIGNATURES}", 'RBS_TEST_RAISE' => 'true',
               'RBS_TEST_LOGLEVEL' => 'info' }
    paths = $LOAD_PATH.map { |path| "-I#{path}" }
    calls.each do |example, names|
      program = "#{EXAMPLES}/#{example}.rb"
      output, status = Open3.capture2e(checks, RbConfig.ruby, *paths, '-rrbs/test/setup', program)
      assert_predicate status, :success?, output
      names.each { |call| assert_includes output, "Setting up method hook in ##{call}..." }
    end
  end

  # As a program that uses the gem.
  def test_steep_accepts_the_example
    unless system('steep', '--version', out: File::NULL, err: File::NULL)
      warn 'Left out: `steep check` of the example, because Steep is not installed. RBS has checked the signatures.'
      skip
    end
    output, status = Open3.capture2e('steep', 'check', chdir: File.expand_path('..', __dir__))
    assert_predicate status, :success?, output
    assert_includes output, 'No type error detected'
  end

  private

  # The signatures of a class: the name of each method, and its types.
  def signatures(owner)
    *modules, name = owner.name.split('::')
    name = RBS::TypeName.new(name: name.to_sym, namespace: RBS::Namespace.parse("::#{modules.join('::')}"))
    builder.build_instance(name).methods.select { |_, method| method.defined_in.to_s.start_with?('::Loginid::') }
  end

  def builder
    @builder ||= begin
      loader = RBS::EnvironmentLoader.new
      loader.add(path: Pathname(SIGNATURES))
      RBS::DefinitionBuilder.new(env: RBS::Environment.from_loader(loader).resolve_type_names)
    end
  end
end

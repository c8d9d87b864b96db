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
  EXAMPLE = File.expand_path('../../../examples/ruby/quickstart.rb', __dir__)

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
    classes = Loginid.constants.map { |name| Loginid.const_get(name) }.grep(Class)
    assert_operator classes.size, :>, 15, 'the classes were not found'
    classes.each do |owner|
      signed = signatures(owner).keys - %i[initialize]
      assert_equal signed, signed & owner.public_instance_methods, owner
    end
    [Loginid::Client, Loginid::Error].each do |owner|
      assert_empty owner.public_instance_methods(false) - signatures(owner).keys
    end
  end

  # The list only grows; a new type needs no line in it.
  def test_the_public_types_are_still_there
    listed = File.readlines(File.expand_path('public_types.txt', __dir__), chomp: true)
    assert_operator listed.size, :>, 20
    types = Dir["#{SIGNATURES}/**/*.rbs"].flat_map { |path| File.read(path).scan(/^  type (\w+) =/).flatten }
    assert_empty listed - types
  end

  def test_the_calls_have_the_parameters_of_their_signatures
    calls = Loginid::Api.constants.flat_map { |name| Loginid::Api.const_get(name).instance_methods(false) }
    assert_operator calls.size, :>, 35, 'the calls were not found'
    calls.each do |name|
      type = signatures(Loginid::Client).fetch(name).method_types.fetch(0).type
      required = type.required_positionals.map { |parameter| [:req, parameter.name] }
      keywords = type.optional_keywords.keys.map { |keyword| [:key, keyword] }
      assert_equal Loginid::Client.instance_method(name).parameters, required + keywords, name
    end
  end

  # RBS checks the arguments and the result of each call.
  def test_the_example_conforms_to_the_signatures
    checks = { 'RBS_TEST_TARGET' => 'Loginid::*', 'RBS_TEST_OPT' => "-I #{SIGNATURES}", 'RBS_TEST_RAISE' => 'true',
               'RBS_TEST_LOGLEVEL' => 'info' }
    paths = $LOAD_PATH.map { |path| "-I#{path}" }
    output, status = Open3.capture2e(checks, RbConfig.ruby, *paths, '-rrbs/test/setup', EXAMPLE)
    assert_predicate status, :success?, output
    %w[get_user wait_code create_tx].each { |call| assert_includes output, "Setting up method hook in ##{call}..." }
  end

  private

  # The signatures of a class: the name of each method, and its types.
  def signatures(owner)
    name = RBS::TypeName.new(name: owner.name.split('::').last.to_sym, namespace: RBS::Namespace.parse('::Loginid'))
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

# frozen_string_literal: true

require 'fileutils'
require 'open3'
require 'rbconfig'
require 'tmpdir'
require_relative 'helper'

# The gem that builds the library finds it wherever Cargo was told to build. An empty crate is built here.
class SourceGemTest < Minitest::Test
  UNSET = { 'CARGO_TARGET_DIR' => nil, 'CARGO_BUILD_TARGET_DIR' => nil, 'CARGO_BUILD_TARGET' => nil }.freeze

  def setup
    @folder = Dir.mktmpdir
    FileUtils.mkdir_p(["#{@folder}/ext", "#{@folder}/rust/src"])
    FileUtils.cp(File.expand_path('../ext/extconf.rb', __dir__), "#{@folder}/ext")
    package = "name = \"loginid\"\nversion = \"0.0.0\"\n"
    File.write("#{@folder}/rust/Cargo.toml", "[package]\nedition = \"2024\"\n#{package}")
    File.write("#{@folder}/rust/Cargo.lock", "version = 4\n[[package]]\n#{package}")
    File.write("#{@folder}/rust/src/lib.rs", '')
  end

  def teardown
    FileUtils.rm_r(@folder)
  end

  def test_without_settings
    assert_built
    assert_equal %w[Makefile extconf.rb], Dir.children("#{@folder}/ext").sort
    refute_path_exists "#{@folder}/rust/target"
  end

  def test_with_variables
    host = Open3.capture2('rustc', '-vV').first[/^host: (.+)/, 1]
    assert_built('CARGO_TARGET_DIR' => 'a folder')
    assert_built('CARGO_TARGET_DIR' => "#{@folder}/elsewhere")
    assert_built('CARGO_BUILD_TARGET_DIR' => 'build', 'CARGO_BUILD_TARGET' => host)
  end

  def test_with_a_configuration
    FileUtils.mkdir("#{@folder}/.cargo")
    File.write("#{@folder}/.cargo/config.toml", "[build]\ntarget-dir = \"build\"\n")
    assert_built
  end

  private

  def assert_built(variables = {})
    script = "#{RbConfig.ruby} extconf.rb && make"
    output, status = Open3.capture2e({ **UNSET, **variables }, script, chdir: "#{@folder}/ext")
    assert_predicate status, :success?, output
    library = "#{@folder}/lib/loginid/library/libloginid.so.0"
    assert_equal "\x7FELF".b, File.binread(library, 4)
    FileUtils.rm(library)
  end
end

# frozen_string_literal: true

require 'etc'
require 'fileutils'
require 'open3'
require 'tmpdir'
require_relative 'helper'

# A library that does not fit is refused in one sentence, the same in all languages.
class LoadingTest < Minitest::Test
  ROOT = File.expand_path('../../..', __dir__)
  TEXTS = JSON.parse(File.read("#{ROOT}/bindings/library.json"))

  def setup
    @folder = Dir.mktmpdir
    assert system("#{ROOT}/tests/support/misfit-libraries", @folder)
  end

  def teardown
    FileUtils.rm_r(@folder)
  end

  def test_a_file_that_does_not_fit
    assert_operator TEXTS['files'].size, :>, 7
    TEXTS['files'].each do |name, reason|
      path = "#{@folder}/#{name}"
      assert_includes required({ 'LOGINID_LIBRARY' => path }), expected(path, reason, 'advice')
    end
  end

  # The loader's message has the path, as bytes.
  def test_a_file_whose_path_is_not_ascii
    library = File.binread("#{@folder}/version-1.so")
    library.setbyte(16, 1) # an object file: only the loader looks at that
    ["b\u00fccher.so", "\xFF.so"].product(%w[C.UTF-8 C]) do |name, locale|
      path = "#{@folder}/#{name}"
      File.binwrite(path, library)
      output = required({ 'LOGINID_LIBRARY' => path, 'LC_ALL' => locale })
      start = expected(path, 'reason', 'advice').partition('reason').first
      assert_includes output, "#{start}Could not open library", locale
    end
  end

  def test_a_library_that_the_loader_does_not_find
    output = required({ 'LOGINID_LIBRARY' => nil, 'LD_LIBRARY_PATH' => nil })
    assert_includes output, expected('libloginid.so.0', TEXTS['not_found'], 'advice')
  end

  def test_a_library_that_the_loader_finds_and_refuses
    found = "#{@folder}/found"
    FileUtils.mkdir(found)
    FileUtils.cp("#{@folder}/text.so", "#{found}/libloginid.so.0")
    output = required({ 'LOGINID_LIBRARY' => nil, 'LD_LIBRARY_PATH' => found })
    assert_includes output, "#{found}/libloginid.so.0: "
    refute_includes output, TEXTS['not_found']
  end

  def test_a_package_whose_library_does_not_fit
    package = "#{@folder}/package"
    FileUtils.cp_r("#{ROOT}/bindings/ruby/lib", package)
    library = "#{package}/loginid/library/libloginid.so.0"
    FileUtils.mkdir_p(File.dirname(library))
    FileUtils.cp("#{@folder}/s390x.so", library)
    # The variable is for packages without a library.
    output = required({}, ["-I#{package}"])
    assert_includes output, expected(library, TEXTS['files']['s390x.so'], 'advice_of_a_package')
    # Nor does it load another library if its own is lost.
    FileUtils.rm(library)
    output = required({}, ["-I#{package}"])
    assert_includes output, expected(library, TEXTS['files']['missing.so'], 'advice_of_a_package')
  end

  private

  # What a program prints that requires the gem, in bytes.
  def required(environment, options = $LOAD_PATH.map { |path| "-I#{path}" })
    output, status = Open3.capture2e(environment, RbConfig.ruby, *options, '-rloginid', '-e', '')
    refute_predicate status, :success?
    output.b
  end

  def expected(path, reason, advice)
    major, minor = Loginid::VERSION.split('.')
    values = { machine: Etc.uname[:machine], needed: "#{major}.#{minor}", next: "#{major.to_i + 1}.0" }
    filled = ->(text, more = {}) { text.gsub(/\{(\w+)\}/) { values.merge(more).fetch(Regexp.last_match(1).to_sym) } }
    parts = { path: path, reason: filled.call(reason), advice: filled.call(TEXTS[advice]) }
    # As Ruby prints an exception.
    "#{filled.call(TEXTS['message'], parts)} (LoadError)".b
  end
end

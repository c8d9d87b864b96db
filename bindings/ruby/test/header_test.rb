# frozen_string_literal: true

require_relative 'helper'

# The binding against include/loginid_ffi.h: fails for a C function that is not
# bound, or bound with other types.
class HeaderTest < Minitest::Test
  HEADER = File.expand_path('../../../include/loginid_ffi.h', __dir__)
  PROTOTYPE = /^([a-z][\w ]*?[ *]+)(lid_\w+)\(([^()]*)\);/m
  TYPES = {
    'void' => :void, 'bool' => :bool, 'int32_t' => :int32, 'uint32_t' => :uint32,
    'lid_status' => :int, 'lid_log_fn' => :lid_log_fn, 'const char *' => :string, 'char *' => :pointer,
    'char **' => :pointer, 'void *' => :pointer, 'lid_client *' => :pointer,
    'const lid_client *' => :pointer, 'lid_client **' => :pointer, 'lid_v2_client *' => :pointer,
    'const lid_v2_client *' => :pointer, 'lid_v2_client **' => :pointer, 'lid_cancel *' => :pointer
  }.freeze

  # Functions that are not a method of the same name of Client.
  ELSEWHERE = {
    lid_new: [Loginid::Client.singleton_class, :new],
    lid_new_management: [Loginid::Client.singleton_class, :management],
    lid_new_with_config: [Loginid::Client.singleton_class, :with_config],
    lid_new_from_env: [Loginid::Client.singleton_class, :from_env],
    lid_free: [Loginid::Client, :close],
    lid_set_log_callback: [Loginid::Client, :on_attempt],
    lid_v2_new: [Loginid::V2::Client.singleton_class, :new],
    lid_v2_new_with_config: [Loginid::V2::Client.singleton_class, :with_config],
    lid_v2_new_from_env: [Loginid::V2::Client.singleton_class, :from_env],
    lid_v2_free: [Loginid::V2::Client, :close],
    lid_v2_set_log_callback: [Loginid::V2::Client, :on_attempt],
    lid_cancel_new: [Loginid::Cancel.singleton_class, :new],
    lid_cancel_trigger: [Loginid::Cancel, :trigger],
    lid_cancel_free: [Loginid.const_get(:Cancel), :pointer],
    lid_version: [Loginid.singleton_class, :library_version],
    lid_status_name: [Loginid.singleton_class, :status_name],
    lid_generate_key_pair: [Loginid.singleton_class, :generate_key_pair],
    lid_json_get: [Loginid.singleton_class, :json_get]
  }.freeze

  def test_every_function_of_the_header_is_bound_with_its_types
    assert_operator header.size, :>, 50, 'the header was not understood'
    assert_equal header, Loginid.module_eval('Native::FUNCTIONS', __FILE__, __LINE__)
  end

  def test_every_function_can_be_called_from_ruby
    header.each_key do |name|
      next if name == :lid_free_string # after every call, by the binding itself

      owner, method = ELSEWHERE.fetch(name) { method_of(name.to_s) }
      assert owner.method_defined?(method) || owner.private_method_defined?(method), "#{name} has no Ruby method"
    end
  end

  def test_every_status_has_its_own_class
    names = File.read(HEADER).scan(/^ +(LID_ERROR_\w+) = \d+/).flatten
    assert_operator names.size, :>=, 14
    assert_equal names, Loginid::Error::CLASSES.keys
    assert_equal names.size, Loginid::Error::CLASSES.values.uniq.size
  end

  def test_the_version_is_the_librarys
    assert_equal Loginid::VERSION, Loginid.library_version
  end

  private

  def method_of(function)
    return [Loginid::V2::Client, function.delete_prefix('lid_v2_').to_sym] if function.start_with?('lid_v2_')

    [Loginid::Client, function.delete_prefix('lid_').to_sym]
  end

  def header
    declarations = File.read(HEADER).gsub(/^typedef .*?;$/m, '').scan(PROTOTYPE)
    # These are for programs without a JSON library; Ruby has its own.
    declarations.reject! { |_, name, _| name.start_with?('lid_json_') && name != 'lid_json_get' }
    @header ||= declarations.to_h do |result, name, arguments|
      types = arguments == 'void' ? [] : arguments.split(',').map { |argument| type(argument.sub(/\w+\s*\z/, '')) }
      [name.to_sym, [types, type(result)]]
    end
  end

  def type(text)
    TYPES.fetch(text.strip.gsub(/\s+/, ' '))
  end
end

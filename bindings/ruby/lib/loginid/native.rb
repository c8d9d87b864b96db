# frozen_string_literal: true

require 'ffi'

require_relative 'calls'

module Loginid
  # The functions of libloginid, as include/loginid_ffi.h declares them. A test
  # compares this list with the header.
  module Native
    extend FFI::Library

    # Name => [types of the arguments, type of the result].
    FUNCTIONS = {} # rubocop:disable Style/MutableConstant

    # A gem has the library here, and then loads this very file. Elsewhere LOGINID_LIBRARY is the full
    # path of a library that is not installed.
    included = File.expand_path('library/libloginid.so.0', __dir__)
    library = File.exist?(included) ? included : ENV.fetch('LOGINID_LIBRARY', '')
    ffi_lib library.empty? ? 'libloginid.so.0' : library

    callback :lid_log_fn, %i[string pointer], :void

    # Blocking: the global lock is released during the call, so that other
    # threads run.
    def self.bind(name, arguments, result = :int)
      attach_function name, arguments, result, blocking: true
      FUNCTIONS[name] = [arguments, result].freeze
    end
    private_class_method :bind

    bind :lid_version, [], :string
    bind :lid_status_name, %i[int32], :string
    bind :lid_free_string, %i[pointer], :void
    bind :lid_generate_key_pair, %i[pointer]
    bind :lid_json_get, %i[string string pointer]

    bind :lid_new, %i[string string string pointer pointer]
    bind :lid_new_management, %i[string string string pointer pointer]
    bind :lid_new_with_config, %i[string pointer pointer]
    bind :lid_new_from_env, %i[pointer pointer]
    bind :lid_with_options, %i[pointer string pointer pointer pointer]
    bind :lid_free, %i[pointer], :void
    bind :lid_set_log_callback, %i[pointer lid_log_fn pointer], :void

    bind :lid_v2_new, %i[string string pointer pointer]
    bind :lid_v2_new_with_config, %i[string pointer pointer]
    bind :lid_v2_new_from_env, %i[pointer pointer]
    bind :lid_v2_with_options, %i[pointer string pointer pointer pointer]
    bind :lid_v2_free, %i[pointer], :void
    bind :lid_v2_set_log_callback, %i[pointer lid_log_fn pointer], :void

    bind :lid_cancel_new, [], :pointer
    bind :lid_cancel_trigger, %i[pointer], :void
    bind :lid_cancel_free, %i[pointer], :void

    Calls::FUNCTIONS.each { |name, arguments| bind name, arguments }

    FUNCTIONS.freeze
  end
  private_constant :Native
end

# frozen_string_literal: true

require 'ffi'

require_relative 'calls'
require_relative 'library_file'

module Loginid
  # The functions of libloginid, as include/loginid_ffi.h declares them. A test
  # compares this list with the header.
  module Native
    extend FFI::Library

    # Name => [types of the arguments, type of the result].
    FUNCTIONS = {} # rubocop:disable Style/MutableConstant

    begin
      ffi_lib LibraryFile.checked
    rescue LoadError => e
      raise LibraryFile.load_error(LibraryFile.reason(e.message))
    end

    callback :lid_log_fn, %i[string pointer], :void

    # Blocking: the global lock is released during the call, so that other
    # threads run.
    def self.bind(name, arguments, result = :int)
      attach_function name, arguments, result, blocking: true
      FUNCTIONS[name] = [arguments, result].freeze
    rescue FFI::NotFoundError
      raise LibraryFile.load_error("it is too old, it has no #{name}")
    end
    private_class_method :bind

    bind :lid_version, [], :string
    LibraryFile.check_version(lid_version)
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

# frozen_string_literal: true

# libloginid's gem, and what it is made of: a bare call by FFI, and the JSON of its result. Speaks
# the lines described in `benches/c/worker.h`, with one thread.

require 'ffi'
require 'json'
require 'loginid'

# The same functions without the gem. Blocking, as in the gem: other threads run meanwhile.
module Bare
  extend FFI::Library

  ffi_lib ENV.fetch('LOGINID_LIBRARY')
  attach_function :lid_new_from_env, %i[pointer pointer], :int
  attach_function :lid_free_string, %i[pointer], :void
  attach_function :lid_generate_service_token, %i[pointer string string string string pointer], :int, blocking: true
  attach_function :lid_verify_token, %i[pointer string string pointer], :int, blocking: true
  attach_function :lid_get_user, %i[pointer string pointer], :int, blocking: true

  def self.call(function, *arguments)
    out = FFI::MemoryPointer.new(:pointer)
    status = public_send(function, *arguments, out)
    text = out.read_pointer.read_string.force_encoding(Encoding::UTF_8)
    lid_free_string(out.read_pointer)
    status.zero? ? text : raise(text)
  end
end

client = Loginid::Client.from_env
user = ENV.fetch('BENCH_USER')
token = ENV.fetch('BENCH_TOKEN')
made = FFI::MemoryPointer.new(:pointer)
Bare.call(:lid_new_from_env, made)
handle = made.read_pointer
bare_token = -> { Bare.call(:lid_generate_service_token, handle, 'users.retrieve', user, nil, nil) }
bare_verify = -> { Bare.call(:lid_verify_token, handle, token, user) }
bare_get_user = -> { Bare.call(:lid_get_user, handle, user) }
token_json = bare_token.call
verify_json = bare_verify.call
user_json = bare_get_user.call
operations = {
  'token' => -> { client.generate_service_token('users.retrieve', username: user) },
  'verify' => -> { client.verify_token(token, username: user) },
  'get_user' => -> { client.get_user(user) },
  'bare_token' => bare_token,
  'bare_verify' => bare_verify,
  'bare_get_user' => bare_get_user,
  'json_token' => -> { JSON.parse(token_json) },
  'json_verify' => -> { JSON.parse(verify_json) },
  'json_get_user' => -> { JSON.parse(user_json) }
}

def now(clock)
  Process.clock_gettime(clock, :nanosecond)
end

$stdout.sync = true
$stdin.each_line do |line|
  _, name, count = line.split
  operation = operations.fetch(name)
  wall = now(Process::CLOCK_MONOTONIC)
  cpu = now(Process::CLOCK_PROCESS_CPUTIME_ID)
  count.to_i.times { operation.call }
  puts "ok #{now(Process::CLOCK_MONOTONIC) - wall} #{now(Process::CLOCK_PROCESS_CPUTIME_ID) - cpu}"
rescue StandardError => e # whatever it is, the harness reports it
  puts "error #{e.message}"
end

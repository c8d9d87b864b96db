# frozen_string_literal: true

# libloginid's gem. Speaks the lines described in `benches/c/worker.h`, with one thread.

require 'loginid'

client = Loginid::Client.from_env
user = ENV.fetch('BENCH_USER')
token = ENV.fetch('BENCH_TOKEN')
operations = {
  'token' => -> { client.generate_service_token('users.retrieve', username: user) },
  'verify' => -> { client.verify_token(token, username: user) },
  'get_user' => -> { client.get_user(user) }
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

# frozen_string_literal: true

# The control API of the emulator.
module Emulator
  BASE = ENV.fetch('LOGINID_EMULATOR_URL') do
    abort 'Run the tests with: loginid-emulator exec -- ruby …, or make test-ruby'
  end
  WAIT_PATH = '/authenticate/code/wait'

  class << self
    def reset
      post('reset')
    end

    def post(path, body = {})
      answer = Net::HTTP.post(uri(path), JSON.generate(body), 'Content-Type' => 'application/json')
      raise "the emulator answered #{answer.code}: #{answer.body}" unless answer.is_a?(Net::HTTPSuccess)

      answer.body.to_s.empty? ? nil : JSON.parse(answer.body)
    end

    def get(path)
      JSON.parse(Net::HTTP.get(uri(path)))
    end

    def delete(path)
      Net::HTTP.start(uri(path).host, uri(path).port, nil) { |http| http.delete(uri(path).path).value }
    end

    # The requests the service received, oldest first.
    def requests(path = nil)
      all = get('requests').fetch('requests')
      path ? all.select { |request| request['path'] == path } : all
    end

    # The number of requests with a token that had been accepted before.
    def resent_tokens
      get('requests').fetch('resent_tokens')
    end

    # Waits until this many waits have reached the service.
    def await_waits(count)
      await { requests(WAIT_PATH).count { |request| request['carried_out'] } >= count }
    end

    # Waits until the service has received this many requests for a path.
    def await_requests(path, count = 1)
      await { requests(path).size >= count }
    end

    def fault(path, fault, times: 1)
      post('faults', match: { path: path }, times: times, fault: fault)
    end

    private

    def await
      deadline = now + LoginidTest::DEADLINE
      until yield
        raise 'the request did not reach the service' if now > deadline

        sleep 0.02
      end
    end

    def uri(path)
      URI("#{BASE}/_emulator/#{path}")
    end

    def now
      Process.clock_gettime(Process::CLOCK_MONOTONIC)
    end
  end
end

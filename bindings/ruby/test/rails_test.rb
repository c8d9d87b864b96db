# frozen_string_literal: true

require 'fileutils'
require 'open3'
require 'rbconfig'
require 'tmpdir'

require_relative 'helper'
require_relative 'passkey_device'

# The files of docs/rails.md, with Action Pack under a Puma that forks.
class RailsTest < LoginidTest
  PAGE = File.read(File.expand_path('../../../docs/rails.md', __dir__))
  # Each block of the page that is a file, by its path.
  FILES = PAGE.scan(/^```ruby\n# (\S+\.rb)\n(.*?)^```/m).to_h
  # What Rails itself does for these files.
  RACKUP = <<~'RUBY'
    require 'action_controller'
    require 'action_dispatch'
    require_relative 'config/initializers/loginid'
    require_relative 'app/controllers/application_controller'
    Dir["#{__dir__}/app/controllers/*.rb"].sort.each { |file| require file }

    ROUTES = ActionDispatch::Routing::RouteSet.new
    ROUTES.draw do
      resource :session
      resource :login
      resources :passkeys
    end
    use Rack::Session::Cookie, secret: 'x' * 64
    use(Class.new do
      def initialize(app) = @app = app
      def call(env) = @app.call(env).tap { |_, headers, _| headers['X-Process'] = Process.pid.to_s }
    end)
    run ROUTES
  RUBY
  ADA = 'ada@example.com'

  def setup
    super
    @folder = Dir.mktmpdir
    FILES.merge('config.ru' => RACKUP).each do |path, text|
      FileUtils.mkdir_p(File.dirname("#{@folder}/#{path}"))
      File.write("#{@folder}/#{path}", text)
    end
    start
  end

  def teardown
    if @puma
      Process.kill(:TERM, @puma.pid)
      @puma.close
    end
    FileUtils.rm_rf(@folder)
    super
  end

  def start
    begin
      require 'puma'
      require 'action_controller'
    rescue LoadError
      raise if ENV['CI'] == 'true'

      skip 'there is no Puma or no Action Pack here'
    end
    paths = $LOAD_PATH.map { |path| "-I#{path}" }
    command = [RbConfig.ruby, '-W0', *paths, '-S', 'puma', '-C', 'config/puma.rb', '-b', 'tcp://127.0.0.1:0']
    @puma = IO.popen([*command, { chdir: @folder, err: %i[child out] }])
    output = +''
    output << @puma.gets until output =~ /Listening on .*:(\d+)$/ || @puma.eof?
    @port = Regexp.last_match(1) or flunk output
    @cookie = nil
  end

  # The answer of the application, in whose session this is.
  def ask(method, path, body = nil)
    request = Net::HTTP.const_get(method).new(path, 'Content-Type' => 'application/json', 'User-Agent' => 'a browser')
    request['Cookie'] = @cookie if @cookie
    request.body = JSON.generate(body) if body
    answer = Net::HTTP.start('127.0.0.1', @port, nil) { |http| http.request(request) }
    @cookie = answer['Set-Cookie'][/\A[^;]+/] if answer['Set-Cookie']
    answer
  end

  def test_a_user_logs_in_and_manages_passkeys
    login = Emulator.post("v2/users/#{ADA}/login")
    assert_equal({ 'username' => ADA }, JSON.parse(ask(:Post, '/session', { token: login['jwtAccess'] }).body))
    passkey = JSON.parse(ask(:Get, '/passkeys').body).fetch(0)
    assert_equal '204', ask(:Patch, "/passkeys/#{passkey['id']}", { name: 'Phone' }).code
    assert_equal 'Phone', JSON.parse(ask(:Get, '/passkeys').body)[0]['name']
    assert_equal '204', ask(:Delete, "/passkeys/#{passkey['id']}").code
    answer = ask(:Delete, "/passkeys/#{passkey['id']}")
    assert_equal ['404', { 'error' => 'not_found' }], [answer.code, JSON.parse(answer.body)]
    assert_equal '204', ask(:Delete, '/session').code
  end

  def test_a_token_that_is_not_the_services_logs_nobody_in
    answer = ask(:Post, '/session', { token: 'a.b.c' })
    assert_equal ['401', { 'error' => 'malformed_token' }], [answer.code, JSON.parse(answer.body)]
  end

  def test_the_backend_passes_the_steps_of_a_login_on
    device = PasskeyDevice.new
    v2 = Loginid::V2::Client.from_env
    begun = v2.register_init(ADA)
    v2.register_complete(begun['session'], device.create(begun['registrationRequestOptions']))
    options = JSON.parse(ask(:Get, '/login/new').body)
    assert_equal 'a browser', Emulator.requests('/fido2/v2/auth/init').last['headers'].to_h['user-agent']
    answer = ask(:Post, '/login', { credential: device.get(options) })
    assert_equal({ 'username' => ADA }, JSON.parse(answer.body))
  end

  # They share the parent's client.
  def test_all_workers_answer
    token = Emulator.post("v2/users/#{ADA}/login")['jwtAccess']
    processes = []
    deadline = Process.clock_gettime(Process::CLOCK_MONOTONIC) + DEADLINE
    until processes.uniq.size == 2
      flunk "only #{processes.uniq}" if Process.clock_gettime(Process::CLOCK_MONOTONIC) > deadline
      processes.concat(Array.new(4) { Thread.new { ask(:Post, '/session', { token: token }) } }.map do |thread|
        assert_equal '200', thread.value.code
        thread.value['X-Process']
      end)
    end
    refute_includes processes, @puma.pid.to_s
  end
end

# frozen_string_literal: true

require 'fileutils'
require 'open3'
require 'rbconfig'
require 'tmpdir'

require_relative 'helper'
require_relative 'passkey_device'

# The files of docs/rails.md in an application of Rails, under a Puma that forks, as in production: the protection
# against forged requests and the log are those of a new application.
class RailsTest < LoginidTest
  PAGE = File.read(File.expand_path('../../../docs/rails.md', __dir__))
  # Each block of the page that is a file, by its path.
  FILES = PAGE.scan(/^```ruby\n# (\S+\.rb)\n(.*?)^```/m).to_h
  # What a new application has besides these files.
  NEW_APPLICATION = {
    'config.ru' => "require_relative 'config/environment'\nrun Rails.application\n",
    'config/environment.rb' => "require_relative 'application'\nRails.application.initialize!\n",
    'config/application.rb' => <<~'RUBY',
      require 'rails'
      require 'action_controller/railtie'
      require 'action_view/railtie'
      require 'rails/test_unit/railtie'

      class Application < Rails::Application
        config.load_defaults Rails::VERSION::STRING.to_f
        config.secret_key_base = 'x' * 64
        # Which process has answered.
        config.middleware.insert_before(0, Class.new do
          def initialize(app) = @app = app
          def call(env) = @app.call(env).tap { |_, headers, _| headers['X-Process'] = Process.pid.to_s }
        end)
      end
    RUBY
    'config/environments/production.rb' => <<~'RUBY',
      Rails.application.configure do
        config.cache_classes = true
        config.eager_load = true
        config.consider_all_requests_local = false
        config.log_level = :info
      end
    RUBY
    'config/environments/test.rb' => <<~'RUBY',
      Rails.application.configure do
        config.cache_classes = true
        config.eager_load = false
        config.action_dispatch.show_exceptions = false
        config.action_controller.allow_forgery_protection = false
      end
    RUBY
    'config/initializers/wrap_parameters.rb' => <<~'RUBY',
      ActiveSupport.on_load(:action_controller) { wrap_parameters format: [:json] }
    RUBY
    # A page with the application's layout.
    'app/views/layouts/application.html.erb' => '<head><%= csrf_meta_tags %></head><%= yield %>',
    'app/controllers/pages_controller.rb' => <<~'RUBY',
      class PagesController < ApplicationController
        def show = render(inline: 'A page', layout: 'application')
      end
    RUBY
    'config/initializers/pages.rb' => "Rails.application.routes.append { root 'pages#show' }\n"
  }.freeze
  ADA = 'ada@example.com'

  class << self
    # The folder of the application.
    def folder
      @folder ||= Dir.mktmpdir.tap do |folder|
        Minitest.after_run { FileUtils.rm_rf(folder) }
        NEW_APPLICATION.merge(FILES).each do |path, text|
          FileUtils.mkdir_p(File.dirname("#{folder}/#{path}"))
          File.write("#{folder}/#{path}", text)
        end
      end
    end

    def command(*arguments)
      [RbConfig.ruby, '-W0', *$LOAD_PATH.map { |path| "-I#{path}" }, *arguments]
    end

    # The process of Puma and its port, one for all tests.
    def server
      @server ||= begin
        command = command('-S', 'puma', '-C', 'config/puma.rb', '-b', 'tcp://127.0.0.1:0')
        puma = IO.popen([{ 'RAILS_ENV' => 'production' }, *command, { chdir: folder, err: %i[child out] }])
        Minitest.after_run { Process.kill(:TERM, puma.pid) && puma.close }
        output = +''
        output << puma.gets until output =~ /Listening on .*:(\d+)$/ || puma.eof?
        [puma.pid, Regexp.last_match(1) || raise(output)]
      end
    end
  end

  def setup
    super
    begin
      require 'puma'
      require 'rails'
    rescue LoadError
      raise if ENV['CI'] == 'true'

      skip 'there is no Puma or no Rails here'
    end
    @puma, @port = self.class.server
    @cookie = nil
    open_page
  end

  # The answer of the application, in whose session this is.
  def request(method, path, body = nil, **headers)
    headers = { 'Content-Type': 'application/json', 'User-Agent': 'a browser', **headers }
    request = Net::HTTP.const_get(method).new(path, headers.transform_keys(&:to_s))
    request['Cookie'] = @cookie if @cookie
    request.body = body.is_a?(Hash) ? JSON.generate(body) : body
    answer = Net::HTTP.start('127.0.0.1', @port, nil) { |http| http.request(request) }
    @cookie = answer['Set-Cookie'][/\A[^;]+/] if answer['Set-Cookie']
    answer
  end

  # The browser loads a page, whose token against forgery it sends from then on.
  def open_page
    @token = request(:Get, '/').body[/<meta name="csrf-token" content="([^"]+)"/, 1] or flunk 'the page has no token'
  end

  # What post() of docs/v2/web.md sends, with the line of docs/rails.md: status and JSON of the answer.
  def ask(method, path, body = {}, **headers)
    answer = request(method, path, (body unless method == :Get), 'X-CSRF-Token': @token, **headers)
    assert_match %r{\Aapplication/json}, answer['Content-Type'], "#{method} #{path} #{body}: #{answer.code}"
    [answer.code.to_i, JSON.parse(answer.body)]
  end

  def log_in
    token = Emulator.post("v2/users/#{ADA}/login")['jwtAccess']
    assert_equal [200, { 'username' => ADA }], ask(:Post, '/session', { jwtAccess: token })
    open_page
    token
  end

  def log
    File.read("#{self.class.folder}/log/production.log")
  end

  def assert_code(status, code, answer)
    assert_equal [status, { 'code' => code }], answer
  end

  def test_a_user_logs_in_and_manages_passkeys
    log_in
    passkey = ask(:Get, '/passkeys')[1]['passkeys'].fetch(0)
    assert_equal [200, {}], ask(:Patch, "/passkeys/#{passkey['id']}", { name: 'Phone' })
    assert_equal 'Phone', ask(:Get, '/passkeys')[1]['passkeys'][0]['name']
    assert_equal [200, {}], ask(:Delete, "/passkeys/#{passkey['id']}")
    assert_code 404, 'not_found', ask(:Delete, "/passkeys/#{passkey['id']}")
    foreign = "/passkeys/#{Emulator.post('v2/users/grace@example.com/login')['passkeyId']}"
    assert_code 404, 'not_found', ask(:Delete, foreign)
    assert_code 404, 'not_found', ask(:Patch, foreign, { name: 'Mine' })
    assert_equal [200, {}], ask(:Delete, '/session')
    assert_code 401, 'login_required', ask(:Get, '/passkeys')
  end

  def test_without_a_session_there_are_no_passkeys
    assert_code 401, 'login_required', ask(:Get, '/passkeys')
    assert_code 401, 'login_required', ask(:Patch, '/passkeys/1', { name: 'Phone' })
    assert_code 401, 'login_required', ask(:Delete, '/passkeys/1')
    assert_empty Emulator.requests
  end

  # A stranger can send it.
  def test_what_is_no_token_is_a_bad_request
    log_in
    ['no JSON', '{', '', '[]', '7', '{}', '{"jwtAccess":""}', '{"jwtAccess":5}', '{"jwtAccess":["a"]}',
     '{"jwtAccess":{"a":1}}', '{"jwtAccess":null}', '{"jwtAccess":"a\u0000b"}'].each do |body|
      assert_code 400, 'bad_request', ask(:Post, '/session', body)
    end
    # Rails answers this one itself.
    assert_equal '400', request(:Post, '/session', "{\"jwtAccess\":\"\xFF\"}", 'X-CSRF-Token': @token).code
    [{}, { name: '' }, { name: [1] }].each { |body| assert_code 400, 'bad_request', ask(:Patch, '/passkeys/1', body) }
    [[1], 'x', 7, nil, {}, { id: 1, response: [] }].each do |credential|
      assert_code 400, 'bad_request', ask(:Post, '/login', { credential: credential })
    end
    %w[..%2f %00 .. a%20b].each do |id|
      assert_equal '404', request(:Delete, "/passkeys/#{id}", '{}', 'X-CSRF-Token': @token).code
    end
  end

  def test_a_token_that_is_refused_logs_nobody_in
    issuer, audience = ENV.values_at('LOGINID_V2_BASE_URL', 'LOGINID_V2_APPLICATION_ID')
    claims = { iss: issuer, aud: audience, username: ADA, exp: 2 }
    expired = Emulator.post('v2/tokens', claims: claims)['token']
    another = Emulator.post('v2/tokens', claims: claims.merge(aud: 'another'))['token']
    { 'a.b.c' => 'malformed_token', expired => 'token_expired', another => 'audience_mismatch' }.each do |token, code|
      assert_code 401, code, ask(:Post, '/session', { jwtAccess: token })
    end
    assert_code 401, 'login_required', ask(:Get, '/passkeys')
  end

  def test_a_service_that_does_not_answer_is_tried_again_later
    log_in
    [{ kind: 'status', code: 429, headers: [%w[Retry-After 90]] }, { kind: 'status', code: 503 },
     { kind: 'drop' }, { kind: 'status', code: 200, body: '<html>' }].each do |fault|
      Emulator.fault('/fido2/v2/passkeys', fault, times: 9)
      assert_code 503, 'try_again_later', ask(:Get, '/passkeys')
      Emulator.delete('faults')
    end
    Emulator.fault('/fido2/v2/passkeys', { kind: 'status', code: 429, headers: [%w[Retry-After 90]] }, times: 9)
    assert_equal '90', request(:Get, '/passkeys')['Retry-After']
  end

  # For example a scope that the API key lacks.
  def test_a_fault_of_the_program_is_logged_and_not_shown
    log_in
    body = JSON.generate(msg: 'a scope is missing', msgCode: 'forbidden')
    Emulator.fault('/fido2/v2/passkeys', { kind: 'status', code: 403, body: body }, times: 9)
    assert_code 500, 'internal_error', ask(:Get, '/passkeys')
    assert_match(/a scope is missing \(forbidden, request \h{8}-[\h-]+\)$/, log)
  end

  def test_requests_without_the_token_against_forgery_are_refused
    token = Emulator.post("v2/users/#{ADA}/login")['jwtAccess']
    ['', 'another'].each do |value|
      assert_code 400, 'bad_request', ask(:Post, '/session', { jwtAccess: token }, 'X-CSRF-Token': value)
    end
    assert_equal 200, ask(:Post, '/session', { jwtAccess: token })[0]
    # It was that of the session before the login.
    assert_code 400, 'bad_request', ask(:Delete, '/session')
    open_page
    assert_equal 200, ask(:Delete, '/session')[0]
  end

  def test_a_login_begins_a_new_session_whose_cookie_pages_cannot_read
    before = @cookie
    answer = request(:Post, '/session', { jwtAccess: Emulator.post("v2/users/#{ADA}/login")['jwtAccess'] },
                     'X-CSRF-Token': @token)
    assert_match(/; HttpOnly; SameSite=Lax\z/, answer['Set-Cookie'])
    refute_equal before, @cookie
  end

  def test_the_log_has_no_token
    token = log_in
    refute_includes log, token
    assert_includes log, '"jwtAccess"=>"[FILTERED]"'
  end

  # Besides that of the log: what the pages of the documentation send.
  def test_the_names_of_all_secrets_are_filtered
    require 'active_support/parameter_filter'
    names = FILES.fetch('config/initializers/filter_parameter_logging.rb')[/%i\[(.*)\]/, 1].split.map(&:to_sym)
    secrets = %w[jwtAccess token txToken session credential].to_h { |name| [name, 'SECRET'] }
    filtered = ActiveSupport::ParameterFilter.new(names).filter({ **secrets, 'name' => 'Phone' })
    assert_equal({ **secrets.transform_values { '[FILTERED]' }, 'name' => 'Phone' }, filtered)
  end

  def test_the_backend_passes_the_steps_of_a_login_on
    device = PasskeyDevice.new
    v2 = Loginid::V2::Client.from_env
    begun = v2.register_init(ADA)
    v2.register_complete(begun['session'], device.create(begun['registrationRequestOptions']))
    options = ask(:Get, '/login/new')[1]
    assert_equal 'a browser', Emulator.requests('/fido2/v2/auth/init').last['headers'].to_h['user-agent']
    credential = device.get(options)
    assert_equal [200, { 'username' => ADA }], ask(:Post, '/login', { credential: credential })
    open_page
    # The session of the ceremony was used.
    assert_code 400, 'bad_request', ask(:Post, '/login', { credential: credential })
    assert_equal 200, ask(:Get, '/login/new', 'User-Agent': 'café')[0]
    options = ask(:Get, '/login/new', 'User-Agent': '')[1]
    forged = device.get(options).tap { |one| one[:response][:signature] = 'AAAA' }
    assert_code 400, 'bad_request', ask(:Post, '/login', { credential: forged })
  end

  # They share the parent's client.
  def test_all_workers_answer
    token = Emulator.post("v2/users/#{ADA}/login")['jwtAccess']
    processes = []
    deadline = Process.clock_gettime(Process::CLOCK_MONOTONIC) + DEADLINE
    cookie = @cookie
    until processes.uniq.size == 2
      flunk "only #{processes.uniq}" if Process.clock_gettime(Process::CLOCK_MONOTONIC) > deadline
      threads = Array.new(4) do
        Thread.new do
          headers = { 'Content-Type' => 'application/json', 'X-CSRF-Token' => @token, 'Cookie' => cookie }
          Net::HTTP.post(URI("http://127.0.0.1:#{@port}/session"), JSON.generate(jwtAccess: token), headers)
        end
      end
      processes.concat(threads.map do |thread|
        assert_equal '200', thread.value.code
        thread.value['X-Process']
      end)
    end
    refute_includes processes, @puma.to_s
  end

  # With an emulator of their own.
  def test_the_tests_of_the_page
    program = { 'LOGINID_EMULATOR' => File.expand_path('../../../target/debug/loginid-emulator', __dir__) }
    variables = { **program, **ENV.to_h, 'LOGINID_V2_API_KEY_FILE' => '/no/such/file', 'RAILS_ENV' => 'test' }
    output, status = Open3.capture2e(variables, *self.class.command('test/integration/passkeys_test.rb'),
                                     chdir: self.class.folder)
    assert_predicate status, :success?, output
    assert_match(/^2 runs, 5 assertions, 0 failures, 0 errors, 0 skips$/, output)
  end
end

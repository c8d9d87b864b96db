# frozen_string_literal: true

Gem::Specification.new do |gem|
  gem.name = 'loginid-emulator'
  gem.version = ENV.fetch('VERSION')
  gem.summary = "An emulator of LoginID's services for tests"
  gem.description = 'A LoginID service on your machine, for tests. The helpers of the gem loginid start it.'
  gem.authors = ['The libloginid authors']
  gem.homepage = 'https://github.com/libloginid/libloginid'
  gem.licenses = ['MIT', 'Apache-2.0']
  gem.required_ruby_version = '>= 3.0'
  gem.platform = Gem::Platform.local
  gem.files = Dir['exe/*', 'lib/**/*.rb', 'libexec/*', 'README.md', 'LICENSE-*']
  gem.bindir = 'exe'
  gem.executables = ['loginid-emulator']
  gem.metadata = {
    'changelog_uri' => "#{gem.homepage}/blob/main/CHANGELOG.md",
    'documentation_uri' => "#{gem.homepage}/blob/main/docs/testing.md",
    'source_code_uri' => gem.homepage,
    'rubygems_mfa_required' => 'true'
  }
end

# frozen_string_literal: true

require_relative 'lib/loginid/version'

Gem::Specification.new do |gem|
  gem.name = 'loginid'
  gem.version = Loginid::VERSION
  gem.summary = 'The LoginID server SDK for Ruby, over libloginid'
  gem.description = 'Logins, passkeys, codes, transactions and users of LoginID, through the C library libloginid.'
  gem.authors = ['The libloginid authors']
  gem.homepage = 'https://github.com/libloginid/libloginid'
  gem.licenses = ['MIT', 'Apache-2.0']
  gem.required_ruby_version = '>= 3.0'
  gem.files = Dir.chdir(__dir__) { Dir['lib/**/*.rb', 'sig/**/*.rbs', 'README.md', 'LICENSE-*'] }
  # packaging/ruby/build adds the library, for one platform, or the sources that it is built from.
  library = Dir.chdir(__dir__) { Dir['lib/loginid/library/*'] }
  sources = Dir.chdir(__dir__) { Dir.glob('rust/**/*', File::FNM_DOTMATCH).select { |path| File.file?(path) } }
  gem.files += library + sources
  gem.platform = Gem::Platform.local unless library.empty?
  gem.extensions = ['ext/extconf.rb'] unless sources.empty?
  gem.metadata = {
    'changelog_uri' => "#{gem.homepage}/blob/main/CHANGELOG.md",
    'documentation_uri' => "#{gem.homepage}/blob/main/docs/ruby.md",
    'source_code_uri' => gem.homepage,
    'rubygems_mfa_required' => 'true'
  }
  gem.add_dependency 'ffi', '~> 1.15'
  gem.add_development_dependency 'minitest', '~> 5.15'
end

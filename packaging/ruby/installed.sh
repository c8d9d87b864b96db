# shellcheck shell=bash
# What has to work when the gems are installed. packaging/check runs it in their environment.
ruby -rloginid -e '
  loaded = File.readlines("/proc/self/maps").map { |line| line.split.last }.grep(/libloginid/).uniq
  abort loaded.inspect unless loaded == ["#{Gem.loaded_specs["loginid"].full_gem_path}/lib/loginid/library/libloginid.so.0"]'
for program in quickstart backend; do
    "$GEM_HOME/bin/loginid-emulator" exec -- ruby "${root:?}/examples/ruby/$program.rb"
done
# The helper for tests finds the emulator in its gem.
ruby -rloginid/testing -e 'Loginid::Testing::Emulator.run { |emulator| p emulator.v2_client.get_version }'

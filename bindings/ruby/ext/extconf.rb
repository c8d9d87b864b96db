# frozen_string_literal: true

# The source gem has the library's sources in `rust/`. RubyGems runs the Makefile that this writes.

unless system('cargo', '--version', out: File::NULL, err: File::NULL)
  abort 'loginid: there is no gem for this platform, and building the library needs Rust 1.95 or newer ' \
        '(https://rustup.rs) and a C compiler'
end

target = ENV['CARGO_TARGET_DIR'] || File.expand_path('../rust/target', __dir__)
# In that folder, because its `.cargo/config.toml` has the switches of the cryptography library.
File.write('Makefile', <<~MAKEFILE)
  folder = ../lib/loginid/library

  all:
  \tcd ../rust && cargo rustc --locked --release --lib --crate-type cdylib --target-dir '#{target}'
  \tmkdir -p $(folder)
  \tcp '#{target}/release/libloginid.so' $(folder)/libloginid.so.0
  \trm -rf ../rust/target

  install clean:
MAKEFILE

# frozen_string_literal: true

# The source gem has the library's sources in `rust/`. RubyGems runs the Makefile that this writes.

unless system('cargo', '--version', out: File::NULL, err: File::NULL)
  abort 'loginid: there is no gem for this platform, and building the library needs Rust 1.95 or newer ' \
        '(https://rustup.rs) and a C compiler'
end

# In that folder, because its `.cargo/config.toml` has the switches of the cryptography library.
File.write('Makefile', <<~MAKEFILE)
  folder = ../lib/loginid/library

  all:
  \tcd ../rust && CARGO_TARGET_DIR=target cargo rustc --locked --release --lib --crate-type cdylib
  \tmkdir -p $(folder)
  \tcp ../rust/target/release/libloginid.so $(folder)/libloginid.so.0
  \trm -rf ../rust/target

  install clean:
MAKEFILE

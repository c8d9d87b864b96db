# frozen_string_literal: true

# The source gem has the library's sources in `rust/`. RubyGems runs the Makefile that this writes.

unless system('cargo', '--version', out: File::NULL, err: File::NULL)
  abort 'loginid: there is no gem for this platform, and building the library needs Rust 1.95 or newer ' \
        '(https://rustup.rs) and a C compiler'
end

# In that folder, because its `.cargo/config.toml` has the switches of the cryptography library. Where
# Cargo builds depends on the variables and the configuration of who installs this: Cargo says it.
File.write('Makefile', <<~'MAKEFILE')
  folder = ../lib/loginid/library

  all:
  	cd ../rust && cargo rustc --locked --release --lib --crate-type cdylib \
  	    --message-format json-render-diagnostics > ../ext/built
  	mkdir -p $(folder)
  	cp "$$(sed -n 's|.*"filenames":\["\([^"]*/libloginid\.so\)".*|\1|p' built)" $(folder)/libloginid.so.0
  	rm -rf ../rust/target built

  install clean:
MAKEFILE

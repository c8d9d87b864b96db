# What a C user expects: make, make example, make test, make install.

PREFIX     ?= /usr/local
LIBDIR     ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
BINDIR     ?= $(PREFIX)/bin
DESTDIR    ?=
CARGO      ?= cargo
CC         ?= cc
INSTALL    ?= install

VERSION := $(shell sed -n 's/^version = "\(.*\)"$$/\1/p' Cargo.toml | head -n 1)
SONAME  := libloginid.so.0
TARGET  := $(or $(CARGO_TARGET_DIR),target)
RELEASE := $(TARGET)/release
DEBUG   := $(TARGET)/debug

C_FLAGS      := -std=c99 -Wall -Wextra -pedantic -Werror -Iinclude
C_EXAMPLES   := quickstart
EXAMPLES_DIR := $(DEBUG)/examples-c
STAGE        := $(abspath $(DEBUG)/stage)

.PHONY: all build stage example test test-bindings test-ruby test-php lint header install uninstall clean

all: build

build:
	# Without the rlib the whole library is optimised as one (LTO).
	$(CARGO) rustc --locked --release -p loginid --lib --crate-type cdylib,staticlib
	$(CARGO) build --locked --release -p loginid-emulator

# Builds everything, then runs each C program against an emulator of its own.
example:
	$(CARGO) build --locked -p loginid -p loginid-emulator
	@mkdir -p $(EXAMPLES_DIR)
	@ln -sf ../libloginid.so $(EXAMPLES_DIR)/$(SONAME)
	@ln -sf $(SONAME) $(EXAMPLES_DIR)/libloginid.so
	@set -e; for example in $(C_EXAMPLES); do \
	    $(CC) $(C_FLAGS) examples/c/$$example.c examples/c/emulator.c \
	        -o $(EXAMPLES_DIR)/$$example -L$(EXAMPLES_DIR) -lloginid -pthread \
	        -Wl,-rpath,'$$ORIGIN'; \
	    echo "== examples/c/$$example.c"; \
	    $(DEBUG)/loginid-emulator exec -- $(EXAMPLES_DIR)/$$example; \
	done

# The tests compile and run C programs too; they look for what is built here.
test:
	$(CARGO) build --locked --workspace
	$(CARGO) test --locked --workspace

# The debug library under the name that programs load it by.
stage:
	$(CARGO) build --locked -p loginid -p loginid-emulator
	@mkdir -p $(STAGE)
	@ln -sf ../libloginid.so $(STAGE)/$(SONAME)
	@ln -sf $(SONAME) $(STAGE)/libloginid.so

# Each language's package, with its real interpreter against an emulator.
test-bindings: test-ruby test-php

# $(call unless-missing,command that needs it,what is missing,commands): an
# error in CI, one line elsewhere.
define unless-missing
@if $(1) >/dev/null 2>&1; then set -ex; $(3); \
elif [ "$$CI" = true ]; then echo "$@: $(2)" >&2; exit 1; \
else echo "$@: left out, $(2)"; fi
endef

WITH_EMULATOR := LOGINID_LIBRARY=$(STAGE)/$(SONAME) $(abspath $(DEBUG))/loginid-emulator exec --
RUBY          ?= ruby
RUBY_LOGINID  := $(RUBY) -w -Ibindings/ruby/lib
PHP           ?= php

test-ruby: stage
	$(call unless-missing,$(RUBY) -rffi -rminitest -e '',it needs Ruby with ffi and minitest, \
	    $(WITH_EMULATOR) $(RUBY_LOGINID) -Ibindings/ruby/test bindings/ruby/test/all.rb; \
	    $(WITH_EMULATOR) $(RUBY_LOGINID) examples/ruby/quickstart.rb)

test-php: stage
	$(call unless-missing,$(PHP) -r 'exit((int) !extension_loaded("ffi"));' && command -v phpunit, \
	    it needs PHP with FFI and PHPUnit, \
	    $(WITH_EMULATOR) phpunit --configuration bindings/php/phpunit.xml; \
	    $(WITH_EMULATOR) $(PHP) examples/php/quickstart.php)

lint:
	$(CARGO) fmt --all --check
	$(CARGO) clippy --locked --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --locked --workspace --no-deps

header:
	$(CARGO) run --locked --quiet -p loginid-header
	{ printf '#define FFI_SCOPE "LOGINID"\n#define FFI_LIB "$(SONAME)"\n'; \
	    cat include/loginid_ffi.h; } > bindings/php/loginid.h

install: build
	$(INSTALL) -d $(DESTDIR)$(LIBDIR)/pkgconfig $(DESTDIR)$(INCLUDEDIR) $(DESTDIR)$(BINDIR)
	$(INSTALL) -m 755 $(RELEASE)/libloginid.so $(DESTDIR)$(LIBDIR)/libloginid.so.$(VERSION)
	ln -sf libloginid.so.$(VERSION) $(DESTDIR)$(LIBDIR)/$(SONAME)
	ln -sf $(SONAME) $(DESTDIR)$(LIBDIR)/libloginid.so
	$(INSTALL) -m 644 $(RELEASE)/libloginid.a $(DESTDIR)$(LIBDIR)/libloginid.a
	$(INSTALL) -m 644 include/loginid.h include/loginid_ffi.h $(DESTDIR)$(INCLUDEDIR)
	$(INSTALL) -m 755 $(RELEASE)/loginid-emulator $(DESTDIR)$(BINDIR)/loginid-emulator
	sed -e 's|@VERSION@|$(VERSION)|' -e 's|@PREFIX@|$(PREFIX)|' \
	    -e 's|@LIBDIR@|$(patsubst $(PREFIX)/%,$${prefix}/%,$(LIBDIR))|' \
	    -e 's|@INCLUDEDIR@|$(patsubst $(PREFIX)/%,$${prefix}/%,$(INCLUDEDIR))|' \
	    loginid.pc.in > $(DESTDIR)$(LIBDIR)/pkgconfig/loginid.pc

uninstall:
	rm -f $(DESTDIR)$(LIBDIR)/libloginid.so.$(VERSION) $(DESTDIR)$(LIBDIR)/$(SONAME) \
	    $(DESTDIR)$(LIBDIR)/libloginid.so $(DESTDIR)$(LIBDIR)/libloginid.a \
	    $(DESTDIR)$(INCLUDEDIR)/loginid.h $(DESTDIR)$(INCLUDEDIR)/loginid_ffi.h \
	    $(DESTDIR)$(BINDIR)/loginid-emulator $(DESTDIR)$(LIBDIR)/pkgconfig/loginid.pc

clean:
	$(CARGO) clean

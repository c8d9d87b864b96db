# The tests and the example of each language, with its real compiler or
# interpreter, against an emulator. Included by the Makefile.

# A development install of the debug library, for bindings that search for an installed one.
STAGE      := $(abspath $(TARGET)/stage)
STAGED     := LD_LIBRARY_PATH=$(STAGE)/lib PKG_CONFIG_PATH=$(STAGE)/lib/pkgconfig \
              LOGINID_LIBRARY=$(STAGE)/lib/$(SONAME) \
              LOGINID_EMULATOR=$(abspath $(DEBUG))/loginid-emulator
EMULATED   := $(STAGED) $(abspath $(DEBUG))/loginid-emulator exec --
PYTHON_ENV := $(abspath $(TARGET)/python-env)

RUBY         ?= ruby
RUBY_LOGINID := $(RUBY) -w -Ibindings/ruby/lib
PHP          ?= php

# $(call unless-missing,command that needs it,what is missing,commands): an
# error in CI, one line elsewhere.
define unless-missing
@if { $(1); } >/dev/null 2>&1; then set -ex; $(3); \
elif [ "$$CI" = true ]; then echo "$@: $(2)" >&2; exit 1; \
else echo "$@: left out, $(2)"; fi
endef

.PHONY: stage test-bindings test-cpp example-cpp test-go test-python test-ruby test-php \
    format-check format-cpp format-go format-python format-ruby format-php

# The C++ suite, tests/cpp, is among Cargo's tests, which `make test` runs before.
test-bindings: example-cpp test-go test-python test-ruby test-php

stage:
	$(CARGO) build --locked --workspace
	@mkdir -p $(STAGE)/lib/pkgconfig $(STAGE)/include/loginid
	@for header in $(HEADERS); do cp include/$$header $(STAGE)/include/$$header; done
	@ln -sf $(abspath $(DEBUG))/libloginid.so $(STAGE)/lib/libloginid.so.$(VERSION)
	@ln -sf libloginid.so.$(VERSION) $(STAGE)/lib/$(SONAME)
	@ln -sf $(SONAME) $(STAGE)/lib/libloginid.so
	@sed -e 's|@VERSION@|$(VERSION)|' -e 's|@PREFIX@|$(STAGE)|' \
	    -e 's|@LIBDIR@|$${prefix}/lib|' -e 's|@INCLUDEDIR@|$${prefix}/include|' \
	    loginid.pc.in > $(STAGE)/lib/pkgconfig/loginid.pc

test-cpp: example-cpp
	$(call unless-missing,command -v $(CXX),it needs a C++ compiler, \
	    $(CARGO) test --locked --test cpp)

example-cpp: stage
	$(call unless-missing,command -v $(CXX),it needs a C++ compiler, \
	    for program in backend quickstart; do \
	        $(CXX) -std=c++17 -Wall -Wextra -pedantic -Werror examples/cpp/$$program.cpp \
	            -o $(STAGE)/$$program-cpp \
	            $$($(STAGED) pkg-config --cflags --libs loginid) -pthread; \
	        $(EMULATED) $(STAGE)/$$program-cpp; \
	    done)

test-go: stage
	$(call unless-missing,command -v go && command -v pkg-config,it needs Go and pkg-config, \
	    cd bindings/go; $(STAGED) go vet ./...; \
	    $(STAGED) go test -race -count=1 ./...; \
	    cd ../../examples/go; $(STAGED) go vet ./...; $(EMULATED) go run .; $(EMULATED) go run ./backend)

test-python: stage
	$(call unless-missing,python3 -c 'import venv',it needs Python with venv, \
	    test -x $(PYTHON_ENV)/bin/python || python3 -m venv $(PYTHON_ENV); \
	    $(PYTHON_ENV)/bin/python -m pip install --quiet --disable-pip-version-check \
	        -r bindings/python/tests/requirements.txt ./bindings/python; \
	    cd bindings/python; \
	    $(EMULATED) $(PYTHON_ENV)/bin/python -W error::ResourceWarning -m unittest discover -s tests; \
	    $(EMULATED) $(PYTHON_ENV)/bin/python ../../examples/python/quickstart.py; \
	    $(EMULATED) $(PYTHON_ENV)/bin/python ../../examples/python/backend.py)

test-ruby: stage
	$(call unless-missing,$(RUBY) -rffi -rminitest -e '',it needs Ruby with ffi and minitest, \
	    $(EMULATED) $(RUBY_LOGINID) -Ibindings/ruby/test bindings/ruby/test/all.rb; \
	    $(EMULATED) $(RUBY_LOGINID) examples/ruby/quickstart.rb; \
	    $(EMULATED) $(RUBY_LOGINID) examples/ruby/backend.rb)

test-php: stage
	$(call unless-missing,$(PHP) -r 'exit((int) !extension_loaded("ffi"));' && command -v phpunit, \
	    it needs PHP with FFI and PHPUnit, \
	    $(EMULATED) phpunit --configuration bindings/php/phpunit.xml; \
	    $(EMULATED) $(PHP) examples/php/quickstart.php; \
	    $(EMULATED) $(PHP) examples/php/backend.php)

# The formatter of each language finds nothing to change in what is generated, and in what is
# written by hand in the same folders; of C and C++ in the generated part of each file. Cargo's
# is in `make lint`.
format-check: format-cpp format-go format-python format-ruby format-php

CLANG_FORMATTED := include/loginid.hpp tests/c/arguments.c tests/cpp/wire.cpp \
                   tests/cpp/v2_wire.cpp

format-cpp:
	$(call unless-missing,command -v clang-format,it needs clang-format, \
	    for file in $(CLANG_FORMATTED); do \
	        lines=$$(grep -n 'generated: ' $$file | cut -d : -f 1 | paste -d : - - \
	            | sed 's/^/--lines=/'); \
	        clang-format --dry-run -Werror $$lines $$file; \
	    done)

format-go:
	$(call unless-missing,command -v gofmt,it needs Go, \
	    unformatted=$$(gofmt -l bindings/go examples/go); test -z "$$unformatted")

format-python:
	$(call unless-missing,command -v black,it needs black, \
	    black --check --quiet --diff bindings/python/src)

format-ruby:
	$(call unless-missing,command -v rubocop,it needs RuboCop, \
	    cd bindings/ruby; rubocop --only Layout lib)

format-php:
	$(call unless-missing,command -v phpcs,it needs PHP_CodeSniffer, \
	    cd bindings/php; phpcs)

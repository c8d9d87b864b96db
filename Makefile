# The usual targets: make, make example, make test, make bench, make install.

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
C_EXAMPLES   := quickstart login log options backend
EXAMPLES_DIR := $(DEBUG)/examples-c

.PHONY: all build example test torture sanitize valgrind races miri platforms coverage mutants conformance bench \
    release-check deny fuzz \
    generate docs clean

all: build

# What is released has no paths of the machine that built it.
RELEASE_CARGO := CARGO_ENCODED_RUSTFLAGS="$$(packaging/rustflags $(TARGET))" $(CARGO)

build: $(RELEASE)/.built

# Only if a source is newer: Cargo would link the library and the command again each time, because each overwrites files
# of the other.
$(RELEASE)/.built: $(shell find Cargo.toml Cargo.lock .cargo build.rs src emulator/Cargo.toml emulator/src \
    tools/loginid/Cargo.toml tools/loginid/src -type f)
	$(RELEASE_CARGO) build --locked --release -p loginid-emulator
	$(RELEASE_CARGO) build --locked --release -p loginid-cli
	# Last, since the program before needs the rlib, and with that Cargo builds the other two kinds too.
	# Without the rlib the whole library is optimised together (LTO).
	$(RELEASE_CARGO) rustc --locked --release -p loginid --lib --crate-type cdylib,staticlib
	@touch $@

# Builds everything, then runs each C program against an emulator of its own.
example:
	$(CARGO) build --locked --workspace
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
	@if pkg-config --exists libuv; then set -e; \
	    $(CC) $(C_FLAGS) examples/c/event_loop.c examples/c/event_loop_waits.c examples/c/emulator.c \
	        -o $(EXAMPLES_DIR)/event_loop -L$(EXAMPLES_DIR) -lloginid \
	        $$(pkg-config --cflags --libs libuv) -pthread -Wl,-rpath,'$$ORIGIN'; \
	    echo "== examples/c/event_loop.c"; \
	    $(DEBUG)/loginid-emulator exec -- $(EXAMPLES_DIR)/event_loop; \
	elif [ "$$CI" = true ]; then echo "examples/c/event_loop.c: it needs libuv (libuv1-dev)" >&2; exit 1; \
	else echo "examples/c/event_loop.c: left out, it needs libuv (libuv1-dev)"; fi

# The tests also compile and run C programs, with the library that is built here.
test:
	@[ "$$CI" != true ] || bash .ci/packages
	$(CARGO) build --locked --workspace
	$(CARGO) test --locked --workspace --no-fail-fast
	tests/conformance/run
	$(MAKE) test-bindings

# The trust tests with their full counts: about a quarter of an hour.
torture:
	LOGINID_TORTURE=1 $(CARGO) test --locked --test tokens --test fork --test fork_first_call --test threads --test faults \
	    -- --nocapture --test-threads=1

# The C tests with every memory access checked, see tests/memory-checks/run.
sanitize:
	tests/memory-checks/run address

valgrind:
	tests/memory-checks/run valgrind

# Data races in the thread tests, see tests/memory-checks/races.
races:
	tests/memory-checks/races

# Undefined behaviour in the code that Miri can run, see tests/memory-checks/miri.
miri:
	tests/memory-checks/miri

# The library for other systems, see tests/platforms/run.
platforms:
	tests/platforms/run

# The lines of the library that the tests reach, and those that they do not.
coverage:
	tests/coverage/run

# Mutation testing of the code for tokens, answers and secrets; .cargo/mutants.toml
# lists the files. Takes hours: MUTANTS="-f src/token/parts.rs" tests one file. Status 3
# means that mutations made a test hang, which counts as caught, and hides whether any
# was missed.
mutants:
	@if ! $(CARGO) mutants --version > /dev/null 2>&1; then \
	    echo "mutants: left out, cargo-mutants is not installed"; \
	else $(CARGO) mutants --output $(TARGET) $(MUTANTS) || \
	    { [ $$? = 3 ] && [ ! -s $(TARGET)/mutants.out/missed.txt ]; }; fi

# The official SDKs against the emulator, and their requests compared with ours.
conformance:
	$(CARGO) build --locked --workspace
	tests/conformance/run

# Compares the release library with its peers, see benches/README.md. A first look of
# three minutes: make bench BENCH_ROUNDS=3 BENCH_OUTPUT=
bench: build
	$(RELEASE_CARGO) build --locked --release -p loginid-bench-raw
	python3 benches/run.py

# Whether the figures in benches/RESULTS.md are those of these sources.
release-check:
	python3 benches/release_check.py

# Licences, sources and known weaknesses of what the library depends on, see deny.toml. Needs the network.
deny:
	@if ! $(CARGO) deny --version > /dev/null 2>&1; then echo "deny: left out, cargo-deny is not installed"; \
	else $(CARGO) deny --all-features check; fi

# Each fuzz target for FUZZ_SECONDS, starting from the corpus in the tree. Failing
# inputs are written to fuzz/artifacts/ and end the run with an error.
FUZZ_SECONDS ?= 60
FUZZ_TARGETS := token signed_token private_key public_key key_set config json_pointer json_document http_answer v2_answer calls
FUZZ         := cd fuzz && RUSTC_BOOTSTRAP=1 $(CARGO) fuzz

fuzz:
	$(CARGO) fuzz --version || $(CARGO) install cargo-fuzz --locked
	$(FUZZ) build
	@set -e; for target in $(FUZZ_TARGETS); do \
	    echo "== fuzz $$target"; \
	    ($(FUZZ) run $$target -- -max_total_time=$(FUZZ_SECONDS) -timeout=30 -rss_limit_mb=2048); \
	done

# What spec/operations.toml describes, the headers and the list of symbols.
generate:
	$(CARGO) run --locked --quiet -p loginid-generate

# The C reference as HTML, in target/docs/html. A warning is an error.
docs:
	@mkdir -p $(TARGET)/docs
	{ cat docs/Doxyfile; echo 'OUTPUT_DIRECTORY = "$(TARGET)/docs"'; \
	    echo 'PROJECT_NUMBER = $(VERSION)'; } | doxygen -

include packaging/install.mk
include packaging/packages.mk
include bindings/bindings.mk
include tools/lint/lint.mk
include examples/web/demo.mk

clean:
	$(CARGO) clean

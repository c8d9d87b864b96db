# The linters of every language. Included by the Makefile. What they need and the machine has not is installed in
# $(TARGET)/lint, pinned by the files in this folder.

LINT  := $(abspath $(TARGET))/lint

.PHONY: lint lint-rust lint-fuzz lint-c lint-cpp lint-shell lint-python lint-go lint-workflows lint-javascript \
    lint-ruby lint-php

lint: format-check lint-rust lint-fuzz lint-c lint-cpp lint-shell lint-python lint-go lint-workflows \
    lint-javascript lint-ruby lint-php

lint-rust:
	$(CARGO) fmt --all --check
	$(CARGO) clippy --locked --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --locked --workspace --no-deps
	@echo "$@: left out, known weaknesses of dependencies, whose list needs the network: make deny, each night"

# A workspace of its own; in the shared folder it finds the crates that are checked already.
lint-fuzz:
	$(CARGO) fmt --manifest-path fuzz/Cargo.toml --check
	$(CARGO) clippy --locked --manifest-path fuzz/Cargo.toml --target-dir $(TARGET) --all-targets -- -D warnings

# In POSIX, NULL is a pointer, also as the last argument of a variadic function.
CPPCHECK := cppcheck --enable=warning,performance,portability --suppress=varFuncNullUB --quiet \
            --error-exitcode=1

# clang-tidy reads what users copy from, and the tests. Left out: what includes a program of a page, and
# programs that are wrong on purpose; of C++ also what is generated, and what needs other options.
TIDY_C   = $(shell git ls-files 'examples/c/*.c' 'examples/web/*.c' 'tests/*.c' ':!tests/web' ':!tests/memory-checks')
TIDY_CPP = $(shell git ls-files 'tests/cpp/*.cpp' ':!tests/cpp/answers.cpp' ':!tests/cpp/no_exceptions.cpp' ':!tests/cpp/*wire.cpp')

lint-c:
	$(call unless-missing,command -v cppcheck,it needs cppcheck, \
	    $(CPPCHECK) --std=c99 -Iinclude -Itests/c examples/c examples/web tests/c tests/fork_handlers tests/web)
	$(call unless-missing,command -v clang-tidy,it needs clang-tidy, \
	    clang-tidy --quiet $(TIDY_C) -- -std=c99 -D_GNU_SOURCE -Iinclude -Iexamples/c)

# The analyzer takes 10 s a program and more, and in loginid.hpp finds leaks that are none where it cannot follow
# a swap, so that of C++ it reads the examples only.
lint-cpp:
	$(call unless-missing,command -v clang-tidy,it needs clang-tidy, \
	    printf '%s\n' examples/cpp/*.cpp | xargs -n1 -P2 sh -c 'clang-tidy --quiet "$$0" -- -std=c++17 -Iinclude'; \
	    printf '%s\n' $(TIDY_CPP) | xargs -n1 -P2 sh -c \
	        'clang-tidy --quiet --checks=-clang-analyzer-* "$$0" -- -std=c++20 -Iinclude')

# The scripts: files whose first line names a shell, and what others source.
lint-shell:
	$(call unless-missing,command -v shellcheck,it needs shellcheck, \
	    shellcheck -x .ci/packages $$(git grep -lE '^#!.*(bash|/sh)$$' && git ls-files '*.sh' '*.bash'))

PYTHON_LINTED = $(shell git ls-files '*.py'; git grep -lE '^\#!.*python3' packaging)

# Without union-attr: packaging/metadata reads only those members of an archive that are files. In benches only what
# has annotations is checked.
MYPY         := $(LINT)/python/bin/mypy --cache-dir $(LINT)/mypy
MYPY_LOOSELY := --config-file $(abspath tools/lint/mypy.ini)
# The tests hand over what the annotations forbid, to see that it is refused.
MYPY_WRONG_ON_PURPOSE := --disable-error-code arg-type --disable-error-code call-arg \
                         --disable-error-code dict-item --disable-error-code typeddict-item

lint-python:
	$(call unless-missing,python3 -c 'import venv',it needs Python with venv, \
	    test -x $(LINT)/python/bin/python || python3 -m venv $(LINT)/python; \
	    $(LINT)/python/bin/python -m pip install --quiet --disable-pip-version-check -r tools/lint/requirements.txt; \
	    $(LINT)/python/bin/ruff check --no-cache --quiet --config tools/lint/ruff.toml $(PYTHON_LINTED); \
	    cd bindings/python; $(MYPY) --strict src; $(MYPY) --strict hatch_build.py; cd ../..; \
	    $(MYPY) --strict packaging/third-party; \
	    export MYPYPATH=$(abspath bindings/python/src); \
	    (cd bindings/python/tests; $(MYPY) $(MYPY_LOOSELY) $(MYPY_WRONG_ON_PURPOSE) .); \
	    for folder in examples/python tests/conformance/python tests/conformance/wire tests/coverage; do \
	        (cd $$folder; $(MYPY) $(MYPY_LOOSELY) .); \
	    done; \
	    $(MYPY) $(MYPY_LOOSELY) packaging/commands; \
	    $(MYPY) $(MYPY_LOOSELY) --disable-error-code union-attr packaging/metadata; \
	    cd benches; $(MYPY) --ignore-missing-imports .)

# go.mod has their versions, go.sum what they must be.
$(LINT)/go/staticcheck $(LINT)/go/actionlint: tools/lint/go.mod tools/lint/go.sum
	cd tools/lint && GOFLAGS=-mod=readonly GOBIN=$(LINT)/go go install honnef.co/go/tools/cmd/staticcheck \
	    github.com/rhysd/actionlint/cmd/actionlint
	@touch $(LINT)/go/staticcheck $(LINT)/go/actionlint

# Through pkg-config, cgo finds the library that is built here.
lint-go: stage
	$(call unless-missing,command -v go && command -v pkg-config,it needs Go and pkg-config, \
	    $(MAKE) --no-print-directory $(LINT)/go/staticcheck; \
	    for module in bindings/go examples/go; do \
	        (cd $$module; $(STAGED) go vet ./...; $(STAGED) $(LINT)/go/staticcheck ./...); \
	    done)

lint-workflows:
	$(call unless-missing,command -v go,actionlint needs Go, \
	    $(MAKE) --no-print-directory $(LINT)/go/actionlint; $(LINT)/go/actionlint)

$(LINT)/node/node_modules/.package-lock.json: tools/lint/package-lock.json
	mkdir -p $(LINT)/node
	cp tools/lint/package.json tools/lint/package-lock.json $(LINT)/node
	cd $(LINT)/node && npm ci --silent --no-audit --no-fund --ignore-scripts

lint-javascript:
	$(call unless-missing,command -v node && command -v npm,it needs Node.js and npm, \
	    $(MAKE) --no-print-directory $(LINT)/node/node_modules/.package-lock.json; \
	    cp tools/lint/eslint.config.mjs $(LINT)/node; \
	    $(LINT)/node/node_modules/.bin/eslint --config $(LINT)/node/eslint.config.mjs $$(git ls-files '*.js'))

lint-ruby:
	$(call unless-missing,command -v rubocop,it needs RuboCop, \
	    { git ls-files '*.rb' '*.gemspec'; git grep -lE '^#!.*ruby'; } \
	        | xargs rubocop --cache false --format quiet --config bindings/ruby/.rubocop.yml)

# PHPStan comes through Composer alone, from where not every machine can have it; PHP and
# PHP_CodeSniffer (`make format-php`) find less.
lint-php:
	$(call unless-missing,command -v $(PHP),it needs PHP, \
	    ! git ls-files '*.php' | xargs -n1 -P2 $(PHP) -l 2>&1 | grep -v '^No syntax errors')
	@echo "$@: left out, PHPStan, which Debian, PyPI and npm do not have"

# The demo: a shop whose customers sign in with passkeys. `make demo` starts it with an emulator of LoginID,
# `DEMO_SERVICE=v1 make demo` for the older service. Included by the Makefile.

DEMO_SERVICE ?= v2
DEMO_PORT    ?= 8080
DEMO         := $(TARGET)/demo

.PHONY: demo demo-build

demo: demo-build
	@$(DEBUG)/loginid-emulator exec -- $(DEMO)/shop $(DEMO_SERVICE) $(DEMO_PORT) examples/web/page \
	    $(DEMO)/websdk-$(DEMO_SERVICE).js

demo-build:
	@pkg-config --exists libmicrohttpd || \
	    { echo "demo: it needs libmicrohttpd (libmicrohttpd-dev)" >&2; exit 1; }
	$(CARGO) build --locked --workspace
	@mkdir -p $(DEMO)
	@ln -sf ../debug/libloginid.so $(DEMO)/$(SONAME)
	@ln -sf $(SONAME) $(DEMO)/libloginid.so
	$(CC) -g $(C_FLAGS) examples/web/*.c -o $(DEMO)/shop -L$(DEMO) -lloginid \
	    $$(pkg-config --cflags --libs libmicrohttpd) -pthread -Wl,-rpath,'$$ORIGIN'
	@$(MAKE) -s --no-print-directory $(DEMO)/websdk-v1.js || [ "$$CI" != true ] && \
	    { [ -e $(DEMO)/websdk-v1.js ] || echo "demo: LoginID's web SDK is left out, it needs node, npm and the network"; }

# LoginID's web SDKs, of the versions in package-lock.json, each as one script. They are not in this
# repository: v1's package has no licence text, and the two texts of the other one name different licences.
$(DEMO)/websdk-v1.js: examples/web/sdk/package-lock.json examples/web/sdk/bundle.js
	@mkdir -p $(DEMO)/sdk
	cp examples/web/sdk/package.json examples/web/sdk/package-lock.json $(DEMO)/sdk
	npm ci --prefix $(DEMO)/sdk --ignore-scripts --no-audit --no-fund --loglevel=error
	NODE_PATH=$(DEMO)/sdk/node_modules node examples/web/sdk/bundle.js @loginid/websdk3 > $(DEMO)/websdk-v2.js.new
	NODE_PATH=$(DEMO)/sdk/node_modules node examples/web/sdk/bundle.js @loginid/sdk/index.js > $@.new
	mv $(DEMO)/websdk-v2.js.new $(DEMO)/websdk-v2.js
	mv $@.new $@

# make install, make uninstall, make deb. Included by the Makefile.

MANDIR   ?= $(PREFIX)/share/man
CMAKEDIR := $(LIBDIR)/cmake/loginid
# Where the shells look for completions below each prefix.
COMPLETIONS_BASH := $(PREFIX)/share/bash-completion/completions
COMPLETIONS_ZSH  := $(PREFIX)/share/zsh/site-functions
COMPLETIONS_FISH := $(PREFIX)/share/fish/vendor_completions.d
HEADERS  := loginid.h loginid.hpp loginid/testing.hpp loginid_ffi.h

# The pages of single functions.
PAGES    := $(wildcard man/man3/*.3)

# Everything that `make install` installs, and `make uninstall` removes.
INSTALLED := \
    $(LIBDIR)/libloginid.so.$(VERSION) $(LIBDIR)/$(SONAME) $(LIBDIR)/libloginid.so \
    $(LIBDIR)/libloginid.a $(addprefix $(INCLUDEDIR)/,$(HEADERS)) \
    $(LIBDIR)/pkgconfig/loginid.pc \
    $(CMAKEDIR)/loginid-config.cmake $(CMAKEDIR)/loginid-config-version.cmake \
    $(BINDIR)/loginid $(BINDIR)/loginid-emulator \
    $(COMPLETIONS_BASH)/loginid $(COMPLETIONS_ZSH)/_loginid $(COMPLETIONS_FISH)/loginid.fish \
    $(MANDIR)/man1/loginid.1 $(MANDIR)/man1/loginid-emulator.1 $(MANDIR)/man3/loginid.3 \
    $(addprefix $(MANDIR)/man3/,$(notdir $(PAGES)))

# $(call up-from,folder): the relative path from a folder to the prefix, for example
# ../.., so that the installed tree still works after a move. A folder that is not below
# the prefix has no such path; then the prefix is absolute.
space   := $() $()
up      = $(subst $(space),/,$(patsubst %,..,$(subst /, ,$(1))))
up-from = $(if $(filter $(PREFIX)/%,$(1)),$(2)/$(call up,$(patsubst $(PREFIX)/%,%,$(1))),$(PREFIX))

# $(call fill,variable of the file's own folder,that folder,variable of the
# prefix): writes a template with the places in it.
fill = sed -e 's|@VERSION@|$(VERSION)|' -e 's|@SONAME@|$(SONAME)|' \
    -e 's|@MAJOR@|$(firstword $(subst ., ,$(VERSION)))|' \
    -e 's|@STATIC_LIBS@|$(shell sed -n 's/^Libs.private: //p' loginid.pc.in)|' \
    -e 's|@PREFIX@|$(call up-from,$(2),$(1))|' \
    -e 's|@LIBDIR@|$(patsubst $(PREFIX)/%,$(3)/%,$(LIBDIR))|' \
    -e 's|@INCLUDEDIR@|$(patsubst $(PREFIX)/%,$(3)/%,$(INCLUDEDIR))|'

.PHONY: built install uninstall deb

# `sudo make install` after `make`: root may have no cargo, and needs none.
built:
	@if command -v $(CARGO) > /dev/null; then $(MAKE) build; \
	elif [ ! -f $(RELEASE)/libloginid.a ] || [ ! -f $(RELEASE)/loginid ] || [ ! -f $(RELEASE)/loginid-emulator ]; then \
	    echo "run make first: there is nothing to install, and no cargo to build it" >&2; exit 1; \
	fi

install: built
	$(INSTALL) -d $(addprefix $(DESTDIR),$(sort $(dir $(INSTALLED))))
	$(INSTALL) -m 755 $(RELEASE)/libloginid.so $(DESTDIR)$(LIBDIR)/libloginid.so.$(VERSION)
	ln -sf libloginid.so.$(VERSION) $(DESTDIR)$(LIBDIR)/$(SONAME)
	ln -sf $(SONAME) $(DESTDIR)$(LIBDIR)/libloginid.so
	packaging/archive $(RELEASE)/libloginid.a $(DESTDIR)$(LIBDIR)/libloginid.a
	@set -e; for header in $(HEADERS); do \
	    $(INSTALL) -m 644 include/$$header $(DESTDIR)$(INCLUDEDIR)/$$header; \
	done
	$(INSTALL) -m 755 $(RELEASE)/loginid $(RELEASE)/loginid-emulator $(DESTDIR)$(BINDIR)
	$(INSTALL) -m 644 tools/loginid/completions/loginid.bash $(DESTDIR)$(COMPLETIONS_BASH)/loginid
	$(INSTALL) -m 644 tools/loginid/completions/loginid.zsh $(DESTDIR)$(COMPLETIONS_ZSH)/_loginid
	$(INSTALL) -m 644 tools/loginid/completions/loginid.fish $(DESTDIR)$(COMPLETIONS_FISH)/loginid.fish
	$(INSTALL) -m 644 man/loginid.3 $(PAGES) $(DESTDIR)$(MANDIR)/man3
	$(INSTALL) -m 644 man/loginid.1 man/loginid-emulator.1 $(DESTDIR)$(MANDIR)/man1
	umask 022; $(call fill,$${pcfiledir},$(LIBDIR)/pkgconfig,$${prefix}) \
	    loginid.pc.in > $(DESTDIR)$(LIBDIR)/pkgconfig/loginid.pc
	@set -e; umask 022; for file in loginid-config loginid-config-version; do \
	    $(call fill,$${_loginid_here},$(CMAKEDIR),$${_loginid_prefix}) \
	        packaging/$$file.cmake.in > $(DESTDIR)$(CMAKEDIR)/$$file.cmake; \
	done
	@[ -n "$(DESTDIR)" ] || echo "If programs do not find libloginid.so.0 in $(LIBDIR): run ldconfig as root"

uninstall:
	rm -f $(addprefix $(DESTDIR),$(INSTALLED))
	-rmdir $(DESTDIR)$(CMAKEDIR) $(DESTDIR)$(INCLUDEDIR)/loginid

# Debian packages, in target/deb.
deb: build
	MAKE='$(MAKE)' packaging/deb/build $(TARGET)/deb

# make packages, make check-packages. Included by the Makefile.

PACKAGES := $(TARGET)/packages

.PHONY: packages check-packages packages-python packages-ruby packages-php packages-tarball

# All packages, from what `make` has built, with their checksums.
packages: build
	rm -rf $(PACKAGES)
	$(MAKE) packages-python packages-ruby packages-php packages-tarball
	MAKE='$(MAKE)' VERSION=$(VERSION) packaging/deb/build $(PACKAGES)
	cd $(PACKAGES) && sha256sum -- * > SHA256SUMS

packages-python packages-ruby packages-php:
	VERSION=$(VERSION) packaging/$(@:packages-%=%)/build $(PACKAGES)

packages-tarball:
	MAKE='$(MAKE)' VERSION=$(VERSION) packaging/tarball $(PACKAGES)

# Each package is installed by its own tool, and used.
check-packages: packages
	packaging/check $(PACKAGES)

# make packages, make check-packages. Included by the Makefile.

PACKAGES := $(TARGET)/packages

.PHONY: packages check-packages packages-python packages-ruby packages-php packages-go packages-tarball \
    reproducible

# All packages, from what `make` has built, with their checksums.
packages: build
	rm -rf $(PACKAGES)
	$(MAKE) packages-python packages-ruby packages-php packages-go packages-tarball
	MAKE='$(MAKE)' packaging/deb/build $(PACKAGES)
	packaging/third-party $(PACKAGES) loginid loginid-emulator loginid-cli
	cd $(PACKAGES) && find . -type f ! -name SHA256SUMS | sort | xargs sha256sum > SHA256SUMS

packages-python packages-ruby packages-php packages-go:
	VERSION=$(VERSION) packaging/$(@:packages-%=%)/build $(PACKAGES)

packages-tarball:
	MAKE='$(MAKE)' VERSION=$(VERSION) packaging/tarball $(PACKAGES)

# Each package is installed by its own tool, and used. The static library is linked beside others.
check-packages: packages
	packaging/check $(PACKAGES)
	packaging/check-archive $(PACKAGES)
	packaging/check-deb $(PACKAGES)

# Two builds in two folders give the same packages. It takes two release builds from nothing.
reproducible:
	packaging/reproducible

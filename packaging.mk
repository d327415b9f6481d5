# packaging.mk - other shapes of the library: make amalgamation writes it as two files, build/amalgamation/gradus.h and
# gradus.c; make check-amalgamation compares programs with these against programs with the libraries (some minutes).
# make check-abi: whether the binary interface has changed.
# make check-chroot: installed and used in a new Debian system of its own, which takes root and debootstrap (minutes).
# make reference: man pages and HTML; make check-examples: their examples print what they say.
# make dist, make deb: the archive of a release, packages for Debian.

AMALGAMATION := $(BUILD)/amalgamation

# The binary interface against packaging/abi.txt, and that file anew; docs/packaging.md has the rule.
.PHONY: abi check-abi
check-abi:
	@CC='$(CC)' sh tests/scripts/abi.sh
abi:
	@CC='$(CC)' sh tests/scripts/abi.sh --write
test: check-abi

# The reference, from the comments in the headers: man pages and HTML in build/reference, installed with the library.
REFERENCE := $(BUILD)/reference
.PHONY: reference check-reference install-reference uninstall-reference
reference:
	@sh packaging/reference.sh $(REFERENCE)
check-reference:
	@CC='$(CC)' sh packaging/reference.sh --check
test: check-reference
# The examples of the reference, one for each header, compiled and run with both libraries: half a minute.
.PHONY: check-examples
check-examples: $(KIND_LIBRARIES:%=$(BUILD)/%.a) $(BUILD)/libs
	@CC='$(CC)' KINDS='$(KINDS)' sh tests/scripts/examples.sh $(BUILD)

install: install-reference
install-reference: reference
	install -d "$(DESTDIR)$(MANDIR)/man3" "$(DESTDIR)$(DOCDIR)/html"
	install -m 644 $(REFERENCE)/man3/*.3 "$(DESTDIR)$(MANDIR)/man3"
	install -m 644 $(REFERENCE)/html/*.* "$(DESTDIR)$(DOCDIR)/html"
uninstall: uninstall-reference
uninstall-reference: reference
	@for page in $(REFERENCE)/man3/*; do rm -f "$(DESTDIR)$(MANDIR)/man3/$${page##*/}"; done
	@for page in $(REFERENCE)/html/*; do rm -f "$(DESTDIR)$(DOCDIR)/html/$${page##*/}"; done
	@[ ! -d "$(DESTDIR)$(DOCDIR)/html" ] || rmdir "$(DESTDIR)$(DOCDIR)/html" 2>/dev/null || true

.PHONY: amalgamation check-amalgamation
amalgamation:
	@sh packaging/amalgamation.sh $(AMALGAMATION)
	@echo "$(AMALGAMATION)/gradus.h, gradus.c"
check-amalgamation: amalgamation lib $(BUILD)/libs $(KINDS:%=$(BUILD)/tests/support.%.a) $(BUILD)/tests/png_decodes
	@CC='$(CC)' KINDS='$(KINDS)' CHECK_LIBS='$(CHECK_LIBS)' sh tests/scripts/amalgamation.sh $(BUILD)

# The archive of a release, and gradus.wrap for Meson; it is built, installed and used; the same by Meson; and packages
# for Debian from it, with lintian (minutes each).
ARCHIVE := $(BUILD)/dist/gradus-$(VERSION).tar.gz
.PHONY: dist check-dist check-wrap deb
dist:
	@sh packaging/dist.sh $(BUILD)/dist
check-dist: dist
	@MAKE='$(MAKE)' sh packaging/dist.sh --check $(ARCHIVE) $(BUILD)/dist/check
check-wrap: dist
	@sh tests/scripts/wrap.sh $(BUILD)/dist
deb: dist
	@sh packaging/deb.sh $(ARCHIVE) $(BUILD)/deb
.PHONY: check-chroot
# What is asked there is not how fast the kernels are: most of the time would go into compiling them.
CHROOT_CFLAGS ?= -O1 -DGI_ONE_KERNEL
check-chroot: dist
	@CFLAGS='$(CHROOT_CFLAGS)' sh tests/scripts/chroot.sh $(ARCHIVE)

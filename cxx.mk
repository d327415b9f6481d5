# cxx.mk - gradus.hpp: its list of functions, which make names writes; it is installed with its programs.
# make check-cxx is in the Makefile.

CXX_FILES := $(wildcard demos/cxx/*.cpp)
# The functions that return a tensor, in gradus.hpp.
names: cxx-names
cxx-names:
	@sh tests/scripts/cxx/operations.sh --write

.PHONY: cxx-names install-cxx uninstall-cxx
install: install-cxx
uninstall: uninstall-cxx
install-cxx:
	install -d "$(DESTDIR)$(INCLUDEDIR)" "$(DESTDIR)$(DOCDIR)/demos/cxx"
	install -m 644 include/gradus.hpp "$(DESTDIR)$(INCLUDEDIR)"
	install -m 644 $(CXX_FILES) "$(DESTDIR)$(DOCDIR)/demos/cxx"
uninstall-cxx:
	rm -f "$(DESTDIR)$(INCLUDEDIR)/gradus.hpp" $(CXX_FILES:%="$(DESTDIR)$(DOCDIR)/%")
	@rmdir "$(DESTDIR)$(DOCDIR)/demos/cxx" 2>/dev/null || true

# install.mk - make install, make uninstall: headers, libraries, what pkg-config, CMake and Meson want to know, demos.
# PREFIX, or LIBDIR and the rest one by one; DESTDIR before all of them, for packages.  The program gradus-lab and the
# documents are installed by lab/lab.mk and tutorial.mk.

LIBDIR       ?= $(PREFIX)/lib
INCLUDEDIR   ?= $(PREFIX)/include
PKGCONFIGDIR ?= $(LIBDIR)/pkgconfig
CMAKEDIR     ?= $(LIBDIR)/cmake/gradus
DATADIR      ?= $(PREFIX)/share/gradus
DOCDIR       ?= $(PREFIX)/share/doc/gradus

INSTALLED       := gradus gradus64 gradus-debug gradus64-debug
INSTALLED_DEMOS := $(DEMO_FILES) $(DEMO_HEADERS) $(wildcard demos/models/*.safetensors demos/models/*.txt)
SHARED_NAMES    := $(foreach name,$(INSTALLED),lib$(name).so lib$(name).so.$(ABI) lib$(name).so.$(VERSION))

# One file knows DATADIR, where data sets are looked for, too: it is compiled anew for another one.
PLACES := $(foreach kind,float double,$(BUILD)/$(kind)/data/places.o)
$(BUILD)/datadir: FORCE
	@mkdir -p $(@D)
	@echo '$(DATADIR)' | cmp -s - $@ || echo '$(DATADIR)' > $@
$(PLACES): $(BUILD)/datadir
$(PLACES): STRICT += -DGD_DATA_FOLDER='"$(DATADIR)"'

.PHONY: install-libraries install-headers install-found install-examples
install: install-libraries install-headers install-found install-examples
	@[ -n "$(DESTDIR)" ] || echo "The shared libraries are in $(LIBDIR).  If the system's loader searches that folder, run" \
	    "ldconfig as root; otherwise link programs with -Wl,-rpath,$(LIBDIR) or set LD_LIBRARY_PATH."

install-libraries: lib debug
	install -d "$(DESTDIR)$(LIBDIR)"
	install -m 644 $(INSTALLED:%=$(BUILD)/lib%.a) "$(DESTDIR)$(LIBDIR)"
	for name in $(INSTALLED); do \
	    install -m 755 $(BUILD)/lib$$name.so.$(VERSION) "$(DESTDIR)$(LIBDIR)" && \
	    ln -sf lib$$name.so.$(VERSION) "$(DESTDIR)$(LIBDIR)/lib$$name.so.$(ABI)" && \
	    ln -sf lib$$name.so.$(ABI) "$(DESTDIR)$(LIBDIR)/lib$$name.so" || exit 1; done
install-headers:
	install -d "$(DESTDIR)$(INCLUDEDIR)/gradus"
	install -m 644 include/gradus.h "$(DESTDIR)$(INCLUDEDIR)"
	install -m 644 include/gradus/*.h "$(DESTDIR)$(INCLUDEDIR)/gradus"
# For pkg-config, CMake's find_package(Gradus), and Meson, which asks either of them.
install-found:
	install -d "$(DESTDIR)$(PKGCONFIGDIR)" "$(DESTDIR)$(CMAKEDIR)"
	for library in $(INSTALLED); do \
	    LIBS='$(LIBS)' sh packaging/pkgconfig.sh $$library "$(PREFIX)" "$(INCLUDEDIR)" "$(LIBDIR)" "$(PKGCONFIGDIR)" \
	        > "$(DESTDIR)$(PKGCONFIGDIR)/$$library.pc" || exit 1; done
	LIBS='$(LIBS)' sh packaging/cmake.sh config "$(PREFIX)" "$(INCLUDEDIR)" "$(LIBDIR)" "$(CMAKEDIR)" \
	    > "$(DESTDIR)$(CMAKEDIR)/gradus-config.cmake"
	sh packaging/cmake.sh version > "$(DESTDIR)$(CMAKEDIR)/gradus-config-version.cmake"
install-examples:
	install -d $(DEMO_FOLDERS:%="$(DESTDIR)$(DOCDIR)/%")
	install -m 644 LICENSE README.md "$(DESTDIR)$(DOCDIR)"
	for file in $(INSTALLED_DEMOS); do install -m 644 "$$file" "$(DESTDIR)$(DOCDIR)/$$file" || exit 1; done

# Files of others stay, and the folders that hold them; others go, where make install has made them.  DATADIR is the user's: nothing is installed there.
uninstall:
	rm -f $(patsubst include/%,"$(DESTDIR)$(INCLUDEDIR)/%",$(wildcard include/*.h include/gradus/*.h))
	rm -f $(INSTALLED:%="$(DESTDIR)$(LIBDIR)/lib%.a") $(SHARED_NAMES:%="$(DESTDIR)$(LIBDIR)/%")
	rm -f $(INSTALLED:%="$(DESTDIR)$(PKGCONFIGDIR)/%.pc")
	rm -f "$(DESTDIR)$(CMAKEDIR)/gradus-config.cmake" "$(DESTDIR)$(CMAKEDIR)/gradus-config-version.cmake"
	rm -f "$(DESTDIR)$(DOCDIR)/LICENSE" "$(DESTDIR)$(DOCDIR)/README.md" $(INSTALLED_DEMOS:%="$(DESTDIR)$(DOCDIR)/%")
	for folder in "$(DESTDIR)$(INCLUDEDIR)/gradus" "$(DESTDIR)$(CMAKEDIR)" "$(DESTDIR)$(DOCDIR)/demos/chapter" \
	    "$(DESTDIR)$(DOCDIR)/demos/models" "$(DESTDIR)$(DOCDIR)/demos" "$(DESTDIR)$(DOCDIR)"; do \
	    [ ! -d "$$folder" ] || rmdir "$$folder" 2>/dev/null || echo "$$folder stays: it holds files of others"; done
	@for folder in "$(PKGCONFIGDIR)" "$(dir $(CMAKEDIR))" "$(MANDIR)/man1" "$(MANDIR)/man3" "$(COMPLETIONDIR)" \
	    "$(dir $(COMPLETIONDIR))" "$(dir $(DOCDIR))"; do rmdir "$(DESTDIR)$$folder" 2>/dev/null || true; done

include packaging.mk

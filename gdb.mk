# gdb.mk - make check-gdb: tensors in gdb.  gradus-gdb.py is installed where gdb loads it with the shared libraries:
# below gdb's own folder where the prefix is gdb's, else beside the library, whose folder one must trust then.

GDBDIR ?= $(if $(filter /usr,$(PREFIX)),$(PREFIX)/share/gdb/auto-load$(LIBDIR),$(LIBDIR))
GDB_FILES = $(INSTALLED:%=lib%.so.$(VERSION)-gdb.py)

.PHONY: check-gdb install-gdb uninstall-gdb
check-gdb: $(BUILD)/libgradus.a $(BUILD)/libgradus64.a $(BUILD)/libgradus.so $(BUILD)/libs
	@CC='$(CC)' sh tests/scripts/gdb.sh $(BUILD)
install: install-gdb
uninstall: uninstall-gdb
install-gdb:
	install -d "$(DESTDIR)$(GDBDIR)"
	for file in $(GDB_FILES); do install -m 644 gdb/gradus-gdb.py "$(DESTDIR)$(GDBDIR)/$$file" || exit 1; done
uninstall-gdb:
	rm -f $(GDB_FILES:%="$(DESTDIR)$(GDBDIR)/%")
	@[ "$(GDBDIR)" = "$(LIBDIR)" ] || rmdir -p "$(DESTDIR)$(GDBDIR)" 2>/dev/null || true

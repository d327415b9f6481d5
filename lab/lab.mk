# lab.mk - gradus-lab, the program that tries optimizers from the command line: make lab, make check-lab; installed and
# uninstalled with the library, with its man page and completion for bash.

BINDIR        ?= $(PREFIX)/bin
MANDIR        ?= $(PREFIX)/share/man
COMPLETIONDIR ?= $(PREFIX)/share/bash-completion/completions

LAB_OBJECTS := $(patsubst lab/%.c,$(BUILD)/lab/%.o,$(sort $(wildcard lab/*.c)))

.PHONY: lab check-lab install-lab uninstall-lab
lab: $(BUILD)/gradus-lab
$(BUILD)/lab/%.o: lab/%.c Makefile
	@mkdir -p $(@D)
	$(call say,cc)
	$(Q)$(CC) $(STRICT) $(WARNINGS) $(WERROR) $(CFLAGS) $(DOUBLE) -Iinclude -MMD -MP -c $< -o $@
$(BUILD)/gradus-lab: $(LAB_OBJECTS) $(BUILD)/libgradus64.a
	$(call say,ld)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

check-lab: $(BUILD)/gradus-lab $(BUILD)/tests/png_decodes
	@sh tests/scripts/lab.sh $(BUILD)

install: install-lab
install-lab: $(BUILD)/gradus-lab
	install -d "$(DESTDIR)$(BINDIR)" "$(DESTDIR)$(MANDIR)/man1" "$(DESTDIR)$(COMPLETIONDIR)"
	install -m 755 $(BUILD)/gradus-lab "$(DESTDIR)$(BINDIR)"
	install -m 644 lab/gradus-lab.1 "$(DESTDIR)$(MANDIR)/man1"
	install -m 644 lab/gradus-lab.bash "$(DESTDIR)$(COMPLETIONDIR)/gradus-lab"
uninstall: uninstall-lab
uninstall-lab:
	rm -f "$(DESTDIR)$(BINDIR)/gradus-lab" "$(DESTDIR)$(MANDIR)/man1/gradus-lab.1" "$(DESTDIR)$(COMPLETIONDIR)/gradus-lab"

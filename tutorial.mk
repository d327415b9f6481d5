# tutorial.mk - the tutorial: make check-tutorial, make tutorial-NAME, make tutorial-text, make tutorial-pictures.

TUTORIALS := $(basename $(notdir $(sort $(wildcard docs/tutorial/programs/*.c))))
TUTORIAL_FLAGS = $(STRICT) $(WARNINGS) $(WERROR) $(CFLAGS) -Iinclude -MMD -MP

.PHONY: tutorials check-tutorial tutorial-text tutorial-pictures
$(BUILD)/tutorial/%.float: docs/tutorial/programs/%.c $(BUILD)/libgradus.a
	@mkdir -p $(@D)
	$(call say,cc)
	$(Q)$(CC) $(TUTORIAL_FLAGS) -MT $@ -MF $@.d $< -o $@ $(LDFLAGS) $(BUILD)/libgradus.a $(LIBS)
$(BUILD)/tutorial/%.double: docs/tutorial/programs/%.c $(BUILD)/libgradus64.a
	@mkdir -p $(@D)
	$(call say,cc)
	$(Q)$(CC) $(TUTORIAL_FLAGS) $(DOUBLE) -MT $@ -MF $@.d $< -o $@ $(LDFLAGS) $(BUILD)/libgradus64.a $(LIBS)
tutorials: $(TUTORIALS:%=$(BUILD)/tutorial/%.float) $(TUTORIALS:%=$(BUILD)/tutorial/%.double)

# The texts, in every language, against the programs and what they print; and written anew from them.
check-tutorial: tutorials $(BUILD)/tests/png_decodes
	@sh tests/scripts/tutorial.sh $(BUILD)
tutorial-text: tutorials $(BUILD)/tests/png_decodes
	@sh tests/scripts/tutorial.sh --write $(BUILD)

# One program, its picture in out/; all programs, their pictures in docs/tutorial/pictures.
tutorial-pictures: $(TUTORIALS:%=$(BUILD)/tutorial/%.float)
	@for program in $(TUTORIALS); do \
	    (cd docs/tutorial/pictures && "$(abspath $(BUILD))/tutorial/$$program.float" >/dev/null) || exit 1; done
	@cd docs/tutorial/pictures && for file in *; do case $$file in *.png) ;; *) rm -f "$$file" ;; esac; done
tutorial-%: $(BUILD)/tutorial/%.float
	@mkdir -p out
	cd out && $(abspath $<) $(ARGUMENTS)

# The documents, and the exercises to which they lead, are installed with the library.
DOCUMENTS := $(sort $(shell find docs -name '*.md' -o -path 'docs/*/programs/*.c' -o -path 'docs/examples/*.c' -o -path 'docs/*/pictures/*.png' -o -name '*.ipynb') \
    $(shell find exercises -name '*.md' -o -name '*.[ch]') $(shell find conformance -type f ! -name '*.pyc'))
.PHONY: install-documents uninstall-documents
install: install-documents
uninstall: uninstall-documents
install-documents:
	install -d $(patsubst %/,"$(DESTDIR)$(DOCDIR)/%",$(sort $(dir $(DOCUMENTS))))
	for file in $(DOCUMENTS); do install -m 644 "$$file" "$(DESTDIR)$(DOCDIR)/$$file" || exit 1; done
uninstall-documents:
	rm -f $(DOCUMENTS:%="$(DESTDIR)$(DOCDIR)/%")
	for folder in $(foreach folder,$(shell find docs exercises conformance -depth -type d),"$(DESTDIR)$(DOCDIR)/$(folder)"); do \
	    [ ! -d "$$folder" ] || rmdir "$$folder" 2>/dev/null || true; done

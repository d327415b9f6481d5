# others.mk - make check-others: a model in the hands of NLopt, GSL and liblbfgs, where these are installed.

OTHERS := $(wildcard demos/others/*.[ch])
.PHONY: check-others install-others uninstall-others
check-others: $(BUILD)/libgradus64.a $(BUILD)/libs
	@CC='$(CC)' sh tests/scripts/others.sh $(BUILD)
install: install-others
uninstall: uninstall-others
install-others:
	install -d "$(DESTDIR)$(DOCDIR)/demos/others"
	install -m 644 $(OTHERS) "$(DESTDIR)$(DOCDIR)/demos/others"
uninstall-others:
	rm -f $(OTHERS:%="$(DESTDIR)$(DOCDIR)/%")
	@rmdir "$(DESTDIR)$(DOCDIR)/demos/others" 2>/dev/null || true

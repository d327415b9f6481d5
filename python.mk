# python.mk - make check-python: python/gradus.py, with both libraries, and the notebook of the first chapter.
# make python-tables writes anew what gradus.py and src/base/layout_table.h know of the headers; make names does so too,
# where there is a Python.

.PHONY: check-python python-tables python-notebook install-python uninstall-python
check-python: $(BUILD)/libgradus.so $(BUILD)/libgradus64.so
	@CC='$(CC)' sh tests/scripts/python.sh $(BUILD)
python-tables:
	@! command -v python3 >/dev/null || CC='$(CC)' python3 python/generate.py
names: python-tables
python-notebook: $(BUILD)/libgradus.so $(BUILD)/libgradus64.so
	@CC='$(CC)' sh tests/scripts/python.sh --write $(BUILD)

# Where python3 of Debian looks, if PREFIX is /usr; elsewhere PYTHONPATH has to name it.  The file finds the library in
# PREFIX/lib.
PYTHONDIR ?= $(PREFIX)/lib/python3/dist-packages
install: install-python
uninstall: uninstall-python
install-python:
	install -d "$(DESTDIR)$(PYTHONDIR)"
	install -m 644 python/gradus.py "$(DESTDIR)$(PYTHONDIR)"
uninstall-python:
	rm -f "$(DESTDIR)$(PYTHONDIR)/gradus.py"
	@rmdir "$(DESTDIR)$(PYTHONDIR)" 2>/dev/null && rmdir "$(DESTDIR)$(dir $(PYTHONDIR))" 2>/dev/null || true

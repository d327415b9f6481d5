# style.mk - how the sources look, and what editors want to know of them: make check-style, make check-format,
# make compile_commands.json.

.PHONY: check-style check-format
check-style:
	@sh tests/scripts/check_style.sh
test: check-style
check-format:
	@sh tests/scripts/check_format.sh

# The commands that make would run, for clangd, clang-tidy and the like, which take the first one of a file.
compile_commands.json: FORCE
	@$(MAKE) --no-print-directory --always-make --dry-run V=1 lib demos $(TEST_RUNS) | \
	    awk -v folder='$(CURDIR)' -f tests/scripts/compile_commands.awk > $@.part && mv $@.part $@

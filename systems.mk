# Other systems, as far as their compilers and something that runs their programs are installed: a table of what was
# built, run and passed, also in $(BUILD)/systems/table.md.  SYSTEMS="aarch64 s390x": these only.
SYSTEMS ?= aarch64 s390x windows wasm32 i386 musl

.PHONY: check-systems
check-systems:
	@MAKE='$(MAKE)' BUILD=$(BUILD) KINDS='$(KINDS)' sh tests/scripts/systems.sh $(SYSTEMS)

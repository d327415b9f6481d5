# packaging.mk - other shapes of the library: make amalgamation writes it as two files, build/amalgamation/gradus.h and
# gradus.c; make check-amalgamation compares programs with these against programs with the libraries (some minutes).  make check-abi: whether the binary interface has changed.

AMALGAMATION := $(BUILD)/amalgamation

# The binary interface against packaging/abi.txt, and that file anew; docs/packaging.md has the rule.
.PHONY: abi check-abi
check-abi:
	@CC='$(CC)' sh tests/scripts/abi.sh
abi:
	@CC='$(CC)' sh tests/scripts/abi.sh --write
test: check-abi

.PHONY: amalgamation check-amalgamation
amalgamation:
	@sh packaging/amalgamation.sh $(AMALGAMATION)
	@echo "$(AMALGAMATION)/gradus.h, gradus.c"
check-amalgamation: amalgamation lib $(BUILD)/libs $(KINDS:%=$(BUILD)/tests/support.%.a)
	@CC='$(CC)' KINDS='$(KINDS)' CHECK_LIBS='$(CHECK_LIBS)' sh tests/scripts/amalgamation.sh $(BUILD)

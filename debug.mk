# debug.mk - make debug: the libraries once more, as libgradus-debug and libgradus64-debug.  They have the same interface
# and say so when a tensor is used after its scope, model or loader has ended; with -fsanitize=address in DEBUG_CFLAGS
# (and in the program's) also when something is written beyond a tensor.

DEBUG_CFLAGS ?= -O1 -g -fno-omit-frame-pointer
DEBUG_BUILD  := $(BUILD)/debug
in_debug      = +$(MAKE) --no-print-directory BUILD=$(DEBUG_BUILD) CFLAGS='$(DEBUG_CFLAGS) -DGD_DEBUG'

.PHONY: debug debug-objects test-debug check-debug check-dead
debug: $(foreach name,gradus gradus64,$(BUILD)/lib$(name)-debug.a $(BUILD)/lib$(name)-debug.so)

debug-objects:
	$(in_debug) $(DEBUG_BUILD)/libgradus.a $(DEBUG_BUILD)/libgradus64.a

$(BUILD)/lib%-debug.a: debug-objects
	@cmp -s $(DEBUG_BUILD)/lib$*.a $@ || cp $(DEBUG_BUILD)/lib$*.a $@
$(BUILD)/libgradus-debug.so: $(BUILD)/libgradus-debug.a
	$(call say,ld)
	$(call shared,$(FLOAT:$(BUILD)/%=$(DEBUG_BUILD)/%),$(DEBUG_CFLAGS))
$(BUILD)/libgradus64-debug.so: $(BUILD)/libgradus64-debug.a
	$(call say,ld)
	$(call shared,$(DOUBLES:$(BUILD)/%=$(DEBUG_BUILD)/%),$(DEBUG_CFLAGS))

# The whole suite in this build; and programs linked with what was installed.
test-debug:
	$(in_debug) test
check-debug:
	@MAKE='$(MAKE)' CC='$(CC)' sh tests/scripts/debug.sh $(BUILD)

# Each public function that takes a tensor has rows in tests/library/dead_rows.h.
check-dead:
	@sh tests/scripts/check_dead.sh
test: check-dead

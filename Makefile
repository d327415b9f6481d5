# Gradus - make: both libraries; make test, make demo, make bench, make deps, make data, make install; make help
#
# Needs a C11 compiler.  What else is found is used: stb_image_write for PNG, zlib for .gz data, Check for the
# tests.  Everything is built twice from the same sources: gd_real is float in libgradus, double in libgradus64.

# make CBLAS=openblas takes matrix products from that library where it can; see src/tensor/gemm_cblas.h.

CC       ?= cc
AR       ?= ar
CFLAGS   ?= -O3
BUILD    ?= build
PREFIX   ?= /usr/local

WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes
STRICT   := -std=c11 -fno-semantic-interposition -fno-math-errno -fno-trapping-math -ffp-contract=off
ALL_CFLAGS = $(STRICT) $(WARNINGS) $(WERROR) $(CFLAGS) $(if $(CBLAS),-DGD_CBLAS) -Iinclude -Isrc -MMD -MP
DOUBLE   := -DGD_DOUBLE

# Packages: each missing one only takes away what it is for.
HAVE_ZLIB := $(shell printf '\#include <zlib.h>\n' | $(CC) -E - >/dev/null 2>&1 && echo yes)
HAVE_STB  := $(shell printf '\#include <stb/stb_image_write.h>\n' | $(CC) -E - >/dev/null 2>&1 && echo yes)
LIBS     := -lm -pthread $(if $(HAVE_ZLIB),-lz) $(CBLAS:%=-l%)

SOURCES  := $(sort $(wildcard src/*/*.c))
FLOAT    := $(SOURCES:src/%.c=$(BUILD)/float/%.o)
DOUBLES  := $(SOURCES:src/%.c=$(BUILD)/double/%.o)

# The kernels of these files may fuse a * b + c into one instruction; everywhere else rounding is as written.
FUSED := tensor/gemm tensor/attend autograd/functions autograd/pair_losses autograd/softmax autograd/loss \
         autograd/extremum autograd/layer_norm
# And these use the long vectors of processors that have them, where the compiler knows the option.
WIDE  := tensor/sums tensor/attend autograd/elementwise autograd/functions autograd/pair_losses autograd/softmax \
         autograd/loss autograd/extremum autograd/layer_norm
WIDE_FLAG := $(shell echo | $(CC) -mprefer-vector-width=512 -E - >/dev/null 2>&1 && echo -mprefer-vector-width=512)
objects_of = $(foreach kind,float double,$(1:%=$(BUILD)/$(kind)/%.o))
$(call objects_of,$(FUSED)): STRICT += -ffp-contract=fast
$(call objects_of,$(WIDE)): STRICT += $(WIDE_FLAG)

# One short line for each step; make V=1 shows the commands.
Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-5s %s\n' $(1) '$@')

.PHONY: all lib test demo demos bench deps data install lint check-table check-formats check-readme readme-picture check-demos check-memory clean help
all: lib
lib: $(BUILD)/libgradus.a $(BUILD)/libgradus.so $(BUILD)/libgradus64.a $(BUILD)/libgradus64.so \
     $(BUILD)/gradus.pc $(BUILD)/gradus64.pc

$(BUILD)/float/%.o: src/%.c
	@mkdir -p $(@D)
	$(call say,cc)
	$(Q)$(CC) $(ALL_CFLAGS) -fPIC -c $< -o $@
$(BUILD)/double/%.o: src/%.c
	@mkdir -p $(@D)
	$(call say,cc)
	$(Q)$(CC) $(ALL_CFLAGS) $(DOUBLE) -fPIC -c $< -o $@

$(BUILD)/libgradus.a: $(FLOAT)
	@rm -f $@
	$(call say,ar)
	$(Q)$(AR) rcs $@ $^
$(BUILD)/libgradus64.a: $(DOUBLES)
	@rm -f $@
	$(call say,ar)
	$(Q)$(AR) rcs $@ $^
$(BUILD)/libgradus.so: $(FLOAT)
	$(call say,ld)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -shared -Wl,-soname,libgradus.so -o $@ $^ $(LIBS)
$(BUILD)/libgradus64.so: $(DOUBLES)
	$(call say,ld)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -shared -Wl,-soname,libgradus64.so -o $@ $^ $(LIBS)

$(BUILD)/gradus.pc $(BUILD)/gradus64.pc: Makefile
	@mkdir -p $(@D)
	@printf 'prefix=$(PREFIX)\nName: %s\nDescription: small tensor library with reverse-mode autodiff\nVersion: 0.1\nCflags: -I$${prefix}/include%s\nLibs: -L$${prefix}/lib -l%s $(LIBS)\n' \
	    $(basename $(@F)) '$(if $(findstring 64,$@), $(DOUBLE))' $(basename $(@F)) > $@

# ---- Tests: every suite in both builds -------------------------------------------------------------------

TESTS      := $(basename $(notdir $(wildcard tests/test_*.c)))
KINDS      ?= float double
TEST_RUNS  := $(foreach kind,$(KINDS),$(TESTS:%=$(BUILD)/tests/%.$(kind)))
CHECK_LIBS  = $(shell pkg-config --libs check)
TEST_HELP  := $(wildcard tests/support/*.c)

$(BUILD)/tests/%.float: tests/%.c $(TEST_HELP) $(BUILD)/libgradus.a
	@mkdir -p $(@D)
	$(call say,cc)
	$(Q)$(CC) $(ALL_CFLAGS) -O1 -Itests $< $(TEST_HELP) -o $@ $(LDFLAGS) $(BUILD)/libgradus.a $(CHECK_LIBS) $(LIBS)
$(BUILD)/tests/%.double: tests/%.c $(TEST_HELP) $(BUILD)/libgradus64.a
	@mkdir -p $(@D)
	$(call say,cc)
	$(Q)$(CC) $(ALL_CFLAGS) $(DOUBLE) -O1 -Itests $< $(TEST_HELP) -o $@ $(LDFLAGS) $(BUILD)/libgradus64.a $(CHECK_LIBS) $(LIBS)

# An operation without a row in tests/operation_table.h fails here.
check-table:
	@sh tests/check_table.sh
# Text that depends on the locale fails here.
check-formats:
	@sh tests/check_formats.sh
test: check-table check-formats $(TEST_RUNS)
	@sh tests/run.sh $(TEST_RUNS)

# ---- Demos: each writes its picture into out/ ----------------------------------------------------------------

DEMOS := $(sort $(basename $(notdir $(wildcard demos/*.c))))

$(BUILD)/demos/%: demos/%.c $(BUILD)/libgradus.a
	@mkdir -p $(@D)
	$(call say,cc)
	$(Q)$(CC) $(STRICT) $(WARNINGS) $(WERROR) $(CFLAGS) -Iinclude -MMD -MP $< -o $@ $(LDFLAGS) $(BUILD)/libgradus.a $(LIBS)

demos: $(DEMOS:%=$(BUILD)/demos/%)
demo: demos
	@mkdir -p out
	@for d in $(DEMOS); do printf '\n==== %s\n' $$d; $(BUILD)/demos/$$d || exit 1; done
demo-%: $(BUILD)/demos/%
	@mkdir -p out
	$(BUILD)/demos/$*

$(BUILD)/tests/png_decodes: tests/png_decodes.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(STRICT) $(WARNINGS) $(CFLAGS) $< -o $@ -lm

# The README's program, its output, and its picture: make readme-picture draws it anew.
check-readme: $(BUILD)/libgradus.a
	@CC='$(CC)' LIBS='$(LIBS)' sh tests/readme.sh $(BUILD)
readme-picture: $(BUILD)/libgradus.a
	@CC='$(CC)' LIBS='$(LIBS)' PICTURE=$(CURDIR)/demos/pictures/linear_regression.png sh tests/readme.sh $(BUILD)

# Every demo at a small size, with what it must reach; and under valgrind.
check-demos: demos $(BUILD)/tests/png_decodes
	@sh tests/demos.sh $(BUILD)
check-memory: demos
	@sh tests/valgrind.sh $(BUILD)

# ---- Packages and data ------------------------------------------------------------------------------------------

# What this uses on Debian; DEPS_EXTRA adds the tools of continuous integration.
PACKAGES := pkg-config check libstb-dev zlib1g-dev libopenblas-dev dataset-fashion-mnist $(DEPS_EXTRA)

deps:
	@if command -v dpkg-query >/dev/null && dpkg-query -W $(PACKAGES) >/dev/null 2>&1; then \
	    echo "all packages are installed"; \
	elif command -v apt-get >/dev/null; then \
	    sudo=; [ "$$(id -u)" = 0 ] || sudo=sudo; \
	    $$sudo apt-get update && DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -y --no-install-recommends $(PACKAGES); \
	else \
	    echo "Please install: pkg-config, Check (libcheck), stb_image_write.h (stb), zlib, and for comparisons"; \
	    echo "OpenBLAS; Fashion-MNIST's four .gz files go to data/ (github.com/zalandoresearch/fashion-mnist)."; \
	fi

AIRFOIL_URL  := http://d2l-data.s3-accelerate.amazonaws.com/airfoil_self_noise.dat
AIRFOIL_SHA1 := 76e5be1548fd8222e5074cf0faae75edff8cf93f

data: data/airfoil_self_noise.dat
data/airfoil_self_noise.dat:
	@mkdir -p data
	@if command -v curl >/dev/null; then curl -fsSL -o $@.part $(AIRFOIL_URL); else wget -q -O $@.part $(AIRFOIL_URL); fi \
	    || { rm -f $@.part; echo "make data: $(AIRFOIL_URL) cannot be fetched"; exit 1; }
	@[ "$$(sha1sum < $@.part)" = "$(AIRFOIL_SHA1)  -" ] \
	    || { rm -f $@.part; echo "make data: what came from $(AIRFOIL_URL) has another sha1 than $(AIRFOIL_SHA1)"; exit 1; }
	@mv $@.part $@
	@echo "data/airfoil_self_noise.dat: 1503 examples, sha1 as expected"

install: lib
	install -d $(DESTDIR)$(PREFIX)/include/gradus $(DESTDIR)$(PREFIX)/lib/pkgconfig
	install -m 644 include/gradus.h $(DESTDIR)$(PREFIX)/include
	install -m 644 include/gradus/*.h $(DESTDIR)$(PREFIX)/include/gradus
	install -m 644 $(BUILD)/libgradus.a $(BUILD)/libgradus64.a $(DESTDIR)$(PREFIX)/lib
	install -m 755 $(BUILD)/libgradus.so $(BUILD)/libgradus64.so $(DESTDIR)$(PREFIX)/lib
	install -m 644 $(BUILD)/gradus.pc $(BUILD)/gradus64.pc $(DESTDIR)$(PREFIX)/lib/pkgconfig

# ---- Looking at the sources ------------------------------------------------------------------------------------------

lint:
	cppcheck --quiet -j2 --std=c11 --enable=warning,performance,portability --inline-suppr --error-exitcode=1 \
	    --suppress=missingIncludeSystem --suppress=toomanyconfigs --suppress=preprocessorErrorDirective -Iinclude -Isrc src demos

clean:
	rm -rf $(BUILD) out

help:
	@sed -n 's/^# Gradus - //p' Makefile

-include bench/bench.mk
-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)

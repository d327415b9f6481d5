# Gradus - make                         both libraries: build/libgradus.{a,so} (float), build/libgradus64.{a,so} (double)
# Gradus - make test                    all tests in both kinds; KINDS=double: in one; TEST_FOLDERS="nn optim": those of
# Gradus -                               these folders of tests; BUILD=.. CFLAGS=..: elsewhere, otherwise
# Gradus - make demo, make demo-NAME    the programs in demos/; their pictures go to out/
# Gradus - make demo-long, make gallery the long ones at full length; out/gallery.html with all pictures
# Gradus - make grade, make grade-03    the exercises: right, wrong and why, or not yet
# Gradus - make tutorial-NAME            a program of docs/tutorial; make check-tutorial, make tutorial-pictures
# Gradus - make lab                     build/gradus-lab, which tries optimizers from the command line
# Gradus - make bench, make bench-NAME  speed against hand-written C, and PyTorch where it is installed
# Gradus - make deps, make data         install the packages that are used; fetch the airfoil data
# Gradus - make install, uninstall      PREFIX=/some/where; LIBDIR, INCLUDEDIR and DESTDIR work as usual
# Gradus - make debug                   the libraries that tell the use of a tensor after its end
# Gradus - make check-chapter-long      the longest runs of the optimization chapter, against known ends: a few minutes
# Gradus - make names                   after a public function was added: double_names.h anew
# Gradus - make check-python            python/gradus.py and its notebook, where Python has NumPy and jupyter
# Gradus - make check-examples          the programs of the reference, docs/examples, print what they say
# Gradus - make check-pytorch           demos/pytorch, a network from PyTorch and back, where torch is installed
# Gradus - make check-systems         tests on other systems, by qemu, wine and node; check-chroot: in a new Debian
# Gradus - make check-style             blanks, tabs and columns as .editorconfig says; part of make test
# Gradus - make check-format            spacing as clang-format would set it
# Gradus - make compile_commands.json   for clangd and other tools
# Gradus - make lint, make clean, make help
#
# Needs a C11 compiler.  What else is found is used: stb_image_write for PNG, zlib for .gz data, Check for the
# tests.  Everything is built twice from the same sources: gd_real is float in libgradus, double in libgradus64.

# make CBLAS=openblas takes matrix products from that library where it can; see src/kernels/gemm_cblas.h.

CC       ?= cc
AR       ?= ar
CFLAGS   ?= -O3
BUILD    ?= build
PREFIX   ?= /usr/local

# Of some flags the compiler is asked first: clang warns of those that do not concern the system it compiles for.
accepted  = $(shell $(CC) $(CFLAGS) -Werror $(1) -x c -c /dev/null -o /dev/null >/dev/null 2>&1 && echo '$(1)')
WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes
STRICT   := -std=c11 -fvisibility=hidden $(call accepted,-fno-semantic-interposition) -fno-math-errno -fno-trapping-math \
            -ffp-contract=off
ALL_CFLAGS = $(STRICT) $(WARNINGS) $(WERROR) $(CFLAGS) $(if $(CBLAS),-DGD_CBLAS) $(FOUND) -Iinclude -Isrc -MMD -MP
DOUBLE   := -DGD_DOUBLE

# 32-bit x86 without SSE2 computes in 80 bits, and gcc on s390x floats in double where it keeps to the standard: sums
# would depend on the compiler.  mingw-w64 has a printf of its own that knows the C standard, beside Microsoft's; its
# isnan(double) has a branch for float, which is warned of.
TARGET := $(shell $(CC) $(CFLAGS) -dM -E -x c /dev/null 2>/dev/null | grep -ow '__i386__\|__x86_64__\|__s390x__\|__MINGW32__\|__ELF__')
STRICT += $(if $(findstring __i386__,$(TARGET)),-msse2 -mfpmath=sse -Wno-psabi) \
          $(if $(findstring __s390x__,$(TARGET)),$(call accepted,-fexcess-precision=fast)) \
          $(if $(findstring __MINGW32__,$(TARGET)),-D__USE_MINGW_ANSI_STDIO=1)
WARNINGS += $(if $(findstring __MINGW32__,$(TARGET)),-Wno-float-conversion)

# Packages: each missing one only takes away what it is for.  Whether a header is there, and links, is asked of the
# compiler with the flags of the build, without a "#" in the commands: from 4.3 on make keeps the backslash before it.
builds_with = $(shell probe=$$(mktemp) && echo 'int main(void) { return 0; }' | $(CC) $(CFLAGS) -include $(1) -x c - \
                  -o $$probe $(LDFLAGS) $(2) >/dev/null 2>&1 && echo yes; rm -f $$probe)
HAVE_ZLIB := $(if $(findstring -DGD_NO_ZLIB,$(CFLAGS)),,$(call builds_with,zlib.h,-lz))
HAVE_STB  := $(if $(findstring -DGD_NO_PNG,$(CFLAGS)),,$(or $(call builds_with,stb/stb_image_write.h),$(call builds_with,stb_image_write.h)))
FOUND     := $(if $(HAVE_ZLIB),,-DGD_NO_ZLIB) $(if $(HAVE_STB),,-DGD_NO_PNG)
LIBS     := -lm $(if $(call builds_with,pthread.h,-pthread),-pthread) $(if $(HAVE_ZLIB),-lz) $(CBLAS:%=-l%)

SOURCES  := $(sort $(wildcard src/*/*.c src/*/*/*.c))
FLOAT    := $(SOURCES:src/%.c=$(BUILD)/float/%.o)
DOUBLES  := $(SOURCES:src/%.c=$(BUILD)/double/%.o)

# Flags follow folders.  In these, kernels may fuse a * b + c into one instruction, and use the long vectors of processors
# that have them; everywhere else, as in kernels/as_written, numbers are rounded as the code says.
WIDE_FLAG := $(shell echo | $(CC) -mprefer-vector-width=512 -E - >/dev/null 2>&1 && echo -mprefer-vector-width=512)
in_folder  = $(foreach kind,float double,$(patsubst src/%.c,$(BUILD)/$(kind)/%.o,$(wildcard src/$(1)/*.c)))
$(call in_folder,kernels) $(call in_folder,operations/fused): STRICT += -ffp-contract=fast $(WIDE_FLAG)
$(call in_folder,kernels/as_written): STRICT += $(WIDE_FLAG)
# Sums read memory upwards, as written: gcc would evaluate each tree of additions from its last term on, and the
# processor's prefetching stops on reading downwards.
$(foreach kind,float double,$(BUILD)/$(kind)/kernels/as_written/sums.o): STRICT += \
    $(shell echo | $(CC) -Werror -fno-tree-ter -E - >/dev/null 2>&1 && echo -fno-tree-ter)

# One short line for each step; make V=1 shows the commands.
Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-5s %s\n' $(1) '$@')

.PHONY: all lib names check-names check-cxx check-arithmetic check-targets check-shared test demo demo-long demos gallery bench deps data data-if-possible install uninstall lint check-table check-formats check-documents check-structure check-absent check-bare check-install check-readme readme-picture check-demos check-chapter-long check-memory clean help
all: lib
lib: $(BUILD)/libgradus.a $(BUILD)/libgradus.so $(BUILD)/libgradus64.a $(BUILD)/libgradus64.so

# clang makes a global symbol of each kernel that it compiles several times (GD_KERNEL), static or not: those that the
# program could have too become local again.
ifeq ($(filter-out $(TARGET),__x86_64__ __ELF__),)
KEEP_LOCAL := $(shell $(CC) --version 2>/dev/null | grep -q clang && command -v objcopy >/dev/null && \
    echo "objcopy --wildcard --keep-global-symbol='gd*_*' --keep-global-symbol='gi_*' --keep-global-symbol='_*'")
endif

$(BUILD)/float/%.o: src/%.c Makefile
	@mkdir -p $(@D)
	$(call say,cc)
	$(Q)$(CC) $(ALL_CFLAGS) -fPIC -c $< -o $@
	$(if $(KEEP_LOCAL),$(Q)$(KEEP_LOCAL) $@)
$(BUILD)/double/%.o: src/%.c Makefile
	@mkdir -p $(@D)
	$(call say,cc)
	$(Q)$(CC) $(ALL_CFLAGS) $(DOUBLE) -fPIC -c $< -o $@
	$(if $(KEEP_LOCAL),$(Q)$(KEEP_LOCAL) $@)

$(BUILD)/libgradus.a: $(FLOAT)
	@rm -f $@
	$(call say,ar)
	$(Q)$(AR) rcs $@ $^
$(BUILD)/libgradus64.a: $(DOUBLES)
	@rm -f $@
	$(call say,ar)
	$(Q)$(AR) rcs $@ $^
comma := ,
# Once loaded they stay: helping threads, and what runs at the end of a thread, need their code.
STAYS := $(if $(filter Darwin,$(shell uname -s)),,-Wl,-z,nodelete)
NAMED := $(if $(filter Darwin,$(shell uname -s)),-Wl$(comma)-install_name$(comma)@rpath/,-Wl$(comma)-soname$(comma))
# libgradus.so -> libgradus.so.0 -> libgradus.so.0.x.y: programs are linked with the first, load the second.
VERSION    := $(shell sed -n 's/^.define GD_VERSION "\(.*\)"$$/\1/p' include/gradus/version.h)
ABI        := $(firstword $(subst ., ,$(VERSION)))
shared      = $(Q)$(CC) $(2) $(LDFLAGS) -shared $(STAYS) $(NAMED)$(@F).$(ABI) -o $@.$(VERSION) $(1) $(LIBS) && \
                ln -sf $(@F).$(VERSION) $@.$(ABI) && ln -sf $(@F).$(ABI) $@
$(BUILD)/libgradus.so: $(FLOAT)
	$(call say,ld)
	$(call shared,$^,$(CFLAGS))
$(BUILD)/libgradus64.so: $(DOUBLES)
	$(call say,ld)
	$(call shared,$^,$(CFLAGS))

# What was installed, or removed, since the last build counts: these three files are compiled anew.
$(BUILD)/found: FORCE
	@mkdir -p $(@D)
	@echo '$(FOUND)' | cmp -s - $@ || echo '$(FOUND)' > $@
# What a program must be linked with, for scripts.
$(BUILD)/libs: FORCE
	@mkdir -p $(@D)
	@echo '$(LIBS)' > $@
FORCE:
$(foreach kind,float double,$(BUILD)/$(kind)/data/gunzip.o $(BUILD)/$(kind)/data/image_file.o $(BUILD)/$(kind)/plot/png.o): $(BUILD)/found

# ---- Tests: every suite in both builds -------------------------------------------------------------------

# A program is named after its file: tests/tensor/test_scopes.c is built, in double, by
#     make build/tests/test_scopes.double
# TEST_FOLDERS="tensor nn": only those of these folders are built and run.
TEST_FOLDERS ?= *
TEST_FILES := $(sort $(wildcard $(TEST_FOLDERS:%=tests/%/test_*.c)))
TESTS      := $(basename $(notdir $(TEST_FILES)))
$(if $(wildcard tests/test_*.c),$(error $(wildcard tests/test_*.c): tests belong in a folder of tests/))
$(foreach test,$(TESTS),$(if $(word 2,$(filter %/$(test).c,$(TEST_FILES))),$(error two files are called $(test).c)))
KINDS      ?= float double
TEST_RUNS  := $(foreach kind,$(KINDS),$(TESTS:%=$(BUILD)/tests/%.$(kind)))
# CHECK=plain: tests/plain/check.h instead of the package Check, which few targets but the machine's own have.
CHECK_LIBS   = $(if $(findstring plain,$(CHECK)),,$(shell pkg-config --libs check))
TEST_CFLAGS  = $(ALL_CFLAGS) -O1 -Itests $(if $(findstring plain,$(CHECK)),-Itests/plain)
TEST_SUPPORT := $(patsubst tests/%.c,$(BUILD)/tests/%,$(wildcard tests/support/*.c))
vpath test_%.c $(sort $(dir $(TEST_FILES)))

$(BUILD)/tests/support/%.float.o: tests/support/%.c Makefile
	@mkdir -p $(@D)
	$(call say,cc)
	$(Q)$(CC) $(TEST_CFLAGS) -c $< -o $@
$(BUILD)/tests/support/%.double.o: tests/support/%.c Makefile
	@mkdir -p $(@D)
	$(call say,cc)
	$(Q)$(CC) $(TEST_CFLAGS) $(DOUBLE) -c $< -o $@
$(BUILD)/tests/support.float.a: $(TEST_SUPPORT:%=%.float.o)
	@rm -f $@
	$(Q)$(AR) rcs $@ $^
$(BUILD)/tests/support.double.a: $(TEST_SUPPORT:%=%.double.o)
	@rm -f $@
	$(Q)$(AR) rcs $@ $^
$(BUILD)/tests/test_%.float: test_%.c $(BUILD)/tests/support.float.a $(BUILD)/libgradus.a
	@mkdir -p $(@D)
	$(call say,cc)
	$(Q)$(CC) $(TEST_CFLAGS) -MT $@ -MF $@.d $(filter %.c %.a,$^) -o $@ $(LDFLAGS) $(CHECK_LIBS) $(LIBS)
$(BUILD)/tests/test_%.double: test_%.c $(BUILD)/tests/support.double.a $(BUILD)/libgradus64.a
	@mkdir -p $(@D)
	$(call say,cc)
	$(Q)$(CC) $(TEST_CFLAGS) $(DOUBLE) -MT $@ -MF $@.d $(filter %.c %.a,$^) -o $@ $(LDFLAGS) $(CHECK_LIBS) $(LIBS)

# Each operation has a row in tests/operations/operation_table.h; each public function a line in double_names.h, which
# make names writes; and the libraries have no symbols but those declared in the headers.
check-table:
	@sh tests/scripts/check_table.sh
names:
	@CC='$(CC)' sh tests/scripts/double_names.sh --write
check-names: lib $(BUILD)/libs
	@CC='$(CC)' sh tests/scripts/double_names.sh
	@CC='$(CC)' CFLAGS='$(CFLAGS)' sh tests/scripts/exports.sh $(BUILD)
# The shared libraries, loaded by running programs.
KIND_LIBRARIES := $(if $(filter float,$(KINDS)),libgradus) $(if $(filter double,$(KINDS)),libgradus64)
check-shared: $(foreach library,$(KIND_LIBRARIES),$(BUILD)/$(library).so $(BUILD)/$(library).a)
	@LIBRARIES='$(KIND_LIBRARIES)' CC='$(CC)' CFLAGS='$(CFLAGS) $(LDFLAGS)' LIBS='$(LIBS)' sh tests/scripts/shared.sh $(BUILD)
# No text depends on the locale.
check-formats:
	@sh tests/scripts/check_formats.sh
# README.md lists all public headers; no broken links; no names that do not exist.
check-documents:
	@sh tests/scripts/check_documents.sh
# Names tell public from private functions, and no folder of src includes headers of a later one.
check-structure:
	@sh tests/scripts/check_structure.sh
test: check-table check-formats check-documents check-structure check-absent check-shared \
      $(if $(filter float,$(KINDS)),check-names) $(TEST_RUNS)
	@sh tests/scripts/run.sh $(TEST_RUNS)

# ---- Demos: each writes its picture into out/ ----------------------------------------------------------------

DEMO_FOLDERS := demos demos/models demos/chapter
DEMO_FILES := $(foreach folder,$(DEMO_FOLDERS),$(sort $(wildcard $(folder)/*.c)))
DEMO_HEADERS := $(wildcard $(DEMO_FOLDERS:%=%/*.h))
DEMOS := $(basename $(notdir $(DEMO_FILES)))
$(foreach demo,$(DEMOS),$(if $(word 2,$(filter %/$(demo).c,$(DEMO_FILES))),$(error two demos are called $(demo).c)))
vpath %.c $(DEMO_FOLDERS)

# Those that are to be compiled with `pkg-config --libs gradus64`, by their first comment, are compiled in double.
DOUBLE_DEMOS := $(basename $(notdir $(shell grep -l 'libs gradus64' $(DEMO_FILES))))
build_demo = $(Q)$(CC) $(STRICT) $(WARNINGS) $(WERROR) $(CFLAGS) $(1) -Iinclude -MMD -MP $< -o $@ $(LDFLAGS) $(2) $(LIBS)

$(DOUBLE_DEMOS:%=$(BUILD)/demos/%): $(BUILD)/demos/%: %.c $(BUILD)/libgradus64.a
	@mkdir -p $(@D)
	$(call say,cc)
	$(call build_demo,$(DOUBLE),$(BUILD)/libgradus64.a)
$(BUILD)/demos/%: %.c $(BUILD)/libgradus.a
	@mkdir -p $(@D)
	$(call say,cc)
	$(call build_demo,,$(BUILD)/libgradus.a)

demos: $(DEMOS:%=$(BUILD)/demos/%)
# All of them, those that take minutes with the arguments in demos/arguments; and these as they are meant.
demo: demos data-if-possible
	@sh demos/run.sh $(BUILD) short $(DEMOS)
demo-long: demos data-if-possible
	@sh demos/run.sh $(BUILD) long $(DEMOS)
gallery:
	@sh demos/gallery.sh $(DEMO_FILES)
demo-%: $(BUILD)/demos/% data-if-possible
	@mkdir -p out
	$(BUILD)/demos/$*

$(BUILD)/tests/png_decodes: tests/scripts/png_decodes.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(STRICT) $(WARNINGS) $(CFLAGS) $< -o $@ -lm

# The README's program, its output, and its picture: make readme-picture draws it anew.
check-readme: $(BUILD)/libgradus.a
	@CC='$(CC)' LIBS='$(LIBS)' sh tests/scripts/readme.sh $(BUILD)
readme-picture: $(BUILD)/libgradus.a
	@CC='$(CC)' LIBS='$(LIBS)' PICTURE=$(CURDIR)/demos/pictures/linear_regression.png sh tests/scripts/readme.sh $(BUILD)

# As on a machine without zlib and stb: the three files that know them; and all, with the headers hidden.
check-absent:
	@mkdir -p $(BUILD)/absent
	$(Q)$(CC) $(ALL_CFLAGS) -O0 -DGD_NO_PNG -c src/plot/png.c -o $(BUILD)/absent/png.o
	$(Q)$(CC) $(ALL_CFLAGS) -O0 -DGD_NO_PNG -c src/data/image_file.c -o $(BUILD)/absent/image_file.o
	$(Q)$(CC) $(ALL_CFLAGS) -O0 -DGD_NO_ZLIB -c src/data/gunzip.c -o $(BUILD)/absent/gunzip.o
check-bare:
	@CC='$(CC)' sh tests/scripts/bare.sh $(BUILD)/bare

# Installed elsewhere, used through pkg-config, moved, and taken away again.
check-install: lib
	@MAKE='$(MAKE)' CC='$(CC)' CXX='$(CXX)' sh tests/scripts/install.sh $(BUILD)

# The headers from C++; and options that give up IEEE arithmetic.
check-cxx: lib $(BUILD)/libs
	@CXXS='$(or $(CXXS),$(CXX))' sh tests/scripts/cxx.sh $(BUILD)
check-arithmetic: lib $(BUILD)/libs
	@CCS='$(or $(CCS),$(CC))' sh tests/scripts/arithmetic.sh $(BUILD)

# Other C libraries, processors and tools, as far as there is a compiler for them.
check-targets:
	@MAKE='$(MAKE)' BUILD=$(BUILD) sh tests/scripts/targets.sh musl i386 tsan windows

# Every demo at a small size, with what it must reach; and under valgrind.
check-demos: demos $(BUILD)/tests/png_decodes
	@sh tests/scripts/demos.sh $(BUILD)
	@sh tests/scripts/chapter.sh $(BUILD)
	@sh tests/scripts/gallery.sh
# The chapter's programs with their longest runs, and the library on the same problems: some minutes.
CHAPTER := $(basename $(notdir $(wildcard demos/chapter/*.c)))
check-chapter-long: $(KINDS:%=$(BUILD)/tests/test_optim_requirements.%) $(CHAPTER:%=$(BUILD)/demos/%) $(BUILD)/tests/png_decodes
	@GRADUS_LONG=1 sh tests/scripts/run.sh $(KINDS:%=$(BUILD)/tests/test_optim_requirements.%)
	@GRADUS_LONG=1 sh tests/scripts/chapter.sh $(BUILD)
check-memory: demos
	@sh tests/scripts/valgrind.sh $(BUILD)

# ---- Packages and data ------------------------------------------------------------------------------------------

# What this uses on Debian; DEPS_EXTRA adds the tools of continuous integration.
PACKAGES := curl pkg-config check libstb-dev zlib1g-dev libopenblas-dev dataset-fashion-mnist $(DEPS_EXTRA)

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
data-if-possible:
	@[ -n "$${GRADUS_DATA:-}" ] || $(MAKE) --no-print-directory -s data \
	    || echo "The airfoil data are missing: the demos go on with data that they make up, and say so."
data/airfoil_self_noise.dat:
	@mkdir -p data
	@if command -v curl >/dev/null; then curl -fsSL --connect-timeout 15 --max-time 120 -o $@.part $(AIRFOIL_URL); \
	    else wget -q -T 15 -t 2 -O $@.part $(AIRFOIL_URL); fi \
	    || { rm -f $@.part; echo "make data: $(AIRFOIL_URL) cannot be fetched"; exit 1; }
	@[ "$$(sha1sum < $@.part)" = "$(AIRFOIL_SHA1)  -" ] \
	    || { rm -f $@.part; echo "make data: what came from $(AIRFOIL_URL) has another sha1 than $(AIRFOIL_SHA1)"; exit 1; }
	@mv $@.part $@
	@echo "data/airfoil_self_noise.dat: 1503 examples, sha1 as expected"

# ---- Looking at the sources ------------------------------------------------------------------------------------------

# Two configurations of each file: all of them, a dozen for some, take ten times as long and found nothing else.
lint:
	cppcheck --quiet -j2 --max-configs=2 --std=c11 --enable=warning,performance,portability --inline-suppr --error-exitcode=1 \
	    --suppress=missingIncludeSystem --suppress=toomanyconfigs --suppress=preprocessorErrorDirective -Iinclude -Isrc src demos lab

clean:
	rm -rf $(BUILD) out

help:
	@sed -n 's/^# Gradus - //p' Makefile

include install.mk
include exercises.mk
include debug.mk
include tutorial.mk
include cxx.mk
include gdb.mk
include conformance.mk
include others.mk
include pytorch.mk
include systems.mk
include python.mk
include style.mk
include lab/lab.mk
-include bench/bench.mk
-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)

# bench.mk - make bench, make bench-NAME (the rows that begin with NAME), make bench-list.
#
# The floors are compiled for this machine; the library and the rows that use it as everywhere.

BENCH_SECONDS ?= 2
BENCH_PYTHON  ?= /usr/bin/python3
BENCH_JSON    ?= $(BUILD)/bench.json

HAVE_OPENBLAS := $(shell printf '\#include <openblas_config.h>\n' | $(CC) -E - >/dev/null 2>&1 && echo yes)
BENCH_BLAS    := $(if $(HAVE_OPENBLAS),-DHAVE_CBLAS -DHAVE_OPENBLAS)
BENCH_LIBS    := $(if $(HAVE_OPENBLAS),-lopenblas) $(LIBS)
FLOOR_CFLAGS  := -O3 -march=native -ffp-contract=fast

BENCH_NAMES   := main measure report torch linear_regression chain mlp
FLOOR_NAMES   := adam linear_regression chain product mlp
BENCH_OBJECTS := $(BENCH_NAMES:%=$(BUILD)/bench/%.o) $(FLOOR_NAMES:%=$(BUILD)/bench/floor/%.o)

$(BUILD)/bench/floor/%.o: bench/floor/%.c
	@mkdir -p $(@D)
	$(call say,cc)
	$(Q)$(CC) $(ALL_CFLAGS) $(FLOOR_CFLAGS) $(BENCH_BLAS) -c $< -o $@
$(BUILD)/bench/%.o: bench/%.c
	@mkdir -p $(@D)
	$(call say,cc)
	$(Q)$(CC) $(ALL_CFLAGS) -Ibench $(BENCH_BLAS) -c $< -o $@

$(BUILD)/bench/bench: $(BENCH_OBJECTS) $(BUILD)/libgradus.a
	$(call say,ld)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(BENCH_LIBS)

.PHONY: bench bench-list
RUN_BENCH = OPENBLAS_NUM_THREADS=1 BENCH_PYTHON=$(BENCH_PYTHON) $(BUILD)/bench/bench --seconds $(BENCH_SECONDS) \
            $(BENCH_OPTIONS)

bench: $(BUILD)/bench/bench
	@$(RUN_BENCH) --json $(BENCH_JSON)
bench-list: $(BUILD)/bench/bench
	@$< --list
bench-%: $(BUILD)/bench/bench
	@$(RUN_BENCH) --json $(BUILD)/bench-$*.json $*

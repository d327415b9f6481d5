# bench.mk - make bench, make bench-NAME (the rows that begin with NAME), make bench-list, make bench-threads.
#
# make bench KANN=folder: with KANN as a contestant, whose kann.c, kautodiff.c and headers are in that folder.
#
# The floors are compiled for this machine; the library and the rows that use it as everywhere.

BENCH_SECONDS ?= 1
BENCH_PYTHON  ?= /usr/bin/python3
BENCH_JSON    ?= $(BUILD)/bench.json

HAVE_OPENBLAS := $(call builds_with,openblas_config.h,-lopenblas)
BENCH_BLAS    := $(if $(HAVE_OPENBLAS),-DHAVE_CBLAS -DHAVE_OPENBLAS)
BENCH_LIBS    := $(if $(HAVE_OPENBLAS),-lopenblas) $(LIBS)
FLOOR_CFLAGS  := -O3 -march=native -ffp-contract=fast \
    $(shell echo | $(CC) -mprefer-vector-width=512 -E - >/dev/null 2>&1 && echo -mprefer-vector-width=512)

BENCH_NAMES   := main measure report threads peers linear_regression chain mlp lenet gru gpt optimizers muon \
                 elementwise mixture process
FLOOR_NAMES   := adam linear_regression chain product openblas mlp lenet gru gpt elementwise mixture
BENCH_OBJECTS := $(BENCH_NAMES:%=$(BUILD)/bench/%.o) $(FLOOR_NAMES:%=$(BUILD)/bench/floor/%.o)

$(BUILD)/bench/floor/%.o: bench/floor/%.c
	@mkdir -p $(@D)
	$(call say,cc)
	$(Q)$(CC) $(ALL_CFLAGS) $(FLOOR_CFLAGS) $(BENCH_BLAS) -c $< -o $@
$(BUILD)/bench/%.o: bench/%.c
	@mkdir -p $(@D)
	$(call say,cc)
	$(Q)$(CC) $(ALL_CFLAGS) -Ibench $(BENCH_BLAS) -c $< -o $@

# The mixture uses the double library, whose private names are the float library's: it is linked as a shared one.
$(BUILD)/bench/mixture.o: ALL_CFLAGS += $(DOUBLE)
$(BUILD)/bench/bench: $(BENCH_OBJECTS) $(BUILD)/libgradus.a $(BUILD)/libgradus64.so
	$(call say,ld)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -Wl,-rpath,'$$ORIGIN/..' -o $@ $^ $(BENCH_LIBS)

# Whole programs: one with Gradus and one without for each task.
PROCESSES := $(basename $(notdir $(filter-out $(if $(HAVE_ZLIB),,%_mlp.c),$(wildcard bench/process/*.c))))

$(BUILD)/bench/process/gradus_%: bench/process/gradus_%.c $(BUILD)/libgradus.a
	@mkdir -p $(@D)
	$(call say,cc)
	$(Q)$(CC) $(ALL_CFLAGS) $< -o $@ $(LDFLAGS) $(BUILD)/libgradus.a $(LIBS)
$(BUILD)/bench/process/floor_airfoil: $(BUILD)/bench/floor/linear_regression.o
$(BUILD)/bench/process/floor_mlp: $(patsubst %,$(BUILD)/bench/floor/%.o,mlp adam product)
$(BUILD)/bench/process/floor_%: bench/process/floor_%.c $(BUILD)/libgradus.a
	@mkdir -p $(@D)
	$(call say,cc)
	$(Q)$(CC) $(ALL_CFLAGS) $(FLOOR_CFLAGS) -Ibench $< -o $@ $(LDFLAGS) $(filter %.o,$^) $(BUILD)/libgradus.a $(LIBS)

# KANN: its sources are compiled as the floors are, for this machine, and without this project's warnings.
$(BUILD)/bench/kann/%.o: $(KANN)/%.c
	@mkdir -p $(@D)
	$(call say,cc)
	$(Q)$(CC) -std=gnu11 -w $(CFLAGS) $(FLOOR_CFLAGS) -c $< -o $@
KANN_OBJECTS := $(patsubst %,$(BUILD)/bench/%.o,kann/kann kann/kautodiff floor/mlp floor/adam floor/product \
                  floor/linear_regression)
$(BUILD)/bench/kann/contestant: bench/kann.c $(KANN_OBJECTS) $(BUILD)/libgradus.a
	@mkdir -p $(@D)
	$(call say,cc)
	$(Q)$(CC) $(patsubst -std=c11,-std=gnu11,$(ALL_CFLAGS)) $(FLOOR_CFLAGS) -Ibench -isystem $(KANN) $< -o $@ \
	    $(LDFLAGS) $(filter %.o,$^) $(BUILD)/libgradus.a $(LIBS)

.PHONY: bench bench-list
BENCH_ALL = $(BUILD)/bench/bench $(PROCESSES:%=$(BUILD)/bench/process/%) $(if $(KANN),$(BUILD)/bench/kann/contestant)
RUN_BENCH = $(if $(KANN),BENCH_KANN=$(BUILD)/bench/kann/contestant) OPENBLAS_NUM_THREADS=1 BENCH_PYTHON=$(BENCH_PYTHON) BENCH_PROGRAMS=$(BUILD)/bench/process \
            $(BUILD)/bench/bench --seconds $(BENCH_SECONDS) $(BENCH_OPTIONS)

bench: $(BENCH_ALL)
	@$(RUN_BENCH) --json $(BENCH_JSON)
bench-list: $(BUILD)/bench/bench
	@$< --list
bench-%: $(BENCH_ALL)
	@$(RUN_BENCH) --json $(BUILD)/bench-$*.json $*

# Two threads against one.
.PHONY: bench-threads
bench-threads: $(BUILD)/bench/bench
	@$< --seconds $(BENCH_SECONDS) --threads 2 linear chain mlp lenet gpt adam yogi exp tanh sigmoid gelu softmax sum

# Instruction counts: the same on every run.
$(BUILD)/bench/instructions: bench/instructions.c $(BUILD)/libgradus.a
	@mkdir -p $(@D)
	$(call say,cc)
	$(Q)$(CC) $(ALL_CFLAGS) $< -o $@ $(LDFLAGS) $(BUILD)/libgradus.a $(LIBS)
.PHONY: bench-instructions
bench-instructions: $(BUILD)/bench/instructions
	@sh bench/instructions.sh $<

# The largest error of the elementary functions, over every float and over many doubles: minutes.
$(BUILD)/bench/ulp: bench/ulp.c $(BUILD)/libgradus.a
	@mkdir -p $(@D)
	$(call say,cc)
	$(Q)$(CC) $(ALL_CFLAGS) $< -o $@ $(LDFLAGS) $(BUILD)/libgradus.a $(LIBS)
$(BUILD)/bench/ulp64: bench/ulp.c $(BUILD)/libgradus64.a
	@mkdir -p $(@D)
	$(call say,cc)
	$(Q)$(CC) $(ALL_CFLAGS) $(DOUBLE) $< -o $@ $(LDFLAGS) $(BUILD)/libgradus64.a $(LIBS)
.PHONY: bench-ulp
bench-ulp: $(BUILD)/bench/ulp $(BUILD)/bench/ulp64
	@$(BUILD)/bench/ulp $(BENCH_OPTIONS)
	@$(BUILD)/bench/ulp64 $(BENCH_OPTIONS)

# The matrix product against the machine's peak and OpenBLAS.
$(BUILD)/bench/gemm: bench/gemm.c $(BUILD)/libgradus.a
	@mkdir -p $(@D)
	$(call say,cc)
	$(Q)$(CC) $(ALL_CFLAGS) -Isrc/kernels $(BENCH_BLAS) $< -o $@ $(LDFLAGS) $(BUILD)/libgradus.a $(BENCH_LIBS)
.PHONY: bench-gemm
bench-gemm: $(BUILD)/bench/gemm
	@$<

# How cost grows, as a picture.
GROWTH_OBJECTS := $(patsubst %,$(BUILD)/bench/%.o,measure floor/mlp floor/adam floor/product)
$(BUILD)/bench/growth: bench/growth.c $(GROWTH_OBJECTS) $(BUILD)/libgradus.a
	@mkdir -p $(@D)
	$(call say,cc)
	$(Q)$(CC) $(ALL_CFLAGS) -Ibench $< -o $@ $(LDFLAGS) $(filter %.o,$^) $(BUILD)/libgradus.a -pthread $(LIBS)
.PHONY: bench-growth
bench-growth: $(BUILD)/bench/growth
	@mkdir -p out
	@$< $(BENCH_OPTIONS) out/growth.png

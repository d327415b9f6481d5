# exercises.mk - make grade: compiles and runs the exercises and says of each what is wrong; make grade-03: one of them.
# SEED=7 makes their inputs again.  The grader's message is all there is to say: make does not fail.
# make check-grade: that the grader notices what it should.

EXERCISES    := $(sort $(wildcard exercises/[0-9]*.c))
GRADE_CHECKS := $(EXERCISES:exercises/%.c=$(BUILD)/exercises/%.check.o) $(BUILD)/exercises/grader.o $(BUILD)/exercises/steps.o
GRADE_CFLAGS  = $(STRICT) -Wall -Werror=return-type -Werror=implicit-function-declaration -Werror=int-conversion \
                $(filter-out -O%,$(CFLAGS)) -O1 $(DOUBLE) -Iinclude -Iexercises
in_grader     = CC='$(CC)' GRADE_CFLAGS='$(GRADE_CFLAGS) $(LDFLAGS)' LIBS='$(LIBS)' SEED='$(SEED)'

$(BUILD)/exercises/%.check.o: exercises/grader/%.c Makefile exercises.mk
	@mkdir -p $(@D)
	$(call say,cc)
	$(Q)$(CC) $(STRICT) $(WARNINGS) $(WERROR) $(CFLAGS) $(DOUBLE) -Iinclude -Iexercises -MMD -MP -c $< -o $@
$(BUILD)/exercises/%.o: exercises/grader/%.c Makefile exercises.mk
	@mkdir -p $(@D)
	$(call say,cc)
	$(Q)$(CC) $(STRICT) $(WARNINGS) $(WERROR) $(CFLAGS) $(DOUBLE) -Iinclude -Iexercises -MMD -MP -c $< -o $@

.PHONY: grade check-grade
grade: $(GRADE_CHECKS) $(BUILD)/libgradus64.a
	@$(in_grader) sh exercises/grader/grade.sh $(BUILD) $(EXERCISES) || true
grade-%: $(GRADE_CHECKS) $(BUILD)/libgradus64.a
	@[ -n "$(wildcard exercises/$*_*.c)" ] || { echo "make grade-$*: exercises/ has no $*_*.c"; exit 1; }
	@$(in_grader) sh exercises/grader/grade.sh $(BUILD) $(wildcard exercises/$*_*.c) || true

# The solutions are right, the holes are "not yet", planted mistakes are told as what they are.
check-grade: $(GRADE_CHECKS) $(BUILD)/libgradus64.a
	@$(in_grader) WARNINGS='$(WARNINGS)' sh tests/scripts/grade.sh $(BUILD)

/* golden_records.h - files of named tensors: a record a line, its name, the number of axes, the sizes, the elements. */
#ifndef TEST_GOLDEN_RECORDS_H
#define TEST_GOLDEN_RECORDS_H

#include "support/support.h"

/* golden_record - the tensor of that name in tests/golden/FILE, in the current scope; fails when there is none. */
gd_tensor *golden_record(const char *file, const char *name);

/* ck_golden - t is that tensor, to 1e-10, or in float 2e-5, relative to max(1, |expected|). */
#define ck_golden(t, file, name)                                                                         \
    do {                                                                                                 \
        const double off_ = far_apart(t, golden_record(file, name));                                     \
        ck_assert_msg(off_ <= (IN_DOUBLE ? 1e-10 : 2e-5), "%s is off %s of %s by %g: %s", #t, name, file, off_,    \
                      gd_last_error() ? gd_last_error() : "");                                           \
    } while (0)

#endif

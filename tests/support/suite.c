/* suite.c - see suite.h. */
#include <stdlib.h>
#ifdef __wasi__
#include <unistd.h>

/* Programs begin in /, wherever they are started. */
__attribute__((constructor)) static void go_home(void)
{
    if (!getenv("PWD") || chdir(getenv("PWD")) != 0)
        exit(EXIT_FAILURE);
}
#endif

#include "suite.h"

#ifdef PLAIN_CHECK_H
jmp_buf ck_leave;                           /* of tests/plain/check.h */
#endif

int run_suite(Suite *suite)
{
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int run = srunner_ntests_run(runner), failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return run > 0 && failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

uint64_t draw(uint64_t *state, uint64_t n)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (*state >> 33) % n;
}

/* check.h - as much of Check (libcheck) as the tests use, for targets that have no such package: all tests of a
 * program run one after the other in one process, and tests that expect a signal are skipped.
 * Compile with -Itests/plain, and without -lcheck. */
#ifndef PLAIN_CHECK_H
#define PLAIN_CHECK_H

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#if defined(__has_include)
#if !__has_include(<setjmp.h>)
#define CK_NO_SETJMP                        /* WASI: the first failed check ends the program */
#endif
#endif
#ifdef CK_NO_SETJMP
typedef int jmp_buf[1];
#define setjmp(buffer) ((void)(buffer), 0)
#define longjmp(buffer, value) exit(((void)(buffer), value))
#else
#include <setjmp.h>
#endif

typedef void ck_test(int _i);
typedef void ck_fixture(void);
typedef struct ck_entry { ck_test *test; const char *name; int begin, end; struct ck_entry *next; } ck_entry;
typedef struct TCase {
    const char *name;
    ck_fixture *setup, *teardown;
    ck_entry *first, **last;
    struct TCase *next;
} TCase;
typedef struct Suite { TCase *first, **last; } Suite;
typedef struct SRunner { Suite *suite; int run, failed; } SRunner;
enum { CK_NORMAL, CK_ENV };

extern jmp_buf ck_leave;         /* tests/support/suite.c */

static inline _Noreturn void ck_failed(const char *file, int line)
{
    printf(" (%s:%d)\n", file, line);
    longjmp(ck_leave, 1);
}

#define START_TEST(name) static void name(int _i) { (void)_i;
#define END_TEST         }
#define ck_assert_msg(condition, ...) \
    ((condition) ? (void)0 : (printf(__VA_ARGS__), ck_failed(__FILE__, __LINE__)))
#define ck_assert(condition)      ck_assert_msg(condition, "%s", #condition)
#define ck_abort_msg(...)         ck_assert_msg(0, __VA_ARGS__)
#define ck_compare(a, op, b)      ck_assert_msg((a) op (b), "%s", #a " " #op " " #b)
#define ck_assert_int_eq(a, b)    ck_compare((intmax_t)(a), ==, (intmax_t)(b))
#define ck_assert_int_ne(a, b)    ck_compare((intmax_t)(a), !=, (intmax_t)(b))
#define ck_assert_int_gt(a, b)    ck_compare((intmax_t)(a), >, (intmax_t)(b))
#define ck_assert_int_ge(a, b)    ck_compare((intmax_t)(a), >=, (intmax_t)(b))
#define ck_assert_int_lt(a, b)    ck_compare((intmax_t)(a), <, (intmax_t)(b))
#define ck_assert_int_le(a, b)    ck_compare((intmax_t)(a), <=, (intmax_t)(b))
#define ck_assert_uint_eq(a, b)   ck_compare((uintmax_t)(a), ==, (uintmax_t)(b))
#define ck_assert_uint_gt(a, b)   ck_compare((uintmax_t)(a), >, (uintmax_t)(b))
#define ck_assert_uint_ge(a, b)   ck_compare((uintmax_t)(a), >=, (uintmax_t)(b))
#define ck_assert_uint_lt(a, b)   ck_compare((uintmax_t)(a), <, (uintmax_t)(b))
#define ck_assert_uint_le(a, b)   ck_compare((uintmax_t)(a), <=, (uintmax_t)(b))
#define ck_assert_ptr_eq(a, b)    ck_compare((const void *)(a), ==, (const void *)(b))
#define ck_assert_ptr_ne(a, b)    ck_compare((const void *)(a), !=, (const void *)(b))
#define ck_assert_ptr_null(a)     ck_assert_ptr_eq(a, NULL)
#define ck_assert_ptr_nonnull(a)  ck_assert_ptr_ne(a, NULL)
#define ck_assert_double_eq(a, b) ck_compare((double)(a), ==, (double)(b))
#define ck_assert_double_ge(a, b) ck_compare((double)(a), >=, (double)(b))
#define ck_assert_double_le(a, b) ck_compare((double)(a), <=, (double)(b))
#define ck_assert_double_gt(a, b) ck_compare((double)(a), >, (double)(b))
#define ck_assert_double_lt(a, b) ck_compare((double)(a), <, (double)(b))
#define ck_assert_double_eq_tol(a, b, tol) ck_assert_msg(fabs((double)(a) - (b)) < (tol), "%s", #a " is not " #b)
#define ck_assert_str_eq(a, b)    ck_assert_msg(strcmp(a, b) == 0, "%s, expected: %s", a, b)

static inline void *ck_new(size_t bytes)
{
    void *p = calloc(1, bytes);
    if (!p)
        exit(2);
    return p;
}

static inline Suite *suite_create(const char *name)
{
    Suite *suite = ck_new(sizeof *suite);
    (void)name;
    suite->last = &suite->first;
    return suite;
}

static inline TCase *tcase_create(const char *name)
{
    TCase *tcase = ck_new(sizeof *tcase);
    tcase->name = name;
    tcase->last = &tcase->first;
    return tcase;
}

static inline void suite_add_tcase(Suite *suite, TCase *tcase)
{
    *suite->last = tcase;
    suite->last = &tcase->next;
}

static inline void ck_add(TCase *tcase, ck_test *test, const char *name, int begin, int end)
{
    ck_entry *entry = ck_new(sizeof *entry);
    *entry = (ck_entry){ test, name, begin, end, NULL };
    *tcase->last = entry;
    tcase->last = &entry->next;
}
#define tcase_add_test(tcase, test)                    ck_add(tcase, test, #test, 0, 1)
#define tcase_add_loop_test(tcase, test, begin, end)   ck_add(tcase, test, #test, begin, (int)(end))
#define tcase_add_test_raise_signal(tcase, test, sign) ((void)(tcase), (void)(test), (void)(sign))
#define tcase_set_timeout(tcase, seconds)              ((void)(tcase), (void)(seconds))

static inline void tcase_add_checked_fixture(TCase *tcase, ck_fixture *setup, ck_fixture *teardown)
{
    tcase->setup = setup;
    tcase->teardown = teardown;
}

static inline SRunner *srunner_create(Suite *suite)
{
    SRunner *runner = ck_new(sizeof *runner);
    runner->suite = suite;
    return runner;
}

static inline int ck_run(const TCase *tcase, const ck_entry *entry, int i)
{
    if (setjmp(ck_leave)) {
        printf("failed: %s, %s(%d)\n", tcase->name, entry->name, i);
        return 1;
    }
    if (tcase->setup)
        tcase->setup();
    entry->test(i);
    if (tcase->teardown)
        tcase->teardown();
    return 0;
}

static inline void srunner_run_all(SRunner *runner, int mode)
{
    (void)mode;
    for (TCase *tcase = runner->suite->first; tcase; tcase = tcase->next)
        for (ck_entry *entry = tcase->first; entry; entry = entry->next)
            for (int i = entry->begin; i < entry->end; i++, runner->run++)
                runner->failed += ck_run(tcase, entry, i);
    printf("%d%%: Checks: %d, Failures: %d, Errors: 0\n",
           runner->run ? 100 * (runner->run - runner->failed) / runner->run : 0, runner->run, runner->failed);
}

static inline int srunner_ntests_failed(const SRunner *runner) { return runner->failed; }
static inline int srunner_ntests_run(const SRunner *runner) { return runner->run; }

static inline void srunner_free(SRunner *runner)
{
    for (TCase *tcase = runner->suite->first, *next; tcase; tcase = next) {
        next = tcase->next;
        for (ck_entry *entry = tcase->first, *after; entry; entry = after) {
            after = entry->next;
            free(entry);
        }
        free(tcase);
    }
    free(runner->suite);
    free(runner);
}

#endif

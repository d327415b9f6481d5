/* error.h - error messages, and how the functions of Gradus report failure.
 *
 * Every function that can fail returns NULL or false, and leaves one message that names the function,
 * the argument, the offending shapes or value, and what was expected:
 *
 *     gd_matmul: a is [10, 5] and b is [6, 1]: the inner sizes 5 and 6 differ
 *
 * A tensor operation that is given NULL returns NULL without a message of its own, so that a whole expression can be
 * checked once, at its end: the message is still that of the call that failed first.  The same holds for other things
 * that the library makes, such as a model or an optimizer, while there is such a message.  NULL for what belongs to the
 * program, a path, a name, an array, a function, is always reported. */
#ifndef GRADUS_ERROR_H
#define GRADUS_ERROR_H

/* Results depend on IEEE arithmetic, in the library and in the program: NaN, infinities, signed zeros, the order of
 * operations.  -ffast-math and the options it is made of are refused. */
#if defined(__FAST_MATH__) || (defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__) || \
    defined(__ASSOCIATIVE_MATH__) || defined(__RECIPROCAL_MATH__) || defined(__NO_SIGNED_ZEROS__)
#error "Gradus needs IEEE arithmetic: compile without -ffast-math, -funsafe-math-optimizations and options like these"
#elif defined(__clang__) && __clang_major__ >= 12           /* has no macros for the single options, but this pragma */
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wunknown-pragmas"
#pragma clang diagnostic ignored "-Wignored-pragmas"
static inline void gd_needs_ieee_arithmetic(void)
{
#pragma STDC FENV_ACCESS ON     /* an error here: compile without -ffast-math and options like it */
}
#pragma clang diagnostic pop
#elif defined(__GNUC__) && !defined(__clang__) && __GNUC__ < 12     /* no macros either, but these are folded */
extern double gd_never_defined;
#ifdef __cplusplus
#define GD_NEEDS_IEEE(condition) \
    static_assert(condition, "compile without -ffast-math, -funsafe-math-optimizations and the like")
#else
#define GD_NEEDS_IEEE(condition) \
    _Static_assert(condition, "compile without -ffast-math, -funsafe-math-optimizations and the like")
#endif
GD_NEEDS_IEEE(!__builtin_constant_p((gd_never_defined + 1.0) - gd_never_defined));
GD_NEEDS_IEEE(!__builtin_constant_p(!__builtin_isless(gd_never_defined / 3.0, gd_never_defined * (1.0 / 3.0))));
GD_NEEDS_IEEE(!__builtin_constant_p(!__builtin_isless(gd_never_defined + 0.0, gd_never_defined)));
#endif

#if defined(__GNUC__)
#define GD_MUST_CHECK __attribute__((warn_unused_result))   /* a result that must not be ignored */
#ifdef __MINGW32__                          /* where printf would mean Microsoft's */
#define GD_FORMAT(string, first) __attribute__((format(gnu_printf, string, first)))
#else
#define GD_FORMAT(string, first) __attribute__((format(printf, string, first)))
#endif
#else
#define GD_MUST_CHECK
#define GD_FORMAT(string, first)
#endif

/* The library exports the functions that are declared between these two.  It is compiled with -fvisibility=hidden, so
 * that none of its other names can clash with one of the program's. */
#if defined(__GNUC__) && (defined(__ELF__) || defined(__APPLE__))
#define GD_API_BEGIN _Pragma("GCC visibility push(default)") GD_CALM_BEGIN
#define GD_API_END   GD_CALM_END _Pragma("GCC visibility pop")
#else
#define GD_API_BEGIN GD_CALM_BEGIN
#define GD_API_END   GD_CALM_END
#endif

/* gd_NAME_defaults() uses designated initializers, which C and C++20 have, and older C++ as an extension. */
#if defined(__cplusplus) && __cplusplus < 202002L && defined(__GNUC__)
#define GD_CALM_BEGIN _Pragma("GCC diagnostic push") _Pragma("GCC diagnostic ignored \"-Wpragmas\"") \
                      _Pragma("GCC diagnostic ignored \"-Wpedantic\"") \
                      _Pragma("GCC diagnostic ignored \"-Wc++20-extensions\"")
#define GD_CALM_END   _Pragma("GCC diagnostic pop")
#else
#define GD_CALM_BEGIN
#define GD_CALM_END
#endif

#ifdef GD_DOUBLE
#include "double_names.h"                   /* libgradus64 */
#endif

#ifdef __cplusplus
extern "C" {
#endif
GD_API_BEGIN

/* gd_last_error - the message of this thread's latest failure, or NULL when there was none, or none since
 * gd_clear_error.  It belongs to the library and stays valid until the next failure. */
const char *gd_last_error(void);

/* gd_clear_error - gd_last_error is NULL again. */
void gd_clear_error(void);

/* gd_on_error - sets the error handler of this thread, which is called with each message.  The default prints it to
 * standard error.  NULL: silence (gd_last_error still has the message).  gd_abort: print it and abort.
 * The handler may call the library, but must not close a scope that it has not opened, nor call gd_shutdown.  It may
 * leave by longjmp: scopes that were opened in between stay open, so put a GD_SCOPE around the setjmp; a call that was
 * reading or writing a file leaves it open; gd_backward, gd_step and other calls that run code of the program end
 * unfinished, and a later call gives a warning.
 * No callback, this handler included, may let a C++ exception escape: the library is C, which does not unwind.  Catch
 * it inside and report it by gd_fail.
 * A few messages are warnings and begin with "warning: ": nothing has failed, gd_last_error does not return them, and
 * gd_abort only prints them. */
void gd_on_error(void (*handler)(const char *message));

/* gd_abort - flushes standard output, prints the message to standard error, and calls abort: with gd_on_error(gd_abort)
 * a program stops at its first mistake. */
void gd_abort(const char *message);

/* gd_fail - reports a failure as the library does: formats the message, stores it, calls the handler.  For operations
 * and optimizers of your own.  Returns NULL, so that one can return gd_fail(..). */
void *gd_fail(const char *format, ...) GD_FORMAT(1, 2);

/* gd_notice - reports something that is not a failure: the message is formatted and printed, or passed to the handler
 * (gd_abort only prints it).  gd_last_error does not change. */
void gd_notice(const char *format, ...) GD_FORMAT(1, 2);

GD_API_END
#ifdef __cplusplus
}
#endif
#endif

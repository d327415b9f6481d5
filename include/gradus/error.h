/* error.h - how a function of Gradus says that it failed.
 *
 * Every function that can fail returns NULL or false, and leaves one sentence that names the function,
 * the argument, the offending shapes or value, and what was expected:
 *
 *     gd_matmul: a is [10, 5] and b is [6, 1]: the inner sizes 5 and 6 differ
 *
 * A tensor operation that is handed NULL returns NULL without a word, so that an expression is checked
 * once, at its end: the sentence of the call that failed first is still there. */
#ifndef GRADUS_ERROR_H
#define GRADUS_ERROR_H

#if defined(__FAST_MATH__) || (defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__)
#error "Gradus needs IEEE arithmetic (NaN, infinities, the order of operations): compile without -ffast-math"
#endif

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define GD_MUST_CHECK __attribute__((warn_unused_result))   /* a result that nobody should drop */
#define GD_FORMAT(string, first) __attribute__((format(printf, string, first)))
#else
#define GD_MUST_CHECK
#define GD_FORMAT(string, first)
#endif

/* gd_last_error - the sentence of this thread's latest failure, or NULL when there was none since
 * gd_clear_error.  It belongs to the library and stays valid until the next failure. */
const char *gd_last_error(void);

/* gd_clear_error - forgets it. */
void gd_clear_error(void);

/* gd_on_error - sets what this thread does with each sentence when it arises.  At first it is printed to
 * standard error.  NULL: silence (gd_last_error still has it).  gd_abort: print it and abort.
 * The handler may call the library, but closes no scope that it has not opened, and does not call gd_shutdown.  It
 * may leave by longjmp where the failing call is not gd_backward, gd_grad, gd_step or another one that runs code of
 * the program; what was opened in between stays open: put a GD_SCOPE around the setjmp.
 * A few messages are warnings and begin with "warning: ": nothing has failed, gd_last_error does not have them, and
 * gd_abort only prints them. */
void gd_on_error(void (*handler)(const char *sentence));

/* gd_abort - prints the sentence to standard error and calls abort: gd_on_error(gd_abort) makes a program
 * die loudly at its first mistake. */
void gd_abort(const char *sentence);

/* gd_fail - reports a failure in the library's way: formats the sentence, keeps it, calls the handler.
 * For operations and optimizers defined outside.  Returns NULL, so that one can return gd_fail(..). */
void *gd_fail(const char *format, ...) GD_FORMAT(1, 2);

#ifdef __cplusplus
}
#endif
#endif

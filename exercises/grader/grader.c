/* grader.c - the frame of every check: the seed, the first message, comparisons.
 *
 * The program ends with 0 for a right answer, 1 for a wrong one and 2 for one that has not been written yet, and prints
 * what grade.sh shows after the exercise's name. */
#include "grader.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { RIGHT = 0, WRONG = 1, NOT_YET = 2 };

/* Ends at once: nothing of the library's runs after a complaint, which may have come out of the middle of a call. */
static _Noreturn void end(int result)
{
    fflush(stdout);
    _Exit(result);
}

_Noreturn void grade_wrong(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    printf("\n");
    end(WRONG);
}

_Noreturn void exercise_not_yet(const char *function)
{
    printf("%s is still to be written\n", function);
    end(NOT_YET);
}

static void complain(const char *message)
{
    size_t length = strlen(message);
    if (strncmp(message, "warning: ", 9) == 0)                  /* nothing has failed */
        return;
    if (length > 8 && strcmp(message + length - 8, " is NULL") == 0)
        grade_wrong("%s; a gradient is NULL until a backward pass has reached it", message);
    grade_wrong("%s", message);
}

void grade_quietly(void) { gd_on_error(NULL); }

void grade_aloud(void)
{
    gd_clear_error();
    gd_on_error(complain);
}

double grade_number(double low, double high)
{
    return gd_item(gd_uniform(GD_SHAPE(), low, high));
}

int grade_whole(int low, int high)
{
    return low + (int)floor(grade_number(0, 1) * (high - low + 1));
}

gd_tensor *grade_normal(gd_shape shape) { return gd_normal(shape, 0, 1); }

bool grade_near(double got, double want)
{
    return fabs(got - want) <= 1e-9 * fmax(1, fabs(want));
}

static bool same_shape(const gd_tensor *a, const gd_tensor *b)
{
    if (a->ndim != b->ndim)
        return false;
    for (int i = 0; i < a->ndim; i++)
        if (a->shape[i] != b->shape[i])
            return false;
    return true;
}

/* The element of got that is farthest from want, in row-major order; -1: all are near. */
static int64_t farthest(gd_tensor *got, gd_tensor *want, double *a, double *b)
{
    GD_SCOPE;
    GD_NO_GRAD;
    gd_tensor *x = gd_contiguous(gd_detach(got)), *y = gd_contiguous(gd_detach(want));
    int64_t at = -1;
    double off = 0;
    for (int64_t i = 0; i < gd_numel(x); i++) {
        double difference = fabs(x->data[i] - y->data[i]);
        if (isnan(x->data[i]) && isnan(y->data[i]))
            continue;
        if (!grade_near(x->data[i], y->data[i]) && !(difference <= off)) {
            at = i, off = difference, *a = x->data[i], *b = y->data[i];
            if (isnan(difference))
                break;
        }
    }
    return at;
}

bool grade_alike(gd_tensor *got, gd_tensor *want)
{
    double a, b;
    return got && same_shape(got, want) && farthest(got, want, &a, &b) < 0;
}

static const char *shape_text(const gd_tensor *t, char *text, size_t size)
{
    size_t used = (size_t)snprintf(text, size, "[");
    for (int i = 0; i < t->ndim; i++)
        used += (size_t)snprintf(text + used, size - used, i ? ", %d" : "%d", (int)t->shape[i]);
    snprintf(text + used, size - used, "]");
    return text;
}

/* " at [1, 3]"; nothing for a scalar. */
static const char *place_text(const gd_tensor *t, int64_t at, char *text, size_t size)
{
    int64_t index[GD_MAX_DIMS];
    text[0] = '\0';
    if (t->ndim == 0)
        return text;
    for (int i = t->ndim - 1; i >= 0; at /= t->shape[i], i--)
        index[i] = at % t->shape[i];
    size_t used = (size_t)snprintf(text, size, " at [");
    for (int i = 0; i < t->ndim; i++)
        used += (size_t)snprintf(text + used, size - used, i ? ", %d" : "%d", (int)index[i]);
    snprintf(text + used, size - used, "]");
    return text;
}

void grade_same(const char *what, gd_tensor *got, gd_tensor *want, const char *hint)
{
    char text[2][200];
    double a = 0, b = 0;
    if (!got)
        grade_wrong("%s is NULL", what);
    if (!same_shape(got, want))
        grade_wrong("%s has the shape %s, and should have %s", what, shape_text(got, text[0], sizeof text[0]),
                    shape_text(want, text[1], sizeof text[1]));
    int64_t at = farthest(got, want, &a, &b);
    if (at >= 0)
        grade_wrong("%s is %.9g%s, and should be %.9g%s%s", what, a, place_text(got, at, text[0], sizeof text[0]), b,
                    hint[0] ? ": " : "", hint);
}

int main(int count, char **argument)
{
    gd_seed(count > 1 ? strtoull(argument[1], NULL, 10) : 1);
    gd_set_threads(1);
    grade_aloud();
    grade();
    printf("right\n");
    end(RIGHT);
}

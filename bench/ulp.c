/* ulp.c - the largest error of the elementary functions, as the library computes them, over every float.
 *
 *     ulp [--every n] [name ...]
 *
 * The reference is the C library's double.  An ulp is the distance of neighbouring floats around the result; a
 * correctly rounded result is at most 0.5 off.  --every: only each n-th float.  All floats of one function take
 * about a minute. */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <gradus.h>

enum { CHUNK = 1 << 16 };

typedef struct function {
    const char *name;
    gd_tensor *(*ours)(gd_tensor *x);
    double     (*exact)(double x);
} function;

static double sigmoid(double x)  { return 1 / (1 + exp(-x)); }
static double softplus(double x) { return x > 0 ? x + log1p(exp(-x)) : log1p(exp(x)); }
static double gelu(double x)     { return x == -INFINITY ? -0.0 : 0.5 * x * erfc(-x * 0.70710678118654752440); }
static double silu(double x)     { return x == -INFINITY ? -0.0 : x / (1 + exp(-x)); }
static double elu(double x)      { return x > 0 ? x : expm1(x); }
static gd_tensor *gd_elu_1(gd_tensor *x) { return gd_elu(x, 1); }

static const function functions[] = {
    { "exp", gd_exp, exp },    { "log", gd_log, log },             { "elu (expm1)", gd_elu_1, elu },
    { "sin", gd_sin, sin },    { "cos", gd_cos, cos },             { "sinh", gd_sinh, sinh },
    { "cosh", gd_cosh, cosh }, { "tanh", gd_tanh, tanh },          { "erf", gd_erf, erf },
    { "sqrt", gd_sqrt, sqrt }, { "sigmoid", gd_sigmoid, sigmoid }, { "softplus", gd_softplus, softplus },
    { "gelu", gd_gelu, gelu }, { "silu", gd_silu, silu },
};

/* |y - exact| in ulps of a float around exact; infinite where one is NaN or infinite and the other is not. */
static double error_in_ulps(float y, double exact)
{
    const double most = (double)FLT_MAX + ldexp(1, 103);        /* rounds to infinity from here on */
    if (isnan(exact) || isnan(y))
        return isnan(exact) && isnan(y) ? 0 : INFINITY;
    if (fabs(exact) >= most || isinf(y)) {
        const bool near = fabs(exact) >= most * (1 - 2 * FLT_EPSILON) && !signbit(y) == !signbit(exact);
        const bool most_finite = fabs(exact) < INFINITY && fabs((double)y) == (double)FLT_MAX;
        return near && (isinf(y) || most_finite) ? 0 : INFINITY;
    }
    int exponent;
    (void)frexp(exact, &exponent);
    const int ulp = exponent - 24 < -149 ? -149 : exponent - 24;
    return ldexp(fabs((double)y - exact), -ulp);
}

static void measure(const function *f, uint64_t every)
{
    static float x[CHUNK];
    double worst = 0;
    float at = 0;
    for (uint64_t bits = 0; bits < UINT64_C(1) << 32;) {
        int64_t n = 0;
        for (; n < CHUNK && bits < UINT64_C(1) << 32; n++, bits += every) {
            const uint32_t word = (uint32_t)bits;
            memcpy(&x[n], &word, sizeof word);
        }
        GD_SCOPE;
        const gd_tensor *y = f->ours(gd_wrap(GD_SHAPE(n), x));
        for (int64_t i = 0; i < n; i++) {
            const double error = error_in_ulps(y->data[i], f->exact((double)x[i]));
            if (error > worst) {
                worst = error;
                at = x[i];
            }
        }
    }
    printf("%-12s %.4f ulp at %.9g\n", f->name, worst, (double)at);
    fflush(stdout);
}

int main(int count, char **argument)
{
    gd_on_error(gd_abort);
    int i = 1;
    uint64_t every = 1;
    if (count > 2 && strcmp(argument[1], "--every") == 0) {
        every = strtoull(argument[2], NULL, 10);
        i = 3;
    }
    if (every == 0)
        return fprintf(stderr, "ulp: --every %s: a number from 1 on is needed\n", argument[2]), 2;
    for (size_t k = 0; k < sizeof functions / sizeof functions[0]; k++) {
        bool asked = i >= count;
        for (int j = i; j < count; j++)
            asked = asked || strncmp(functions[k].name, argument[j], strlen(argument[j])) == 0;
        if (asked)
            measure(&functions[k], every);
    }
    return 0;
}

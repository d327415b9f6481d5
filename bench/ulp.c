/* ulp.c - the largest error of the elementary functions, as the library computes them: in float over every float, in
 * double over random arguments.
 *
 *     ulp [--every n] [name ...]              of float: only each n-th of all 2^32
 *     ulp64 [--count n] [name ...]            of double: n arguments, 10 million unless told otherwise
 *
 * The reference is the C library's next wider type.  An ulp is the distance of neighbouring numbers around the result;
 * a correctly rounded result is at most 0.5 off.  All floats of one function take about a minute.  The random arguments
 * are half of them uniform in [-32, 32], half of all magnitudes, every exponent as likely as another. */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <gradus.h>

enum { CHUNK = 1 << 16 };

#ifdef GD_DOUBLE
typedef long double wide;
#define WIDE(f)  f##l
#define DIGITS   DBL_MANT_DIG
#define MIN_EXP  DBL_MIN_EXP
#define MAX_EXP  DBL_MAX_EXP
#define MOST     DBL_MAX
#else
typedef double wide;
#define WIDE(f)  f
#define DIGITS   FLT_MANT_DIG
#define MIN_EXP  FLT_MIN_EXP
#define MAX_EXP  FLT_MAX_EXP
#define MOST     FLT_MAX
#endif

typedef struct function {
    const char *name;
    gd_tensor *(*ours)(gd_tensor *x);
    wide       (*exact)(wide x);
} function;

#define TIMES_SIGMOID(x, u) ((u) < -30000 ? -0.0 : (x) / (1 + WIDE(exp)(-(u))))
static wide sigmoid(wide x)   { return 1 / (1 + WIDE(exp)(-x)); }
static wide softplus(wide x)  { return x > 0 ? x + WIDE(log1p)(WIDE(exp)(-x)) : WIDE(log1p)(WIDE(exp)(x)); }
static wide gelu(wide x)      { return x < -200 ? -0.0 : x * WIDE(erfc)(-x * (wide)0.70710678118654752440084L) / 2; }
static wide silu(wide x)      { return TIMES_SIGMOID(x, x); }
static wide cubic(wide x)     { return (wide)1.59576912160573071175978L * (x + (wide)0.044715L * x * x * x); }
static wide gelu_tanh(wide x) { return TIMES_SIGMOID(x, cubic(x)); }
static wide elu(wide x)       { return x > 0 ? x : WIDE(expm1)(x); }
static wide root(wide x)      { return WIDE(pow)(x, 0.5); }
static wide cube(wide x)      { return x * x * x; }
static wide power_2_5(wide x) { return WIDE(pow)(x, 2.5); }
static wide inverse(wide x)   { return 1 / x; }
static wide selu_of(wide x)   { return x > 0 ? x : (wide)1.6732632423543772848170L * WIDE(expm1)(x); }
static wide selu(wide x)      { return (wide)1.0507009873554804934193L * selu_of(x); }
static wide mish(wide x)      { return x < -30000 ? -0.0 : x * WIDE(tanh)(softplus(x)); }
static wide logsigmoid(wide x)  { return -softplus(-x); }
static wide rsqrt(wide x)     { return 1 / WIDE(sqrt)(x); }
static wide hardsigmoid(wide x) { return x <= -3 ? 0 : x >= 3 ? 1 : (x + 3) / 6; }
static wide hardswish(wide x) { return x <= -3 ? 0 : x >= 3 ? x : x * (x + 3) / 6; }
static wide angle(wide x)     { return WIDE(atan2)(x, (wide)-0.75); }
static wide angle_to(wide x)  { return WIDE(atan2)((wide)1.5, x); }
static wide power_of(wide x)  { return WIDE(pow)((wide)0.75, x); }
static gd_tensor *gd_angle(gd_tensor *x)     { return gd_atan2(x, gd_scalar(-0.75)); }
static gd_tensor *gd_angle_to(gd_tensor *x)  { return gd_atan2(gd_scalar(1.5), x); }
static gd_tensor *gd_power_of(gd_tensor *x)  { return gd_pow_tensor(gd_scalar(0.75), x); }
static gd_tensor *gd_elu_1(gd_tensor *x)     { return gd_elu(x, 1); }
static gd_tensor *gd_pow_half(gd_tensor *x)  { return gd_pow(x, 0.5); }
static gd_tensor *gd_pow_3(gd_tensor *x)     { return gd_pow(x, 3); }
static gd_tensor *gd_pow_2_5(gd_tensor *x)   { return gd_pow(x, 2.5); }
static gd_tensor *gd_pow_minus(gd_tensor *x) { return gd_pow(x, -1); }

static const function functions[] = {
    { "exp", gd_exp, WIDE(exp) },    { "log", gd_log, WIDE(log) },          { "elu (expm1)", gd_elu_1, elu },
    { "sin", gd_sin, WIDE(sin) },    { "cos", gd_cos, WIDE(cos) },          { "sinh", gd_sinh, WIDE(sinh) },
    { "cosh", gd_cosh, WIDE(cosh) }, { "tanh", gd_tanh, WIDE(tanh) },       { "erf", gd_erf, WIDE(erf) },
    { "sqrt", gd_sqrt, WIDE(sqrt) }, { "sigmoid", gd_sigmoid, sigmoid },    { "softplus", gd_softplus, softplus },
    { "gelu", gd_gelu, gelu },       { "gelu_tanh", gd_gelu_tanh, gelu_tanh }, { "silu", gd_silu, silu },
    { "pow 0.5", gd_pow_half, root }, { "pow 3", gd_pow_3, cube },          { "pow 2.5", gd_pow_2_5, power_2_5 },
    { "pow -1", gd_pow_minus, inverse }, { "expm1", gd_expm1, WIDE(expm1) }, { "log1p", gd_log1p, WIDE(log1p) },
    { "log2", gd_log2, WIDE(log2) }, { "log10", gd_log10, WIDE(log10) },    { "tan", gd_tan, WIDE(tan) },
    { "asin", gd_asin, WIDE(asin) }, { "acos", gd_acos, WIDE(acos) },       { "atan", gd_atan, WIDE(atan) },
    { "asinh", gd_asinh, WIDE(asinh) }, { "acosh", gd_acosh, WIDE(acosh) }, { "atanh", gd_atanh, WIDE(atanh) },
    { "atan2 x, -0.75", gd_angle, angle }, { "atan2 1.5, x", gd_angle_to, angle_to }, { "rsqrt", gd_rsqrt, rsqrt },
    { "reciprocal", gd_reciprocal, inverse }, { "mish", gd_mish, mish },    { "selu", gd_selu, selu },
    { "logsigmoid", gd_logsigmoid, logsigmoid }, { "hardsigmoid", gd_hardsigmoid, hardsigmoid },
    { "hardswish", gd_hardswish, hardswish }, { "0.75^x", gd_power_of, power_of },
};

/* |y - exact| in ulps around exact; infinite where one is NaN or infinite and the other is not. */
static double error_in_ulps(gd_real y, wide exact)
{
    const wide most = (wide)MOST + WIDE(ldexp)(1, MAX_EXP - DIGITS - 1);    /* rounds to infinity from here on */
    if (isnan(exact) || isnan(y))
        return isnan(exact) && isnan(y) ? 0 : INFINITY;
    if (WIDE(fabs)(exact) >= most || isinf(y)) {
        const bool near = WIDE(fabs)(exact) >= most * (1 - WIDE(ldexp)(1, 2 - DIGITS))
                          && !signbit(y) == !signbit(exact);
        const bool most_finite = WIDE(fabs)(exact) < INFINITY && fabs((double)y) == (double)MOST;
        return near && (isinf(y) || most_finite) ? 0 : INFINITY;
    }
    int exponent;
    (void)WIDE(frexp)(exact, &exponent);
    const int ulp = exponent < MIN_EXP ? MIN_EXP - DIGITS : exponent - DIGITS;
    return (double)WIDE(ldexp)(WIDE(fabs)((wide)y - exact), -ulp);
}

#ifdef GD_DOUBLE
/* splitmix64 (Steele, Lea, Flood 2014) */
static uint64_t next(uint64_t *state)
{
    uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* The next arguments; how many there are, 0 at the end. */
static int64_t arguments(gd_real *x, uint64_t *at, uint64_t count, uint64_t *state)
{
    int64_t n = 0;
    for (; n < CHUNK && *at < count; n++, ++*at) {
        const uint64_t word = next(state);
        memcpy(&x[n], &word, sizeof word);
        if (*at % 2)
            x[n] = (gd_real)((double)(word >> 11) * 0x1p-47 - 32);
    }
    return n;
}
#else
static int64_t arguments(gd_real *x, uint64_t *at, uint64_t every, uint64_t *state)
{
    int64_t n = 0;
    (void)state;
    for (; n < CHUNK && *at < UINT64_C(1) << 32; n++, *at += every) {
        const uint32_t word = (uint32_t)*at;
        memcpy(&x[n], &word, sizeof word);
    }
    return n;
}
#endif

static void measure(const function *f, uint64_t how_many)
{
    static gd_real x[CHUNK];
    double worst = 0, sum = 0, normal = 0;
    gd_real at = 0;
    uint64_t place = 0, state = 1;
    for (int64_t n; (n = arguments(x, &place, how_many, &state)) > 0;) {
        GD_SCOPE;
        const gd_tensor *y = f->ours(gd_wrap(GD_SHAPE(n), x));
        for (int64_t i = 0; i < n; i++) {
            const wide exact = f->exact((wide)x[i]);
            const double error = error_in_ulps(y->data[i], exact);
            if (error < 1e9 && isnormal((double)exact)) {
                sum += error;
                normal++;
            }
            if (error > worst) {
                worst = error;
                at = x[i];
            }
        }
    }
    printf("%-12s at most %.4f ulp, at %.9g; %.4f on average\n", f->name, worst, (double)at, sum / normal);
    fflush(stdout);
}

int main(int count, char **argument)
{
    gd_on_error(gd_abort);
    int i = 1;
    uint64_t how_many = sizeof(gd_real) == 4 ? 1 : 10000000;
    if (count > 2 && (strcmp(argument[1], "--every") == 0 || strcmp(argument[1], "--count") == 0)) {
        how_many = strtoull(argument[2], NULL, 10);
        i = 3;
    }
    if (how_many == 0)
        return fprintf(stderr, "ulp: %s %s: a number from 1 on is needed\n", argument[1], argument[2]), 2;
    for (size_t k = 0; k < sizeof functions / sizeof functions[0]; k++) {
        bool asked = i >= count;
        for (int j = i; j < count; j++)
            asked = asked || strncmp(functions[k].name, argument[j], strlen(argument[j])) == 0;
        if (asked)
            measure(&functions[k], how_many);
    }
    return 0;
}

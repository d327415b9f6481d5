/* The check of 02_chain: chains of one to six links in random order. */
#include "grader.h"

static double square(double x)       { return x * x; }
static double square_slope(double x) { return 2 * x; }
static double wave(double x)         { return sin(x); }
static double wave_slope(double x)   { return cos(x); }
static double bell(double x)         { return exp(-x * x); }
static double bell_slope(double x)   { return -2 * x * exp(-x * x); }
static double line(double x)         { return 3 * x - 1; }
static double line_slope(double x)   { return (void)x, 3; }

static const chain_link kinds[] = { { square, square_slope }, { wave, wave_slope }, { bell, bell_slope },
                                    { line, line_slope } };

void grade(void)
{
    for (int round = 0; round < 40; round++) {
        chain_link links[6];
        int n = round < 4 ? 1 : grade_whole(2, 6);
        const double x = grade_number(0.5, 1.5);
        double want = 1, all_at_x = 1, sum = 0, at = x;
        for (int i = 0; i < n; i++) {
            links[i] = kinds[grade_whole(0, 3)];
            want *= links[i].slope(at);
            sum += links[i].slope(at);
            all_at_x *= links[i].slope(x);
            at = links[i].value(at);
        }
        double got = chain(links, n, x);
        if (fabs(got - want) <= 1e-9 * fabs(want))
            continue;
        if (n > 1 && grade_near(got, all_at_x))
            grade_wrong("every derivative was taken at x = %.6g; take each at what goes into its own link", x);
        if (n > 1 && grade_near(got, sum))
            grade_wrong("for %d links you return the sum of their derivatives, and dy/dx is their product", n);
        if (grade_near(got, at))
            grade_wrong("the value y came back instead of dy/dx: for x = %.6g and %d links", x, n);
        grade_wrong("for %d link%s at x = %.6g you return %.9g, and dy/dx is %.9g", n, n > 1 ? "s" : "", x, got, want);
    }
}

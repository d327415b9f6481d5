/* test_random.c - distributions against their moments and probabilities, with fixed seeds; generators. */
#include "support/support.h"

enum { MANY = 200000 };

/* mean and variance within five standard errors, taken as sqrt(variance / n) and variance sqrt(kurtosis / n). */
static void ck_moments(const gd_tensor *t, double mean, double variance, double kurtosis)
{
    double m = 0, v = 0;
    const double n = (double)t->numel;
    for (int64_t i = 0; i < t->numel; i++)
        m += (double)t->data[i] / n;
    for (int64_t i = 0; i < t->numel; i++)
        v += ((double)t->data[i] - m) * ((double)t->data[i] - m) / n;
    ck_near(m, mean, 5 * sqrt(variance / n));
    ck_near(v, variance, 5 * variance * sqrt(kurtosis / n));
}

/* Pearson's chi square of counts against probabilities; beyond mean + 5 deviations is a failure. */
static void ck_counts(const double *count, const double *probability, int n, double draws)
{
    double chi = 0;
    for (int i = 0; i < n; i++)
        chi += (count[i] - draws * probability[i]) * (count[i] - draws * probability[i]) / (draws * probability[i]);
    ck_assert_msg(chi < n - 1 + 5 * sqrt(2.0 * (n - 1)), "chi square is %g for %d classes", chi, n);
}

START_TEST(whole_numbers_are_equally_likely)
{
    double count[7] = { 0 };
    const double p = 1 / 7.0, probability[] = { p, p, p, p, p, p, p };
    gd_seed(1);
    gd_tensor *t = gd_randint(GD_SHAPE(MANY / 100, 100), -3, 4);
    ck_shape(t, MANY / 100, 100);
    bool whole = true;
    for (int64_t i = 0; i < t->numel; i++) {
        const double x = (double)t->data[i];
        whole &= x == floor(x) && x >= -3 && x <= 3;
        count[whole ? (int)x + 3 : 0]++;
    }
    ck_assert(whole);
    ck_counts(count, probability, 7, MANY);
    ck_values(gd_randint(GD_SHAPE(3), 5, 6), 5, 5, 5);
    ck_contiguous_shape(gd_randint(GD_SHAPE(0, 3), 0, 2), 0, 3);
    ck_refused(gd_randint(GD_SHAPE(2), 4, 4), "gd_randint: low = 4 must be below high = 4");
    gd_clear_error();
    ck_assert_ptr_null(gd_randint(GD_SHAPE(2), 0, INT64_MAX));
    ck_message_begins("gd_randint: low = 0 and high = 9223372036854775807: ");
}
END_TEST

START_TEST(exponential_numbers)
{
    gd_seed(2);
    gd_tensor *t = gd_exponential(GD_SHAPE(MANY), 4);
    ck_moments(t, 0.25, 1 / 16.0, 8);
    bool positive = true;
    for (int64_t i = 0; i < t->numel; i++)
        positive &= t->data[i] >= 0;
    ck_assert(positive);
    ck_refused(gd_exponential(GD_SHAPE(2), 0), "gd_exponential: rate = 0 must be positive and finite");
    ck_refused(gd_exponential(GD_SHAPE(2), NAN), "gd_exponential: rate = nan must be positive and finite");
    ck_assert_ptr_null(gd_exponential(GD_SHAPE(2), 1e-320));
    ck_message_begins("gd_exponential: rate = 9.99989e-321: the numbers must be finite in ");
}
END_TEST

START_TEST(bernoulli_numbers)
{
    const double p[] = { 0, 0.25, 0.5, 1 };
    double sum[4] = { 0 };
    gd_seed(3);
    gd_tensor *wide = gd_expand(tensor_of(GD_SHAPE(4), p), GD_SHAPE(MANY / 4, 4)), *t = gd_bernoulli(wide);
    ck_contiguous_shape(t, MANY / 4, 4);
    bool bits = true;
    for (int64_t i = 0; i < t->numel; i++) {
        bits &= t->data[i] == 0 || t->data[i] == 1;
        sum[i % 4] += (double)t->data[i];
    }
    ck_assert(bits);
    ck_assert(sum[0] == 0 && sum[3] == MANY / 4);
    for (int i = 1; i < 3; i++)
        ck_near(sum[i] / (MANY / 4), p[i], 5 * sqrt(p[i] * (1 - p[i]) / (MANY / 4)));
    ck_refused(gd_bernoulli(tensor_of(GD_SHAPE(2), (double[]){ 0.5, 1.5 })),
               "gd_bernoulli: element 1 of p is 1.5, and probabilities lie in [0, 1]");
    ck_refused(gd_bernoulli(gd_full(GD_SHAPE(1), NAN)),
               "gd_bernoulli: element 0 of p is nan, and probabilities lie in [0, 1]");
}
END_TEST

static double density(double x)
{
    return exp(-x * x / 2) / sqrt(2 * 3.14159265358979323846);
}

/* By Simpson's rule: moments of a standard normal distribution between a and b. */
static double moment(double a, double b, int power, double centre)
{
    enum { STEPS = 20000 };
    double sum = 0, whole = 0;
    for (int i = 0; i <= STEPS; i++) {
        const double x = a + (b - a) * i / STEPS, weight = i == 0 || i == STEPS ? 1 : i % 2 ? 4 : 2;
        const double d = weight * exp((a > 0 ? a * a : b < 0 ? b * b : 0) / 2) * density(x);
        whole += d;
        sum += d * pow(x - centre, power);
    }
    return sum / whole;
}

START_TEST(truncated_normal_numbers)
{
    static const double bounds[][2] = {
        { -2, 2 }, { -0.1, 0.2 }, { 0, 5 }, { 1, 1.5 }, { 3, 9 }, { 8, 14 }, { -9, -6 }, { -5, 0.5 }, { 0.5, 3 }, { -3,
        0 }, { 30, 31 }
    };
    for (size_t k = 0; k < sizeof bounds / sizeof *bounds; k++) {
        const double a = bounds[k][0], b = bounds[k][1], mean = moment(a, b, 1, 0), variance = moment(a, b, 2, mean);
        gd_seed(10 + k);
        gd_tensor *t = gd_truncated_normal(GD_SHAPE(MANY), 0, 1, a, b);
        bool inside = true;
        for (int64_t i = 0; i < t->numel; i++)
            inside &= (double)t->data[i] >= a && (double)t->data[i] <= b;
        ck_assert(inside);
        ck_moments(t, mean, variance, moment(a, b, 4, mean) / (variance * variance));
    }
    gd_seed(5);
    ck_moments(gd_truncated_normal(GD_SHAPE(MANY), 3, 2, -INFINITY, INFINITY), 3, 4, 3);
    gd_tensor *far = gd_truncated_normal(GD_SHAPE(1000), 0, 1, 1e6, INFINITY);
    for (int i = 0; i < 1000; i++)
        ck_assert((double)far->data[i] >= 1e6 && (double)far->data[i] < 1e6 + 1);
    ck_values(gd_truncated_normal(GD_SHAPE(2), 0, 1, 0.5, 0.5), 0.5, 0.5);
    ck_refused(gd_truncated_normal(GD_SHAPE(2), 0, 1, 2, 1), "gd_truncated_normal: low = 2 must not be above high = 1");
    ck_refused(gd_truncated_normal(GD_SHAPE(2), 0, 0, 1, 2),
               "gd_truncated_normal: mean = 0 must be finite, and std = 0 positive and finite");
    ck_refused(gd_truncated_normal(GD_SHAPE(2), 0, 1, 1e10, 1e11), "gd_truncated_normal: mean = 0 lies more than 1e9 "
               "std "
                                                                   "= 1 outside of low = 1e+10 .. high = 1e+11");
}
END_TEST

START_TEST(draws_in_proportion_to_weights)
{
    const double weights[] = { 1, 0, 2, 5, 1e-320, 2 }, share[] = { 0.1, 0.2, 0.5, 0.2 };
    double count[6] = { 0 }, first[6] = { 0 };
    gd_seed(6);
    gd_tensor *w = tensor_of(GD_SHAPE(6), weights), *t = gd_multinomial(w, MANY, true);
    ck_shape(t, MANY);
    for (int i = 0; i < MANY; i++)
        count[(int)t->data[i]]++;
    ck_assert(count[1] == 0 && count[4] == 0);
    ck_counts((double[]){ count[0], count[2], count[3], count[5] }, share, 4, MANY);
    enum { ROWS = 50000 };
    bool different = true;
    double second = 0;                                  /* after 3 was drawn, 2 and 5 have 2/5 each, 0 has 1/5 */
    t = gd_multinomial(gd_expand(w, GD_SHAPE(ROWS, 6)), 3, false);
    ck_shape(t, ROWS, 3);
    for (int i = 0; i < ROWS; i++) {
        const gd_real *row = t->data + 3 * i;
        different &= row[0] != row[1] && row[0] != row[2] && row[1] != row[2] && row[0] != 1 && row[1] != 1;
        first[(int)row[0]]++;
        second += row[0] == 3 && row[1] == 0;
    }
    ck_assert(different);
    ck_counts((double[]){ first[0], first[2], first[3], first[5] }, share, 4, ROWS);
    ck_near(second / ROWS, 0.5 * 0.2, 5 * sqrt(0.09 / ROWS));
    ck_shape(gd_multinomial(w, 0, true), 0);
    ck_refused(gd_multinomial(tensor_of(GD_SHAPE(3), (double[]){ 1, 0, 1 }), 3, false),
               "gd_multinomial: row 0 has 2 positive weights: 3 needed");
    ck_refused(gd_multinomial(gd_zeros(GD_SHAPE(2, 2)), 1, true),
               "gd_multinomial: row 0 has 0 positive weights: 1 needed");
    ck_refused(gd_multinomial(tensor_of(GD_SHAPE(2), (double[]){ 1, -1 }), 1, true),
               "gd_multinomial: weight 1 of row 0 is -1: weights are finite and not negative");
    ck_refused(gd_multinomial(gd_scalar(1), 1, true), "gd_multinomial: weights is []: [n] or [rows, n] expected");
    ck_refused(gd_multinomial(w, -1, true), "gd_multinomial: draws = -1 must not be negative");
}
END_TEST

START_TEST(chooses_rows)
{
    gd_seed(7);
    gd_tensor *x = gd_reshape(gd_arange(0, 12, 1), GD_SHAPE(2, 6)), *view = gd_transpose(x, 0, 1);
    gd_tensor *t = gd_random_choice(view, 6, false, NULL);
    bool seen[6] = { false };
    ck_contiguous_shape(t, 6, 2);
    for (int i = 0; i < 6; i++) {
        ck_assert(t->data[2 * i + 1] == t->data[2 * i] + 6);
        seen[(int)t->data[2 * i]] = true;
    }
    for (int i = 0; i < 6; i++)
        ck_assert(seen[i]);
    ck_values(gd_random_choice(gd_arange(0, 3, 1), 4, true, tensor_of(GD_SHAPE(3), (double[]){ 0, 0, 2 })), 2, 2, 2, 2);
    ck_refused(gd_random_choice(gd_zeros(GD_SHAPE(0)), 1, true, NULL),
               "gd_random_choice: x is [0]: there is nothing to choose from");
    ck_refused(gd_random_choice(x, 1, true, gd_ones(GD_SHAPE(3))),
               "gd_random_choice: x is [2, 6] and weights is [3]: [2] expected");
    ck_assert_ptr_null(gd_random_choice(x, 3, false, NULL));
    ck_message("gd_multinomial: row 0 has 2 positive weights: 3 needed");
}
END_TEST

START_TEST(generators_stand_beside_the_threads)
{
    uint64_t state[4], zeros[4] = { 0 };
    gd_seed(11);
    gd_tensor *expected = gd_uniform(GD_SHAPE(5), 0, 1), *next = gd_uniform(GD_SHAPE(5), 0, 1);
    gd_seed(11);
    gd_generator *g = gd_generator_new(11), *other = gd_generator_new(12);
    ck_assert_ptr_null(gd_generator_use(g));
    ck_assert(same_bits(gd_uniform(GD_SHAPE(5), 0, 1), expected));
    {
        GD_GENERATOR(other);
        ck_assert(!same_bits(gd_uniform(GD_SHAPE(5), 0, 1), expected));
        gd_seed(11);                                    /* seeds the one in use */
        ck_assert(same_bits(gd_uniform(GD_SHAPE(5), 0, 1), expected));
    }
    ck_good(gd_generator_state(NULL, state));
    ck_assert(same_bits(gd_uniform(GD_SHAPE(5), 0, 1), next));
    ck_good(gd_generator_set_state(g, state));
    ck_assert(same_bits(gd_uniform(GD_SHAPE(5), 0, 1), next));
    ck_assert(gd_generator_use(NULL) == g);
    ck_assert(same_bits(gd_uniform(GD_SHAPE(5), 0, 1), expected));      /* the thread's own did not move */
    ck_good(gd_generator_seed(g, 11));
    gd_generator_use(g);
    ck_assert(same_bits(gd_uniform(GD_SHAPE(5), 0, 1), expected));
    gd_generator_free(g);                               /* the thread's own again */
    ck_assert(same_bits(gd_uniform(GD_SHAPE(5), 0, 1), next));
    ck_refused(gd_generator_set_state(other, zeros),
               "gd_generator_set_state: state is all zeros, from which a generator never gets away");
    gd_generator_free(other);
}
END_TEST

START_TEST(after_gd_shutdown_the_first_thread_begins_again)
{
    gd_real drawn[2][3];
    for (int i = 0; i < 2; i++) {
        gd_shutdown();
        if (i)
            gd_seed(0);
        ck_assert(gd_copy_out(gd_uniform(GD_SHAPE(3), 0, 1), drawn[i]));
    }
    ck_assert(memcmp(drawn[0], drawn[1], sizeof drawn[0]) == 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("random");
    TCase *tests = tcase_create("random");
    tcase_add_checked_fixture(tests, quietly, NULL);
    tcase_add_test(tests, whole_numbers_are_equally_likely);
    tcase_add_test(tests, exponential_numbers);
    tcase_add_test(tests, bernoulli_numbers);
    tcase_add_test(tests, truncated_normal_numbers);
    tcase_add_test(tests, draws_in_proportion_to_weights);
    tcase_add_test(tests, chooses_rows);
    tcase_add_test(tests, generators_stand_beside_the_threads);
    tcase_add_test(tests, after_gd_shutdown_the_first_thread_begins_again);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}

/* test_optim_options_table.c - the values of every option of every optimizer, as defaults and in each dialect: from the
 * documents of PyTorch 2, Keras 3, optax, TensorFlow Addons, the book and the papers, not from the library. */
#include "support/number_table.h"

#include "gradus.h"

enum { DIALECTS = GD_D2L_TF_AS_PRINTED + 1 };

typedef gd_optimizer *maker(gd_params *p, int dialect);     /* -1: defaults */
#define MAKER(name) \
    static gd_optimizer *make_##name(gd_params *p, int dialect) \
    { \
        return gd_##name(p, dialect < 0 ? gd_##name##_defaults() : gd_##name##_dialect((gd_dialect)dialect)); \
    }
MAKER(sgd) MAKER(adagrad) MAKER(rmsprop) MAKER(adadelta) MAKER(adam) MAKER(adamw) MAKER(yogi) MAKER(adamax) MAKER(nadam)
MAKER(radam) MAKER(adabelief) MAKER(lamb) MAKER(muon) MAKER(lion) MAKER(asgd) MAKER(rprop) MAKER(lbfgs)
MAKER(adafactor) MAKER(schedule_free_adamw)

/* Options that are not named are 0 in defaults, and as in defaults in a dialect.  NULL: there is no such dialect. */
static const struct one_algorithm {
    const char *name;
    maker      *make;
    const char *defaults, *dialect[DIALECTS];
} algorithms[] = {
    { "gd_sgd", make_sgd, "lr=1e-3", {
        [GD_TORCH] = "", [GD_D2L] = "lr=0.05", [GD_KERAS] = "lr=0.01 momentum_form=1", [GD_OPTAX] = "" } },
    { "gd_adagrad", make_adagrad, "lr=1e-2 eps=1e-10", {
        [GD_TORCH] = "", [GD_D2L] = "lr=0.1 eps=1e-6 eps_mode=1",
        [GD_KERAS] = "lr=1e-3 eps=1e-7 eps_mode=1 init_v=0.1",
        [GD_OPTAX] = "eps=1e-7 eps_mode=1 init_v=0.1" } },
    { "gd_rmsprop", make_rmsprop, "lr=1e-2 rho=0.99 eps=1e-8", {
        [GD_TORCH] = "", [GD_D2L] = "rho=0.9 eps=1e-6 eps_mode=1",
        [GD_KERAS] = "lr=1e-3 rho=0.9 eps=1e-7 eps_mode=1 momentum_form=1", [GD_OPTAX] = "rho=0.9 eps_mode=1" } },
    { "gd_adadelta", make_adadelta, "lr=1 rho=0.9 eps=1e-6", {
        [GD_TORCH] = "", [GD_D2L] = "eps=1e-5", [GD_KERAS] = "lr=1e-3 rho=0.95 eps=1e-7", [GD_OPTAX] = "",
        [GD_PAPER] = "rho=0.95" } },
    { "gd_adam", make_adam, "lr=1e-3 beta1=0.9 beta2=0.999 eps=1e-8", {
        [GD_TORCH] = "", [GD_D2L] = "lr=0.01 eps=1e-6 step_counter=1", [GD_OPTAX] = "step_counter=1",
        [GD_KERAS] = "eps=1e-7 eps_mode=2 step_counter=1", [GD_PAPER] = "step_counter=1",
        [GD_D2L_TF_AS_PRINTED] = "lr=0.01 eps=1e-6 eps_mode=3 step_counter=2" } },
    { "gd_adamw", make_adamw, "lr=1e-3 beta1=0.9 beta2=0.999 eps=1e-8 weight_decay=1e-2 wd_mode=1", {
        [GD_TORCH] = "", [GD_KERAS] = "eps=1e-7 eps_mode=2 weight_decay=4e-3 step_counter=1",
        [GD_OPTAX] = "weight_decay=1e-4 step_counter=1", [GD_PAPER] = "weight_decay=0 wd_mode=2 step_counter=1" } },
    { "gd_yogi", make_yogi, "lr=0.01 beta1=0.9 beta2=0.999 eps=1e-3", {
        [GD_D2L] = "step_counter=1", [GD_OPTAX] = "init_m=1e-6 init_v=1e-6 step_counter=1",
        [GD_TFA] = "init_v=1e-6 eps_mode=2 step_counter=1",
        [GD_PAPER] = "init_v_from_first_grad=1 bias_correction=3 step_counter=1",
        [GD_D2L_TF_AS_PRINTED] = "eps=1e-6 eps_mode=3 step_counter=1" } },
    { "gd_adamax", make_adamax, "lr=2e-3 beta1=0.9 beta2=0.999 eps=1e-8", {
        [GD_TORCH] = "", [GD_KERAS] = "lr=1e-3 eps=1e-7 adamax_eps=1 step_counter=1", [GD_OPTAX] = "step_counter=1",
        [GD_PAPER] = "adamax_eps=2 step_counter=1" } },
    { "gd_nadam", make_nadam, "lr=2e-3 beta1=0.9 beta2=0.999 eps=1e-8 nadam_psi=4e-3", {
        [GD_TORCH] = "", [GD_KERAS] = "lr=1e-3 eps=1e-7 nadam_psi=1 step_counter=1",
        [GD_OPTAX] = "constant_mu=1 step_counter=1", [GD_PAPER] = "step_counter=1" } },
    { "gd_radam", make_radam, "lr=1e-3 beta1=0.9 beta2=0.999 eps=1e-8 eps_mode=2 radam_threshold=5 radam_strict=1", {
        [GD_TORCH] = "", [GD_OPTAX] = "eps_mode=0 radam_strict=0 step_counter=1",
        [GD_PAPER] = "eps_mode=0 radam_threshold=4 step_counter=1" } },
    { "gd_adabelief", make_adabelief, "lr=1e-3 beta1=0.9 beta2=0.999 eps=1e-16 eps_root=1e-16", {
        [GD_OPTAX] = "old_m=1 step_counter=1", [GD_PAPER] = "step_counter=1" } },
    { "gd_lamb", make_lamb, "lr=1e-3 beta1=0.9 beta2=0.999 eps=1e-6", {
        [GD_OPTAX] = "step_counter=1", [GD_TFA] = "step_counter=1", [GD_PAPER] = "most_length=10 step_counter=1" } },
    { "gd_muon", make_muon, "lr=1e-3 momentum=0.95 nesterov=1 ns_steps=5 ns_a=3.4445 ns_b=-4.7750 ns_c=2.0315 eps=1e-7 "
                            "weight_decay=0.1 beta1=0.9 beta2=0.999", {
        [GD_TORCH] = "", [GD_PAPER] = "lr=0.02 weight_decay=0",
        [GD_OPTAX] = "eps=1e-8 weight_decay=0 corrected=1 eps_added=1 rows_are_inputs=1 step_counter=1" } },
    { "gd_lion", make_lion, "lr=1e-4 beta1=0.9 beta2=0.99", {
        [GD_KERAS] = "lr=1e-3", [GD_OPTAX] = "weight_decay=1e-3", [GD_PAPER] = "" } },
    { "gd_schedule_free_adamw", make_schedule_free_adamw, "lr=2.5e-3 beta1=0.9 beta2=0.999 eps=1e-8", {
        [GD_OPTAX] = "largest_lr=1 step_counter=1" } },
    { "gd_adafactor", make_adafactor,
      sizeof(gd_real) == 4 ? "lr=1e-2 beta2_decay=-0.8 eps1=1.1920928955078125e-07 eps2=1e-3 clip=1"
                           : "lr=1e-2 beta2_decay=-0.8 eps1=2.220446049250313e-16 eps2=1e-3 clip=1", {
        [GD_TORCH] = "", [GD_PAPER] = "eps1=1e-30 eps1_added=1 step_counter=1" } },
    { "gd_asgd", make_asgd, "lr=1e-2 lambd=1e-4 alpha=0.75 t0=1e6", { [GD_TORCH] = "" } },
    { "gd_rprop", make_rprop, "lr=1e-2 eta_minus=0.5 eta_plus=1.2 step_min=1e-6 step_max=50", { [GD_TORCH] = "" } },
    { "gd_lbfgs", make_lbfgs, "lr=1 max_iter=20 tolerance_grad=1e-7 tolerance_change=1e-9 history_size=100 "
                              "line_search=1 c1=1e-4 c2=0.9", { [GD_TORCH] = "line_search=0" } },
};
enum { ALGORITHMS = sizeof algorithms / sizeof *algorithms };

/* The number after "name=" in text; otherwise the other one. */
static double named(const char *text, const char *name, double otherwise)
{
    const size_t length = strlen(name);
    for (const char *at = text; *at; at += strcspn(at, " "), at += *at == ' ')
        if (strncmp(at, name, length) == 0 && at[length] == '=')
            return strtod(at + length + 1, NULL);
    return otherwise;
}

static void compare_options(const struct one_algorithm *a, int dialect)
{
    gd_params *p = gd_params_new();
    gd_param(p, "w", gd_zeros(GD_SHAPE(2)));
    gd_optimizer *o = a->make(p, dialect);
    ck_assert_msg(o != NULL, "%s, dialect %d: %s", a->name, dialect, gd_last_error());
    const char *text = dialect < 0 ? "" : a->dialect[dialect];
    const gd_option lr = { .name = "lr" }, *f = &lr;
    for (int k = 0; f->name; f = &o->algorithm->options[k++]) {
        const double want = named(text, f->name, named(a->defaults, f->name, 0));
        const double got = gd_group_get(&o->first, f->name);
        ck_assert_msg(got == want, "%s, dialect %d: %s = %g, not %g", a->name, dialect, f->name, got, want);
    }
    gd_optimizer_free(o);
    gd_params_free(p);
}

START_TEST(defaults_and_dialects)
{
    compare_options(&algorithms[_i], -1);
    for (int dialect = 0; dialect < DIALECTS; dialect++)
        if (algorithms[_i].dialect[dialect])
            compare_options(&algorithms[_i], dialect);
    ck_no_message();
}
END_TEST

/* The dialect's message stands when its options are handed on; once another one has taken its place, lr is refused. */
START_TEST(dialects_that_there_are_not)
{
    static const char *const names[] = {
        "GD_TORCH", "GD_D2L", "GD_KERAS", "GD_OPTAX", "GD_TFA", "GD_PAPER", "GD_D2L_TF_AS_PRINTED"
    };
    const struct one_algorithm *a = &algorithms[_i];
    gd_params *p = gd_params_new();
    for (int dialect = 0; dialect <= DIALECTS; dialect++) {
        if (dialect < DIALECTS && a->dialect[dialect])
            continue;
        char want[160];
        if (dialect < DIALECTS)
            snprintf(want, sizeof want, "%s_dialect: there is no dialect %s of this algorithm", a->name,
                     names[dialect]);
        else
            snprintf(want, sizeof want, "%s_dialect: dialect = %d is not a gd_dialect", a->name, dialect);
        ck_assert_ptr_null(a->make(p, dialect));
        ck_message(want);
    }
    gd_params_free(p);
}
END_TEST

START_TEST(a_refused_dialect_is_told_once)
{
    gd_params *p = gd_params_new();
    gd_adam_options o = gd_adam_dialect(GD_TFA);
    ck_assert(isnan(o.lr));
    ck_assert_ptr_null(gd_adam(p, o));
    ck_assert_str_eq(gd_last_error(), "gd_adam_dialect: there is no dialect GD_TFA of this algorithm");
    ck_assert_ptr_null(gd_adamw(p, o));                     /* whoever it is handed to */
    ck_message("gd_adam_dialect: there is no dialect GD_TFA of this algorithm");
    ck_assert_ptr_null(gd_adam(p, o));
    ck_message("gd_adam: lr = nan must lie in [0, inf)");
    o = gd_adam_dialect(GD_TFA);
    gd_fail("something else");
    ck_assert_ptr_null(gd_adam(p, o));
    ck_message("gd_adam: lr = nan must lie in [0, inf)");
    gd_adam_dialect(GD_TFA);
    o = gd_adam_defaults();
    o.lr = NAN;                                             /* the program's own */
    ck_assert_ptr_null(gd_adam(p, o));
    ck_message("gd_adam: lr = nan must lie in [0, inf)");
    gd_params_free(p);
}
END_TEST

/* Every struct of options has defaults; where its declaration says that 0 stands for the default, both do the same. */
START_TEST(every_options_struct_has_defaults)
{
#define SAME(type, field) ck_assert_msg(type##_defaults().field == ((type##_options){ 0 }).field, #type ": " #field)
    SAME(gd_csv, separator); SAME(gd_csv, skip); SAME(gd_csv, comment); SAME(gd_csv, no_header);
    SAME(gd_csv, allow_nan); SAME(gd_csv, decimal); SAME(gd_csv, thousands); SAME(gd_csv, skip_columns);
    SAME(gd_csv, max_bytes);
    SAME(gd_loader, batch); SAME(gd_loader, shuffle); SAME(gd_loader, seed); SAME(gd_loader, drop_last);
    SAME(gd_load, other_settings); SAME(gd_load, prefix); SAME(gd_load, into); SAME(gd_load, lenient);
    SAME(gd_gradcheck, eps); SAME(gd_gradcheck, rtol); SAME(gd_gradcheck, atol);
    SAME(gd_pool2d, kernel[0]); SAME(gd_pool2d, stride[1]); SAME(gd_pool2d, padding[1]); SAME(gd_pool2d, count_padding);
#undef SAME
    gd_tensor *x = gd_normal(GD_SHAPE(1, 2, 5, 5), 0, 1), *w = gd_normal(GD_SHAPE(3, 2, 3, 3), 0, 1);
    gd_tensor *a = gd_conv2d(x, w, NULL, gd_conv2d_defaults());
    gd_tensor *b = gd_conv2d(x, w, NULL, (gd_conv2d_options){ .groups = 0 });
    ck_assert(gd_numel(a) == 27 && gd_numel(b) == 27 && memcmp(a->data, b->data, 27 * sizeof *a->data) == 0);
    ck_assert(gd_one_cycle_defaults().div == 25 && gd_plateau_defaults().patience == 10);
    ck_no_message();
}
END_TEST

int main(void)
{
    gd_on_error(NULL);
    Suite *suite = suite_create("optim: the table of options");
    TCase *tc = tcase_create("options");
    tcase_add_loop_test(tc, defaults_and_dialects, 0, ALGORITHMS);
    tcase_add_loop_test(tc, dialects_that_there_are_not, 0, ALGORITHMS);
    tcase_add_test(tc, a_refused_dialect_is_told_once);
    tcase_add_test(tc, every_options_struct_has_defaults);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}

/* test_optim.c - what all algorithms share: the plug, groups, parameters without gradients, frozen ones and late
 * ones, sentences, looking into the state, going on from a saved state, traces. */
#include "optim_support.h"

#include "gradus/plot.h"

/* ---- All algorithms with unusual options, so that every state is kept -------------------------------------- */

#define MAKE(name, algorithm, base, ...) \
    static gd_optimizer *name(gd_params *p) \
    { \
        gd_##algorithm##_options o = gd_##algorithm##_##base; \
        __VA_ARGS__; \
        return gd_##algorithm(p, o); \
    }
MAKE(sgd, sgd, defaults(), o.lr = 0.1, o.momentum = 0.9, o.weight_decay = 0.01, o.dampening = 0.2)
MAKE(plain, sgd, defaults(), o.lr = 0.1)
MAKE(adagrad, adagrad, defaults(), o.lr_decay = 0.1)
MAKE(rmsprop, rmsprop, defaults(), o.centered = true, o.momentum = 0.9)
MAKE(adadelta, adadelta, defaults(), (void)0)
MAKE(adam, adam, defaults(), o.amsgrad = GD_AMSGRAD_RAW)
MAKE(adamw, adamw, defaults(), o.lr = 0.01)
MAKE(yogi, yogi, dialect(GD_PAPER), (void)0)
MAKE(adamax, adamax, defaults(), (void)0)
MAKE(nadam, nadam, dialect(GD_KERAS), (void)0)
MAKE(radam, radam, defaults(), (void)0)
MAKE(lion, lion, defaults(), o.weight_decay = 0.1)
MAKE(rprop, rprop, defaults(), (void)0)
MAKE(asgd, asgd, defaults(), o.t0 = 3)

typedef gd_optimizer *maker(gd_params *p);
static maker *const makers[] = { sgd, plain, adagrad, rmsprop, adadelta, adam, adamw, yogi, adamax, nadam, radam, lion,
                                 rprop, asgd };
enum { MAKERS = sizeof makers / sizeof makers[0] };

static uint64_t state = 1;

static double noise(void)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (double)(int64_t)(state >> 11) / 4503599627370496.0 - 1;
}

static gd_tensor *noisy(gd_shape shape)
{
    gd_tensor *t = gd_zeros(shape);
    for (int64_t i = 0; i < gd_numel(t); i++)
        t->data[i] = (gd_real)noise();
    return t;
}

typedef struct model { gd_params *net; gd_tensor *a, *b; } model;

static model model_new(void)
{
    model m = { .net = gd_params_new() };
    state = 3;
    m.a = gd_param(m.net, "a", noisy(GD_SHAPE(3, 4)));
    gd_buffer(m.net, "running", gd_zeros(GD_SHAPE(2)));
    m.b = gd_param(m.net, "b.bias", noisy(GD_SHAPE(5)));
    return m;
}

static void random_step(gd_optimizer *o, const model *m, bool with_b)
{
    GD_SCOPE;
    gd_set_grad(m->a, noisy(GD_SHAPE(3, 4)));
    gd_tensor *g = noisy(GD_SHAPE(5));
    if (with_b)
        gd_set_grad(m->b, g);
    ck_assert(gd_step(o));
    gd_zero_grad(o);
}

static bool same(const gd_tensor *x, const gd_tensor *y)
{
    return memcmp(x->data, y->data, (size_t)gd_numel(x) * sizeof(gd_real)) == 0;
}

/* ---- The plug -------------------------------------------------------------------------------------------------- */

typedef struct sign_options { double lr; } sign_options;

static void sign_update(const gd_update *u)
{
    for (int64_t i = 0; i < u->n; i++)
        u->w[i] -= (gd_real)u->lr * (gd_real)((u->g[i] > 0) - (u->g[i] < 0));
}

static const gd_algorithm sign = {
    .name = "sign", .options_size = sizeof(sign_options), .update = sign_update
};

START_TEST(ten_lines_are_an_optimizer)
{
    gd_on_error(NULL);
    model m = model_new();
    gd_optimizer *o = gd_optimizer_new(m.net, &sign, &(sign_options){ .lr = 0.25 });
    ck_assert_ptr_nonnull(o);
    gd_group *biases = gd_optimizer_group(o, "b.", &(sign_options){ .lr = 0.5 });
    ck_assert(gd_set_schedule(&o->first, gd_lr_step(0.25, 1, 0.5)));
    ck_assert(gd_optimizer_trace(o, m.a, GD_SHAPE(0, 0)));
    gd_fill(gd_freeze(m.a), 1);
    gd_fill(gd_freeze(m.b), 1);
    for (int i = 0; i < 2; i++) {
        gd_set_grad(m.a, gd_full(GD_SHAPE(3, 4), 7));
        gd_set_grad(m.b, gd_full(GD_SHAPE(5), -3));
        ck_assert(gd_step(o));
    }
    ck_assert(m.a->data[11] == (gd_real)0.625 && m.b->data[4] == 2 && biases->lr == 0.5);
    ck_assert(gd_trace_rows(o) == 2 && gd_trace_at(o, 1)->moved == -0.125);
    ck_assert(gd_optimizer_state(o, m.a, "exp_avg") == NULL);
    ck_sentence("gd_optimizer_state: sign has no state \"exp_avg\"");
    ck_assert_double_eq(*gd_optimizer_number(o, m.a, "step"), 2);
    ck_assert(gd_optimizer_number(o, m.a, "mu") == NULL);
    ck_sentence("gd_optimizer_number: sign has no number \"mu\"");
    gd_optimizer_free(o);
    ck_assert(gd_optimizer_new(m.net, &sign, &(sign_options){ .lr = NAN }) == NULL);
    ck_sentence("sign: lr = nan must lie in [0, inf)");
    ck_assert(gd_optimizer_new(m.net, &(gd_algorithm){ .name = "x" }, &(sign_options){ 1 }) == NULL);
    ck_sentence("gd_optimizer_new: an algorithm needs a name, an update and options that begin with double lr");
    gd_params_free(m.net);
}
END_TEST

/* ---- Which parameters move --------------------------------------------------------------------------------------- */

/* b sees every second gradient only: it must move like a b of its own that sees just those. */
START_TEST(steps_without_gradient_do_not_count)
{
    model m = model_new(), alone = model_new();
    gd_optimizer *o = makers[_i](m.net), *reference = makers[_i](alone.net);
    bool global = makers[_i] == yogi || makers[_i] == nadam;
    for (int i = 1; i <= 10; i++) {
        GD_SCOPE;
        state = (uint64_t)i;
        gd_tensor *ga = noisy(GD_SHAPE(3, 4)), *gb = noisy(GD_SHAPE(5));
        gd_tensor *before = gd_keep(m.b);
        gd_set_grad(m.a, ga);
        if (i % 2 == 0) {
            gd_set_grad(m.b, gb);
            gd_set_grad(alone.b, gb);
            ck_assert(gd_step(reference));
        }
        ck_assert(gd_step(o));
        ck_assert(i % 2 == 0 || same(before, m.b));
        gd_zero_grad(o);
        gd_zero_grad(reference);
    }
    ck_assert_double_eq(*gd_optimizer_number(o, m.a, "step"), 10);
    ck_assert_double_eq(*gd_optimizer_number(o, m.b, "step"), 5);
    ck_assert_int_eq((int)o->steps, 10);
    ck_assert_msg(global || same(m.b, alone.b), "%s", o->algorithm->name);
    gd_optimizer_free(o);
    gd_optimizer_free(reference);
    gd_params_free(m.net);
    gd_params_free(alone.net);
}
END_TEST

static gd_tensor *loss_of(const model *m)
{
    return gd_add(gd_sum(gd_square(m->a)), gd_sum(gd_square(m->b)));
}

START_TEST(frozen_and_late_parameters)
{
    model m = model_new();
    gd_optimizer *o = makers[_i](m.net);
    for (int i = 0; i < 3; i++) {
        GD_SCOPE;
        ck_assert(gd_backward(loss_of(&m)) && gd_step(o));
        gd_zero_grad(o);
    }
    gd_freeze(m.b);
    gd_tensor *b = gd_keep(m.b), *a = gd_keep(m.a);
    gd_tensor *late = gd_param(m.net, "late", gd_full(GD_SHAPE(2), 3));
    for (int i = 0; i < 3; i++) {
        GD_SCOPE;
        ck_assert(gd_backward(gd_add(loss_of(&m), gd_sum(gd_square(late)))) && gd_step(o));
        gd_zero_grad(o);
    }
    ck_assert(same(b, m.b) && !same(a, m.a) && late->data[0] < 3 && late->data[0] == late->data[1]);
    ck_assert_double_eq(*gd_optimizer_number(o, m.b, "step"), 3);
    ck_assert_double_eq(*gd_optimizer_number(o, late, "step"), 3);
    gd_requires_grad(m.b);
    GD_SCOPE;
    ck_assert(gd_backward(loss_of(&m)) && gd_step(o));
    ck_assert(!same(b, m.b));
    ck_assert_double_eq(*gd_optimizer_number(o, m.b, "step"), 4);
    gd_optimizer_free(o);
    gd_params_free(m.net);
}
END_TEST

START_TEST(gradients_of_any_layout)
{
    model m = model_new(), other = model_new();
    gd_optimizer *o = makers[_i](m.net), *o2 = makers[_i](other.net);
    for (int i = 0; i < 5; i++) {
        GD_SCOPE;
        gd_tensor *turned = noisy(GD_SHAPE(4, 3));
        m.a->grad = gd_transpose(turned, 0, 1);
        gd_set_grad(other.a, gd_transpose(turned, 0, 1));
        m.b->grad = gd_expand(noisy(GD_SHAPE(1)), GD_SHAPE(5));
        gd_set_grad(other.b, m.b->grad);
        ck_assert(!m.a->grad->contiguous && other.a->grad->contiguous && !m.b->grad->contiguous);
        ck_assert(gd_step(o) && gd_step(o2));
        gd_zero_grad(o);
        gd_zero_grad(o2);
    }
    ck_assert_msg(same(m.a, other.a) && same(m.b, other.b), "%s", o->algorithm->name);
    gd_optimizer_free(o);
    gd_optimizer_free(o2);
    gd_params_free(m.net);
    gd_params_free(other.net);
}
END_TEST

/* Climbing f is descending -f, to the last bit. */
START_TEST(maximize_is_minus_the_gradient)
{
    model m = model_new(), other = model_new();
    gd_optimizer *o = makers[_i](m.net), *o2 = makers[_i](other.net);
    ck_assert(gd_group_set(&o->first, "maximize", 1));
    for (int i = 0; i < 5; i++) {
        GD_SCOPE;
        gd_tensor *g = noisy(GD_SHAPE(3, 4));
        gd_set_grad(m.a, gd_neg(g));
        gd_set_grad(other.a, g);
        ck_assert(gd_step(o) && gd_step(o2));
    }
    ck_assert_msg(same(m.a, other.a), "%s", o->algorithm->name);
    gd_optimizer_free(o);
    gd_optimizer_free(o2);
    gd_params_free(m.net);
    gd_params_free(other.net);
}
END_TEST

START_TEST(backward_refuses_stale_graphs)
{
    gd_on_error(NULL);
    model m = model_new();
    gd_optimizer *o = makers[_i](m.net);
    GD_SCOPE;
    gd_tensor *loss = loss_of(&m);
    ck_assert(gd_backward(loss) && gd_backward(loss) && gd_step(o));
    ck_no_sentence();
    ck_assert(!gd_backward(loss));
    ck_assert_ptr_nonnull(gd_last_error());
    gd_clear_error();
    gd_optimizer_free(o);
    gd_params_free(m.net);
}
END_TEST

/* ---- Groups -------------------------------------------------------------------------------------------------------- */

START_TEST(groups_have_their_own_options)
{
    gd_on_error(NULL);
    model m = model_new();
    gd_tensor *c = gd_param(m.net, "c", gd_ones(GD_SHAPE(1)));
    gd_sgd_options options = gd_sgd_defaults();
    options.lr = 1;
    gd_optimizer *o = gd_sgd(m.net, options);
    gd_group *biases = gd_optimizer_group(o, "b.", NULL);
    ck_assert(biases->lr == 1);
    ck_assert(gd_group_set(biases, "weight_decay", 0.5) && gd_group_set(biases, "lr", 0.25));
    options.momentum = 0.5;
    options.lr = 2;
    gd_group *third = gd_optimizer_group(o, NULL, &options);
    ck_assert(gd_group_add(third, c));
    gd_tensor *late = gd_param(m.net, "b.late", gd_full(GD_SHAPE(1), 4));
    for (int i = 0; i < 2; i++) {
        gd_set_grad(m.a, gd_ones(GD_SHAPE(3, 4)));
        gd_set_grad(c, gd_ones(GD_SHAPE(1)));
        gd_set_grad(late, gd_ones(GD_SHAPE(1)));
        ck_assert(gd_step(o));
    }
    ck_assert_double_eq_tol(late->data[0], (4 - 0.25 * (1 + 2)) * (1 - 0.125) - 0.25, 1e-6);
    ck_assert_double_eq_tol(c->data[0], 1 - 2 * 1 - 2 * 1.5, 1e-6);
    ck_assert(gd_optimizer_state(o, c, "momentum_buffer") != NULL);
    ck_assert(gd_optimizer_state(o, m.a, "momentum_buffer") == NULL && gd_optimizer_state(o, late, "momentum_buffer") == NULL);
    ck_no_sentence();
    gd_group_set(&o->first, "momentum", 0.5);           /* state from now on */
    ck_assert(gd_step(o) && gd_optimizer_state(o, m.a, "momentum_buffer") != NULL);
    ck_assert(!gd_group_set(biases, "beta1", 0));
    ck_sentence("gd_group_set: gd_sgd has no option \"beta1\"");
    ck_assert(!gd_group_set(biases, "momentum", -1) && gd_group_get(biases, "momentum") == 0);
    ck_sentence("gd_group_set: momentum = -1 must lie in [0, inf)");
    ck_assert(!gd_group_set(biases, "nesterov", 1) && gd_group_get(biases, "nesterov") == 0);
    ck_sentence("gd_sgd: nesterov needs momentum > 0 and dampening = 0, not 0 and 0");
    ck_assert(!gd_group_set(biases, "nesterov", 0.5));
    ck_sentence("gd_group_set: nesterov = 0.5 must be a whole number");
    ck_assert(isnan(gd_group_get(biases, "x")));
    ck_sentence("gd_group_get: gd_sgd has no option \"x\"");
    ck_assert(!gd_group_add(biases, gd_ones(GD_SHAPE(2))));
    ck_sentence("gd_group_add: the tensor, [2], is not a parameter of this optimizer's model");
    options.lr = -1;
    ck_assert(gd_optimizer_group(o, "a", &options) == NULL);
    ck_sentence("gd_sgd: lr = -1 must lie in [0, inf)");
    biases->lr = NAN;
    gd_real before = m.a->data[0];
    ck_assert(!gd_step(o) && m.a->data[0] == before);
    ck_sentence("gd_step: lr = nan must lie in [0, inf)");
    gd_optimizer_free(o);
    gd_params_free(m.net);
}
END_TEST

/* ---- A run that is resumed goes on bit for bit ------------------------------------------------------------------- */

typedef struct saved { char owner[16], name[32]; gd_real values[12]; double number; bool is_number; } saved;
typedef struct store { saved at[64]; int count, next; } store;

static void save(void *context, const char *owner, const char *name, gd_tensor *tensor, double *number)
{
    store *s = context;
    saved *at = &s->at[s->count++];
    snprintf(at->owner, sizeof at->owner, "%s", owner);
    snprintf(at->name, sizeof at->name, "%s", name);
    at->is_number = number != NULL;
    if (number)
        at->number = *number;
    else
        gd_copy_out(tensor, at->values);
}

static void load(void *context, const char *owner, const char *name, gd_tensor *tensor, double *number)
{
    store *s = context;
    const saved *at = &s->at[s->next++];
    ck_assert_str_eq(at->owner, owner);
    ck_assert_str_eq(at->name, name);
    ck_assert(at->is_number == (number != NULL));
    if (number)
        *number = at->number;
    else
        memcpy(tensor->data, at->values, (size_t)gd_numel(tensor) * sizeof(gd_real));
}

START_TEST(resumed_runs_are_identical)
{
    model m = model_new();
    gd_optimizer *o = makers[_i](m.net);
    for (int i = 0; i < 7; i++)
        random_step(o, &m, i > 3);
    static store kept;
    memset(&kept, 0, sizeof kept);
    ck_assert(gd_optimizer_visit(o, save, &kept));
    int64_t steps = o->steps;
    uint64_t random = state;
    model again = model_new();
    GD_NO_GRAD;
    gd_assign(again.a, m.a);
    gd_assign(again.b, m.b);
    state = random;
    for (int i = 0; i < 7; i++)
        random_step(o, &m, i % 2);
    gd_optimizer *resumed = makers[_i](again.net);
    ck_assert(gd_optimizer_start(resumed, again.a) && gd_optimizer_start(resumed, again.b));
    ck_assert(gd_optimizer_visit(resumed, load, &kept));
    ck_assert_int_eq(kept.next, kept.count);
    resumed->steps = steps;
    state = random;
    for (int i = 0; i < 7; i++)
        random_step(resumed, &again, i % 2);
    ck_assert_msg(same(m.a, again.a) && same(m.b, again.b), "%s", o->algorithm->name);
    gd_optimizer_free(o);
    gd_optimizer_free(resumed);
    gd_params_free(m.net);
    gd_params_free(again.net);
}
END_TEST

START_TEST(steady_state_takes_no_memory_and_leaves_none)
{
    model m = model_new();
    gd_optimizer *o = makers[_i](m.net);
    random_step(o, &m, true);
    size_t live = gd_memory_live();
    for (int i = 0; i < 50; i++)
        random_step(o, &m, i % 3 == 0);
    ck_assert_uint_eq(gd_memory_live(), live);
    gd_params_free(m.net);
    gd_optimizer_free(o);                   /* after its model: allowed */
    gd_shutdown();
    ck_assert_uint_eq(gd_memory_live(), 0);
}
END_TEST

/* ---- Sentences ------------------------------------------------------------------------------------------------------ */

/* Every option of every algorithm: NaN, and a number beyond each end, is refused with the option's name. */
START_TEST(every_option_is_checked)
{
    gd_on_error(NULL);
    model m = model_new();
    gd_optimizer *o = makers[_i](m.net);
    int count = 0;
    for (const gd_option *f = o->algorithm->options; f->name; f++, count++) {
        double bad[] = { NAN, f->low - 1, f->high + 1, f->interval[0] == '(' ? f->low : -INFINITY,
                         f->interval[1] == ')' ? f->high : INFINITY };
        char *options = malloc(o->algorithm->options_size);
        for (int k = 0; k < 5; k++) {
            if (isinf(bad[k]) && k < 3)
                continue;
            ck_assert(!gd_group_set(&o->first, f->name, bad[k]));
            char want[160];
            snprintf(want, sizeof want, "gd_group_set: %s = %g must lie in %c%g, %g%c", f->name, bad[k],
                     f->interval[0], f->low, f->high, f->interval[1]);
            ck_sentence(want);
            if (f->kind != GD_OPTION_REAL)
                continue;
            memcpy(options, o->first.options, o->algorithm->options_size);
            memcpy(options + f->offset, &bad[k], sizeof bad[k]);
            ck_assert(gd_optimizer_new(m.net, o->algorithm, options) == NULL);
            memcpy(want, o->algorithm->name, strlen(o->algorithm->name));
            snprintf(want, sizeof want, "%s: %s = %g must lie in %c%g, %g%c", o->algorithm->name, f->name, bad[k],
                     f->interval[0], f->low, f->high, f->interval[1]);
            ck_sentence(want);
        }
        free(options);
    }
    ck_assert_int_ge(count, 4);
    gd_optimizer_free(o);
    gd_params_free(m.net);
}
END_TEST

START_TEST(sentences)
{
    gd_on_error(NULL);
    model m = model_new();
    gd_adam_options adam_options = gd_adam_defaults();
    adam_options.beta1 = 1.2;
    ck_assert(gd_adam(m.net, adam_options) == NULL);
    ck_sentence("gd_adam: beta1 = 1.2 must lie in [0, 1)");
    gd_adamw_options adamw_options = gd_adamw_defaults();
    adamw_options.weight_decay = -1;
    ck_assert(gd_adamw(m.net, adamw_options) == NULL);
    ck_sentence("gd_adamw: weight_decay = -1 must lie in [0, inf)");
    gd_rprop_options rprop_options = gd_rprop_defaults();
    rprop_options.step_max = 1e-7;
    ck_assert(gd_rprop(m.net, rprop_options) == NULL);
    ck_sentence("gd_rprop: step_min = 1e-06 must not be above step_max = 1e-07");
    gd_sgd_options sgd_options = gd_sgd_dialect(GD_KERAS);
    sgd_options.momentum = 0.9;
    sgd_options.dampening = 0.5;
    ck_assert(gd_sgd(m.net, sgd_options) == NULL);
    ck_sentence("gd_sgd: dampening = 0.5 must be 0 unless momentum_form is GD_LR_OUTSIDE");
    gd_lbfgs_options lbfgs_options = gd_lbfgs_defaults();
    lbfgs_options.c1 = 0.95;
    ck_assert(gd_lbfgs(m.net, lbfgs_options) == NULL);
    ck_sentence("gd_lbfgs: c1 = 0.95 must be below c2 = 0.9");
    lbfgs_options = gd_lbfgs_defaults();
    lbfgs_options.max_iter = 0;
    ck_assert(gd_lbfgs(m.net, lbfgs_options) == NULL);
    ck_sentence("gd_lbfgs: max_iter = 0 must lie in [1, inf)");
    ck_assert(gd_adam(NULL, gd_adam_defaults()) == NULL);
    ck_assert_ptr_nonnull(strstr(gd_last_error(), "gd_adam: params"));
    gd_clear_error();
    ck_assert(!gd_step(NULL));
    ck_assert_ptr_nonnull(strstr(gd_last_error(), "gd_step: o"));
    gd_clear_error();
    gd_zero_grad(NULL);
    gd_clear_error();
    gd_optimizer_free(NULL);
    gd_optimizer *o = gd_adam(m.net, gd_adam_defaults());
    m.a->grad = gd_ones(GD_SHAPE(4, 3));
    gd_set_grad(m.b, gd_ones(GD_SHAPE(5)));
    gd_tensor *b = gd_keep(m.b);
    ck_assert(!gd_step(o) && same(b, m.b) && o->steps == 0);
    ck_sentence("gd_step: a is [3, 4] and its gradient is [4, 3]: they must have the same shape");
    m.a->grad = NULL;
    ck_assert(!gd_yogi_start_from(o));
    ck_sentence("gd_yogi_start_from: o is gd_adam, not gd_yogi");
    gd_optimizer_free(o);
    gd_params_free(m.net);
}
END_TEST

#define REFUSES(algorithm, dialect_name) do { \
        gd_##algorithm##_options options = gd_##algorithm##_dialect(dialect_name); \
        const char sentence[] = "gd_" #algorithm "_dialect: there is no dialect " #dialect_name " of this algorithm"; \
        ck_assert_str_eq(gd_last_error(), sentence); \
        ck_assert(gd_##algorithm(m.net, options) == NULL); \
        ck_sentence(sentence); \
        ck_assert(gd_##algorithm(m.net, options) == NULL); \
        ck_sentence("gd_" #algorithm ": lr = nan must lie in [0, inf)"); \
    } while (0)

START_TEST(missing_dialects_are_errors)
{
    gd_on_error(NULL);
    model m = model_new();
    REFUSES(sgd, GD_TFA);
    REFUSES(sgd, GD_PAPER);
    REFUSES(sgd, GD_D2L_TF_AS_PRINTED);
    REFUSES(adagrad, GD_TFA);
    REFUSES(adagrad, GD_PAPER);
    REFUSES(rmsprop, GD_PAPER);
    REFUSES(adadelta, GD_TFA);
    REFUSES(adam, GD_TFA);
    REFUSES(adamw, GD_D2L);
    REFUSES(adamw, GD_TFA);
    REFUSES(adamw, GD_D2L_TF_AS_PRINTED);
    REFUSES(yogi, GD_TORCH);
    REFUSES(yogi, GD_KERAS);
    REFUSES(adamax, GD_D2L);
    REFUSES(nadam, GD_D2L);
    REFUSES(radam, GD_KERAS);
    REFUSES(lion, GD_TORCH);
    REFUSES(lion, GD_D2L);
    REFUSES(rprop, GD_D2L);
    REFUSES(asgd, GD_KERAS);
    REFUSES(lbfgs, GD_OPTAX);
    gd_adam_options options = gd_adam_dialect((gd_dialect)99);
    ck_assert(isnan(options.lr));
    ck_sentence("gd_adam_dialect: dialect = 99 is not a gd_dialect");
    gd_params_free(m.net);
}
END_TEST

/* ---- Traces ----------------------------------------------------------------------------------------------------------- */

START_TEST(traces_show_adam)
{
    gd_on_error(NULL);
    model m = model_new();
    gd_optimizer *o = gd_adam(m.net, gd_adam_dialect(GD_D2L));
    ck_assert(!gd_trace_csv(o, "x.csv"));
    ck_sentence("gd_trace_csv: nothing was recorded: see gd_optimizer_trace");
    ck_assert(gd_optimizer_trace(o, m.a, GD_SHAPE(1, 2)) && gd_optimizer_trace(o, m.b, GD_SHAPE(4)));
    ck_assert(!gd_optimizer_trace(o, m.a, GD_SHAPE(3, 0)));
    ck_sentence("gd_optimizer_trace: index 3 of axis 0 must lie in [0, 3)");
    ck_assert(!gd_optimizer_trace(o, m.a, GD_SHAPE(1)));
    ck_sentence("gd_optimizer_trace: a is [3, 4] and needs 2 indices, not 1");
    double w = m.a->data[6], s_m = 0, s_v = 0;
    for (int t = 1; t <= 200; t++) {
        random_step(o, &m, t % 2);
        const gd_trace_row *row = gd_trace_at(o, t % 2 ? gd_trace_rows(o) - 2 : gd_trace_rows(o) - 1);
        s_m = 0.9 * s_m + 0.1 * row->g;
        s_v = 0.999 * s_v + 0.001 * row->g * row->g;
        double c1 = 1 - pow(0.9, t), c2 = 1 - pow(0.999, t);
        ck_assert(strcmp(row->parameter, "a") == 0 && row->element == 6 && row->step == t && row->t == t);
        ck_assert(close_to(row->state[0], s_m, 1e-6) && close_to(row->state[1], s_v, 1e-6) && isnan(row->state[2]));
        ck_assert(close_to(row->corrected[0], s_m / c1, 1e-6) && close_to(row->corrected[1], s_v / c2, 1e-6));
        ck_assert(close_to(row->moved, -0.01 * s_m / c1 / (sqrt(s_v / c2) + 1e-6), 1e-6));
        ck_assert(row->w == (double)m.a->data[6] && fabs(row->w - w - row->moved) < 1e-7);
        w = row->w;
    }
    ck_assert_int_eq((int)gd_trace_rows(o), 300);
    ck_assert(gd_trace_at(o, 300) == NULL);
    ck_sentence("gd_trace_at: i = 300 must lie in [0, 300)");
    char path[] = "/tmp/gradus-trace-XXXXXX.csv", picture[64];
    snprintf(path, sizeof path, "/tmp/gradus-trace-%06d.csv", (int)(state >> 45));
    snprintf(picture, sizeof picture, "%s.png", path);
    ck_assert(gd_trace_csv(o, path));
    FILE *in = fopen(path, "r");
    char line[512];
    ck_assert_ptr_nonnull(fgets(line, sizeof line, in));
    ck_assert_str_eq(line, "step,parameter,element,t,g,w,moved,exp_avg,exp_avg_corrected,exp_avg_sq,exp_avg_sq_corrected\n");
    int lines = 0;
    while (fgets(line, sizeof line, in)) {
        const gd_trace_row *row = gd_trace_at(o, lines++);
        long long step, element;
        double t, g, value, moved;
        ck_assert_int_eq(sscanf(line, "%lld,%*[a-z.],%lld,%lf,%lf,%lf,%lf", &step, &element, &t, &g, &value, &moved), 6);
        ck_assert(step == row->step && element == row->element && g == row->g && value == row->w && moved == row->moved);
    }
    ck_assert_int_eq(lines, 300);
    fclose(in);
    if (gd_trace_picture(o, picture)) {
        in = fopen(picture, "rb");
        ck_assert(fread(line, 1, 8, in) == 8 && memcmp(line, "\x89PNG\r\n\x1a\n", 8) == 0);
        fclose(in);
        if (!getenv("GRADUS_TEST_VERBOSE"))
            remove(picture);
    } else {
        ck_assert_ptr_nonnull(strstr(gd_last_error(), "stb_image_write"));
        gd_clear_error();
    }
    remove(path);
    gd_optimizer_free(o);
    gd_params_free(m.net);
    gd_shutdown();
    ck_assert_uint_eq(gd_memory_live(), 0);
}
END_TEST

/* ---- Yogi's starts -------------------------------------------------------------------------------------------------------- */

START_TEST(yogi_starts_from_a_large_batch)
{
    gd_on_error(NULL);
    model m = model_new();
    gd_optimizer *o = gd_yogi(m.net, gd_yogi_dialect(GD_PAPER));
    double sum[5] = { 0 };
    for (int k = 0; k < 4; k++) {
        GD_SCOPE;
        gd_tensor *g = noisy(GD_SHAPE(5));
        gd_set_grad(m.b, g);
        for (int i = 0; i < 5; i++)
            sum[i] += (double)g->data[i] * g->data[i];
        ck_assert(gd_yogi_start_from(o));
    }
    for (int i = 0; i < 5; i++)
        ck_assert(close_to(gd_optimizer_state(o, m.b, "exp_avg_sq")->data[i], sum[i] / 4, 1e-6));
    ck_assert(gd_optimizer_state(o, m.a, "exp_avg_sq") == NULL);
    gd_zero_grad(o);
    gd_set_grad(m.b, gd_full(GD_SHAPE(5), 2));
    gd_set_grad(m.a, gd_full(GD_SHAPE(3, 4), 3));
    ck_assert(gd_step(o));
    ck_assert(close_to(gd_optimizer_state(o, m.b, "exp_avg_sq")->data[2], sum[2] / 4 + 0.001 * 4, 1e-6));
    ck_assert(gd_optimizer_state(o, m.a, "exp_avg_sq")->data[2] == 9);
    ck_assert(!gd_yogi_start_from(o));
    ck_sentence("gd_yogi_start_from: a was stepped already");
    gd_optimizer_free(o);
    gd_params_free(m.net);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("optim: the plug and what all share");
    TCase *tc = tcase_create("every algorithm");
    tcase_add_loop_test(tc, steps_without_gradient_do_not_count, 0, MAKERS);
    tcase_add_loop_test(tc, frozen_and_late_parameters, 0, MAKERS);
    tcase_add_loop_test(tc, gradients_of_any_layout, 0, MAKERS);
    tcase_add_loop_test(tc, maximize_is_minus_the_gradient, 0, MAKERS);
    tcase_add_loop_test(tc, backward_refuses_stale_graphs, 0, MAKERS);
    tcase_add_loop_test(tc, resumed_runs_are_identical, 0, MAKERS);
    tcase_add_loop_test(tc, steady_state_takes_no_memory_and_leaves_none, 0, MAKERS);
    tcase_add_loop_test(tc, every_option_is_checked, 0, MAKERS);
    suite_add_tcase(suite, tc);
    tc = tcase_create("once");
    tcase_add_test(tc, ten_lines_are_an_optimizer);
    tcase_add_test(tc, groups_have_their_own_options);
    tcase_add_test(tc, sentences);
    tcase_add_test(tc, missing_dialects_are_errors);
    tcase_add_test(tc, traces_show_adam);
    tcase_add_test(tc, yogi_starts_from_a_large_batch);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}

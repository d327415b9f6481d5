/* test_optim_golden.c - every trajectory of tests/golden/optimizers: parameters after each of 25 steps with given
 * gradients, for each algorithm and setting, in both builds. */
#include <float.h>

#include "support/number_table.h"
#include "support/optimizers.h"

MAKE(sgd, sgd, defaults(), o.lr = 0.1)
MAKE(sgd_weight_decay, sgd, defaults(), o.lr = 0.1, o.weight_decay = 0.01)
MAKE(momentum, sgd, defaults(), o.lr = 0.05, o.momentum = 0.9)
MAKE(momentum_keras, sgd, dialect(GD_KERAS), o.lr = 0.05, o.momentum = 0.9)
MAKE(momentum_d2l, sgd, dialect(GD_D2L), o.lr = 0.02, o.momentum = 0.5)
MAKE(momentum_dampening, sgd, defaults(), o.lr = 0.05, o.momentum = 0.9, o.dampening = 0.1)
MAKE(nesterov, sgd, defaults(), o.lr = 0.05, o.momentum = 0.9, o.nesterov = true)
MAKE(nesterov_keras, sgd, dialect(GD_KERAS), o.lr = 0.05, o.momentum = 0.9, o.nesterov = true)
MAKE(nesterov_weight_decay, sgd, defaults(), o.lr = 0.05, o.momentum = 0.9, o.nesterov = true,
     o.weight_decay = 0.01)
MAKE(adam_d2l, adam, dialect(GD_D2L), o.lr = 0.01)
MAKE(adam_pytorch, adam, defaults(), o.lr = 0.01)
MAKE(adam_l2, adam, defaults(), o.lr = 0.01, o.weight_decay = 0.1)
MAKE(adamw, adamw, defaults(), o.lr = 0.01, o.weight_decay = 0.1)
MAKE(amsgrad, adam, defaults(), o.lr = 0.01, o.amsgrad = GD_AMSGRAD_RAW)
MAKE(adamw_amsgrad, adamw, defaults(), o.lr = 0.01, o.amsgrad = GD_AMSGRAD_RAW, o.weight_decay = 0.1)
MAKE(adagrad_d2l, adagrad, dialect(GD_D2L), o.lr = 0.1)
MAKE(adagrad_pytorch, adagrad, defaults(), o.lr = 0.1)
MAKE(adagrad_lr_decay, adagrad, defaults(), o.lr = 0.1, o.lr_decay = 0.05, o.init_v = 0.1, o.weight_decay = 0.01)
MAKE(rmsprop_d2l, rmsprop, dialect(GD_D2L), o.lr = 0.01)
MAKE(rmsprop_pytorch, rmsprop, defaults(), o.lr = 0.01)
MAKE(rmsprop_centered, rmsprop, defaults(), o.centered = true)
MAKE(rmsprop_momentum, rmsprop, defaults(), o.momentum = 0.9)
MAKE(rmsprop_momentum_inside, rmsprop, defaults(), o.momentum = 0.9, o.momentum_form = GD_LR_INSIDE)
MAKE(rmsprop_all, rmsprop, defaults(), o.centered = true, o.momentum = 0.9, o.weight_decay = 0.01)
MAKE(adadelta_d2l, adadelta, dialect(GD_D2L), DEFAULTS)
MAKE(adadelta_pytorch, adadelta, defaults(), DEFAULTS)
MAKE(adamax, adamax, defaults(), o.lr = 0.01)
MAKE(nadam, nadam, defaults(), o.lr = 0.01)
MAKE(radam, radam, defaults(), o.lr = 0.01)
MAKE(lion, lion, defaults(), o.lr = 0.01)
MAKE(lion_weight_decay, lion, defaults(), o.lr = 0.01, o.weight_decay = 0.1)
MAKE(adabelief_paper, adabelief, dialect(GD_PAPER), o.lr = 0.01)
MAKE(adabelief_optax, adabelief, dialect(GD_OPTAX), o.lr = 0.01)
MAKE(lamb_optax, lamb, dialect(GD_OPTAX), o.lr = 0.01, o.weight_decay = 0.01)
MAKE(yogi_d2l, yogi, defaults(), o.lr = 0.01)
MAKE(yogi_accumulator, yogi, dialect(GD_OPTAX), o.lr = 0.01)
MAKE(yogi_paper, yogi, dialect(GD_PAPER), o.init_v_from_first_grad = false, o.init_v = 1e-6)
MAKE(yogi_l2, yogi, dialect(GD_OPTAX), o.lr = 0.01, o.weight_decay = 0.1)
MAKE(schedule_free, schedule_free_adamw, dialect(GD_OPTAX), o.lr = 0.02)
MAKE(adafactor_torch, adafactor, defaults(), o.lr = 0.05, o.eps1 = DBL_EPSILON)

static const struct golden { const char *file; maker *make; } goldens[] = {
    { "sgd", sgd }, { "sgd_weight_decay", sgd_weight_decay }, { "momentum", momentum },
    { "momentum", momentum_keras }, { "momentum_d2l", momentum_d2l }, { "momentum_dampening", momentum_dampening },
    { "nesterov", nesterov }, { "nesterov", nesterov_keras }, { "nesterov_weight_decay", nesterov_weight_decay },
    { "adagrad_d2l", adagrad_d2l }, { "adagrad_pytorch", adagrad_pytorch },
    { "adagrad_pytorch_lr_decay", adagrad_lr_decay }, { "rmsprop_d2l", rmsprop_d2l },
    { "rmsprop_pytorch", rmsprop_pytorch }, { "rmsprop_pytorch_centered", rmsprop_centered },
    { "rmsprop_pytorch_momentum", rmsprop_momentum }, { "rmsprop_pytorch_momentum", rmsprop_momentum_inside },
    { "rmsprop_pytorch_all", rmsprop_all }, { "adadelta_d2l", adadelta_d2l },
    { "adadelta_pytorch", adadelta_pytorch }, { "adamax", adamax }, { "nadam", nadam }, { "radam", radam },
    { "lion", lion }, { "lion_weight_decay", lion_weight_decay },
    { "adam_d2l", adam_d2l }, { "adam_pytorch", adam_pytorch }, { "adam_l2", adam_l2 }, { "adamw", adamw },
    { "amsgrad", amsgrad }, { "adamw_amsgrad", adamw_amsgrad }, { "yogi_d2l", yogi_d2l },
    { "adafactor_torch", adafactor_torch }, { "schedule_free_adamw_optax", schedule_free },
    { "yogi_accumulator", yogi_accumulator }, { "yogi_paper", yogi_paper }, { "yogi_l2", yogi_l2 },
    { "adabelief_paper", adabelief_paper }, { "adabelief_optax", adabelief_optax },
    { "lamb_optax", lamb_optax },
};
enum { GOLDENS = sizeof goldens / sizeof goldens[0] };

START_TEST(follows_the_golden_trajectory)
{
    const struct golden *golden = &goldens[_i];
    char name[64];
    snprintf(name, sizeof name, "opt_%s.csv", golden->file);
    table problem = read_table("optimizers", "problem.csv"), expected = read_table("optimizers", name);
    gd_params *net = gd_params_new();
    gd_tensor *a = gd_param(net, "A", tensor_of(GD_SHAPE(3, 2), problem.at + 1));
    gd_tensor *b = gd_param(net, "B", tensor_of(GD_SHAPE(4), problem.at + 7));
    gd_optimizer *o = golden->make(net);
    ck_assert_ptr_nonnull(o);
    double worst = 0;
    for (int t = 1; t < problem.rows; t++) {
        GD_SCOPE;
        const double *g = problem.at + t * problem.columns;
        ck_assert(gd_set_grad(a, tensor_of(GD_SHAPE(3, 2), g + 1)));
        ck_assert(gd_set_grad(b, tensor_of(GD_SHAPE(4), g + 7)));
        ck_assert(gd_step(o));
        gd_zero_grad(o);
        ck_assert(a->grad == NULL && b->grad == NULL);
        for (int i = 0; i < 10; i++) {
            double w = i < 6 ? a->data[i] : b->data[i - 6], want = entry(&expected, t - 1, i + 1);
            worst = fmax(worst, fabs(w - want) / fmax(1, fabs(want)));
            ck_assert_msg(close_to(w, want, TOLERANCE), "%s, step %d, parameter %d: %.17g, expected %.17g",
                          name, t, i, w, want);
        }
    }
    if (getenv("GRADUS_TEST_VERBOSE"))
        printf("%-30s largest deviation %.1e\n", name, worst);
    gd_optimizer_free(o);
    gd_params_free(net);
    free(problem.at);
    free(expected.at);
    gd_shutdown();
    ck_assert_uint_eq(gd_memory_live(), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("optim: golden");
    TCase *tc = tcase_create("all");
    tcase_add_loop_test(tc, follows_the_golden_trajectory, 0, GOLDENS);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}

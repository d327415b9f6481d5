// own_parts.cpp - an operation and an optimizer of one's own in C++, with gradus.hpp.
//
//     c++ -std=c++20 -O2 own_parts.cpp $(pkg-config --cflags --libs gradus64) -o own_parts
//
// The operation is the loss of quantile regression, max(q e, (q - 1) e) of an error e: its minimum over a constant is
// the q-quantile of the data.  The optimizer is SGD whose steps shrink as 1 / sqrt(t).  C calls both: they throw
// nothing.
#include <gradus.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <vector>

namespace {

// ---- The operation: y = max(q e, (q - 1) e), de = dy q where e > 0, else dy (q - 1) ----

void pinball_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    double q = *static_cast<const double *>(gd_node_attributes(node));
    gd_tensor *e = gd_node_input(node, 0);
    if (gd_needs(node, 0))
        dx[0] = gd_mul(dy, gd_shift(gd_gt(e, gd_zeros_like(e)), q - 1));
}

const gd_op pinball_op = gradus::operation("pinball", pinball_rule, GD_READS(0, GD_INPUT(0)), "dy (q - (e <= 0))");

gradus::tensor pinball(gradus::tensor e, double q)
{
    gradus::tensor y = gd_zeros_like(e), row_major = gd_contiguous(e);
    for (std::int64_t i = 0; i < gd_numel(y); i++)
        y->data[i] = static_cast<gd_real>(std::max(q * row_major->data[i], (q - 1) * row_major->data[i]));
    gd_tensor *inputs[] = { e };
    return gd_record(&pinball_op, y, inputs, 1, &q, sizeof q);
}

// ---- The optimizer: w = w - lr / sqrt(t) g ----

struct shrinking_options {
    double lr;
    double power;
};

const gd_option shrinking_fields[] = {
    GD_OPTION(shrinking_options, lr, "[)", 0, INFINITY), GD_OPTION(shrinking_options, power, "[]", 0, 1),
    { nullptr, 0, GD_OPTION_REAL, nullptr, 0, 0 }
};

void shrinking_update(const gd_update *u)
{
    double power = static_cast<const shrinking_options *>(u->options)->power;
    double rate = u->lr * std::pow(static_cast<double>(u->t), -power);
    for (std::int64_t i = 0; i < u->n; i++)
        u->w[i] -= static_cast<gd_real>(rate) * u->g[i];
}

} // namespace

int main()
try {
    gd_on_error(nullptr);
    gd_algorithm shrinking = gradus::algorithm<shrinking_options>("shrinking", shrinking_update);
    shrinking.options = shrinking_fields;               // checked, and changed by gd_group_set

    gradus::tensor data = gradus::exponential(GD_SHAPE(10000), 1);           // the q-quantile is -ln(1 - q)
    bool right = true;
    for (double q : { 0.1, 0.5, 0.9 }) {
        gradus::params net = gd_params_new();
        gradus::tensor c = gd_param(net, "c", gd_scalar(1));
        shrinking_options options = { 1, 0.5 };
        gradus::optimizer sgd = gd_optimizer_new(net, &shrinking, &options);
        for (int i = 0; i < 300; i++) {
            gradus::scope step;
            gradus::mean(pinball(data - c, q)).backward();
            gradus::step(sgd);
            gd_zero_grad(sgd);
        }
        double found = static_cast<double>(c.item()), known = -std::log(1 - q);
        std::printf("q = %.1f   found %.3f   -ln(1 - q) = %.3f\n", q, found, known);
        right = right && std::fabs(found - known) < 0.08;
    }
    return right ? 0 : 1;
} catch (const gradus::error &e) {
    std::printf("%s\n", e.what());
    return 1;
}

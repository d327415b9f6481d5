// wrapper.cpp - include/gradus.hpp: operators, exceptions, scopes, handles, closures that throw, an operation and an
// optimizer of one's own.  Compiled and run by tests/scripts/cxx.sh.
#include <gradus.hpp>

#include <cstdio>
#include <stdexcept>
#include <string>

namespace {

int failed = 0;
void expect(bool good, const char *what)
{
    if (!good) {
        std::printf("wrapper.cpp: %s\n", what);
        failed = 1;
    }
}

template <typename Error = gradus::error, typename Function> void throws(const std::string &text, Function function)
{
    try {
        function();
    } catch (const Error &e) {
        expect(std::string(e.what()).find(text) != std::string::npos, e.what());
        return;
    }
    expect(false, ("nothing was thrown: " + text).c_str());
}

bool near(double a, double b) { return std::fabs(a - b) <= 1e-5 * (1 + std::fabs(b)); }

void operators()
{
    gradus::scope here;
    gradus::tensor x = gradus::from(GD_SHAPE(3), { 1, 2, 4 }), y = gd_full(GD_SHAPE(3), 2);
    long two = 2;
    gradus::tensor all[] = { x + y, x - y, x * y, x / y, -x, x + 1, 1 + x, x - 1u, 5 - x, x * two, 0.5f * x, x / two,
                             8 / x, pow(x, 2), x + 0, x + two };
    const double last[] = { 6, 2, 8, 2, -4, 5, 5, 3, 1, 8, 2, 2, 2, 16, 4, 6 };
    for (std::size_t i = 0; i < sizeof last / sizeof *last; i++)
        expect(near(all[i][2].item(), last[i]), ("operator " + std::to_string(i)).c_str());
    expect((x > y).values() == std::vector<gd_real>({ 0, 0, 1 }) && (x < y)[0].item() == 1 &&
               (x <= 2).values() == std::vector<gd_real>({ 1, 1, 0 }) && (x >= 4.0f)[2].item() == 1, "comparisons");
    expect(near((gradus::sum(x) + 1).item(), 8) && near((sqrt(x) - 1L)[2].item(), 1), "functions of C");
    expect(gradus::affine(gd_ones(GD_SHAPE(1, 2)), gd_ones(GD_SHAPE(3, 2)), nullptr).size(1) == 3, "a tensor left out");
    expect(x.values() == std::vector<gd_real>({ 1, 2, 4 }) && x.size(0) == 3 && x.size(-1) == 3, "values and sizes");
    expect(x[-1].item() == 4 && x->ndim == 1 && x.shape().size[0] == 3, "elements and fields");

    gradus::tensor w = gd_requires_grad(gd_scalar(3));
    expect(!w.has_grad(), "no gradient yet");
    throws("there is no gradient", [&] { w.grad(); });
    gradus::tensor loss = (w * w + 1) / w;                              // 1 - 1/w^2
    loss.backward();
    expect(near(w.grad().item(), 1 - 1. / 9), "the gradient");
    w.zero_grad();
    {
        gradus::no_grad off;
        expect(!(w * w)->requires_grad, "nothing is recorded");
    }
    expect((w * w)->requires_grad, "recorded again");
}

void errors()
{
    gradus::scope here;
    gradus::tensor a = gd_ones(GD_SHAPE(2, 3)), b = gd_ones(GD_SHAPE(2, 4));
    throws("gd_matmul: a is [2, 3] and b is [2, 4]: the inner sizes 3 and 2 differ",
           [&] { gradus::matmul(a, b); });
    throws("gd_add: ", [&] { a + b; });
    throws("gd_item", [&] { a.item(); });
    throws("no call has failed", [&] { gradus::tensor(a->grad).item(); });       // and not the message before
    throws("gd_backward", [&] { a.backward(); });
    throws("axis 2", [&] { a.size(2); });
    throws("4 elements, and there are 3 numbers", [] { gradus::from(GD_SHAPE(2, 2), { 1, 2, 3 }); });
    throws("index 2 of axis 0", [&] { a[2]; });
    throws("/no/such", [] { gradus::safetensors file = gd_safetensors_open("/no/such"); });
    gradus::params net = gd_params_new();
    throws("beta1 = 2", [&] {
        gd_adam_options options = gd_adam_defaults();
        options.beta1 = 2;
        gradus::optimizer adam = gd_adam(net, options);
    });
    std::size_t before = gd_memory_live();
    for (int i = 0; i < 20; i++)
        throws<std::runtime_error>("out", [] {                          // an exception closes the scope
            gradus::scope inner;
            gradus::params large = gd_params_new();
            gd_param(large, "w", gd_ones(GD_SHAPE(300, 300)));
            throw std::runtime_error("out");
        });
    expect(gd_memory_live() - before < 2000000, "scopes and models end with an exception");
}

void closures()
{
    gradus::params net = gd_params_new();
    gradus::tensor w = gd_param(net, "w", gradus::from(GD_SHAPE(2), { 3, -4 }));
    gradus::optimizer lbfgs = gd_lbfgs(net, gd_lbfgs_defaults());
    int calls = 0;
    double first = gradus::step(lbfgs, [&] {
        gradus::scope here;
        gd_zero_grad(lbfgs);
        gradus::tensor loss = gd_sum(gd_square(w - 1));
        loss.backward();
        calls++;
        return loss.item();
    });
    expect(near(first, 29) && calls > 1 && near(w[0].item(), 1) && near(w[1].item(), 1), "L-BFGS with a lambda");
    throws<std::out_of_range>("mine", [&] {
        gradus::step(lbfgs, [&]() -> double {
            gradus::scope here;
            throw std::out_of_range("mine");
        });
    });
    throws("gd_step", [&] { gd_zero_grad(lbfgs), gradus::step(lbfgs); });
    gradus::params moved = std::move(net);
    expect(gd_params_count(moved) == 2 && !net.get(), "handles move");
}

// y = x^3, dx = 3 x^2 dy
void cube_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    if (gd_needs(node, 0))
        dx[0] = gd_scale(gd_mul(dy, gd_square(gd_node_input(node, 0))), 3);
}

gradus::tensor cube(gradus::tensor x)
{
    static const gd_op op = gradus::operation("cube", cube_rule, GD_READS(0, GD_INPUT(0)), "3 x^2 dy");
    gradus::tensor y = gd_zeros_like(x), input = gd_contiguous(x);
    for (std::int64_t i = 0; i < gd_numel(y); i++)
        y->data[i] = input->data[i] * input->data[i] * input->data[i];
    gd_tensor *inputs[] = { x };
    return gd_record(&op, y, inputs, 1, nullptr, 0);
}

struct sign_options {
    double lr;
};
void sign_update(const gd_update *u)
{
    for (std::int64_t i = 0; i < u->n; i++)
        u->w[i] -= static_cast<gd_real>(u->g[i] > 0 ? u->lr : -u->lr);
}

void own_parts()
{
    static const gd_algorithm sign = gradus::algorithm<sign_options>("sign", sign_update);
    gradus::params net = gd_params_new();
    int rows = 2;
    gradus::tensor w = gd_param(net, "w", gd_full(GD_SHAPE(rows, rows + 1), 2));
    sign_options options = { 0.5 };
    gradus::optimizer o = gd_optimizer_new(net, &sign, &options);
    {
        gradus::scope here;
        gradus::tensor y = cube(w);
        expect(near(y[1][2].item(), 8), "a cube");
        gradus::sum(y).backward();
    }
    expect(near(w.grad()[1][2].item(), 12), "the gradient of a cube");
    gradus::step(o);
    expect(near(w[0][0].item(), 1.5) && o->lr == 0.5, "a step of one's own optimizer");
}

} // namespace

int main()
{
    gd_on_error(nullptr);
    operators();
    errors();
    closures();
    own_parts();
    return failed;
}

// regression.cpp - linear regression in C++, with gradus.hpp: a line is found again from noisy points on it.
//
//     c++ -std=c++17 -O2 regression.cpp $(pkg-config --cflags --libs gradus) -o regression
#include <gradus.hpp>

#include <cmath>
#include <cstdio>

int main()
try {
    gd_on_error(nullptr);                               // errors are exceptions here
    gd_seed(1);

    gradus::tensor x = gradus::uniform(GD_SHAPE(200, 1), -1, 1);
    gradus::tensor y = 3 * x - 1 + gradus::normal(GD_SHAPE(200, 1), 0, 0.1);

    gradus::params net = gd_params_new();               // freed at the end, as the optimizer and the plot are
    gradus::tensor w = gd_param(net, "w", gd_zeros(GD_SHAPE(1, 1)));
    gradus::tensor b = gd_param(net, "b", gd_zeros(GD_SHAPE(1)));
    gd_adam_options options = gd_adam_defaults();
    options.lr = 0.1;
    gradus::optimizer adam = gd_adam(net, options);

    for (int i = 0; i <= 100; i++) {
        gradus::scope step;                             // what is made from here on dies at the closing brace
        gradus::tensor error = gradus::matmul(x, w) + b - y;
        gradus::tensor loss = gradus::mean(error * error) / 2;
        loss.backward();
        gradus::step(adam);
        gd_zero_grad(adam);
        if (i % 25 == 0)
            std::printf("step %3d   loss %.4f\n", i, static_cast<double>(loss.item()));
    }
    std::printf("y = %.2f x %+.2f\n", static_cast<double>(w.item()), static_cast<double>(b.item()));

    try {
        gradus::matmul(x, y);                   // [200, 1] times [200, 1]
    } catch (const gradus::error &e) {
        std::printf("as it should be: %s\n", e.what());
    }
    return std::fabs(w.item() - 3) < 0.1 && std::fabs(b.item() + 1) < 0.1 ? 0 : 1;
} catch (const gradus::error &e) {
    std::printf("%s\n", e.what());
    return 1;
}

/* interpolate.c - resizing: nearest neighbours, or lines between them.  Axes are independent, so that each is resized
 * by itself (resample.c). */
#include "base/message.h"
#include "gradus/operations.h"
#include "resample.h"
#include "tensor/alive.h"

/* Exact, where PyTorch multiplies i with a rounded m / n and may be one place off. */
static void nearest(int64_t n, int64_t m, gi_window *windows)
{
    for (int64_t i = 0; i < n; i++) {
        windows[i].first = i * m / n;       /* gi_resizable has bounded both */
        windows[i].count = 1;
        windows[i].weight[0] = 1;
    }
}

static void linear(int64_t n, int64_t m, bool align_corners, gi_window *windows)
{
    for (int64_t i = 0; i < n; i++) {
        double at = align_corners ? (n > 1 ? (double)i * ((double)(m - 1) / (double)(n - 1)) : 0)
                                  : ((double)i + 0.5) * ((double)m / (double)n) - 0.5;
        at = at < 0 ? 0 : at;
        int64_t low = (int64_t)at;
        low = low > m - 1 ? m - 1 : low;
        const double right = low < m - 1 ? at - (double)low : 0;
        windows[i].first = low;
        windows[i].count = low < m - 1 ? 2 : 1;
        windows[i].weight[0] = (gd_real)(1 - right);
        windows[i].weight[1] = (gd_real)right;
    }
}

gd_tensor *gd_interpolate(gd_tensor *x, gd_shape size, gd_interpolation mode, bool align_corners)
{
    static const char function[] = "gd_interpolate";
    if (!x || !gi_alive(function, "x", x) || !gi_resizable(function, x, size))
        return NULL;
    if (mode != GD_NEAREST && mode != GD_LINEAR)
        return gd_fail("%s: mode = %d is not GD_NEAREST or GD_LINEAR", function, (int)mode);
    if (mode == GD_NEAREST && align_corners)
        return gd_fail("%s: align_corners has no meaning with GD_NEAREST", function);
    gd_tensor *y = gd_reshape(x, gd_shape_of_tensor(x));    /* never x itself */
    for (int i = 0; i < size.ndim && y; i++) {
        const int64_t n = size.size[i], m = x->shape[i + 2];
        if (n == m)
            continue;
        gi_window *windows = gi_windows_new(n, 2);
        if (!windows)
            return NULL;
        if (mode == GD_NEAREST)
            nearest(n, m, windows);
        else
            linear(n, m, align_corners, windows);
        y = gi_resample(y, i + 2, n, windows);
    }
    return y;
}

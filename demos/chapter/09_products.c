/* 09_products - one matrix product C = A B, computed in pieces: why minibatches are fast (d2l 12.5).
 *
 *     by element     n^2 products of a row with a column
 *     by column      n products of A with a column
 *     by block       n / w products of A with w columns
 *     whole          1 product
 *
 * All do the same 2 n^3 operations.  A number of A that has been loaded is used once in a product with one column and
 * w times with w columns; and a call costs some time whatever its size.
 *
 *     cc -O2 09_products.c $(pkg-config --cflags --libs gradus) -o 09_products */
#include <gradus.h>
#include <math.h>
#include <stdlib.h>
#include <time.h>

static gd_tensor *a, *b, *c;                /* [n, n] */

static void by_element(int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < n; j++) {
            GD_SCOPE;
            gd_tensor *row = gd_slice(a, 0, i, i + 1, 1), *column = gd_slice(b, 1, j, j + 1, 1);
            c->data[i * n + j] = gd_item(gd_matmul(row, column));
        }
}

static void by_blocks(int64_t n, int64_t width)
{
    for (int64_t j = 0; j < n; j += width) {
        GD_SCOPE;
        gd_assign(gd_slice(c, 1, j, j + width, 1), gd_matmul(a, gd_slice(b, 1, j, j + width, 1)));
    }
}

static double seconds(void)
{
    struct timespec now;
    timespec_get(&now, TIME_UTC);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Gflop/s of the fastest of several runs, which take `least` seconds or a little more; width 0: by element. */
static double speed(int64_t n, int64_t width, double least)
{
    double shortest = INFINITY;
    for (double begun = seconds(); seconds() - begun < least;) {
        double start = seconds();
        if (width == 0)
            by_element(n);
        else
            by_blocks(n, width);
        shortest = fmin(shortest, seconds() - start);
    }
    return 2e-9 * pow((double)n, 3) / shortest;
}

int main(int count, char **argument)
{
    int n = count > 1 ? atoi(argument[1]) : 256;
    gd_on_error(gd_abort);
    if (n < 1)
        gd_abort("09_products: the size must be at least 1");
    gd_set_threads(1);
    a = gd_normal(GD_SHAPE(n, n), 0, 1);
    b = gd_normal(GD_SHAPE(n, n), 0, 1);
    c = gd_zeros(GD_SHAPE(n, n));
    gd_tensor *right = gd_matmul(a, b);
    gd_plot *plot = gd_plot_new("One matrix product, computed in blocks of columns", "columns in a block", "Gflop/s");
    gd_plot_log_x(plot, true);
    gd_plot_log_y(plot, true);
    gd_plot_xlim(plot, 0.8, 1.25 * n);
    gd_plot_style(plot, "", (gd_plot_look){ .marker = GD_CIRCLE });

    printf("%d x %d, one thread\ncolumns     calls    Gflop/s   off by\n", n, n);
    for (int width = 0; width <= n; width = width == 0 ? 1 : 2 * width) {
        if (width != 0 && n % width != 0)
            continue;
        gd_fill(c, 0);
        double rate = speed(n, width, 0.1), off = (double)gd_item(gd_max(gd_abs(gd_sub(c, right))));
        if (width == 0) {
            printf("element  %8d %10.3f   %.1e\n", n * n, rate, off);
            gd_plot_hline(plot, rate, "by element");
        } else {
            printf("%7d  %8d %10.3f   %.1e\n", width, n / width, rate, off);
            gd_plot_point(plot, "", width, rate);
        }
    }
    gd_plot_save(plot, "out/09_products.png");
    gd_plot_free(plot);
    printf("wrote out/09_products.png: the larger the pieces, the faster the same arithmetic\n");
    return 0;
}

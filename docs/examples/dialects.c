/* dialects.c - Adam's options as PyTorch, the book, Keras and optax have them.
 *
 * It prints
 *
 *     PyTorch: eps 1e-08
 *     Dive into Deep Learning: eps 1e-06
 *     Keras: eps 1e-07
 *     optax: eps 1e-08
 */
#include <gradus.h>

int main(void)
{
    GD_SCOPE;
    gd_on_error(gd_abort);
    const gd_dialect dialects[] = { GD_TORCH, GD_D2L, GD_KERAS, GD_OPTAX };
    const char *const names[] = { "PyTorch", "Dive into Deep Learning", "Keras", "optax" };
    for (int i = 0; i < 4; i++)
        printf("%s: eps %g\n", names[i], gd_adam_dialect(dialects[i]).eps);
    return 0;
}

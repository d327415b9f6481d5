/* error.c - every failure leaves one message, and NULL passes through what follows.
 *
 * It prints
 *
 *     gd_matmul: a is [10, 5] and b is [6, 1]: the inner sizes 5 and 6 differ
 *     cleared
 */
#include <gradus.h>

int main(void)
{
    GD_SCOPE;
    gd_on_error(NULL);                                  /* silence: this program asks for the message itself */
    gd_tensor *a = gd_zeros(GD_SHAPE(10, 5)), *b = gd_zeros(GD_SHAPE(6, 1));
    gd_tensor *y = gd_sum(gd_relu(gd_matmul(a, b)));    /* gd_matmul fails; the other two say nothing */
    if (!y)
        printf("%s\n", gd_last_error());
    gd_clear_error();
    printf("%s\n", gd_last_error() ? "still there" : "cleared");
    return 0;
}

/* split.c - a fifth of the rows for test, each class in proportion.
 *
 * It prints
 *
 *     8 rows for training, 2 for test, 1 of them of class 1
 */
#include <gradus.h>

int main(void)
{
    GD_SCOPE;
    gd_on_error(gd_abort);
    gd_tensor *labels = gd_from(GD_SHAPE(10), (gd_real[]){ 0, 0, 0, 0, 0, 1, 1, 1, 1, 1 });
    gd_split s = gd_train_test_split(10, 0.2, (gd_split_options){ .seed = 1, .labels = labels });
    double ones = 0;
    for (int64_t i = 0; i < s.test.count; i++)
        ones += (double)labels->data[s.test.row[i]];
    printf("%d rows for training, %d for test, %g of them of class 1\n", (int)s.train.count, (int)s.test.count, ones);
    return 0;
}

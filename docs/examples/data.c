/* data.c - a CSV file, standardised, in minibatches.
 *
 * It prints
 *
 *     3 examples, the first is row 0 with price 100
 *     1 examples, the first is row 3 with price 260
 */
#include <gradus.h>

int main(void)
{
    GD_SCOPE;
    gd_on_error(gd_abort);
    FILE *file = fopen("table.csv", "w");
    fputs("area,rooms,price\n50,2,100\n70,3,150\n90,3,180\n120,5,260\n", file);
    fclose(file);
    gd_tensor *table = gd_csv_read("table.csv", (gd_csv_options){ 0 });
    gd_dataset set = { gd_standardize(gd_slice(table, 1, 0, 2, 1)), gd_slice(table, 1, 2, 3, 1) };
    gd_loader *load = gd_loader_new(set, (gd_loader_options){ .batch = 3 });
    gd_batch batch;
    while (gd_loader_next(load, &batch))
        printf("%d examples, the first is row %d with price %g\n", (int)batch.size, (int)batch.rows[0],
               (double)batch.y->data[0]);
    gd_loader_free(load);
    return 0;
}

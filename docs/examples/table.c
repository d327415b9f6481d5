/* table.c - a CSV file with text and a gap.
 *
 * It prints
 *
 *     [3, 2]:
 *     [[50, 0],
 *      [70, 1],
 *      [90, 0]]
 *     category 1 is Oak
 */
#include <gradus.h>

int main(void)
{
    GD_SCOPE;
    gd_on_error(gd_abort);
    FILE *file = fopen("houses.csv", "w");
    fputs("area,street,price\n50,Elm,100\n,Oak,150\n90,Elm,180\n", file);
    fclose(file);
    gd_table *houses = gd_table_read("houses.csv", (gd_table_options){ 0 });
    gd_tensor *x = gd_table_numbers(houses, (const char *[]){ "area", "street" }, 2);
    gd_print(stdout, gd_impute(x, gd_column_medians(x)));
    printf("category 1 is %s\n", gd_table_category(houses, gd_table_find(houses, "street"), 1));
    gd_table_free(houses);
    return 0;
}

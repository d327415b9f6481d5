/* version.c - headers and library of the same version; where a field is, for bindings.
 *
 * It prints
 *
 *     headers and library fit
 *     lr is the first field of gd_adam_options: 0
 *     no such field: -1
 */
#include <string.h>
#include <gradus.h>

int main(void)
{
    GD_SCOPE;
    gd_on_error(gd_abort);
    printf("%s\n", strcmp(GD_VERSION, gd_version()) ? "the library is another one" : "headers and library fit");
    printf("lr is the first field of gd_adam_options: %d\n", (int)gd_layout("gd_adam_options", "lr"));
    printf("no such field: %d\n", (int)gd_layout("gd_adam_options", "speed"));
    return 0;
}

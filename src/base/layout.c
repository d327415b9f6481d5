/* layout.c - gd_layout: where the fields of the public structs are.  A binding writes down structs a second time, in
 * its own language; by this it can compare them with those of the library that it has loaded. */
#include <stdint.h>
#include <string.h>

#include "gradus.h"
#include "layout_table.h"

/* The position of name in "first, second, third"; -1: it is not there. */
static int position_in(const char *fields, const char *name)
{
    size_t length = strlen(name);
    for (int position = 0; *fields; position++) {
        size_t here = strcspn(fields, ",");
        if (here == length && memcmp(fields, name, length) == 0)
            return position;
        fields += here + strspn(fields + here, ", ");
    }
    return -1;
}

int64_t gd_layout(const char *type, const char *field)
{
    for (size_t i = 0; type && i < sizeof struct_layouts / sizeof *struct_layouts; i++) {
        const struct_layout *layout = &struct_layouts[i];
        if (strcmp(layout->name, type) != 0)
            continue;
        if (!field)
            return (int64_t)layout->size;
        int position = position_in(layout->fields, field);
        return position < 0 ? -1 : (int64_t)layout->offset[position];
    }
    return -1;
}

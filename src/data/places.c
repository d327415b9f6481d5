/* places.c - the folders in which data sets are looked for. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "places.h"

/* A variable of the environment; NULL when it is not set or empty. */
static const char *variable(const char *name)
{
    const char *value = getenv(name);
    return value && *value ? value : NULL;
}

static void add(gi_places *places, const char *folder, const char *below)
{
    char *to = places->folder[places->count];
    const int n = snprintf(to, GI_LONGEST_PLACE, "%s%s", folder, below);
    if (n > 0 && n < GI_LONGEST_PLACE)
        places->count++;
}

gi_places gi_data_places(void)
{
    gi_places places = { .count = 0 };
    const char *given = variable("GRADUS_DATA"), *user = variable("XDG_DATA_HOME"), *home = variable("HOME");
#ifdef GD_DATA_FOLDER
    const char *installed = GD_DATA_FOLDER;
#else
    const char *installed = NULL;
#endif
    if (given)
        add(&places, given, "");
    add(&places, "data", "");
    if (user)
        add(&places, user, "/gradus");
    else if (home)
        add(&places, home, "/.local/share/gradus");
    if (installed)
        add(&places, installed, "");
    snprintf(places.text, sizeof places.text, "$GRADUS_DATA (%.80s), data%s %s%s%.80s", given ? given : "not set",
             installed ? "," : " or", user ? "$XDG_DATA_HOME/gradus" : "~/.local/share/gradus", installed ? " or " : "",
             installed ? installed : "");
    return places;
}

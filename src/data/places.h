/* places.h - the folders in which data sets are looked for when a program names none: $GRADUS_DATA, which may also be a
 * file; data; the user's folder for data, $XDG_DATA_HOME/gradus or ~/.local/share/gradus (freedesktop.org, "XDG Base
 * Directory Specification"); and PREFIX/share/gradus of the installation, where the build was told PREFIX. */
#ifndef GRADUS_PLACES_H
#define GRADUS_PLACES_H

enum { GI_MOST_PLACES = 4, GI_LONGEST_PLACE = 1024 };

typedef struct gi_places {
    int  count;
    char folder[GI_MOST_PLACES][GI_LONGEST_PLACE];      /* in this order; one that is too long is left out */
    char text[256];                                     /* "$GRADUS_DATA (not set), data, .. or ..", for messages */
} gi_places;

gi_places gi_data_places(void);

#endif

/* scope.h - opening and closing scopes. */
#ifndef GRADUS_SCOPE_H
#define GRADUS_SCOPE_H

#include <stdbool.h>

#include "base/guest.h"

/* gi_empty_thread - gd_shutdown without a warning; returns how many scopes of gd_scope_begin were open. */
int gi_empty_thread(void);

/* gi_scope_open - a scope in the current one; false when memory is out.  gi_scope_close - closes the innermost one;
 * both without asking whose they are. */
bool gi_scope_open(bool by_hand);
void gi_scope_close(void);

#endif

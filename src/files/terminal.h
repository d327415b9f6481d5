/* terminal.h - is somebody watching?  And how large is the screen, and what time is it? */
#ifndef GRADUS_TERMINAL_H
#define GRADUS_TERMINAL_H

#include <stdbool.h>
#include <stdio.h>

/* gi_is_terminal - does the stream lead to a terminal?  False where that cannot be found out.
 * gi_terminal_size - its columns and rows: the environment's COLUMNS and LINES, else what the terminal says, else 80
 * and 24.
 * gi_seconds - a clock for differences of times. */
bool   gi_is_terminal(FILE *stream);
void   gi_terminal_size(FILE *stream, int *columns, int *rows);
double gi_seconds(void);

#endif

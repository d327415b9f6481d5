/* label.h - the labels of ticks, in UTF-8. */
#ifndef GRADUS_PLOT_LABEL_H
#define GRADUS_PLOT_LABEL_H

#define GI_LABEL_MAX 40
#define GI_TIMES "\xC3\x97"

/* gi_label_append - adds text, where there is capacity for all of it.
 * gi_label_decimal - writes n x 10^exponent in digits, with a proper minus sign.
 * gi_label_power - adds 10 with its exponent, raised. */
void gi_label_append(char *out, const char *text);
void gi_label_decimal(char out[GI_LABEL_MAX], long long n, int exponent);
void gi_label_power(char *out, int exponent);

/* gi_label_note - "x 10^-4", "+ 10^9", or both: what turns the labels of an axis into the values. */
void gi_label_note(char note[2 * GI_LABEL_MAX], int exponent, long long offset, int offset_exponent);

/* gi_shorten - value to the given number of digits. */
void gi_shorten(char out[GI_LABEL_MAX], double value, int digits);

#endif

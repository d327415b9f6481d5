/* rule.c - a constant that must not be one: see gi_bounded. */
#include "rule.h"

const gd_real gi_most_gradient = GI_MOST_GRADIENT;

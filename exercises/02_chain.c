/* 02_chain - the chain rule, by hand.
 *
 * A chain of n functions of a number is applied one after the other, links[0] first:
 *
 *     y = f_n(.. f_2(f_1(x)) ..)
 *
 * Return dy/dx.  links[i].value(x) is the function, links[i].slope(x) its derivative.  The derivative of a chain is the
 * product of the derivatives of its links, each taken at what goes into that link.
 *
 *     make grade-02                   docs/zh/exercises.md: the same in Chinese */
#include "exercises.h"

double chain(const chain_link *links, int n, double x)
{
    not_yet();
}

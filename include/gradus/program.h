/* program.h - a step of training, or a forward pass, captured once and run again without deciding anything anew.
 *
 *     static gd_tensor *train(gd_tensor *const in[], int n, void *context)
 *     {
 *         model *m = context;
 *         gd_tensor *loss = gd_cross_entropy(forward(m, in[0]), in[1], GD_MEAN);
 *         gd_backward(loss);
 *         gd_step(m->adam);
 *         gd_zero_grad(m->adam);
 *         return loss;
 *     }
 *
 *     gd_program *step = gd_capture(train, &m);
 *     while (gd_loader_next(load, &batch))
 *         total += gd_item(gd_run(step, (gd_tensor *[]){ batch.x, batch.y }, 2));
 *     gd_program_free(step);
 *
 * The first run with inputs of some shapes calls the function as usual.  The second one calls it too, and every
 * computation that the library starts is written down: which function, which tensors it reads and writes.  From then on
 * a run starts the same computations again, on the inputs where they lie.  The results have the same bits as if the
 * function had been called: parameters, states of optimizers, losses, random numbers, counts of steps.
 *
 * When the shapes or strides of the inputs are others than those of any captured version, when a parameter was frozen,
 * replaced or has a gradient left that it did not have, or when gradients are not recorded (GD_NO_GRAD) where they
 * were, then the function is called as usual; if that happens a second time, another version is captured, up to four,
 * after which the one not used for the longest time makes room.  Learning rates, schedules, options of groups, and what
 * else gd_step, gd_zero_grad, clipping and averages read from an optimizer or a model, count as they are at each run.
 * While gd_detect_anomaly is on, the function is always called, so that it can name an operation.
 *
 * What cannot be run again is noticed while it is captured, where it goes through the library: reading a number
 * (gd_item, gd_at, gd_copy_out, gd_print), gd_step_closure, hooks, operations defined in the program.  There is one
 * warning then, with the reason, and the function is always called as usual.
 *
 * What the library cannot notice, as the function is not called any more:
 *   - C variables that it reads, and decisions by them: a count of steps, a dropout rate, `training`, a number given
 *     to gd_scale.  What changes from run to run comes as an input: gd_mul by a scalar tensor, instead of gd_scale.
 *     For each value of a flag, make a program of its own.
 *   - plain C that reads t->data of a tensor, or writes it; tensors that it has made and stored elsewhere: only the one
 *     that it returns has its numbers after a run.
 *   - printing, counting, and all else that the function does beside calling the library.
 * Tensors that it reads besides its inputs must live as long as the program, and stay where they are: parameters and
 * tensors made outside of scopes do. */
#ifndef GRADUS_PROGRAM_H
#define GRADUS_PROGRAM_H

#include <stdio.h>

#include "autograd.h"

#ifdef __cplusplus
extern "C" {
#endif
GD_API_BEGIN

typedef struct gd_program gd_program;

/* gd_capture - a program that runs function(in, n, context).  Nothing is called yet.  context must live as long as the
 * program.  NULL, and a message: function is NULL, memory is out.  The caller frees it with gd_program_free. */
gd_program *gd_capture(gd_function *function, void *context);

/* gd_run - runs the program for n inputs; returns what the function returns, detached.  The result belongs to the
 * program until its next run: read it with gd_item, gd_keep it, or give it to the next run as an input.
 * NULL, and a message: an input is NULL or requires a gradient, the function returned NULL, one of its computations
 * failed as it would have in the function; program is running already. */
gd_tensor *gd_run(gd_program *program, gd_tensor *const inputs[], int n);

/* gd_program_print - the captured versions as lists of computations, with shapes and bytes, and how often the function
 * was called, captured and run again. */
void gd_program_print(FILE *out, gd_program *program);

/* gd_program_free - frees it with its result and all memory of its versions; NULL is fine.  Models and optimizers that
 * it used stay.  Error: it is running. */
void gd_program_free(gd_program *program);

GD_API_END
#ifdef __cplusplus
}
#endif
#endif

/* dialects.h - the programs, the book and the papers whose numbers an algorithm can reproduce.
 *
 * The same name gives different numbers in different programs.  gd_NAME_dialect(d) returns the options that
 * reproduce one of them; the comment of each algorithm says what differs.  A dialect that an algorithm does
 * not have is an error: the options returned then have lr = NaN, which every constructor refuses. */
#ifndef GRADUS_DIALECTS_H
#define GRADUS_DIALECTS_H

#include "error.h"

#ifdef __cplusplus
extern "C" {
#endif
GD_API_BEGIN

typedef enum gd_dialect {
    GD_TORCH,                               /* PyTorch, torch.optim: the default where it has the algorithm */
    GD_D2L,                                 /* Dive into Deep Learning, written from scratch */
    GD_KERAS,                               /* Keras 3 */
    GD_OPTAX,                               /* optax; it has no default lr: ours stays */
    GD_TFA,                                 /* TensorFlow Addons */
    GD_PAPER,                               /* as first published */
    GD_D2L_TF_AS_PRINTED                    /* the TensorFlow tab of the book's Adam section, errors included */
} gd_dialect;

GD_API_END
#ifdef __cplusplus
}
#endif
#endif

/* plug.h - the interface of optimization algorithms: the built-in ones use it, and so can your own. */
#ifndef GRADUS_PLUG_H
#define GRADUS_PLUG_H

#include "optimizer.h"

#ifdef __cplusplus
#include <type_traits>
#endif

#ifdef __cplusplus
extern "C" {
#endif
GD_API_BEGIN

/* An algorithm is a name, an options struct that begins with "double lr", and a function that updates one
 * parameter.  This is all of sign descent:
 *
 *     typedef struct sign_options { double lr; } sign_options;
 *
 *     static void sign_update(const gd_update *u)
 *     {
 *         for (int64_t i = 0; i < u->n; i++)
 *             u->w[i] -= (gd_real)u->lr * (gd_real)((u->g[i] > 0) - (u->g[i] < 0));
 *     }
 *
 *     static const gd_algorithm sign = {
 *         .name = "sign", .options_size = sizeof(sign_options), .update = sign_update
 *     };
 *     ..
 *     gd_optimizer *o = gd_optimizer_new(net, &sign, &(sign_options){ .lr = 0.01 });
 *
 * It has groups, schedules, checkpoints and traces like the built-in algorithms, which use nothing else. */

/* The most states, numbers and entries of zeros that an algorithm may have, and bytes that prepare may write. */
enum { GD_MAX_STATES = 6, GD_MAX_NUMBERS = 4, GD_MAX_ZEROS = 4, GD_SCALARS_BYTES = 192 };

/* One parameter, one step. */
typedef struct gd_update {
    int64_t         n;                      /* its elements */
    gd_real        *w;                      /* the parameter, to be changed */
    const gd_real  *g;                      /* its gradient; in start it may be NULL: there is none yet */
    gd_real *const *state;                  /* state[k][i], k in the order of the names; NULL if not kept */
    double         *number;                 /* number[k]: the numbers in the order of their names */
    int64_t         t;                      /* the step, from 1, as this parameter counts */
    double          lr;
    const void     *options;                /* of the parameter's group */
    const void     *scalars;                /* what prepare computed for this t and lr */
    const gd_tensor *parameter;             /* the whole of it, with its shape and name: n, w, g and state may be a part
                                               of it if by_element */
    void           *work;                   /* memory for update's own use: see work_bytes */
} gd_update;

/* A field of an options struct: its name, its offset, the values that it may have. */
typedef enum gd_option_kind { GD_OPTION_REAL, GD_OPTION_FLAG, GD_OPTION_WHOLE } gd_option_kind;

typedef struct gd_option {
    const char *name;
    size_t      offset;
    gd_option_kind kind;                    /* double, bool, int or an enumeration */
    const char *interval;                   /* "[]", "[)", "(]" or "()": which ends are included */
    double      low, high;
} gd_option;

/* GD_OPTION(adam_options, beta1, "[)", 0, 1) - an entry of gd_algorithm.options: name, offset and kind of the field
 * come from its declaration. */
#ifdef __cplusplus
#define GD_OPTION(type, field, interval, low, high) \
    { #field, offsetof(type, field), gd_option_kind_of<decltype(type::field)>::kind, interval, low, high }
extern "C++" {
template <typename T> struct gd_option_kind_of {
    static_assert(std::is_enum<T>::value && sizeof(T) == sizeof(int),
                  "the field of an option is a double, bool, int or enum");
    static constexpr gd_option_kind kind = GD_OPTION_WHOLE;
};
template <> struct gd_option_kind_of<int> { static constexpr gd_option_kind kind = GD_OPTION_WHOLE; };
template <> struct gd_option_kind_of<unsigned> { static constexpr gd_option_kind kind = GD_OPTION_WHOLE; };
template <> struct gd_option_kind_of<double> { static constexpr gd_option_kind kind = GD_OPTION_REAL; };
template <> struct gd_option_kind_of<bool> { static constexpr gd_option_kind kind = GD_OPTION_FLAG; };
}
#else
#define GD_OPTION(type, field, interval, low, high) \
    { #field, offsetof(type, field), _Generic(((type *)0)->field, double: GD_OPTION_REAL, bool: GD_OPTION_FLAG, \
      int: GD_OPTION_WHOLE, unsigned: GD_OPTION_WHOLE), interval, low, high }     /* unsigned: an enumeration */
#endif

/* The values that a number, or each element of a state, may have: a checkpoint with others is refused.  Where a
 * parameter is not finite, its run has diverged, and NaN and infinities in its states are accepted too. */
typedef struct gd_range {
    const char *name;                       /* of the number or the state */
    bool        whole;                      /* a whole number, as counts are */
    const char *interval;                   /* as in gd_option */
    double      low, high;
} gd_range;

/* The argument of `valid`: the numbers and states of one parameter, or of all together, as read from a checkpoint or
 * before they are written to one. */
typedef struct gd_kept {
    int64_t           n;                    /* elements of the parameter, or of all parameters */
    double            step;                 /* gradients seen so far, a whole number */
    double            steps;                /* of the optimizer, the same */
    const gd_real    *w;                    /* the parameter; NULL: not known, or the state of all parameters */
    const double     *number;               /* number[k], in the order of their names */
    gd_tensor *const *state;                /* state[k]; NULL where none is kept */
    const void       *options;
} gd_kept;

/* Only name, options_size and update (or step) are required.  Names of options, states and numbers become part of a
 * checkpoint's keys: they must be UTF-8 and distinct, those of states and numbers without a slash; no number may be
 * called "step" or consist of digits alone. */
struct gd_algorithm {
    const char      *name;                              /* of the constructor, for messages: "gd_adam" */
    size_t           options_size;
    const gd_option *options;                           /* the fields, up to one without a name; NULL: lr alone */
    const char      *states[GD_MAX_STATES + 1];         /* names of state tensors, of the parameter's shape unless
                                                           state_shape says otherwise */
    const char      *numbers[GD_MAX_NUMBERS + 1];       /* names of numbers kept for each parameter */
    bool   (*check)(const void *options);               /* checks options together; false after gd_fail; NULL: no */
    bool   (*keeps)(const void *options, int k);        /* is state k needed with these options?  NULL: yes */
    void   (*start)(const gd_update *u);                /* sets the first state; NULL: zeros */
    void   (*prepare)(const gd_update *u, void *scalars);   /* computes what depends on options, t and lr alone, once
                                                           for many parameters; at most GD_SCALARS_BYTES, which
                                                           hold its last result, and zeros for new options */
    void   (*advance)(const gd_update *u);              /* writes to number, once before a parameter's update */
    void   (*update)(const gd_update *u);
    bool     by_element;                                /* update computes each element independently and writes to
                                                           w and state only: gd_step may call it for parts of a
                                                           large parameter, on several threads at the same time */
    double (*correction)(const void *options, int k, int64_t t);    /* traces show state k divided by this */
    double (*step)(gd_optimizer *o, gd_closure *closure, void *context);    /* instead of update */
    const char *zeros[GD_MAX_ZEROS + 1];                /* sets of options, "rho eps", that are all 0 only if
                                                           NAME_defaults() was forgotten: constructors and
                                                           gd_optimizer_group refuse them, gd_group_set does not */
    const gd_range *ranges;                             /* of numbers and states, up to one without a name; NULL:
                                                           they may be anything */
    const char *(*valid)(const gd_kept *kept);          /* checks numbers and states together; returns NULL, or the
                                                           fault: "pairs is larger than the number of rows of s" */
    bool   (*accepts)(const gd_tensor *parameter, const void *options);     /* false after gd_fail: update cannot serve
                                                           this parameter, and gd_step fails before any has changed;
                                                           NULL: it serves every one */
    size_t (*work_bytes)(const gd_tensor *parameter, const void *options);  /* how much memory u->work points to while
                                                           update runs, aligned for any type; what is in it then is not
                                                           defined.  Not with by_element.  NULL: none */
    bool   (*state_shape)(int k, gd_shape *shape);      /* *shape is the parameter's: makes it that of state k, with
                                                           length 1 along the axes that the state lacks; false: a
                                                           parameter of this shape has no state k.  NULL: all states
                                                           have the parameter's shape.  Not with by_element */
    void   (*evaluated)(const gd_update *u, gd_real *x);    /* writes to x[0] .. x[n - 1] what gd_optimizer_swap puts in
                                                           the place of w; only called after the first gradient.
                                                           NULL: w itself is what is to be evaluated */
};

/* gd_optimizer_shared_state - for an algorithm with step, which sees all parameters as one vector: its state k, a
 * tensor of the given shape, zeros on the first call and whenever the shape changes.  NULL when memory is out. */
gd_tensor *gd_optimizer_shared_state(gd_optimizer *o, int k, gd_shape shape);

/* gd_optimizer_new - what every constructor calls.  options is copied.  The optimizer is the caller's;
 * p must outlive every gd_step.  NULL: p or options is NULL, an option is out of range or NaN, several that are not 0
 * by default are (see zeros), a field of the algorithm is not valid, memory is out. */
gd_optimizer *gd_optimizer_new(gd_params *p, const gd_algorithm *algorithm, const void *options);

GD_API_END
#ifdef __cplusplus
}
#endif
#endif

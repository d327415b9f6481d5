/* The check of 18_resume: a run that is saved in the middle of an epoch, loaded into a new model, optimizer and loader,
 * and continued ends bit for bit like one that was never interrupted. */
#include "grader.h"

#include <unistd.h>

typedef struct run {
    gd_params *net;
    gd_tensor *w;
    gd_optimizer *o;
    gd_loader *load;
    double best;
} run;

static gd_dataset set;

static run new_run(uint64_t seed)
{
    run r = { .net = gd_params_new(), .best = INFINITY };
    gd_adam_options options = gd_adam_defaults();
    options.lr = 0.1;
    gd_seed(seed);
    r.w = gd_param(r.net, "w", gd_normal(GD_SHAPE(3, 1), 0, 1));
    r.o = gd_adam(r.net, options);
    r.load = gd_loader_new(set, (gd_loader_options){ .batch = 4, .shuffle = true, .seed = 5 });
    return r;
}

static void go_on(run *r, int steps)
{
    gd_batch batch;
    for (int i = 0; i < steps;) {
        if (!gd_loader_next(r->load, &batch))
            continue;
        GD_SCOPE;
        gd_tensor *loss = gd_mean(gd_square(gd_sub(gd_matmul(batch.x, r->w), batch.y)));
        gd_backward(loss);
        r->best = fmin(r->best, gd_item(loss));
        gd_step(r->o);
        gd_zero_grad(r->o);
        i++;
    }
}

void grade(void)
{
    char path[100];
    snprintf(path, sizeof path, "/tmp/gradus_exercise_18_%ld.safetensors", (long)getpid());
    set = (gd_dataset){ grade_normal(GD_SHAPE(26, 3)), grade_normal(GD_SHAPE(26, 1)) };
    const uint64_t seed = (uint64_t)grade_whole(1, 1000000);
    run whole = new_run(seed);
    const int before = grade_whole(9, 12);
    go_on(&whole, before);
    bool saved = save_run(path, whole.net, whole.o, whole.load, &whole.best);
    const double best_then = whole.best;
    gd_tensor *then = gd_from(GD_SHAPE(3, 1), whole.w->data);
    if (!saved)
        grade_wrong("save_run is false");
    if (access(path, R_OK) != 0)
        grade_wrong("save_run is true, and there is no file at path");
    run again = new_run(seed + 1);
    bool loaded = load_run(path, again.net, again.o, again.load, &again.best);
    remove(path);
    if (!loaded)
        grade_wrong("load_run is false");
    grade_same("w after loading", gd_detach(again.w), then, "");
    if (again.best != best_then)
        grade_wrong("best is %.6g after loading, and was %.6g: save it as a note", again.best, best_then);
    if (again.o->steps != before)
        grade_wrong("the optimizer begins anew, at step %d instead of %d: its moments are part of the run",
                    (int)again.o->steps, before);
    if (gd_loader_epoch(again.load) != gd_loader_epoch(whole.load))
        grade_wrong("the data begin anew, at epoch %.3g instead of %.3g: the loader's position is part of the run",
                    gd_loader_epoch(again.load), gd_loader_epoch(whole.load));
    go_on(&whole, 10);
    go_on(&again, 10);
    grade_same("w after 10 more steps", gd_detach(again.w), gd_detach(whole.w), "not as without the interruption");
}

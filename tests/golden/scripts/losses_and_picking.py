"""losses_and_picking.py - writes the golden numbers of golden/losses and golden/picking with PyTorch (made with 1.13).

    python3 tests/golden/scripts/losses_and_picking.py

The grammar of the files is that of golden/ops (see the README there): float64, a fixed seed for each case, the gradient
of sum(upstream * output) for every input that has one.  Inputs keep away from ties and kinks, but for what a case is
about.  How a case is called in C is in tests/operations/golden_losses_table.h. """
import os
import zlib

import torch
import torch.nn.functional as F

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
torch.set_default_dtype(torch.float64)


def numbers(t):
    return " ".join("%.17g" % v for v in t.reshape(-1).tolist())


def record(what, name, t, kind="f64"):
    sizes = " ".join(str(s) for s in t.shape)
    return " ".join(("%s %s %s %d %s %s" % (what, name, kind, t.dim(), sizes, numbers(t))).split()) + "\n"


def attribute(key, value):
    if isinstance(value, str):
        return "attr %s str 1 %s\n" % (key, value)
    values = value if isinstance(value, (list, tuple)) else [value]
    kind = "float" if any(isinstance(v, float) for v in values) else "int"
    return "attr %s %s %d %s\n" % (key, kind, len(values), " ".join("%.17g" % v for v in values))


def case(folder, name, op, function, inputs, constants=(), **attributes):
    """inputs: name -> tensor; those in constants get no gradient; function(inputs) -> tensor."""
    torch.manual_seed(zlib.crc32(name.encode()))
    made = {k: (v() if callable(v) else v) for k, v in inputs.items()}
    for k, t in made.items():
        if k not in constants:
            t.requires_grad_(True)
    y = function(**made)
    text = "case %s\nop %s\n" % (name, op)
    for key, value in attributes.items():
        text += attribute(key, value)
    for k, t in made.items():
        whole = k in constants and bool((t == t.round()).all())
        text += record("input", k, t.detach(), "i64" if whole else "f64")
    if y.requires_grad:
        dy = torch.randn(y.shape)
        text += record("upstream", "y", dy)
    text += record("output", "y", y.detach().to(torch.float64))
    if y.requires_grad:
        wanted = [k for k in made if k not in constants]
        for k, g in zip(wanted, torch.autograd.grad(y, [made[k] for k in wanted], dy, allow_unused=True)):
            text += "" if g is None else record("grad", k, g)
    with open(os.path.join(ROOT, folder, name + ".txt"), "w") as out:
        out.write(text + "end\n")


def rand(*shape):
    return lambda: torch.randn(shape)


def unit(*shape):
    return lambda: 0.05 + 0.9 * torch.rand(shape)


def positive(*shape):
    return lambda: 0.3 + 1.7 * torch.rand(shape)


def whole(high, *shape):
    return lambda: torch.randint(0, high, shape).to(torch.float64)


def losses():
    def put(name, op, function, inputs, **rest):
        for reduction in ("mean", "sum", "none"):
            case("losses", "%s_%s" % (name, reduction), op, lambda **t: function(reduction, **t), inputs,
                 reduction=reduction, **rest)

    def ce(reduction, logits, labels, weight=None, smoothing=0.0, ignore=-100):
        return F.cross_entropy(logits, labels.long(), weight, ignore_index=ignore, reduction=reduction,
                               label_smoothing=smoothing)

    labels = {"logits": rand(6, 4), "labels": whole(4, 6)}
    images = {"logits": rand(2, 3, 2, 2), "labels": whole(3, 2, 2, 2)}
    fixed = {"constants": ("labels", "weight")}
    put("ce_plain", "cross_entropy_with", ce, labels, ignore=-100, smoothing=0.0, **fixed)
    put("ce_ignore", "cross_entropy_with", lambda r, **t: ce(r, ignore=1, **t), labels, ignore=1, smoothing=0.0,
        **fixed)
    put("ce_smooth", "cross_entropy_with", lambda r, **t: ce(r, smoothing=0.15, **t), labels, ignore=-100,
        smoothing=0.15, **fixed)
    put("ce_all", "cross_entropy_with", lambda r, **t: ce(r, smoothing=0.3, ignore=2, **t),
        dict(labels, weight=positive(4)), ignore=2, smoothing=0.3, **fixed)
    put("ce_images", "cross_entropy_with", lambda r, **t: ce(r, smoothing=0.1, ignore=0, **t),
        dict(images, weight=positive(3)), ignore=0, smoothing=0.1, **fixed)
    put("ce_weight", "cross_entropy_with", ce, dict(images, weight=positive(3)), ignore=-100, smoothing=0.0, **fixed)

    def soft(reduction, logits, target, weight=None, smoothing=0.0):
        return F.cross_entropy(logits, target, weight, reduction=reduction, label_smoothing=smoothing)

    put("soft", "soft_cross_entropy", soft, {"logits": rand(5, 3), "target": unit(5, 3)}, smoothing=0.0)
    put("soft_all", "soft_cross_entropy", lambda r, **t: soft(r, smoothing=0.2, **t),
        {"logits": rand(2, 3, 2), "target": unit(2, 3, 2), "weight": positive(3)}, constants=("weight",), smoothing=0.2)

    def nll(reduction, log_prediction, labels, weight=None, ignore=-100):
        return F.nll_loss(log_prediction, labels.long(), weight, ignore_index=ignore, reduction=reduction)

    put("nll", "nll_loss", nll, {"log_prediction": rand(5, 3), "labels": whole(3, 5)}, ignore=-100, **fixed)
    put("nll_all", "nll_loss", lambda r, **t: nll(r, ignore=1, **t),
        {"log_prediction": rand(2, 3, 4), "labels": whole(3, 2, 4), "weight": positive(3)}, ignore=1, **fixed)

    def bce_logits(reduction, prediction, target, weight=None, pos_weight=None):
        return F.binary_cross_entropy_with_logits(prediction, target, weight, pos_weight=pos_weight,
                                                  reduction=reduction)

    pair = {"prediction": rand(3, 4), "target": unit(3, 4)}
    put("bce_logits_weight", "bce_with_logits_weighted", bce_logits, dict(pair, weight=positive(3, 1)),
        constants=("target", "weight"))
    put("bce_logits_all", "bce_with_logits_weighted", bce_logits,
        dict(pair, weight=positive(3, 4), pos_weight=positive(4)), constants=("target", "weight", "pos_weight"))
    put("bce_logits_far", "bce_with_logits_weighted", bce_logits,
        {"prediction": lambda: torch.tensor([-300.0, -40, 0, 40, 300]),
         "target": lambda: torch.tensor([0.0, 0, 1, 1, 0.25]), "pos_weight": positive(5)},
        constants=("target", "pos_weight"))

    def bce(reduction, prediction, target, weight=None):
        return F.binary_cross_entropy(prediction, target, weight, reduction=reduction)

    put("bce", "bce_loss", bce, {"prediction": unit(3, 4), "target": unit(3, 4)}, constants=("target",))
    # Values only: PyTorch's bound in the gradient there, 1e-12, is rounded to float.
    put("bce_ends", "bce_loss", bce, {"prediction": lambda: torch.tensor([0.0, 0.0, 1.0, 1.0, 0.5]),
                                      "target": lambda: torch.tensor([0.0, 1.0, 0.0, 1.0, 1.0]),
                                      "weight": positive(5)}, constants=("prediction", "target", "weight"))
    both = {"prediction": rand(3, 4), "target": rand(3, 4)}
    for beta in (1.0, 0.4, 0.0):
        put("smooth_l1_%g" % beta, "smooth_l1_loss",
            lambda r, prediction, target: F.smooth_l1_loss(prediction, target, reduction=r, beta=beta), both, beta=beta)

    def gaussian(reduction, prediction, target, variance, full=False, eps=1e-6):
        return F.gaussian_nll_loss(prediction, target, variance, full=full, eps=eps, reduction=reduction)

    put("gaussian", "gaussian_nll_loss", gaussian, dict(both, variance=positive(3, 4)), full=0, eps=1e-6)
    put("gaussian_full", "gaussian_nll_loss", lambda r, **t: gaussian(r, full=True, **t),
        dict(both, variance=positive(3, 1)), full=1, eps=1e-6)
    put("gaussian_rows", "gaussian_nll_loss", gaussian, dict(both, variance=positive(3)), full=0, eps=1e-6)
    put("gaussian_clamped", "gaussian_nll_loss", lambda r, **t: gaussian(r, eps=1.0, **t),
        dict(both, variance=positive(3, 4)), full=0, eps=1.0)

    def poisson(reduction, prediction, target, log_input=True, full=False, eps=1e-8):
        return F.poisson_nll_loss(prediction, target, log_input=log_input, full=full, eps=eps, reduction=reduction)

    counts = {"target": whole(7, 3, 4)}
    put("poisson", "poisson_nll_loss", poisson, dict(prediction=rand(3, 4), **counts), constants=("target",),
        log_input=1, full=0, eps=1e-8)
    put("poisson_full", "poisson_nll_loss", lambda r, **t: poisson(r, full=True, **t),
        dict(prediction=rand(3, 4), **counts), constants=("target",), log_input=1, full=1, eps=1e-8)
    put("poisson_mean", "poisson_nll_loss", lambda r, **t: poisson(r, log_input=False, full=True, eps=1e-3, **t),
        dict(prediction=positive(3, 4), **counts), constants=("target",), log_input=0, full=1, eps=1e-3)

    def similarity(name, a, b, axis, eps=1e-8):
        case("losses", name, "cosine_similarity", lambda a, b: F.cosine_similarity(a, b, dim=axis, eps=eps),
             {"a": a, "b": b}, axis=axis, eps=eps)

    similarity("cosine_rows", rand(3, 4), rand(3, 4), 1)
    similarity("cosine_broadcast", rand(2, 3, 4), rand(3, 1), 1)
    similarity("cosine_vector", rand(5), rand(5), 0)

    signs = {"target": lambda: torch.tensor([1.0, -1, 1, -1])}
    put("cosine_embedding", "cosine_embedding_loss",
        lambda r, a, b, target: F.cosine_embedding_loss(a, b, target, margin=-0.5, reduction=r),
        dict(a=rand(4, 3), b=rand(4, 3), **signs), constants=("target",), margin=-0.5)

    triple = {"anchor": rand(4, 3), "positive": rand(4, 3), "negative": rand(4, 3)}
    for name, p, margin, swap in (("triplet", 2.0, 1.0, False), ("triplet_swap", 2.0, 3.0, True),
                                  ("triplet_p3", 3.0, 2.0, False)):
        put(name, "triplet_margin_loss",
            lambda r, anchor, positive, negative: F.triplet_margin_loss(
                anchor, positive, negative, margin=margin, p=p, eps=1e-6, swap=swap, reduction=r),
            triple, margin=margin, p=p, eps=1e-6, swap=int(swap))

    def ctc(name, t, n, c, targets, input_lengths, target_lengths, blank=0, zero_infinity=False):
        put(name, "ctc_loss",
            lambda r, logits, targets: F.ctc_loss(F.log_softmax(logits, 2), targets.long(), input_lengths,
                                                  target_lengths, blank=blank, reduction=r,
                                                  zero_infinity=zero_infinity),
            {"logits": rand(t, n, c), "targets": lambda: torch.tensor(targets, dtype=torch.float64)},
            constants=("targets",), input_lengths=list(input_lengths), target_lengths=list(target_lengths),
            blank=blank, zero_infinity=int(zero_infinity))

    ctc("ctc", 6, 2, 4, [[1, 2, 3], [3, 3, 1]], (6, 6), (3, 3))
    ctc("ctc_lengths", 7, 3, 4, [[1, 1], [2, 3], [3, 1]], (7, 5, 4), (2, 2, 1))
    ctc("ctc_blank_last", 5, 2, 3, [[0, 1], [1, 0]], (5, 4), (2, 2), blank=2)
    ctc("ctc_short", 3, 2, 3, [[1, 1, 2], [1, 2, 2]], (3, 3), (3, 2), zero_infinity=True)
    ctc("ctc_empty_target", 4, 2, 3, [[1, 2], [2, 1]], (4, 4), (0, 1))


def in_order(x, axis, down):
    return torch.sort(x, dim=axis, descending=bool(down), stable=True)


def picking():
    def put(name, op, function, constants=(), inputs=None, **attributes):
        case("picking", name, op, function, inputs, constants, **attributes)

    x34, x234 = {"x": rand(3, 4)}, {"x": rand(2, 3, 4)}
    for axis in (0, 1, 2):
        for down in (0, 1):
            put("sort_%d_%d" % (axis, down), "sort", lambda x: in_order(x, axis, down)[0], inputs=x234, axis=axis,
                descending=down)
            put("argsort_%d_%d" % (axis, down), "argsort", lambda x: in_order(x, axis, down)[1], inputs=x234, axis=axis,
                descending=down)
        put("cummax_%d" % axis, "cummax", lambda x: torch.cummax(x, axis)[0], inputs=x234, axis=axis)
        put("cummax_index_%d" % axis, "cummax_index", lambda x: torch.cummax(x, axis)[1], inputs=x234, axis=axis)
        put("cummin_%d" % axis, "cummin", lambda x: torch.cummin(x, axis)[0], inputs=x234, axis=axis)
        put("median_%d" % axis, "median_axis", lambda x: torch.median(x, axis, True)[0], inputs=x234, axis=axis, keep=1)
        put("prod_%d" % axis, "prod_axis", lambda x: torch.prod(x, axis), inputs=x234, axis=axis, keep=0)
        put("logcumsumexp_%d" % axis, "logcumsumexp", lambda x: torch.logcumsumexp(x, axis), inputs=x234, axis=axis)
        put("argmin_%d" % axis, "argmin", lambda x: torch.argmin(x, axis), inputs=x234, axis=axis)
    ties = {"x": lambda: torch.tensor([[3.0, 1, 3, 2, 1], [1, 1, 1, 1, 1]])}
    put("argsort_ties", "argsort", lambda x: in_order(x, 1, 0)[1], inputs=ties, axis=1, descending=0)
    put("argsort_ties_down", "argsort", lambda x: in_order(x, 1, 1)[1], inputs=ties, axis=1, descending=1)
    put("cummax_index_ties", "cummax_index", lambda x: torch.cummax(x, 1)[1], inputs=ties, axis=1)
    put("topk_largest", "topk", lambda x: torch.topk(x, 3, 1)[0], inputs={"x": rand(3, 6)}, k=3, axis=1, largest=1)
    put("topk_smallest", "topk", lambda x: torch.topk(x, 2, 0, largest=False)[0], inputs={"x": rand(4, 3)}, k=2, axis=0,
        largest=0)
    put("topk_index", "topk_index", lambda x: torch.topk(x, 3, 1)[1], inputs={"x": rand(3, 6)}, k=3, axis=1, largest=1)
    put("median_odd", "median", torch.median, inputs={"x": rand(3, 5)})
    put("median_even", "median", torch.median, inputs=x34)
    put("prod_all", "prod", torch.prod, inputs=x34)
    for zeros in (1, 2):
        values = [0.0] * zeros + [2.0, -3.0, 0.5]
        put("prod_zeros_%d" % zeros, "prod", torch.prod, inputs={"x": lambda: torch.tensor(values)})
    put("var", "var", lambda x: torch.var(x, unbiased=True), inputs=x34, correction=1.0)
    put("std", "std", lambda x: torch.std(x, unbiased=False), inputs=x34, correction=0.0)
    put("unique", "unique", lambda x: torch.unique(x.detach()), constants=("x",), inputs={"x": whole(5, 3, 4)})
    put("unique_inverse", "unique_inverse", lambda x: torch.unique(x.detach(), return_inverse=True)[1],
        constants=("x",), inputs={"x": whole(5, 3, 4)})
    put("unique_counts", "unique_counts", lambda x: torch.unique(x.detach(), return_counts=True)[1], constants=("x",),
        inputs={"x": whole(5, 3, 4)})
    put("nonzero", "nonzero", torch.nonzero, constants=("x",), inputs={"x": whole(2, 2, 3, 4)})
    put("count_nonzero", "count_nonzero", lambda x: torch.count_nonzero(x, 1), constants=("x",),
        inputs={"x": whole(3, 3, 4)}, axis=1)
    put("index_select", "index_select", lambda x, index: torch.index_select(x, 1, index.long()),
        inputs={"x": rand(2, 3, 4), "index": whole(3, 5)}, constants=("index",), axis=1)
    put("index_select_2d", "index_select", lambda x, index: x[:, index.long()],
        inputs={"x": rand(2, 3, 2), "index": whole(3, 2, 4)}, constants=("index",), axis=1)
    put("masked_select", "masked_select", lambda x, mask: torch.masked_select(x, mask > 0),
        inputs={"x": rand(3, 4), "mask": whole(2, 3, 4)}, constants=("mask",))
    put("masked_select_broadcast", "masked_select", lambda x, mask: torch.masked_select(x, mask > 0),
        inputs={"x": rand(3, 1), "mask": lambda: torch.tensor([1.0, 0, 1])}, constants=("mask",))
    put("masked_fill", "masked_fill", lambda x, mask: x.masked_fill(mask > 0, 2.5),
        inputs={"x": rand(3, 4), "mask": whole(2, 4)}, constants=("mask",), value=2.5)
    put("scatter", "scatter", lambda x, index, source: x.scatter(1, index.long(), source[:, :2]),
        inputs={"x": rand(3, 5), "index": lambda: torch.tensor([[0.0, 2], [4, 1], [3, 0]]), "source": rand(3, 4)},
        constants=("index",), axis=1)
    put("scatter_add", "scatter_add", lambda x, index, source: x.scatter_add(0, index.long(), source[:, :2]),
        inputs={"x": rand(3, 4), "index": whole(3, 5, 2), "source": rand(5, 4)}, constants=("index",), axis=0)
    put("roll", "roll", lambda x: torch.roll(x, 3, 1), inputs=x34, shift=3, axis=1)
    put("roll_back", "roll", lambda x: torch.roll(x, -5, 0), inputs=x34, shift=-5, axis=0)
    put("diagonal", "diagonal", lambda x: torch.diagonal(x, 1, 0, 2), inputs=x234, offset=1, axes=[0, 2])
    put("diagonal_below", "diagonal", lambda x: torch.diagonal(x, -1, 2, 1), inputs=x234, offset=-1, axes=[2, 1])
    put("diag_vector", "diag", lambda x: torch.diag(x, -2), inputs={"x": rand(3)}, offset=-2)
    put("diag_matrix", "diag", lambda x: torch.diag(x, 1), inputs=x34, offset=1)
    put("trace", "trace", torch.trace, inputs=x34)
    put("outer", "outer", lambda a, b: torch.outer(a, b), inputs={"a": rand(3), "b": rand(4)})
    for indexing in ("ij", "xy"):
        for which in (0, 1):
            put("meshgrid_%s_%d" % (indexing, which), "meshgrid",
                lambda a, b: torch.meshgrid(a, b, indexing=indexing)[which], inputs={"a": rand(3), "b": rand(4)},
                xy=int(indexing == "xy"), which=which)


losses()
picking()

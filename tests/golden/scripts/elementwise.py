#!/usr/bin/python3
"""elementwise.py - writes the files of tests/golden/elementwise, in the grammar of tests/golden/ops/README.md.

    /usr/bin/python3 tests/golden/scripts/elementwise.py tests/golden/elementwise

Values, gradients and Hessian-vector products of elementwise operations by PyTorch (the files that are committed: 1.13)
in float64, from a fixed seed.  For an upstream gradient dy, f = sum(dy y); grad is the gradient of f, and hvp its
Hessian times the vectors, jointly in all inputs; where PyTorch's is NaN there is none.  Points where the library
decides differently are left out: the corners of hardswish at -3 and 3, where the library takes the slope of least size,
the origin for atan2, where PyTorch gives NaN, and 0 for selu, whose curvature jumps there.  PyTorch's own hardsigmoid
has a gradient of float's precision only, because it multiplies with a float that is nearly 1/6: relu6 is used instead.
"""
import sys
import torch
import torch.nn.functional as F

torch.manual_seed(20231)
folder = sys.argv[1]


def anywhere(*shape, low=-2.5, high=2.5):
    return (torch.rand(shape, dtype=torch.float64) * (high - low) + low).mul(1e4).round().div(1e4)


def rounded(t):
    return t.mul(1e4).round().div(1e4)


def positive(*shape):
    return anywhere(*shape, low=0.05, high=4)


def within_one(*shape):
    return anywhere(*shape, low=-0.95, high=0.95)


def values(*numbers):
    return torch.tensor(numbers, dtype=torch.float64)


def text_of(t):
    numbers = ["%.17g" % v for v in t.detach().reshape(-1).tolist()]
    lines = [" " + " ".join(numbers[i:i + 5]) for i in range(0, len(numbers), 5)]
    return "f64 %s\n%s\n" % (" ".join(str(n) for n in [t.dim()] + list(t.shape)), "\n".join(lines))


def write(case, op, f, attributes="", second_too=True, **inputs):
    for x in inputs.values():
        x.requires_grad_()
    y = f(**inputs)
    names = list(inputs)
    vectors = [rounded(torch.randn_like(x)) for x in inputs.values()]
    dy = rounded(torch.randn_like(y))
    out = "case %s\nop %s\n%s" % (case, op, attributes)
    for name in names:
        out += "input %s %s" % (name, text_of(inputs[name]))
    grads = torch.autograd.grad(y, list(inputs.values()), dy, create_graph=True)
    slope = sum((g * v).sum() for g, v in zip(grads, vectors) if g.requires_grad)
    second = None
    if second_too and not isinstance(slope, int):
        second = torch.autograd.grad(slope, list(inputs.values()), allow_unused=True)
        second = [torch.zeros_like(x) if h is None else h for h, x in zip(second, inputs.values())]
        for name, v in zip(names, vectors):
            out += "vector %s %s" % (name, text_of(v))
    out += "upstream y " + text_of(dy) + "output y " + text_of(y)
    for name, g in zip(names, grads):
        out += "grad %s %s" % (name, text_of(g))
    for name, h in zip(names, second or []):
        out += "hvp %s %s" % (name, text_of(h))
    for t in list(grads) + (second or []) + [y]:
        assert torch.isfinite(t).all(), (case, t)
    with open("%s/%s.txt" % (folder, case), "w") as file:
        file.write("# PyTorch %s, float64: tests/golden/scripts/elementwise.py\n%send\n" % (torch.__version__, out))


# ---- One input ------------------------------------------------------------------------------------------------------

of_one = [
    ("tan", torch.tan, lambda *s: anywhere(*s, low=-1.4, high=1.4), values(-1e6, 0, 3, 1e10, 123.25)),
    ("asin", torch.asin, within_one, values(-0.999999, 0, 1e-9, 0.5, 0.999)),
    ("acos", torch.acos, within_one, values(-0.999999, 0, 1e-9, 0.5, 0.999)),
    ("atan", torch.atan, anywhere, values(-1e9, -1, 0, 1e-9, 1e5)),
    ("asinh", torch.asinh, anywhere, values(-1e9, -1, 0, 1e-9, 1e5)),
    ("acosh", torch.acosh, lambda *s: anywhere(*s, low=1.05, high=5), values(1.000001, 1e5, 1e9)),
    ("atanh", torch.atanh, within_one, values(-0.99999, 0, 1e-9, 0.5, 0.999)),
    ("expm1", torch.expm1, anywhere, values(-700, -40, -1e-9, 0, 1e-9, 10)),
    ("log1p", torch.log1p, lambda *s: anywhere(*s, low=-0.9, high=4), values(-0.999, 0, 1e-9, 1e9)),
    ("log2", torch.log2, positive, values(0.001, 1, 1.0000001, 1e9)),
    ("log10", torch.log10, positive, values(0.001, 1, 1.0000001, 1e9)),
    ("rsqrt", torch.rsqrt, positive, values(0.01, 1e9)),
    ("reciprocal", torch.reciprocal, lambda *s: positive(*s) * values(1, -1, 1, -1), values(-0.01, 1e9)),
    ("floor", torch.floor, anywhere, values(-1.5, -0.5, 0.5, 7)),
    ("ceil", torch.ceil, anywhere, values(-1.5, -0.5, 0.5, 7)),
    ("trunc", torch.trunc, anywhere, values(-1.5, -0.5, 0.5, 7)),
    ("round", torch.round, anywhere, values(-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 7)),
    ("selu", F.selu, anywhere, values(-100, -0.001, 0.001, 100)),
    ("mish", F.mish, anywhere, values(-100, -20, 0, 10, 30)),
    ("logsigmoid", F.logsigmoid, anywhere, values(-1000, -20, 0, 20, 100)),
    ("hardsigmoid", lambda x: F.relu6(x + 3) / 6, lambda *s: anywhere(*s, low=-5, high=5), values(-100, -3, 0, 3, 100)),
    ("hardswish", F.hardswish, lambda *s: anywhere(*s, low=-5, high=5), values(-100, 0, 100)),
]
for name, f, domain, special in of_one:
    write(name, name, lambda x: f(x), x=domain(3, 4))
    write(name + "_special", name, lambda x: f(x), x=special)

for name, low, high in [("hardtanh", -1, 1), ("hardtanh_wide", -0.5, 2)]:
    write(name, "hardtanh", lambda x: F.hardtanh(x, low, high),
          "attr low float 1 %g\nattr high float 1 %g\n" % (low, high), x=torch.cat([anywhere(9), values(low, high, 0)]))

# ---- Two inputs -----------------------------------------------------------------------------------------------------

shapes = [("same", (3, 4), (3, 4)), ("row", (3, 4), (4,)), ("column", (4,), (3, 1)), ("scalar", (2, 3), ()),
          ("left", (), (5,))]
for name, a, b in shapes:
    write("pow_tensor_" + name, "pow_tensor", lambda a, b: torch.pow(a, b), a=positive(*a), b=anywhere(*b))
    write("remainder_" + name, "remainder", lambda a, b: torch.remainder(a, b), a=anywhere(*a, low=-9, high=9),
          b=anywhere(*b, low=0.5, high=3) * (torch.randint(2, b) * 2 - 1))
    write("atan2_" + name, "atan2", lambda a, b: torch.atan2(a, b), a=anywhere(*a), b=anywhere(*b))
write("pow_tensor_zero", "pow_tensor", lambda a, b: torch.pow(a, b), second_too=False,
      a=values(0, 0, 0, 2, 3), b=values(2, 3, 0, 0, 0))
write("atan2_axes", "atan2", lambda a, b: torch.atan2(a, b),
      a=values(0, 0, 2, -2, 1e-9, 1e9), b=values(1.5, -1.5, 0, 0, -1, 1))
write("prelu_channels", "prelu", lambda x, weight: F.prelu(x, weight), x=anywhere(2, 3, 4), weight=anywhere(3))
write("prelu_rows", "prelu", lambda x, weight: F.prelu(x, weight), x=anywhere(4, 3), weight=anywhere(3))
write("prelu_one", "prelu", lambda x, weight: F.prelu(x, weight), x=anywhere(4, 3), weight=anywhere(1))
write("prelu_vector", "prelu", lambda x, weight: F.prelu(x, weight), x=anywhere(7), weight=anywhere(1))
for axis, shape in [(-1, (3, 4)), (0, (4, 3)), (1, (2, 6, 3))]:
    write("glu_%s" % (axis if axis >= 0 else "last"), "glu", lambda x: F.glu(x, axis), "attr axis int 1 %d\n" % axis,
          x=anywhere(*shape))

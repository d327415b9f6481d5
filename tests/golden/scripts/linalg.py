"""linalg.py - golden numbers of linear algebra and einsum: writes golden/linalg/linalg.txt.

    /usr/bin/python3 tests/golden/scripts/linalg.py

float64, PyTorch 1.13, torch.linalg.  One record a line, as derivatives.py writes them.  For each case NAME: its inputs
NAME.a, NAME.b, its result NAME.y, an upstream gradient NAME.dy, and the gradients NAME.da, NAME.db of sum(y dy).
Eigenvectors and singular vectors, whose signs are free, are squared.
"""
import os
import torch
from torch import linalg as L

torch.manual_seed(11)
N = lambda *s: torch.randn(s, dtype=torch.float64)
S = lambda *s: (lambda t: t + t.transpose(-2, -1))(N(*s))
P = lambda *s: (lambda t: t @ t.transpose(-2, -1) + torch.eye(s[-1], dtype=torch.float64))(N(*s))
E = torch.einsum

cases = {
    "solve": (L.solve, N(2, 3, 3), N(3, 2)),
    "solve_vector": (L.solve, N(2, 3, 3), N(2, 3)),
    "triangular": (lambda a, b: L.solve_triangular(a, b, upper=True), N(4, 4), N(4, 2)),
    "triangular_unit": (lambda a, b: L.solve_triangular(a, b, upper=False, unitriangular=True), N(2, 3, 3), N(2, 3, 2)),
    "inverse": (L.inv, N(2, 4, 4)),
    "det": (L.det, N(3, 4, 4)),
    "logabsdet": (lambda a: L.slogdet(a)[1], N(3, 4, 4)),
    "cholesky": (L.cholesky, P(2, 4, 4)),
    "qr_q": (lambda a: L.qr(a)[0], N(2, 5, 3)),
    "qr_r": (lambda a: L.qr(a)[1], N(2, 5, 3)),
    "qr_wide_q": (lambda a: L.qr(a)[0], N(3, 5)),
    "qr_wide_r": (lambda a: L.qr(a)[1], N(3, 5)),
    "eigh_w": (lambda a: L.eigh(a)[0], S(2, 5, 5)),
    "eigh_v": (lambda a: L.eigh(a)[1] ** 2, S(2, 5, 5)),
    "svd_s": (lambda a: L.svd(a, full_matrices=False)[1], N(2, 5, 3)),
    "svd_u": (lambda a: L.svd(a, full_matrices=False)[0] ** 2, N(5, 3)),
    "svd_vh": (lambda a: L.svd(a, full_matrices=False)[2] ** 2, N(5, 3)),
    "svd_wide_u": (lambda a: L.svd(a, full_matrices=False)[0] ** 2, N(2, 3, 4)),
    "svd_wide_vh": (lambda a: L.svd(a, full_matrices=False)[2] ** 2, N(2, 3, 4)),
    "lstsq": (lambda a, b: L.lstsq(a, b).solution, N(5, 3), N(5, 2)),
    "lstsq_wide": (lambda a, b: L.pinv(a) @ b, N(3, 5), N(3, 2)),
    "einsum_product": (lambda a, b: E("ij,jk->ik", a, b), N(3, 4), N(4, 2)),
    "einsum_batch": (lambda a, b: E("bij,bkj->bik", a, b), N(2, 3, 4), N(2, 5, 4)),
    "einsum_dots": (lambda a, b: E("...ij,jk...->k...i", a, b), N(2, 3, 4), N(4, 2, 2)),
    "einsum_implicit": (lambda a, b: E("ba,cb", a, b), N(3, 4), N(2, 3)),
    "einsum_trace": (lambda a: E("ii", a), N(4, 4)),
    "einsum_diagonals": (lambda a: E("iijj->ji", a), N(2, 2, 3, 3)),
    "einsum_sum": (lambda a, b: E("ij,kl->jl", a, b), N(3, 4), N(2, 3)),
    "einsum_elementwise": (lambda a, b: E("ij,ij->ij", a, b), N(3, 4), N(3, 4)),
    "einsum_stretched": (lambda a, b: E("ij,ij->j", a, b), N(3, 1), N(3, 4)),
}

folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "linalg")
os.makedirs(folder, exist_ok=True)
with open(os.path.join(folder, "linalg.txt"), "w") as file:
    for case, (f, *xs) in cases.items():
        xs = [x.detach().requires_grad_() for x in xs]
        y = f(*xs)
        dy = N(*y.shape)
        grads = torch.autograd.grad(y, xs, dy)
        if case == "cholesky":                  # evaluated as a function of all elements, as by Gradus
            assert torch.allclose(grads[0], grads[0].transpose(-2, -1))
        records = {"y": y, "dy": dy}
        for letter, x, g in zip("ab", xs, grads):
            if case.startswith("eigh"):
                g = (g + g.transpose(-2, -1)) / 2       # PyTorch's is not symmetric; Gradus reads (a + a') / 2
            records[letter], records["d" + letter] = x, g
        for name, t in records.items():
            file.write(" ".join([case + "." + name, str(t.dim())] + [str(s) for s in t.shape]
                                + ["%.17g" % e for e in t.flatten().tolist()]) + "\n")

#!/usr/bin/env python3
"""npz.py - writes tests/golden/data/stored.npz and deflated.npz with numpy.savez and numpy.savez_compressed, for
tests/data/test_npz.c: x, the numbers 0 .. 11 less 5, as float64 [3, 4]; count, int32 [2]: 7 and -8; fortran, the
numbers 0 .. 5 as float32 [2, 3] in Fortran order; scalar, 2.5.

    python3 tests/golden/scripts/npz.py
"""
import numpy

arrays = {
    "x": numpy.arange(12, dtype="f8").reshape(3, 4) - 5,
    "count": numpy.array([7, -8], dtype="i4"),
    "fortran": numpy.asfortranarray(numpy.arange(6, dtype="f4").reshape(2, 3)),
    "scalar": numpy.array(2.5),
}
numpy.savez("tests/golden/data/stored.npz", **arrays)
numpy.savez_compressed("tests/golden/data/deflated.npz", **arrays)

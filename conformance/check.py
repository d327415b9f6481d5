#!/usr/bin/env python3
"""check.py - runs an implementation of optimizers, schedules and clipping on the settings of a folder of data, and
compares its numbers with those there.

    python3 check.py yours.py [--data data] [--tolerance 1e-12] [--only adam]

yours.py defines what it has of these three; each returns None for what is not implemented:

    optimizer(setting, parameters)      an object whose step(gradient) returns the parameters after one step
    rates(setting, n, metric)           a list: the learning rates of steps 0 .. n-1; metric: the losses after the
                                        steps, which only "plateau" has
    clip(setting, gradient)             the norm before clipping, and the clipped gradient

A setting is a dict of what the head of the file says: its name, the rule of an optimizer, and options such as lr.
Parameters and gradients are lists of ten numbers: a matrix A [3, 2] in row-major order, and a vector B [4]; for a rule
that is for matrices alone, six.  The tolerance is relative for numbers beyond 1: use 1e-5 for float."""
import argparse
import importlib.util
import os
import sys


def read(path):
    """The head of a file as a dict, and its rows."""
    setting, rows = {}, []
    with open(path, encoding="utf-8") as file:
        for line in file:
            if line.startswith("#! "):
                key, _, text = line[3:].strip().partition(" ")
                try:
                    setting[key] = float(text)
                except ValueError:
                    setting[key] = text
            elif not line.startswith("#"):
                rows.append([float(word) for word in line.split()])
    size, *rows = rows
    if len(rows) != size[0] or any(len(row) != size[1] for row in rows):
        sys.exit("%s: cannot be read" % path)
    return setting, rows


def compare(got, wanted, tolerance):
    """None, or what differs first."""
    for t, (row, want) in enumerate(zip(got, wanted)):
        for i, (a, b) in enumerate(zip(row, want)):
            if not abs(a - b) <= tolerance * max(1, abs(b)):
                return "row %d, number %d: %.17g, and not %.17g" % (t, i, a, b)
    return None if len(got) == len(wanted) else "%d rows, and not %d" % (len(got), len(wanted))


def optimizer(yours, setting, rows, problem):
    n = len(rows[0]) - 1
    made = yours.optimizer(setting, problem[0][1:1 + n]) if hasattr(yours, "optimizer") else None
    return made and ([list(made.step(g[1:1 + n])) for g in problem[1:]], [row[1:] for row in rows])


def schedule(yours, setting, rows, problem):
    metric = [row[2] for row in rows] if len(rows[0]) > 2 else None
    rates = yours.rates(setting, len(rows), metric) if hasattr(yours, "rates") else None
    return rates and ([[rate] for rate in rates], [[row[1]] for row in rows])


def clipping(yours, setting, rows, problem):
    got = []
    for g in problem[1:]:
        clipped = yours.clip(setting, g[1:]) if hasattr(yours, "clip") else None
        if clipped is None:
            return None
        got.append([clipped[0], *clipped[1]])
    return got, [row[1:] for row in rows]


def main():
    parser = argparse.ArgumentParser(description="compares optimizers with golden numbers")
    parser.add_argument("yours")
    parser.add_argument("--data", default=os.path.join(os.path.dirname(os.path.abspath(__file__)), "data"))
    parser.add_argument("--tolerance", type=float, default=1e-12)
    parser.add_argument("--only", default="")
    arguments = parser.parse_args()
    spec = importlib.util.spec_from_file_location("yours", arguments.yours)
    yours = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(yours)
    problem = read(os.path.join(arguments.data, "problem.csv"))[1]
    kinds = {"opt_": optimizer, "lr_": schedule, "clip_": clipping}
    agree = differ = missing = 0
    for file in sorted(os.listdir(arguments.data)):
        kind = next((kinds[k] for k in kinds if file.startswith(k) and arguments.only in file), None)
        if kind is None:
            continue
        setting, rows = read(os.path.join(arguments.data, file))
        result = kind(yours, setting, rows, problem)
        fault = compare(*result, arguments.tolerance) if result else "not implemented"
        if fault:
            print("%-28s %s" % (setting["name"], fault))
        missing += result is None
        differ += bool(result and fault)
        agree += not fault
    print("%d agree, %d differ, %d not implemented" % (agree, differ, missing))
    sys.exit(differ > 0 or agree == 0)


if __name__ == "__main__":
    main()

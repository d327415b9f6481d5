#!/usr/bin/env python3
"""metrics.py - writes tests/golden/metrics.txt, read by tests/metrics/test_metrics.c.

Every score is computed from its definition in plain loops over exact fractions, with nothing but the standard library:
accuracy, top-k accuracy, the confusion matrix, precision, recall and F1 of each class and averaged, the area under the
ROC curve as the fraction of ordered pairs, and the coefficient of determination.  All inputs are multiples of 1/8, so
that they are exact in float as well, and there are ties.

    python3 tests/golden/scripts/metrics.py > tests/golden/metrics.txt
"""
import random
from fractions import Fraction

random.seed(20)


def eighths(n, span):
    return [Fraction(random.randint(-span, span), 8) for _ in range(n)]


def show(*numbers):
    print(" ".join(repr(float(x)) for x in numbers))


def over(a, b):
    return Fraction(a) / Fraction(b) if b else Fraction(0)


def top_k(scores, labels, k):
    hits = 0
    for row, label in zip(scores, labels):
        order = sorted(range(len(row)), key=lambda j: (-row[j], j))
        hits += label in order[:k]
    return Fraction(hits, len(labels))


def classification(n, classes, missing):
    scores = [eighths(classes, 12) for _ in range(n)]
    labels = [random.randrange(classes - missing) for _ in range(n)]
    predicted = [max(range(classes), key=lambda j: (row[j], -j)) for row in scores]
    print("classification", n, classes)
    for row in scores:
        show(*row)
    show(*labels)
    show(*[top_k(scores, labels, k) for k in range(1, classes + 1)])
    confusion = [[sum(1 for y, p in zip(labels, predicted) if y == i and p == j) for j in range(classes)]
                 for i in range(classes)]
    for row in confusion:
        show(*row)
    table = []
    for k in range(classes):
        hits = sum(1 for y, p in zip(labels, predicted) if y == k and p == k)
        precision = over(hits, sum(1 for p in predicted if p == k))
        recall = over(hits, sum(1 for y in labels if y == k))
        f1 = over(2 * precision * recall, precision + recall)
        table.append((precision, recall, f1, sum(1 for y in labels if y == k)))
        show(*table[-1])
    show(*[sum(row[i] for row in table) / classes for i in range(3)])
    right = Fraction(sum(y == p for y, p in zip(labels, predicted)), n)
    show(right, right, right)
    show(*[sum(row[i] * row[3] for row in table) / n for i in range(3)])


def auc(n, span):
    scores, labels = eighths(n, span), [random.randrange(2) for _ in range(n)]
    labels[0], labels[1] = 0, 1
    wins = Fraction(0)
    for i in range(n):
        for j in range(n):
            if labels[i] == 1 and labels[j] == 0:
                wins += 1 if scores[i] > scores[j] else Fraction(1, 2) if scores[i] == scores[j] else 0
    print("auc", n)
    show(*scores)
    show(*labels)
    show(wins / (sum(labels) * (n - sum(labels))))


def r2(n, outputs, offset):
    target = [[offset + v for v in eighths(outputs, 40)] for _ in range(n)]
    prediction = [[v + e for v, e in zip(row, eighths(outputs, 9))] for row in target]
    total = Fraction(0)
    for k in range(outputs):
        mean = sum(row[k] for row in target) / n
        error = sum((y[k] - p[k]) ** 2 for y, p in zip(target, prediction))
        total += 1 - error / sum((y[k] - mean) ** 2 for y in target)
    print("r2", n, outputs)
    for row in prediction + target:
        show(*row)
    show(total / outputs)


classification(40, 2, 0)
classification(60, 4, 0)
classification(30, 5, 2)
classification(1, 3, 0)
auc(2, 4)
auc(50, 400)
auc(80, 6)
r2(12, 1, 0)
r2(30, 3, 0)
r2(25, 2, 100000)
print("end")

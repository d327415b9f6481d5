"""PyTorch's side of the benchmarks: the same workloads, one thread; spoken to through pipes, see torch.c.

Each function returns a function that does the work once.  A row's name may end in "-" and a number, the size."""
import sys
import time

try:
    import torch
except ImportError:
    sys.exit(1)                                 # the end of our output says it
from torch import nn

torch.set_num_threads(1)


def training(model, loss, optimizer):
    def step():
        optimizer.zero_grad()
        loss(model).backward()
        optimizer.step()
    return step


def linear_regression(_):
    x, y = torch.randn(10, 5), torch.randn(10, 1)
    model = nn.Linear(5, 1)
    return training(model, lambda f: (f(x) - y).square().mean() * 0.5, torch.optim.Adam(model.parameters(), lr=0.01))


def chain(_):
    x, c = torch.ones((), requires_grad=True), torch.tensor(1.001)

    def once():
        y = x
        for _ in range(1000):
            y = y * c
        y.backward()
        x.grad = None
    return once


def mlp(batch):
    x, labels = torch.rand(batch, 784), torch.arange(batch) * 7 % 10
    model = nn.Sequential(nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 10))
    cross_entropy = nn.CrossEntropyLoss()
    return training(model, lambda f: cross_entropy(f(x), labels), torch.optim.Adam(model.parameters()))


def optimizer_alone(tensors, elements):
    parameters = [nn.Parameter(torch.rand(elements) * 2 - 1) for _ in range(tensors)]
    for p in parameters:
        p.grad = (torch.rand(elements) * 2 - 1) ** 3
    return torch.optim.Adam(parameters).step


WORKLOADS = {"linear-regression": linear_regression, "chain": chain, "mlp": mlp,
             "adam": lambda elements: optimizer_alone(1, elements),
             "adam-1000x1000": lambda _: optimizer_alone(1000, 1000)}


def find(name):
    """The workload called name and its size; None where there is none."""
    if name in WORKLOADS:
        return WORKLOADS[name], 0
    stem, _, size = name.rpartition("-")
    return (WORKLOADS[stem], int(float(size))) if stem in WORKLOADS else None


def main():
    print("PyTorch", torch.__version__, flush=True)
    once, clock = None, time.process_time if sys.argv[1:] == ["processor"] else time.perf_counter
    for line in sys.stdin:
        command, _, argument = line.strip().partition(" ")
        if command == "run":
            start = clock()
            for _ in range(int(argument)):
                once()
            print(clock() - start, flush=True)
            continue
        found = find(argument) if command == "open" else None
        once = found[0](found[1]) if found else None
        print("ok" if once or command == "close" else "no", flush=True)


main()

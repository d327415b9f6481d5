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
    adam = torch.optim.Adam(model.parameters(), lr=0.01)
    loss = nn.MSELoss()
    return training(model, lambda f: loss(f(x), y), adam)


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


def lenet(_):
    x, labels = torch.rand(256, 1, 28, 28), torch.arange(256) * 7 % 10
    model = nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.AvgPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(), nn.AvgPool2d(2),
        nn.Flatten(), nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10))
    cross_entropy = nn.CrossEntropyLoss()
    return training(model, lambda f: cross_entropy(f(x), labels), torch.optim.Adam(model.parameters()))


class Block(nn.Module):
    """A GPT-2 block, 64 wide, 4 heads."""
    def __init__(self):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(64), nn.LayerNorm(64)
        self.qkv, self.out = nn.Linear(64, 192), nn.Linear(64, 64)
        self.feed = nn.Sequential(nn.Linear(64, 256), nn.GELU(), nn.Linear(256, 64))
        self.register_buffer("future", torch.ones(64, 64).triu(1).bool())

    def forward(self, x):
        q, k, v = (t.view(12, 64, 4, 16).transpose(1, 2) for t in self.qkv(self.norm1(x)).split(64, 2))
        scores = (q @ k.transpose(2, 3) * 0.25).masked_fill(self.future, float("-inf"))
        x = x + self.out((scores.softmax(3) @ v).transpose(1, 2).reshape(12, 64, 64))
        return x + self.feed(self.norm2(x))


class GPT(nn.Module):
    def __init__(self):
        super().__init__()
        self.letters, self.places = nn.Embedding(65, 64), nn.Parameter(torch.randn(64, 64) * 0.02)
        self.blocks = nn.Sequential(*(Block() for _ in range(4)))
        self.norm, self.head = nn.LayerNorm(64), nn.Linear(64, 65, bias=False)

    def forward(self, text):
        return self.head(self.norm(self.blocks(self.letters(text) + self.places)))


def gpt(_):
    text, model, cross_entropy = torch.randint(65, (12, 65)), GPT(), nn.CrossEntropyLoss()
    return training(model, lambda f: cross_entropy(f(text[:, :-1]).view(-1, 65), text[:, 1:].reshape(-1)),
                    torch.optim.AdamW(model.parameters()))


def optimizer_alone(tensors, elements):
    parameters = [nn.Parameter(torch.rand(elements) * 2 - 1) for _ in range(tensors)]
    for p in parameters:
        p.grad = (torch.rand(elements) * 2 - 1) ** 3
    return torch.optim.Adam(parameters).step


def elementwise(function):
    def workload(elements):
        x = torch.randn(elements // 1000, 1000) * 2
        return lambda: function(x)
    return workload


WORKLOADS = {"linear-regression": linear_regression, "chain": chain, "mlp": mlp, "lenet": lenet, "gpt": gpt,
             "adam": lambda elements: optimizer_alone(1, elements),
             "adam-1000x1000": lambda _: optimizer_alone(1000, 1000),
             "exp": elementwise(torch.exp), "tanh": elementwise(torch.tanh), "sigmoid": elementwise(torch.sigmoid),
             "gelu": elementwise(nn.functional.gelu), "softmax": elementwise(lambda x: torch.softmax(x, 1)),
             "sum": elementwise(torch.sum)}


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

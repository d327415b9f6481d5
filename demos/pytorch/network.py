#!/usr/bin/env python3
"""network.py - a network in PyTorch, for network.c to load, compare with and train further.

    network.py write FILE [KIND]      KIND: float32 or float64, the default.  What is in FILE:
        model.*              the network's state_dict, after a few steps of training, so that all numbers mean something
        x, labels            eleven batches
        outputs              what the network computes, in eval mode, of the last batch
        sgd.*, adam.*        its state_dict after ten steps with the first ten batches
        sgd_losses, adam_losses
    network.py read FILE OUTPUTS      load_state_dict of what network.c has trained; compares the outputs of the last
                                      batch with those that it has stored in OUTPUTS

The safetensors format is written and read here by hand, so that PyTorch is all that is needed: eight bytes with the
length of a JSON header, the header, the numbers.  Run with PyTorch 1.13."""
import copy
import json
import math
import struct
import sys

import torch
from torch import nn

# Debian's PyTorch 1.13 computes other float32 numbers in each run, and NaN, when it trains this network with oneDNN.
torch.backends.mkldnn.enabled = False

TYPES = {"F32": torch.float32, "F64": torch.float64, "I64": torch.int64}


def write(path, tensors):
    header, numbers = {}, b""
    for name, t in tensors.items():
        data = t.detach().contiguous().numpy().tobytes()
        kind = {dtype: kind for kind, dtype in TYPES.items()}[t.dtype]
        header[name] = {"dtype": kind, "shape": list(t.shape), "data_offsets": [len(numbers), len(numbers) + len(data)]}
        numbers += data
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + numbers)


def read(path):
    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        numbers = bytearray(file.read())
    header.pop("__metadata__", None)
    return {name: torch.frombuffer(numbers, dtype=TYPES[t["dtype"]], count=math.prod(t["shape"]),
                                   offset=t["data_offsets"][0]).reshape(t["shape"])
            for name, t in header.items()}


class Network(nn.Module):
    """Images [n, 1, 8, 8] to the logits of three classes; the rows of the feature maps are a sequence."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 3, stride=(1, 2), padding=1, bias=False)
        self.norm = nn.BatchNorm2d(4)
        self.lstm = nn.LSTM(16, 6, batch_first=True, bidirectional=True)
        self.layer_norm = nn.LayerNorm(12)
        self.output = nn.Linear(12, 3)

    def forward(self, x):
        x = nn.functional.gelu(self.norm(self.conv(x)))         # [n, 4, 8, 4]
        x = x.permute(0, 2, 1, 3).flatten(2)                    # [n, 8, 16]: eight rows, from top to bottom
        y, _ = self.lstm(x)                                     # [n, 8, 12]
        return self.output(self.layer_norm(y.mean(1)))          # [n, 3]


def batches(count, n):
    """Images of a bright row, a bright column or a bright square somewhere, with noise."""
    x = 0.3 * torch.randn(count, n, 1, 8, 8)
    labels = torch.randint(0, 3, (count, n))
    for i in range(count):
        for k in range(n):
            row, column = torch.randint(0, 6, (2,)).tolist()
            here = [(row, slice(None)), (slice(None), column), (slice(row, row + 3), slice(column, column + 3))]
            x[i, k, 0][here[labels[i, k]]] += 1
    return x, labels


def train(net, optimizer, x, labels):
    losses = []
    net.train()
    for i in range(len(x)):
        loss = nn.functional.cross_entropy(net(x[i]), labels[i])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.detach())
    return torch.stack(losses)


def write_network(path, kind):
    torch.manual_seed(1)
    torch.set_default_dtype(getattr(torch, kind))
    net = Network()
    x, labels = batches(40, 8)
    train(net, torch.optim.Adam(net.parameters(), lr=0.01), x, labels)
    x, labels = batches(11, 8)
    net.eval()
    tensors = {"model." + name: t for name, t in net.state_dict().items()}
    tensors.update({"x": x, "labels": labels, "outputs": net(x[10])})
    sgd, adam = copy.deepcopy(net), copy.deepcopy(net)
    tensors["sgd_losses"] = train(sgd, torch.optim.SGD(sgd.parameters(), lr=0.1, momentum=0.9), x[:10], labels[:10])
    tensors["adam_losses"] = train(adam, torch.optim.Adam(adam.parameters(), lr=0.01), x[:10], labels[:10])
    tensors.update({"sgd." + name: t for name, t in sgd.state_dict().items()})
    tensors.update({"adam." + name: t for name, t in adam.state_dict().items()})
    write(path, tensors)


def read_network(path, outputs):
    tensors = read(outputs)
    torch.set_default_dtype(tensors["outputs"].dtype)
    net = Network()
    net.load_state_dict(read(path))
    net.eval()
    with torch.no_grad():
        apart = (net(tensors["x"]) - tensors["outputs"]).abs().max().item()
    print(f"PyTorch's outputs with the parameters from Gradus: at most {apart:.1e} apart")


if __name__ == "__main__":
    if sys.argv[1] == "write":
        write_network(sys.argv[2], sys.argv[3] if len(sys.argv) > 3 else "float64")
    else:
        read_network(sys.argv[2], sys.argv[3])

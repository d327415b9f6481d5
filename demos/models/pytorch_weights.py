#!/usr/bin/env python3
"""pytorch_weights.py - trains a small network in PyTorch and writes it to pytorch_weights.safetensors.

The program pytorch_weights.c loads the file.  Besides the network, under "model.", it holds sixteen points and what
PyTorch computes for them.  The safetensors format is written here by hand, so that PyTorch is all that is needed:
eight bytes with the length of a JSON header, the header, the numbers.  Run with PyTorch 1.13."""
import json
import math
import os
import struct

import torch
from torch import nn


def spirals(n, noise):
    """Two spirals of n points each: x [2n, 2], labels [2n]."""
    t = torch.linspace(0.2, 1, n).repeat(2)
    labels = torch.arange(2).repeat_interleave(n)
    angle = 3 * math.pi * t + math.pi * labels
    x = torch.stack([t * torch.cos(angle), t * torch.sin(angle)], 1)
    return x + noise * torch.randn(2 * n, 2), labels


def write(path, tensors):
    header, numbers = {}, b""
    for name, t in tensors.items():
        data = t.detach().contiguous().numpy().tobytes()
        kind = {torch.float32: "F32", torch.int64: "I64"}[t.dtype]
        header[name] = {"dtype": kind, "shape": list(t.shape), "data_offsets": [len(numbers), len(numbers) + len(data)]}
        numbers += data
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + numbers)


torch.manual_seed(1)
x, labels = spirals(100, 0.02)
net = nn.Sequential(nn.Linear(2, 32), nn.BatchNorm1d(32), nn.GELU(), nn.Linear(32, 32), nn.LayerNorm(32), nn.ReLU(),
                    nn.Linear(32, 2))
adam = torch.optim.Adam(net.parameters(), lr=0.01)
for step in range(25):
    loss = nn.functional.cross_entropy(net(x), labels)
    adam.zero_grad()
    loss.backward()
    adam.step()
print(f"loss {loss.item():.4f}")

net.eval()
points = torch.rand(16, 2) * 2 - 1
tensors = {"model." + name: t for name, t in net.state_dict().items()}
tensors.update({"points": points, "outputs": net(points), "spirals": x, "labels": labels})
write(os.path.join(os.path.dirname(os.path.abspath(__file__)), "pytorch_weights.safetensors"), tensors)

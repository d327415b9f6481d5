#!/usr/bin/env python3
"""layers.py - expected numbers of recurrent layers, attention and transformer blocks from PyTorch (made with 1.13).

Run in this folder: python3 layers.py; it writes ../layers/.  All in float64, seed 1.  For each case two files:
  CASE.state.safetensors    the state_dict of a module whose only child is called "layer"
  CASE.numbers.safetensors  "x", "h0", .. the inputs; "y", "h", "c" the outputs; "dy", "dh", "dc" weights w of a loss
                            sum(w output); "d.NAME" its gradient with respect to the input or parameter NAME.
Read by tests/nn/test_golden_layers.c.
"""
import json
import os
import struct

import torch

torch.set_default_dtype(torch.float64)
FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "layers")


def write_safetensors(path, tensors):
    """8 bytes of length, a JSON header with the offsets, the numbers."""
    header, blobs, offset = {}, [], 0
    for name, t in tensors.items():
        t = t.detach().double().contiguous()
        blob = struct.pack("<%dd" % t.numel(), *t.flatten().tolist())
        header[name] = {"dtype": "F64", "shape": list(t.shape), "data_offsets": [offset, offset + len(blob)]}
        offset += len(blob)
        blobs.append(blob)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text + b"".join(blobs))


def write_case(case, layer, inputs, outputs, constants=None):
    """inputs and outputs: name -> tensor; the loss is a random weighting of all outputs."""
    numbers, loss = {}, 0
    for name, t in outputs.items():
        w = torch.randn_like(t)
        numbers[name], numbers["d" + name] = t, w
        loss = loss + (w * t).sum()
    parameters = {"layer." + k: v for k, v in layer.named_parameters()} if layer is not None else {}
    wanted = {k: v for k, v in list(inputs.items()) + list(parameters.items()) if v.requires_grad}
    for name, g in zip(wanted, torch.autograd.grad(loss, list(wanted.values()))):
        numbers["d." + name] = g
    numbers.update(inputs)
    numbers.update(constants or {})
    write_safetensors(os.path.join(FOLDER, case + ".numbers.safetensors"), numbers)
    if layer is not None:
        state = {"layer." + k: v for k, v in layer.state_dict().items()}
        write_safetensors(os.path.join(FOLDER, case + ".state.safetensors"), state)


def leaf(*shape):
    return torch.randn(*shape).requires_grad_()


def recurrent(case, layer, lengths=None, start=True, n=3, steps=5):
    """x [n, steps, in], batch first; with lengths through a packed sequence."""
    x = leaf(n, steps, layer.input_size)
    count = layer.num_layers * (2 if layer.bidirectional else 1)
    lstm = isinstance(layer, torch.nn.LSTM)
    inputs, state = {"x": x}, None
    if start:
        inputs["h0"] = state = leaf(count, n, layer.hidden_size)
        if lstm:
            inputs["c0"] = leaf(count, n, layer.hidden_size)
            state = (inputs["h0"], inputs["c0"])
    given = x
    if lengths:
        given = torch.nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
    y, end = layer(given, state)
    if lengths:
        y, _ = torch.nn.utils.rnn.pad_packed_sequence(y, batch_first=True, total_length=steps)
    outputs = {"y": y, "h": end[0] if lstm else end}
    if lstm:
        outputs["c"] = end[1]
    write_case(case, layer, inputs, outputs, {"lengths": torch.tensor(lengths)} if lengths else None)


def all_recurrent():
    nn = torch.nn
    recurrent("rnn", nn.RNN(4, 3, batch_first=True))
    recurrent("rnn_relu", nn.RNN(4, 3, num_layers=2, nonlinearity="relu", batch_first=True), start=False)
    recurrent("rnn_padded", nn.RNN(4, 3, bidirectional=True, batch_first=True), lengths=[2, 5, 3])
    recurrent("lstm", nn.LSTM(4, 3, batch_first=True))
    recurrent("lstm_no_bias", nn.LSTM(4, 3, bias=False, batch_first=True), start=False)
    recurrent("lstm_deep", nn.LSTM(4, 5, num_layers=2, bidirectional=True, batch_first=True))
    recurrent("lstm_padded", nn.LSTM(4, 3, num_layers=2, bidirectional=True, batch_first=True), lengths=[2, 5, 3])
    recurrent("lstm_padded_zero", nn.LSTM(4, 3, batch_first=True), lengths=[4, 1, 5], start=False)
    recurrent("gru", nn.GRU(4, 3, batch_first=True))
    recurrent("gru_no_bias", nn.GRU(4, 3, bias=False, bidirectional=True, batch_first=True))
    recurrent("gru_deep", nn.GRU(4, 3, num_layers=2, bidirectional=True, batch_first=True), start=False)
    recurrent("gru_padded", nn.GRU(4, 3, num_layers=2, bidirectional=True, batch_first=True), lengths=[2, 5, 3])


if __name__ == "__main__":
    os.makedirs(FOLDER, exist_ok=True)
    torch.manual_seed(1)
    all_recurrent()

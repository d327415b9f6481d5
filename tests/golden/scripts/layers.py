#!/usr/bin/env python3
"""layers.py - expected numbers of recurrent layers, transformer blocks and their operations from PyTorch (made with 1.13).

Run in this folder: python3 layers.py; it writes ../layers/.  All in float64, seed 1.  For each case two files:
  CASE.state.safetensors    the state_dict of a module whose only child is called "layer"; not for operations
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


def operation(case, function, **shapes):
    """An operation of inputs with these shapes, which are called x, w, b, .."""
    inputs = {name: leaf(*shape) for name, shape in shapes.items()}
    write_case(case, None, inputs, {"y": function(**inputs)})


def all_operations():
    f = torch.nn.functional
    operation("conv_transpose2d", lambda x, w, b: f.conv_transpose2d(x, w, b), x=(2, 3, 3, 2), w=(3, 2, 2, 3), b=(2,))
    operation("conv_transpose2d_all",
              lambda x, w, b: f.conv_transpose2d(x, w, b, stride=(2, 3), padding=(1, 2), output_padding=(1, 2), groups=2,
                                                 dilation=(2, 1)), x=(2, 4, 3, 4), w=(4, 3, 3, 2), b=(6,))
    operation("conv_transpose2d_far", lambda x, w: f.conv_transpose2d(x, w, output_padding=(1, 2), dilation=(2, 3)),
              x=(1, 2, 3, 2), w=(2, 2, 2, 2))
    operation("conv_transpose1d",
              lambda x, w, b: f.conv_transpose1d(x, w, b, stride=2, padding=1, output_padding=1, groups=2),
              x=(2, 4, 5), w=(4, 1, 3), b=(2,))
    operation("nearest", lambda x: f.interpolate(x, size=(5, 2), mode="nearest"), x=(1, 2, 3, 4))
    operation("nearest1d", lambda x: f.interpolate(x, size=7, mode="nearest"), x=(2, 2, 3))
    operation("linear", lambda x: f.interpolate(x, size=7, mode="linear"), x=(2, 2, 3))
    operation("bilinear", lambda x: f.interpolate(x, size=(5, 2), mode="bilinear"), x=(1, 2, 3, 4))
    operation("bilinear_twice", lambda x: f.interpolate(x, scale_factor=2, mode="bilinear"), x=(1, 2, 3, 2))
    operation("bilinear_aligned", lambda x: f.interpolate(x, size=(5, 2), mode="bilinear", align_corners=True),
              x=(1, 2, 3, 4))
    operation("bilinear_one", lambda x: f.interpolate(x, size=(1, 4), mode="bilinear", align_corners=True), x=(1, 2, 3, 1))
    operation("trilinear", lambda x: f.interpolate(x, size=(3, 2, 4), mode="trilinear"), x=(1, 1, 2, 3, 2))
    operation("adaptive_avg1d", lambda x: f.adaptive_avg_pool1d(x, 3), x=(2, 2, 7))
    operation("adaptive_avg2d", lambda x: f.adaptive_avg_pool2d(x, (3, 4)), x=(1, 2, 5, 3))
    operation("adaptive_avg3d", lambda x: f.adaptive_avg_pool3d(x, (1, 2, 2)), x=(1, 1, 3, 3, 2))
    operation("adaptive_max1d", lambda x: f.adaptive_max_pool1d(x, 3), x=(2, 2, 7))
    operation("adaptive_max2d", lambda x: f.adaptive_max_pool2d(x, (3, 4)), x=(1, 2, 5, 3))
    operation("adaptive_max3d", lambda x: f.adaptive_max_pool3d(x, (1, 2, 2)), x=(1, 1, 3, 3, 2))
    operation("max_pool1d", lambda x: f.max_pool1d(x, 3, stride=2, padding=1), x=(2, 2, 6))
    operation("avg_pool1d", lambda x: f.avg_pool1d(x, 3, stride=2, padding=1), x=(2, 2, 6))
    operation("avg_pool1d_inside", lambda x: f.avg_pool1d(x, 3, padding=1, count_include_pad=False), x=(2, 2, 6))
    operation("group_norm", lambda x, w, b: f.group_norm(x, 2, w, b, eps=1e-5), x=(2, 4, 3, 2), w=(4,), b=(4,))
    operation("instance_norm", lambda x, w, b: f.instance_norm(x, weight=w, bias=b, eps=1e-5), x=(2, 3, 4), w=(3,), b=(3,))
    operation("masked_attention",
              lambda q, k, v, m: (q @ k.transpose(-1, -2) / 2 + m).softmax(-1) @ v,
              q=(2, 2, 3, 4), k=(2, 2, 5, 4), v=(2, 2, 5, 3), m=(3, 5))


def weight_norms():
    """x and w are what the weight y [3, 2, 2] is computed from, for spectral_norm after one power iteration."""
    layer = torch.nn.utils.weight_norm(torch.nn.Conv1d(2, 3, 2))
    layer(torch.zeros(1, 2, 2))                                                     # makes layer.weight anew
    w, b = layer.weight_v, layer.weight_g
    write_case("weight_norm", None, {"x": w, "w": b}, {"y": layer.weight})
    layer = torch.nn.utils.spectral_norm(torch.nn.Conv1d(2, 3, 2))
    u, v = layer.weight_u.clone(), layer.weight_v.clone()
    layer(torch.zeros(1, 2, 2))
    write_case("spectral_norm", None, {"x": layer.weight_orig}, {"y": layer.weight},
               {"u": u, "v": v, "new_u": layer.weight_u, "new_v": layer.weight_v})


PADDING = torch.tensor([[0, 0, 0, 1], [0, 0, 1, 1], [0, 0, 0, 0]])          # 1: not looked at


def random_parameters(layer):
    """Biases of attention and the numbers of norms begin as constants; here they are to matter."""
    with torch.no_grad():
        for p in layer.parameters():
            if p.dim() == 1:
                p.add_(0.3 * torch.randn_like(p))
    return layer


def attention(case, padding=False, scores=False):
    layer = random_parameters(torch.nn.MultiheadAttention(6, 2, batch_first=True))
    q, k, v = leaf(3, 5, 6), leaf(3, 4, 6), leaf(3, 4, 6)
    constants, kwargs, inputs = {}, {}, {"q": q, "k": k, "v": v}
    if padding:
        constants["padding"] = PADDING
        kwargs["key_padding_mask"] = PADDING.bool()
    if scores:
        constants["scores"] = kwargs["attn_mask"] = torch.randn(5, 4)
    write_case(case, layer, inputs, {"y": layer(q, k, v, need_weights=False, **kwargs)[0]}, constants)


def encoder(case, padding=False, causal=False, **options):
    layer = random_parameters(torch.nn.TransformerEncoderLayer(6, 2, 8, dropout=0, batch_first=True, **options))
    x = leaf(3, 4, 6)
    mask = torch.triu(torch.full((4, 4), float("-inf")), 1) if causal else None
    y = layer(x, src_mask=mask, src_key_padding_mask=PADDING.bool() if padding else None)
    write_case(case, layer, {"x": x}, {"y": y}, {"padding": PADDING} if padding else None)


def decoder(case, **options):
    layer = random_parameters(torch.nn.TransformerDecoderLayer(6, 2, 8, dropout=0, batch_first=True, **options))
    x, memory = leaf(3, 5, 6), leaf(3, 4, 6)
    mask = torch.triu(torch.full((5, 5), float("-inf")), 1)
    y = layer(x, memory, tgt_mask=mask, memory_key_padding_mask=PADDING.bool())
    write_case(case, layer, {"x": x, "memory": memory}, {"y": y}, {"padding": PADDING})


def all_attention():
    attention("attention")
    attention("attention_padded", padding=True)
    attention("attention_scores", padding=True, scores=True)
    encoder("encoder")
    encoder("encoder_padded", padding=True, causal=True, activation="gelu")
    encoder("encoder_norm_first", padding=True, norm_first=True)
    decoder("decoder", activation="gelu")
    decoder("decoder_norm_first", norm_first=True)


if __name__ == "__main__":
    os.makedirs(FOLDER, exist_ok=True)
    torch.manual_seed(1)
    all_recurrent()
    all_operations()
    all_attention()
    weight_norms()

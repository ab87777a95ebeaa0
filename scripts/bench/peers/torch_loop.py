"""PyTorch, the usual loop: eager, or compiled if PEER_COMPILE is set. TORCH_THREADS is the number of threads."""

import math
import os
from functools import partial

import torch
from torch.nn import functional as F

from recipe import Run, gaussian, report

run = Run()
if "TORCH_THREADS" in os.environ:
    torch.set_num_threads(int(os.environ["TORCH_THREADS"]))
torch.manual_seed(run.seed)
initializers = {
    "glorot_uniform": torch.nn.init.xavier_uniform_,
    "he_normal": partial(torch.nn.init.kaiming_normal_, nonlinearity="relu"),
    "he_uniform": partial(torch.nn.init.kaiming_uniform_, nonlinearity="relu"),
}
activations = {"relu": torch.nn.ReLU, "silu": torch.nn.SiLU}
layers = []
for i, (fan_in, fan_out) in enumerate(zip(run.layers, run.layers[1:]), 2):
    linear = torch.nn.Linear(fan_in, fan_out)
    initializer = initializers[run.initializer if i < len(run.layers) else "glorot_uniform"]
    initializer(linear.weight)
    torch.nn.init.zeros_(linear.bias)
    layers += [linear, activations[run.activation]()]
model = torch.nn.Sequential(*layers[:-1])
betas = run.beta_1, run.beta_2
adam = torch.optim.AdamW(model.parameters(), betas=betas, eps=run.epsilon, weight_decay=run.weight_decay, fused=True)


def distorted(x):
    """Random shifts, rotations, scales, shears and elastic fields, as internal/augment of dnn defines them."""
    shift, rotation, scale, shear, alpha, _ = run.distort
    n = len(x)

    def draw(most):
        return (torch.rand(n) * 2 - 1) * most

    angle = draw(math.radians(rotation))
    sin, cos, wide, high, slope = angle.sin(), angle.cos(), 1 + draw(scale), 1 + draw(scale), draw(shear)
    unit = 13.5  # the outermost pixels are at -1 and 1
    rows = [cos * wide, cos * slope - sin * high, draw(shift / unit), sin * wide, sin * slope + cos * high]
    grid = F.affine_grid(torch.stack([*rows, draw(shift / unit)], 1).view(n, 2, 3), [n, 1, 28, 28], align_corners=True)
    field = smooth @ (torch.rand(n, 2, 28, 28) * 2 - 1) @ smooth
    grid = grid + field.permute(0, 2, 3, 1) * (alpha / unit)
    return F.grid_sample(x.view(n, 1, 28, 28), grid, align_corners=True).view(n, 784)


def loss_of(x, y):
    return F.cross_entropy(model(distorted(x) if run.distort else x), y, label_smoothing=run.label_smoothing)


if run.distort:
    smooth = torch.from_numpy(gaussian(run.distort[5]))
if "PEER_COMPILE" in os.environ:
    loss_of = torch.compile(loss_of)
x, y = map(torch.from_numpy, run.train())
y, rates = y.long(), iter(run.rates.tolist())
for _ in range(run.epochs):
    order = torch.randperm(len(x))
    for batch in order.split(run.batch):
        adam.param_groups[0]["lr"] = next(rates)
        adam.zero_grad(set_to_none=True)
        loss_of(x[batch], y[batch]).backward()
        adam.step()
torch.save(model.state_dict(), run.model)
x, y = map(torch.from_numpy, run.test())
with torch.no_grad():
    report((model(x).argmax(1) == y).double().mean())

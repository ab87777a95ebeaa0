"""PyTorch, eager, on a dense network with relu: milliseconds for a training step. wide.py has the arguments."""

import torch

from wide import arguments, load, measure

options = arguments()
torch.set_num_threads(options.threads)
torch.manual_seed(1)
images, labels = load(options.images)
x, y = torch.tensor(images), torch.tensor(labels).long()
layers = []
for fan_in, fan_out in zip(options.sizes, options.sizes[1:]):
    layers += [torch.nn.Linear(fan_in, fan_out), torch.nn.ReLU()]
model = torch.nn.Sequential(*layers[:-1])
adam = torch.optim.Adam(model.parameters(), 1e-3, eps=1e-7, fused=True)
order = torch.randperm(len(x))[: options.steps * options.batch]
x, y = x[order], y[order]


def step(i):
    batch = slice(i * options.batch, (i + 1) * options.batch)
    adam.zero_grad(set_to_none=True)
    torch.nn.functional.cross_entropy(model(x[batch]), y[batch]).backward()
    adam.step()


measure(options, step, lambda: None)

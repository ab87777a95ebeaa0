"""Writes internal/interop/pytorch/testdata: files of torch.save of all sorts, and what the network computes.

    python scripts/interop/torch_fixtures.py internal/interop/pytorch/testdata    # wants torch and numpy
"""
import argparse
import copy
import json
import os
import pathlib
import pickle
import sys
import warnings

import numpy as np
import torch
from torch import nn

warnings.simplefilter("ignore")
os.chdir(sys.argv[1])
torch.manual_seed(3)


class Net(nn.Module):
    """Declares its batch normalizations after its layers, so a state_dict is not in the order of the layers."""

    def __init__(self):
        super().__init__()
        self.fc1, self.fc2, self.fc3 = nn.Linear(6, 5), nn.Linear(5, 4), nn.Linear(4, 3)
        self.bn1, self.bn2 = nn.BatchNorm1d(5), nn.BatchNorm1d(4)

    def forward(self, x):
        x = torch.relu(self.bn1(self.fc1(x)))
        return self.fc3(torch.relu(self.bn2(self.fc2(x))))


class Evil:
    def __reduce__(self):
        return os.system, ("echo this must not run",)


net = Net()
adam = torch.optim.AdamW(net.parameters(), 1e-3)
for _ in range(3):
    adam.zero_grad()
    net(torch.randn(9, 6)).square().sum().backward()
    adam.step()
net.eval()
x = torch.randn(3, 6)
with open("cases.json", "w") as f:
    json.dump({"inputs": x.tolist(), "outputs": net(x).detach().tolist()}, f)

state = net.state_dict()
torch.save({
    "epoch": 3, "best": torch.tensor(0.5), "acc": np.float64(0.97), "array": np.arange(3), "device": torch.device("cpu"),
    "args": argparse.Namespace(lr=1.0, out=pathlib.Path("x")), "torch_rng": torch.get_rng_state()[:8],
    "dtype": torch.float32, "size": torch.Size([1, 2]),
    "model_state_dict": state, "optimizer_state_dict": adam.state_dict(),
}, "adam.ckpt")
torch.save({
    "state_dict": {"model." + k: v for k, v in state.items()}, "pytorch-lightning_version": "2.5.0", "epoch": 1,
    "global_step": 5, "hyper_parameters": {"lr": 0.1, "layers": [5, 4]}, "loops": {}, "lr_schedulers": [],
    "callbacks": {"ModelCheckpoint{'monitor': None}": {"best": torch.tensor(1.0)}},
    "optimizer_states": [adam.state_dict()],
}, "lightning.ckpt")
torch.save(nn.DataParallel(net).state_dict(), "dataparallel.pt")
torch.save(torch.compile(net).state_dict(), "compiled.pt")
torch.save(state, "protocol4.pt", pickle_protocol=4)
torch.save(copy.deepcopy(net).half().state_dict(), "half.legacy.pth", _use_new_zipfile_serialization=False)
torch.serialization.set_crc32_options(False)
torch.save(state, "nocrc.pt")
torch.serialization.set_crc32_options(True)
layers = nn.Sequential(nn.Linear(6, 5), nn.ReLU(), nn.Linear(5, 3))
torch.save([p.detach() for p in layers.parameters()], "list.pt")
big = torch.randn(100)  # one storage, with views that overlap, have strides and are transposed
torch.save({"0.weight": big[3:33].view(5, 6), "0.bias": big[0:10:2],
            "1.weight": nn.Parameter(big[40:55].view(5, 3).t()), "1.bias": big[10:13]}, "views.pt")
torch.save({"generator": nn.Linear(2, 3).state_dict(), "discriminator": nn.Linear(3, 1).state_dict(),
            "optimizer_g": {}}, "several.pt")

# What must be refused.
torch.save({"state_dict": state, "x": Evil()}, "evil.pt")
torch.save({"m": net.fc1}, "wholein.pt")
torch.save(nn.Sequential(nn.Conv2d(1, 2, 3), nn.Flatten(), nn.Linear(8, 3)).state_dict(), "conv.pt")
torch.save(nn.LSTM(3, 4).state_dict(), "lstm.pt")
quantized = torch.ao.quantization.quantize_dynamic(nn.Sequential(nn.Linear(6, 5)), {nn.Linear})
torch.save(quantized.state_dict(), "quant.pt")
torch.save(nn.utils.parametrizations.weight_norm(nn.Linear(3, 4)).state_dict(), "wnorm.pt")
with open("plain.pkl", "wb") as f:
    pickle.dump(state, f)

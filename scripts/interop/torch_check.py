"""Loads a .safetensors file in PyTorch's layout into the nn.Sequential that its metadata names, and compares outputs.

    python scripts/interop/torch_check.py model.safetensors cases.json    # wants torch, numpy and safetensors

cases.json has "inputs" and "outputs": samples before dnn's own scaling, and what dnn makes of them.
"""
import json
import sys

import torch
from safetensors import safe_open
from safetensors.torch import load_file
from torch import nn

path, cases = sys.argv[1], json.load(open(sys.argv[2]))
with safe_open(path, "pt") as f:
    metadata = f.metadata()
net = eval(metadata["module"], {"nn": nn})  # our own file
net.load_state_dict(load_file(path), strict=True)
net.eval()
x = torch.tensor(cases["inputs"], dtype=torch.float32)
steps = json.loads(metadata["dnn.chain"])["steps"]
if steps and steps[0]["step"] == "affine":
    x = x * torch.tensor(steps[0]["scale"]) + torch.tensor(steps[0]["shift"])
with torch.no_grad():
    y = net(x)
worst = (y - torch.tensor(cases["outputs"])).abs().max().item()
print(f"PyTorch {torch.__version__}: outputs differ by at most {worst:.2g}")
sys.exit(int(worst > 4e-6))

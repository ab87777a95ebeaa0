"""Loads an .npz file, or a .safetensors file in Keras's layout, with NumPy alone, and compares outputs.

    python scripts/interop/numpy_check.py model.npz cases.json    # wants numpy (and safetensors)

cases.json has "inputs" and "outputs": samples before dnn's own scaling, and what dnn makes of them.
"""
import json
import math
import sys

import numpy as np

path, cases = sys.argv[1], json.load(open(sys.argv[2]))
if path.endswith(".npz"):
    arrays = dict(np.load(path, allow_pickle=False))
    document = json.loads(str(arrays["dnn.chain"]))
else:
    from safetensors import safe_open
    with safe_open(path, "np") as f:
        arrays = {name: f.get_tensor(name) for name in f.keys()}
        document = json.loads(f.metadata()["dnn.chain"])
functions = {
    "linear": lambda z, s: z,
    "relu": lambda z, s: np.maximum(z, 0),
    "leaky_relu": lambda z, s: np.where(z < 0, s["slope"] * z, z),
    "elu": lambda z, s: np.where(z < 0, s["alpha"] * np.expm1(z), z),
    "sigmoid": lambda z, s: 1 / (1 + np.exp(-z)),
    "tanh": lambda z, s: np.tanh(z),
    "silu": lambda z, s: z / (1 + np.exp(-z)),
    "gelu": lambda z, s: z / 2 * (1 + np.vectorize(math.erf)(z / math.sqrt(2))),
    "softmax": lambda z, s: np.exp(z - z.max(1, keepdims=True)) / np.exp(z - z.max(1, keepdims=True)).sum(1, keepdims=True),
}
x = np.array(cases["inputs"], np.float32)
x = x.reshape(len(x), -1)
for s in document["steps"]:
    def array(name, default):
        return arrays.get(f"{s['arrays']}.{name}", default)
    if s["step"] == "affine":
        x = (x * np.array(s["scale"]) + np.array(s["shift"])).astype(np.float32)
    elif s["step"] == "dense":
        x = x @ array("kernel", None) + array("bias", 0)
    elif s["step"] == "batch_normalization":
        x = (x - array("moving_mean", 0)) / np.sqrt(array("moving_variance", 1) + np.float32(s["epsilon"]))
        x = x * array("gamma", 1) + array("beta", 0)
    elif s["step"] == "activation":
        x = functions[s["function"]](x, s)
worst = np.abs(x - np.array(cases["outputs"])).max()
print(f"NumPy {np.__version__}: outputs differ by at most {worst:.2g}")
sys.exit(int(worst > 4e-6))

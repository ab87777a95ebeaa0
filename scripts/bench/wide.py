"""What wide_torch.py and wide_jax.py share: their arguments, the images, the clock."""

import argparse
import json
import time

import numpy as np


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("images", help="folder of the IDX files of MNIST")
    parser.add_argument("batch", type=int)
    parser.add_argument("warming", type=int, help="steps before the clock starts")
    parser.add_argument("steps", type=int)
    parser.add_argument("threads", type=int)
    parser.add_argument("sizes", type=int, nargs="+", help="features of each level, from the input on")
    return parser.parse_args()


def load(folder):
    """Return the training images, float32 in [0, 1], and their labels."""
    pixels = np.fromfile(f"{folder}/train-images-idx3-ubyte", np.uint8, offset=16).reshape(60_000, -1)
    labels = np.fromfile(f"{folder}/train-labels-idx1-ubyte", np.uint8, offset=8)
    return pixels.astype(np.float32) / 255, labels


def measure(options, step, wait):
    """Print the milliseconds of step(i), which may only begin the work of step i; wait() waits for all that was begun."""
    for i in range(options.warming):
        step(i)
    wait()
    begun = time.perf_counter()
    for i in range(options.steps):
        step(i)
    wait()
    print(json.dumps({"step_ms": 1e3 * (time.perf_counter() - begun) / options.steps}))

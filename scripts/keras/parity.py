#!/usr/bin/env python3
"""Train the same networks from the same weights with dnn and with Keras, step by step, and compare.

    python scripts/keras/parity.py --dnn ./dnn [--only NAME] [--seeds 3]

dnn draws the initial weights and writes them; dnn, Keras on TensorFlow and Keras on JAX then start from that file and train
on the same images in the same order, without shuffling, in batches of 100. Keras's two backends compute the same formulas
and differ by rounding alone, which training magnifies from step to step; how far apart they are is the measure of how far
dnn may be from Keras, here meaning Keras on TensorFlow:

    after 1 step                 every weight within 1e-6 of Keras's
    after 50, 480 steps          the distance of the weights at most twice that of the two backends
    each epoch's losses          the same, or the last digit of a float32 if the backends agree better than that

The distance of two trained networks is |a - b| / |b - initial|, over all weights together. Losses are compared as the norm
of their differences over all epochs of a run, training and validation apart, without the rounding of Keras's running mean
(exact_loss of fit.py).

In a network of relu, rounding now and then decides whether a unit is on for an image. That moves a gradient by more than
rounding, and two programs are then a thousand times further apart in that one run, whichever two they are. Everything is
therefore done from several initial weights, and the medians are compared. Exit status 1 if anything is further apart, 2
if a program did not run. README.md beside this file says what has to be installed.
"""

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np

from peers import Dnn, Failed, fit_keras, read_weights

BATCH = 100
STEP_TOLERANCE = 1e-6
RATIO = 2
LARGEST = "largest difference of a weight"

# Networks by name: the hidden layers, their activation, the optimizer.
ADAM = {"name": "adam", "learning_rate": 0.001}
SGD = {"name": "sgd", "learning_rate": 0.01}
NETWORKS = {
    "course": ([100, 50], "relu", ADAM),
    "tanh": ([100, 50], "tanh", ADAM),
    "sigmoid": ([100, 50], "sigmoid", ADAM),
    "sgd": ([100, 50], "relu", SGD),
}

# Runs: training images, epochs.
RUNS = [(100, 1), (5_000, 1), (48_000, 1), (4_800, 10)]


def check_scaling():
    """Tell whether the ways to scale a pixel, x / 255 in float32 and in float64, give the same float32 for every pixel."""
    pixels = np.arange(256, dtype=np.uint8)
    once = pixels.astype(np.float32) / np.float32(255)
    return (once == (pixels / 255.0).astype(np.float32)).all()


def write_initial(dnn, path, layers, activation, seed):
    """Have dnn write a network as it was drawn: a step of a length that is 0 in float32 leaves every weight as it was."""
    dnn.train(path, samples=BATCH, settings={
        "layers": layers, "activation": activation, "seed": seed, "epochs": 1, "batch_size": BATCH,
        "optimizer.name": "sgd", "optimizer.learning_rate": 1e-60,
    })
    return read_weights(path)


def train_dnn(dnn, folder, network):
    """Yield the weights and the history of each run."""
    layers, activation, optimizer = network
    settings = {"layers": layers, "activation": activation, "batch_size": BATCH, "shuffle": False,
                **{f"optimizer.{key}": value for key, value in optimizer.items()}}
    for samples, epochs in RUNS:
        path = folder / "dnn.bin"
        history = dnn.train(path, samples=samples, settings={**settings, "epochs": epochs}, start=folder / "initial.bin")
        yield flatten(read_weights(path).values()), history


def train_keras(backend, data, folder, network):
    """Yield the weights and the history of each run."""
    layers, activation, optimizer = network
    config = {key: value for key, value in optimizer.items() if key != "name"}
    jobs = [
        {"data": str(data / "mnist"), "layers": [*([units, activation] for units in layers), [10, "softmax"]],
         "optimizer": {"class_name": optimizer["name"], "config": config}, "samples": samples, "epochs": epochs,
         "batch_size": BATCH, "shuffle": False, "seed": 1,
         "initial": str(folder / "initial.npz"), "trained": str(folder / f"{backend}{i}.npz")}
        for i, (samples, epochs) in enumerate(RUNS)
    ]
    for job, history in zip(jobs, fit_keras(backend, jobs), strict=True):
        with np.load(job["trained"]) as trained:
            yield flatten(trained[name] for name in trained.files), history


def flatten(arrays):
    return np.concatenate([np.ravel(array) for array in arrays]).astype(np.float64)


def apart(a, b):
    """Return the norm of the difference of two lists of numbers."""
    return float(np.linalg.norm(np.subtract(a, b)))


def measure(initial, dnn, tensorflow, jax):
    """Return the distances of one network's runs from one set of initial weights.

    They are [dnn to TensorFlow, JAX to TensorFlow, what dnn's may be at least] by the number of steps and what is compared.
    """
    distances = {}
    for (samples, epochs), *runs in zip(RUNS, dnn, tensorflow, jax, strict=True):
        steps = f"{samples // BATCH * epochs}" + (f" in {epochs}" if epochs > 1 else "")
        (w_dnn, h_dnn), (w_tf, h_tf), (w_jax, h_jax) = runs
        if samples == BATCH:
            distances[steps, LARGEST] = [abs(w_dnn - w_tf).max(), abs(w_jax - w_tf).max(), 0]
        update = apart(w_tf, initial)
        distances[steps, "weights"] = [apart(w_dnn, w_tf) / update, apart(w_jax, w_tf) / update, 0]
        for key in ("loss", "val_loss"):
            exact = key.replace("loss", "exact_loss")
            last_digit = float(np.linalg.norm(np.spacing(np.float32(h_tf[exact]))))
            distances[steps, key] = [apart(h_dnn[key], h_tf[exact]), apart(h_jax[exact], h_tf[exact]), RATIO * last_digit]
    return distances


def report(name, measured):
    """Print the medians of one network's distances (of LARGEST the largest), and tell whether all are small enough."""
    passed = True
    for steps, what in measured[0]:
        every = [distances[steps, what] for distances in measured]
        dnn, jax, least = np.max(every, axis=0) if what == LARGEST else np.median(every, axis=0)
        bar = STEP_TOLERANCE if what == LARGEST else max(RATIO * jax, least)
        passed &= bool(dnn <= bar)
        verdict = "PASS" if dnn <= bar else "FAIL"
        print(f"| {name} | {steps} | {what} | {dnn:.1e} | {jax:.1e} | {bar:.1e} | {verdict} |", flush=True)
    return passed


def train(dnn, name, seed):
    """Train one network from one set of initial weights with all three programs and return what measure does."""
    network = NETWORKS[name]
    with tempfile.TemporaryDirectory() as path:
        folder = Path(path)
        initial = write_initial(dnn, folder / "initial.bin", *network[:2], seed)
        np.savez(folder / "initial.npz", *initial.values())
        return measure(
            flatten(initial.values()),
            list(train_dnn(dnn, folder, network)),
            list(train_keras("tensorflow", dnn.data, folder, network)),
            list(train_keras("jax", dnn.data, folder, network)),
        )


def main(arguments):
    if not check_scaling():
        raise Failed("x / 255 differs between float32 and float64")
    dnn = Dnn(arguments.dnn, arguments.data_dir)
    dnn.download()
    print("| network | steps | compared | dnn - TensorFlow | JAX - TensorFlow | at most | |")
    print("|---|---|---|---|---|---|---|", flush=True)
    passed = True
    for name in arguments.only or NETWORKS:
        passed &= report(name, [train(dnn, name, seed) for seed in range(1, arguments.seeds + 1)])
    print("PASS" if passed else "FAIL", file=sys.stderr)
    return 0 if passed else 1


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dnn", required=True, metavar="PROGRAM", help="the program dnn")
    parser.add_argument("--data-dir", type=Path, default=Dnn.default_data(), metavar="FOLDER", help="as dnn's own flag")
    parser.add_argument("--only", action="append", choices=NETWORKS, help="compare only this network; may be repeated")
    parser.add_argument("--seeds", type=int, default=3, help="how many initial weights to start from (default: 3)")
    return parser.parse_args()


if __name__ == "__main__":
    try:
        sys.exit(main(parse()))
    except Failed as error:
        print(f"parity.py: {error}", file=sys.stderr)
        sys.exit(2)

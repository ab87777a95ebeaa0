#!/usr/bin/env python3
"""Print what accuracy the course's recipe reaches with dnn, and with Keras where asked: mean and spread over many seeds.

    python scripts/keras/accuracy.py --dnn ./dnn [--seeds 10] [--epochs 5,10] [--keras tensorflow] [--keras jax]

The recipe is configs/mlp.yaml: 784-100-50-10, Adam, batch 100, the last fifth of the training images for validation. Seeds
are 1, 2, …, but for Keras on TensorFlow, which has none (see run_keras). The table is Markdown; docs/accuracy.md holds it.
Exit status 1 if dnn's means are further from Keras's, as EXPECTED holds them, than TOLERANCE. README.md beside this file says
what has to be installed; without --keras only NumPy and safetensors.
"""

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np

from peers import Dnn, Failed, fit_keras

SAMPLES = 48_000
LAYERS = [[100, "relu"], [50, "relu"], [10, "softmax"]]
ADAM = {"class_name": "adam", "config": {"learning_rate": 0.001}}

# Keras's mean test accuracy and loss after that many epochs, and how far from them a mean over ten seeds may be.
EXPECTED = {5: (0.9712, 0.0960), 10: (0.9739, 0.0911)}
TOLERANCE = (0.0015, 0.006)


def run_dnn(dnn, folder, seeds, epochs):
    settings = {"epochs": epochs, "batch_size": 100}
    for seed in seeds:
        yield dnn.train(folder / "model.bin", samples=SAMPLES, settings={**settings, "seed": seed})


def run_keras(backend, data, seeds, epochs):
    if backend == "tensorflow":
        # With a seed, Keras on TensorFlow takes the training images in the same order in every epoch, and learns them by heart.
        seeds = [None for _ in seeds]
    return fit_keras(backend, [
        {"data": str(data / "mnist"), "layers": LAYERS, "optimizer": ADAM, "samples": SAMPLES, "epochs": epochs,
         "batch_size": 100, "shuffle": True, "seed": seed, "initial": None, "trained": None}
        for seed in seeds
    ])


def summarize(results):
    """Return [runs, 2]: each run's test accuracy and loss."""
    return np.array([(r["test_accuracy"], r["test_loss"]) for r in results])


def row(program, epochs, runs):
    (accuracy, loss), (accuracy_std, loss_std) = runs.mean(axis=0), runs.std(axis=0, ddof=1)
    return (f"| {program} | {epochs} | {len(runs)} | {accuracy:.4f} | {accuracy_std:.4f} | {loss:.4f} | {loss_std:.4f} "
            f"| {runs[:, 0].min():.4f} to {runs[:, 0].max():.4f} |")


def within(runs, epochs):
    """Tell whether the means are as near to Keras's as they should be; there may be no figures for so many epochs."""
    return epochs not in EXPECTED or bool((abs(runs.mean(axis=0) - EXPECTED[epochs]) <= TOLERANCE).all())


def main(arguments):
    seeds = range(1, arguments.seeds + 1)
    dnn = Dnn(arguments.dnn, arguments.data_dir)
    dnn.download()
    print("| program | epochs | runs | accuracy: mean | std | loss: mean | std | accuracy: range |")
    print("|---|---|---|---|---|---|---|---|", flush=True)
    passed = True
    with tempfile.TemporaryDirectory() as folder:
        for epochs in arguments.epochs:
            runs = summarize(run_dnn(dnn, Path(folder), seeds, epochs))
            passed &= within(runs, epochs)
            print(row("dnn", epochs, runs), flush=True)
            for backend in arguments.keras:
                runs = summarize(run_keras(backend, arguments.data_dir, seeds, epochs))
                print(row(f"Keras on {backend}", epochs, runs), flush=True)
    print("PASS" if passed else f"FAIL: further than {TOLERANCE} from {EXPECTED}", file=sys.stderr)
    return 0 if passed else 1


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dnn", required=True, metavar="PROGRAM", help="the program dnn")
    parser.add_argument("--data-dir", type=Path, default=Dnn.default_data(), metavar="FOLDER", help="as dnn's own flag")
    parser.add_argument("--seeds", type=int, default=10, help="runs of each kind (default: 10)")
    parser.add_argument("--epochs", type=lambda text: [int(part) for part in text.split(",")], default=[5, 10],
                        help="numbers of epochs (default: 5,10)")
    parser.add_argument("--keras", action="append", default=[], choices=["tensorflow", "jax"],
                        help="run Keras on this backend too; may be repeated")
    return parser.parse_args()


if __name__ == "__main__":
    try:
        sys.exit(main(parse()))
    except Failed as error:
        print(f"accuracy.py: {error}", file=sys.stderr)
        sys.exit(2)

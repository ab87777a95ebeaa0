#!/usr/bin/env python3
"""Loads a model that dnn exported into real Keras, and compares it with what dnn computes.

    python scripts/interop/keras_check.py MODEL.keras --data FOLDER --expected OUTPUTS.f32 [--train]
    python scripts/interop/keras_check.py MODEL.h5 --package tf_keras --data FOLDER --expected OUTPUTS.f32
    python scripts/interop/keras_check.py MODEL.weights.h5 --of MODEL.keras --data FOLDER --expected OUTPUTS.f32

FOLDER has the IDX files of MNIST, not compressed. OUTPUTS.f32 has the probabilities for the 10,000 test images, as
little-endian float32, one image after the other. They may differ by TOLERANCE, and every class must be the same. With
--train, the model is also trained on for an epoch from the state of its optimizer. Exit status 1 if something is wrong.
"""

import argparse
import importlib
import os
import warnings
from pathlib import Path

import numpy as np

# Keras and ONNX Runtime differ from float64 by up to 1.7e-6, and from each other by 2e-6.
TOLERANCE = 4e-6


def idx(path):
    raw = Path(path).read_bytes()
    shape = np.frombuffer(raw, ">i4", raw[3], 4)
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * len(shape)).reshape(shape)


def load(keras, args):
    with warnings.catch_warnings():
        # Without a state, Keras warns that Adam has none; a state that it does not take must not pass as one.
        warnings.simplefilter("error" if args.train else "default")
        if args.of is None:
            return keras.models.load_model(args.model)
        model = keras.models.load_model(args.of)
        model.set_weights([np.zeros_like(w) for w in model.get_weights()])
        model.load_weights(args.model)
        return model


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("model")
    parser.add_argument("--of", help="the whole model that the weights belong to")
    parser.add_argument("--package", default="keras", choices=["keras", "tf_keras"])
    parser.add_argument("--data", required=True)
    parser.add_argument("--expected", required=True)
    parser.add_argument("--train", action="store_true")
    args = parser.parse_args()

    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    keras = importlib.import_module(args.package)
    model = load(keras, args)

    x, y = idx(f"{args.data}/t10k-images-idx3-ubyte"), idx(f"{args.data}/t10k-labels-idx1-ubyte")
    expected = np.fromfile(args.expected, "<f4").reshape(len(x), -1)
    found = np.asarray(model.predict(x, batch_size=1000, verbose=0))
    worst, other = np.abs(found - expected).max(), (found.argmax(1) != expected.argmax(1)).sum()
    print(f"{args.package} {keras.__version__}: probabilities differ by {worst:.1e}, {other} classes are other ones")
    wrong = worst > TOLERANCE or other > 0

    y = keras.utils.to_categorical(y)
    before = model.evaluate(x, y, verbose=0)
    print("evaluate ->", before)
    if args.train:
        steps = int(np.asarray(model.optimizer.iterations))
        x, y = idx(f"{args.data}/train-images-idx3-ubyte"), idx(f"{args.data}/train-labels-idx1-ubyte")
        y = keras.utils.to_categorical(y)
        after = model.fit(x, y, batch_size=100, verbose=0).history
        print(f"trained on from step {steps} -> {after}")
        # Where Adam begins without its state, or with that of other arrays, the loss rises.
        wrong = wrong or steps == 0 or after["loss"][0] > 1.5 * before[0]
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())

#!/usr/bin/env python3
"""Writes models with real Keras, and what they compute, to internal/interop/keras/testdata.

    python scripts/interop/keras_files.py keras internal/interop/keras/testdata/keras
    python scripts/interop/keras_files.py tf_keras internal/interop/keras/testdata/keras2
    python scripts/interop/keras_files.py keras internal/interop/keras/testdata/tf2.13 functional sequential

The last is with TensorFlow 2.13, whose .keras files name groups otherwise. Names at the end choose some of the models.
They have what internal/interop/testdata does not show: functional models, models in models of which parts are frozen,
Normalization by axes, activations that are layers, inputs whose shape only the build tells.
"""

import importlib
import json
import os
import sys
from pathlib import Path

import numpy as np

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


def models(keras, rng):
    """Name, model, shape of a sample, formats."""
    L, Input, S = keras.layers, keras.Input, keras.Sequential

    x = inputs = Input((6,))
    inner = S([Input((6,)), L.Dense(5), L.BatchNormalization(), L.Dense(5)])
    inner.layers[0].trainable = False
    x = L.LeakyReLU()(inner(x))
    x = S([L.Dense(4), L.BatchNormalization(scale=False), L.Dense(3, use_bias=False)])(x)
    yield "functional", keras.Model(inputs, L.Dense(2)(x)), (6,), ["keras", "h5"]

    x = inputs = Input((6,))
    inner = keras.Model(inputs, L.BatchNormalization()(L.Dense(5, activation="swish")(x)))
    rescaling = S([Input((5,)), L.Rescaling(2.0)])
    yield "sequential", S([Input((6,)), inner, rescaling, S([Input((5,)), L.Dense(3)])]), (6,), ["keras", "h5"]

    normalization = L.Normalization(axis=-1)
    normalization.adapt(rng.normal(size=(20, 2, 2, 3)).astype("float32"))
    yield "axis", S([Input((2, 2, 3)), normalization, L.Rescaling([1.0, 2.0, 0.5], 1.0), L.Flatten(), L.Dense(3)]), \
        (2, 2, 3), ["keras"]

    given = L.Normalization(mean=[1.0, 2, 3, 4], variance=[1.0, 4, 1e-20, 2])
    first = L.Dense(4, activation=L.ELU(0.5))
    yield "layers", S([Input((4,)), given, first, L.ReLU(6.0), L.Dense(3), L.ReLU(negative_slope=0.25), L.Softmax()]), \
        (4,), ["keras", "h5"]

    deferred = S([L.Flatten(), L.Dense(4, activation="relu"), L.Dense(3)])
    deferred(np.zeros((1, 2, 4), "float32"))
    deferred.compile(loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    yield "deferred", deferred, (2, 4), ["keras"]


def main():
    package, folder, chosen = sys.argv[1], Path(sys.argv[2]), sys.argv[3:]
    keras = importlib.import_module(package)
    rng = np.random.default_rng(1)
    cases = {}
    for name, model, shape, formats in models(keras, rng):
        if chosen and name not in chosen:
            continue
        for layer in model.layers:
            # A Normalization keeps what it was adapted to.
            for w in [] if type(layer).__name__ == "Normalization" else layer.weights:
                v = rng.normal(size=w.shape)
                w.assign(np.abs(v) + 0.3 if "variance" in w.name else v / 2)
        x = rng.normal(size=(3, *shape)).astype("float32")
        y = model.predict(x, verbose=0)
        for form in formats:
            model.save(folder / f"{name}.{form}")
        cases[name] = {"expect": "import", "inputs": x.tolist(), "outputs": y.tolist(),
                       "files": {form: f"{name}.{form}" for form in formats}}
    (folder / "cases.json").write_text(json.dumps(cases) + "\n")


if __name__ == "__main__":
    main()

"""Writes internal/interop/tfjs/testdata/keras*: models of Keras 3 and 2 as TensorFlow.js's converter writes them.

    python scripts/interop/tfjs_converter_fixtures.py internal/interop/tfjs/testdata

It wants tensorflow, keras 3, tf_keras and tensorflowjs 4.22. The converter also imports packages that it does not need for
models of Keras; those that are not there are replaced by empty ones.
"""
import json
import os
import sys
import types

import numpy as np

for name in ["tensorflow_decision_forests", "tensorflow_hub", "flax", "jax.experimental.jax2tf"]:
    try:
        __import__(name)
    except ImportError:
        sys.modules[name] = types.ModuleType(name)
np.object, np.bool = object, bool  # the converter is older than NumPy 2

import keras
import tf_keras
from tensorflowjs.converters import save_keras_model

rng = np.random.default_rng(0)


def network(k, **leak):
    def dense(units, activation=None):
        return k.layers.Dense(units, activation=activation)
    inner = k.Sequential([k.layers.Input((9,)), dense(6, "relu"), k.layers.BatchNormalization()])
    model = k.Sequential([
        k.layers.Input((3, 3)), k.layers.Rescaling(1 / 255), k.layers.Flatten(), inner,
        dense(5), k.layers.LeakyReLU(**leak), dense(3, "softmax"),
    ])
    model.set_weights([rng.random(w.shape).astype("float32") + (0.5 if w.ndim == 1 else -0.5) for w in model.get_weights()])
    return model


def save(name, model, **quantized):
    folder = os.path.join(sys.argv[1], name)
    os.makedirs(folder, exist_ok=True)
    save_keras_model(model, folder, **quantized)
    x = (rng.random((4, 3, 3)) * 255).astype("float32")
    with open(os.path.join(folder, "cases.json"), "w") as f:
        json.dump({"model": {"inputs": x.tolist(), "outputs": np.array(model(x)).tolist()}}, f)


save("keras3", network(keras, negative_slope=0.1))
keras2 = network(tf_keras, alpha=0.1)
save("keras2", keras2)
save("keras2_uint8", keras2, quantization_dtype_map={"uint8": "*"})
save("keras2_float16", keras2, quantization_dtype_map={"float16": "*"})

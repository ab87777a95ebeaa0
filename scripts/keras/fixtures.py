#!/usr/bin/env python3
"""Write what Keras computes in small networks and at the corners of its losses, for `go test` to compare dnn with.

    python scripts/keras/fixtures.py [FOLDER]

FOLDER is internal/nn/nntest/testdata, from which internal/nn/step/parity_test.go reads, unless given. Each network-*.json holds a
network, its initial weights, one batch, the loss and the gradient of every weight, and the weights after 1, 2 and 5 steps
of each optimizer on that batch. losses.json holds single predictions with their loss and its gradient, adam.json steps of
Adam along given gradients.

Everything comes from Keras on TensorFlow. There, unlike on JAX, the losses of a softmax and of a sigmoid are computed
from the values before the activation, so that nothing is clipped; dnn does the same. README.md beside this file says what
has to be installed. The same packages give the same files up to rounding.
"""

import json
import os
import sys
from pathlib import Path

os.environ["KERAS_BACKEND"], os.environ["TF_CPP_MIN_LOG_LEVEL"] = "tensorflow", "3"
import keras  # noqa: E402: the variables are read when it is loaded
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402

tf.get_logger().setLevel("ERROR")  # each network is traced anew; TensorFlow would rather not

FOLDER = Path(__file__).resolve().parents[2] / "internal" / "nn" / "nntest" / "testdata"
BATCH, FEATURES, HIDDEN = 7, 8, 5
KEPT_STEPS = (1, 2, 5)
CATEGORICAL, BINARY = "categorical_crossentropy", "binary_crossentropy"
OPTIMIZERS = {
    "adam": lambda: keras.optimizers.Adam(learning_rate=0.001),
    "sgd": lambda: keras.optimizers.SGD(learning_rate=0.01),
}

# Networks by name: the hidden layer's activation, the outputs, their activation, the loss.
NETWORKS = {
    "linear": ("linear", 3, "softmax", CATEGORICAL),
    "relu": ("relu", 3, "softmax", CATEGORICAL),
    "sigmoid": ("sigmoid", 3, "softmax", CATEGORICAL),
    "tanh": ("tanh", 3, "softmax", CATEGORICAL),
    "softmax": ("softmax", 3, "softmax", CATEGORICAL),
    "categorical-of-sigmoid": ("tanh", 3, "sigmoid", CATEGORICAL),
    "categorical-of-linear": ("tanh", 3, "linear", CATEGORICAL),
    "binary-of-sigmoid": ("tanh", 1, "sigmoid", BINARY),
    "binary-of-linear": ("tanh", 1, "linear", BINARY),
    "binary-of-sigmoids": ("tanh", 3, "sigmoid", BINARY),
}

# Predictions, each with the class that it should have been, for each loss of probabilities and of logits. With one value,
# the class is 0 or 1.
PROBABILITIES = {
    CATEGORICAL: [
        ([0, 1, 0], 1),  # perfect
        ([1, 0, 0], 1),  # totally wrong
        ([0.2, 0.5, 0.3], 1),
        ([0.5, 2.5, 1], 2),  # not of sum 1
        ([1e-8, 0.5, 0.5], 0),  # clipped
        ([1e-6, 0.5, 0.5], 0),  # not clipped
        ([-0.5, 1, 0.25], 0),
    ],
    BINARY: [([1], 1), ([0], 0), ([0], 1), ([1], 0), ([0.3], 1), ([0.3], 0), ([1.5], 1), ([-0.5], 1), ([1e-6], 1),
             ([0.1, 0.8, 0.4], 1)],
}
LOGITS = {
    CATEGORICAL: [([0, 0, 0], 2), ([200, -200, 0], 0), ([200, -200, 0], 1), ([1000, 999, -1000], 1), ([-1, 2, 0.5], 2)],
    BINARY: [([0], 1), ([200], 1), ([200], 0), ([-200], 1), ([-0.5], 0), ([3], 0), ([1, -2, 0.5], 1)],
}


def numbers(array):
    """Return an array as a flat list of the shortest decimals that mean the same float32."""
    return [float(str(value)) for value in np.asarray(array, np.float32).ravel()]


def targets(labels, units):
    """Return what the outputs should be, [samples, units]."""
    labels = np.asarray(labels)
    return labels[:, None].astype("float32") if units == 1 else keras.utils.to_categorical(labels, units)


def build(hidden, units, activation, loss):
    """Return the network.

    Keras's sigmoid leaves its logits on what it returns, and categorical cross-entropy on TensorFlow takes them for a
    softmax's. On every other backend that pair means the probabilities, as dnn does: hence TensorFlow's sigmoid there.
    """
    if (activation, loss) == ("sigmoid", CATEGORICAL):
        activation = tf.sigmoid
    return keras.Sequential([
        keras.Input((FEATURES,)),
        keras.layers.Dense(HIDDEN, activation=hidden),
        keras.layers.Dense(units, activation=activation),
    ])


def draw(model, rng, activation):
    """Return initial weights. Outputs that are taken as probabilities without being such come from about the middle."""
    weights = [rng.normal(0, 0.5, w.shape).astype(np.float32) for w in model.get_weights()]
    if activation == "linear":
        weights[-1] += np.float32(0.5)
    return weights


def draw_batch(rng, units):
    """Return bytes, a third of them not 0, and labels."""
    pixels = rng.integers(1, 256, (BATCH, FEATURES)) * (rng.random((BATCH, FEATURES)) < 1 / 3)
    return pixels.astype(np.uint8), rng.integers(0, max(units, 2), BATCH)


def gradients(model, loss, x, y):
    """Return the mean loss of a batch and its gradient by each weight, from a graph as in training."""

    @tf.function
    def compute(x, y):
        with tf.GradientTape() as tape:
            value = tf.reduce_mean(getattr(keras.losses, loss)(y, model(x)))
        return value, tape.gradient(value, [v.value for v in model.trainable_variables])

    return compute(tf.constant(x), tf.constant(y))


def train(model, optimizer, loss, x, y):
    """Return the loss of each step and the weights after some of them."""
    model.compile(optimizer=optimizer, loss=loss)
    losses, kept = [], {}
    for step in range(1, max(KEPT_STEPS) + 1):
        model.reset_metrics()  # else the loss would be the mean of all steps
        losses.append(model.train_on_batch(x, y))
        if step in KEPT_STEPS:
            kept[step] = [numbers(w) for w in model.get_weights()]
    return {"losses": numbers(losses), "weights": kept}


def network(seed, hidden, units, activation, loss):
    rng = np.random.default_rng(seed)
    model = build(hidden, units, activation, loss)
    initial = draw(model, rng, activation)
    pixels, labels = draw_batch(rng, units)
    x, y = pixels.astype("float32") / 255.0, targets(labels, units)
    model.set_weights(initial)
    value, slopes = gradients(model, loss, x, y)
    training = {}
    for name, optimizer in OPTIMIZERS.items():
        model.set_weights(initial)
        training[name] = {"learning_rate": float(str(optimizer().learning_rate.numpy())),
                          **train(model, optimizer(), loss, x, y)}
    return {
        "hidden": {"units": HIDDEN, "activation": hidden}, "output": {"units": units, "activation": activation},
        "loss": loss, "pixels": pixels.tolist(), "labels": labels.tolist(),
        "initial": [numbers(w) for w in initial],
        "first": {"loss": numbers(value)[0], "gradients": [numbers(g) for g in slopes]},
        "training": training,
    }


def prediction(loss, values, label, from_logits):
    values = tf.constant([values], tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(values)
        result = getattr(keras.losses, loss)(targets([label], values.shape[1]), values, from_logits=from_logits)
    return {"loss": loss, "from_logits": from_logits, "values": numbers(values), "label": label,
            "want": numbers(result)[0], "gradient": numbers(tape.gradient(result, values))}


def adam_steps(rng):
    """Return the weights after each of some steps of length 1, long enough to show how Keras rounds that length."""
    steps, size = 10, 6
    optimizer = keras.optimizers.Adam(learning_rate=1.0)
    variable = keras.Variable(np.zeros(size, np.float32))
    slopes = (rng.normal(size=(steps, size)) * 10.0 ** np.arange(-3, size - 3)).astype(np.float32)
    weights = []
    for slope in slopes:
        optimizer.apply([tf.constant(slope)], [variable])
        weights.append(numbers(variable))
    return {"learning_rate": 1, "gradients": [numbers(slope) for slope in slopes], "weights": weights}


def write(path, content):
    path.write_text(json.dumps(content, separators=(",", ":")) + "\n")


def main(folder=FOLDER):
    folder = Path(folder)
    versions = {"keras": keras.__version__, "tensorflow": tf.__version__}
    for seed, (name, shape) in enumerate(NETWORKS.items()):
        write(folder / f"network-{name}.json", {"made_with": versions, **network(seed, *shape)})
    corners = [prediction(loss, values, label, from_logits)
               for from_logits, table in ((False, PROBABILITIES), (True, LOGITS))
               for loss, cases in table.items() for values, label in cases]
    write(folder / "losses.json", {"made_with": versions, "predictions": corners})
    write(folder / "adam.json", {"made_with": versions, **adam_steps(np.random.default_rng(0))})


if __name__ == "__main__":
    if len(sys.argv) > 2:
        sys.exit(__doc__)
    main(*sys.argv[1:])

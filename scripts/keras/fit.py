"""Train networks with Keras, each as a JSON document asks: the half of parity.py and accuracy.py that needs Keras.

    KERAS_BACKEND=tensorflow python fit.py < jobs > results

One job a line comes in, one result a line goes out. A job has

    data       folder with the four IDX files of MNIST, decompressed
    layers     [[units, activation], …]
    optimizer  the name and arguments of a Keras optimizer: {"class_name": "adam", "config": {…}}
    samples    how many of the first training images to train on; all others validate
    epochs, batch_size, shuffle
    seed       null for one that nobody knows
    initial    an .npz file of the weights to start from, in Keras's order; null for Keras's own
    trained    an .npz file to write the trained weights to; null for none

A result has Keras's history (a list for each of loss, accuracy, val_loss, val_accuracy), and test_loss, test_accuracy.
exact_loss and val_exact_loss in the history are the losses again, without the rounding of Keras's running mean.
"""

import functools
import json
import os
import sys
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import keras  # noqa: E402: TensorFlow reads the variable when it is loaded
import numpy as np  # noqa: E402


@functools.cache
def load(folder):
    """Return training images [60000, 784] as Keras users scale them, their labels [60000, 10], and those of the test."""

    def split(name):
        images = np.fromfile(Path(folder) / f"{name}-images-idx3-ubyte", np.uint8, offset=16).reshape(-1, 784)
        labels = np.fromfile(Path(folder) / f"{name}-labels-idx1-ubyte", np.uint8, offset=8)
        return images.astype("float32") / 255.0, keras.utils.to_categorical(labels, 10)

    return *split("train"), *split("t10k")


def build(features, layers):
    """Return a Sequential of Dense layers, [[units, activation], …], with Keras's own initial weights."""
    dense = [keras.layers.Dense(units, activation=activation) for units, activation in layers]
    return keras.Sequential([keras.Input((features,)), *dense])


class ExactLoss(keras.metrics.Metric):
    """The mean of the samples' losses with a compensated sum.

    Keras adds the losses of all batches up in float32, in which each sum of a few ten thousand rounds: by as much, after
    some hundred batches, as training itself has diverged.
    """

    def __init__(self):
        super().__init__(name="exact_loss")
        self.sum = self.add_weight(name="sum", initializer="zeros")
        self.lost = self.add_weight(name="lost", initializer="zeros")  # what the last sum has too much
        self.count = self.add_weight(name="count", initializer="zeros")

    def update_state(self, y_true, y_pred, sample_weight=None):
        losses = keras.losses.categorical_crossentropy(y_true, y_pred)
        term = keras.ops.sum(losses) - self.lost
        total = self.sum + term
        self.lost.assign((total - self.sum) - term)
        self.sum.assign(total)
        self.count.assign_add(keras.ops.cast(keras.ops.shape(losses)[0], "float32"))

    def result(self):
        return self.sum / self.count


def fit(job):
    """Train and test the network of one job."""
    x, y, x_test, y_test = load(job["data"])
    n = job["samples"]
    keras.utils.clear_session()
    if job["seed"] is not None:
        keras.utils.set_random_seed(job["seed"])
    model = build(x.shape[1], job["layers"])
    if job["initial"]:
        with np.load(job["initial"]) as initial:
            model.set_weights([initial[name] for name in initial.files])
    model.compile(
        loss="categorical_crossentropy", optimizer=keras.optimizers.get(job["optimizer"]),
        metrics=["accuracy", ExactLoss()],
    )
    history = model.fit(
        x[:n], y[:n], batch_size=job["batch_size"], epochs=job["epochs"], shuffle=job["shuffle"],
        validation_data=(x[n:], y[n:]), verbose=0,
    )
    test = model.evaluate(x_test, y_test, batch_size=job["batch_size"], verbose=0, return_dict=True)
    if job["trained"]:
        np.savez(job["trained"], *model.get_weights())
    return {**history.history, "test_loss": test["loss"], "test_accuracy": test["accuracy"]}


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(fit(json.loads(line))), flush=True)

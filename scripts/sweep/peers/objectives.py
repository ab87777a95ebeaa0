"""What a trial trains, of drive.py: a module of its own, which processes of Ray can import."""

import functools
import json
import subprocess
import tempfile
import time
from pathlib import Path

TRIAL = ("rate", "loss", "model", "seconds")  # what a trial tells; model is the SHA-256 of what dnn trained


def training(objective, program, data, threads):
    """Return the function from a learning rate to what its trial tells."""
    make = {"empty": train_nothing, "dnn": train_dnn, "keras": train_keras}[objective]
    return lambda rate: dict(zip(TRIAL, (rate, *make(rate, program, data, threads)), strict=True))


def train_nothing(rate, program, data, threads):
    """Return a loss, no model, and that it took no time."""
    return rate, "", 0.0


def train_dnn(rate, program, data, threads):
    """Train with dnn, in a process of its own, and return the loss, the model and the seconds of training."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [program, "train", "--json", "--threads", str(threads), "--learning-rate", repr(rate), "--data-dir", data,
             "--no-picture", "-o", Path(folder) / "model.bin"],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
    events = [json.loads(line) for line in done.stdout.splitlines()]
    losses = [e["val_loss"] for e in events if e["event"] == "epoch"]
    return losses[-1], events[-1]["sha256"], events[-1]["train_s"]


@functools.cache
def load(data):
    """Return the training images [60000, 784] from 0 to 1, and their labels."""
    import numpy as np

    folder = Path(data) / "mnist"
    images = np.fromfile(folder / "train-images-idx3-ubyte", np.uint8, offset=16).reshape(-1, 784).astype("float32") / 255
    return images, np.fromfile(folder / "train-labels-idx1-ubyte", np.uint8, offset=8)


def load_keras(data):
    """Import Keras and read the images, so that the first trial does not have to."""
    import keras  # noqa: F401

    load(data)


def build_keras(rate):
    """Return the same network in Keras."""
    import keras

    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [
            keras.Input((784,)),
            keras.layers.Dense(100, activation="relu"),
            keras.layers.Dense(50, activation="relu"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(keras.optimizers.Adam(rate), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def fit_keras(model, data, callbacks=()):
    """Train it for an epoch, and return the history, and the seconds without what callbacks of a tool do at its end."""
    import keras

    class Clock(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.seconds = time.perf_counter() - begun

    clock = Clock()
    images, labels = load(data)
    keras.utils.set_random_seed(1)
    begun = time.perf_counter()
    history = model.fit(
        images, labels, batch_size=100, epochs=1, validation_split=0.2, verbose=0, callbacks=[clock, *callbacks]
    )
    return history, clock.seconds


def train_keras(rate, program, data, threads):
    """Train with Keras, and return the loss, no model, and the seconds of that."""
    begun = time.perf_counter()
    model = build_keras(rate)
    building = time.perf_counter() - begun
    history, seconds = fit_keras(model, data)
    return history.history["val_loss"][-1], "", building + seconds

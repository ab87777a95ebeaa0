"""What a trial trains, of drive.py: a module of its own, which processes of Ray can import."""

import functools
import json
import subprocess
import tempfile
import time
from pathlib import Path


def train_nothing(rate, dnn, data):
    """Return a loss, and that it took no time."""
    return rate, 0.0


def train_dnn(rate, dnn, data):
    """Train with dnn, in a process of its own, and return the loss and the seconds of training."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [dnn, "train", "--json", "--threads", "1", "--learning-rate", str(rate), "--data-dir", data, "--no-picture",
             "--no-history", "-o", Path(folder) / "model.bin"],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
    events = [json.loads(line) for line in done.stdout.splitlines()]
    losses = [e["val_loss"] for e in events if e["event"] == "epoch"]
    return losses[-1], events[-1]["train_s"]


@functools.cache
def load(data):
    """Return the training images [60000, 784] from 0 to 1, and their labels."""
    import numpy as np

    folder = Path(data) / "mnist"
    images = np.fromfile(folder / "train-images-idx3-ubyte", np.uint8, offset=16).reshape(-1, 784).astype("float32") / 255
    return images, np.fromfile(folder / "train-labels-idx1-ubyte", np.uint8, offset=8)


def train_keras(rate, dnn, data):
    """Train the same network with Keras for two epochs, and return the loss and the seconds of that."""
    import keras

    images, labels = load(data)
    begun = time.perf_counter()
    model = keras.Sequential(
        [
            keras.Input((784,)),
            keras.layers.Dense(100, activation="relu"),
            keras.layers.Dense(50, activation="relu"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(keras.optimizers.Adam(rate), "sparse_categorical_crossentropy", metrics=["accuracy"])
    history = model.fit(images, labels, batch_size=100, epochs=2, validation_split=0.2, verbose=0).history
    return history["val_loss"][-1], time.perf_counter() - begun


TRAIN = {"empty": train_nothing, "dnn": train_dnn, "keras": train_keras}

"""Keras on JAX, Model.fit, on 784-100-50-10 by many experiments: seconds of each epoch with its validation. Arguments:
the folder of MNIST's IDX files, the batch size, the epochs, and a JSON object of experiment files of dnn by name."""

import json
import os
import sys
import time

os.environ["KERAS_BACKEND"] = "jax"

import keras

from wide import load

folder, batch, epochs = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
images, labels = load(folder)
labels = keras.utils.to_categorical(labels)
OPTIMIZERS = {"adam": keras.optimizers.Adam, "adamw": keras.optimizers.AdamW, "nadam": keras.optimizers.Nadam,
              "rmsprop": keras.optimizers.RMSprop, "lion": keras.optimizers.Lion, "sgd": keras.optimizers.SGD}


class Clock(keras.callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.seconds = []

    def on_epoch_begin(self, epoch, logs=None):
        self.begun = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        self.seconds.append(time.perf_counter() - self.begun)


def network(experiment):
    yield keras.Input((images.shape[1],))
    for layer in experiment.get("layers", [100, 50]):
        if layer == "batch_normalization":
            yield keras.layers.BatchNormalization()
        elif isinstance(layer, dict):
            yield keras.layers.Dropout(layer["dropout"])
        else:
            yield keras.layers.Dense(layer, experiment.get("activation", "relu"))
    yield keras.layers.Dense(10, "softmax")


def train(experiment):
    """Return the seconds of each epoch."""
    settings = dict(experiment.get("optimizer", {}))
    optimizer = OPTIMIZERS[settings.pop("name", "adam")](**settings)
    loss = keras.losses.CategoricalCrossentropy(label_smoothing=experiment.get("label_smoothing", 0))
    if experiment.get("loss") == "mse":
        loss = keras.losses.MeanSquaredError()
    keras.utils.set_random_seed(1)
    model = keras.Sequential(list(network(experiment)))
    model.compile(loss=loss, optimizer=optimizer, metrics=["accuracy"])
    clock = Clock()
    history = model.fit(images, labels, batch_size=batch, epochs=epochs, validation_split=0.2, verbose=0,
                        callbacks=[clock])
    return clock.seconds, history.history["val_accuracy"][-1]


seconds = {}
for name, experiment in json.loads(sys.argv[4]).items():
    seconds[name], accuracy = train(experiment)
    print(f"{name}: {seconds[name]}, validation accuracy {accuracy:.4f}", file=sys.stderr)
print(json.dumps(seconds))

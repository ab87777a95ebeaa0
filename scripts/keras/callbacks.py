"""Writes what Keras's EarlyStopping and ReduceLROnPlateau do on given figures to internal/train/callback/testdata/callbacks.json, for
the test that compares ours.

    KERAS_BACKEND=tensorflow python scripts/keras/callbacks.py > internal/train/callback/testdata/callbacks.json
"""

import json
import random

import keras
import numpy as np


def model(rate):
    m = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    m.compile(keras.optimizers.SGD(rate), loss="mse", metrics=["accuracy"])
    m.train_on_batch(np.zeros((1, 1)), np.zeros((1, 1)))  # its metrics are only then known by name
    return m


def early_stopping(monitor, values, **settings):
    """Which epoch, from 1, is the last, and which is the best."""
    c = keras.callbacks.EarlyStopping(monitor=monitor, restore_best_weights=True, **settings)
    m = model(0.1)
    c.set_model(m)
    c.on_train_begin()
    m.stop_training = False
    last = len(values)
    for epoch, v in enumerate(values):
        m.set_weights([np.full((1, 1), epoch + 1), np.zeros(1)])
        c.on_epoch_end(epoch, {monitor: v})
        if m.stop_training:
            last = epoch + 1
            break
    c.on_train_end()
    return {"monitor": monitor, "values": values, "settings": settings, "last": last, "restored": int(m.get_weights()[0][0, 0])}


def plateau(monitor, values, rate, **settings):
    """The learning rate of each epoch."""
    c = keras.callbacks.ReduceLROnPlateau(monitor=monitor, **settings)
    m = model(rate)
    c.set_model(m)
    c.on_train_begin()
    rates = []
    for epoch, v in enumerate(values):
        rates.append(float(m.optimizer.learning_rate.numpy()))
        c.on_epoch_end(epoch, {monitor: v})
    return {"monitor": monitor, "values": values, "rate": rate, "settings": settings, "rates": rates}


def figures(seed, falling):
    """Figures that improve at first and then scatter."""
    r = random.Random(seed)
    return [round((0.3 + 0.7 / (1 + e) if falling else 0.9 - 0.6 / (1 + e)) + r.uniform(-0.05, 0.05), 3) for e in range(30)]


stopping, reducing = [], []
for seed in range(4):
    down, up = figures(seed, True), figures(seed, False)
    for settings in (
        {},
        {"patience": 1},
        {"patience": 3},
        {"patience": 3, "min_delta": 0.02},
        {"patience": 2, "start_from_epoch": 5},
    ):
        stopping += [early_stopping("val_loss", down, **settings), early_stopping("val_accuracy", up, **settings)]
    for settings in (
        {"patience": 1},
        {"patience": 2, "factor": 0.5},
        {"patience": 2, "factor": 0.5, "cooldown": 3, "min_delta": 0.01},
        {"patience": 1, "factor": 0.3, "min_lr": 0.002},
        {"patience": 0, "factor": 0.5, "cooldown": 1},
    ):
        reducing += [plateau("val_loss", down, 0.1, **settings), plateau("accuracy", up, 0.1, **settings)]
stopping.append(early_stopping("loss", [0.5, 0.5, 0.4], patience=0))
stopping.append(early_stopping("loss", [0.5, float(0.4), 0.4, 0.4], patience=2, start_from_epoch=9))

print(json.dumps({"early_stopping": stopping, "reduce_lr_on_plateau": reducing}, separators=(",", ":")).replace("},{", "},\n{"))

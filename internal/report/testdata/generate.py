"""Writes the files in this folder that hold what Python, Keras and scikit-learn print, for the Go tests to compare with.

Run in this folder with Keras 3.15 (any backend), NumPy and scikit-learn installed:

    KERAS_BACKEND=jax python generate.py

Files written: python-floats.csv, summary/*.{json,txt} (NAME.60.txt: on a terminal of 60 columns), progress/keras.json, confusion/*.{json,report.txt}.
"""

import contextlib
import io
import json
import os
import pathlib
import warnings

import numpy as np

COLUMNS = 80  # what Keras assumes where there is no terminal


def python_floats():
    rng = np.random.default_rng(1)
    bits = rng.integers(0, 2**32, 600, dtype=np.uint64).astype(np.uint32)
    values = list(bits.view(np.float32))
    values += list(rng.random(300).astype(np.float32))
    values += [np.float32(s * m * 10.0**e) for e in range(-12, 20) for m in (1, 1.5, 9.9999, 9.999999) for s in (1, -1)]
    values += [np.float32(x) for x in (0.0, -0.0, 1, 1e-7, 2**-23, 1e16, 9999999198822400, 1e15, 1e-4, 9.9e-5,
                                      0.08797961, 0.9762, 3.4028235e38, 1e-45, 1.1754944e-38, 1e22, 1e23,
                                      np.nan, np.inf, -np.inf)]
    with open("python-floats.csv", "w") as f:
        for v in values:
            f.write(f"{int(np.float32(v).view(np.uint32)):08x},{float(v)!r}\n")


def summaries():
    import keras
    from keras import layers as L

    def seq(n, *layers, name="sequential"):
        return keras.Sequential([keras.Input((n,)), *layers], name=name)

    def d(units, name):
        return L.Dense(units, name=name)

    frozen = d(32, "dense")
    frozen.trainable = False
    nets = {
        "mnist": seq(784, d(100, "dense"), d(50, "dense_1"), d(10, "dense_2")),
        "course": seq(4, d(8, "dense"), d(1, "dense_1")),
        "one": seq(784, d(10, "dense")),
        "large": seq(784, d(2048, "dense"), d(2048, "dense_1"), d(4096, "dense_2"), d(10, "dense_3")),
        "huge": seq(784, d(120000, "dense"), d(3000, "dense_1"), d(10, "dense_2")),
        "regularized": seq(784, d(512, "dense"), L.BatchNormalization(name="batch_normalization"),
                           L.Activation("relu", name="activation"), L.Dropout(0.2, name="dropout"),
                           d(10, "dense_1")),
        "frozen": seq(64, frozen, d(10, "dense_1")),
        "long-names": seq(16, L.BatchNormalization(name="batch_normalization_of_the_input_1"),
                          d(12, "hidden_layer_fourteen_"), d(12, "hidden_layer_of_fifteen_"),
                          d(12, "a_name_that_is_of_32_characters_"), d(12, "a_name_that_is_of_31_characters"),
                          d(12, "a_name_that_is_of_33_characters__"), d(12, "several words in a name wrap as text"),
                          d(2, "a-very-long-name-without-any-spaces-at-all-in-it"),
                          name="a_model_whose_name_is_so_long_that_the_line_does_not_fit_into_eighty_columns_at_all"),
        "exact-kb": seq(15, L.Dense(16, name="dense")),
    }
    folder = pathlib.Path("summary")
    folder.mkdir(exist_ok=True)
    for file, model in nets.items():
        # Not of the others: on 60 columns Keras cuts their large numbers, which dnn does not.
        terminals = (60, 120) if file in ("mnist", "regularized", "long-names") else ()
        for columns in (COLUMNS, *terminals):
            os.environ["COLUMNS"] = str(columns)
            text = io.StringIO()
            with contextlib.redirect_stdout(text):
                model.summary()
            name = f"{file}.txt" if columns == COLUMNS else f"{file}.{columns}.txt"
            (folder / name).write_text(text.getvalue(), encoding="utf-8")
        layers = [{
            "Name": layer.name,
            "Type": type(layer).__name__,
            "OutputShape": list(layer.output.shape[1:]),
            "Params": layer.count_params(),
            "Trainable": int(sum(np.prod(w.shape) for w in layer.trainable_weights)),
        } for layer in model.layers]
        (folder / f"{file}.json").write_text(json.dumps({"Name": model.name, "Layers": layers}, indent=1) + "\n")


def progress():
    from keras.src.utils.progbar import Progbar

    bar = Progbar(10)
    times = [0, 1e-7, 4.4e-7, 5e-7, 1.27e-4, 1.275e-4, 9.994e-4, 9.996e-4, 1e-3, 2.5e-3, 0.0355, 0.9994, 0.9996, 1, 1.5,
             2.5, 75, 4000]
    metrics = [0.0, 1.0, 0.8521, 0.85214999, 1e-3, 1.0000001e-3, 9.99e-4, 1.23456e-5, 2.302585, 1234.56789, 1e-300,
               12345678.9, 0.99995]
    shown = lambda v: f"{v:.4f}" if abs(v) > 1e-3 else f"{v:.4e}"
    pathlib.Path("progress").mkdir(exist_ok=True)
    pathlib.Path("progress/keras.json").write_text(json.dumps({
        "StepTimes": [{"Seconds": t, "Want": bar._format_time(t, "step").strip()} for t in times],
        "Metrics": [{"Value": v, "Want": shown(v)} for v in metrics],
    }, indent=1) + "\n")


def confusion():
    from sklearn.metrics import classification_report, confusion_matrix

    warnings.filterwarnings("ignore")
    rng = np.random.default_rng(2)
    digits = [str(i) for i in range(10)]
    fashion = ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"]

    def noisy(n, classes, wrong):
        labels = rng.integers(0, classes, n)
        return labels, np.where(rng.random(n) < wrong, rng.integers(0, classes, n), labels)

    never = noisy(300, 10, 0.3)
    cases = {
        "mnist": (*noisy(2000, 10, 0.05), digits),
        "fashion": (*noisy(1500, 10, 0.2), fashion),
        # Class 3 is never predicted and class 7 never occurs: both divide by zero.
        "never": (np.where(never[0] == 7, 1, never[0]), np.where(never[1] == 3, 5, never[1]), fashion),
        "binary": (*noisy(50, 2, 0.4), ["no", "yes"]),
    }
    folder = pathlib.Path("confusion")
    folder.mkdir(exist_ok=True)
    for name, (labels, predictions, classes) in cases.items():
        every = list(range(len(classes)))
        report = classification_report(labels, predictions, labels=every, target_names=classes, digits=4)
        (folder / f"{name}.report.txt").write_text(report)
        exact = classification_report(labels, predictions, labels=every, target_names=classes, output_dict=True)
        (folder / f"{name}.json").write_text(json.dumps({
            "Labels": labels.tolist(), "Predictions": predictions.tolist(), "Classes": classes,
            "Counts": confusion_matrix(labels, predictions, labels=every).tolist(), "Report": exact,
        }) + "\n")


if __name__ == "__main__":
    python_floats()
    summaries()
    progress()
    confusion()

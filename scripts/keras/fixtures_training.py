#!/usr/bin/env python3
"""Write what Keras's optimizers, activations, losses, layers and initializers compute, for `go test` to compare dnn with.

    python scripts/keras/fixtures_training.py [FOLDER]

FOLDER is internal/nn/nntest/testdata, from which the tests of internal/nn and its rooms read, unless given.

    training-optimizers.json    the defaults of each optimizer; weights after each of five steps along given gradients
    training-activations.json   values of each activation and its gradient
    training-losses.json        single predictions with the losses that have label smoothing, and mean squared error
    training-layers.json        three steps of a network with regularizers and batch normalization, then inference
    training-units.json         the same of a network with activations, LeakyReLU and ELU as layers of their own
    training-initializers.json  mean, standard deviation and range of what each initializer draws

Everything comes from Keras on TensorFlow. The same packages give the same files up to rounding.
"""

import json
import os
import sys
from pathlib import Path

os.environ["KERAS_BACKEND"], os.environ["TF_CPP_MIN_LOG_LEVEL"] = "tensorflow", "3"
import keras  # noqa: E402: the variables are read when it is loaded
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402

FOLDER = Path(__file__).resolve().parents[2] / "internal" / "nn" / "nntest" / "testdata"

OPTIMIZERS = {
    "sgd": keras.optimizers.SGD, "rmsprop": keras.optimizers.RMSprop, "adam": keras.optimizers.Adam,
    "adamw": keras.optimizers.AdamW, "nadam": keras.optimizers.Nadam, "lion": keras.optimizers.Lion,
    "adafactor": keras.optimizers.Adafactor,
}
STEPS, SHAPES = 5, ((3, 4), (4,))

# What is tried of each optimizer: arguments in Keras's words. The learning rates are large, so that errors show.
RUNS = [
    ("sgd", {"learning_rate": 0.1}),
    ("sgd", {"learning_rate": 0.1, "momentum": 0.9}),
    ("sgd", {"learning_rate": 0.1, "momentum": 0.9, "nesterov": True}),
    ("sgd", {"learning_rate": 0.1, "weight_decay": 0.5}),
    ("rmsprop", {"learning_rate": 0.1}),
    ("rmsprop", {"learning_rate": 0.1, "rho": 0.7, "epsilon": 1e-3}),
    ("rmsprop", {"learning_rate": 0.1, "momentum": 0.5}),
    ("rmsprop", {"learning_rate": 0.1, "centered": True}),
    ("rmsprop", {"learning_rate": 0.1, "centered": True, "momentum": 0.5, "weight_decay": 0.1}),
    ("adam", {"learning_rate": 0.1}),
    ("adam", {"learning_rate": 0.1, "beta_1": 0.5, "beta_2": 0.9, "epsilon": 1e-3}),
    ("adam", {"learning_rate": 0.1, "amsgrad": True, "beta_2": 0.5}),
    ("adam", {"learning_rate": 0.1, "weight_decay": 0.1}),
    ("adamw", {"learning_rate": 0.1}),
    ("adamw", {"learning_rate": 0.1, "weight_decay": 0.3, "amsgrad": True}),
    ("nadam", {"learning_rate": 0.1}),
    ("nadam", {"learning_rate": 0.1, "beta_1": 0.7, "beta_2": 0.95, "weight_decay": 0.1}),
    ("lion", {"learning_rate": 0.1}),
    ("lion", {"learning_rate": 0.1, "beta_1": 0.5, "beta_2": 0.6, "weight_decay": 0.1}),
    ("sgd", {"learning_rate": 0.1, "clipvalue": 0.3}),
    ("sgd", {"learning_rate": 0.1, "clipnorm": 0.7}),
    ("sgd", {"learning_rate": 0.1, "global_clipnorm": 0.7}),
    ("sgd", {"learning_rate": 0.1, "global_clipnorm": 1000.0}),
    ("adam", {"learning_rate": 0.1, "clipnorm": 0.7, "weight_decay": 0.1, "use_ema": True}),
    ("sgd", {"learning_rate": 0.1, "use_ema": True}),
    ("sgd", {"learning_rate": 0.1, "use_ema": True, "ema_momentum": 0.6, "ema_overwrite_frequency": 2}),
    ("adafactor", {"learning_rate": 0.1}),
    ("adafactor", {"learning_rate": 0.9, "beta_2_decay": -0.5, "epsilon_1": 0.01, "epsilon_2": 0.5, "clip_threshold": 0.5}),
    ("adafactor", {"learning_rate": 0.1, "relative_step": False, "weight_decay": 0.1}),
    ("adafactor", {"learning_rate": 0.1, "clipnorm": 0.7, "weight_decay": 0.1, "use_ema": True}),
    ("adafactor", {"learning_rate": 0.1, "global_clipnorm": 0.7, "use_ema": True, "ema_momentum": 0.6, "ema_overwrite_frequency": 2}),
    ("adafactor", {"learning_rate": 0.1, "clipvalue": 0.3}),
]

ACTIVATIONS = ["celu", "elu", "exponential", "gelu", "hard_shrink", "hard_sigmoid", "hard_silu", "hard_tanh", "leaky_relu",
               "linear", "log_sigmoid", "mish", "relu", "relu6", "selu", "sigmoid", "silu", "soft_shrink", "softplus",
               "softsign", "sparse_plus", "sparse_sigmoid", "squareplus", "tanh", "tanh_shrink"]
# Closer to 0 from below TensorFlow's selu is 0, and its gradient that from above.
POINTS = [-100, -30, -15, -9, -6, -4, -3, -2.5, -2, -1.5, -1, -0.75, -0.5, -0.3, -0.1, -0.01, -1e-4,
          1e-8, 1e-4, 0.01, 0.1, 0.3, 0.5, 0.75, 1, 1.5, 2, 2.5, 3, 4, 6, 9, 15, 30, 88]

# Predictions, each with the class that it should have been. With one value, the class is 0 or 1.
PREDICTIONS = {
    "categorical_crossentropy": [([0.2, 0.5, 0.3], 1), ([0.5, 2.5, 1], 2), ([1e-8, 0.5, 0.5], 0), ([0.5, 1e-8, 0.5], 2)],
    "binary_crossentropy": [([0.3], 1), ([0.3], 0), ([1], 1), ([1e-9], 1), ([0.1, 0.8, 0.4], 1)],
    "mean_squared_error": [([0.3], 1), ([-2.5], 0), ([0.1, 0.8, 0.4], 1), ([3, -2, 1], 0)],
}
LOGITS = {
    "categorical_crossentropy": [([0, 0, 0], 2), ([20, -20, 0], 0), ([-1, 2, 0.5], 2)],
    "binary_crossentropy": [([0], 1), ([20], 0), ([-0.5], 0), ([1, -2, 0.5], 1)],
}
SMOOTHINGS = (0, 0.1, 0.5, 1)

INITIALIZERS = ["glorot_normal", "glorot_uniform", "he_normal", "he_uniform", "lecun_normal", "lecun_uniform", "ones", "zeros"]


def numbers(array):
    """Return an array as a flat list of the shortest decimals that mean the same float32."""
    return [float(str(value)) for value in np.asarray(array, np.float32).ravel()]


def defaults(name):
    """Return the arguments of an optimizer that are neither False nor None nor 0."""
    config = OPTIMIZERS[name]().get_config()
    del config["name"]
    config["learning_rate"] = float(str(np.float32(config["learning_rate"])))
    return {key: value for key, value in config.items() if value}


def optimize(name, arguments, initial, slopes):
    """Return the weights after each step, and at the end of training."""
    optimizer = OPTIMIZERS[name](**arguments)
    variables = [keras.Variable(w) for w in initial]
    weights = []
    for slope in slopes:
        optimizer.apply([tf.constant(g) for g in slope], variables)
        weights.append([numbers(v) for v in variables])
    optimizer.finalize_variable_values(variables)
    return {"name": name, "arguments": arguments, "weights": weights, "final": [numbers(v) for v in variables]}


def optimizers(rng):
    initial = [rng.normal(0, 1, shape).astype(np.float32) for shape in SHAPES]
    slopes = [[(rng.normal(0, 1, shape) * 10.0 ** rng.integers(-2, 1, shape)).astype(np.float32) for shape in SHAPES]
              for _ in range(STEPS)]
    return {
        "defaults": {name: defaults(name) for name in OPTIMIZERS},
        "shapes": SHAPES, "initial": [numbers(w) for w in initial],
        "gradients": [[numbers(g) for g in slope] for slope in slopes],
        "runs": [optimize(name, arguments, initial, slopes) for name, arguments in RUNS],
    }


def activation(name):
    z = tf.constant(POINTS, tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(z)
        y = keras.activations.get(name)(z)
    return {"name": name, "values": numbers(y), "gradient": numbers(tape.gradient(y, z))}


def prediction(loss, values, label, from_logits, smoothing):
    values = tf.constant([values], tf.float32)
    n = values.shape[1]
    target = np.array([[label]], np.float32) if n == 1 else keras.utils.to_categorical([label], n)
    settings = {} if loss == "mean_squared_error" else {"from_logits": from_logits, "label_smoothing": smoothing}
    with tf.GradientTape() as tape:
        tape.watch(values)
        result = getattr(keras.losses, loss)(target, values, **settings)
    return {"loss": loss, "label_smoothing": smoothing, "from_logits": from_logits, "values": numbers(values),
            "label": label, "want": numbers(result)[0], "gradient": numbers(tape.gradient(result, values))}


def losses():
    return {"predictions": [
        prediction(loss, values, label, from_logits, smoothing)
        for from_logits, table in ((False, PREDICTIONS), (True, LOGITS))
        for loss, cases in table.items()
        for smoothing in ((0,) if loss == "mean_squared_error" else SMOOTHINGS)
        for values, label in cases
    ]}


LAYERS = [
    keras.layers.Dense(5, activation="elu", kernel_regularizer=keras.regularizers.L1L2(l1=0.01, l2=0.02)),
    keras.layers.BatchNormalization(momentum=0.9),
    keras.layers.Dense(4, activation="gelu", kernel_regularizer=keras.regularizers.L2(0.03)),
    keras.layers.Dense(4, activation="silu"),
    keras.layers.BatchNormalization(),
]
UNITS = [
    keras.layers.Dense(7),
    keras.layers.BatchNormalization(momentum=0.9),
    keras.layers.LeakyReLU(),
    keras.layers.Dense(6),
    keras.layers.ELU(alpha=1.7),
    keras.layers.Dense(5),
    keras.layers.Activation("gelu"),
    keras.layers.Dense(5, activation="tanh"),
    keras.layers.Activation("softmax"),
    keras.layers.LeakyReLU(negative_slope=0.01),
]


def layers(rng, hidden):
    """Return what three steps of SGD do to a network, and what it then gives in inference."""
    batch, features, classes, smoothing = 9, 6, 3, 0.1
    model = keras.Sequential([keras.Input((features,)), *hidden, keras.layers.Dense(classes, activation="softmax")])

    def parameters():
        return [numbers(w) for layer in model.layers for w in layer.get_weights()]

    for layer in model.layers:
        weights = layer.get_weights()
        trained = len(layer.trainable_weights)
        layer.set_weights([rng.normal(0.1, 0.5, w.shape) for w in weights[:trained]] + weights[trained:])
    x = rng.normal(0, 1, (batch, features)).astype(np.float32)
    labels = rng.integers(0, classes, batch)
    y = keras.utils.to_categorical(labels, classes)
    model.compile(optimizer=keras.optimizers.SGD(learning_rate=0.1),
                  loss=keras.losses.CategoricalCrossentropy(label_smoothing=smoothing))
    initial, steps = parameters(), []
    for _ in range(3):
        model.reset_metrics()  # else the loss would be the mean of all steps
        loss = model.train_on_batch(x, y)
        steps.append({"loss": numbers(loss)[0], "weights": parameters()})
    return {"label_smoothing": smoothing, "learning_rate": 0.1, "inputs": numbers(x), "labels": labels.tolist(),
            "initial": initial, "steps": steps, "inference_loss": numbers(model.evaluate(x, y, verbose=0))[0]}


def initializer(name, shape):
    drawn = np.asarray(keras.initializers.get(name)(shape), np.float64)
    return {"name": name, "shape": shape, "mean": drawn.mean(), "std": drawn.std(), "least": drawn.min(),
            "largest": drawn.max()}


def write(path, content):
    versions = {"keras": keras.__version__, "tensorflow": tf.__version__}
    path.write_text(json.dumps({"made_with": versions, **content}, separators=(",", ":")) + "\n")


def main(folder=FOLDER):
    folder = Path(folder)
    keras.utils.set_random_seed(1)
    write(folder / "training-optimizers.json", optimizers(np.random.default_rng(1)))
    write(folder / "training-activations.json",
          {"points": numbers(POINTS), "activations": [activation(name) for name in ACTIVATIONS]})
    write(folder / "training-losses.json", losses())
    write(folder / "training-layers.json", layers(np.random.default_rng(2), LAYERS))
    write(folder / "training-units.json", layers(np.random.default_rng(3), UNITS))
    write(folder / "training-initializers.json",
          {"drawn": [initializer(name, shape) for name in INITIALIZERS for shape in ((400, 200), (100, 800))]})


if __name__ == "__main__":
    if len(sys.argv) > 2:
        sys.exit(__doc__)
    main(*sys.argv[1:])

"""What the peers in Python share: their arguments, the recipe, the images, the result. README.md says what they are."""

import json
import sys

import numpy as np


class Run:
    """The command line: RECIPE IMAGES SEED MODEL. The recipe's lines are attributes; several values are a list."""

    def __init__(self):
        recipe, self.folder, seed, self.model = sys.argv[1:]
        self.seed = int(seed)
        self.distort = None  # ranges of shift, rotation, scale and shear, then alpha and sigma
        with open(recipe) as lines:
            for name, *values in (line.split() for line in lines):
                values = [_value(v) for v in values]
                setattr(self, name, values[0] if len(values) == 1 else values)
        self.rates = np.asarray(self.rates, np.float32)  # one for each step

    def _read(self, name, first):
        pixels = np.fromfile(f"{self.folder}/{name}-images-idx3-ubyte", np.uint8, first * 784, offset=16)
        labels = np.fromfile(f"{self.folder}/{name}-labels-idx1-ubyte", np.uint8, first, offset=8)
        return np.divide(pixels.reshape(first, 784), 255, dtype=np.float32), labels.astype(np.int32)

    def train(self):
        """Return the images that train, float32 in [0, 1], and their labels."""
        return self._read("train", self.images)

    def test(self):
        """Return the test images and their labels."""
        return self._read("t10k", 10_000)


def _value(text):
    """Return a number, whole or not, or a name."""
    for kind in int, float:
        try:
            return kind(text)
        except ValueError:
            pass
    return text


def gaussian(sigma):
    """Return the matrix [28, 28] that smooths along an axis."""
    d = np.subtract.outer(np.arange(28), np.arange(28))
    return (np.exp(-0.5 * (d / sigma) ** 2) / (sigma * (2 * np.pi) ** 0.5)).astype(np.float32)


def report(accuracy):
    print(json.dumps({"accuracy": round(float(accuracy), 5)}))

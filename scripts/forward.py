#!/usr/bin/env python3
"""Evaluate a model.bin on a data set's test images with NumPy alone.

    forward.py MODEL FOLDER

MODEL is a file that `dnn train` or `dnn merge` wrote, FOLDER has t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte, as
they are or with .gz. The script checks the file's SHA-256 as docs/model-format.md describes it, then prints what
`dnn eval MODEL` prints, up to rounding. It needs the Python packages numpy and safetensors. Exit status 1 if the SHA-256 does not hold, 2
if something could not be read.
"""

import gzip
import hashlib
import json
import sys
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import load_file

DIGEST = slice(35, 99)  # where the file holds its own SHA-256, as 64 hexadecimal digits
EPSILON = 1e-7  # Keras keeps probabilities this far from 0 and 1 before it takes a logarithm


class Unusable(Exception):
    """Something that the user gave cannot be used; the text says what."""


def sha256_holds(model):
    """Tell whether a model file is the one that its SHA-256 was taken of."""
    data = bytearray(Path(model).read_bytes())
    stored = bytes(data[DIGEST])
    data[DIGEST] = b"0" * 64
    return hashlib.sha256(data).hexdigest().encode() == stored


def read_metadata(model):
    """Return the JSON document in a model file's metadata."""
    try:
        with safe_open(model, framework="numpy") as f:
            metadata = f.metadata() or {}
    except SafetensorError as error:
        raise Unusable(f"{model}: not a safetensors file, or damaged: {error}") from error
    if "dnn" not in metadata:
        raise Unusable(f"{model}: a safetensors file, but not one that dnn wrote")
    document = json.loads(metadata["dnn"])
    if document["format"] not in range(1, 5):
        raise Unusable(f"{model}: format {document['format']}, this script reads the formats 1 to 4")
    return document


def read_idx(folder, name):
    """Return an IDX file of unsigned bytes as an array of its own shape."""
    path = Path(folder) / name
    if path.exists():
        data = path.read_bytes()
    else:
        data = gzip.decompress(path.with_name(name + ".gz").read_bytes())
    if len(data) < 4 or data[:3] != b"\0\0\x08":
        raise Unusable(f"{path}: not an IDX file of unsigned bytes")
    rank = data[3]
    shape = np.frombuffer(data, ">u4", count=rank, offset=4)
    return np.frombuffer(data, np.uint8, offset=4 + 4 * rank).reshape(shape)


def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


ACTIVATIONS = {
    "linear": lambda z: z,
    "relu": lambda z: np.maximum(z, 0),
    # e^-z overflows to infinity for a very negative z; the result, 0, is right all the same.
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "tanh": np.tanh,
    "softmax": softmax,
}


def forward(document, weights, x):
    """Return the last layer's values before and after its activation, [samples, outputs] each."""
    z = x
    for layer in document["architecture"]["layers"]:
        if layer["type"] != "dense" or layer["activation"] not in ACTIVATIONS:
            what = f"{layer['type']} with {layer['activation']}" if layer["type"] == "dense" else layer["type"]
            raise Unusable(f"layer {layer['name']}: this script does not know {what}")
        # z is [samples, in] @ [in, out] + [out]
        z = x @ weights[layer["name"] + ".kernel"] + weights[layer["name"] + ".bias"]
        x = ACTIVATIONS[layer["activation"]](z)
    return z, x


def losses(document, z, p, labels):
    """Return each sample's loss: from the logits z where the activation belongs to the loss, else from the outputs p."""
    loss = document["architecture"]["loss"]
    activation = document["architecture"]["layers"][-1]["activation"]
    z, p = z.astype(np.float64), p.astype(np.float64)
    if loss == "categorical_crossentropy":
        rows = np.arange(len(labels))
        if activation == "softmax":
            z = z - z.max(axis=1, keepdims=True)
            return np.log(np.exp(z).sum(axis=1)) - z[rows, labels]
        return -np.log(np.clip((p / p.sum(axis=1, keepdims=True))[rows, labels], EPSILON, 1 - EPSILON))
    if loss == "binary_crossentropy":
        target = labels[:, None] if p.shape[1] == 1 else np.eye(p.shape[1])[labels]
        if activation == "sigmoid":
            return (np.maximum(z, 0) - z * target + np.log1p(np.exp(-np.abs(z)))).mean(axis=1)
        p = np.clip(p, EPSILON, 1 - EPSILON)
        return -(target * np.log(p) + (1 - target) * np.log(1 - p)).mean(axis=1)
    raise Unusable(f"loss {loss}: this script does not know it")


def main(model, folder):
    document, weights = read_metadata(model), load_file(model)
    holds = sha256_holds(model)
    print("SHA-256", "holds" if holds else "does NOT hold: the file was damaged or changed")

    images = read_idx(folder, "t10k-images-idx3-ubyte")
    labels = read_idx(folder, "t10k-labels-idx1-ubyte").astype(np.int64)
    if list(images.shape[1:]) != document["input"]["shape"] or len(images) != len(labels):
        raise Unusable(f"{folder}: {images.shape} images and {labels.shape} labels, the model takes {document['input']['shape']}")

    # The product is taken in float64 and rounded once: for 1/255 that is the same float32 as x / 255.
    x = (images.reshape(len(images), -1) * document["input"]["scale"]).astype(np.float32)
    with np.errstate(over="ignore"):
        z, p = forward(document, weights, x)
    loss = losses(document, z, p, labels).mean()
    predicted = p.argmax(axis=1) if p.shape[1] > 1 else (p[:, 0] > 0.5).astype(np.int64)
    accuracy = (predicted == labels).mean()
    print(f"Test Loss and Accuracy -> [{float(np.float32(loss))}, {float(np.float32(accuracy))}]")
    return 0 if holds else 1


if __name__ == "__main__":
    if len(sys.argv) != 3:
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    try:
        sys.exit(main(*sys.argv[1:]))
    except Exception as error:  # a damaged file can make any reader raise nearly anything
        print(f"forward.py: {error}", file=sys.stderr)
        sys.exit(2)

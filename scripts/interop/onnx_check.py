"""Checks that ONNX models are valid and give the outputs that are expected of them.

    onnx_check.py MODEL.onnx INPUTS OUTPUTS [--within 4e-6]

INPUTS and OUTPUTS are .npy, or .json with nested lists of numbers. The model is checked with onnx.checker, with shape
inference, and run by ONNX Runtime: with all samples at once, and with the first one alone, since the size of the batch
must be free. It fails if a number differs by more than --within, or a class at all. Prints one line for each model.
Needs onnx, onnxruntime and numpy.
"""

import argparse
import json
import sys

import numpy
import onnx
import onnxruntime

TYPES = {"tensor(uint8)": numpy.uint8, "tensor(float)": numpy.float32, "tensor(double)": numpy.float64}


def read(path):
    if path.endswith(".json"):
        with open(path, encoding="utf-8") as file:
            return numpy.array(json.load(file))
    return numpy.load(path)


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("model")
    arguments.add_argument("inputs")
    arguments.add_argument("outputs")
    arguments.add_argument("--within", type=float, default=4e-6)
    options = arguments.parse_args()

    onnx.checker.check_model(options.model, full_check=True)
    session = onnxruntime.InferenceSession(options.model, providers=["CPUExecutionProvider"])
    taken = session.get_inputs()[0]
    inputs = read(options.inputs).astype(TYPES[taken.type])
    inputs = inputs.reshape([len(inputs)] + taken.shape[1:])
    wanted = read(options.outputs)
    found = session.run(None, {taken.name: inputs})[0]
    alone = session.run(None, {taken.name: inputs[:1]})[0]

    difference = numpy.abs(found.astype(numpy.float64) - wanted).max()
    difference = max(difference, numpy.abs(alone.astype(numpy.float64) - wanted[:1]).max())
    classes = 0
    if wanted.shape[1] > 1:
        classes = int((found.argmax(1) != wanted.argmax(1)).sum())
    print(f"{options.model}: {len(inputs)} samples, largest difference {difference:.2g}, other classes: {classes}")
    if not difference <= options.within or classes:
        sys.exit(1)


if __name__ == "__main__":
    main()

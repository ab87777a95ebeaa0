"""Writes what dnn computes for MNIST's test images in the forms that the checks of this folder read.

    dnn predict model.bin t10k-images-idx3-ubyte --json --top 10 | python scripts/interop/references.py IMAGES FOLDER

IMAGES is the IDX file, not compressed. FOLDER gets inputs.npy [n, 28, 28], float32, from 0 to 255; outputs.npy and
outputs.f32 [n, 10], the probabilities; and cases.json, the inputs and outputs of the first 100 images.
"""
import json
import sys
from pathlib import Path

import numpy

images, folder = Path(sys.argv[1]).read_bytes(), Path(sys.argv[2])
shape = numpy.frombuffer(images, ">i4", images[3], 4)
inputs = numpy.frombuffer(images, numpy.uint8, offset=4 + 4 * len(shape)).reshape(shape).astype(numpy.float32)
outputs = numpy.zeros((len(inputs), 10), numpy.float32)
for line, row in zip(sys.stdin, outputs, strict=True):
    for class_ in json.loads(line)["top"]:
        row[int(class_["class"])] = class_["probability"]
numpy.save(folder / "inputs.npy", inputs)
numpy.save(folder / "outputs.npy", outputs)
outputs.tofile(folder / "outputs.f32")
few = {"inputs": inputs[:100].reshape(100, -1).tolist(), "outputs": outputs[:100].tolist()}
(folder / "cases.json").write_text(json.dumps(few))

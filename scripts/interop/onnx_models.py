"""Writes the models of internal/interop/onnx/testdata: what PyTorch and scikit-learn export, with inputs and outputs.

    onnx_models.py FOLDER

Needs torch, onnx, onnxscript, onnxruntime, scikit-learn and skl2onnx. cases.json has for each file the inputs, the
outputs, as the program that made the model or ONNX Runtime gives them, and the classes, if the file names them.
"""

import io
import json
import os
import sys

import numpy
import onnx
import onnxruntime
import torch
from skl2onnx import to_onnx
from skl2onnx.common.data_types import DoubleTensorType, FloatTensorType, Int64TensorType
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, RobustScaler, StandardScaler
from torch import nn

folder = sys.argv[1]
cases = {}


def save(name, model, inputs, outputs, classes=None):
    """Writes a model without what only its author needs, such as the paths of Python's stack."""
    for node in model.graph.node:
        del node.metadata_props[:]
        node.doc_string = ""
    del model.graph.metadata_props[:]
    del model.graph.value_info[:]
    for value in list(model.graph.initializer) + list(model.graph.input) + list(model.graph.output):
        del value.metadata_props[:]
    onnx.save(model, os.path.join(folder, name))
    case = {"inputs": numpy.asarray(inputs, dtype=float).reshape(len(inputs), -1).round(8).tolist()}
    if outputs is not None:
        case["outputs"] = numpy.asarray(outputs, dtype=float).reshape(len(inputs), -1).tolist()
    if classes is not None:
        case["classes"] = classes
    cases[name] = case


def normalization(units):
    layer = nn.BatchNorm1d(units)
    layer.running_mean.copy_(torch.randn(units) * 0.3)
    layer.running_var.copy_(torch.rand(units) + 0.5)
    with torch.no_grad():
        layer.weight.copy_(torch.rand(units) + 0.5)
        layer.bias.copy_(torch.randn(units) * 0.2)
    return layer


class Normalized(nn.Module):
    """MNIST's usual normalization, inside; view with the size of the batch."""

    def __init__(self):
        super().__init__()
        self.fc1, self.bn, self.fc2 = nn.Linear(16, 8), normalization(8), nn.Linear(8, 3)

    def forward(self, x):
        x = ((x - 0.1307) / 0.3081).view(x.size(0), -1)
        return torch.softmax(self.fc2(torch.relu(self.bn(self.fc1(x)))), dim=-1)


class Pixels(nn.Module):
    """Takes bytes, and gives logarithms of probabilities."""

    def __init__(self):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(16, 8), nn.Linear(8, 3)

    def forward(self, x):
        x = torch.flatten(x.float() / 255, 1)
        return torch.log_softmax(self.fc2(nn.functional.silu(self.fc1(x))), dim=1)


class Single(nn.Module):
    """One output without an axis of its own."""

    def __init__(self):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(16, 8), nn.Linear(8, 1)

    def forward(self, x):
        return torch.sigmoid(self.fc2(torch.relu(self.fc1(x.reshape(-1, 16))))).squeeze(-1)


class Labelled(nn.Module):
    """The class, and the probabilities."""

    def __init__(self):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(16, 8), nn.Linear(8, 4)

    def forward(self, x):
        p = torch.softmax(self.fc2(torch.relu(self.fc1(x.flatten(1)))), 1)
        return p.argmax(1), p


class Residual(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(6, 6), nn.Linear(6, 4)

    def forward(self, x):
        return self.fc2(x + torch.relu(self.fc1(x)))


def between(activation):
    return nn.Sequential(nn.Linear(6, 5), activation, nn.Linear(5, 3)), (6,)


def pytorch():
    mixed = nn.Sequential(
        nn.Flatten(), nn.Linear(16, 8), normalization(8), nn.ReLU(), nn.Dropout(0.3), nn.Linear(8, 6, bias=False),
        nn.Identity(), nn.GELU(), normalization(6), nn.Linear(6, 4), nn.LogSoftmax(1))
    double = nn.Sequential(nn.Linear(6, 8), nn.ReLU(), nn.Linear(8, 3), nn.Softmax(1)).double()
    for name, (model, shape), exporters in [
        ("mixed", (mixed, (1, 4, 4)), ["17", "dynamo"]), ("normalized", (Normalized(), (1, 4, 4)), ["11", "dynamo"]),
        ("pixels", (Pixels(), (4, 4)), ["13", "dynamo"]), ("single", (Single(), (1, 4, 4)), ["17", "plain"]),
        ("labelled", (Labelled(), (1, 4, 4)), ["11", "dynamo"]), ("double", (double, (6,)), ["17", "dynamo"]),
        ("silu", between(nn.SiLU()), ["9"]), ("mish", between(nn.Mish()), ["11", "dynamo"]),
        ("hardswish", between(nn.Hardswish()), ["9", "17"]), ("softplus", between(nn.Softplus()), ["7"]),
        ("elu", between(nn.ELU(0.5)), ["17"]), ("leaky", between(nn.LeakyReLU(0.01)), ["17"]),
        ("celu", between(nn.CELU()), ["13"]), ("hardshrink", between(nn.Hardshrink()), ["17"]),
        ("softshrink", between(nn.Softshrink()), ["17"]), ("logsigmoid", between(nn.LogSigmoid()), ["11"]),
        ("prelu", between(nn.PReLU()), ["17"]), ("hardtanh", between(nn.Hardtanh()), ["11"]),
        ("normalized_first", (nn.Sequential(normalization(6), nn.Linear(6, 3)), (6,)), ["17"]),
        ("refused_gelu_tanh", between(nn.GELU("tanh")), ["17", "dynamo"]),
        ("refused_residual", (Residual(), (6,)), ["17"]),
        ("refused_conv", (nn.Sequential(nn.Conv2d(1, 2, 3), nn.Flatten(), nn.Linear(8, 3)), (1, 4, 4)), ["17"]),
    ]:
        model.eval()
        inputs = torch.randn((4,) + shape) * 1.5
        if name == "pixels":
            inputs = torch.randint(0, 256, (4,) + shape, dtype=torch.uint8)
        inputs = inputs.double() if name == "double" else inputs
        outputs = model(inputs)
        outputs = outputs[1] if isinstance(outputs, tuple) else outputs
        for exporter in exporters:
            target, stdout, sys.stdout = io.BytesIO(), sys.stdout, io.StringIO()
            if exporter == "dynamo":
                sizes = ({0: torch.export.Dim("batch")},)
                torch.onnx.export(model, (inputs[:2],), target, dynamo=True, dynamic_shapes=sizes, external_data=False)
            else:
                version = 17 if exporter == "plain" else int(exporter)
                names = {} if exporter == "plain" else {"dynamic_axes": {"x": {0: "n"}}}
                torch.onnx.export(model, (inputs[:2],), target, dynamo=False, opset_version=version, input_names=["x"],
                                  **names)
            sys.stdout = stdout
            exported = onnx.load_from_string(target.getvalue())
            save(f"{name}.{exporter}.onnx", exported, inputs, None if "refused" in name else outputs.detach())


def scikit_learn():
    draw = numpy.random.RandomState(0)
    x = (draw.randn(200, 6) * [1, 5, 0.1, 3, 2, 10] + [0, 3, 1, -2, 5, 100]).astype(numpy.float32)
    y = ((x - x.mean(0)) / x.std(0) @ draw.randn(6, 3)).argmax(1)
    texts = numpy.array(["setosa", "versicolor", "Ünï"])[y]

    def mlp(activation="relu"):
        return MLPClassifier((5,), activation=activation, max_iter=30, random_state=1)

    for name, model, labels, kind, zipmap, version in [
        ("logistic", mlp("logistic"), y, FloatTensorType, False, 12),
        ("identity", mlp("identity"), y + 5, FloatTensorType, True, 21),
        ("binary", mlp(), (y > 0).astype(int), FloatTensorType, True, None),
        ("binary_double", mlp("logistic"), texts == "setosa", DoubleTensorType, False, 15),
        ("texts", mlp("tanh"), texts, Int64TensorType, True, None),
        ("standard", make_pipeline(StandardScaler(), mlp()), y, FloatTensorType, False, None),
        ("minmax", make_pipeline(MinMaxScaler(), mlp()), texts, FloatTensorType, True, 18),
        ("robust_double", make_pipeline(RobustScaler(), mlp()), texts, DoubleTensorType, False, None),
        ("regression", MLPRegressor(hidden_layer_sizes=(5,), max_iter=30, random_state=1), y, FloatTensorType, None,
         None),
    ]:
        model.fit(x, labels)
        last = model.steps[-1][1] if hasattr(model, "steps") else model
        options = None if zipmap is None else {id(last): {"zipmap": zipmap}}
        exported = to_onnx(model, initial_types=[("X", kind([None, 6]))], options=options, target_opset=version)
        taken = {FloatTensorType: numpy.float32, DoubleTensorType: numpy.float64, Int64TensorType: numpy.int64}[kind]
        inputs = x[:4].astype(taken)
        session = onnxruntime.InferenceSession(exported.SerializeToString(), providers=["CPUExecutionProvider"])
        outputs = session.run(None, {"X": inputs})[-1]
        if zipmap:
            outputs = [list(row.values()) for row in outputs]
        classes = None if zipmap is None else [str(int(c) if isinstance(c, numpy.bool_) else c) for c in model.classes_]
        save(f"sklearn_{name}.onnx", exported, inputs, outputs, classes)


torch.manual_seed(3)
pytorch()
scikit_learn()
with open(os.path.join(folder, "cases.json"), "w", encoding="utf-8") as file:
    json.dump(cases, file, indent=None, separators=(",", ":"), sort_keys=True)
    file.write("\n")

"""ONNX Runtime behind Triton's HTTP server, by its backend for Python. Requests that wait are computed together."""

import os
import sys

sys.path[:0] = os.environ["PYTHONPATH"].split(":")  # Triton's own Python does not look there

import network
import numpy as np
import triton_python_backend_utils as triton


class TritonPythonModel:
    def execute(self, requests):
        parts = [triton.get_input_tensor_by_name(r, "input").as_numpy() for r in requests]
        answers = network.predict(parts[0] if len(parts) == 1 else np.concatenate(parts))
        responses, at = [], 0
        for part in parts:
            tensor = triton.Tensor("probabilities", answers[at:at + len(part)])
            responses.append(triton.InferenceResponse([tensor]))
            at += len(part)
        return responses

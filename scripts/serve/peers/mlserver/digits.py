"""ONNX Runtime behind MLServer, the reference of the Open Inference Protocol in Python."""

import numpy as np
from mlserver import MLModel
from mlserver.codecs import NumpyCodec
from mlserver.types import InferenceResponse

import network


class Digits(MLModel):
    async def predict(self, payload):
        images = NumpyCodec.decode_input(payload.inputs[0]).astype(np.uint8, copy=False).reshape(-1, 28, 28)
        output = NumpyCodec.encode_output("probabilities", network.predict(images))
        return InferenceResponse(id=payload.id, model_name=self.name, outputs=[output])

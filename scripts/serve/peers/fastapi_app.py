"""ONNX Runtime behind FastAPI, as a person would write it who cares for speed: bodies are not validated by models of
pydantic, and orjson reads and writes JSON."""

import numpy as np
import orjson
from fastapi import FastAPI, Request, Response

import network

app = FastAPI()


@app.post("/raw")
async def raw(request: Request):
    images = np.frombuffer(await request.body(), np.uint8).reshape(-1, 28, 28)
    return Response(network.predict(images).tobytes(), media_type="application/octet-stream")


@app.post("/v1/models/{name}:predict")
async def tensorflow(name: str, request: Request):
    images = np.array(orjson.loads(await request.body())["instances"], np.uint8).reshape(-1, 28, 28)
    answer = orjson.dumps({"predictions": network.predict(images)}, option=orjson.OPT_SERIALIZE_NUMPY)
    return Response(answer, media_type="application/json")

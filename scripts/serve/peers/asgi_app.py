"""ONNX Runtime behind the least that uvicorn can call: no framework. /raw takes bytes and returns bytes; any other path is
TensorFlow Serving's :predict."""

import numpy as np
import orjson

import network


async def app(scope, receive, send):
    if scope["type"] != "http":
        return
    chunks, more = [], True
    while more:
        message = await receive()
        chunks.append(message["body"])
        more = message.get("more_body")
    body = chunks[0] if len(chunks) == 1 else b"".join(chunks)
    if scope["path"] == "/raw":
        kind = b"application/octet-stream"
        answer = network.predict(np.frombuffer(body, np.uint8).reshape(-1, 28, 28)).tobytes()
    else:
        kind = b"application/json"
        images = np.array(orjson.loads(body)["instances"], np.uint8).reshape(-1, 28, 28)
        answer = orjson.dumps({"predictions": network.predict(images)}, option=orjson.OPT_SERIALIZE_NUMPY)
    headers = [(b"content-type", kind), (b"content-length", str(len(answer)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": answer})

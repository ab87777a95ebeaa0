"""Asks a running server with the clients that people use, and compares what they get with each other.

    uv venv /tmp/clients && uv pip install --python /tmp/clients/bin/python 'tritonclient[http]==2.73.0' kserve==0.21.0
    dnn serve mnist=model.bin --addr 127.0.0.1:18080 &
    /tmp/clients/bin/python scripts/serve/clients.py 127.0.0.1:18080 mnist [picture.png digit]

With a picture of one digit, the server has to read it as that digit. Ends with status 1 if anything differs.
"""

import asyncio
import base64
import json
import sys
import urllib.error
import urllib.request

import kserve
import numpy as np
import tritonclient.http as triton

ADDRESS, MODEL = sys.argv[1], sys.argv[2]
BASE = "http://" + ADDRESS
random = np.random.default_rng(1)
IMAGES = (random.integers(0, 256, (300, 784)) * (random.random((300, 784)) < 0.2)).astype(np.uint8)


def post(path, body, content_type="application/json"):
    request = urllib.request.Request(BASE + path, body, {"Content-Type": content_type})
    return urllib.request.urlopen(request).read()


def same(what, found, wanted):
    if found.shape != wanted.shape or not np.array_equal(found.view(np.uint32), wanted.view(np.uint32)):
        sys.exit(f"{what}: wanted {wanted.shape} {wanted[0]}, found {found.shape} {found[0]}")
    print("ok", what)


def with_triton():
    client = triton.InferenceServerClient(ADDRESS)
    assert client.is_server_live() and client.is_server_ready() and client.is_model_ready(MODEL)
    assert client.is_model_ready(MODEL, "1")
    assert "binary_tensor_data" in client.get_server_metadata()["extensions"]
    assert client.get_model_metadata(MODEL)["inputs"][0]["name"] == "input"

    def infer(values, datatype, binary_in=True, binary_out=True, **more):
        tensor = triton.InferInput("input", list(values.shape), datatype)
        tensor.set_data_from_numpy(values, binary_data=binary_in)
        outputs = [triton.InferRequestedOutput("probabilities", binary_data=binary_out)]
        return client.infer(MODEL, [tensor], outputs=outputs, **more).as_numpy("probabilities")

    wanted = infer(IMAGES, "UINT8")
    assert wanted.shape == (300, 10) and np.allclose(wanted.sum(1), 1, atol=1e-5)
    for binary_in in (True, False):
        for binary_out in (True, False):
            ways = f"binary {binary_in}, {binary_out}"
            same(f"triton UINT8, {ways}", infer(IMAGES, "UINT8", binary_in, binary_out), wanted)
            same(f"triton FP32, {ways}", infer(IMAGES.astype(np.float32), "FP32", binary_in, binary_out), wanted)
    same("triton UINT8 [-1,28,28]", infer(IMAGES.reshape(-1, 28, 28), "UINT8"), wanted)
    same("triton FP64, 0 to 1", infer(IMAGES / 255.0, "FP64"), wanted)
    for algorithm in ("gzip", "deflate"):
        found = infer(IMAGES, "UINT8", request_compression_algorithm=algorithm, response_compression_algorithm="gzip")
        same(f"triton {algorithm}", found, wanted)
    same("triton, one by one", np.concatenate([infer(IMAGES[i : i + 1], "UINT8") for i in range(20)]), wanted[:20])
    tensor = triton.InferInput("input", [300, 784], "UINT8")
    tensor.set_data_from_numpy(IMAGES)
    answer = client.infer(MODEL, [tensor], request_id="seven")
    assert answer.get_response()["id"] == "seven"
    assert np.array_equal(answer.as_numpy("class"), wanted.argmax(1))
    for name, call in {
        "wrong shape": lambda: infer(IMAGES[:, :9], "UINT8"),
        "wrong model": lambda: client.get_model_metadata("none"),
    }.items():
        try:
            call()
            sys.exit(f"{name}: wanted an error")
        except triton.InferenceServerException as e:
            print("ok", name, e)
    return wanted


async def with_kserve(wanted):
    client = kserve.InferenceRESTClient(kserve.RESTConfig(protocol="v2", retries=0))
    assert await client.is_server_live(BASE) and await client.is_server_ready(BASE)
    assert await client.is_model_ready(BASE, MODEL)
    for binary in (True, False):
        tensor = kserve.InferInput("input", [300, 784], "FP32")
        tensor.set_data_from_numpy(IMAGES.astype(np.float32), binary_data=binary)
        request = kserve.InferRequest(model_name=MODEL, infer_inputs=[tensor])
        answer = await client.infer(BASE, request, model_name=MODEL)
        same(f"kserve, binary {binary}", answer.outputs[0].as_numpy().astype(np.float32), wanted)
    client = kserve.InferenceRESTClient(kserve.RESTConfig(protocol="v1", retries=0))
    assert await client.is_model_ready(BASE, MODEL)
    answer = await client.infer(BASE, {"instances": IMAGES.tolist()}, model_name=MODEL)
    same("kserve, protocol v1", np.array(answer["predictions"], np.float32), wanted)


def with_plain(wanted):
    for path, body, key in (
        (f"/v1/models/{MODEL}:predict", {"instances": IMAGES.reshape(-1, 28, 28).tolist()}, "predictions"),
        (f"/v1/models/{MODEL}:predict", {"inputs": IMAGES.tolist()}, "outputs"),
        ("/invocations", {"inputs": IMAGES.tolist()}, "predictions"),
        ("/invocations", {"dataframe_split": {"columns": list(range(784)), "data": IMAGES.tolist()}}, "predictions"),
    ):
        body = json.dumps(body)
        try:
            answer = json.loads(post(path, body.encode()))
        except urllib.error.HTTPError as e:
            sys.exit(f"{path}: {e} {e.read()}")
        same(f"{path} {key}", np.array(answer[key], np.float32), wanted)
    rows = "\n".join(",".join(map(str, row)) for row in IMAGES)
    answer = json.loads(post("/invocations", rows.encode(), "text/csv"))
    same("/invocations CSV", np.array(answer["predictions"], np.float32), wanted)


def with_picture(path, digit):
    data = open(path, "rb").read()
    assert json.loads(post("/predict?name=x.png", data, "image/png"))["digit"] == digit
    body = {"instances": [{"b64": base64.b64encode(data).decode()}]}
    rest = np.array(json.loads(post(f"/v1/models/{MODEL}:predict", json.dumps(body).encode()))["predictions"], np.float32)
    client = triton.InferenceServerClient(ADDRESS)
    for binary in (True, False):
        tensor = triton.InferInput("input", [1], "BYTES")
        text = data if binary else base64.b64encode(data)
        tensor.set_data_from_numpy(np.array([text], object), binary_data=binary)
        found = client.infer(MODEL, [tensor]).as_numpy("probabilities")
        same(f"triton BYTES, binary {binary}", found, rest)
    assert str(rest.argmax()) == digit
    print("ok the picture is", digit)


answers = with_triton()
asyncio.run(with_kserve(answers))
with_plain(answers)
if len(sys.argv) > 4:
    with_picture(sys.argv[3], sys.argv[4])

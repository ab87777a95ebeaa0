"""Measure OpenBLAS's sgemm through NumPy: SECONDS SHAPE…, where a SHAPE is N or MxKxN. Prints one JSON object."""

import json
import sys
import time

import numpy as np
import threadpoolctl


def seconds_of(m, k, n, at_least):
    """Return the mean time of a product, [m, k] by [k, n], over at least so many seconds."""
    rng = np.random.default_rng(1)
    a = rng.standard_normal((m, k), dtype=np.float32)
    b = rng.standard_normal((k, n), dtype=np.float32)
    c = np.empty((m, n), np.float32)
    np.dot(a, b, out=c)
    repeats = 1
    while True:
        begun = time.perf_counter()
        for _ in range(repeats):
            np.dot(a, b, out=c)
        taken = time.perf_counter() - begun
        if taken >= at_least:
            return taken / repeats
        repeats = max(repeats + 1, min(100 * repeats, int(1.2 * repeats * at_least / max(taken, 1e-9))))


def main(at_least, shapes):
    # Nearly all of the time of so small a product is that of the call from Python, which is not OpenBLAS's.
    call = seconds_of(2, 2, 2, at_least)
    gflops = {}
    for shape in shapes:
        sizes = [int(size) for size in shape.split("x")]
        m, k, n = sizes * 3 if len(sizes) == 1 else sizes
        gflops[shape] = 2e-9 * m * k * n / (seconds_of(m, k, n, at_least) - call)
    blas = next(i for i in threadpoolctl.threadpool_info() if i["user_api"] == "blas")
    print(json.dumps({"version": blas["version"], "kernels": blas["architecture"], "gflops": gflops}))


main(float(sys.argv[1]), sys.argv[2:])

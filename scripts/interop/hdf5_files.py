#!/usr/bin/env python3
"""Writes internal/interop/hdf5/testdata with h5py: all that package hdf5 reads, and what it refuses by name.

    python scripts/interop/hdf5_files.py internal/interop/hdf5/testdata

Every data set of numbers holds 0, 1, 2, ... in row-major order, each divided by 4 if they are floating-point numbers.
"""

import sys
from pathlib import Path

import h5py
import numpy as np


def numbers(shape, dtype):
    values = np.arange(np.prod(shape, dtype=int)).reshape(shape)
    return (values / 4 if np.dtype(dtype).kind == "f" else values).astype(dtype)


def both(f):
    """What both versions of the format have."""
    for dtype in ["f2", "f4", "f8", "i1", "i2", "u4", "i8"]:
        f.create_dataset(f"little/{dtype}", data=numbers((2, 3), "<" + dtype))
        f.create_dataset(f"big/{dtype}", data=numbers((2, 3), ">" + dtype))
    f["other/negative"] = np.array([-1, -2**40], "<i8")
    f["other/scalar"] = np.float32(0.25)
    f["other/empty"] = np.zeros((0, 3), "<f4")
    f["other/strings"] = np.array([b"one", b"two"])

    g = f.create_group("chunks")
    g.create_dataset("single", data=numbers((5, 3), "<f4"), chunks=(5, 3))
    g.create_dataset("single_gzip", data=numbers((5, 3), "<f4"), chunks=(5, 3), compression="gzip", shuffle=True)
    g.create_dataset("plain", data=numbers((5, 7), "<f4"), chunks=(2, 3))
    g.create_dataset("gzip", data=numbers((5, 7, 4), "<f4"), chunks=(2, 3, 4), compression="gzip")
    g.create_dataset("shuffle", data=numbers((30,), ">f8"), chunks=(7,), compression="gzip", shuffle=True)

    bad = f.create_group("refused/filters")
    bad.create_dataset("lzf", data=numbers((5, 3), "<f4"), chunks=(5, 3), compression="lzf")
    bad.create_dataset("fletcher32", data=numbers((5, 3), "<f4"), chunks=(5, 3), fletcher32=True)
    bad.create_dataset("unlimited", data=numbers((5, 3), "<f4"), chunks=(2, 3), maxshape=(None, 3))
    bad.create_dataset("unlimited2", data=numbers((5, 3), "<f4"), chunks=(2, 3), maxshape=(None, None))
    bad.create_dataset("unwritten", (5, 3), "<f4")
    bad.create_dataset("unwritten_chunks", (5, 3), "<f4", chunks=(2, 3))
    bad = f.create_group("refused/types")
    bad.create_dataset("complex", data=np.zeros(2, "c8"))
    bad.create_dataset("bool", data=np.zeros(2, bool))
    bad = f.create_group("refused/links")
    bad["soft"] = h5py.SoftLink("/other/scalar")
    bad["external"] = h5py.ExternalLink("other.h5", "/scalar")

    a = f.create_group("attributes").attrs
    a["fixed"] = np.bytes_("fixed")
    a["fixed array"] = np.array([b"a", b"bcd"])
    a["variable"] = "variable ä"
    a["variable array"] = ["a", "", "bcd"]
    a["float"] = 0.25
    a["ints"] = [0, 1, 2]
    a["none"] = h5py.Empty("f4")


def main():
    folder = Path(sys.argv[1])
    with h5py.File(folder / "earliest.h5", "w") as f:
        both(f)
        for i in range(40):
            f[f"many/{i}"] = np.int8(i)
    with h5py.File(folder / "latest.h5", "w", libver="latest") as f:
        both(f)
        for i in range(9):
            f[f"dense/{i}"] = np.int8(i)
            f.require_group("dense attributes").attrs[f"a{i}"] = i


if __name__ == "__main__":
    main()

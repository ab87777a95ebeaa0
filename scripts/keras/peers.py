"""The two programs that the scripts here set side by side: dnn, and Keras on one of its backends in a process of its own."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from safetensors.numpy import load_file

TRAINING_IMAGES = 60_000


class Failed(Exception):
    """A program did not do what was asked of it; the text says which one and what it said."""


def fit_keras(backend, jobs):
    """Run the jobs, as fit.py describes them, and yield their results one by one."""
    with tempfile.TemporaryFile("w+") as messages:
        process = subprocess.Popen(
            [sys.executable, Path(__file__).with_name("fit.py")],
            env={**os.environ, "KERAS_BACKEND": backend}, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=messages,
        )
        with process:
            process.stdin.write("".join(json.dumps(job) + "\n" for job in jobs))
            process.stdin.close()
            for line in process.stdout:
                yield json.loads(line)
        if process.returncode != 0:
            messages.seek(0)
            raise Failed(f"Keras on {backend} ended with status {process.returncode}:\n{messages.read()}")


class Dnn:
    """The program dnn."""

    def __init__(self, program, data):
        self.program = program
        self.data = data

    @staticmethod
    def default_data():
        """Return the folder of the data sets where dnn itself would look on Linux."""
        cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        return Path(os.environ.get("DNN_DATA_DIR") or Path(cache) / "dnn")

    def download(self):
        """Make MNIST be in the folder."""
        self._run("download", "mnist", "--data-dir", self.data)

    def _run(self, *arguments):
        """Return what dnn prints on standard output."""
        try:
            done = subprocess.run([self.program, *arguments], capture_output=True, text=True, check=False)
        except OSError as error:
            raise Failed(f"{self.program}: {error.strerror}") from error
        if done.returncode != 0:
            command = " ".join(map(str, [self.program, *arguments]))
            raise Failed(f"{command} ended with status {done.returncode}: {done.stderr.strip()}")
        return done.stdout

    def train(self, model, *, samples, settings, start=None):
        """Train on the first samples of the training images and write model.

        settings are keys of the experiment file. start is a model file to take the weights from. Returns a result as
        fit.py's, with each epoch's figures in lists.
        """
        split = (TRAINING_IMAGES - samples - 0.5) / TRAINING_IMAGES  # what is left is rounded down: half an image to spare
        command = ["train", "--json", "-o", model, "--data-dir", self.data, "--validation-split", repr(split)]
        for key, value in settings.items():
            command += ["--set", f"{key}={yaml(value)}"]
        if start:
            command += ["--from", start]
        events = [json.loads(line) for line in self._run(*command).splitlines()]
        begin, *epochs, end = events
        if begin["train_samples"] != samples:
            raise Failed(f"dnn trained on {begin['train_samples']} samples, wanted {samples}")
        keys = ("loss", "accuracy", "val_loss", "val_accuracy")
        return {
            **{key: [epoch[key] for epoch in epochs] for key in keys},
            "test_loss": end["test_loss"], "test_accuracy": end["test_accuracy"],
        }


def yaml(value):
    """Return a setting as --set takes it."""
    if isinstance(value, list):
        return ",".join(map(yaml, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def read_weights(model):
    """Return the weights in a model file that dnn wrote, by name, in Keras's order: each layer's kernel, then its bias."""
    weights = load_file(model)
    return {name: weights[name] for name in sorted(weights, key=place)}


def place(name):
    """Return what orders tensors as Keras orders variables: dense.kernel, dense.bias, dense_1.kernel, …"""
    layer, part = name.split(".")
    _, _, number = layer.partition("_")
    return int(number or 0), part != "kernel"

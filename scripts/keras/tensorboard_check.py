"""Reads event files that dnn wrote with the real TensorBoard, and compares them with the history file of the same run.

    dnn train --set tensorboard=logs
    python scripts/keras/tensorboard_check.py logs model.history.csv
"""

import csv
import math
import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.util.tensor_util import make_ndarray

FIGURES = {
    "train": {"epoch_loss": "loss", "epoch_accuracy": "accuracy", "epoch_learning_rate": "learning_rate"},
    "validation": {"epoch_loss": "val_loss", "epoch_accuracy": "val_accuracy"},
}


def scalars(folder):
    """Each tag's values by step, as TensorBoard's scalar plug-in finds them."""
    events = EventAccumulator(folder, size_guidance={"tensors": 0})
    events.Reload()
    tags = events.PluginTagToContent("scalars")
    return {tag: {e.step: float(make_ndarray(e.tensor_proto)) for e in events.Tensors(tag)} for tag in tags}


def main(logs, history):
    with open(history, newline="") as f:
        epochs = list(csv.DictReader(f))
    wrong = 0
    for part, figures in FIGURES.items():
        if part == "validation" and not any(e["val_loss"] for e in epochs):
            continue
        found = scalars(f"{logs}/{part}")
        if set(found) != set(figures):
            print(f"{part}: wanted {sorted(figures)}, found {sorted(found)}")
            wrong += 1
            continue
        for tag, column in figures.items():
            wanted = {int(e["epoch"]) - 1: float(e[column]) for e in epochs}
            same = found[tag].keys() == wanted.keys() and all(math.isclose(found[tag][s], v, rel_tol=1e-6) for s, v in wanted.items())
            print(f"{part}/{tag}: {len(wanted)} epochs, {'as in the history' if same else f'wanted {wanted}, found {found[tag]}'}")
            wrong += not same
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

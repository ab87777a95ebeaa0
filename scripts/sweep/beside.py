"""Other tools for sweeps beside dnn sweep: the part peers of scripts/sweep/bench."""

import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from measure import CORES, ROOT

DRIVE = ROOT / "scripts/sweep/peers/drive.py"


def drive(b, tool, objective, workers, rates):
    """Let another tool try learning rates, and return what drive.py tells, and what each trial took over its training."""
    python = b.options.venv.absolute() / "bin/python"
    data = b.options.data_dir or os.environ.get("DNN_DATA_DIR") or Path.home() / ".cache/dnn"
    begun = time.perf_counter()
    done = subprocess.run([python, DRIVE, tool, objective, str(workers), b.program, data, json.dumps(rates)],
                          capture_output=True, text=True, check=False)  # fmt: skip
    if done.returncode != 0:
        raise SystemExit(f"{tool}, {objective}: exit status {done.returncode}\n{done.stderr[-2000:]}")
    told = json.loads(done.stdout)
    if sorted(trial["rate"] for trial in told["trials"]) != rates:
        raise SystemExit(f"{tool}, {objective}: wanted a trial of each rate, found others")
    training = statistics.mean(trial["seconds"] for trial in told["trials"])  # a part of wall_s, as a median is not
    told["over_s"] = told["wall_s"] / len(rates) - training / workers
    told["all_s"] = time.perf_counter() - begun
    print(f"({tool}, {objective}: start {told['start_s']:.2f} s, training {training:.3f} s a trial, "
          f"{told['over_s'] * 1000:.1f} ms over it, {told['all_s']:.1f} s in all)", file=sys.stderr, flush=True)  # fmt: skip
    return told


def dnn_sweep(b, rates):
    """Return the row of dnn sweep, and the loss and the model of each rate."""
    few, many = 5, 5 + len(rates["empty"])
    small = b.base("epochs: 1\nlayers: [16]\n")
    rest = {}
    for count in (few, many):
        took, training = b.sweep(small, count, 1)
        rest[count] = took.seconds - training
    empty = (rest[many] - rest[few]) / (many - few)
    start = rest[few] - few * empty

    path = b.fresh() / "sweep.yaml"
    values = json.dumps(rates["dnn"])
    path.write_text(f"base: mlp\nmethod: grid\nparameters:\n  optimizer.learning_rate: {{values: {values}}}\n")
    took = b.dnn("sweep", "run", path, "--json", *b.data)
    points = [e for e in took.events if e["event"] == "point"]
    training = statistics.mean(p["seconds"] for p in points)
    over = (took.seconds - start) / len(points) - training / CORES
    print(f"(dnn sweep: start {start:.2f} s, training {training:.3f} s a point, {over * 1000:.1f} ms over it, "
          f"{took.seconds:.1f} s in all)", file=sys.stderr, flush=True)  # fmt: skip
    models = {float(p["parameters"][0]["value"]): (p["metrics"]["val_loss"], p["model"]) for p in points}
    row = ("`dnn sweep run`", CORES, f"{start:.1f}", f"{empty * 1000:.1f}", f"{over * 1000:.1f}", f"{took.seconds:.1f}", "", "")
    return row, models


def peers(b):
    """Tools for sweeps that drive the same trainings."""
    if not b.options.venv:
        b.say("", "Without --venv, other tools were not measured.")
        return
    trials = {"empty": 100, "dnn": 10, "keras": 4} if b.options.quick else dict.fromkeys(("empty", "dnn", "keras"), 100)
    rates = {name: [float(f"{0.0005 * 10 ** (i / n):.4g}") for i in range(n)] for name, n in trials.items()}
    row, models = dnn_sweep(b, rates)
    rows, losses = [row], {}
    for tool in ("loop", "optuna", "ray", "keras-tuner"):
        starts, cells = [], []
        for objective in trials:
            # Threads of one process share Python's lock, and Keras's seed, so only Ray trains two of Keras's at once.
            workers = CORES if tool == "ray" or (tool != "keras-tuner" and objective != "keras") else 1
            told = drive(b, tool, objective, workers, rates[objective])
            found = {t["rate"]: (t["loss"], t["model"]) for t in told["trials"]}
            starts.append(told["start_s"])
            cells.append(f"{told['over_s'] * 1000:.1f}")
            if objective != "empty":
                cells.append(f"{told['all_s']:.1f}")
            if objective == "dnn" and found != models:
                raise SystemExit(f"{tool}: wanted the losses and models of dnn sweep, found others")
            if objective == "keras":
                losses[tool] = found
        rows.append((told["tool"] if tool != "loop" else "a loop in Python", 1 if tool == "keras-tuner" else CORES,
                     f"{min(starts):.1f} to {max(starts):.1f}", *cells))  # fmt: skip
    b.table(("", "trials at once", "start, s", f"empty ({trials['empty']}), ms a trial",
             f"dnn train ({trials['dnn']}), ms a trial over its training", "all, s",
             f"Keras on JAX, an epoch ({trials['keras']}), ms a trial over its training", "all, s"), rows)  # fmt: skip
    apart = max(abs(found[rate][0] - losses["loop"][rate][0]) for found in losses.values() for rate in found)
    b.say(f"With dnn, every tool's trials gave the very models of `dnn sweep`. With Keras, losses were at most {apart:.1g} apart.")

"""Runs dnn, and tells what that took: of scripts/sweep/bench."""

import json
import os
import statistics
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CORES = len(os.sched_getaffinity(0))
GRID = "base: {base}\nmethod: grid\nseeds: {seeds}\nparameters:\n  batch_size: {{values: [100]}}\n"


@dataclass
class Took:
    """What a process took."""

    seconds: float
    megabytes: float
    events: list


class Bench:
    def __init__(self, options, folder):
        self.options, self.folder = options, folder
        self.program = options.dnn or folder / "dnn"
        self.data = ["--data-dir", options.data_dir] if options.data_dir else []
        self.lines = []
        self.number = 0
        self.environment = {k: v for k, v in os.environ.items() if k not in ("SLURM_ARRAY_TASK_ID", "JOB_COMPLETION_INDEX")}
        if not options.dnn:
            subprocess.run(["go", "-C", ROOT, "build", "-o", self.program, "."], check=True)
        subprocess.run([self.program, "download", "mnist", *self.data], check=True, capture_output=True)

    def say(self, *lines):
        """Write lines of the report."""
        for line in lines:
            print(line, flush=True)
        self.lines += lines
        if self.options.output:
            self.options.output.write_text("\n".join(self.lines) + "\n")

    def table(self, head, rows):
        self.say("", "| " + " | ".join(map(str, head)) + " |", "|" + "---|" * len(head))
        self.say(*("| " + " | ".join(map(str, row)) + " |" for row in rows), "")

    def fresh(self):
        """Return a new folder."""
        self.number += 1
        path = self.folder / str(self.number)
        path.mkdir()
        return path

    def start(self, *arguments):
        out = tempfile.TemporaryFile("w+")
        begun = time.perf_counter()
        process = subprocess.Popen(
            [self.program, *map(str, arguments)], stdout=out, stderr=subprocess.DEVNULL, env=self.environment, cwd=self.folder
        )
        return process, begun, out

    def wait(self, started):
        process, begun, out = started
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            raise SystemExit(f"{' '.join(map(str, process.args))}: exit status {process.returncode}")
        out.seek(0)
        events = [json.loads(line) for line in out if line.startswith("{")]
        return Took(seconds, usage.ru_maxrss / 1024, events)

    def dnn(self, *arguments):
        return self.wait(self.start(*arguments))

    def train(self, *arguments):
        """Train once, and return the seconds of training, and of the process."""
        took = self.dnn(
            "train", "--json", "--no-picture", "--no-history", "-o", self.fresh() / "model.bin", *self.data, *arguments
        )
        return took.events[-1].get("train_s"), took

    def seeds(self, base, seeds, *arguments):
        return self.dnn(
            "train", "--json", "--config", base, "--seeds", seeds, "-o", self.fresh() / "model.bin", *self.data, *arguments
        )

    def sweep_file(self, base, seeds):
        path = self.fresh() / "sweep.yaml"
        path.write_text(GRID.format(base=base, seeds=seeds))
        return path

    def sweep(self, base, seeds, threads=CORES):
        """Run a sweep of one setting, and return what it took, and the seconds of training of all points.

        Of several threads, the median stands for each point: the seconds of one that had to wait, while it was measured how
        many threads a run should have, have the waiting in them.
        """
        path = self.sweep_file(base, seeds)
        took = self.dnn("sweep", "run", path, "--json", "--threads", threads, *self.data)
        each = [e["seconds"] for e in took.events if e["event"] == "point"]
        return took, sum(each) if threads == 1 else statistics.median(each) * len(each)

    def base(self, text):
        path = self.fresh() / "base.yaml"
        path.write_text(text)
        return path

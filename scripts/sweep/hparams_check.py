#!/usr/bin/env python3
"""Check that real TensorBoard reads what `dnn sweep collect --tensorboard` has written, and finds the points of results.csv in it.

    python scripts/sweep/hparams_check.py demo.events demo.sweep/results.csv

Starts TensorBoard on a free port of this machine and asks its API of hyperparameters, as its page does: the experiment, all session
groups, and their sessions with hyperparameters, metrics and status. Exit status 1 and a line for each difference otherwise.
"""

import argparse
import csv
import json
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from tensorboard import program, version

from table import FIXED, METRICS, same

STATUSES = {"finished": "STATUS_SUCCESS", "stopped": "STATUS_SUCCESS"}
PATIENCE = 120  # seconds until all sessions are read


def ask(url, method, body):
    """Return the answer of the plugin hparams."""
    request = urllib.request.Request(
        f"{url}experiment/defaultExperimentId/data/plugin/hparams/{method}",
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        raise SystemExit(f"{method}: {error}: {error.read().decode()}") from error


def sessions(url, experiment, wanted):
    """Return (group, session) of all sessions, by name, once so many are read."""
    columns = [{"metric": info["name"]} for info in experiment["metricInfos"]]
    begun = time.monotonic()
    while True:
        answer = ask(url, "session_groups", {
            "experimentName": "", "startIndex": 0, "sliceSize": 1_000_000, "colParams": columns,
            "allowedStatuses": ["STATUS_UNKNOWN", "STATUS_SUCCESS", "STATUS_FAILURE", "STATUS_RUNNING"],
        })  # fmt: skip
        found = {
            session["name"]: (group, session) for group in answer.get("sessionGroups", []) for session in group["sessions"]
        }
        if len(found) >= wanted or time.monotonic() - begun > PATIENCE:
            return found
        time.sleep(1)


def differences(group, session, row):
    """Yield what of a session is not as in the row of its point."""
    status = STATUSES.get(row["status"], "STATUS_FAILURE")
    if session["status"] != status:
        yield f"wanted {status}, found {session['status']}"
    for column in row.keys() - FIXED:
        key = column.removeprefix("parameters.")
        found = group["hparams"].get(key)
        if not (row[column] == "" and found is None) and not same(found, row[column]):
            yield f"wanted {key}={row[column]}, found {found}"
    metrics = {value["name"]["tag"]: value["value"] for value in session.get("metricValues", [])}
    for key in METRICS:
        if row.get(key) and metrics.get(key) != float(row[key]):
            yield f"wanted {key}={row[key]}, found {metrics.get(key)}"
    if group["name"] != f"setting {row['setting']}":
        yield f"wanted the group of setting {row['setting']}, found {group['name']}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("events", type=Path)
    parser.add_argument("table", type=Path)
    arguments = parser.parse_args()
    with arguments.table.open(newline="") as file:
        rows = list(csv.DictReader(file))

    board = program.TensorBoard()
    board.configure(argv=[None, "--logdir", str(arguments.events), "--host", "127.0.0.1", "--port", "0", "--load_fast", "false"])
    url = board.launch()
    time.sleep(1)
    experiment = ask(url, "experiment", {"experimentName": ""})
    found = []
    keys = [key.removeprefix("parameters.") for key in rows[0] if key not in FIXED]
    named = [info["name"] for info in experiment["hparamInfos"]]
    if sorted(named) != sorted(keys):
        found.append(f"wanted the hyperparameters {keys}, found {named}")
    all_sessions = sessions(url, experiment, len(rows))
    if len(all_sessions) != len(rows):
        found.append(f"wanted {len(rows)} sessions, found {len(all_sessions)}")
    for row in rows:
        name = f"{int(row['point']):06d}"
        if name not in all_sessions:
            found.append(f"point {name} is missing")
            continue
        found += [f"point {name}: {difference}" for difference in differences(*all_sessions[name], row)]
    for difference in found[:20]:
        print(difference, file=sys.stderr)
    groups = len({group["name"] for group, _ in all_sessions.values()})
    print(f"tensorboard {version.VERSION}: {len(all_sessions)} sessions in {groups} groups, {len(found)} differences")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

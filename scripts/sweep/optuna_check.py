#!/usr/bin/env python3
"""Check that real Optuna reads what `dnn sweep collect --optuna` has written, and finds the points of results.csv in it.

    python scripts/sweep/optuna_check.py optuna.log demo.sweep/results.csv

Trials, their states, parameters, values and user attributes must be those of the table, the best trial its best finished point;
Optuna must compute importances where there are points enough. Exit status 1 and a line for each difference otherwise.
"""

import argparse
import csv
import json
import sys
from pathlib import Path

import optuna
from optuna.storages.journal import JournalFileBackend
from optuna.trial import TrialState

from table import FIXED, same

STATES = {"finished": TrialState.COMPLETE, "stopped": TrialState.PRUNED}


def load(journal):
    """Return the only study of a journal."""
    storage = optuna.storages.JournalStorage(JournalFileBackend(str(journal)))
    names = optuna.get_all_study_names(storage)
    if len(names) != 1:
        raise SystemExit(f"wanted one study, found {names}")
    return optuna.load_study(study_name=names[0], storage=storage)


def differences(trial, row, metric):
    """Yield what of a trial is not as in the row of its point."""
    value = row[metric] if row["status"] not in ("diverged", "failed") else ""
    state = STATES.get(row["status"], TrialState.FAIL) if value else TrialState.FAIL
    if trial.state != state:
        yield f"wanted {state}, found {trial.state}"
    if state != TrialState.FAIL and trial.value != float(value):
        yield f"wanted the value {value}, found {trial.value}"
    for column in row.keys() - FIXED:
        key = column.removeprefix("parameters.")
        if row[column] == "" and key not in trial.params:
            continue
        if key not in trial.params or not same(trial.params[key], row[column]):
            yield f"wanted {key}={row[column]}, found {trial.params.get(key)}"
        elif not trial.distributions[key]._contains(trial.distributions[key].to_internal_repr(trial.params[key])):
            yield f"{key}={row[column]} is outside of {trial.distributions[key]}"
    for key in FIXED & row.keys():
        if row[key] and str(trial.user_attrs.get(key)) != row[key] and float(trial.user_attrs[key]) != float(row[key]):
            yield f"wanted the attribute {key}={row[key]}, found {trial.user_attrs.get(key)}"
    if trial.duration is None or trial.duration.total_seconds() < 0:
        yield f"wanted a duration, found {trial.duration}"
    trial._validate()


def check(study, rows):
    """Yield all differences."""
    metric = study.metric_names[0]
    minimize = study.direction == optuna.study.StudyDirection.MINIMIZE
    if len(study.trials) != len(rows):
        yield f"wanted {len(rows)} trials, found {len(study.trials)}"
    by_point = {trial.user_attrs["point"]: trial for trial in study.trials}
    for row in rows:
        point = int(row["point"])
        if point not in by_point:
            yield f"point {point} is missing"
            continue
        for difference in differences(by_point[point], row, metric):
            yield f"point {point}: {difference}"
    finished = [row for row in rows if row["status"] == "finished" and row[metric]]
    if not finished:
        return
    best = min(finished, key=lambda row: float(row[metric]) * (1 if minimize else -1))
    if study.best_trial.user_attrs["point"] != int(best["point"]) or study.best_value != float(best[metric]):
        yield f"wanted the best point {best['point']}, found {study.best_trial}"
    if len(finished) >= 4 and len({row[metric] for row in finished}) > 1:
        importances = optuna.importance.get_param_importances(study)
        print("importances", json.dumps(importances))
        if not importances or any(not 0 <= v <= 1 + 1e-9 for v in importances.values()):
            yield f"wanted importances from 0 to 1, found {importances}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("journal", type=Path)
    parser.add_argument("table", type=Path)
    arguments = parser.parse_args()
    study = load(arguments.journal)
    with arguments.table.open(newline="") as file:
        found = list(check(study, list(csv.DictReader(file))))
    for difference in found[:20]:
        print(difference, file=sys.stderr)
    counts = {state.name: len([t for t in study.trials if t.state == state]) for state in TrialState}
    print(f"optuna {optuna.__version__}: {study.study_name}: {len(study.trials)} trials, {counts}, {len(found)} differences")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

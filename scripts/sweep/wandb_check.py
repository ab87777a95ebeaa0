"""Checks sweep files as W&B does, offline: with the schema and the rules of its package sweeps.

    uv venv venv && uv pip install --python venv/bin/python -r scripts/sweep/requirements-wandb.txt
    venv/bin/python scripts/sweep/wandb_check.py FILE...

W&B does not know the keys base, seeds and list, nor the methods sobol and list: its schema refuses keys that it does not
know. The script takes out base and seeds, which only dnn needs, says so, and checks the rest. The exit status is 1 if W&B
refuses a file, and a file that has a method of dnn is refused.
"""

import sys

import yaml
from sweeps import SweepConfig
from sweeps.config.cfg import schema_violations_from_proposed_config

OURS = ("base", "seeds")


def check(path):
    """Returns what W&B finds wrong with the file, and the keys that it was not shown."""
    with open(path, encoding="utf-8") as f:
        config = yaml.safe_load(f)
    hidden = [key for key in OURS if config.pop(key, None) is not None]
    wrong = schema_violations_from_proposed_config(config)
    if not wrong:
        SweepConfig(config)
    return wrong, hidden


def main():
    failed = False
    for path in sys.argv[1:]:
        wrong, hidden = check(path)
        without = f" (without {', '.join(hidden)})" if hidden else ""
        print(f"{path}: {'refused: ' + '; '.join(wrong) if wrong else 'accepted'}{without}")
        failed |= bool(wrong)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())

"""Writes the learning rates of Keras's schedules to internal/train/schedule/testdata/schedules.json, for the test that compares ours.

    KERAS_BACKEND=tensorflow python scripts/keras/schedules.py > internal/train/schedule/testdata/schedules.json
"""

import json

from keras.optimizers import schedules

STEPS = list(range(0, 24)) + [37, 50, 99, 100, 101, 149, 250, 399]

CASES = {
    "exponential": schedules.ExponentialDecay(0.1, 10, 0.96),
    "staircase": schedules.ExponentialDecay(0.1, 10, 0.5, staircase=True),
    "inverse_time": schedules.InverseTimeDecay(0.1, 10, 0.5),
    "inverse_time_staircase": schedules.InverseTimeDecay(0.1, 7, 0.9, staircase=True),
    "linear": schedules.PolynomialDecay(0.1, 20, 0.01),
    "root": schedules.PolynomialDecay(0.1, 100, 0.001, power=0.5),
    "cycle": schedules.PolynomialDecay(0.1, 20, 0.01, power=2.0, cycle=True),
    "cosine": schedules.CosineDecay(0.1, 100),
    "cosine_warmup": schedules.CosineDecay(0.01, 90, alpha=0.05, warmup_target=0.2, warmup_steps=10),
    "restarts": schedules.CosineDecayRestarts(0.1, 17),
    "restarts_even": schedules.CosineDecayRestarts(0.1, 17, t_mul=1.0, m_mul=0.9, alpha=0.1),
    "restarts_odd": schedules.CosineDecayRestarts(0.1, 17, t_mul=1.5, m_mul=0.8, alpha=0.01),
}

print(json.dumps({"steps": STEPS, "rates": {name: [float(s(i)) for i in STEPS] for name, s in CASES.items()}}, indent=0))

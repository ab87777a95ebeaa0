"""Let one tool for sweeps try learning rates, and tell what that cost.

    python drive.py TOOL OBJECTIVE WORKERS DNN DATA RATES

TOOL       optuna, ray, keras-tuner, or loop: no tool, but a loop in Python
OBJECTIVE  empty (nothing is trained), dnn (the program dnn trains the course's network) or keras (Keras trains the same
           network for an epoch, in the process of the trial)
WORKERS    trials at once; optuna and loop have threads for it, ray processes, keras-tuner has none
RATES      the learning rates, as a JSON list: a trial for each

Each tool is used as its documentation says, for speed: optuna has the rates in its queue, and keeps its study in memory; ray
searches a grid, keeps its processes from trial to trial, starts no more than it has cores for, and has no dashboard;
keras-tuner searches a grid, with a HyperModel for Keras, and its run_trial() overridden for the rest. No tool prints.

One JSON object goes out: start_s until the first trial can begin (imports, starting servers), wall_s from then until the
tool has said which trial is best, and the trials with what they found.
"""

import contextlib
import json
import os
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from importlib import metadata

import objectives

BEGUN = time.perf_counter()
os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("RAY_AIR_NEW_OUTPUT", "0")
os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
os.environ.setdefault("RAY_worker_niceness", "0")  # 15 otherwise: trainings would have less of a busy machine than others


def with_loop(job):
    ready = time.perf_counter()
    with ThreadPoolExecutor(job.workers) as pool:
        trials = list(pool.map(job.train, job.rates))
    return ready, trials


def with_optuna(job):
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study()
    for rate in job.rates:
        study.enqueue_trial({"learning_rate": rate})
    ready = time.perf_counter()
    trials = []

    def objective(trial):
        trials.append(job.train(trial.suggest_float("learning_rate", min(job.rates), max(job.rates))))
        return trials[-1]["loss"]

    study.optimize(objective, n_trials=len(job.rates), n_jobs=job.workers)
    assert study.best_trial.value == min(t["loss"] for t in trials)
    return ready, trials


def with_ray(job):
    import ray
    from ray import tune

    ray.init(num_cpus=job.workers, include_dashboard=False, log_to_driver=False, logging_level="ERROR")
    ready = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        results = tune.Tuner(
            tune.with_resources(lambda config: job.train(config["learning_rate"]), {"cpu": 1}),
            param_space={"learning_rate": tune.grid_search(job.rates)},
            tune_config=tune.TuneConfig(metric="loss", mode="min", reuse_actors=True, max_concurrent_trials=job.workers),
            run_config=tune.RunConfig(storage_path=folder, verbose=0),
        ).fit()
        results.get_best_result()
    return ready, [{key: r.metrics[key] for key in objectives.TRIAL} for r in results]


def with_keras_tuner(job):
    import keras_tuner

    trials = []

    class Trainings(keras_tuner.GridSearch):
        """Trains with something else than Keras."""

        def run_trial(self, trial, *args, **kwargs):
            trials.append(job.train(trial.hyperparameters.get("learning_rate")))
            return trials[-1]["loss"]

    class Network(keras_tuner.HyperModel):
        """Trains with Keras."""

        def build(self, parameters):
            begun = time.perf_counter()
            model = objectives.build_keras(parameters.Choice("learning_rate", job.rates))
            self.building = time.perf_counter() - begun
            return model

        def fit(self, parameters, model, callbacks=(), **options):
            history, seconds = objectives.fit_keras(model, job.data, callbacks)
            found = (parameters.get("learning_rate"), history.history["val_loss"][-1], "", self.building + seconds)
            trials.append(dict(zip(objectives.TRIAL, found, strict=True)))
            return history

    parameters = keras_tuner.HyperParameters()
    parameters.Choice("learning_rate", job.rates)
    with tempfile.TemporaryDirectory() as folder:
        if job.objective == "keras":
            tuner = keras_tuner.GridSearch(Network(), objective="val_loss", directory=folder)
        else:
            tuner = Trainings(hyperparameters=parameters, directory=folder)
        ready = time.perf_counter()
        tuner.search(verbose=0)
        tuner.get_best_hyperparameters()
    return ready, trials


TOOLS = {"loop": with_loop, "optuna": with_optuna, "ray": with_ray, "keras-tuner": with_keras_tuner}


class Job:
    """What the trials are to do."""

    def __init__(self, objective, workers, program, data, rates):
        self.objective, self.workers, self.data, self.rates = objective, int(workers), data, json.loads(rates)
        threads = len(os.sched_getaffinity(0)) // self.workers
        self.train = objectives.training(objective, program, data, threads)


def main():
    tool, *rest = sys.argv[1:]
    job = Job(*rest)
    if job.objective == "keras" and tool != "ray":  # whose processes each do so themselves
        objectives.load_keras(job.data)
    out = os.dup(1)
    os.dup2(2, 1)  # the tools print on standard output
    ready, trials = TOOLS[tool](job)
    wall = time.perf_counter() - ready
    with contextlib.suppress(metadata.PackageNotFoundError):
        tool += " " + metadata.version(tool)
    told = {"tool": tool, "start_s": ready - BEGUN, "wall_s": wall, "trials": trials}
    os.write(out, (json.dumps(told) + "\n").encode())


if __name__ == "__main__":
    main()

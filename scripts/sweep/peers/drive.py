"""Let one tool for sweeps drive trials, and tell what that cost.

    python drive.py TOOL OBJECTIVE TRIALS WORKERS DNN DATA

TOOL       optuna, optuna-cli (a process for each ask and tell, on a file of SQLite), ray or keras-tuner
OBJECTIVE  empty (nothing is trained), dnn (the program dnn trains the course's network, on one thread) or
           keras (Keras trains it for two epochs, in the process of the trial)
WORKERS    trials at once; optuna has threads for it, ray processes, keras-tuner and optuna-cli have none

One JSON object goes out: start_s until the first trial can begin (imports, starting servers), wall_s from then until the
tool has said which trial is best, and the sum of what the trainings themselves took, training_s.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from importlib import metadata
from pathlib import Path

import objectives

BEGUN = time.perf_counter()
os.environ.setdefault("KERAS_BACKEND", "jax")
RATES = (0.0005, 0.005)


def with_optuna(train, trials, workers):
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=1))
    ready = time.perf_counter()
    taken = []

    def objective(trial):
        loss, seconds = train(trial.suggest_float("learning_rate", *RATES, log=True))
        taken.append(seconds)
        return loss

    study.optimize(objective, n_trials=trials, n_jobs=workers)
    assert len(study.trials) == trials and study.best_value > 0
    return ready, sum(taken)


def with_optuna_cli(train, trials, workers):
    """As a shell script would: a process asks for each trial, and one tells its loss."""
    program = Path(sys.executable).with_name("optuna")
    taken = 0.0
    with tempfile.TemporaryDirectory() as folder:
        where = ["--storage", f"sqlite:///{folder}/optuna.db", "--study-name", "sweep"]

        def optuna(command, *arguments):
            done = subprocess.run([program, command, *where, *arguments], capture_output=True, text=True, check=True)
            return done.stdout

        optuna("create-study")
        space = json.dumps(
            {"learning_rate": {"name": "FloatDistribution", "attributes": {"low": RATES[0], "high": RATES[1], "log": True}}}
        )
        ready = time.perf_counter()
        for _ in range(trials):
            trial = json.loads(optuna("ask", "--sampler", "RandomSampler", "--search-space", space, "-f", "json"))
            loss, seconds = train(trial["params"]["learning_rate"])
            taken += seconds
            optuna("tell", "--trial-number", str(trial["number"]), "--values", str(loss))
        optuna("best-trial")
    return ready, taken


def with_ray(train, trials, workers):
    os.environ["RAY_AIR_NEW_OUTPUT"] = "0"
    import ray
    from ray import tune

    ray.init(num_cpus=workers, include_dashboard=False, log_to_driver=False, logging_level="ERROR")
    ready = time.perf_counter()

    def objective(config):
        loss, seconds = train(config["learning_rate"])
        return {"loss": loss, "training_s": seconds}

    with tempfile.TemporaryDirectory() as folder:
        results = tune.Tuner(
            tune.with_resources(objective, {"cpu": 1}),
            param_space={"learning_rate": tune.loguniform(*RATES)},
            tune_config=tune.TuneConfig(num_samples=trials, metric="loss", mode="min"),
            run_config=tune.RunConfig(storage_path=folder, verbose=0),
        ).fit()
        assert len(results) == trials and results.get_best_result().metrics["loss"] > 0
    return ready, sum(r.metrics["training_s"] for r in results)


def with_keras_tuner(train, trials, workers):
    import keras_tuner

    taken = []

    class Tuner(keras_tuner.RandomSearch):
        def run_trial(self, trial, *args, **kwargs):
            loss, seconds = train(trial.hyperparameters.Float("learning_rate", *RATES, sampling="log"))
            taken.append(seconds)
            return loss

    with tempfile.TemporaryDirectory() as folder:
        tuner = Tuner(max_trials=trials, directory=folder, project_name="sweep", overwrite=True)
        ready = time.perf_counter()
        tuner.search(verbose=0)
        assert len(taken) == trials and tuner.get_best_hyperparameters()
    return ready, sum(taken)


TOOLS = {
    "optuna": (with_optuna, "optuna"),
    "optuna-cli": (with_optuna_cli, "optuna"),
    "ray": (with_ray, "ray"),
    "keras-tuner": (with_keras_tuner, "keras-tuner"),
}


def main():
    tool, objective, trials, workers, dnn, data = sys.argv[1:]
    drive, package = TOOLS[tool]
    if objective == "keras" and tool != "ray": # whose workers each do so themselves
        import keras  # noqa: F401: it is loaded before the first trial
    out = os.dup(1)
    os.dup2(2, 1)  # the tools print on standard output
    ready, training = drive(lambda rate: objectives.TRAIN[objective](rate, dnn, data), int(trials), int(workers))
    told = {
        "tool": tool, "version": metadata.version(package), "objective": objective, "trials": int(trials),
        "workers": int(workers), "start_s": ready - BEGUN, "wall_s": time.perf_counter() - ready, "training_s": training,
    }  # fmt: skip
    os.write(out, (json.dumps(told) + "\n").encode())


if __name__ == "__main__":
    main()

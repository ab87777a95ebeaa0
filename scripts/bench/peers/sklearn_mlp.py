"""scikit-learn, MLPClassifier, by the settings that were found to reach each mark soonest. It has no schedule: a warm
start with each epoch gives the epoch its own rate."""

import pickle
import warnings

from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from recipe import Run, report

SETTINGS = {  # units, batch, the rate of each epoch
    97: ((100, 50), 200, (0.008, 0.0015)),
    98: ((144,), 160, (0.006, 0.004, 0.002, 0.0005)),
}

run = Run()
units, batch, rates = SETTINGS[run.mark]
warnings.simplefilter("ignore", ConvergenceWarning)  # one epoch never converges
model = MLPClassifier(units, batch_size=batch, max_iter=1, warm_start=True, alpha=0)
x, y = run.train()
for epoch, rate in enumerate(rates):
    model.set_params(learning_rate_init=rate, random_state=run.seed + 1000 * epoch)
    model.fit(x, y)
with open(run.model, "wb") as file:
    pickle.dump(model, file)
x, y = run.test()
report(model.score(x, y))

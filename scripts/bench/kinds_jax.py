"""JAX, a whole epoch in one jitted scan, on 784-100-50-10 by many experiments: seconds of each epoch with its
validation. The activations are Keras's, on JAX. kinds_keras.py has the arguments."""

import json
import os
import sys
import time
from functools import partial

os.environ["KERAS_BACKEND"] = "jax"

import jax
import jax.numpy as jnp
import keras

from wide import load

folder, batch, epochs = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
images, labels = load(folder)
count = len(images) * 4 // 5  # the others validate
samples = [jnp.asarray(a) for a in (images[:count], labels[:count], images[count:], labels[count:])]
MOMENTUM, EPSILON = 0.99, 1e-3  # of batch normalization


def initial(layers, key):
    """Return the parameters and, of batch normalization, the moving averages of each layer."""
    params, averages, width = [], [], images.shape[1]
    for layer in layers:
        p, a = (), ()
        if layer == "batch_normalization":
            p, a = (jnp.ones(width), jnp.zeros(width)), (jnp.zeros(width), jnp.ones(width))
        elif isinstance(layer, int):
            key, sub = jax.random.split(key)
            limit = (6 / (width + layer)) ** 0.5
            p = jax.random.uniform(sub, (width, layer), minval=-limit, maxval=limit), jnp.zeros(layer)
            width = layer
        params.append(p)
        averages.append(a)
    return params, averages


def logits_of(layers, activation, params, averages, x, key=None):
    """Return the logits and the new moving averages; with a key, as in training."""
    averages = list(averages)
    for i, (layer, p) in enumerate(zip(layers, params)):
        if layer == "batch_normalization":
            mean, variance = averages[i]
            if key is not None:
                old, mean = averages[i], x.mean(0)
                variance = (x * x).mean(0) - mean * mean
                averages[i] = tuple(MOMENTUM * a + (1 - MOMENTUM) * b for a, b in zip(old, (mean, variance)))
            x = (x - mean) * (p[0] * jax.lax.rsqrt(variance + EPSILON)) + p[1]
        elif isinstance(layer, dict):
            if key is not None:
                keep = 1 - layer["dropout"]
                x = jnp.where(jax.random.bernoulli(jax.random.fold_in(key, i), keep, x.shape), x / keep, 0)
        else:
            x = x @ p[0] + p[1]
            if i < len(layers) - 1:
                x = activation(x)
    return x, averages


def loss_of(experiment, z, y):
    """Return the mean loss of logits and labels."""
    if experiment.get("loss") == "mse":
        return jnp.mean((jax.nn.softmax(z) - jax.nn.one_hot(y, z.shape[1])) ** 2)
    loss = jax.nn.logsumexp(z, 1) - jnp.take_along_axis(z, y[:, None], 1)[:, 0]
    if smoothing := experiment.get("label_smoothing"):
        loss += smoothing * (jnp.take_along_axis(z, y[:, None], 1)[:, 0] - z.mean(1))
    return loss.mean()


def sgd(p, g, slots, t, u, learning_rate=0.01, momentum=0, nesterov=False):
    if not momentum:
        return p - learning_rate * g, slots
    m = momentum * slots[0] - learning_rate * g
    return p + (momentum * m - learning_rate * g if nesterov else m), [m]


def adam(p, g, slots, t, u, learning_rate=1e-3, amsgrad=False):
    m, v = 0.9 * slots[0] + 0.1 * g, 0.999 * slots[1] + 0.001 * g * g
    top = jnp.maximum(slots[2], v) if amsgrad else v
    rate = learning_rate * jnp.sqrt(1 - 0.999**t) / (1 - 0.9**t)
    return p - rate * m / (jnp.sqrt(top) + 1e-7), [m, v, top] if amsgrad else [m, v]


def adamw(p, g, slots, t, u, learning_rate=1e-3):
    return adam(p - learning_rate * 0.004 * p, g, slots, t, u, learning_rate)


def nadam(p, g, slots, t, u, learning_rate=1e-3):
    m, v = 0.9 * slots[0] + 0.1 * g, 0.999 * slots[1] + 0.001 * g * g
    now, after = nadam_momentum(t), nadam_momentum(t + 1)
    step = after * m / (1 - u * after) + (1 - now) * g / (1 - u)
    return p - learning_rate * step / (jnp.sqrt(v / (1 - 0.999**t)) + 1e-7), [m, v]


def nadam_momentum(t):
    return 0.9 * (1 - 0.5 * 0.96**t)


def rmsprop(p, g, slots, t, u, learning_rate=1e-3, centered=False):
    v = 0.9 * slots[0] + 0.1 * g * g
    if not centered:
        return p - learning_rate * g / jnp.sqrt(v + 1e-7), [v]
    mean = 0.9 * slots[1] + 0.1 * g
    return p - learning_rate * g / jnp.sqrt(v - mean * mean + 1e-7), [v, mean]


def lion(p, g, slots, t, u, learning_rate=1e-3):
    return p - learning_rate * jnp.sign(0.9 * slots[0] + 0.1 * g), [0.99 * slots[0] + 0.01 * g]


# Each takes a parameter, its gradient, its slots, the step t from 1 on, and the product u of Nadam's momenta up to t.
OPTIMIZERS = {"sgd": sgd, "adam": adam, "adamw": adamw, "nadam": nadam, "rmsprop": rmsprop, "lion": lion}


def slot_count(name, settings):
    if name == "sgd":
        return 1 if settings.get("momentum") else 0
    if name == "rmsprop":
        return 2 if settings.get("centered") else 1
    return 3 if settings.get("amsgrad") else 1 if name == "lion" else 2


def train(experiment):
    """Return the seconds of each epoch, and the accuracy of the last validation."""
    layers = experiment.get("layers", [100, 50]) + [10]
    settings = dict(experiment.get("optimizer", {}))
    name = settings.pop("name", "adam")
    network = partial(logits_of, layers, keras.activations.get(experiment.get("activation", "relu")))
    update = partial(OPTIMIZERS[name], **settings)

    def step(state, inputs):
        params, averages, slots, t, u, key = state
        x, y = inputs
        key, sub = jax.random.split(key)
        t, u = t + 1, u * nadam_momentum(t + 1)

        def objective(params):
            z, new = network(params, averages, x, sub)
            return loss_of(experiment, z, y), new

        (loss, averages), gradient = jax.value_and_grad(objective, has_aux=True)(params)
        leaves, tree = jax.tree.flatten(params)
        updated = [update(p, g, s, t, u) for p, g, s in zip(leaves, jax.tree.leaves(gradient), slots)]
        params, slots = jax.tree.unflatten(tree, [p for p, _ in updated]), [s for _, s in updated]
        return (params, averages, slots, t, u, key), loss

    @partial(jax.jit, donate_argnums=0)
    def epoch(state, key, x, y, xv, yv):
        order = jax.random.permutation(key, len(x))
        state, loss = jax.lax.scan(step, state, (x[order].reshape(-1, batch, x.shape[1]), y[order].reshape(-1, batch)))
        z, _ = network(*state[:2], xv)
        return state, loss.mean(), loss_of(experiment, z, yv), (z.argmax(1) == yv).mean()

    keys = jax.random.split(jax.random.PRNGKey(1), epochs + 2)
    params, averages = initial(layers, keys[0])
    slots = [[jnp.zeros_like(p) for _ in range(slot_count(name, settings))] for p in jax.tree.leaves(params)]
    state, seconds = (params, averages, slots, jnp.float32(0), jnp.float32(1), keys[1]), []
    for key in keys[2:]:
        begun = time.perf_counter()
        state, *results = epoch(state, key, *samples)
        jax.block_until_ready((state, results))
        seconds.append(time.perf_counter() - begun)
    return seconds, float(results[-1])


seconds = {}
for name, experiment in json.loads(sys.argv[4]).items():
    seconds[name], accuracy = train(experiment)
    print(f"{name}: {seconds[name]}, validation accuracy {accuracy:.4f}", file=sys.stderr)
print(json.dumps(seconds))

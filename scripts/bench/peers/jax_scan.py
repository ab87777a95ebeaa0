"""JAX, a whole epoch in one jitted lax.scan."""

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.ndimage import map_coordinates

from recipe import Run, gaussian, report

run = Run()
activation = getattr(jax.nn, run.activation)
shapes = list(zip(run.layers, run.layers[1:]))


def initial(key):
    hidden = getattr(jax.nn.initializers, run.initializer)()
    params = [(hidden(k, s), jnp.zeros(s[1])) for k, s in zip(jax.random.split(key, len(shapes) - 1), shapes)]
    return [*params, (jax.nn.initializers.glorot_uniform()(key, shapes[-1]), jnp.zeros(shapes[-1][1]))]


def logits(params, x):
    for w, b in params[:-1]:
        x = activation(x @ w + b)
    w, b = params[-1]
    return x @ w + b


def loss_of(params, x, y):
    targets = jax.nn.one_hot(y, run.layers[-1]) * (1 - run.label_smoothing) + run.label_smoothing / run.layers[-1]
    return -jnp.mean(jnp.sum(targets * jax.nn.log_softmax(logits(params, x)), 1))


def distorted(key, x):
    """Random shifts, rotations, scales, shears and elastic fields, as internal/augment of dnn defines them."""
    shift, rotation, scale, shear, alpha, sigma = run.distort
    ranges = jnp.array([shift, shift, np.radians(rotation), scale, scale, shear])
    keys = jax.random.split(key)
    draws = jax.random.uniform(keys[0], (6, len(x), 1, 1), minval=-1, maxval=1) * ranges[:, None, None, None]
    left, up, angle, wide, high, shear = draws
    sin, cos = jnp.sin(angle), jnp.cos(angle)
    smooth = gaussian(sigma)
    field = alpha * (smooth @ jax.random.uniform(keys[1], (2, len(x), 28, 28), minval=-1, maxval=1) @ smooth)
    v, u = np.mgrid[:28, :28].astype(np.float32) - 13.5
    row = 13.5 + up + sin * (1 + wide) * u + (sin * shear + cos * (1 + high)) * v + field[1]
    column = 13.5 + left + cos * (1 + wide) * u + (cos * shear - sin * (1 + high)) * v + field[0]
    sample = jax.vmap(lambda image, r, c: map_coordinates(image, [r, c], order=1))
    return sample(x.reshape(-1, 28, 28), row, column).reshape(-1, 784)


def step(carry, batch):
    params, m, v, t = carry
    x, y, rate, key = batch
    if run.distort:
        x = distorted(key, x)
    t += 1
    grad = jax.grad(loss_of)(params, x, y)
    m = jax.tree.map(lambda m, g: run.beta_1 * m + (1 - run.beta_1) * g, m, grad)
    v = jax.tree.map(lambda v, g: run.beta_2 * v + (1 - run.beta_2) * g * g, v, grad)
    kept = 1 - rate * run.weight_decay
    rate *= jnp.sqrt(1 - run.beta_2**t) / (1 - run.beta_1**t)
    params = jax.tree.map(lambda p, m, v: kept * p - rate * m / (jnp.sqrt(v) + run.epsilon), params, m, v)
    return (params, m, v, t), None


@jax.jit
def epoch(carry, x, y, order, rates, key):
    """One pass over the images in that order; what is left after the last full batch is a batch of its own."""
    x, y, full = x[order], y[order], len(order) // run.batch
    keys = jax.random.split(key, len(rates))
    end = full * run.batch
    batches = x[:end].reshape(full, run.batch, 784), y[:end].reshape(full, run.batch), rates[:full], keys[:full]
    carry, _ = jax.lax.scan(step, carry, batches)
    if end < len(order):
        carry, _ = step(carry, (x[end:], y[end:], rates[full], keys[full]))
    return carry


x, y = map(jnp.asarray, run.train())
key, random = jax.random.key(run.seed), np.random.default_rng(run.seed)
params = initial(key)
zeros = jax.tree.map(jnp.zeros_like, params)
carry = params, zeros, zeros, jnp.float32(0)
for rates in run.rates.reshape(run.epochs, -1):
    key, sub = jax.random.split(key)
    carry = epoch(carry, x, y, random.permutation(run.images), rates, sub)
params = jax.device_get(carry[0])
np.savez(run.model, *(array for layer in params for array in layer))
x, y = run.test()
report((np.asarray(logits(params, x)).argmax(1) == y).mean())

"""JAX, a jitted step that updates in place, on a dense network with relu: milliseconds for a training step. wide.py has the
arguments; the threads are those that XLA takes, one a core."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

from wide import arguments, load, measure

options = arguments()
images, labels = load(options.images)
order = np.random.default_rng(1).permutation(len(images))[: options.steps * options.batch]
batches = [
    (jnp.asarray(images[chosen]), jnp.asarray(labels[chosen], jnp.int32))
    for chosen in order.reshape(options.steps, options.batch)
]


def initial(key):
    params = []
    for fan_in, fan_out in zip(options.sizes, options.sizes[1:]):
        key, sub = jax.random.split(key)
        limit = (6 / (fan_in + fan_out)) ** 0.5
        params.append((jax.random.uniform(sub, (fan_in, fan_out), minval=-limit, maxval=limit), jnp.zeros(fan_out)))
    return params


def loss_of(params, x, y):
    for w, b in params[:-1]:
        x = jax.nn.relu(x @ w + b)
    w, b = params[-1]
    z = x @ w + b
    return jnp.mean(jax.nn.logsumexp(z, 1) - jnp.take_along_axis(z, y[:, None], 1)[:, 0])


@partial(jax.jit, donate_argnums=0)
def train(state, x, y):
    params, m, v, t = state
    t += 1
    grad = jax.grad(loss_of)(params, x, y)
    m = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, m, grad)
    v = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, v, grad)
    rate = 1e-3 * jnp.sqrt(1 - 0.999**t) / (1 - 0.9**t)
    params = jax.tree.map(lambda p, m, v: p - rate * m / (jnp.sqrt(v) + 1e-7), params, m, v)
    return params, m, v, t


params = initial(jax.random.PRNGKey(1))
state = [params, jax.tree.map(jnp.zeros_like, params), jax.tree.map(jnp.zeros_like, params), jnp.float32(0)]


def step(i):
    state[:] = train(tuple(state), *batches[i])


measure(options, step, lambda: jax.block_until_ready(state))

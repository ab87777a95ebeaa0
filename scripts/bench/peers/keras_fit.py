"""Keras, Model.fit, on the backend that KERAS_BACKEND names."""

import keras
import numpy as np
from keras import ops

from recipe import Run, gaussian, report


class Rates(keras.optimizers.schedules.LearningRateSchedule):
    def __init__(self, rates):
        self.rates = rates

    def __call__(self, step):
        return ops.take(self.rates, ops.cast(step, "int32"))


class Distortion(keras.layers.Layer):
    """Random shifts, rotations, scales, shears and elastic fields, as internal/augment of dnn defines them. Keras has a
    layer for each of them, but each of those would interpolate the images anew."""

    def __init__(self, shift, rotation, scale, shear, alpha, sigma):
        super().__init__()
        self.ranges = [shift, shift, np.radians(rotation), scale, scale, shear]
        self.alpha, self.smooth = alpha, gaussian(sigma)
        self.seeds = keras.random.SeedGenerator()

    def call(self, x, training=None):
        if not training:
            return x
        n = ops.shape(x)[0]
        draws = [r * keras.random.uniform((n, 1, 1), -1, 1, seed=self.seeds) for r in self.ranges]
        left, up, angle, wide, high, shear = draws
        sin, cos = ops.sin(angle), ops.cos(angle)
        noise = keras.random.uniform((n, 2, 28, 28), -1, 1, seed=self.seeds)
        field = self.alpha * ops.matmul(ops.matmul(self.smooth, noise), self.smooth)
        v, u = np.mgrid[:28, :28].astype(np.float32) - 13.5
        row = 13.5 + up + sin * (1 + wide) * u + (sin * shear + cos * (1 + high)) * v + field[:, 1]
        column = 13.5 + left + cos * (1 + wide) * u + (cos * shear - sin * (1 + high)) * v + field[:, 0]
        return sampled(x, ops.reshape(row, (n, 784)), ops.reshape(column, (n, 784)))


def sampled(x, row, column):
    """Return the pixels at these points, bilinearly. map_coordinates wants to know the size of a batch."""
    top, left, total = ops.floor(row), ops.floor(column), 0
    for r, c in (top, left), (top, left + 1), (top + 1, left), (top + 1, left + 1):
        weight = (1 - ops.abs(row - r)) * (1 - ops.abs(column - c))
        near_r, near_c = ops.clip(r, 0, 27), ops.clip(c, 0, 27)
        weight = ops.where(ops.logical_and(r == near_r, c == near_c), weight, 0)  # nothing is outside
        total += weight * ops.take_along_axis(x, ops.cast(near_r * 28 + near_c, "int32"), axis=1)
    return total


run = Run()
if keras.backend.backend() != "tensorflow":  # seeded TensorFlow repeats its order in every epoch
    keras.utils.set_random_seed(run.seed)
model = keras.Sequential([keras.Input((run.layers[0],))])
if run.distort:
    model.add(Distortion(*run.distort))
for units in run.layers[1:-1]:
    model.add(keras.layers.Dense(units, activation=run.activation, kernel_initializer=run.initializer))
model.add(keras.layers.Dense(run.layers[-1], activation="softmax"))
adam = keras.optimizers.Adam(
    Rates(run.rates), run.beta_1, run.beta_2, run.epsilon, weight_decay=run.weight_decay or None
)
loss = keras.losses.CategoricalCrossentropy(label_smoothing=run.label_smoothing)
model.compile(optimizer=adam, loss=loss, metrics=["accuracy"], steps_per_execution=50)
x, y = run.train()
model.fit(x, keras.utils.to_categorical(y), batch_size=run.batch, epochs=run.epochs, verbose=0)
model.save_weights(run.model)
x, y = run.test()
report(np.mean(model.predict(x, batch_size=1000, verbose=0).argmax(1) == y))

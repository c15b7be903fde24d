"""Keras on TensorFlow with its defaults: `fit` and `predict`, and eager operations for convolutions."""

import time

import keras
import numpy
import tensorflow as tf

import reference
from keras_network import keras_cnn
from pins import threads_text
from random_data import NetworkData
from tensorflow_side import configure, convolution, exercise
from work import Convolution


class Side:
    def __init__(self, threads):
        self.version = f"Keras {keras.__version__} on {configure(threads)}"
        self.settings = f"fit and predict, defaults; convolutions eager; {threads_text(threads)}"

    def exercise(self):
        return exercise()

    def prepare(self, work):
        keras.backend.clear_session()
        if isinstance(work, Convolution):
            return convolution(work)
        return Training(work) if work.kind == "train" else Inference(work)


class Clock(keras.callbacks.Callback):
    """Counts from the first batch to the last one: the start of a call to `fit` is spread over an epoch, and small."""

    def on_train_batch_begin(self, batch, logs=None):
        if batch == 0:
            self.started = time.perf_counter()

    def on_predict_batch_begin(self, batch, logs=None):
        if batch == 0:
            self.started = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        self.ended = time.perf_counter()

    def on_predict_end(self, logs=None):
        self.ended = time.perf_counter()


class Calls:
    """Calls of `fit` or `predict` on batches that are repeated for ever."""

    def __init__(self, work, activation=None):
        self.data = NetworkData(work)
        self.batches = self.data.batches
        self.model = keras_cnn(work.image_size, activation)
        self.model.set_weights(self.data.weights)

    def dataset(self, tensors):
        return tf.data.Dataset.from_tensor_slices(tensors).repeat().prefetch(tf.data.AUTOTUNE)

    def run(self, repetitions):
        """Seconds that the repetitions took."""
        self.reset()
        clock = Clock()
        self.call(repetitions, clock)
        return clock.ended - clock.started


class Training(Calls):
    def __init__(self, work):
        super().__init__(work)
        self.model.compile(
            keras.optimizers.Adam(1e-3, 0.9, 0.999, 1e-7), keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        )
        self.model.optimizer.build(self.model.trainable_variables)
        self.state = self.model.variables + self.model.optimizer.variables
        self.initial = [variable.numpy() for variable in self.state]
        first = self.dataset((self.data.images[0][None], self.data.labels[0][None]))
        reference.check_training(self.data, lambda: self.fit(first, 1).history["loss"][0])
        self.batched = self.dataset((numpy.stack(self.data.images), numpy.stack(self.data.labels)))
        self.run(2)

    def reset(self):
        for variable, value in zip(self.state, self.initial):
            variable.assign(value)

    def fit(self, dataset, steps, callbacks=None):
        return self.model.fit(dataset, steps_per_epoch=steps, verbose=0, callbacks=callbacks)

    def call(self, repetitions, clock):
        self.fit(self.batched, repetitions, [clock])


class Inference(Calls):
    def __init__(self, work):
        super().__init__(work, activation="softmax")
        reference.check_probabilities(self.data, self.model.predict(self.data.images[0], work.batch, verbose=0))
        self.batched = self.dataset(numpy.stack(self.data.images))
        self.run(2)

    def reset(self):
        pass

    def call(self, repetitions, clock):
        self.model.predict(self.batched, steps=repetitions, verbose=0, callbacks=[clock])

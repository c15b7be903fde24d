"""The CNN of the Keras tutorials on CIFAR-10 by Keras's own `fit`, with the settings of Apus's recipe keras-cnn.

Prints one JSON object: what `apus speedrun` notes of a training of its own.
"""

import json
import os
import sys
import time

import pins

STRIPPED = pins.strip()
pins.cap_threads(len(os.sched_getaffinity(0)))

import keras
import numpy

import cifar10
import training_options
from keras_network import keras_cnn
from tensorflow_side import configure


def read(directory, names, limit=None):
    """Pixels from 0 to 1, [count, 32, 32, 3], and labels."""
    pixels, labels = cifar10.read(directory, names, limit)
    return numpy.ascontiguousarray(pixels.transpose(0, 2, 3, 1), numpy.float32) / 255, labels


class Clock(keras.callbacks.Callback):
    """Seconds of each epoch without its evaluation."""

    def __init__(self):
        super().__init__()
        self.seconds = []

    def on_epoch_begin(self, epoch, logs=None):
        self.started = time.perf_counter()

    def on_test_begin(self, logs=None):
        self.seconds.append(time.perf_counter() - self.started)


def train(options):
    version = configure(options.threads)
    keras.utils.set_random_seed(options.seed)
    images, labels = read(options.data, cifar10.TRAINING, options.limit)
    test = read(options.data, cifar10.TEST)
    started = time.perf_counter()
    model = keras_cnn(32, "softmax")
    model.compile(
        keras.optimizers.Adam(1e-3, 0.9, 0.999, 1e-7), keras.losses.SparseCategoricalCrossentropy(),
        metrics=["accuracy"])
    preparation = time.perf_counter() - started
    clock = Clock()
    history = model.fit(
        images, labels, batch_size=32, epochs=options.epochs or 10, validation_data=test, callbacks=[clock],
        verbose=0).history
    for epoch, value in enumerate(history["val_accuracy"], 1):
        print(f"epoch {epoch}: {value:.4f}", file=sys.stderr)
    epochs = [
        {"epoch": epoch, "seconds": seconds, "test_accuracy": value}
        for epoch, (seconds, value) in enumerate(zip(clock.seconds, history["val_accuracy"]), 1)
    ]
    return {
        "program": f"Keras {keras.__version__} on {version}", "recipe": options.recipe, "precision": "fp32",
        "threads": options.threads, "seed": options.seed, "test_accuracy": history["val_accuracy"][-1],
        "preparation_seconds": preparation, "training_seconds": sum(clock.seconds),
        "epochs": epochs, "losses": history["loss"], "pins": STRIPPED,
    }


if __name__ == "__main__":
    print(json.dumps(train(training_options.parser(__doc__, ["keras-cnn"]).parse_args())))

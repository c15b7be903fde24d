"""Trains the model `keras-cnn` in Keras on CIFAR-10's binary files and prints what `apus train --json` writes.

`seconds` and `images_per_second` count training alone; tracing and compiling are done before the clock starts.
"""

import argparse
import json
import os
import resource
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", required=True, help="directory with data_batch_1.bin … and test_batch.bin")
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--limit", type=int, help="train on the first images only")
    parser.add_argument("--json", help="write here instead of to standard output")
    return parser.parse_args()


def load(directory, names):
    """Images as NHWC float32 in 0...1 and their labels."""
    import numpy

    records = numpy.concatenate(
        [numpy.fromfile(os.path.join(directory, name), numpy.uint8).reshape(-1, 3073) for name in names]
    )
    images = records[:, 1:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
    return numpy.ascontiguousarray(images, numpy.float32) / 255, records[:, 0].astype(numpy.int32)


def build(keras):
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(64, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(128, 3, activation="relu"),
            layers.Flatten(),
            layers.Dense(128, activation="relu"),
            layers.Dense(10),
        ]
    )


def main():
    options = arguments()
    import tensorflow

    keras = tensorflow.keras
    tensorflow.config.threading.set_intra_op_parallelism_threads(options.threads)
    tensorflow.config.threading.set_inter_op_parallelism_threads(options.threads)
    keras.utils.set_random_seed(options.seed)

    started = time.perf_counter()
    images, labels = load(options.data, [f"data_batch_{number}.bin" for number in range(1, 6)])
    images, labels = images[: options.limit], labels[: options.limit]
    test_images, test_labels = load(options.data, ["test_batch.bin"])

    model = build(keras)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(1e-3), loss, metrics=["accuracy"])
    model.optimizer.build(model.trainable_variables)
    state = model.variables + model.optimizer.variables
    initial = [variable.numpy() for variable in state]
    warm_up = options.batch_size + len(images) % options.batch_size
    model.fit(images[:warm_up], labels[:warm_up], options.batch_size, verbose=0)
    for variable, value in zip(state, initial):
        variable.assign(value)

    epochs = []
    for epoch in range(1, options.epochs + 1):
        before = time.perf_counter()
        history = model.fit(images, labels, options.batch_size, verbose=0).history
        seconds = time.perf_counter() - before
        test_loss, test_accuracy = model.evaluate(test_images, test_labels, batch_size=500, verbose=0)
        epochs.append(
            {
                "epoch": epoch,
                "train_loss": history["loss"][0],
                "train_accuracy": history["accuracy"][0],
                "test_loss": test_loss,
                "test_accuracy": test_accuracy,
                "seconds": seconds,
                "images_per_second": len(images) / seconds,
            }
        )
    result = {
        "model": "keras-cnn",
        "algorithm": f"TensorFlow {tensorflow.__version__}",
        "threads": options.threads,
        "seed": options.seed,
        "epochs": epochs,
        "best_test_accuracy": max(epoch["test_accuracy"] for epoch in epochs),
        "total_seconds": time.perf_counter() - started,
        "peak_rss_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    }
    with open(options.json, "w") if options.json else sys.stdout as file:
        json.dump(result, file, indent=2)
        file.write("\n")


if __name__ == "__main__":
    main()

"""CIFAR-10's binary version: records of a label and the planes of red, green and blue."""

import os

import numpy

TRAINING = [f"data_batch_{index}.bin" for index in range(1, 6)]
TEST = ["test_batch.bin"]


def read(directory, names, limit=None):
    """Pixels [count, 3, 32, 32] in bytes, and labels."""
    records = numpy.concatenate(
        [numpy.fromfile(os.path.join(directory, name), numpy.uint8).reshape(-1, 3073) for name in names]
    )[:limit]
    return records[:, 1:].reshape(-1, 3, 32, 32), records[:, 0].astype(numpy.int64)

"""Random data, never zero, in Keras's layouts; the same for every side."""

import numpy

MEMORY = 256 << 20  # What all batches of one work may take; a batch that is larger is the only one.
BATCHES = 8


def batches_within_memory(bytes_per_batch):
    return max(1, min(BATCHES, MEMORY // bytes_per_batch))


def uniform(generator, shape):
    """Float32 in ±1, at least 2⁻²⁴ away from zero."""
    values = generator.random(shape, numpy.float32)
    values *= 2
    values -= 1 - 2**-24
    return values


class ConvolutionData:
    """Batches of inputs and of the output's gradients, as far as the direction needs them, and one filter."""

    def __init__(self, work):
        generator = numpy.random.default_rng(1)
        shapes = {
            "forward": [work.input_shape],
            "input gradient": [work.output_shape],
            "filter gradient": [work.input_shape, work.output_shape],
        }[work.direction]
        self.batches = batches_within_memory(4 * sum(int(numpy.prod(shape)) for shape in shapes))
        made = {shape: [uniform(generator, shape) for _ in range(self.batches)] for shape in dict.fromkeys(shapes)}
        self.inputs = made[work.input_shape] if work.direction != "input gradient" else []
        self.gradients = made[work.output_shape] if work.direction != "forward" else []
        self.filter = uniform(generator, work.filter_shape)


class NetworkData:
    """Batches of images in 0...1 with labels that can be learnt, and Glorot-uniform weights of `keras-cnn`."""

    def __init__(self, work):
        generator = numpy.random.default_rng(1)
        shape = (work.batch, work.image_size, work.image_size, 3)
        self.batches = batches_within_memory(4 * int(numpy.prod(shape)))
        classes = generator.random((10, *shape[1:]), numpy.float32)
        self.labels = [generator.integers(0, 10, work.batch).astype(numpy.int32) for _ in range(self.batches)]
        self.images = [
            (classes[labels] + generator.random(shape, numpy.float32)) / 2 for labels in self.labels
        ]
        self.weights = weights(generator, work.image_size)


def flattened_side(image_size):
    """Height and width of what the dense layers read."""
    return ((image_size - 2) // 2 - 2) // 2 - 2


def weights(generator, image_size):
    """Kernel and bias of each layer, in order."""
    side = flattened_side(image_size)
    kernels = [(3, 3, 3, 32), (3, 3, 32, 64), (3, 3, 64, 128), (side * side * 128, 128), (128, 10)]
    values = []
    for shape in kernels:
        taps = int(numpy.prod(shape[:-2]))
        limit = (6 / (taps * (shape[-2] + shape[-1]))) ** 0.5
        values += [limit * uniform(generator, shape), numpy.zeros(shape[-1], numpy.float32)]
    return values

"""What results must be, computed by NumPy in float64 straight from the definitions. Raises Wrong where they differ."""

import numpy

ELEMENTS = 12


class Wrong(Exception):
    """A side computes something else."""


def check_convolution(work, data, result):
    """Compares some elements of a result, in Keras's layout, of the first batch."""
    expected_shape = {
        "forward": work.output_shape, "input gradient": work.input_shape, "filter gradient": work.filter_shape,
    }[work.direction]
    if result.shape != expected_shape:
        raise Wrong(f"found a result of shape {list(result.shape)}, expected {list(expected_shape)}")
    generator = numpy.random.default_rng(2)
    last = tuple(length - 1 for length in expected_shape)
    places = [(0, 0, 0, 0), last] + [tuple(generator.integers(0, expected_shape)) for _ in range(ELEMENTS - 2)]
    for place in places:
        place = tuple(int(index) for index in place)
        products = ELEMENT[work.direction](work, data, place)
        expected = float(products.sum())
        # Sums of float32 in any order: 32 roundings' worth of the sum of magnitudes.
        tolerance = 32 * 2**-24 * float(numpy.abs(products).sum())
        if not abs(float(result[place]) - expected) <= tolerance:
            raise Wrong(f"found {float(result[place])} at {list(place)}, expected {expected} ± {tolerance}")


def output_products(work, data, place):
    """y[n, h, w, o] = Σ x[n, h·s + i − top, w·s + j − left, c] · f[i, j, c, o]"""
    image, row, column, channel = place
    products = [numpy.zeros(1)]
    for i in range(work.kernel[0]):
        for j in range(work.kernel[1]):
            y, x = row * work.stride[0] + i - work.padding[0], column * work.stride[1] + j - work.padding[2]
            if 0 <= y < work.input[0] and 0 <= x < work.input[1]:
                products.append(numpy.float64(data.inputs[0][image, y, x]) * data.filter[i, j, :, channel])
    return numpy.concatenate(products)


def input_gradient_products(work, data, place):
    """dx[n, y, x, c] = Σ dy[n, h, w, o] · f[i, j, c, o] over all h·s + i − top = y, w·s + j − left = x"""
    image, y, x, channel = place
    products = [numpy.zeros(1)]
    for i in range(work.kernel[0]):
        for j in range(work.kernel[1]):
            row, row_rest = divmod(y + work.padding[0] - i, work.stride[0])
            column, column_rest = divmod(x + work.padding[2] - j, work.stride[1])
            inside = 0 <= row < work.output[0] and 0 <= column < work.output[1]
            if inside and row_rest == 0 and column_rest == 0:
                products.append(numpy.float64(data.gradients[0][image, row, column]) * data.filter[i, j, channel])
    return numpy.concatenate(products)


def filter_gradient_products(work, data, place):
    """df[i, j, c, o] = Σ x[n, h·s + i − top, w·s + j − left, c] · dy[n, h, w, o]"""
    i, j, input_channel, output_channel = place
    rows = numpy.arange(work.output[0]) * work.stride[0] + i - work.padding[0]
    columns = numpy.arange(work.output[1]) * work.stride[1] + j - work.padding[2]
    inside = numpy.ix_((0 <= rows) & (rows < work.input[0]), (0 <= columns) & (columns < work.input[1]))
    inputs = data.inputs[0][:, :, :, input_channel][:, rows[inside[0].ravel()]][:, :, columns[inside[1].ravel()]]
    gradients = data.gradients[0][:, :, :, output_channel][:, inside[0].ravel()][:, :, inside[1].ravel()]
    return (numpy.float64(inputs) * gradients).ravel()


ELEMENT = {
    "forward": output_products, "input gradient": input_gradient_products, "filter gradient": filter_gradient_products,
}


def logits(weights, image):
    """What `keras-cnn` computes for one image [height, width, 3]."""
    values = numpy.float64(image)
    for layer in range(3):
        kernel, bias = weights[2 * layer : 2 * layer + 2]
        patches = numpy.lib.stride_tricks.sliding_window_view(values, (3, 3), (0, 1))
        values = numpy.maximum(numpy.tensordot(patches, kernel, ((3, 4, 2), (0, 1, 2))) + bias, 0)
        if layer < 2:
            height, width = values.shape[0] // 2, values.shape[1] // 2
            pooled = values[: 2 * height, : 2 * width].reshape(height, 2, width, 2, -1)
            values = pooled.max((1, 3))
    hidden = numpy.maximum(values.ravel() @ weights[6] + weights[7], 0)
    return hidden @ weights[8] + weights[9]


def check_probabilities(data, probabilities, tolerance=1e-4):
    """Compares the probabilities [n, 10] of the first batch with those of its first and its last image."""
    images = data.images[0]
    if probabilities.shape != (len(images), 10):
        raise Wrong(f"found probabilities of shape {list(probabilities.shape)}, expected {[len(images), 10]}")
    for place in {0, len(images) - 1}:
        values = numpy.exp(logits(data.weights, images[place]))
        difference = numpy.abs(probabilities[place] - values / values.sum()).max()
        if not difference <= tolerance:
            raise Wrong(f"found probabilities of image {place} off by {difference}, expected at most {tolerance}")


def check_training(data, step, tolerance=1e-3):
    """`step()` trains on the first batch and returns its loss, which must begin as expected and then fall."""
    images, labels = data.images[0], data.labels[0]
    first = step()
    if len(images) * images[0].size <= 1 << 20:  # larger ones would take NumPy too long
        expected = 0.0
        for image, label in zip(images, labels):
            values = logits(data.weights, image)
            expected += (numpy.log(numpy.exp(values).sum()) - values[label]) / len(images)
        if not abs(first - expected) <= tolerance:
            raise Wrong(f"found a first loss of {first}, expected {expected}")
    last = first
    for _ in range(29):
        last = step()
        if last < 0.9 * first:
            return
    raise Wrong(f"found a loss of {last} after 30 steps on one batch, which began at {first}")

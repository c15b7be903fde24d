"""TensorFlow through tf.function: a training loop of one's own, with and without XLA."""

import tensorflow as tf

import memory
import reference
from pins import threads_text
from random_data import ConvolutionData, NetworkData
from task import Task
from work import Convolution


def configure(threads):
    """TensorFlow's pools: one for the inside of an operation, one for operations that do not wait for each other."""
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)
    tf.random.set_seed(1)
    return f"TensorFlow {tf.__version__}"


def exercise():
    """Some work on all threads."""
    matrix = tf.ones((512, 512))
    return lambda: tf.matmul(matrix, matrix).numpy()


class Side:
    def __init__(self, threads, xla):
        self.xla = xla
        memory.keep()
        self.version = configure(threads)
        how = "XLA" if xla else "oneDNN"
        self.settings = (
            f"tf.function with {how}, NHWC, a training loop of its own, memory kept by malloc, {threads_text(threads)}"
        )

    def exercise(self):
        return exercise()

    def prepare(self, work):
        tf.keras.backend.clear_session()
        if isinstance(work, Convolution):
            return convolution(work, self.function)
        return self.training(work) if work.kind == "train" else self.inference(work)

    def function(self, function):
        return tf.function(function, jit_compile=self.xla)

    def inference(self, work):
        data = NetworkData(work)
        images = [tf.constant(one) for one in data.images]
        # As constants the compiler may reorder them once and for all.
        weights = [tf.constant(one) for one in data.weights]
        probabilities = self.function(lambda batch: tf.nn.softmax(logits(weights, batch)))
        reference.check_probabilities(data, probabilities(images[0]).numpy())
        return Task(lambda i: probabilities(images[i]).numpy(), data.batches)

    def training(self, work):
        data = NetworkData(work)
        images = [tf.constant(one) for one in data.images]
        labels = [tf.constant(one) for one in data.labels]
        weights = [tf.Variable(one) for one in data.weights]
        first_moments = [tf.Variable(tf.zeros_like(one)) for one in weights]
        second_moments = [tf.Variable(tf.zeros_like(one)) for one in weights]
        powers = [tf.Variable(0.9), tf.Variable(0.999)]

        def step(batch, expected):
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean(
                    tf.nn.sparse_softmax_cross_entropy_with_logits(expected, logits(weights, batch))
                )
            gradients = tape.gradient(loss, weights)
            for weight, first, second, gradient in zip(weights, first_moments, second_moments, gradients):
                # Adam in one operation per variable, as tf.compat.v1.train.AdamOptimizer uses it.
                tf.raw_ops.ResourceApplyAdam(
                    var=weight.handle, m=first.handle, v=second.handle, beta1_power=powers[0], beta2_power=powers[1],
                    lr=1e-3, beta1=0.9, beta2=0.999, epsilon=1e-7, grad=gradient,
                )
            powers[0].assign(powers[0] * 0.9)
            powers[1].assign(powers[1] * 0.999)
            return loss

        compiled = self.function(step)
        last = []

        def train(i):
            last[:] = [compiled(images[i], labels[i])]
            return last[0]

        state = weights + first_moments + second_moments + powers
        initial = [*data.weights, *([None] * 2 * len(weights)), 0.9, 0.999]

        def reset():
            for variable, value in zip(state, initial):
                variable.assign(tf.zeros_like(variable) if value is None else value)

        reference.check_training(data, lambda: float(train(0)))
        return Task(train, data.batches, reset=reset, finish=lambda: last[0].numpy())


def logits(weights, images):
    """The model `keras-cnn`."""
    values = images
    for layer in range(3):
        values = tf.nn.conv2d(values, weights[2 * layer], 1, "VALID")
        values = tf.nn.relu(tf.nn.bias_add(values, weights[2 * layer + 1]))
        if layer < 2:
            values = tf.nn.max_pool2d(values, 2, 2, "VALID")
    values = tf.reshape(values, (images.shape[0], -1))
    values = tf.nn.relu(tf.nn.bias_add(tf.matmul(values, weights[6]), weights[7]))
    return tf.nn.bias_add(tf.matmul(values, weights[8]), weights[9])


def convolution(work, decorate=lambda function: function):
    """A convolution in NHWC; `decorate` makes a graph of it."""
    data = ConvolutionData(work)
    inputs = [tf.constant(one) for one in data.inputs]
    gradients = [tf.constant(one) for one in data.gradients]
    filter = tf.constant(data.filter)
    strides, padding = [1, *work.stride, 1], tensorflow_padding(work)
    options = {"strides": strides, **padding}
    if work.direction == "forward":
        arguments = [(x,) for x in inputs]
        function = decorate(lambda x: tf.raw_ops.Conv2D(input=x, filter=filter, **options))
    elif work.direction == "input gradient":
        arguments = [(dy,) for dy in gradients]
        function = decorate(lambda dy: tf.raw_ops.Conv2DBackpropInput(
            input_sizes=work.input_shape, filter=filter, out_backprop=dy, **options))
    else:
        arguments = list(zip(inputs, gradients))
        function = decorate(lambda x, dy: tf.raw_ops.Conv2DBackpropFilter(
            input=x, filter_sizes=work.filter_shape, out_backprop=dy, **options))
    reference.check_convolution(work, data, function(*arguments[0]).numpy())
    return Task(lambda i: function(*arguments[i]), data.batches, finish=tf.test.experimental.sync_devices)


def tensorflow_padding(work):
    """The attributes of TensorFlow's operations for the work's padding, by name where it has one."""
    if not any(work.padding):
        return {"padding": "VALID"}
    same = []
    for length, output, taps, step in zip(work.input, work.output, work.kernel, work.stride):
        total = max((output - 1) * step + taps - length, 0)
        same += [total // 2, total - total // 2]
    is_same = all(output == -(-length // step) for length, output, step in zip(work.input, work.output, work.stride))
    if is_same and tuple(same) == work.padding:
        return {"padding": "SAME"}
    top, bottom, left, right = work.padding
    return {"padding": "EXPLICIT", "explicit_paddings": [0, 0, top, bottom, left, right, 0, 0]}

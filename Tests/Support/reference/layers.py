"""Writes Tests/Support/Fixtures/layers.safetensors: what Keras (TensorFlow) and PyTorch make of small inputs, forward
and backward, in float64 rounded to float32.

For each case NAME: NAME.input, NAME.output, NAME.output_gradient, NAME.input_gradient, NAME.parameter.P and
NAME.gradient.P for each parameter P, and for batch normalizations NAME.inference (the output after the training step,
by running statistics) and NAME.after.P.

    Benchmarks/peers/.venv/bin/python Tests/Support/reference/layers.py
"""

import os
import pathlib

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras
import numpy as np
import safetensors.numpy
import tensorflow as tf
import torch

generator = np.random.default_rng(5)
tensors = {}


def normal(*shape, offset=0.0, deviation=1.0):
    return generator.normal(offset, deviation, shape).astype(np.float32).astype(np.float64)


def write(case, name, values):
    tensors[f"{case}.{name}"] = np.ascontiguousarray(np.asarray(values, dtype=np.float32))


def keras_case(case, layer, shape, names=(), samples=2, offset=0.0, inference=False, reshape={}):
    """A Keras layer whose weights are called `names`; those in `reshape` are written under another shape."""
    x = tf.Variable(normal(samples, *shape, offset=offset))
    layer(x)
    weights = []
    for name, weight in zip(names, layer.weights):
        deviation, mean = (0.2, 1.0) if name in ("scale", "variance") else (0.5, 0.0)
        value = normal(*weight.shape, offset=mean, deviation=deviation)
        weight.assign(value)
        weights.append((name, weight))
        write(case, f"parameter.{name}", value.reshape(reshape.get(name, value.shape)))
    with tf.GradientTape() as tape:
        y = layer(x, training=True)
        g = normal(*y.shape)
        total = tf.reduce_sum(y * g)
    trainable = [(name, weight) for name, weight in weights if weight.trainable]
    gradients = tape.gradient(total, [x] + [weight.value for _, weight in trainable])
    write(case, "input", x)
    write(case, "output", y)
    write(case, "output_gradient", g)
    write(case, "input_gradient", gradients[0])
    for (name, _), gradient in zip(trainable, gradients[1:]):
        gradient = gradient.numpy()
        write(case, f"gradient.{name}", gradient.reshape(reshape.get(name, gradient.shape)))
    if inference:
        write(case, "inference", layer(x, training=False))
        for name, weight in weights:
            write(case, f"after.{name}", weight)


def torch_case(case, function, shape, samples=2, offset=0.0, deviation=1.0, parameters={}):
    """A function of a tensor and named parameters."""
    x = torch.tensor(normal(samples, *shape, offset=offset, deviation=deviation), requires_grad=True)
    values = {name: torch.tensor(value, requires_grad=True) for name, value in parameters.items()}
    y = function(x, **values)
    g = normal(*y.shape)
    (y * torch.tensor(g)).sum().backward()
    write(case, "input", x.detach())
    write(case, "output", y.detach())
    write(case, "output_gradient", g)
    write(case, "input_gradient", x.grad)
    for name, value in values.items():
        write(case, f"parameter.{name}", value.detach())
        write(case, f"gradient.{name}", value.grad)


L = keras.layers
keras.config.set_floatx("float64")

# Activations
functional = torch.nn.functional
wide = {"shape": (5, 7), "deviation": 3.0}
torch_case("leaky_relu", lambda x: functional.leaky_relu(x, 0.2), **wide)
torch_case("elu", lambda x: functional.elu(x, 0.7), **wide)
torch_case("gelu", lambda x: functional.gelu(x), **wide)
torch_case("gelu_tanh", lambda x: functional.gelu(x, approximate="tanh"), **wide)
torch_case("silu", lambda x: functional.silu(x), **wide)
torch_case("sigmoid", lambda x: torch.sigmoid(x), **wide)
torch_case("tanh", lambda x: torch.tanh(x), **wide)
torch_case("softmax", lambda x: torch.softmax(x, -1), **wide)

# Normalizations
moving = ("scale", "bias", "mean", "variance")
keras_case("batch_norm", L.BatchNormalization(momentum=0.8), (5, 3, 3), moving, samples=4, offset=2.0, inference=True)
keras_case(
    "batch_norm_bias", L.BatchNormalization(scale=False, epsilon=1e-5), (3, 3, 20), moving[1:], offset=-1.0,
    inference=True)
keras_case(
    "batch_norm_scale", L.BatchNormalization(center=False), (7,), ("scale", "mean", "variance"), samples=6,
    inference=True)
keras_case("layer_norm", L.LayerNormalization(), (3, 2, 21), ("scale", "bias"), offset=3.0)
keras_case("layer_norm_plain", L.LayerNormalization(center=False, scale=False, epsilon=1e-5), (9,))
keras_case("group_norm", L.GroupNormalization(groups=3), (3, 4, 6), ("scale", "bias"), offset=1.0)
keras_case("instance_norm", L.GroupNormalization(groups=-1, epsilon=1e-5), (5, 3, 4), ("scale", "bias"))


def unbiased():
    """PyTorch's running variance, and a momentum of 0.1 that is Keras's 0.9."""
    layer = torch.nn.BatchNorm2d(5, eps=1e-3, momentum=0.1).double()
    x = torch.tensor(normal(3, 2, 3, 5, offset=1.0), requires_grad=True)
    scale, bias = normal(5, offset=1.0, deviation=0.2), normal(5)
    layer.weight.data, layer.bias.data = torch.tensor(scale), torch.tensor(bias)
    case = "batch_norm_unbiased"
    y = layer(x.permute(0, 3, 1, 2)).permute(0, 2, 3, 1)
    g = normal(*y.shape)
    (y * torch.tensor(g)).sum().backward()
    write(case, "input", x.detach())
    write(case, "output", y.detach())
    write(case, "output_gradient", g)
    write(case, "input_gradient", x.grad)
    for name, value, gradient in [("scale", scale, layer.weight.grad), ("bias", bias, layer.bias.grad)]:
        write(case, f"parameter.{name}", value)
        write(case, f"gradient.{name}", gradient)
        write(case, f"after.{name}", value)
    write(case, "parameter.mean", np.zeros(5))
    write(case, "parameter.variance", np.ones(5))
    write(case, "after.mean", layer.running_mean)
    write(case, "after.variance", layer.running_var)
    layer.eval()
    write(case, "inference", layer(x.permute(0, 3, 1, 2)).permute(0, 2, 3, 1).detach())


def ghosts(x, scale, bias):
    """Batches of two samples, normalized apart from each other, and a GELU."""
    return torch.cat([
        functional.gelu(functional.batch_norm(part, None, None, scale, bias, training=True, eps=1e-3))
        for part in x.permute(0, 3, 1, 2).split(2)
    ]).permute(0, 2, 3, 1)


unbiased()
torch_case(
    "ghost_batch_norm", ghosts, (3, 3, 4), samples=5, offset=1.0,
    parameters={"scale": normal(4, offset=1.0, deviation=0.2), "bias": normal(4)})

# Convolutions; Keras's depthwise kernel [height, width, channels, multiplier] lies in memory as
# [height, width, 1, channels · multiplier].
kernel = ("kernel", "bias")
keras_case(
    "depthwise", L.DepthwiseConv2D(3, depth_multiplier=2, padding="same", strides=2), (6, 5, 3), kernel,
    reshape={"kernel": (3, 3, 1, 6)})
keras_case(
    "depthwise_dilated", L.DepthwiseConv2D((2, 3), dilation_rate=2, use_bias=False, activation="silu"), (7, 8, 4),
    kernel, reshape={"kernel": (2, 3, 1, 4)})
keras_case(
    "separable", L.SeparableConv2D(5, 3, depth_multiplier=2, padding="same"), (5, 4, 3),
    ("depthwise", "pointwise", "bias"), reshape={"depthwise": (3, 3, 1, 6)})
keras_case("transpose", L.Conv2DTranspose(4, 3, strides=2, padding="same"), (4, 3, 5), kernel)
keras_case("transpose_valid", L.Conv2DTranspose(3, (2, 4), strides=(3, 2), padding="valid"), (3, 4, 2), kernel)
keras_case("transpose_padded", L.Conv2DTranspose(2, 3, strides=2, padding="same", output_padding=0), (4, 3, 3), kernel)

def dilated(x, kernel):
    """What TensorFlow does not compute on this processor."""
    y = functional.conv_transpose2d(x.permute(0, 3, 1, 2), kernel.permute(3, 2, 0, 1), dilation=2)
    return y.permute(0, 2, 3, 1)


torch_case("transpose_dilated", dilated, (4, 5, 2), parameters={"kernel": normal(3, 3, 3, 2)})

# Poolings and rearrangements
keras_case("global_max", L.GlobalMaxPooling2D(), (5, 3, 4))
keras_case("permute", L.Permute((3, 1, 2)), (2, 3, 4))
keras_case("reshape", L.Reshape((-1, 2, 3)), (3, 4, 2))
keras_case("upsampling", L.UpSampling2D((2, 3)), (3, 2, 3))
keras_case("upsampling_bilinear", L.UpSampling2D((2, 3), interpolation="bilinear"), (3, 4, 2))
keras_case("zero_padding", L.ZeroPadding2D(((1, 0), (2, 3))), (3, 2, 2))
keras_case("cropping", L.Cropping2D(((1, 0), (2, 1))), (3, 5, 2))
torch_case("scale", lambda x: x / 256, (2, 3))
torch_case("channel_scale", lambda x, scale: x * scale, (2, 2, 5), parameters={"scale": normal(5)})

path = pathlib.Path(__file__).parent.parent / "Fixtures" / "layers.safetensors"
safetensors.numpy.save_file(tensors, path)
print(f"{path}: {len(tensors)} tensors, {path.stat().st_size} bytes")

"""What a worker is asked to do, as read from a request."""

import dataclasses

DIRECTIONS = ("forward", "input gradient", "filter gradient")


class Invalid(ValueError):
    """The request makes no sense."""


class Unsupported(Exception):
    """The request makes sense; this side cannot do it."""


@dataclasses.dataclass(frozen=True)
class Convolution:
    """A convolution without bias, in one direction; shapes are NHWC and HWIO."""

    direction: str
    input: tuple
    input_channels: int
    output_channels: int
    kernel: tuple
    stride: tuple
    padding: tuple  # top, bottom, left, right
    batch: int

    @property
    def output(self):
        top, bottom, left, right = self.padding
        height = (self.input[0] + top + bottom - self.kernel[0]) // self.stride[0] + 1
        width = (self.input[1] + left + right - self.kernel[1]) // self.stride[1] + 1
        return height, width

    @property
    def input_shape(self):
        return (self.batch, *self.input, self.input_channels)

    @property
    def filter_shape(self):
        return (*self.kernel, self.input_channels, self.output_channels)

    @property
    def output_shape(self):
        return (self.batch, *self.output, self.output_channels)

    @property
    def is_symmetric(self):
        """Whether the padding is the same on both sides, as PyTorch's convolutions want it."""
        top, bottom, left, right = self.padding
        return top == bottom and left == right


@dataclasses.dataclass(frozen=True)
class Network:
    """Training steps of the model `keras-cnn`, or its inference."""

    kind: str  # train or infer
    image_size: int
    batch: int


def parse(request):
    """The work that a request's "work" describes."""
    if not isinstance(request, dict):
        raise Invalid(f"work: found {request!r}, expected an object")
    kind = request.get("kind")
    if kind == "convolution":
        return convolution(request)
    if kind in ("train", "infer"):
        return network(request)
    raise Invalid(f"kind: found {kind!r}, expected convolution, train or infer")


def network(request):
    if request.get("model") != "keras-cnn":
        raise Unsupported(f"model: found {request.get('model')!r}, expected keras-cnn")
    size = positive(request, "image_size")
    if size < 18:
        raise Invalid(f"image_size: found {size}, expected at least 18, so that the last convolution has an output")
    return Network(request["kind"], size, positive(request, "batch"))


def convolution(request):
    direction = request.get("direction")
    if direction not in DIRECTIONS:
        raise Invalid(f"direction: found {direction!r}, expected one of {', '.join(DIRECTIONS)}")
    size, kernel, stride = (pair(request, name) for name in ("input", "kernel", "stride"))
    work = Convolution(
        direction, size, positive(request, "input_channels"), positive(request, "output_channels"), kernel, stride,
        padding(request.get("padding"), size, kernel, stride), positive(request, "batch"),
    )
    if min(work.output) < 1:
        raise Invalid(
            f"input: found {list(size)}, too small for kernel {list(kernel)} and padding {list(work.padding)}"
        )
    return work


def padding(value, size, kernel, stride):
    """Rows and columns of zeros at the top, bottom, left and right."""
    if value == "valid":
        return 0, 0, 0, 0
    if value == "same":  # TensorFlow's definition: what does not halve goes to the bottom and the right.
        amounts = []
        for length, taps, step in zip(size, kernel, stride):
            total = max((-(-length // step) - 1) * step + taps - length, 0)
            amounts += [total // 2, total - total // 2]
        return tuple(amounts)
    if isinstance(value, list) and len(value) == 4 and all(type(one) is int and one >= 0 for one in value):
        return tuple(value)
    raise Invalid(f"padding: found {value!r}, expected valid, same or [top, bottom, left, right]")


def positive(request, name):
    value = request.get(name)
    if type(value) is not int or value < 1:
        raise Invalid(f"{name}: found {value!r}, expected a positive integer")
    return value


def pair(request, name):
    value = request.get(name)
    if not isinstance(value, list) or len(value) != 2 or any(type(one) is not int or one < 1 for one in value):
        raise Invalid(f"{name}: found {value!r}, expected two positive integers")
    return tuple(value)

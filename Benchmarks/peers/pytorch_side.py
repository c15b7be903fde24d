"""PyTorch: as its users begin with it, and at its best."""

import copy
import shutil

import numpy
import torch
from torch.nn import functional

import memory
import reference
from pins import threads_text
from random_data import ConvolutionData, NetworkData
from task import Task
from work import Convolution, Unsupported


class Side:
    """Eager and contiguous by default; with `channels_last`, everything that makes eager PyTorch faster."""

    def __init__(self, threads, channels_last=False, compiled=False, bfloat16=False):
        self.channels_last, self.compiled, self.bfloat16 = channels_last, compiled, bfloat16
        if compiled and not (shutil.which("g++") or shutil.which("clang++")):
            raise Unsupported("torch.compile needs g++ or clang++, and neither is installed")
        torch.set_num_threads(threads)
        torch.set_num_interop_threads(1)
        torch.manual_seed(1)
        if channels_last:
            torch.set_flush_denormal(True)
            memory.keep()
        self.format = torch.channels_last if channels_last else torch.contiguous_format
        self.without_gradients = torch.inference_mode if channels_last else torch.no_grad
        self.version = f"PyTorch {torch.__version__}"
        self.settings = ", ".join(
            (["torch.compile with freezing" if compiled else "eager"])
            + (["channels-last, inference mode, fused Adam, memory kept by malloc"] if channels_last else
               ["NCHW, no_grad, Adam as it is"])
            + (["bfloat16 autocast in training, bfloat16 weights in inference"] if bfloat16 else [])
            + [threads_text(threads)]
        )

    def exercise(self):
        """Some work on all threads."""
        matrix = torch.ones(512, 512)
        return lambda: matrix @ matrix

    def prepare(self, work):
        if isinstance(work, Convolution):
            if self.bfloat16:
                raise Unsupported("this side does training and inference alone")
            return self.convolution(work)
        torch.compiler.reset()
        return self.training(work) if work.kind == "train" else self.inference(work)

    def tensor(self, nhwc):
        """Images in this side's memory format, as NCHW."""
        return torch.from_numpy(nhwc).permute(0, 3, 1, 2).contiguous(memory_format=self.format)

    def filter(self, hwio):
        return torch.from_numpy(hwio).permute(3, 2, 0, 1).contiguous(memory_format=self.format)

    # Convolutions

    def convolution(self, work):
        data = ConvolutionData(work)
        inputs = [self.tensor(one) for one in data.inputs]
        gradients = [self.tensor(one) for one in data.gradients]
        operation, arguments, to_keras = {
            "forward": lambda: (Forward(work, self.filter(data.filter)), [(x,) for x in inputs], (0, 2, 3, 1)),
            "input gradient": lambda: (
                InputGradient(work, self.filter(data.filter)), [(dy,) for dy in gradients], (0, 2, 3, 1)),
            "filter gradient": lambda: (
                FilterGradient(work, self.filter(data.filter)), list(zip(inputs, gradients)), (2, 3, 1, 0)),
        }[work.direction]()
        with self.without_gradients():
            function = self.compile(operation) if self.compiled else operation
            result = function(*arguments[0])
        reference.check_convolution(work, data, result.permute(to_keras).numpy())
        return Task(lambda i: function(*arguments[i]), data.batches, context=self.without_gradients)

    def compile(self, module):
        torch.compiler.reset()
        # Freezing packs the weights for oneDNN once instead of at each call.
        return torch.compile(module.eval(), options={"freezing": True})

    # keras-cnn

    def inference(self, work):
        data = NetworkData(work)
        model = KerasCNN(data.weights, self.channels_last).to(memory_format=self.format).eval()
        images = [self.tensor(one) for one in data.images]
        if self.bfloat16:
            model = model.bfloat16()

            def probabilities(batch):
                return torch.softmax(model(batch.bfloat16()).float(), 1)
        elif self.compiled:
            probabilities = self.compile(torch.nn.Sequential(model, torch.nn.Softmax(1)))
        else:
            def probabilities(batch):
                return torch.softmax(model(batch), 1)
        with self.without_gradients():
            result = probabilities(images[0])
        reference.check_probabilities(data, result.numpy(), 2e-2 if self.bfloat16 else 1e-4)
        return Task(lambda i: probabilities(images[i]), data.batches, context=self.without_gradients)

    def training(self, work):
        data = NetworkData(work)
        model = KerasCNN(data.weights, self.channels_last).to(memory_format=self.format)
        optimizer = torch.optim.Adam(
            model.parameters(), lr=1e-3, betas=(0.9, 0.999), eps=1e-7, **({"fused": True} if self.channels_last else {})
        )
        images = [self.tensor(one) for one in data.images]
        labels = [torch.from_numpy(one).long() for one in data.labels]

        def forward(batch, expected):
            return functional.cross_entropy(model(batch), expected)

        loss_of = torch.compile(forward) if self.compiled else forward

        def step(i):
            optimizer.zero_grad()
            if self.bfloat16:
                with torch.autocast("cpu", torch.bfloat16):
                    loss = loss_of(images[i], labels[i])
            else:
                loss = loss_of(images[i], labels[i])
            loss.backward()
            optimizer.step()
            return loss

        initial = copy.deepcopy(model.state_dict())

        def reset():
            model.load_state_dict(initial)
            with torch.no_grad():
                for state in optimizer.state.values():
                    for value in state.values():
                        value.zero_()

        reference.check_training(data, lambda: step(0).item(), 2e-2 if self.bfloat16 else 1e-3)
        return Task(step, data.batches, reset=reset)


class KerasCNN(torch.nn.Module):
    """The model `keras-cnn` with Keras's weights; `nhwc` flattens in the order in which channels-last images lie."""

    def __init__(self, weights, nhwc):
        super().__init__()
        self.nhwc = nhwc
        kernels, biases = weights[0::2], weights[1::2]
        dense = kernels[3]
        if not nhwc:
            side = round((len(dense) // 128) ** 0.5)
            dense = dense.reshape(side, side, 128, 128).transpose(2, 0, 1, 3).reshape(dense.shape)
        self.convolutions = torch.nn.ModuleList(
            [torch.nn.Conv2d(3, 32, 3), torch.nn.Conv2d(32, 64, 3), torch.nn.Conv2d(64, 128, 3)]
        )
        self.pooling = torch.nn.MaxPool2d(2)
        self.hidden = torch.nn.Linear(len(dense), 128)
        self.output = torch.nn.Linear(128, 10)
        values = [kernel.transpose(3, 2, 0, 1) for kernel in kernels[:3]] + [dense.T, kernels[4].T]
        with torch.no_grad():
            for layer, kernel, bias in zip([*self.convolutions, self.hidden, self.output], values, biases):
                layer.weight.copy_(torch.from_numpy(numpy.ascontiguousarray(kernel)))
                layer.bias.copy_(torch.from_numpy(bias))

    def forward(self, images):
        values = self.pooling(torch.relu(self.convolutions[0](images)))
        values = self.pooling(torch.relu(self.convolutions[1](values)))
        values = torch.relu(self.convolutions[2](values))
        if self.nhwc:
            values = values.permute(0, 2, 3, 1)
        return self.output(torch.relu(self.hidden(values.flatten(1))))


class Lowered(torch.nn.Module):
    """A convolution's geometry and filter; padding that differs between two sides is done by `pad`."""

    def __init__(self, work, filter):
        super().__init__()
        self.register_buffer("filter", filter)
        self.stride = list(work.stride)
        top, bottom, left, right = work.padding
        self.padding = [top, left] if work.is_symmetric else [0, 0]
        self.extra = None if work.is_symmetric else (left, right, top, bottom)
        self.top, self.left, self.size = top, left, work.input
        padded = work.input if work.is_symmetric else (work.input[0] + top + bottom, work.input[1] + left + right)
        self.input_shape = [work.batch, work.input_channels, *padded]

    def padded(self, images):
        return images if self.extra is None else functional.pad(images, self.extra)

    def backward_of(self, gradient, images, mask):
        return torch.ops.aten.convolution_backward(
            gradient, images, self.filter, None, self.stride, self.padding, [1, 1], False, [0, 0], 1, mask
        )


class Forward(Lowered):
    def forward(self, images):
        return functional.conv2d(self.padded(images), self.filter, None, self.stride, self.padding)


class InputGradient(Lowered):
    def __init__(self, work, filter):
        super().__init__(work, filter)
        # Only its shape and its memory format are read.
        layout = torch.channels_last if filter.is_contiguous(memory_format=torch.channels_last) else None
        images = torch.empty(self.input_shape)
        self.register_buffer("images", images.contiguous(memory_format=layout) if layout else images)

    def forward(self, gradient):
        result = self.backward_of(gradient, self.images, [True, False, False])[0]
        if self.extra is None:
            return result
        return result[:, :, self.top : self.top + self.size[0], self.left : self.left + self.size[1]]


class FilterGradient(Lowered):
    def forward(self, images, gradient):
        return self.backward_of(gradient, self.padded(images), [False, True, False])[1]

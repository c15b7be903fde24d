"""Keller Jordan's airbench94 with Muon (arXiv 2404.00498) in PyTorch on a CPU, at its best settings there.

Trains on CIFAR-10's binary version and prints one JSON object: what `apus speedrun` notes of a training of its own. The recipe
cifar10-95 is Apus's own, a wider and deeper network.
"""

import json
import math
import os
import sys
import time

import pins

STRIPPED = pins.strip()
pins.cap_threads(len(os.sched_getaffinity(0)))

import torch
from torch import nn
from torch.nn import functional

import cifar10
import memory
import training_options

BATCH_SIZE = 2000
MUON_RATE = 0.24
WIDTHS = (64, 256, 256)
MEAN = (0.4914, 0.4822, 0.4465)
DEVIATION = (0.2470, 0.2435, 0.2616)
RECIPES = {
    "airbench94": dict(
        widths=WIDTHS, depth=2, batch_size=BATCH_SIZE, muon_rate=MUON_RATE, epochs=8, whitening_epochs=3),
    "cifar10-95": dict(
        widths=(128, 384, 384), depth=3, batch_size=1000, muon_rate=0.16, epochs=15, whitening_epochs=1),
}


def fastest_precision():
    """bfloat16 where the processor multiplies it; without, it is several times as slow as float32."""
    with open("/proc/cpuinfo") as processor:
        features = processor.read().split()
    return "bf16" if "avx512_bf16" in features or "amx_bf16" in features else "fp32"


def arguments():
    parser = training_options.parser(__doc__, list(RECIPES))
    parser.add_argument("--precision", choices=["bf16", "fp32"], default=fastest_precision())
    return parser.parse_args()


# Data


def read(directory, names, limit=None):
    """Normalised images [count, 3, 32, 32], channels last in memory, and labels."""
    pixels, labels = cifar10.read(directory, names, limit)
    images = torch.from_numpy(pixels).float().div_(255).contiguous(memory_format=torch.channels_last)
    images.sub_(torch.tensor(MEAN).view(1, 3, 1, 1)).div_(torch.tensor(DEVIATION).view(1, 3, 1, 1))
    return images, torch.from_numpy(labels)


def cropped(padded, size):
    """A random window of each padded image; all images of one shift are copied at once."""
    most = padded.size(-1) - size + 1
    shifts = torch.randint(0, most, (len(padded), 2))
    result = torch.empty(
        (len(padded), 3, size, size), dtype=padded.dtype, memory_format=torch.channels_last)
    for down in range(most):
        for right in range(most):
            chosen = (shifts[:, 0] == down) & (shifts[:, 1] == right)
            result[chosen] = padded[chosen, :, down:down + size, right:right + size]
    return result


class Batches:
    """Batches in random order: mirrored at random once and all together in every second epoch, cropped anew in each."""

    def __init__(self, images, labels, size):
        mirrored = torch.rand(len(images)) < 0.5
        images = torch.where(mirrored.view(-1, 1, 1, 1), images.flip(-1), images)
        self.padded = functional.pad(images, (2, 2, 2, 2), "reflect").contiguous(memory_format=torch.channels_last)
        self.labels = labels
        self.size, self.count = size, len(images) // size

    def of(self, epoch):
        images = cropped(self.padded, 32)
        if epoch % 2 == 1:
            images = images.flip(-1)
        order = torch.randperm(len(images))
        for batch in range(self.count):
            chosen = order[batch * self.size:(batch + 1) * self.size]
            yield images[chosen], self.labels[chosen]


# Network


class Convolution(nn.Conv2d):
    """Without bias, its first filters the identity."""

    def __init__(self, inputs, outputs):
        super().__init__(inputs, outputs, 3, padding=1, bias=False)
        nn.init.dirac_(self.weight.data[:inputs])


class Normalization(nn.BatchNorm2d):
    """Without a scale that learns; running statistics keep 0.6 of what they were."""

    def __init__(self, channels):
        super().__init__(channels, eps=1e-12, momentum=0.4)
        self.weight.requires_grad = False


class Residual(nn.Sequential):
    """What its layers make of the images, added to the images."""

    def forward(self, images):
        return images + super().forward(images)


class Network(nn.Module):
    def __init__(self, widths=WIDTHS, depth=2):
        super().__init__()
        self.whitening = nn.Conv2d(3, 24, 2)
        self.whitening.weight.requires_grad = False
        layers, inputs = [nn.GELU()], 24
        for width in widths:
            layers += [Convolution(inputs, width), nn.MaxPool2d(2), Normalization(width), nn.GELU()]
            rest = [Convolution(width, width), Normalization(width)]
            if depth == 3:
                rest = [Residual(*rest, nn.GELU(), Convolution(width, width), Normalization(width))]
            layers += [*rest, nn.GELU()]
            inputs = width
        self.body = nn.Sequential(*layers, nn.MaxPool2d(3), nn.Flatten())
        self.head = nn.Linear(inputs, 10, bias=False)
        self.head.weight.data.div_(self.head.weight.data.std())

    def whiten(self, images):
        """Fills the first convolution with scaled eigenvectors of the patches' covariance and their negatives."""
        patches = functional.unfold(images, 2).transpose(1, 2).reshape(-1, 12)
        values, vectors = torch.linalg.eigh(patches.T @ patches / len(patches))
        filters = (vectors / torch.sqrt(values + 5e-4)).T.reshape(12, 3, 2, 2)
        self.whitening.weight.data.copy_(torch.cat((filters, -filters)))

    def forward(self, images):
        values = self.body(self.whitening(images))
        return self.head(values) / values.size(-1)


# Optimizers


class Muon(torch.optim.Optimizer):
    """Steps along the orthogonalised momentum; each weight is put back to the norm √filters before."""

    def __init__(self, parameters, rate, momentum):
        super().__init__(parameters, dict(lr=rate, momentum=momentum))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for weight in group["params"]:
                state = self.state[weight]
                if not state:
                    state["momentum"] = torch.zeros_like(weight)
                momentum = state["momentum"].mul_(group["momentum"]).add_(weight.grad)
                direction = weight.grad.add(momentum, alpha=group["momentum"])
                weight.mul_(math.sqrt(len(weight)) / weight.norm())
                update = orthogonalised(direction.reshape(len(weight), -1)).view(weight.shape)
                weight.add_(update, alpha=-group["lr"])


def orthogonalised(matrix):
    a, b, c = 3.4445, -4.7750, 2.0315
    x = matrix / (matrix.norm() + 1e-7)
    is_tall = x.size(0) > x.size(1)
    if is_tall:
        x = x.T
    for _ in range(3):
        square = x @ x.T
        x = a * x + (b * square + c * square @ square) @ x
    return x.T if is_tall else x


class Optimizers:
    """SGD for biases and head, Muon for kernels; all rates fall to zero, that of the whitening bias in the first epochs."""

    def __init__(self, network, batch_size, steps, whitening_steps, muon_rate=MUON_RATE):
        decay = 2e-6 * batch_size
        self.network, self.steps, self.whitening_steps = network, steps, whitening_steps
        kernels = [weight for weight in network.parameters() if weight.dim() == 4 and weight.requires_grad]
        biases = [layer.bias for layer in network.body.modules() if isinstance(layer, Normalization)]
        groups = (([network.whitening.bias], 0.053), (biases, 0.053), ([network.head.weight], 0.67))
        self.descent = torch.optim.SGD(
            [dict(params=group, lr=rate, weight_decay=decay / rate) for group, rate in groups],
            momentum=0.85, nesterov=True, fused=True)
        self.muon = Muon(kernels, muon_rate, 0.6)
        self.groups = self.descent.param_groups + self.muon.param_groups
        self.rates = [group["lr"] for group in self.groups]

    def prepare(self, step):
        """Before forward: the whitening bias has no gradient when its rate has fallen to zero."""
        self.network.whitening.bias.requires_grad = step < self.whitening_steps

    def move(self, step):
        for index, (group, rate) in enumerate(zip(self.groups, self.rates)):
            group["lr"] = rate * (1 - step / (self.whitening_steps if index == 0 else self.steps))
        self.descent.step()
        self.muon.step()
        self.network.zero_grad(set_to_none=True)


def loss_of(logits, labels):
    return functional.cross_entropy(logits.float(), labels, label_smoothing=0.2, reduction="sum")


# Evaluation


def logits(network, images, by_views):
    """Those of the images, or the mean over six views of each."""

    def mirrored(batch):
        return (network(batch) + network(batch.flip(-1))) / 2

    def viewed(batch):
        padded = functional.pad(batch, (1, 1, 1, 1), "reflect")
        moved = [mirrored(padded[:, :, shift:shift + 32, shift:shift + 32]) for shift in (0, 2)]
        return mirrored(batch) / 2 + (moved[0] + moved[1]) / 4

    return torch.cat([(viewed if by_views else network)(batch) for batch in images.split(BATCH_SIZE)])


def accuracy(network, images, labels, autocast, by_views=False):
    network.eval()
    with torch.inference_mode(), autocast():
        result = logits(network, images, by_views)
    return (result.argmax(1) == labels).double().mean().item()


# Training


def train(options):
    torch.set_num_threads(options.threads)
    torch.set_flush_denormal(True)
    memory.keep()
    torch.manual_seed(options.seed)
    images, labels = read(options.data, cifar10.TRAINING, options.limit)
    test_images, test_labels = read(options.data, cifar10.TEST)

    def autocast():
        return torch.autocast("cpu", torch.bfloat16, enabled=options.precision == "bf16")

    recipe = RECIPES[options.recipe]
    started = time.perf_counter()
    network = Network(recipe["widths"], recipe["depth"])
    network.whiten(images[:5000])
    network = network.to(memory_format=torch.channels_last)
    preparation = time.perf_counter() - started

    losses, epochs, training, step = [], [], 0.0, 0
    started = time.perf_counter()
    batches = Batches(images, labels, recipe["batch_size"])
    training += time.perf_counter() - started
    optimizers = Optimizers(
        network, batches.size, recipe["epochs"] * batches.count, recipe["whitening_epochs"] * batches.count,
        recipe["muon_rate"])
    for epoch in range(options.epochs or recipe["epochs"]):
        started = time.perf_counter()
        network.train()
        for batch, expected in batches.of(epoch):
            optimizers.prepare(step)
            with autocast():
                result = network(batch)
            loss = loss_of(result, expected)
            loss.backward()
            optimizers.move(step)
            losses.append(loss.item() / batches.size)
            step += 1
        seconds = time.perf_counter() - started
        training += seconds
        plain = accuracy(network, test_images, test_labels, autocast)
        epochs.append({"epoch": epoch + 1, "seconds": seconds, "test_accuracy": plain})
        print(f"epoch {epoch + 1}: {plain:.4f} after {training:.0f} s", file=sys.stderr, flush=True)
    started = time.perf_counter()
    augmented = accuracy(network, test_images, test_labels, autocast, by_views=True)
    return {
        "program": f"PyTorch {torch.__version__}", "recipe": options.recipe, "precision": options.precision,
        "threads": options.threads, "seed": options.seed, "test_accuracy": plain, "tta_accuracy": augmented,
        "preparation_seconds": preparation, "training_seconds": training,
        "tta_seconds": time.perf_counter() - started, "epochs": epochs, "losses": losses, "pins": STRIPPED,
    }


if __name__ == "__main__":
    print(json.dumps(train(arguments())))

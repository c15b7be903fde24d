"""Five steps of airbench94 in PyTorch with narrow groups, in float32: Fixtures/airbench.safetensors.

    Benchmarks/peers/.venv/bin/python Tests/Support/reference/airbench.py

needs torch and safetensors; network and optimizers are those of Benchmarks/peers/airbench.py. Kernels have Apus's layout.
"""
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "Benchmarks" / "peers"))

import airbench
import numpy as np
import torch
from safetensors.numpy import save_file

BATCH, STEPS, ALL_STEPS, WHITENING_STEPS = 8, 5, 8, 3
rng = np.random.default_rng(3)
# Smooth images: those of independent pixels have nothing to whiten.
coarse = rng.integers(0, 256, (BATCH * STEPS, 8, 8, 3), np.uint8)
pixels = (coarse.repeat(4, 1).repeat(4, 2) // 2 + rng.integers(0, 128, (BATCH * STEPS, 32, 32, 3), np.uint8)).astype(np.uint8)
labels = rng.integers(0, 10, BATCH * STEPS)
images = (torch.from_numpy(pixels).permute(0, 3, 1, 2).float() / 255 - torch.tensor(airbench.MEAN).view(1, 3, 1, 1)
          ) / torch.tensor(airbench.DEVIATION).view(1, 3, 1, 1)

torch.manual_seed(5)
network = airbench.Network(widths=(8, 16, 16))
network.whiten(images)
with torch.no_grad():
    network.whitening.bias.uniform_(-0.1, 0.1)


def weights():
    named = {"whitening.kernel": network.whitening.weight, "whitening.bias": network.whitening.bias,
             "head.kernel": network.head.weight.T}
    convolutions = [layer for layer in network.body if isinstance(layer, airbench.Convolution)]
    normalizations = [layer for layer in network.body if isinstance(layer, airbench.Normalization)]
    # The whitening convolution is the first one.
    for index, layer in enumerate(convolutions, 2):
        named[f"conv{index}.kernel"] = layer.weight
    for index, layer in enumerate(normalizations, 1):
        named[f"batchnorm{index}.bias"] = layer.bias
        named[f"batchnorm{index}.mean"] = layer.running_mean
        named[f"batchnorm{index}.variance"] = layer.running_var
    return {name: np.ascontiguousarray(
        (value.permute(2, 3, 1, 0) if value.dim() == 4 else value).detach().numpy()).copy() for name, value in named.items()}


tensors = {"pixels": pixels, "labels": labels.astype(np.int32)}
tensors |= {f"initial.{name}": value for name, value in weights().items()}
optimizers = airbench.Optimizers(network, BATCH, ALL_STEPS, WHITENING_STEPS)
losses = []
network.train()
for step in range(STEPS):
    optimizers.prepare(step)
    batch = slice(step * BATCH, (step + 1) * BATCH)
    loss = airbench.loss_of(network(images[batch]), torch.from_numpy(labels[batch]))
    loss.backward()
    optimizers.move(step)
    losses.append(loss.item() / BATCH)
tensors |= {f"final.{name}": value for name, value in weights().items()}
tensors["losses"] = np.array(losses, np.float32)
save_file(tensors, ROOT / "Tests" / "Support" / "Fixtures" / "airbench.safetensors")

"""Writes Fixtures/augmentation.safetensors: what PyTorch makes of one image by the definitions of torchvision.

Run with the Python of Benchmarks/peers: .venv/bin/python Tests/Support/reference/augmentation.py
"""

import math
import pathlib

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.numpy import save_file

HEIGHT, WIDTH, PADDING = 9, 7, 3
image = np.random.default_rng(5).integers(0, 256, (HEIGHT, WIDTH, 3), dtype=np.uint8)
nchw = torch.from_numpy(image.astype(np.float32)).permute(2, 0, 1)[None]


def nhwc(tensor):
    """Bytes of a [1, 3, height, width] tensor, as floats."""
    return np.ascontiguousarray(tensor[0].permute(1, 2, 0).numpy().astype(np.float32))


def crop(mode, down, right):
    """torch.nn.functional.pad, then the window whose corner is (down, right) of the unpadded image."""
    padded = F.pad(nchw, (PADDING,) * 4, mode={"zero": "constant", "edge": "replicate"}.get(mode, mode))
    top, left = down + PADDING, right + PADDING
    return nhwc(padded[:, :, top : top + HEIGHT, left : left + WIDTH])


def rotate(degrees, fill):
    """torchvision.transforms.v2.functional.rotate with bilinear interpolation and a fill."""
    angle = -math.radians(degrees)
    # As torchvision's _get_inverse_affine_matrix and _affine_grid for pixel units.
    cosine, sine = math.cos(angle), math.sin(angle)
    matrix = torch.tensor([[cosine, sine, 0.0], [-sine, cosine, 0.0]], dtype=torch.float64)
    x = torch.linspace(-WIDTH * 0.5 + 0.5, WIDTH * 0.5 - 0.5, WIDTH, dtype=torch.float64)
    y = torch.linspace(-HEIGHT * 0.5 + 0.5, HEIGHT * 0.5 - 0.5, HEIGHT, dtype=torch.float64)
    base = torch.stack([x[None, :].expand(HEIGHT, WIDTH), y[:, None].expand(HEIGHT, WIDTH), torch.ones(HEIGHT, WIDTH)], -1)
    grid = base.view(1, -1, 3) @ (matrix.t() / torch.tensor([0.5 * WIDTH, 0.5 * HEIGHT]))
    grid = grid.view(1, HEIGHT, WIDTH, 2)
    stack = torch.cat([nchw.double(), torch.ones_like(nchw[:, :1]).double()], 1)
    sampled = F.grid_sample(stack, grid, mode="bilinear", padding_mode="zeros", align_corners=False)
    mask = sampled[:, 3:]
    return nhwc(sampled[:, :3] + (1 - mask) * round(fill * 255))


def jitter(brightness, contrast, saturation):
    """torchvision's blends of float images, in this order."""

    def grey(x):
        return 0.2989 * x[:, 0:1] + 0.587 * x[:, 1:2] + 0.114 * x[:, 2:3]

    def blend(a, b, ratio):
        return (ratio * a + (1 - ratio) * b).clamp(0, 1)

    x = nchw / 255
    x = blend(x, torch.zeros_like(x), brightness)
    x = blend(x, grey(x).mean((1, 2, 3), keepdim=True), contrast)
    x = blend(x, grey(x), saturation)
    return nhwc(x * 255)


tensors = {"image": image.astype(np.float32)}
for mode in ("reflect", "zero", "edge"):
    for down, right in ((-3, 2), (3, -3), (1, 3), (0, -1)):
        tensors[f"crop.{mode}.{down}.{right}"] = crop(mode, down, right)
for degrees, fill in ((90, 0.0), (180, 0.5), (30, 0.5), (-17.5, 0.0)):
    tensors[f"rotate.{degrees}.{fill}"] = rotate(degrees, fill)
for factors in ((1.3, 1.0, 1.0), (1.0, 0.4, 1.0), (1.0, 1.0, 1.8), (0.7, 1.6, 0.2)):
    tensors["jitter." + ".".join(f"{int(10 * f)}" for f in factors)] = jitter(*factors)
save_file(tensors, pathlib.Path(__file__).parents[1] / "Fixtures" / "augmentation.safetensors")

"""Writes Fixtures/normalization.safetensors: scalings and whitenings of one matrix by NumPy, as scikit-learn defines them.

Run with the Python of Benchmarks/peers: .venv/bin/python Tests/Support/reference/normalization.py
"""

import pathlib

import numpy as np
from safetensors.numpy import save_file

rng = np.random.default_rng(11)
mixing = rng.normal(size=(5, 5))
data = rng.normal(size=(40, 5)) @ mixing + 3 * rng.normal(size=5)
data[:, 3] = 7.25  # the same in all rows
varied = data[:, [0, 1, 2, 4]]


def standard(x):
    """StandardScaler."""
    deviation = x.std(axis=0)
    return (x - x.mean(axis=0)) / np.where(deviation == 0, 1, deviation)


def min_max(x, low, high):
    """MinMaxScaler."""
    width = x.max(axis=0) - x.min(axis=0)
    return (x - x.min(axis=0)) / np.where(width == 0, 1, width) * (high - low) + low


def pca(x, epsilon):
    """PCA(whiten=True), by the singular values of the centred data; signs as svd_flip's of the components."""
    centred = x - x.mean(axis=0)
    _, singular, rows = np.linalg.svd(centred, full_matrices=False)
    rows = rows * np.sign(rows[np.arange(len(rows)), np.abs(rows).argmax(axis=1)])[:, None]
    variance = singular**2 / (len(x) - 1)
    return centred @ rows.T / np.sqrt(variance + epsilon)


def zca(x, epsilon):
    """The inverse square root of the covariance."""
    centred = x - x.mean(axis=0)
    left, singular, right = np.linalg.svd(np.cov(x, rowvar=False))
    return centred @ (left / np.sqrt(singular + epsilon)) @ right


save_file(
    {
        "data": data,
        "standard": standard(data),
        "min_max": min_max(data, -1, 2),
        "pca": pca(varied, 0),
        "pca.0.1": pca(varied, 0.1),
        "zca": zca(varied, 0),
        "zca.0.1": zca(varied, 0.1),
    },
    pathlib.Path(__file__).parents[1] / "Fixtures" / "normalization.safetensors",
)

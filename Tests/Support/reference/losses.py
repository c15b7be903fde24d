"""Losses and their gradients by PyTorch and Keras in float64: Fixtures/losses.safetensors.

    Benchmarks/peers/.venv/bin/python Tests/Support/reference/losses.py

needs torch, tensorflow and safetensors. Gradients are those of the mean over the batch.
"""
import os
import pathlib

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import numpy as np
import tensorflow as tf
import torch
from safetensors.numpy import save_file

keras = tf.keras
keras.backend.set_floatx("float64")
rng = np.random.default_rng(5)
SAMPLES, CLASSES = 6, 5

logits = rng.normal(0, 2, (SAMPLES, CLASSES))
logits[1] *= 20  # probabilities that round to 0 and 1
labels = rng.integers(0, CLASSES, SAMPLES).astype(np.int32)
one_hot = np.eye(CLASSES)[labels]
distribution = rng.dirichlet(np.full(CLASSES, 0.5), SAMPLES)
distribution[2] = one_hot[2]
binary = rng.integers(0, 2, (SAMPLES, CLASSES)).astype(np.float64)
regression = logits + rng.normal(0, 2, (SAMPLES, CLASSES))
weights = np.array([0.5, 2.0, 1.0, 0.25, 3.0])

tensors = {
    "logits": logits, "labels": labels, "one_hot": one_hot, "distribution": distribution, "binary": binary,
    "signs": 2 * binary - 1, "regression": regression, "weights": weights,
}


def by_torch(name, loss):
    """`loss` maps logits to a loss per sample."""
    x = torch.tensor(logits, requires_grad=True)
    losses = loss(x)
    losses.mean().backward()
    tensors[f"{name}.losses"], tensors[f"{name}.gradient"] = losses.detach().numpy(), x.grad.numpy()


def by_keras(name, loss, targets, softmax=False):
    x = tf.Variable(logits)
    with tf.GradientTape() as tape:
        losses = loss(targets, tf.nn.softmax(x) if softmax else x)
        mean = tf.reduce_mean(losses)
    tensors[f"{name}.losses"], tensors[f"{name}.gradient"] = losses.numpy(), tape.gradient(mean, x).numpy()


F = torch.nn.functional
t = torch.tensor
row_weights = t(weights[labels])
long_labels = t(labels).long()
by_torch("sparse", lambda x: F.cross_entropy(x, long_labels, reduction="none"))
by_torch("sparse_smoothed", lambda x: F.cross_entropy(x, long_labels, reduction="none", label_smoothing=0.2))
by_torch("sparse_weighted", lambda x: row_weights * F.cross_entropy(x, long_labels, reduction="none"))
by_torch("sparse_both", lambda x: row_weights
         * F.cross_entropy(x, long_labels, reduction="none", label_smoothing=0.2))
by_torch("categorical", lambda x: F.cross_entropy(x, t(distribution), reduction="none"))
categorical = lambda smoothing: keras.losses.CategoricalCrossentropy(
    from_logits=True, label_smoothing=smoothing, reduction=None)
by_keras("categorical_smoothed", categorical(0.1), distribution)
by_keras("categorical_weighted", lambda y, x: categorical(0.1)(y, x, sample_weight=weights[labels]), one_hot)
by_torch("divergence", lambda x: F.kl_div(F.log_softmax(x, -1), t(distribution), reduction="none").sum(-1))
by_torch("binary_plain", lambda x: F.binary_cross_entropy_with_logits(x, t(binary), reduction="none").mean(-1))
by_torch("binary_positive", lambda x: F.binary_cross_entropy_with_logits(
    x, t(binary), reduction="none", pos_weight=t(2.5)).mean(-1))
by_keras("binary_smoothed", keras.losses.BinaryCrossentropy(
    from_logits=True, label_smoothing=0.2, reduction=None), binary)
by_torch("squared", lambda x: F.mse_loss(x, t(regression), reduction="none").mean(-1))
by_torch("absolute", lambda x: F.l1_loss(x, t(regression), reduction="none").mean(-1))
by_keras("huber", keras.losses.Huber(delta=0.7, reduction=None), regression)
by_keras("hinge", keras.losses.Hinge(reduction=None), 2 * binary - 1)
by_keras("categorical_hinge", keras.losses.CategoricalHinge(reduction=None), one_hot)

fixtures = pathlib.Path(__file__).resolve().parent.parent / "Fixtures"
path = fixtures / "losses.safetensors"
save_file({name: np.ascontiguousarray(value) for name, value in tensors.items()}, path)
path.chmod(0o644)

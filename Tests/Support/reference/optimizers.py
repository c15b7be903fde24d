"""Weights after ten steps of each optimizer by PyTorch, Keras and the published code of Muon: Fixtures/optimizers.safetensors.

    Benchmarks/peers/.venv/bin/python Tests/Support/reference/optimizers.py

needs torch, tensorflow and safetensors. Weights have Apus's layout: the last axis is that of the outputs. The learning rate
of step t is that of the optimizer times factors[t].
"""
import os
import pathlib

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import numpy as np
import tensorflow as tf
import torch
from safetensors.numpy import save_file

keras = tf.keras
rng = np.random.default_rng(8)
STEPS = 10
SHAPES = {"conv1.kernel": (3, 3, 4, 6), "conv1.bias": (6,), "dense1.kernel": (6, 8), "dense1.bias": (8,)}
initial = {name: rng.normal(0, 0.5, shape).astype(np.float32) for name, shape in SHAPES.items()}
# The scale changes from step to step, as it does in training.
gradients = [{name: (rng.normal(0, 1, shape) * (0.2 + t % 4)).astype(np.float32) for name, shape in SHAPES.items()}
             for t in range(STEPS)]
factors = 0.5 * (1 + np.cos(np.pi * np.arange(STEPS) / STEPS))

tensors = {"factors": factors}
for name in SHAPES:
    tensors[f"initial.{name}"] = initial[name]
    tensors[f"gradients.{name}"] = np.stack([step[name] for step in gradients])


def keep(case, weights):
    for name in SHAPES:
        tensors[f"{case}.{name}"] = np.ascontiguousarray(weights[name], dtype=np.float32)


def by_torch(case, make, before=None, after=None):
    """`make` turns named parameters into an optimizer; each group's rate is scaled by the factor of the step."""
    weights = {name: torch.nn.Parameter(torch.tensor(value)) for name, value in initial.items()}
    optimizer = make(weights)
    rates = [group["lr"] for group in optimizer.param_groups]
    for step in range(STEPS):
        for group, rate in zip(optimizer.param_groups, rates):
            group["lr"] = rate * group.get("factor", lambda t: factors[t])(step)
        for name, weight in weights.items():
            weight.grad = torch.tensor(gradients[step][name])
        if before:
            before(weights, step)
        optimizer.step()
        if after:
            after(weights, step)
    keep(case, {name: weight.detach().numpy() for name, weight in weights.items()})


def by_keras(case, optimizer):
    weights = {name: tf.Variable(value) for name, value in initial.items()}
    rate = float(optimizer.learning_rate)
    optimizer.build(list(weights.values()))
    for step in range(STEPS):
        optimizer.learning_rate = rate * factors[step]
        optimizer.apply(list(tf.constant(gradients[step][name]) for name in SHAPES), list(weights.values()))
    keep(case, {name: weight.numpy() for name, weight in weights.items()})


sgd = lambda **options: lambda weights: torch.optim.SGD(list(weights.values()), **options)
by_torch("sgd", sgd(lr=0.1))
by_torch("sgd_momentum", sgd(lr=0.1, momentum=0.9))
by_torch("sgd_nesterov_decay", sgd(lr=0.1, momentum=0.85, nesterov=True, weight_decay=0.03))


def shrink(weights, step):
    with torch.no_grad():
        for weight in weights.values():
            weight.mul_(1 - 0.1 * factors[step] * 0.03)


by_torch("sgd_decoupled", sgd(lr=0.1, momentum=0.9), before=shrink)
by_keras("sgd_keras_momentum", keras.optimizers.SGD(0.1, momentum=0.9))
by_keras("sgd_keras_nesterov", keras.optimizers.SGD(0.1, momentum=0.9, nesterov=True))
by_keras("adam", keras.optimizers.Adam(0.02))
by_torch("adamw", lambda weights: torch.optim.AdamW(list(weights.values()), lr=0.02, weight_decay=0.3, eps=1e-3))
by_keras("rmsprop", keras.optimizers.RMSprop(0.02))
by_keras("rmsprop_all", keras.optimizers.RMSprop(0.02, rho=0.8, momentum=0.7, centered=True, epsilon=1e-3))
by_keras("adagrad", keras.optimizers.Adagrad(0.1))
by_keras("adagrad_from_zero", keras.optimizers.Adagrad(0.1, initial_accumulator_value=0.0))

# Lookahead (Zhang et al. 2019), algorithm 1, with k = 3 and α = 0.6.
slow = {name: torch.tensor(value) for name, value in initial.items()}


def meet(weights, step):
    if (step + 1) % 3 == 0:
        with torch.no_grad():
            for name, weight in weights.items():
                slow[name] += 0.6 * (weight - slow[name])
                weight.copy_(slow[name])


by_torch("lookahead", sgd(lr=0.1, momentum=0.9), after=meet)
by_torch("groups", lambda weights: torch.optim.SGD([
    {"params": [weights["conv1.kernel"]], "lr": 0.05, "momentum": 0.5, "weight_decay": 0.1},
    {"params": [weights["conv1.bias"], weights["dense1.bias"]], "lr": 0.2, "momentum": 0.0,
     "factor": lambda t: max(0, 1 - t / 5)},
    {"params": [weights["dense1.kernel"]], "lr": 0.01, "momentum": 0.9}], lr=0.01))


# Muon: github.com/KellerJordan/Muon and cifar10-airbench, in float32 where they take bfloat16.
def zeropower(G, steps, eps=1e-7):
    a, b, c = (3.4445, -4.7750, 2.0315)
    X = G / (np.linalg.norm(G) + np.float32(eps))
    if G.shape[0] > G.shape[1]:
        X = X.T
    for _ in range(steps):
        A = X @ X.T
        B = np.float32(b) * A + np.float32(c) * A @ A
        X = np.float32(a) * X + B @ X
    return X.T if G.shape[0] > G.shape[1] else X


def by_muon(case, rate, momentum, steps, normalizes, scales, decay):
    weights = {name: value.copy() for name, value in initial.items()}
    buffers = {name: np.zeros_like(value) for name, value in initial.items()}
    for step in range(STEPS):
        lr = np.float32(rate * factors[step])
        for name, p in weights.items():
            g = gradients[step][name]
            if g.ndim == 1:  # plain descent
                p -= lr * g
                continue
            buffers[name] = np.float32(momentum) * buffers[name] + g
            g = g + np.float32(momentum) * buffers[name]
            outputs = g.shape[-1]
            update = zeropower(g.reshape(-1, outputs).T, steps)  # [outputs, inputs]
            if normalizes:
                p *= np.float32(outputs**0.5 / np.linalg.norm(p))
            if scales:
                update = update * np.float32(max(1, update.shape[0] / update.shape[1])**0.5)
            p *= np.float32(1 - lr * decay)
            p -= lr * update.T.reshape(p.shape)
    keep(case, weights)


by_muon("muon", 0.02, 0.95, 5, normalizes=False, scales=True, decay=0.1)
by_muon("muon_airbench", 0.24, 0.6, 3, normalizes=True, scales=False, decay=0)


# Clipping of the first step's gradients.
def by_clip(case, clip):
    grads = {name: torch.tensor(value) for name, value in gradients[0].items()}
    holders = [torch.nn.Parameter(torch.zeros_like(grad)) for grad in grads.values()]
    for holder, grad in zip(holders, grads.values()):
        holder.grad = grad
    clip(holders)
    keep(case, {name: holder.grad.numpy() for name, holder in zip(SHAPES, holders)})


utils = torch.nn.utils
by_clip("clip_value", lambda holders: utils.clip_grad_value_(holders, 0.1))
by_clip("clip_norm", lambda holders: [utils.clip_grad_norm_([holder], 0.7) for holder in holders])
by_clip("clip_global", lambda holders: utils.clip_grad_norm_(holders, 1.3))

path = pathlib.Path(__file__).resolve().parent.parent / "Fixtures/optimizers.safetensors"
save_file(tensors, path)
path.chmod(0o644)

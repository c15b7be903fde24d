"""Learning rates of torch.optim.lr_scheduler over 50 steps: Fixtures/schedules.safetensors.

    Benchmarks/peers/.venv/bin/python Tests/Support/reference/schedules.py

needs torch and safetensors. The optimizer's learning rate is 1, so that rates are factors.
"""
import pathlib
import warnings

import numpy as np
import torch
from safetensors.numpy import save_file
from torch.optim import lr_scheduler as schedulers

warnings.filterwarnings("ignore")
STEPS = 50
tensors = {}


def rates(name, make, values=None):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    scheduler = make(optimizer)
    found = []
    for step in range(STEPS):
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step(*([] if values is None else [values[step]]))
    tensors[name] = np.array(found)


rates("step", lambda o: schedulers.StepLR(o, 7, gamma=0.5))
rates("multi_step", lambda o: schedulers.MultiStepLR(o, [5, 20, 21, 44], gamma=0.3))
rates("exponential", lambda o: schedulers.ExponentialLR(o, 0.9))
rates("polynomial", lambda o: schedulers.PolynomialLR(o, total_iters=40, power=1.7))
rates("cosine", lambda o: schedulers.CosineAnnealingLR(o, T_max=50, eta_min=0.05))
rates("warm_up", lambda o: schedulers.SequentialLR(o, [
    schedulers.LinearLR(o, start_factor=0.1, total_iters=8),
    schedulers.CosineAnnealingLR(o, T_max=42)], milestones=[8]))
rates("one_cycle", lambda o: schedulers.OneCycleLR(o, max_lr=1, total_steps=50 + 1, pct_start=0.3))
rates("one_cycle_linear", lambda o: schedulers.OneCycleLR(
    o, max_lr=1, total_steps=50 + 1, pct_start=0.25, div_factor=10, final_div_factor=100, anneal_strategy="linear"))
rates("triangular", lambda o: schedulers.CyclicLR(o, 0.1, 1, step_size_up=8, step_size_down=5,
                                                  cycle_momentum=False))
rates("triangular_halved", lambda o: schedulers.CyclicLR(o, 0.1, 1, step_size_up=6, mode="triangular2",
                                                         cycle_momentum=False))
rates("warm_restarts", lambda o: schedulers.CosineAnnealingWarmRestarts(o, T_0=6, T_mult=2, eta_min=0.1))
rates("warm_restarts_even", lambda o: schedulers.CosineAnnealingWarmRestarts(o, T_0=7))

# Falls, then wanders about 1: some epochs are better than the best by too little.
rng = np.random.default_rng(3)
losses = np.maximum(3 * 0.8 ** np.arange(STEPS), 1) + 0.02 * rng.normal(size=STEPS)
tensors["losses"], tensors["accuracies"] = losses, 1 / (1 + losses)
rates("plateau", lambda o: schedulers.ReduceLROnPlateau(o, factor=0.3, patience=3, threshold=1e-3, cooldown=2,
                                                        min_lr=0.02), losses)
rates("plateau_accuracy", lambda o: schedulers.ReduceLROnPlateau(o, mode="max", factor=0.5, patience=2),
      tensors["accuracies"])

path = pathlib.Path(__file__).resolve().parent.parent / "Fixtures/schedules.safetensors"
save_file(tensors, path)
path.chmod(0o644)

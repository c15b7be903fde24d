"""Metrics by scikit-learn: Fixtures/metrics.safetensors.

    Benchmarks/peers/.venv/bin/python Tests/Support/reference/metrics.py

needs scikit-learn and safetensors.
"""
import pathlib
import warnings

import numpy as np
import sklearn.metrics as metrics
from safetensors.numpy import save_file

warnings.filterwarnings("ignore")
rng = np.random.default_rng(11)
EXAMPLES, CLASSES = 60, 7

# Rounded, so that scores tie; class 6 occurs nowhere, class 5 is never predicted.
classes = rng.integers(0, CLASSES - 1, EXAMPLES).astype(np.int32)
scores = rng.normal(0, 1, (EXAMPLES, CLASSES)) + 1.5 * np.eye(CLASSES)[classes]
scores[:, 5:] -= 10
scores = np.round(scores, 1)
predictions = scores.argmax(1)
present = range(CLASSES - 1)

tensors = {"scores": scores, "classes": classes}
one = lambda name, value: tensors.__setitem__(name, np.array([value], dtype=np.float64))

one("accuracy", metrics.accuracy_score(classes, predictions))
one("top3", metrics.top_k_accuracy_score(classes, scores + 1e-9 * np.arange(CLASSES, 0, -1), k=3,
                                         labels=range(CLASSES)))
for averaging in ["macro", "micro", "weighted"]:
    for name in ["precision", "recall", "f1"]:
        one(f"{name}.{averaging}", getattr(metrics, f"{name}_score")(classes, predictions, average=averaging))
tensors["f1.classes"] = metrics.f1_score(classes, predictions, average=None, labels=range(CLASSES))
tensors["confusion"] = metrics.confusion_matrix(classes, predictions, labels=range(CLASSES)).astype(np.int64)
one("auc.binary", metrics.roc_auc_score(classes == 2, scores[:, 2]))
one("auc.macro", np.mean([metrics.roc_auc_score(classes == c, scores[:, c]) for c in present]))

targets = 1e4 + rng.normal(0, 3, (EXAMPLES, 4))  # a mean far from zero
guesses = targets + rng.normal(0, 1, targets.shape)
tensors["targets"], tensors["guesses"] = targets, guesses
one("mse", metrics.mean_squared_error(targets, guesses))
one("mae", metrics.mean_absolute_error(targets, guesses))
one("r2", metrics.r2_score(targets, guesses))

path = pathlib.Path(__file__).resolve().parent.parent / "Fixtures/metrics.safetensors"
save_file({name: np.ascontiguousarray(value) for name, value in tensors.items()}, path)
path.chmod(0o644)

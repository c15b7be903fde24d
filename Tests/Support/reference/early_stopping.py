"""When Keras's EarlyStopping ends a training, for random courses of a quantity: Fixtures/early_stopping.json.

    Benchmarks/peers/.venv/bin/python Tests/Support/reference/early_stopping.py
"""
import json
import os
import pathlib

import numpy as np

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras

rng = np.random.default_rng(5)
cases = []
for case in range(120):
    quantity, mode = (("val_loss", "min"), ("val_accuracy", "max"))[case % 2]
    patience = int(rng.integers(0, 5))
    min_delta = [0.0, 0.05][int(rng.integers(0, 2))]
    baseline = None if rng.random() < 0.6 else 0.5
    # Two digits, so that values tie.
    values = [round(float(value), 2) for value in np.clip(0.5 + np.cumsum(rng.normal(0, 0.08, 12)), 0, 1)]
    callback = keras.callbacks.EarlyStopping(
        monitor=quantity, mode=mode, patience=patience, min_delta=min_delta, baseline=baseline)
    callback.set_model(keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)]))
    callback.model.stop_training = False
    callback.on_train_begin()
    ended = None
    for epoch, value in enumerate(values):
        callback.on_epoch_end(epoch, {quantity: value})
        if callback.model.stop_training:
            ended = epoch + 1
            break
    cases.append({
        "quantity": quantity, "patience": patience, "min_delta": min_delta, "baseline": baseline, "values": values,
        "ended": ended, "best": int(callback.best_epoch) + 1,
    })

path = pathlib.Path(__file__).parent.parent / "Fixtures/early_stopping.json"
path.write_text("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n")
print(sum(case["ended"] is not None for case in cases), "of", len(cases), "end early")

#!/usr/bin/env python3
"""Writes breast-cancer.csv from the copy of the table that scikit-learn (1.9.1) contains."""
import pathlib

from sklearn.datasets import load_breast_cancer

table = load_breast_cancer()
names = [name.replace(" ", "_") for name in table.feature_names]
lines = [",".join(names + ["diagnosis"])]
for values, label in zip(table.data, table.target):
    lines.append(",".join([f"{value:.6g}" for value in values] + [str(table.target_names[label])]))
pathlib.Path(__file__).with_name("breast-cancer.csv").write_text("\n".join(lines) + "\n")

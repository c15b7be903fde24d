"""Writes Fixtures/numpy/*.npy: arrays of every type and order by NumPy itself.

Run with the Python of Benchmarks/peers: .venv/bin/python Tests/Support/reference/numpy_arrays.py
"""

import pathlib

import numpy as np
from numpy.lib import format

folder = pathlib.Path(__file__).parents[1] / "Fixtures" / "numpy"
folder.mkdir(exist_ok=True)
values = np.arange(24).reshape(2, 3, 4)
for name in ("f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"):
    array = (values - 5 if name[0] != "u" else values).astype(name)
    np.save(folder / f"{name}.npy", array / 2 if name[0] == "f" else array)
    np.save(folder / f"{name}_fortran.npy", np.asfortranarray(array / 2 if name[0] == "f" else array))
np.save(folder / "bool.npy", values % 3 == 0)
np.save(folder / "scalar.npy", np.float64(2.5))
np.save(folder / "vector.npy", np.array([1.5, -2], "f4"))
np.save(folder / "empty.npy", np.zeros((3, 0), "f4"))
np.save(folder / "extremes.npy", np.array([-(2**63), 2**63 - 1]))
np.save(folder / "too_large.npy", np.array([2**63], "u8"))
np.save(folder / "big_endian.npy", np.array([1.0], ">f4"))
np.save(folder / "text.npy", np.array(["one"]))
for version in ((2, 0), (3, 0)):
    with open(folder / f"version_{version[0]}.npy", "wb") as file:
        format.write_array(file, np.array([1.5, -2], "f4"), version)

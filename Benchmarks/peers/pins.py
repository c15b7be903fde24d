"""The environment of a worker: without a user's pins, with the cap on threads. Call before a framework is imported."""

import os

# Settings of a user's shell that would slow down, or speed up, one side alone.
PINS = (
    "APUS_", "ATEN_", "BLIS_", "DNNL_", "GOMP_", "GOTO_", "KERAS_", "KMP_", "MKL_", "NUMEXPR_", "OMP_", "ONEDNN_",
    "OPENBLAS_", "ORT_", "PYTORCH_", "TF_CPP_", "TF_ENABLE_", "TF_NUM_", "TF_XLA_", "TORCHINDUCTOR_", "TORCH_", "XLA_",
)
# What torch.compile has compiled before: where it lies changes no figure, only how long preparing takes.
KEPT = {"TORCHINDUCTOR_CACHE_DIR"}


def strip():
    """Removes all pins from this process's environment; the names of those removed."""
    pins = sorted(name for name in os.environ if name.startswith(PINS) and name not in KEPT)
    for name in pins:
        del os.environ[name]
    return pins


def cap_threads(threads):
    """Sets what frameworks read while they are loaded; each side sets the rest through its framework's calls."""
    os.environ["OMP_NUM_THREADS"] = str(threads)
    # NumPy only checks results here, and its pool would spin beside the framework's.
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    # Compile in this process: no pool of compiler processes that would outlive the preparation.
    os.environ["TORCHINDUCTOR_COMPILE_THREADS"] = "1"


def threads_text(threads):
    """How a side's settings say it."""
    return "1 thread" if threads == 1 else f"{threads} threads"

"""Compares training in Apus with training in Keras: the same model, data, batch size and threads, taking turns.

Prints images/s of every run, the medians, and the ratio of the medians with the spread over the rounds. Exits with 1
where a side has not learnt, or where the ratio is below --minimum-ratio.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
# Settings of a user's shell that would slow down, or speed up, one side alone.
PINS = (
    "APUS_", "DNNL_", "GOTO_", "KMP_", "MKL_", "OMP_", "ONEDNN_", "OPENBLAS_", "TF_ENABLE_", "TF_NUM_", "TF_XLA_", "XLA_",
)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--apus", default=os.path.join(ROOT, ".build/release/apus"))
    parser.add_argument("--python", default=os.path.join(HERE, ".venv/bin/python"), help="one that has TensorFlow")
    parser.add_argument("--data", default=os.path.join(ROOT, "data/cifar-10-batches-bin"))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=2, help="epochs of each run")
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--threads", type=int, default=usable_cores())
    parser.add_argument("--limit", type=int, help="train on the first images only")
    parser.add_argument("--minimum-accuracy", type=float, default=0.3, help="what both sides must reach (default 0.3)")
    parser.add_argument("--minimum-ratio", type=float, default=0, help="Apus over Keras")
    parser.add_argument("--json", help="write the result here as well")
    return parser.parse_args()


def fail(status, message):
    print(f"compare_training: {message}", file=sys.stderr)
    sys.exit(status)


def read(path):
    try:
        with open(path) as file:
            return file.read().strip()
    except OSError:
        return None


def quota():
    """Cores that the control group allows, or None."""
    fields = (read("/sys/fs/cgroup/cpu.max") or "max").split()
    return None if fields[0] == "max" else int(fields[0]) / int(fields[1])


def usable_cores():
    cores = len(os.sched_getaffinity(0))
    return max(1, min(cores, int(quota() or cores)))


def machine():
    cpu = [line.split(":", 1)[1].strip() for line in (read("/proc/cpuinfo") or "").splitlines() if "model name" in line]
    git = subprocess.run(["git", "-C", ROOT, "describe", "--always", "--dirty"], capture_output=True, text=True)
    return {
        "cpu": cpu[0] if cpu else platform.processor(),
        "cores": len(os.sched_getaffinity(0)),
        "cgroup_quota": quota(),
        "governor": read("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"),
        "kernel": platform.release(),
        "load_average": os.getloadavg()[0],
        "commit": git.stdout.strip() or None,
        "pins_removed": {name: value for name, value in os.environ.items() if name.startswith(PINS)},
    }


def run(name, command, path):
    """One training; what it wrote to its --json file."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(PINS)}
    ended = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if ended.returncode != 0:
        fail(70, f"{name} ended with {ended.returncode}: {' '.join(command)}\n{ended.stdout}{ended.stderr}".rstrip())
    with open(path) as file:
        result = json.load(file)
    result["median_images_per_second"] = statistics.median(
        epoch["images_per_second"] for epoch in result["epochs"]
    )
    return result


def main():
    options = arguments()
    if not os.path.isfile(os.path.join(options.data, "data_batch_1.bin")):
        fail(66, f"{options.data}: no CIFAR-10 batches there: say --data DIR")
    for program, hint in ((options.apus, "make build"), (options.python, "make bench")):
        if not os.access(program, os.X_OK):
            fail(69, f"{program}: no program there: run {hint}")

    context = machine()
    print(
        f"{context['cpu']}, {context['cores']} cores, quota {context['cgroup_quota'] or 'none'}, "
        f"governor {context['governor'] or 'unknown'}, load {context['load_average']:.2f}, commit {context['commit'] or 'unknown'}"
    )
    for pin, value in context["pins_removed"].items():
        print(f"removed from both sides' environment: {pin}={value}")
    print(f"keras-cnn, batch {options.batch_size}, {options.threads} threads, {options.epochs} epochs a run; images/s")

    with tempfile.TemporaryDirectory() as folder:
        written = os.path.join(folder, "result.json")
        common = [
            f"--data={options.data}", f"--epochs={options.epochs}", f"--batch-size={options.batch_size}",
            f"--threads={options.threads}", f"--json={written}",
        ] + ([f"--limit={options.limit}"] if options.limit else [])
        rounds = []
        for number in range(1, options.rounds + 1):
            output = os.path.join(folder, f"run-{number}")
            seed = f"--seed={number}"
            apus = run("apus", [options.apus, "train", *common, seed, f"--output={output}"], written)
            keras = run("Keras", [options.python, os.path.join(HERE, "keras_cnn.py"), *common, seed], written)
            rounds.append({"apus": apus, "keras": keras})
            speeds = [side["median_images_per_second"] for side in (apus, keras)]
            print(f"round {number}: Apus {speeds[0]:8.0f}   Keras {speeds[1]:8.0f}   ratio {speeds[0] / speeds[1]:.2f}",
                  flush=True)

    sides = ("apus", "keras")
    medians = {side: statistics.median(one[side]["median_images_per_second"] for one in rounds) for side in sides}
    accuracy = {side: min(one[side]["best_test_accuracy"] for one in rounds) for side in sides}
    ratios = [one["apus"]["median_images_per_second"] / one["keras"]["median_images_per_second"] for one in rounds]
    ratio = medians["apus"] / medians["keras"]
    print(
        f"median:  Apus {medians['apus']:8.0f}   Keras {medians['keras']:8.0f}   "
        f"ratio {ratio:.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
    )
    print(f"lowest test accuracy of a run: Apus {accuracy['apus']:.3f}, Keras {accuracy['keras']:.3f}")
    if options.json:
        with open(options.json, "w") as file:
            json.dump(
                {"machine": context, "rounds": rounds, "median_images_per_second": medians, "ratio": ratio,
                 "ratios": ratios},
                file, indent=2,
            )
            file.write("\n")
    for side in sides:
        if accuracy[side] < options.minimum_accuracy:
            fail(1, f"{side} reached a test accuracy of {accuracy[side]:.3f}, expected {options.minimum_accuracy}")
    if ratio < options.minimum_ratio:
        fail(1, f"the ratio is {ratio:.2f}, expected {options.minimum_ratio}")


if __name__ == "__main__":
    main()

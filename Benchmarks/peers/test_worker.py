"""Drives worker.py through its protocol. Sides whose framework this Python lacks are tested for saying so.

    python3 test_worker.py              without frameworks
    .venv/bin/python test_worker.py     with those that are installed
"""

import importlib.util
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, HERE)

from sides import SIDES
from work import DIRECTIONS, Unsupported, parse
from worker import Session

CONVOLUTION = {
    "kind": "convolution", "direction": "forward", "input": [9, 8], "input_channels": 3, "output_channels": 5,
    "kernel": [3, 3], "stride": [1, 1], "padding": "same", "batch": 4,
}
GEOMETRIES = [
    {},
    {"padding": "valid"},
    {"padding": "same", "stride": [2, 2], "input": [8, 10]},  # extra zeros at the bottom and the right alone
    {"padding": [1, 1, 1, 1], "stride": [2, 2]},
    {"padding": [0, 1, 2, 1], "kernel": [3, 2]},
    {"padding": "valid", "kernel": [1, 1], "stride": [2, 1]},
]


def is_installed(package):
    return importlib.util.find_spec(package) is not None


def environment(**changes):
    return {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **changes}


class Worker:
    """A worker as a child process."""

    def __init__(self, side, threads=1, **changes):
        self.process = subprocess.Popen(
            [sys.executable, os.path.join(HERE, "worker.py"), "--side", side, "--threads", str(threads)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env=environment(**changes),
        )
        # Frameworks write a lot there; a pipe that nobody reads would stop them.
        self.errors = []
        self.reader = threading.Thread(target=lambda: self.errors.append(self.process.stderr.read()), daemon=True)
        self.reader.start()
        self.greeting = self.read()

    def read(self):
        line = self.process.stdout.readline()
        return json.loads(line) if line else None

    def ask(self, request):
        line = request if isinstance(request, str) else json.dumps(request)
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self.read()

    def end(self):
        """Closes its input; the rest of its output, its status, and what it wrote to standard error."""
        self.process.stdin.close()
        rest = self.process.stdout.read()
        status = self.process.wait(60)
        self.process.stdout.close()
        self.reader.join()
        self.process.stderr.close()
        return rest, status, self.errors[0]


class CommandLine(unittest.TestCase):
    def run_worker(self, *arguments):
        return subprocess.run(
            [sys.executable, os.path.join(HERE, "worker.py"), *arguments], capture_output=True, text=True,
            stdin=subprocess.DEVNULL, env=environment(),
        )

    def test_lists_its_sides(self):
        ended = self.run_worker("--list")
        self.assertEqual(ended.returncode, 0)
        self.assertEqual(json.loads(ended.stdout), list(SIDES))

    def test_unknown_side(self):
        ended = self.run_worker("--side", "abacus")
        self.assertEqual(ended.returncode, 0)
        self.assertNotIn("Traceback", ended.stderr)
        greeting = json.loads(ended.stdout)
        self.assertIs(greeting["available"], False)
        self.assertIn("pytorch default", greeting["reason"])

    def test_bad_arguments(self):
        for arguments in ([], ["--side", "onnxruntime", "--threads", "0"], ["--threads", "two"]):
            ended = self.run_worker(*arguments)
            self.assertEqual(ended.returncode, 2)
            self.assertNotIn("Traceback", ended.stderr)


class Unavailable(unittest.TestCase):
    def test_framework_that_is_not_installed(self):
        for side, maker in SIDES.items():
            if is_installed(maker.framework):
                continue
            worker = Worker(side)
            self.assertIs(worker.greeting["available"], False)
            self.assertEqual(worker.greeting["reason"], f"{maker.framework} is not installed")
            self.assertEqual(worker.end(), ("", 0, ""))

    def test_framework_that_fails_while_it_is_imported(self):
        for failure in ('raise OSError("libfast.so: cannot open shared object file")', "raise SystemExit(3)"):
            with tempfile.TemporaryDirectory() as folder:
                with open(os.path.join(folder, "torch.py"), "w") as file:
                    file.write(f'print("welcome")\nimport os\nos.system("echo welcome")\n{failure}\n')
                with open(os.path.join(folder, "numpy.py"), "w") as file:
                    file.write("")
                worker = Worker("pytorch default", PYTHONPATH=folder)
            self.assertIs(worker.greeting["available"], False)
            self.assertIn("torch does not work here", worker.greeting["reason"])
            rest, status, errors = worker.end()
            self.assertEqual((rest, status), ("", 0))
            self.assertNotIn("Traceback", errors)
            self.assertIn("welcome", errors, "what libraries print goes to standard error")


class Requests(unittest.TestCase):
    """Answers of a session with a side that does nothing."""

    class Side:
        batches = 2

        def prepare(self, work):
            if work.batch == 7:
                raise Unsupported("seven is too many")
            if work.batch == 8:
                raise RuntimeError("out of\nmemory")
            return self

        def run(self, repetitions):
            return repetitions / 4

    def setUp(self):
        self.session = Session(self.Side())

    def ask(self, request):
        return self.session.answer(request if isinstance(request, str) else json.dumps(request))

    def test_prepares_runs_and_releases(self):
        self.assertEqual(self.ask({"do": "prepare", "work": CONVOLUTION}), {"ok": True, "batches": 2})
        self.assertEqual(self.ask({"do": "run", "repetitions": 3}), {"seconds": 0.75})
        self.assertEqual(self.ask({"do": "release"}), {"ok": True})
        self.assertIs(self.ask({"do": "run", "repetitions": 3})["ok"], False)
        self.assertIsNone(self.ask({"do": "quit"}))

    def test_requests_that_make_no_sense(self):
        for request in (
            "{", "[]", "3", "null", "\x00", '{"do": "dance"}', '{"do": ["run"]}', {"do": "run"},
            {"do": "run", "repetitions": 0}, {"do": "run", "repetitions": True}, {"do": "prepare"},
            {"do": "prepare", "work": {"kind": "bake"}},
            {"do": "prepare", "work": CONVOLUTION | {"direction": "backward"}},
            {"do": "prepare", "work": CONVOLUTION | {"batch": 0}},
            {"do": "prepare", "work": CONVOLUTION | {"kernel": [3]}},
            {"do": "prepare", "work": CONVOLUTION | {"padding": [1, 1]}},
            {"do": "prepare", "work": CONVOLUTION | {"padding": "valid", "input": [2, 2]}},
            {"do": "prepare", "work": {"kind": "train", "model": "keras-cnn", "image_size": 10, "batch": 4}},
        ):
            answer = self.ask(request)
            self.assertIs(answer["ok"], False, request)
            self.assertTrue(answer["reason"], request)
            self.assertNotIn("unsupported", answer, request)

    def test_work_that_the_side_cannot_do(self):
        answer = self.ask({"do": "prepare", "work": CONVOLUTION | {"batch": 7}})
        self.assertEqual(answer, {"ok": False, "unsupported": True, "reason": "seven is too many"})
        answer = self.ask({"do": "prepare", "work": {"kind": "train", "model": "resnet", "image_size": 32, "batch": 4}})
        self.assertIs(answer["unsupported"], True)

    def test_failure_of_the_framework(self):
        answer = self.ask({"do": "prepare", "work": CONVOLUTION | {"batch": 8}})
        self.assertEqual(answer, {"ok": False, "reason": "RuntimeError: out of memory"})

    def test_same_padding_is_tensorflows(self):
        work = parse(CONVOLUTION | {"input": [8, 9], "stride": [2, 2]})
        self.assertEqual((work.padding, work.output), ((0, 1, 1, 1), (4, 5)))
        work = parse(CONVOLUTION | {"kernel": [1, 1], "stride": [2, 2]})
        self.assertEqual((work.padding, work.output), ((0, 0, 0, 0), (5, 4)))


@unittest.skipUnless(is_installed("numpy"), "needs NumPy")
class Reference(unittest.TestCase):
    def test_wrong_results_are_found(self):
        import numpy
        import reference
        from random_data import ConvolutionData

        for direction in DIRECTIONS:
            work = parse(CONVOLUTION | {"direction": direction, "stride": [2, 1]})
            data = ConvolutionData(work)
            shape = {"forward": work.output_shape, "input gradient": work.input_shape,
                     "filter gradient": work.filter_shape}[direction]
            result = numpy.empty(shape, numpy.float32)
            for place in numpy.ndindex(shape):
                result[place] = reference.ELEMENT[direction](work, data, place).sum()
            reference.check_convolution(work, data, result)
            for wrong in (result * 1.001, result[::-1], result[..., :-1], result * numpy.nan):
                with self.assertRaises(reference.Wrong):
                    reference.check_convolution(work, data, wrong)


class Sides(unittest.TestCase):
    """All work on every side whose framework is installed; the worker checks the results itself."""

    maxDiff = None

    def with_worker(self, name, body):
        maker = SIDES[name]
        if not is_installed(maker.framework) or not is_installed("numpy"):
            self.skipTest(f"{maker.framework} is not installed")
        worker = Worker(name, OPENBLAS_CORETYPE="Haswell", OMP_NUM_THREADS="7")
        if not worker.greeting["available"]:
            worker.end()
            self.skipTest(worker.greeting["reason"])
        self.assertEqual(worker.greeting["side"], name)
        self.assertLessEqual({"OPENBLAS_CORETYPE", "OMP_NUM_THREADS"}, set(worker.greeting["pins"]))
        self.assertIn("1 thread", worker.greeting["settings"])
        body(worker)
        self.assertIs(worker.ask("{")["ok"], False)
        worker.process.send_signal(signal.SIGINT)
        self.assertEqual(worker.ask({"do": "release"}), {"ok": True})
        rest, status, errors = worker.end()
        self.assertEqual((rest, status), ("", 0), errors)

    def check(self, worker, work):
        answer = worker.ask({"do": "prepare", "work": work})
        if not answer["ok"]:
            self.assertIs(answer.get("unsupported"), True, (work, answer))
            return False
        seconds = worker.ask({"do": "run", "repetitions": 2})["seconds"]
        self.assertGreater(seconds, 0)
        return True

    def everything(self, name):
        def body(worker):
            done = [
                self.check(worker, CONVOLUTION | {"direction": direction} | geometry)
                for direction in DIRECTIONS for geometry in GEOMETRIES
            ]
            done += [
                self.check(worker, {"kind": kind, "model": "keras-cnn", "image_size": size, "batch": batch})
                for kind in ("train", "infer") for size, batch in ((32, 1), (25, 4))
            ]
            self.assertIn(True, done)

        self.with_worker(name, body)


for _name in SIDES:
    setattr(Sides, "test_" + _name.replace(" ", "_").replace("-", "_"),
            lambda self, name=_name: self.everything(name))


if __name__ == "__main__":
    unittest.main()

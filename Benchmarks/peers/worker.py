"""One side of the benchmark suite `peers`: a process that prepares and runs work on request.

Reads one JSON object per line from standard input and answers each by one on standard output. `apus bench` starts one
worker per side, takes turns between them and does all statistics.

    {"do": "prepare", "work": {…}}     {"ok": true, "batches": 8} once the work has run and its result was checked,
                                       or {"ok": false, "reason": "…"}, with "unsupported": true where this side cannot
    {"do": "run", "repetitions": 10}   {"seconds": 0.123} of all repetitions
    {"do": "release"}                  {"ok": true}
    {"do": "quit"}                     nothing; so does the end of the input

The first line is the worker's own: {"side", "available", "version", "settings", "spin_seconds", "pins"}, or
{"side", "available": false, "reason"}. `spin_seconds` is how long its threads use the processor after a run: others
should wait that long.
"""

import argparse
import gc
import importlib.util
import json
import os
import signal
import sys

import memory
import pins
from sides import SIDES
from work import Invalid, Unsupported, parse


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--side", help="the framework and how it is used")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--list", action="store_true", help="print the names of all sides, as a JSON array")
    options = parser.parse_args()
    if options.threads < 1:
        parser.error(f"--threads: found {options.threads}, expected at least 1")
    if not options.list and options.side is None:
        parser.error("expected --side NAME or --list")
    return options


def own_streams():
    """The worker's input and output; what libraries print, and what they start, gets standard error and no input."""
    requests, answers = os.dup(0), os.dup(1)
    os.dup2(2, 1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    return os.fdopen(requests, "r", encoding="utf-8", errors="replace"), os.fdopen(answers, "w", encoding="utf-8")


def one_line(error):
    """An exception as one sentence."""
    text = " ".join(str(error).split())
    if not isinstance(error, (Invalid, Unsupported)):
        text = f"{type(error).__name__}: {text}" if text else type(error).__name__
    return text if len(text) <= 500 else text[:499] + "…"


def start(name, threads):
    """The side, or None, and the greeting."""
    greeting = {"side": name, "available": False}
    if name not in SIDES:
        return None, greeting | {"reason": f"found no side {name!r}, expected one of {', '.join(SIDES)}"}
    removed = pins.strip()
    pins.cap_threads(threads)
    for package in (SIDES[name].framework, "numpy"):
        if importlib.util.find_spec(package) is None:
            return None, greeting | {"reason": f"{package} is not installed"}
    try:
        side = SIDES[name].make(threads)
        from spinning import spin_seconds

        spin = spin_seconds(side.exercise())
    except Unsupported as error:
        return None, greeting | {"reason": one_line(error)}
    except (Exception, SystemExit) as error:
        return None, greeting | {"reason": f"{SIDES[name].framework} does not work here: {one_line(error)}"}
    return side, greeting | {
        "available": True, "version": side.version, "settings": side.settings, "spin_seconds": spin, "pins": removed,
    }


class Session:
    """A side and the work that it has prepared."""

    def __init__(self, side):
        self.side = side
        self.task = None

    def answer(self, line):
        """The answer to a request, or None to end."""
        try:
            request = json.loads(line)
            if not isinstance(request, dict):
                raise Invalid(f"found {line.strip()}, expected an object")
            action = request.get("do")
            if action == "quit":
                return None
            handle = {"prepare": self.prepare, "run": self.run, "release": self.release}.get(action)
            if handle is None:
                raise Invalid(f"do: found {action!r}, expected prepare, run, release or quit")
            return handle(request)
        except ValueError as error:
            reason = one_line(error) if isinstance(error, Invalid) else f"not understood: {one_line(error)}"
            return {"ok": False, "reason": reason}
        except Unsupported as error:
            return {"ok": False, "unsupported": True, "reason": one_line(error)}
        except Exception as error:
            return {"ok": False, "reason": one_line(error)}

    def prepare(self, request):
        self.release(request)
        self.task = self.side.prepare(parse(request.get("work")))
        return {"ok": True, "batches": self.task.batches}

    def run(self, request):
        repetitions = request.get("repetitions")
        if type(repetitions) is not int or repetitions < 1:
            raise Invalid(f"repetitions: found {repetitions!r}, expected a positive integer")
        if self.task is None:
            raise Invalid("run: nothing is prepared")
        return {"seconds": self.task.run(repetitions)}

    def release(self, request):
        self.task = None
        gc.collect()
        memory.give_back()
        return {"ok": True}


def main():
    options = arguments()
    if options.list:
        print(json.dumps(list(SIDES)))
        return
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # The parent decides; its end is the end of the input.
    requests, answers = own_streams()

    def say(message):
        answers.write(json.dumps(message, ensure_ascii=False) + "\n")
        answers.flush()

    try:
        side, greeting = start(options.side, options.threads)
        say(greeting)
        if side is None:
            return
        session = Session(side)
        for line in requests:
            if line.strip():
                answer = session.answer(line)
                if answer is None:
                    break
                say(answer)
    except BrokenPipeError:
        pass  # Nobody listens any more.
    # Frameworks' own exit handlers take time and may crash; there is nothing to save.
    sys.stderr.flush()
    os._exit(0)


if __name__ == "__main__":
    main()

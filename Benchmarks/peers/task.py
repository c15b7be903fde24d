"""Work that is prepared: it only has to be repeated and timed."""

import contextlib
import time


class Task:
    """`step(i)` works on batch i of `batches`; `reset` makes every run begin alike, `finish` waits for results."""

    def __init__(self, step, batches, reset=None, finish=None, context=contextlib.nullcontext):
        self.step, self.batches = step, batches
        self.reset = reset or (lambda: None)
        self.finish = finish or (lambda: None)
        self.context = context

    def run(self, repetitions):
        """Seconds that the repetitions took."""
        self.reset()
        step, batches = self.step, self.batches
        with self.context():
            started = time.perf_counter()
            for repetition in range(repetitions):
                step(repetition % batches)
            self.finish()
            return time.perf_counter() - started

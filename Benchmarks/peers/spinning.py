"""How long a framework's threads go on using the processor after their work is done."""

import time

INTERVAL = 0.004


def spin_seconds(work, longest=1.0):
    """The longest of three times from the end of `work` until this process's processor time stands still."""
    return max(spin_once(work, longest) for _ in range(3))


def spin_once(work, longest):
    for _ in range(3):
        work()
    started = time.perf_counter()
    last_busy = before = started
    used = time.process_time()
    while before - started < longest:
        time.sleep(INTERVAL)
        now, now_used = time.perf_counter(), time.process_time()
        if now_used - used > 0.2 * (now - before):
            last_busy = now
        elif now - last_busy > 0.1:
            break
        before, used = now, now_used
    return round(last_busy - started, 3)

"""What glibc's malloc keeps; with another C library nothing changes."""

import ctypes


def keep():
    """Keeps what is freed, as allocators that frameworks' tuning guides advise do; else pages come and go each step."""
    trim_threshold, top_pad, mmap_max = -1, -2, -4
    call("mallopt", mmap_max, 0)
    call("mallopt", trim_threshold, 1 << 30)
    call("mallopt", top_pad, 64 << 20)


def give_back():
    """Returns to the system what is kept: other workers live beside this one."""
    call("malloc_trim", 0)


def call(name, *arguments):
    try:
        getattr(ctypes.CDLL(None), name)(*arguments)
    except (AttributeError, OSError):
        pass

"""What the programs that train as a whole are asked by `apus speedrun`."""

import argparse
import os


def parser(description, recipes):
    """The options that all of them have; the first recipe is the default."""
    result = argparse.ArgumentParser(description=description)
    result.add_argument("--data", required=True, help="directory of data_batch_1.bin and its like")
    result.add_argument("--recipe", choices=recipes, default=recipes[0])
    result.add_argument("--seed", type=int, default=1)
    result.add_argument("--epochs", type=int, help="train the first epochs alone")
    result.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    result.add_argument("--limit", type=int, help="take the first training images alone")
    return result

"""The sides that a worker can be: each is made from the number of threads; making it imports its framework."""

import importlib


class Maker:
    """The module and options of one side."""

    def __init__(self, framework, module, **options):
        self.framework, self.module, self.options = framework, module, options

    def make(self, threads):
        return importlib.import_module(self.module).Side(threads, **self.options)


SIDES = {
    "pytorch default": Maker("torch", "pytorch_side"),
    "pytorch channels-last": Maker("torch", "pytorch_side", channels_last=True),
    "pytorch compile": Maker("torch", "pytorch_side", channels_last=True, compiled=True),
    "pytorch bfloat16": Maker("torch", "pytorch_side", channels_last=True, bfloat16=True),
    "tensorflow keras": Maker("tensorflow", "keras_side"),
    "tensorflow graph": Maker("tensorflow", "tensorflow_side", xla=False),
    "tensorflow xla": Maker("tensorflow", "tensorflow_side", xla=True),
    "onnxruntime": Maker("onnxruntime", "onnxruntime_side"),
}

"""What TensorBoard finds in a directory of event files, as JSON on standard output: read_events.py DIRECTORY

Needs the package tensorboard.
"""
import base64
import json
import sys

from tensorboard.backend.event_processing import event_accumulator
from tensorboard.util import tensor_util

events = event_accumulator.EventAccumulator(
    sys.argv[1],
    size_guidance={kind: 0 for kind in (
        event_accumulator.SCALARS, event_accumulator.HISTOGRAMS, event_accumulator.IMAGES, event_accumulator.TENSORS)})
events.Reload()
tags = events.Tags()


def histogram(event):
    value = event.histogram_value
    return {
        "step": event.step, "min": value.min, "max": value.max, "num": value.num, "sum": value.sum,
        "sum_squares": value.sum_squares, "limits": list(value.bucket_limit), "counts": list(value.bucket),
    }


def image(event):
    return {
        "step": event.step, "width": event.width, "height": event.height,
        "png": base64.b64encode(event.encoded_image_string).decode(),
    }


json.dump({
    "scalars": {
        tag: [{"step": event.step, "value": event.value} for event in events.Scalars(tag)] for tag in tags["scalars"]},
    "histograms": {tag: [histogram(event) for event in events.Histograms(tag)] for tag in tags["histograms"]},
    "images": {tag: [image(event) for event in events.Images(tag)] for tag in tags["images"]},
    "texts": {
        tag: [tensor_util.make_ndarray(event.tensor_proto).item().decode() for event in events.Tensors(tag)]
        for tag in tags["tensors"] if events.SummaryMetadata(tag).plugin_data.plugin_name == "text"},
}, sys.stdout)

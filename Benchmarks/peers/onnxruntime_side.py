"""ONNX Runtime on models written by hand, with all graph optimizations; it does inference alone."""

import numpy
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

import reference
from pins import threads_text
from random_data import ConvolutionData, NetworkData
from task import Task
from work import Convolution, Unsupported

OPSET = 17
IR_VERSION = 10  # What runtimes of the last years read, whatever the installed onnx writes.


class Side:
    def __init__(self, threads):
        self.threads = threads
        self.version = f"ONNX Runtime {onnxruntime.__version__}"
        self.settings = f"all graph optimizations, NCHW, input and output bound, {threads_text(threads)}"

    def exercise(self):
        """Some work on all threads."""
        matrix = numpy.ones((512, 512), numpy.float32)
        nodes = [helper.make_node("MatMul", ["x", "matrix"], ["y"])]
        session = self.session(nodes, {"matrix": matrix}, (512, 512), (512, 512))
        return lambda: session.run(["y"], {"x": matrix})

    def prepare(self, work):
        if isinstance(work, Convolution):
            if work.direction != "forward":
                raise Unsupported("ONNX Runtime computes no gradients")
            return self.convolution(work)
        if work.kind == "train":
            raise Unsupported("ONNX Runtime's package on PyPI does not train")
        return self.inference(work)

    def session(self, nodes, constants, input_shape, output_shape):
        """A session of the model from x to y."""
        graph = helper.make_graph(
            nodes, "peer", [helper.make_tensor_value_info("x", TensorProto.FLOAT, input_shape)],
            [helper.make_tensor_value_info("y", TensorProto.FLOAT, output_shape)],
            [numpy_helper.from_array(numpy.ascontiguousarray(value), name) for name, value in constants.items()],
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)
        onnx.checker.check_model(model)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self.threads
        options.inter_op_num_threads = 1
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
        options.log_severity_level = 3
        options.add_session_config_entry("session.set_denormal_as_zero", "1")
        return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])

    def bound(self, session, batches, output_shape):
        """Runs on a batch by number, and the array that all results go to."""
        output = numpy.full(output_shape, numpy.nan, numpy.float32)
        output_value = onnxruntime.OrtValue.ortvalue_from_numpy(output)
        bindings = []
        for batch in batches:
            binding = session.io_binding()
            binding.bind_ortvalue_input("x", onnxruntime.OrtValue.ortvalue_from_numpy(batch))
            binding.bind_ortvalue_output("y", output_value)
            bindings.append(binding)
        return lambda i: session.run_with_iobinding(bindings[i]), output_value

    def convolution(self, work):
        data = ConvolutionData(work)
        top, bottom, left, right = work.padding
        node = helper.make_node(
            "Conv", ["x", "filter"], ["y"], kernel_shape=work.kernel, strides=work.stride,
            pads=[top, left, bottom, right],
        )
        batches = [nchw(one) for one in data.inputs]
        output_shape = (work.batch, work.output_channels, *work.output)
        session = self.session([node], {"filter": data.filter.transpose(3, 2, 0, 1)}, batches[0].shape, output_shape)
        step, output = self.bound(session, batches, output_shape)
        step(0)
        reference.check_convolution(work, data, output.numpy().transpose(0, 2, 3, 1))
        return Task(step, data.batches)

    def inference(self, work):
        data = NetworkData(work)
        batches = [nchw(one) for one in data.images]
        nodes, constants = keras_cnn(data.weights)
        session = self.session(nodes, constants, batches[0].shape, (work.batch, 10))
        step, output = self.bound(session, batches, (work.batch, 10))
        step(0)
        reference.check_probabilities(data, output.numpy())
        return Task(step, data.batches)


def nchw(nhwc):
    return numpy.ascontiguousarray(nhwc.transpose(0, 3, 1, 2))


def keras_cnn(weights):
    """Nodes and constants of the model, from x to the probabilities y."""
    side = round((len(weights[6]) // 128) ** 0.5)
    dense = weights[6].reshape(side, side, 128, 128).transpose(2, 0, 1, 3).reshape(weights[6].shape)
    kernels = [kernel.transpose(3, 2, 0, 1) for kernel in weights[0:6:2]] + [dense, weights[8]]
    constants = {f"kernel{layer}": kernel for layer, kernel in enumerate(kernels)}
    constants |= {f"bias{layer}": bias for layer, bias in enumerate(weights[1::2])}
    nodes, last = [], "x"

    def add(operator, *inputs, **attributes):
        nonlocal last
        name = f"value{len(nodes)}"
        nodes.append(helper.make_node(operator, [last, *inputs], [name], **attributes))
        last = name

    for layer in range(3):
        add("Conv", f"kernel{layer}", f"bias{layer}", kernel_shape=(3, 3))
        add("Relu")
        if layer < 2:
            add("MaxPool", kernel_shape=(2, 2), strides=(2, 2))
    add("Flatten")
    add("Gemm", "kernel3", "bias3")
    add("Relu")
    add("Gemm", "kernel4", "bias4")
    add("Softmax", axis=1)
    nodes[-1].output[0] = "y"
    return nodes, constants

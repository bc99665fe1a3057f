"""Checks every NAME.onnx of a folder with onnx's own checker and runs it in ONNX Runtime on NAME.input; writes NAME.output.

Usage: python run_onnx.py FOLDER. Prints JSON: for each network its opset, the types of its inputs and outputs, and its metadata.
"""

import json
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime

folder = Path(sys.argv[1])
report = {}
for path in sorted(folder.glob("*.onnx")):
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True, data_prop=True)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    [wanted] = session.get_inputs()
    shape = json.loads(path.with_suffix(".json").read_text())
    dtype = {"tensor(float)": np.float32, "tensor(uint8)": np.uint8}[wanted.type]
    pictures = np.fromfile(path.with_suffix(".input"), dtype).reshape(shape)
    batches = [session.run(None, {wanted.name: pictures[i : i + 256]}) for i in range(0, len(pictures), 256)]
    outputs = [np.concatenate(parts) for parts in zip(*batches)]
    np.concatenate([values.ravel() for values in outputs]).astype(np.float32).tofile(path.with_suffix(".output"))
    describe = lambda values: [[value.name, value.type, value.shape] for value in values]
    report[path.stem] = {
        "opset": [[entry.domain, entry.version] for entry in model.opset_import],
        "inputs": describe(session.get_inputs()),
        "outputs": describe(session.get_outputs()),
        "metadata": session.get_modelmeta().custom_metadata_map,
    }
print(json.dumps(report))

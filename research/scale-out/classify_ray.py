"""Classifies a folder on a Ray cluster with the file that exportOnnx(model, { card, input: 'uint8' }) writes.

Usage: python classify_ray.py NETWORK.onnx DIR OUT.jsonl [ACTORS]. Needs ray, onnxruntime, numpy and Pillow.
"""

import json
import sys
import time
from pathlib import Path

import numpy as np
import onnxruntime
import ray
from PIL import Image

BATCH = 32


@ray.remote(num_cpus=1)
class Faces:
    """A session of one thread, kept for as long as the program runs."""

    def __init__(self, network):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(network, options, providers=["CPUExecutionProvider"])
        self.labels = json.loads(self.session.get_modelmeta().custom_metadata_map["labels"])
        _, self.height, self.width, _ = self.session.get_inputs()[0].shape

    def read(self, file):
        with Image.open(file) as picture:
            return np.asarray(picture.convert("L").resize((self.width, self.height), Image.Resampling.BOX))

    def classify(self, files):
        pictures, lines = {}, []
        for file in files:
            try:
                pictures[file] = self.read(file)
            except OSError as error:
                lines.append({"file": file, "error": str(error)})
        if pictures:
            [rows] = self.session.run(None, {"image": np.stack(list(pictures.values()))[..., None]})
            for file, row in zip(pictures, rows.tolist()):
                predictions = sorted(zip(row, self.labels), reverse=True)
                named = [{"className": label, "probability": value} for value, label in predictions]
                lines.append({"file": file, "predictions": named})
        return lines


network, folder, out = sys.argv[1:4]
actors = int(sys.argv[4]) if len(sys.argv) > 4 else None
endings = {".png", ".jpg", ".jpeg", ".webp", ".gif", ".tif", ".tiff"}
files = sorted(str(path) for path in Path(folder).rglob("*") if path.suffix.lower() in endings)
batches = [files[i : i + BATCH] for i in range(0, len(files), BATCH)]

ray.init(log_to_driver=False)
count = actors or int(ray.cluster_resources()["CPU"])
network = ray.put(Path(network).read_bytes())  # so that every machine has it
pool = ray.util.ActorPool([Faces.remote(network) for _ in range(count)])
start = time.time()
with open(out, "w") as results:
    for lines in pool.map_unordered(lambda actor, batch: actor.classify.remote(batch), batches):
        results.writelines(json.dumps(line) + "\n" for line in lines)
seconds = time.time() - start
print(json.dumps({"pictures": len(files), "actors": count, "seconds": round(seconds, 2)}))

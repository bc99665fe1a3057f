"""Builds the reference project's two networks in Keras in full size, predicts, and saves each in every form.

`python build_keras.py FOLDER` reads `input` (float32) with `input.json` (its shape), and writes for each network NAME.keras, NAME.h5,
NAME.json with NAME.weights.h5, and NAME.output (float32).
"""

import json
import sys
from pathlib import Path

import keras
import numpy as np

from networks import flat, reference

folder = Path(sys.argv[1])
x = np.fromfile(folder / "input", dtype="float32").reshape(json.loads((folder / "input.json").read_text()))
random = np.random.default_rng(5)
for name in ["shallow", "deep"]:
    keras.utils.set_random_seed(5)
    model = reference(keras, name)
    for layer in flat(model):  # as after training: what the initialisers set to 0 and 1 differs
        if layer.__class__.__name__ == "BatchNormalization":
            layer.set_weights([w + random.uniform(0, 0.5, w.shape) for w in layer.get_weights()])
    model.predict(x, verbose=0).astype("float32").tofile(folder / f"{name}.output")
    model.save(folder / f"{name}.keras")
    model.save(folder / f"{name}.h5")
    (folder / f"{name}.json").write_text(model.to_json())
    model.save_weights(folder / f"{name}.weights.h5")

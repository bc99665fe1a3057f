"""Opens .keras files of a folder in Keras 3, predicts, saves the model anew in every form, and trains one step.

`python run_keras.py FOLDER` reads N.keras and N.input (float32) with N.json (its shape), and writes N.output (float32), N.back.keras,
N.back.h5, N.arch.json with N.back.weights.h5, after the step N.trained.keras and N.trained.output, and prints the version of Keras and
the loss of the step for each model.
"""

import glob
import json
import os
import sys

import keras
import numpy as np

folder = sys.argv[1]
losses = {}
for path in sorted(glob.glob(os.path.join(folder, "*.keras"))):
    if ".back" in path or ".trained" in path:
        continue
    stem = path[: -len(".keras")]
    with open(stem + ".json") as file:
        shape = json.load(file)
    x = np.fromfile(stem + ".input", dtype="float32").reshape(shape)
    model = keras.models.load_model(path)
    y = model.predict(x, verbose=0)
    y.astype("float32").tofile(stem + ".output")
    model.save(stem + ".back.keras")
    model.save(stem + ".back.h5")
    with open(stem + ".arch.json", "w") as file:
        file.write(model.to_json())
    model.save_weights(stem + ".back.weights.h5")
    # a small step, since the weights that the tests draw have large gradients, and large logits hide in rounding what they differ by
    model.compile(optimizer=keras.optimizers.SGD(1e-5), loss="categorical_crossentropy")
    few = x[:32]
    targets = np.eye(y.shape[-1], dtype="float32")[np.arange(len(few)) % y.shape[-1]]
    losses[os.path.basename(stem)] = float(model.fit(few, targets, epochs=1, verbose=0).history["loss"][0])
    model.save(stem + ".trained.keras")
    model.predict(few, verbose=0).astype("float32").tofile(stem + ".trained.output")
print(json.dumps({"version": keras.__version__, "losses": losses}))

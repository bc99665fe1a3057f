"""Times training steps of a Keras 3 model on TensorFlow: a line in, {"ms": ..., "cpu": ...} of one step out.

The argument is JSON: the layers of the tfjs network with their configuration, the batch size, and steps a turn.
"""

import json
import sys
import time

import keras
import numpy as np

job = json.loads(sys.argv[1])
model = keras.Sequential()
for layer in job["layers"]:
    kind, config = layer["kind"], layer["config"]
    if kind == "InputLayer":
        model.add(keras.layers.Input(config["batchInputShape"][1:]))
    elif kind == "Conv2D":
        activation, bias = config["activation"], config["useBias"]
        model.add(
            keras.layers.Conv2D(
                config["filters"],
                config["kernelSize"],
                strides=config["strides"],
                padding=config["padding"],
                use_bias=bias,
                activation=activation,
                kernel_initializer="he_normal",
            )
        )
    elif kind == "Dense":
        model.add(
            keras.layers.Dense(
                config["units"],
                activation=config["activation"],
                use_bias=config["useBias"],
                kernel_initializer="he_normal",
            )
        )
    elif kind == "BatchNormalization":
        model.add(keras.layers.BatchNormalization())
    elif kind == "Activation":
        model.add(keras.layers.Activation(config["activation"]))
    elif kind == "MaxPooling2D":
        model.add(keras.layers.MaxPooling2D(config["poolSize"], config["strides"], config["padding"]))
    elif kind == "Dropout":
        model.add(keras.layers.Dropout(config["rate"]))
    elif kind == "Flatten":
        model.add(keras.layers.Flatten())
    elif kind == "GlobalAveragePooling2D":
        model.add(keras.layers.GlobalAveragePooling2D())
    else:
        sys.exit(f"unknown layer {kind}")

model.compile(
    optimizer=keras.optimizers.SGD(1e-3, momentum=0.9, nesterov=True),
    loss="categorical_crossentropy",
    metrics=["accuracy"],
)
random = np.random.default_rng(1)
x = random.random((job["batch"], 48, 48, 1), dtype=np.float32)
y = np.eye(7, dtype=np.float32)[np.arange(job["batch"]) % 7]
model.train_on_batch(x, y)

print(json.dumps({"ready": True, "keras": keras.__version__}), flush=True)
for _ in sys.stdin:
    start, used = time.perf_counter(), time.process_time()
    for _ in range(job["steps"]):
        model.train_on_batch(x, y)
    ms, cpu = 1000 * (time.perf_counter() - start), 1000 * (time.process_time() - used)
    print(json.dumps({"ms": ms / job["steps"], "cpu": cpu / job["steps"]}), flush=True)

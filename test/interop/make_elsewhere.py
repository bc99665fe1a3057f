"""Writes test/interchange/fixtures/elsewhere/made: KERAS_BACKEND=torch python test/interop/make_elsewhere.py, with Keras 3 and PyTorch, which
computes images with their channels first on any processor.

Models with what public models contain and TensorFlow.js lacks: activations of Keras 3, Normalization that was adapted to data, layers that mix the
orders of channels, batch norm and softmax along other axes than the last, arithmetic between layers. expected.json is what Keras predicts.
"""
import gzip
import json
import os
import tempfile
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "torch")
import keras
import numpy as np
from networks import pictures, scramble

FOLDER = Path(__file__).parent.parent / "interchange" / "fixtures" / "elsewhere" / "made"
layers = keras.layers
FIRST = {"data_format": "channels_first"}


def chain(name, shape, *list_):
    return keras.Sequential([keras.Input(shape), *list_], name=name)


def activations():
    """Every activation that takes several layers of tfjs, of images and of features, and layers that do nothing."""
    names = ["hard_silu", "hard_sigmoid", "hard_tanh", "log_sigmoid", "tanh_shrink", "celu", "leaky_relu"]
    convolutions = [layers.Conv2D(2, 1, activation=name) for name in names]
    flat = [layers.Flatten(), layers.Flatten(), layers.Activation("hard_swish"), layers.ReLU(negative_slope=0.3)]
    return chain("activations", (4, 3, 2), *convolutions, *flat, layers.AlphaDropout(0.2), layers.Dense(5, activation="hard_silu"))


def normalized():
    """Normalization that was adapted, in every form."""
    random, image = np.random.default_rng(0), keras.Input((5, 4, 3), name="image")
    branches = []
    for axis, invert in [(-1, False), ((1, 2, 3), False), (1, False), (None, True)]:
        layer = layers.Normalization(axis=axis, invert=invert)
        layer.adapt(random.uniform(0, 5, (10, 5, 4, 3)))
        branches.append(layer(image))
    branches.append(layers.Normalization(mean=[0.1, 0.2, 0.3], variance=[0.5, 0.25, 2.0])(image))
    return keras.Model(image, layers.Concatenate()(branches), name="normalized")


def mixed():
    """Channels last, with pooling that takes them to be first, and normalisation and softmax along other axes."""
    return chain(
        "mixed", (9, 8, 3),
        layers.Conv2D(4, 3, padding="same"), layers.BatchNormalization(axis=1), layers.ReLU(), layers.BatchNormalization(axis=2),
        layers.MaxPooling2D(2, **FIRST), layers.Conv2D(3, 2), layers.Softmax(axis=1), layers.AveragePooling2D((2, 1), **FIRST),
        layers.Flatten(), layers.Dense(3), layers.BatchNormalization(axis=1), layers.Softmax(axis=1),
    )  # fmt: skip


def mixed_first():
    """Channels first, with layers that take them to be last."""
    return chain(
        "mixed_first", (3, 9, 8),
        layers.Conv2D(4, 3, padding="same", **FIRST), layers.MaxPooling2D(2), layers.BatchNormalization(axis=1),
        layers.Conv2D(3, 2, activation="softmax", **FIRST), layers.Dense(4), layers.PReLU(), layers.SpatialDropout2D(0.2, **FIRST),
        layers.GlobalAveragePooling2D(**FIRST), layers.Dense(3),
    )  # fmt: skip


def graph_first():
    """A graph of images with their channels first, with a layer that is called twice and a model within."""
    image = keras.Input((3, 9, 8), name="image")
    x = layers.Conv2D(4, 3, padding="same", activation="hard_silu", **FIRST)(image)
    y = layers.BatchNormalization(axis=1)(layers.Conv2D(4, 3, padding="same", **FIRST)(x))
    x = layers.Add()([x, y])
    shared = layers.Conv2D(4, 3, padding="same", **FIRST)
    inner = chain("inner", (4, 9, 8), layers.Conv2D(4, 1, activation="hard_silu", **FIRST), layers.ReLU())
    x = layers.Concatenate(axis=1)([inner(shared(shared(x))), y])
    x = layers.Flatten()(layers.MaxPooling2D(**FIRST)(x))
    return keras.Model(image, layers.Dense(3)(x), name="graph_first")


def operations():
    """Arithmetic between layers, as `preprocess_input` of keras.applications writes it."""
    image = keras.Input((4, 3, 3), name="image")
    x = 1.0 - (image / 127.5 - 1.0)
    y = layers.Conv2D(3, 1)(x)
    x = (x + y) * y * 2.0 + np.array([0.1, 0.2, 0.3], "float32")
    return keras.Model(image, layers.Dense(2)(layers.Flatten()(x)), name="operations")


expected = {}
FOLDER.mkdir(parents=True, exist_ok=True)
for make, ending in [(activations, "keras"), (normalized, "keras"), (normalized, "h5"), (mixed, "keras"), (mixed_first, "h5"), (graph_first, "keras"), (operations, "keras"), (operations, "h5")]:
    keras.utils.set_random_seed(1)
    model = make()
    if make is not normalized:
        scramble(model)
    shape = model.input_shape[1:]
    if make in (mixed_first, graph_first):
        x = pictures(3, (*shape[1:], shape[0])).transpose(0, 3, 1, 2)
    else:
        x = pictures(3, shape)
    expected[model.name] = [float(value) for value in np.float64(model.predict(x, verbose=0)).ravel()]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{model.name}.{ending}"
        model.save(path)
        (FOLDER / f"{path.name}.gz").write_bytes(gzip.compress(path.read_bytes(), mtime=0))
(FOLDER / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")

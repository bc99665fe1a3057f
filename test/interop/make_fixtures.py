"""Writes the fixtures of test/interchange: python test/interop/make_fixtures.py, with TensorFlow, Keras 3 and h5py.
TensorFlow needs oneDNN (x86) to compute pictures with their channels first without a graphics card.

keras3/ is what Keras 3 itself saves. Keras 2 and Keras 1 can hardly be installed any more: keras2/ holds the same networks as Keras 2
laid its files out, of which Keras 3 must be able to read what it can; keras1/ a network as Keras 1.2 did, with what NumPy makes of it.
"""
import gzip
import json
import os
import tempfile
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
import h5py
import keras
import numpy as np
from networks import channels_first, every_layer, in_parts, pictures, pooled_first, reference, scramble

FIXTURES = Path(__file__).parent.parent / "interchange" / "fixtures"


def outputs(model, channels_come_first=False):
    """What the model predicts for three pictures, which are the same whichever way their axes come."""
    if channels_come_first:
        channels, *sides = model.input_shape[1:]
        x = pictures(3, (*sides, channels)).transpose(0, 3, 1, 2)
    else:
        x = pictures(3, model.input_shape[1:])
    values = model.predict(x, verbose=0)
    return [float(value) for value in np.float64(values).ravel()]


def write(path, content):
    """Writes a file, HDF5 and archives compressed, since most of them is empty."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".json":
        path.write_text(content)
    else:
        path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(content, mtime=0))


def saved(save, name):
    """What `save` writes into a file of this name."""
    with tempfile.TemporaryDirectory() as folder:
        save(Path(folder) / name)
        return (Path(folder) / name).read_bytes()


def expectations(folder, expected):
    write(folder / "expected.json", json.dumps(expected, indent=1) + "\n")


def keras_3_and_2():
    folder, expected = FIXTURES / "keras3", {"version": keras.__version__}
    deep = scramble(reference(keras, "deep", 16, 64))
    shallow = scramble(reference(keras, "shallow", 16, 32))
    every = scramble(every_layer(keras))
    parts = scramble(in_parts(keras))
    for model in [shallow, deep, every, parts]:
        expected[model.name] = outputs(model)
    for model, ending in [(every, "keras"), (every, "h5"), (deep, "keras"), (shallow, "weights.h5"), (parts, "keras"), (parts, "h5")]:
        save = model.save_weights if ending == "weights.h5" else model.save
        name = f"{model.name}.{ending}"
        write(folder / name, saved(save, name))
    write(folder / "shallow.json", shallow.to_json())
    for model, ending in [(channels_first(keras), "keras"), (channels_first(keras, True), "h5"), (pooled_first(keras), "h5")]:
        name = f"{scramble(model).name}.{ending}"
        expected[model.name] = outputs(model, channels_come_first=True)
        write(folder / name, saved(model.save, name))
    expectations(folder, expected)

    folder = FIXTURES / "keras2"
    for model in [deep, every]:
        config = {**in_keras_2(keras.saving.serialize_keras_object(model)), "keras_version": "2.11.0", "backend": "tensorflow"}
        whole = saved(lambda path: save_keras_2(path, model, config), "model.h5")
        if model is deep:  # what calls a nested model, Keras 3 cannot read from files of Keras 2
            with tempfile.NamedTemporaryFile(suffix=".h5") as file:
                Path(file.name).write_bytes(whole)
                check = keras.models.load_model(file.name, compile=False)
            np.testing.assert_allclose(outputs(check), expected[model.name], atol=1e-6)
        write(folder / f"{model.name}.h5", whole)
    write(folder / "deep.json", json.dumps(in_keras_2(keras.saving.serialize_keras_object(deep))))
    write(folder / "deep.weights.h5", saved(lambda path: save_keras_2(path, deep), "deep.weights.h5"))
    expectations(folder, {name: expected[name] for name in ["deep", "every_layer"]})


def in_keras_2(value, nested=()):
    """The architecture in the terms of Keras 2."""
    if isinstance(value, list):
        return [in_keras_2(item, nested) for item in value]
    if not isinstance(value, dict):
        return value
    if value.get("class_name") == "DTypePolicy":
        return value["config"]["name"]
    value = {key: item for key, item in value.items() if key not in ["module", "registered_name", "build_config", "compile_config", "shared_object_id"]}
    config = value.get("config")
    if isinstance(config, dict) and "batch_shape" in config:
        value["config"] = {"batch_input_shape": config["batch_shape"], **{key: config[key] for key in ["dtype", "sparse", "ragged", "name"]}}
    if value.get("class_name") == "LeakyReLU":
        value["config"] = {**config, "alpha": config["negative_slope"]}
        del value["config"]["negative_slope"]
    if value.get("class_name") in ["DepthwiseConv2D", "SeparableConv2D"]:
        value["config"] = {**config, "groups": 1}
    if "layers" in value:
        nested = [layer["config"]["name"] for layer in value["layers"] if "layers" in layer["config"]]
        sequential = [layer["config"]["name"] for layer in value["layers"] if layer["class_name"] == "Sequential"]
        for ends in ["input_layers", "output_layers"]:
            if ends in value:
                name, node, tensor = value[ends]
                value[ends] = [[name, node + (name in sequential), tensor]]
        for key in ["trainable", "dtype", "build_input_shape"]:
            value.pop(key, None)
    if "inbound_nodes" in value:
        def history(tensor):
            name, node, index = tensor["config"]["keras_history"]
            return [name, node + (name in nested), index, {}]

        calls = [call["args"][0] for call in value["inbound_nodes"]]
        value["inbound_nodes"] = [[history(t) for t in (call if isinstance(call, list) else [call])] for call in calls]
    return {key: item if key == "inbound_nodes" else in_keras_2(item, nested) for key, item in value.items()}


def save_keras_2(path, model, config=None):
    """A whole model, or without `config` its weights, as `save` and `save_weights` of Keras 2 laid them out."""
    with h5py.File(path, "w") as file:
        root = file
        if config:
            file.attrs["model_config"] = json.dumps(config).encode()
            file.attrs["keras_version"], file.attrs["backend"] = "2.11.0", "tensorflow"
            root = file.create_group("model_weights")
        root.attrs["keras_version"], root.attrs["backend"] = b"2.11.0", b"tensorflow"
        root.attrs["layer_names"] = [layer.name.encode() for layer in model.layers]
        for layer in model.layers:
            group = root.create_group(layer.name)
            weights = layer.trainable_weights + layer.non_trainable_weights
            names = ["/".join(weight.path.split("/")[-2:]) + ":0" for weight in weights]
            group.attrs["weight_names"] = [name.encode() for name in names]
            for name, weight in zip(names, weights):
                group.create_dataset(name, data=np.asarray(weight))


def keras_1():
    """A Sequential model of Keras 1.2 in both orders of axes: an architecture, weights, and what it predicts, computed in NumPy."""
    folder = FIXTURES / "keras1"
    random = np.random.default_rng(11)
    draw = lambda *shape: random.uniform(-0.5, 0.5, shape).astype("float32")
    kernel, bias = draw(3, 3, 2, 4), draw(4)
    norm = [draw(4), draw(4), draw(4), random.uniform(0.5, 2, 4).astype("float32")]
    dense, dense_bias = draw(36, 5), draw(5)
    expected = {}
    for order in ["tf", "th"]:
        first = order == "th"
        config = [
            layer("Convolution2D", "convolution2d_1", nb_filter=4, nb_row=3, nb_col=3, border_mode="same", subsample=[1, 1],
                  dim_ordering=order, init="glorot_uniform", activation="linear", bias=True, activity_regularizer=None,
                  W_regularizer={"name": "WeightRegularizer", "l1": 0.0, "l2": 0.01}, b_regularizer=None, W_constraint=None,
                  b_constraint=None, batch_input_shape=[None, 2, 6, 6] if first else [None, 6, 6, 2], input_dtype="float32"),
            layer("BatchNormalization", "batchnormalization_1", axis=1 if first else -1, epsilon=0.001, mode=0, momentum=0.99,
                  gamma_regularizer=None, beta_regularizer=None),
            layer("Activation", "activation_1", activation="relu"),
            layer("MaxPooling2D", "maxpooling2d_1", pool_size=[2, 2], strides=[2, 2], border_mode="valid", dim_ordering=order),
            layer("Dropout", "dropout_1", p=0.25),
            layer("Flatten", "flatten_1"),
            layer("Dense", "dense_1", output_dim=5, init="glorot_uniform", activation="softmax", bias=True, input_dim=None,
                  W_regularizer=None, b_regularizer=None, activity_regularizer=None, W_constraint=None, b_constraint=None),
        ]
        write(folder / f"{order}.json", json.dumps({"class_name": "Sequential", "keras_version": "1.2.2", "config": config}))
        stored = kernel.transpose(3, 2, 0, 1) if first else kernel
        weights = {
            "convolution2d_1": {"convolution2d_1_W": stored, "convolution2d_1_b": bias},
            "batchnormalization_1": dict(zip([f"batchnormalization_1_{n}" for n in ["gamma", "beta", "running_mean", "running_std"]], norm)),
            **{name: {} for name in ["activation_1", "maxpooling2d_1", "dropout_1", "flatten_1"]},
            "dense_1": {"dense_1_W": dense, "dense_1_b": dense_bias},
        }
        write(folder / f"{order}.h5", saved(lambda path: save_keras_1(path, weights), "weights.h5"))
        x = pictures(3, (6, 6, 2))
        padded = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
        y = sum(padded[:, i : i + 6, j : j + 6] @ kernel[i, j] for i in range(3) for j in range(3)) + bias
        gamma, beta, mean, variance = norm
        y = np.maximum((y - mean) / np.sqrt(variance + 0.001) * gamma + beta, 0)
        y = y.reshape(3, 3, 2, 3, 2, 4).max((2, 4))
        y = (y.transpose(0, 3, 1, 2) if first else y).reshape(3, 36) @ dense + dense_bias
        y = np.exp(y - y.max(1, keepdims=True))
        expected[order] = [float(value) for value in (y / y.sum(1, keepdims=True)).ravel()]
    expectations(folder, expected)


def save_keras_1(path, weights):
    with h5py.File(path, "w") as file:
        file.attrs["layer_names"] = [name.encode() for name in weights]
        file.attrs["keras_version"] = b"1.2.2"
        for name, tensors in weights.items():
            group = file.create_group(name)
            group.attrs["weight_names"] = [tensor.encode() for tensor in tensors]
            for tensor, values in tensors.items():
                group.create_dataset(tensor, data=values)


def layer(class_name, name, **config):
    return {"class_name": class_name, "config": {"name": name, "trainable": True, **config}}


keras_3_and_2()
keras_1()

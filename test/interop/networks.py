"""Networks built in Keras for the tests: the reference project's two, and one with every layer that is exchanged."""
import numpy as np


def pictures(count, shape):
    """Inputs that both sides can make for themselves: a fixed sequence of numbers in -0.5..0.5."""
    size = count * int(np.prod(shape))
    return (((np.arange(size) * 37) % 101) / 101 - 0.5).astype("float32").reshape(count, *shape)


def scramble(model):
    """Gives every weight a value that no initialiser gives, so that none can be missed; variances stay positive."""
    random = np.random.default_rng(7)
    weights = model.get_weights()
    model.set_weights([(np.abs(w) + random.uniform(0.1, 0.5, w.shape)) * random.choice([-1, 1], w.shape) * 0.5 for w in weights])
    for layer in flat(model):
        if layer.__class__.__name__ == "BatchNormalization":
            layer.set_weights([*layer.get_weights()[:-1], random.uniform(0.5, 2, layer.get_weights()[-1].shape)])
    return model


def flat(model):
    for layer in model.layers:
        yield from flat(layer) if hasattr(layer, "layers") else [layer]


def reference(keras, name, side=48, narrow=1):
    """The reference project's networks: 2 or 4 convolutions with 2x2 pools, then dense layers; `narrow` divides every width."""
    layers, sizes = keras.layers, {"shallow": ([64, 128], [256]), "deep": ([64, 128, 512, 512], [256, 512])}
    filters, units = sizes[name]
    model = keras.Sequential(name=name)
    for i, count in enumerate(filters):
        first = {"input_shape": (side, side, 1)} if i == 0 else {}
        model.add(layers.Conv2D(count // narrow, (5, 5) if i == 1 else (3, 3), padding="same", **first))
        model.add(layers.BatchNormalization())
        model.add(layers.Activation("relu"))
        model.add(layers.MaxPooling2D(pool_size=(2, 2)))
        model.add(layers.Dropout(0.25))
    model.add(layers.Flatten())
    for count in units:
        model.add(layers.Dense(count // narrow))
        model.add(layers.BatchNormalization())
        model.add(layers.Activation("relu"))
        model.add(layers.Dropout(0.25))
    model.add(layers.Dense(7, activation="sigmoid"))
    return model


def channels_first(keras, flatten_last=False):
    """A chain of every layer that takes pictures with their channels first; `flatten_last` has Flatten move them to the end."""
    layers, first = keras.layers, {"data_format": "channels_first"}
    last = layers.Flatten(**first, name="flat") if flatten_last else layers.Flatten(data_format="channels_last", name="flat")
    return keras.Sequential(
        [
            keras.Input((2, 11, 8)),
            layers.Rescaling(2.0, offset=0.5, name="rescaling"),
            layers.ZeroPadding2D(((1, 0), (0, 2)), **first, name="pad"),
            layers.Conv2D(3, 3, strides=(1, 2), padding="same", activation="relu", **first, name="conv"),
            layers.BatchNormalization(axis=1, name="by_channel"),
            layers.SpatialDropout2D(0.2, **first, name="spatial"),
            layers.Cropping2D(((1, 1), (0, 0)), **first, name="crop"),
            layers.AveragePooling2D((2, 1), strides=1, **first, name="average"),
            layers.BatchNormalization(axis=-1, name="by_column"),
            layers.Activation("tanh", name="tanh"),
            layers.Dropout(0.3, name="drop"),
            layers.MaxPooling2D((2, 1), **first, name="max"),
            last,
            layers.Dense(4, activation="relu", name="dense"),
            layers.BatchNormalization(name="norm"),
            layers.Dense(7, activation="softmax", name="logits"),
        ],
        name="first_flatten_last" if flatten_last else "first",
    )


def pooled_first(keras):
    """Global pooling instead of flattening."""
    layers, first = keras.layers, {"data_format": "channels_first"}
    chain = [keras.Input((2, 6, 5)), layers.Conv2D(4, 3, **first), layers.GlobalAveragePooling2D(**first), layers.Dense(3)]
    return keras.Sequential(chain, name="pooled_first")


def every_layer(keras):
    """A functional model with all layers, settings that are not the defaults, shared and nested models, and branches of equal shape."""
    layers = keras.layers
    image = keras.Input((9, 9, 1), name="image")
    x = layers.ZeroPadding2D(((1, 0), (0, 1)), name="pad")(image)
    left = layers.Conv2D(4, 3, padding="same", activation="relu", kernel_regularizer=keras.regularizers.L2(1e-4), name="left")(x)
    right = layers.Conv2D(4, 3, padding="same", activation="tanh", kernel_constraint=keras.constraints.MaxNorm(3), name="right")(x)
    x = layers.Add(name="sum")([left, right])
    x = layers.BatchNormalization(axis=3, epsilon=0.01, momentum=0.9, name="norm")(x)
    x = layers.SeparableConv2D(4, 3, padding="same", depth_multiplier=2, name="separable")(x)
    x = layers.LeakyReLU(0.2, name="leaky")(x)
    x = layers.SpatialDropout2D(0.2, name="spatial")(x)
    x = layers.DepthwiseConv2D(3, strides=2, padding="same", depth_multiplier=2, use_bias=False, name="depthwise")(x)
    x = layers.PReLU(shared_axes=[1, 2], name="prelu")(x)
    x = layers.AveragePooling2D(2, strides=1, padding="same", name="average")(x)
    x = layers.GaussianNoise(0.1, name="noise")(x)
    inner = keras.Sequential([keras.Input((5, 5, 8)), layers.Conv2D(8, 1, name="mix"), layers.ELU(name="elu")], name="inner")
    x = inner(inner(x))
    y = keras.Input((5, 5, 8), name="gate_in")
    gate = layers.GlobalAveragePooling2D(name="squeeze")(y)
    gate = layers.Dense(8, activation="sigmoid", name="excite")(gate)
    gate = layers.Reshape((1, 1, 8), name="spread")(gate)
    block = keras.Model(y, layers.Multiply(name="scale")([y, gate]), name="block")
    x = block(x)
    x = layers.Conv2D(6, 3, strides=2, dilation_rate=1, name="conv")(x)
    x = layers.ReLU(6.0, name="relu6")(x)
    x = layers.Permute((2, 1, 3), name="turn")(x)
    flat_ = layers.Flatten(name="flat")(layers.MaxPooling2D(2, padding="valid", name="max")(x))
    best = layers.GlobalMaxPooling2D(name="best")(x)
    x = layers.Concatenate(name="join")([flat_, best])
    x = layers.Dropout(0.3, name="drop")(x)
    x = layers.BatchNormalization(scale=False, name="last_norm")(x)
    x = layers.Dense(7, use_bias=False, trainable=False, name="logits")(x)
    return keras.Model(image, layers.Softmax(name="softmax")(x), name="every_layer")


def in_parts(keras):
    """A functional model of layers for which tfjs needs two, one of them called twice and one at the end, and of layers that act in training only."""
    layers = keras.layers
    image = keras.Input((8, 7, 3), name="image")
    x = layers.RandomFlip("horizontal", name="flip")(image)
    x = layers.RandomRotation(0.1, name="rotate")(x)
    x = layers.RandomContrast(0.2, name="contrast")(x)
    x = layers.Conv2D(5, 3, padding="same", activation="leaky_relu", name="leaky")(x)
    same = layers.Conv2D(5, 3, padding="same", activation=layers.LeakyReLU(0.1), name="same")
    x = same(same(x))
    gate = layers.GlobalAveragePooling2D(keepdims=True, name="mean")(x)
    gate = layers.Conv2D(5, 1, activation="sigmoid", name="gate")(gate)
    x = layers.Multiply(name="scale")([x, gate])
    x = layers.Activation("leaky_relu", name="activation")(x)
    x = layers.GlobalMaxPooling2D(keepdims=True, name="max")(x)
    x = layers.Flatten(name="flat")(x)
    return keras.Model(image, layers.Dense(4, activation=layers.ReLU(max_value=1), name="head")(x), name="in_parts")

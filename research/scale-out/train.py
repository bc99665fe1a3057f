"""One of the worker processes of TensorFlow's MultiWorkerMirroredStrategy: trains a network of fer-cnn together with the others.

Usage: TF_CONFIG=... python train.py FOLDER

FOLDER, which every worker must see, holds
  settings.json   epochs, batch (of all workers together), learningRate, mean, std, inputSize
  network.keras   the network, from writeKeras
  images.bin      uint8 [n, height, width, 1]
  labels.bin      uint8 [n]
The first worker writes trained.keras. TF_CONFIG lists the addresses of all workers and tells which of them this is; see docs/scale-out.md.
"""

import json
import os
import sys
import time
from pathlib import Path

import tensorflow as tf

strategy = tf.distribute.MultiWorkerMirroredStrategy()  # first of all: it connects the workers

import keras  # noqa: E402

folder = Path(sys.argv[1])
settings = json.loads((folder / "settings.json").read_text())
index = json.loads(os.environ.get("TF_CONFIG", "{}")).get("task", {}).get("index", 0)

labels = tf.io.decode_raw((folder / "labels.bin").read_bytes(), tf.uint8)
shape = [len(labels), *settings["inputSize"], 1]
images = tf.reshape(tf.io.decode_raw((folder / "images.bin").read_bytes(), tf.uint8), shape)


def normalize(pixels, label):
    """As fer-cnn's preprocess does."""
    pixels = tf.cast(pixels, tf.float32) / 255
    return (pixels - settings["mean"]) / settings["std"], label


dataset = (
    tf.data.Dataset.from_tensor_slices((images, labels))
    .shuffle(len(labels), seed=1)
    .batch(settings["batch"], drop_remainder=True)
    .map(normalize)
    .prefetch(2)
)
sharding = tf.data.Options()
sharding.experimental_distribute.auto_shard_policy = tf.data.experimental.AutoShardPolicy.DATA
dataset = dataset.with_options(sharding)

with strategy.scope():
    model = keras.models.load_model(folder / "network.keras")
    optimizer = keras.optimizers.SGD(settings["learningRate"], momentum=0.9, nesterov=True)
    optimizer.build(model.trainable_variables)


def step(pixels, label):
    """One step of one worker on its part of a batch. apply_gradients sums the gradients of all workers."""
    with tf.GradientTape() as tape:
        losses = keras.losses.sparse_categorical_crossentropy(label, model(pixels, training=True))
        loss = tf.nn.compute_average_loss(losses, global_batch_size=settings["batch"])
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    return loss


@tf.function
def train_step(batch):
    return strategy.reduce(tf.distribute.ReduceOp.SUM, strategy.run(step, args=batch), axis=None)


# The loop is written out because fit() of Keras 3 does not take the batches of this strategy (Keras 3.15, TensorFlow 2.21).
distributed = strategy.experimental_distribute_dataset(dataset)
report = {"workers": strategy.num_replicas_in_sync, "rows": len(labels), "epochs": []}
for epoch in range(settings["epochs"]):
    start = time.time()
    losses = [train_step(batch) for batch in distributed]
    loss = sum(float(value) for value in losses) / len(losses)
    report["epochs"].append({"loss": loss, "seconds": round(time.time() - start, 2)})

if index == 0:
    model.save(folder / "trained.keras")
    print(json.dumps(report))

"""What MediaPipe's BlazeFace says by TensorFlow's own TFLite interpreter, decoded independently of src/faces/blazeface.

Usage: reference.py MODEL golden            prints test/faces/blazeface/golden.json
       reference.py MODEL photos FOLDER     prints a line of JSON for each photo of FOLDER/photos.json

A photo NAME of FOLDER/photos.json, [{ "name", "width", "height" }], has its RGB bytes in NAME.rgb and a network input, float32
[128, 128, 3], in NAME.input. Needs numpy and TensorFlow (tensorflow-cpu 2.21.0 made the golden file).
"""

import json
import os
import sys

import numpy as np
import tensorflow as tf

SIZE = 128
THRESHOLD = 0.5
OVERLAP = 0.3


def interpreter(path):
    model = tf.lite.Interpreter(model_path=path)
    model.allocate_tensors()
    (entry,) = model.get_input_details()
    outputs = {each["name"]: each["index"] for each in model.get_output_details()}

    def run(image):
        model.set_tensor(entry["index"], image[None].astype(np.float32))
        model.invoke()
        return model.get_tensor(outputs["classificators"])[0, :, 0], model.get_tensor(outputs["regressors"])[0]

    return run


def synthetic():
    """Waves of three colors, the same as in network.test.ts."""
    y, x, c = np.meshgrid(np.arange(SIZE), np.arange(SIZE), np.arange(3), indexing="ij")
    return np.sin(0.11 * x + 0.05 * y * (c + 1)) * np.cos(0.07 * y - 0.02 * x * c)


def shares(start, extent, length):
    """[SIZE, length]: which part of each pixel belongs to each new one, by differences of clipped edges."""
    edges = np.clip(start + extent * np.arange(SIZE + 1) / SIZE, 0, length)
    covered = np.clip(edges[:, None] - np.arange(length)[None], 0, 1)  # of each pixel, up to each edge
    return np.diff(covered, axis=0) * SIZE / extent


def letterbox(rgb):
    height, width = rgb.shape[:2]
    side = max(height, width)
    rows = shares((height - side) / 2, side, height)
    columns = shares((width - side) / 2, side, width)
    return np.einsum("ih,jw,hwc->ijc", rows, columns, rgb.astype(np.float64), optimize=True) / 127.5 - 1


def anchors():
    centers = []
    for stride, count in ((8, 2), (16, 6)):
        for row in range(SIZE // stride):
            for column in range(SIZE // stride):
                centers += [((column + 0.5) * stride, (row + 0.5) * stride)] * count
    return np.array(centers)


def faces(scores, regressors, height, width):
    """Sorted by score: each {score, box: [left, top, right, bottom], points}, in pixels of the photo."""
    probability = 1 / (1 + np.exp(-np.clip(scores.astype(np.float64), -100, 100)))
    place = regressors.astype(np.float64).reshape(-1, 8, 2)
    center = place[:, :1] + anchors()[:, None]
    half = place[:, 1:2] / 2
    points = np.concatenate([center - half, center + half, place[:, 2:] + anchors()[:, None]], axis=1)  # [896, 8, 2]
    side = max(height, width)
    points = points * side / SIZE + np.array([(width - side) / 2, (height - side) / 2])
    left = [i for i in np.argsort(-probability, kind="stable") if probability[i] >= THRESHOLD]
    found = []
    while left:
        group = [i for i in left if iou(points[left[0]], points[i]) > OVERLAP]
        blended = np.average(points[group], axis=0, weights=probability[group])
        found.append({"score": float(probability[left[0]]), "box": blended[:2].ravel().tolist(), "points": blended[2:].tolist()})
        left = [i for i in left if i not in group]
    return found


def iou(a, b):
    low, high = np.maximum(a[0], b[0]), np.minimum(a[1], b[1])
    shared = np.prod(np.maximum(high - low, 0))
    return shared / (np.prod(a[1] - a[0]) + np.prod(b[1] - b[0]) - shared)


def main():
    path, mode, *rest = sys.argv[1:]
    run = interpreter(path)
    if mode == "golden":
        scores, regressors = run(synthetic())
        every = 14  # of the anchors, to keep the file small
        rows = np.concatenate([scores[:, None], regressors], axis=1)[::every]
        largest = {"scores": float(np.abs(scores).max()), "regressors": float(np.abs(regressors).max())}
        values = [[float(f"{value:.8g}") for value in row] for row in rows]
        print(json.dumps({"tensorflow": tf.__version__, "every": every, "largest": largest, "rows": values}))
        return
    (folder,) = rest
    with open(os.path.join(folder, "photos.json"), encoding="utf-8") as file:
        photos = json.load(file)
    for photo in photos:
        shape = (photo["height"], photo["width"], 3)
        rgb = np.fromfile(os.path.join(folder, photo["name"] + ".rgb"), np.uint8).reshape(shape)
        image = letterbox(rgb)
        given = np.fromfile(os.path.join(folder, photo["name"] + ".input"), np.float32).reshape(SIZE, SIZE, 3)
        raw_scores, raw_regressors = run(given)
        print(
            json.dumps(
                {
                    "name": photo["name"],
                    "inputError": float(np.abs(image - given).max()),
                    "scores": raw_scores.tolist(),
                    "regressors": raw_regressors.ravel().tolist(),
                    "faces": faces(*run(image), *shape[:2]),
                }
            )
        )


main()

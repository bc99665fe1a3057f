"""Makes reference.json: seeded random predictions and what scikit-learn says of them.

    python3 -m venv venv && venv/bin/pip install scikit-learn==1.9.1
    venv/bin/python test/metrics/reference.py && npx prettier --write test/metrics/reference.json

Probabilities are stored in thousandths, so that they are exact and sum to 1. Rows with equal values, or whose greatest value
lies on the edge of a bin, are drawn again: what counts there is a matter of convention, which the tests check by hand.
"""

import json
import pathlib

import numpy as np
import sklearn
from sklearn import calibration, metrics

BINS = 15


def draw_row(rng, label, num_classes, skill):
    while True:
        logits = rng.normal(size=num_classes)
        logits[label] += skill
        row = np.floor(1000 * np.exp(logits) / np.exp(logits).sum()).astype(int)
        row[rng.integers(num_classes)] += 1000 - row.sum()
        if len(set(row)) == num_classes and row.max() % 200 != 0:
            return row


def expected_calibration_error(hits, confidence):
    accuracy, mean_confidence = calibration.calibration_curve(hits, confidence, n_bins=BINS, strategy="uniform")
    edges = np.linspace(0, 1, BINS + 1)
    counts = np.bincount(np.searchsorted(edges[1:-1], confidence), minlength=BINS)
    counts = counts[counts > 0]
    return float(np.sum(counts * np.abs(accuracy - mean_confidence)) / counts.sum())


def make_case(name, seed, size, num_classes, labels_drawn, skill):
    rng = np.random.default_rng(seed)
    labels = rng.choice(labels_drawn, size=size)
    permille = np.array([draw_row(rng, label, num_classes, skill) for label in labels])
    probabilities = permille / 1000
    classes = np.arange(num_classes)
    predictions = probabilities.argmax(axis=1)
    confidence = probabilities.max(axis=1)
    precision, recall, f1, support = metrics.precision_recall_fscore_support(
        labels, predictions, labels=classes, zero_division=0
    )
    expected = {
        "confusionMatrix": metrics.confusion_matrix(labels, predictions, labels=classes).tolist(),
        "accuracy": metrics.accuracy_score(labels, predictions),
        "balancedAccuracy": metrics.balanced_accuracy_score(labels, predictions),
        "precision": precision.tolist(),
        "recall": recall.tolist(),
        "f1": f1.tolist(),
        "support": support.tolist(),
        "macroF1": metrics.f1_score(labels, predictions, average="macro", zero_division=0),
        "weightedF1": metrics.f1_score(labels, predictions, average="weighted", zero_division=0),
        "cohensKappa": metrics.cohen_kappa_score(labels, predictions),
        "top2Accuracy": metrics.top_k_accuracy_score(labels, probabilities, k=2, labels=classes),
        "top3Accuracy": metrics.top_k_accuracy_score(labels, probabilities, k=3, labels=classes),
        "logLoss": metrics.log_loss(labels, probabilities, labels=classes),
        "brierScore": metrics.brier_score_loss(labels, probabilities, labels=classes, scale_by_half=False),
        "expectedCalibrationError": expected_calibration_error(labels == predictions, confidence),
    }
    return {"name": name, "labels": labels.tolist(), "permille": permille.ravel().tolist(), "expected": expected}


CASES = [
    make_case("seven classes", 1, 300, 7, range(7), 1.5),
    make_case("a class that is never true", 2, 150, 7, [0, 2, 3, 4, 5, 6], 1.5),
    make_case("a class that is neither true nor predicted", 3, 60, 4, [0, 1], 9.0),
    make_case("three classes, no better than chance", 4, 200, 3, range(3), 0.0),
]

path = pathlib.Path(__file__).with_name("reference.json")
origin = {"script": pathlib.Path(__file__).name, "scikit-learn": sklearn.__version__}
path.write_text(json.dumps({**origin, "cases": CASES}) + "\n")

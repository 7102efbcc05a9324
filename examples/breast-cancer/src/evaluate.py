"""Judges a model on rows it has not seen and logs accuracy, precision, recall, AUC and log loss."""

import argparse
import json
from pathlib import Path

import tracking
from model import Model
from train import log_loss, read_examples


def auc(probabilities, targets):
    """Chance that a malignant row gets a higher probability than a benign one, ties counting half.

    Raises ValueError when one of the classes is absent: the area is not defined then.
    """
    positives = sum(targets)
    negatives = len(targets) - positives
    if not positives or not negatives:
        raise ValueError("AUC needs rows of both classes.")
    ordered = sorted(zip(probabilities, targets))
    rank_sum, start = 0.0, 0
    while start < len(ordered):
        end = start
        while end < len(ordered) and ordered[end][0] == ordered[start][0]:
            end += 1
        shared_rank = (start + 1 + end) / 2
        rank_sum += shared_rank * sum(target for _, target in ordered[start:end])
        start = end
    return (rank_sum - positives * (positives + 1) / 2) / (positives * negatives)


def confusion(probabilities, targets, threshold=0.5):
    """Counts with malignant as the positive class; a row is called malignant above the threshold."""
    counts = {"true_positive": 0, "false_positive": 0, "true_negative": 0, "false_negative": 0}
    for probability, target in zip(probabilities, targets):
        called = probability > threshold
        counts[("true" if called == bool(target) else "false") + ("_positive" if called else "_negative")] += 1
    return counts


def evaluate(probabilities, targets):
    """The metrics by name. Precision is 0 when nothing is called malignant."""
    counts = confusion(probabilities, targets)
    called = counts["true_positive"] + counts["false_positive"]
    malignant = counts["true_positive"] + counts["false_negative"]
    return {
        "accuracy": (counts["true_positive"] + counts["true_negative"]) / len(targets),
        "precision": counts["true_positive"] / called if called else 0.0,
        "recall": counts["true_positive"] / malignant if malignant else 0.0,
        "auc": auc(probabilities, targets),
        "log_loss": log_loss(probabilities, targets),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", required=True, type=Path, help="folder that prepare.py wrote")
    parser.add_argument("--model", required=True, type=Path, help="MLflow model that train.py wrote")
    parser.add_argument("--report", required=True, type=Path, help="folder for metrics.json")
    args = parser.parse_args()

    rows, targets = read_examples(args.data / "test.csv")
    model = Model.load(args.model / "weights.json")
    print(f"Judging the model on {len(rows)} rows.", flush=True)
    probabilities = [model.probability(row) for row in rows]
    metrics = evaluate(probabilities, targets)
    tracking.log_metrics(metrics)
    for name, value in metrics.items():
        print(f"{name:>10} {value:.4f}", flush=True)

    args.report.mkdir(parents=True, exist_ok=True)
    report = {"metrics": metrics, "confusion": confusion(probabilities, targets), "test_rows": len(targets)}
    (args.report / "metrics.json").write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

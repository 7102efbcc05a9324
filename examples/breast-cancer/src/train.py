"""Trains logistic regression by gradient descent and writes it as an MLflow model."""

import argparse
import csv
import json
import math
import shutil
import sys
import uuid
from datetime import datetime, timezone
from pathlib import Path

import tracking
from model import Model, sigmoid


def read_examples(path):
    """(rows of standardised values, targets) of a file that prepare.py wrote."""
    with open(path, newline="", encoding="utf-8") as file:
        _, *lines = list(csv.reader(file))
    return [[float(text) for text in line[:-1]] for line in lines], [int(line[-1]) for line in lines]


def log_loss(probabilities, targets):
    """Mean negative log likelihood; a probability of exactly 0 or 1 counts as 1e-15 away from it."""
    total = 0.0
    for probability, target in zip(probabilities, targets):
        p = min(max(probability, 1e-15), 1 - 1e-15)
        total -= math.log(p if target else 1 - p)
    return total / len(targets)


def fit(rows, targets, learning_rate, epochs, l2=0.001, on_epoch=lambda epoch, loss: None):
    """(weights, bias) after `epochs` full-batch steps from zero.

    Calls `on_epoch(epoch, loss)` with the mean log loss before the first step (epoch 0) and after each one. Raises
    ValueError when the loss stops being a number, which means that the learning rate is too high.
    """
    weights, bias = [0.0] * len(rows[0]), 0.0
    for epoch in range(epochs + 1):
        probabilities = [sigmoid(bias + sum(w * x for w, x in zip(weights, row))) for row in rows]
        loss = log_loss(probabilities, targets)
        if not math.isfinite(loss):
            raise ValueError(f"The loss is {loss} at epoch {epoch}: try a learning rate below {learning_rate}.")
        on_epoch(epoch, loss)
        if epoch == epochs:
            break
        errors = [p - target for p, target in zip(probabilities, targets)]
        slopes = [sum(e * x for e, x in zip(errors, column)) / len(rows) for column in zip(*rows)]
        weights = [w - learning_rate * (slope + l2 * w) for w, slope in zip(weights, slopes)]
        bias -= learning_rate * sum(errors) / len(rows)
    return weights, bias


def write_mlflow_model(folder, model):
    """Writes an MLflow model folder: weights, the code that reads them, the environment, the signature and MLmodel."""
    folder.mkdir(parents=True, exist_ok=True)
    model.save(folder / "weights.json")
    code = folder / "code"
    code.mkdir(exist_ok=True)
    shutil.copy(Path(__file__).with_name("model.py"), code / "model.py")

    python = ".".join(str(part) for part in sys.version_info[:3])
    (folder / "requirements.txt").write_text("mlflow\n", encoding="utf-8")
    (folder / "python_env.yaml").write_text(
        f"python: {python}\nbuild_dependencies:\n- pip\ndependencies:\n- -r requirements.txt\n", encoding="utf-8"
    )
    (folder / "conda.yaml").write_text(
        f"name: mlflow-env\nchannels:\n- conda-forge\ndependencies:\n- python={python}\n- pip\n- pip:\n  - mlflow\n",
        encoding="utf-8",
    )
    columns = [{"type": "double", "name": name, "required": True} for name in model.features]
    example = {name: mean for name, mean in zip(model.features, model.mean)}
    (folder / "input_example.json").write_text(json.dumps([example], indent=1) + "\n", encoding="utf-8")
    now = datetime.now(timezone.utc)
    (folder / "MLmodel").write_text(
        "\n".join(
            [
                "flavors:",
                "  python_function:",
                "    code: code",
                "    data: weights.json",
                "    env:",
                "      conda: conda.yaml",
                "      virtualenv: python_env.yaml",
                "    loader_module: model",
                f"    python_version: {python}",
                f"model_uuid: {uuid.uuid4().hex}",
                "signature:",
                f"  inputs: '{json.dumps(columns)}'",
                '  outputs: \'[{"type": "double", "required": true}]\'',
                f"utc_time_created: '{now.strftime('%Y-%m-%d %H:%M:%S.%f')}'",
                "",
            ]
        ),
        encoding="utf-8",
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", required=True, type=Path, help="folder that prepare.py wrote")
    parser.add_argument("--learning-rate", type=float, default=0.5)
    parser.add_argument("--epochs", type=int, default=60)
    parser.add_argument("--model", required=True, type=Path, help="folder for the MLflow model")
    args = parser.parse_args()

    rows, targets = read_examples(args.data / "train.csv")
    scaling = json.loads((args.data / "scaling.json").read_text(encoding="utf-8"))
    print(f"Training on {len(rows)} rows for {args.epochs} epochs, learning rate {args.learning_rate}.", flush=True)
    tracking.log_params({"learning_rate": args.learning_rate, "epochs": args.epochs, "train_rows": len(rows)})

    def report(epoch, loss):
        tracking.log_metrics({"loss": loss}, step=epoch)
        if epoch % 10 == 0 or epoch == args.epochs:
            print(f"epoch {epoch:4d}/{args.epochs}  loss {loss:.4f}", flush=True)

    weights, bias = fit(rows, targets, args.learning_rate, args.epochs, on_epoch=report)
    write_mlflow_model(args.model, Model(**scaling, weights=weights, bias=bias))
    print(f"Wrote the model: {', '.join(sorted(path.name for path in args.model.iterdir()))}.", flush=True)


if __name__ == "__main__":
    main()

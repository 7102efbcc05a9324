"""Cleans the raw measurements, splits them and standardises them.

Input: `breast_cancer.csv` as scikit-learn ships it. Its first line is not a header but
`rows,features,malignant,benign`; the last column is the class, 0 = malignant, 1 = benign.
Output: train.csv and test.csv (standardised, with a header; target 1 = malignant) and scaling.json.
"""

import argparse
import csv
import hashlib
import json
import math
from pathlib import Path

MEASUREMENTS = [
    "radius", "texture", "perimeter", "area", "smoothness",
    "compactness", "concavity", "concave_points", "symmetry", "fractal_dimension",
]  # fmt: skip
FEATURES = [f"{kind}_{name}" for kind in ("mean", "error", "worst") for name in MEASUREMENTS]


def read_rows(path):
    """The raw rows as lists of strings; raises ValueError when the file is not what its first line promises."""
    with open(path, newline="", encoding="utf-8") as file:
        head, *rows = list(csv.reader(file))
    promised = int(head[0])
    if len(rows) != promised:
        raise ValueError(f"{path}: the first line promises {promised} rows, the file has {len(rows)}.")
    return rows


def clean(rows):
    """[(values, target)] without duplicates and without rows that miss a value or hold one that is not a number."""
    kept, seen = [], set()
    for row in rows:
        key = tuple(row)
        if key in seen or len(row) != len(FEATURES) + 1:
            continue
        try:
            values = [float(text) for text in row[:-1]]
        except ValueError:
            continue
        if row[-1] not in ("0", "1") or not all(math.isfinite(value) and value >= 0 for value in values):
            continue
        seen.add(key)
        kept.append((values, 1 if row[-1] == "0" else 0))
    return kept


def split(examples, test_fraction):
    """(train, test). A row's own hash decides, so rows that are added later never move the others."""
    train, test = [], []
    for example in examples:
        digest = hashlib.sha256(repr(example[0]).encode()).digest()
        share = int.from_bytes(digest[:8], "big") / 2**64
        (test if share < test_fraction else train).append(example)
    return train, test


def fit_scaling(train):
    """(mean, standard deviation) per column of the training rows; a constant column gets the scale 1."""
    columns = list(zip(*(values for values, _ in train)))
    mean = [sum(column) / len(column) for column in columns]
    scale = [
        math.sqrt(sum((value - m) ** 2 for value in column) / len(column)) or 1.0 for column, m in zip(columns, mean)
    ]
    return mean, scale


def write_csv(path, examples, mean, scale):
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow([*FEATURES, "target"])
        for values, target in examples:
            writer.writerow([*(f"{(v - m) / s:.6f}" for v, m, s in zip(values, mean, scale)), target])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", required=True, type=Path, help="folder that holds breast_cancer.csv")
    parser.add_argument("--test-fraction", type=float, default=0.25)
    parser.add_argument("--output", required=True, type=Path, help="folder for the prepared data")
    args = parser.parse_args()

    rows = read_rows(args.data / "breast_cancer.csv")
    print(f"Read {len(rows)} rows of {len(FEATURES)} measurements.", flush=True)
    examples = clean(rows)
    print(f"Kept {len(examples)}, dropped {len(rows) - len(examples)} (duplicate, incomplete or not a number).")
    train, test = split(examples, args.test_fraction)
    if not train or not test:
        raise SystemExit(f"--test-fraction {args.test_fraction} leaves no rows to train on or no rows to test on.")
    mean, scale = fit_scaling(train)

    args.output.mkdir(parents=True, exist_ok=True)
    write_csv(args.output / "train.csv", train, mean, scale)
    write_csv(args.output / "test.csv", test, mean, scale)
    scaling = {"features": FEATURES, "mean": mean, "scale": scale}
    (args.output / "scaling.json").write_text(json.dumps(scaling, indent=1) + "\n", encoding="utf-8")
    for name, part in (("train", train), ("test", test)):
        malignant = sum(target for _, target in part)
        print(f"{name}.csv: {len(part)} rows, {malignant} malignant, {len(part) - malignant} benign.", flush=True)


if __name__ == "__main__":
    main()

"""The model: logistic regression on standardised measurements, in the standard library alone.

Also the loader module of the MLflow model that train.py writes (`_load_pyfunc`), so this file travels in the model's
`code` folder and may import nothing but the standard library.
"""

import json
import math
from pathlib import Path

POSITIVE = "malignant"


def sigmoid(z):
    """1 / (1 + e^-z) without overflow for large |z|."""
    if z >= 0:
        return 1.0 / (1.0 + math.exp(-z))
    e = math.exp(z)
    return e / (1.0 + e)


class Model:
    """Weights, bias and the scaling of the training data.

    `features` fixes the order of a row's values. `mean` and `scale` are those of the training split, in the units of
    the raw measurements; weights belong to standardised values.
    """

    def __init__(self, features, mean, scale, weights, bias):
        self.features = list(features)
        self.mean = list(mean)
        self.scale = list(scale)
        self.weights = list(weights)
        self.bias = bias

    def probability(self, standardised):
        """Probability of malignant for one row of standardised values in the order of `features`."""
        return sigmoid(self.bias + sum(w * x for w, x in zip(self.weights, standardised)))

    def standardise(self, raw):
        """Standardised values of one row of raw measurements in the order of `features`."""
        return [(value - mean) / scale for value, mean, scale in zip(raw, self.mean, self.scale)]

    def predict(self, model_input, params=None):
        """Probabilities of malignant for raw measurements: a pandas data frame, or a list of dicts or of lists."""
        rows = model_input.to_dict("records") if hasattr(model_input, "to_dict") else model_input
        return [self.probability(self.standardise(self._ordered(row))) for row in rows]

    def _ordered(self, row):
        if not isinstance(row, dict):
            return [float(value) for value in row]
        missing = [name for name in self.features if name not in row]
        if missing:
            raise ValueError(f"The input lacks the measurements: {', '.join(missing)}.")
        return [float(row[name]) for name in self.features]

    def save(self, path):
        Path(path).write_text(json.dumps(vars(self), indent=1) + "\n", encoding="utf-8")

    @staticmethod
    def load(path):
        return Model(**json.loads(Path(path).read_text(encoding="utf-8")))


def _load_pyfunc(path):
    """Called by `mlflow.pyfunc.load_model` with the path of the flavor's `data`."""
    return Model.load(path)

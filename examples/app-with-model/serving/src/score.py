"""Scores customers by a logistic regression whose weights are the model."""

import json
import math
import os
from pathlib import Path

WEIGHTS = {}


def init():
    folder = Path(os.environ["AZUREML_MODEL_DIR"])
    WEIGHTS.update(json.loads(next(folder.rglob("weights.json")).read_text()))


def run(data):
    return {"leaving": [leaving(customer) for customer in json.loads(data)["customers"]]}


def leaving(customer):
    score = WEIGHTS["intercept"] + sum(WEIGHTS[name] * customer[name] for name in ("months", "complaints"))
    return 1 / (1 + math.exp(-score))

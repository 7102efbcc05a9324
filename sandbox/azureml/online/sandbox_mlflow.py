"""Loads MLflow models without a scoring script: by mlflow where it is installed, else models with a loader module."""

import importlib
import json
import os
import sys


def find_model(root):
    """The folder below `root` that has the file MLmodel."""
    for folder, _folders, files in os.walk(root, followlinks=True):
        if "MLmodel" in files:
            return folder
    raise RuntimeError("The deployment has no scoring script, and its model is not an MLflow model: there is no MLmodel file.")


def flavor_of(folder):
    """The lines `key: value` of the flavor python_function."""
    flavor, inside = {}, False
    with open(os.path.join(folder, "MLmodel"), encoding="utf-8") as lines:
        for line in lines:
            indent = len(line) - len(line.lstrip())
            if line.strip() == "python_function:":
                inside, level = True, indent
            elif inside and line.strip() and indent <= level:
                break
            elif inside and ":" in line:
                key, value = line.split(":", 1)
                flavor[key.strip()] = value.strip().strip("'\"")
    if not flavor:
        raise RuntimeError("The MLflow model has no flavor python_function.")
    return flavor


def load_model(folder):
    # mlflow follows no links.
    folder = os.path.realpath(folder)
    try:
        from mlflow import pyfunc
    except ImportError:
        pyfunc = None
    if pyfunc is not None:
        return pyfunc.load_model(folder)
    flavor = flavor_of(folder)
    loader = flavor.get("loader_module", "")
    if loader == "" or loader.split(".")[0] == "mlflow":
        raise RuntimeError(f"The model needs mlflow, which is not installed: its loader module is '{loader}'.")
    if "code" in flavor:
        sys.path.insert(0, os.path.join(folder, flavor["code"]))
    return importlib.import_module(loader)._load_pyfunc(os.path.join(folder, flavor.get("data", "")))


def rows_of(body):
    """What a model takes, from `{"input_data": ...}` as Azure ML's MLflow deployments take it."""
    if not isinstance(body, dict) or "input_data" not in body:
        raise ValueError("The request needs the key 'input_data'.")
    data = body["input_data"]
    if not isinstance(data, dict) or "data" not in data:
        return data
    columns = data.get("columns")
    rows = [dict(zip(columns, row)) for row in data["data"]] if columns else data["data"]
    try:
        import pandas
    except ImportError:
        return rows
    return pandas.DataFrame(data["data"], columns=columns, index=data.get("index"))


def load(root):
    """A function run(data) for the MLflow model below `root`."""
    model = load_model(find_model(root))

    def run(data):
        result = model.predict(rows_of(json.loads(data)))
        return result.tolist() if hasattr(result, "tolist") else result

    return run

"""Scores files with a batch deployment of a model: init() once, run(files) for every mini batch.

Called in the folder of the scoring script as: score_files.py DATA MODEL OUTPUT. SANDBOX_BATCH_SETTINGS has the deployment's
settings as JSON: scoringScript (null for an MLflow model), modelPath (`name/version/file or folder`), miniBatchSize, maxRetries,
errorThreshold, outputAction, outputFileName.
"""

import csv
import json
import os
import sys
import tempfile
import traceback

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "online"))

import sandbox_script  # noqa: E402


def files_of(data):
    if os.path.isfile(data):
        return [data]
    return sorted(os.path.join(folder, name) for folder, _folders, names in os.walk(data, followlinks=True) for name in names)


def place_model(model, path):
    """A folder as the script finds it in Azure: name, version, and below them the model's own file or folder."""
    target = os.path.join(tempfile.mkdtemp(dir=os.getcwd(), prefix=".model-"), "azureml-models", path)
    os.makedirs(os.path.dirname(target))
    os.symlink(os.path.abspath(model), target)
    return os.path.dirname(target)


def number_or_text(value):
    try:
        return float(value)
    except ValueError:
        return value


def table_of(file):
    """The rows of a CSV file: a data frame, or dictionaries where there is no pandas."""
    try:
        import pandas
    except ImportError:
        with open(file, newline="", encoding="utf-8") as rows:
            return [{key: number_or_text(value) for key, value in row.items()} for row in csv.DictReader(rows)]
    return pandas.read_csv(file)


def load_mlflow(folder):
    import sandbox_mlflow

    model = sandbox_mlflow.load_model(sandbox_mlflow.find_model(folder))

    def run(files):
        lines = []
        for file in files:
            predictions = model.predict(table_of(file))
            lines += [f"{row},{value},{os.path.basename(file)}" for row, value in enumerate(predictions)]
        return lines

    return run


def lines_of(result):
    if hasattr(result, "to_csv"):
        return result.to_csv(header=False, index=False, sep=" ").splitlines()
    return [str(row) for row in result]


def score(run, batch, retries):
    """The lines for the mini batch; none when every try has failed."""
    for _ in range(retries + 1):
        try:
            return lines_of(run(batch))
        except Exception:
            traceback.print_exc()
    return None


def main(data, model, output):
    settings = json.loads(os.environ["SANDBOX_BATCH_SETTINGS"])
    os.environ["AZUREML_MODEL_DIR"] = place_model(model, settings["modelPath"])
    os.environ["AZUREML_BI_OUTPUT_PATH"] = output
    script = settings["scoringScript"]
    run = sandbox_script.load(script) if script else load_mlflow(os.environ["AZUREML_MODEL_DIR"])
    files, size, failed = files_of(data), max(1, settings["miniBatchSize"]), 0
    print(f"Scoring {len(files)} files in mini batches of {size}.", flush=True)
    for start in range(0, len(files), size):
        batch = files[start : start + size]
        lines = score(run, batch, settings["maxRetries"])
        if lines is None:
            failed += len(batch)
            if 0 <= settings["errorThreshold"] < failed:
                sys.exit(f"{failed} files failed, which is more than the error threshold of {settings['errorThreshold']}.")
        elif settings["outputAction"] == "AppendRow":
            with open(os.path.join(output, settings["outputFileName"]), "a", encoding="utf-8") as predictions:
                predictions.writelines(f"{line}\n" for line in lines)
    print(f"{len(files) - failed} files were scored, {failed} failed.", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:4])

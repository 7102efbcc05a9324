"""Scores files with the script of a batch deployment: init() once, then run(list of paths) for every mini batch.

Started by the sandbox as the command of the step `batchscoring`, in the folder of the deployment's code.
"""

import argparse
import importlib.util
import os
import sys
import traceback


def load(path):
    sys.path.insert(0, os.path.dirname(os.path.abspath(path)))
    spec = importlib.util.spec_from_file_location("main", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules["main"] = module
    spec.loader.exec_module(module)
    getattr(module, "init", lambda: None)()
    return module.run


def files_in(path):
    if os.path.isfile(path):
        return [path]
    return sorted(os.path.join(folder, name) for folder, _, names in os.walk(path) for name in names)


def rows_of(result):
    """Results are a list or a data frame, one row for each item; a frame is written without its header."""
    if hasattr(result, "to_csv"):
        return result.to_csv(header=False, index=False, sep=" ").splitlines()
    return [str(row) for row in result]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--script", required=True)
    parser.add_argument("--model")
    parser.add_argument("--output", required=True)
    parser.add_argument("--file", default="predictions.csv")
    parser.add_argument("--action", default="AppendRow")
    parser.add_argument("--size", type=int, default=10)
    parser.add_argument("--threshold", type=int, default=-1)
    parser.add_argument("data", nargs="*")
    given = parser.parse_args()
    if given.model:
        os.environ["AZUREML_MODEL_DIR"] = os.path.dirname(given.model.rstrip("/"))
    run = load(given.script)
    files = [file for path in given.data for file in files_in(path)]
    rows, failed = [], 0
    for start in range(0, len(files), given.size):
        batch = files[start : start + given.size]
        try:
            rows += rows_of(run(batch))
        except Exception:
            traceback.print_exc()
            failed += len(batch)
        # -1: failures of items never fail the job.
        if 0 <= given.threshold < failed:
            sys.exit(f"{failed} items failed; the error threshold is {given.threshold}.")
    print(f"Scored {len(files) - failed} of {len(files)} items.", flush=True)
    if rows and given.action == "AppendRow":
        with open(os.path.join(given.output, given.file), "w") as file:
            file.writelines(f"{row}\n" for row in rows)


if __name__ == "__main__":
    main()

"""Plain MLflow against the sandbox: logs runs, reads them back, searches, downloads, registers. Prints one JSON object."""

import json
import math
import os
import sys
import tempfile
from pathlib import Path

import mlflow
from mlflow.entities import Dataset, DatasetInput, InputTag, Metric, Param, RunTag, ViewType
from mlflow.exceptions import MlflowException, RestException
from mlflow.tracking import MlflowClient


def error_code(action):
    try:
        action()
    except (RestException, MlflowException) as error:
        return error.error_code
    return None


def log_runs(experiment_name, folder):
    experiment = mlflow.set_experiment(experiment_name)
    file = folder / "notes.txt"
    file.write_text("remember\n")
    for index in range(4):
        with mlflow.start_run(run_name=f"run-{index}", tags={"team": "a" if index % 2 else "b"}) as run:
            mlflow.log_params({"depth": index, "kind": "tree"})
            for step in range(3):
                mlflow.log_metric("accuracy", 0.5 + 0.1 * index + 0.01 * step, step=step)
            mlflow.log_metrics({"loss": 1.0 - 0.1 * index, "odd": math.nan, "huge": math.inf})
            mlflow.log_artifact(str(file), artifact_path="texts")
            mlflow.log_dict({"index": index}, "config/settings.json")
            mlflow.set_tag("note with spaces", f"n{index}")
            if index == 1:
                rows = DatasetInput(Dataset("rows", "d1", "local", "{}"), [InputTag("mlflow.data.context", "training")])
                MlflowClient().log_inputs(run.info.run_id, [rows])
            if index == 3:
                with mlflow.start_run(run_name="child", nested=True):
                    mlflow.log_metric("inner", 1)
    return experiment, run.info.run_id


def history_in_pages(client, run_id, key):
    """The client's own way asks for 25,000 points at a time, which Azure ML has refused since December 2023."""
    store = client._tracking_client.store
    points, token = [], None
    while True:
        page = store.get_metric_history(run_id, key, max_results=2, page_token=token)
        points.extend(page)
        token = page.token
        if not token:
            return points


def refusal_of(call):
    try:
        call()
    except mlflow.exceptions.MlflowException as error:
        return str(error).split(":")[0] if "MaxResults must be less than 1000" in str(error) else str(error)
    return "none"


def read_back(client, experiment, run_id):
    run = client.get_run(run_id)
    texts = client.list_artifacts(run_id, "texts")
    downloaded = Path(mlflow.artifacts.download_artifacts(run_id=run_id, artifact_path=""))
    return {
        "params": run.data.params,
        "accuracy": round(run.data.metrics["accuracy"], 6),
        "nan": math.isnan(run.data.metrics["odd"]),
        "infinity": run.data.metrics["huge"] == math.inf,
        "tag": run.data.tags["note with spaces"],
        "status": run.info.status,
        "history": [(m.step, round(m.value, 6)) for m in history_in_pages(client, run_id, "accuracy")],
        "whole_history": refusal_of(lambda: client.get_metric_history(run_id, "accuracy")),
        "artifacts": [f.path for f in client.list_artifacts(run_id)],
        "text": [(f.path, f.file_size) for f in texts],
        "settings": mlflow.artifacts.load_dict(f"{run.info.artifact_uri}/config/settings.json"),
        "downloaded": sorted(str(p.relative_to(downloaded)) for p in downloaded.rglob("*") if p.is_file()),
        "experiment": client.get_experiment_by_name(experiment.name).experiment_id == run.info.experiment_id,
    }


def search(client, experiment):
    ids = [experiment.experiment_id]

    def names(text, **options):
        return [run.info.run_name for run in client.search_runs(ids, text, **options)]

    parent = client.search_runs(ids, "attributes.run_name = 'run-3'")[0].info.run_id
    pages, token = [], None
    while True:
        page = client.search_runs(ids, max_results=2, order_by=["attributes.start_time ASC"], page_token=token)
        pages.append([run.info.run_name for run in page])
        token = page.token
        if not token:
            break
    return {
        "metric": names("metrics.accuracy > 0.7 and params.kind = 'tree'", order_by=["metrics.accuracy DESC"]),
        "tag": names("tags.`note with spaces` = 'n1'"),
        "team": sorted(names("tags.team != 'a'")),
        "like": sorted(names("attributes.run_name LIKE 'run-%' and params.depth != '1' and tags.team ILIKE 'B'")),
        "children": names(f"tags.mlflow.parentRunId = '{parent}'"),
        "status": len(names("attributes.status = 'FINISHED'")),
        "pages": pages,
        "frame": len(mlflow.search_runs(experiment_names=[experiment.name])),
        "bad": error_code(lambda: names("metrics.accuracy > 'x'")),
        "unknown": error_code(lambda: names("bogus = 'x'")),
        "order": error_code(lambda: names("", order_by=["metrics.accuracy SIDEWAYS"])),
        "dataset": names("dataset.name = 'rows' and datasets.context IN ('training')"),
    }


def change(client, experiment):
    run_id = client.create_run(experiment.experiment_id, run_name="by-client").info.run_id
    client.log_batch(run_id, [Metric("m", 1.0, 1, 0)], [Param("p", "1")], [RunTag("t", "v")])
    codes = {
        "param": error_code(lambda: client.log_param(run_id, "p", "2")),
        "unknown": error_code(lambda: client.get_run("0" * 32)),
        "name": error_code(lambda: client._tracking_client.store.set_tag(run_id, RunTag("a\u00e4?", "x"))),
        "experiment": error_code(lambda: client.create_experiment(experiment.name)),
    }
    client.delete_tag(run_id, "t")
    client.set_terminated(run_id, "FAILED")
    client.update_run(run_id, name="renamed")
    ended = client.get_run(run_id)
    client.delete_run(run_id)
    gone = [run.info.run_id for run in client.search_runs([experiment.experiment_id])]
    deleted = [run.info.run_id for run in client.search_runs([experiment.experiment_id], run_view_type=ViewType.DELETED_ONLY)]
    client.restore_run(run_id)
    return {
        "codes": codes,
        "status": ended.info.status,
        "name": ended.info.run_name,
        "tag": ended.data.tags.get("t"),
        "deleted": run_id not in gone and deleted == [run_id],
        "restored": client.get_run(run_id).info.lifecycle_stage,
    }


def experiments(client, name):
    other = client.create_experiment(f"{name}-other", tags={"k": "v"})
    client.set_experiment_tag(other, "k2", "v2")
    client.rename_experiment(other, f"{name}-renamed")
    client.delete_experiment(other)
    hidden = [e.name for e in client.search_experiments()]
    client.restore_experiment(other)
    return {
        "hidden": f"{name}-renamed" not in hidden,
        "restored": client.get_experiment(other).lifecycle_stage,
        "tags": client.get_experiment(other).tags,
        "found": [e.name for e in client.search_experiments(filter_string="tags.k2 = 'v2'")],
    }


def registry(client, folder):
    class Echo(mlflow.pyfunc.PythonModel):
        def predict(self, context, model_input, params=None):
            return model_input

    with mlflow.start_run(run_name="model") as run:
        info = mlflow.pyfunc.log_model(name="echo", python_model=Echo(), pip_requirements=[])
    version = mlflow.register_model(info.model_uri, "echo-model")
    plain = mlflow.register_model(f"runs:/{run.info.run_id}/echo", "echo-model")
    client.set_registered_model_alias("echo-model", "champion", version.version)
    client.set_model_version_tag("echo-model", "2", "stage", "old")
    client.delete_model_version_tag("echo-model", "2", "stage")
    for number, stage in (("1", "Staging"), ("2", "staging")):
        client.transition_model_version_stage("echo-model", number, stage, archive_existing_versions=True)
    stages = sorted((v.version, v.current_stage) for v in client.get_latest_versions("echo-model"))
    later = [v.version for v in client.search_model_versions("name = 'echo-model' and version_number > 1")]
    refused = {
        "stage": error_code(lambda: client.transition_model_version_stage("echo-model", "1", "Bogus")),
        "latest": error_code(lambda: client.set_registered_model_alias("echo-model", "latest", "1")),
        "number": error_code(lambda: client.set_registered_model_alias("echo-model", "v1", "1")),
        "filter": error_code(lambda: client.search_registered_models("bogus = 'x'")),
    }
    client.create_registered_model("first-name")
    client.rename_registered_model("first-name", "a-later-name")
    renamed = [client.get_registered_model("a-later-name").name, error_code(lambda: client.get_registered_model("first-name"))]
    client.delete_registered_model("a-later-name")
    client.create_registered_model("gone-model")
    client.delete_registered_model("gone-model")
    client.delete_model_version("echo-model", plain.version)
    local = mlflow.artifacts.download_artifacts("models:/echo-model@champion", dst_path=str(folder / "model"))
    return {
        "versions": [version.version, plain.version],
        "stages": stages,
        "later": later,
        "refused": refused,
        "renamed": renamed,
        "alias": client.get_model_version_by_alias("echo-model", "champion").version,
        "files": "MLmodel" in os.listdir(local),
        "models": [m.name for m in client.search_registered_models()],
        "searched": sorted(v.version for v in client.search_model_versions("name = 'echo-model'")),
        "predict": mlflow.pyfunc.load_model("models:/echo-model/1").predict([1, 2]),
    }


def main():
    name = sys.argv[1] if len(sys.argv) > 1 else "mlflow-client"
    client = MlflowClient()
    with tempfile.TemporaryDirectory() as text:
        folder = Path(text)
        experiment, run_id = log_runs(name, folder)
        found = {
            "read": read_back(client, experiment, run_id),
            "search": search(client, experiment),
            "change": change(client, experiment),
            "experiments": experiments(client, name),
            "registry": registry(client, folder),
        }
    print(json.dumps(found))


if __name__ == "__main__":
    main()

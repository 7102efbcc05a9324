"""Logs parameters and metrics to the run this process belongs to.

Uses `mlflow` when it is installed; otherwise speaks MLflow's tracking REST API with the standard library. Azure ML
gives every job MLFLOW_TRACKING_URI, MLFLOW_RUN_ID and MLFLOW_TRACKING_TOKEN. Outside a job nothing is sent: the
scripts print what they do in any case.
"""

import importlib.util
import json
import os
import time
import urllib.request


def log_params(params):
    """Logs each name and value once for the run."""
    if _mlflow():
        _mlflow().log_params(params)
    else:
        _post("log-batch", {"params": [{"key": name, "value": str(value)} for name, value in params.items()]})


def log_metrics(metrics, step=0):
    """Logs each name and number as one point of the metric's curve."""
    if _mlflow():
        _mlflow().log_metrics(metrics, step=step)
    else:
        now = int(time.time() * 1000)
        points = [{"key": name, "value": value, "timestamp": now, "step": step} for name, value in metrics.items()]
        _post("log-batch", {"metrics": points})


def tracking_url(uri):
    """The REST address of a tracking URI; '' when it is none. Azure ML's `azureml://` is HTTPS under another name."""
    if uri.startswith("azureml://"):
        return "https://" + uri.removeprefix("azureml://").rstrip("/")
    return uri.rstrip("/") if uri.startswith(("https://", "http://")) else ""


def _mlflow():
    """The mlflow module when it is installed and there is a run to log to."""
    uri = os.environ.get("MLFLOW_TRACKING_URI", "")
    if not os.environ.get("MLFLOW_RUN_ID") or importlib.util.find_spec("mlflow") is None:
        return None
    import mlflow

    # Without the azureml-mlflow plug-in mlflow does not know the scheme; the service is the same one over HTTPS.
    if uri.startswith("azureml://") and not _has_azureml_plugin():
        mlflow.set_tracking_uri(tracking_url(uri))
    return mlflow


def _has_azureml_plugin():
    try:
        return importlib.util.find_spec("azureml.mlflow") is not None
    except ModuleNotFoundError:
        return False


def _post(method, body):
    base, run_id = tracking_url(os.environ.get("MLFLOW_TRACKING_URI", "")), os.environ.get("MLFLOW_RUN_ID")
    if not base or not run_id:
        return
    request = urllib.request.Request(
        f"{base}/api/2.0/mlflow/runs/{method}",
        data=json.dumps({"run_id": run_id, **body}).encode(),
        headers={"Content-Type": "application/json"},
    )
    if os.environ.get("MLFLOW_TRACKING_TOKEN"):
        request.add_header("Authorization", f"Bearer {os.environ['MLFLOW_TRACKING_TOKEN']}")
    with urllib.request.urlopen(request, timeout=30) as response:
        response.read()

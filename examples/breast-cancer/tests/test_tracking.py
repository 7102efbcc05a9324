import json
import os
import threading
import unittest
from http.server import BaseHTTPRequestHandler, HTTPServer
from unittest import mock

import context  # noqa: F401
import tracking


class Recorder(BaseHTTPRequestHandler):
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.requests.append((self.path, self.headers.get("Authorization"), body))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *args):
        pass


class TrackingUrl(unittest.TestCase):
    def test_azureml_is_https_under_another_name(self):
        self.assertEqual(tracking.tracking_url("azureml://host/mlflow/v2.0/x/"), "https://host/mlflow/v2.0/x")

    def test_a_local_folder_has_no_rest_address(self):
        self.assertEqual(tracking.tracking_url("file:///mlruns"), "")


class Rest(unittest.TestCase):
    def setUp(self):
        self.server = HTTPServer(("127.0.0.1", 0), Recorder)
        self.server.requests = []
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        self.environment = {
            "MLFLOW_TRACKING_URI": f"http://127.0.0.1:{self.server.server_port}/mlflow",
            "MLFLOW_RUN_ID": "run-1",
            "MLFLOW_TRACKING_TOKEN": "secret",
        }

    def test_metrics_and_params_go_to_the_run_of_the_job(self):
        with mock.patch.dict(os.environ, self.environment), mock.patch.object(tracking, "_mlflow", lambda: None):
            tracking.log_metrics({"loss": 0.25}, step=7)
            tracking.log_params({"epochs": 60})
        (path, token, metrics), (_, _, params) = self.server.requests
        self.assertEqual((path, token), ("/mlflow/api/2.0/mlflow/runs/log-batch", "Bearer secret"))
        self.assertGreater(metrics["metrics"][0].pop("timestamp"), 0)
        self.assertEqual(metrics, {"run_id": "run-1", "metrics": [{"key": "loss", "value": 0.25, "step": 7}]})
        self.assertEqual(params, {"run_id": "run-1", "params": [{"key": "epochs", "value": "60"}]})

    def test_outside_a_job_nothing_is_sent(self):
        with mock.patch.dict(os.environ, {**self.environment, "MLFLOW_RUN_ID": ""}):
            tracking.log_metrics({"loss": 0.25})
        self.assertEqual(self.server.requests, [])


if __name__ == "__main__":
    unittest.main()

"""Online endpoints: created, deployed, invoked, shifted, read and deleted, with keys and with tokens; and a batch endpoint."""

import contextlib
import io
import json
import tempfile
import time
import unittest
from pathlib import Path

from azure.ai.ml.constants._endpoint import EndpointInvokeFields
from azure.ai.ml import Input
from azure.ai.ml.entities import (
    BatchEndpoint,
    CodeConfiguration,
    ManagedOnlineDeployment,
    ManagedOnlineEndpoint,
    Model,
    ModelBatchDeployment,
    ModelBatchDeploymentSettings,
    OnlineRequestSettings,
)
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError

from workspace_client import connect

SCORE = """import json, os

def init():
    global word
    with open(os.path.join(os.environ["AZUREML_MODEL_DIR"], "word.txt")) as file:
        word = file.read()
    print("the word is", word, flush=True)

def run(data):
    if json.loads(data).get("fail"):
        raise ValueError("asked to")
    return {"word": word, "colour": os.environ["COLOUR"]}
"""

COUNT = """import os

def init():
    print("ready", flush=True)

def run(files):
    return [f"{os.path.basename(file)} {os.path.getsize(file)}" for file in files]
"""


class Endpoints(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        # The client polls operations of endpoints every 30 seconds otherwise.
        cls.client = connect(polling_interval=1)
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.file("src/score.py", SCORE)
        cls.file("broken/score.py", "def init():\n    raise RuntimeError('no weights')\ndef run(data):\n    return 1\n")
        cls.file("word.txt", "hello")
        cls.file("count/score.py", COUNT)
        cls.file("rows/a.txt", "1")
        cls.file("rows/b.txt", "22")

    @classmethod
    def file(cls, name, content):
        path = Path(cls.folder.name) / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(content)
        return str(path)

    def endpoint(self, name, **more):
        made = self.client.online_endpoints.begin_create_or_update(ManagedOnlineEndpoint(name=name, **more)).result()
        self.assertEqual("Succeeded", made.provisioning_state)
        return made

    def deployment(self, endpoint, name, code="src", **more):
        return ManagedOnlineDeployment(
            name=name,
            endpoint_name=endpoint,
            model=Model(path=str(Path(self.folder.name) / "word.txt")),
            code_configuration=CodeConfiguration(code=str(Path(self.folder.name) / code), scoring_script="score.py"),
            environment="AzureML-sklearn-1.5@latest",
            environment_variables={"COLOUR": name},
            instance_type="Standard_DS3_v2",
            instance_count=1,
            request_settings=OnlineRequestSettings(request_timeout_ms=3000),
            **more,
        )

    def deploy(self, *args, **more):
        with contextlib.redirect_stdout(io.StringIO()):
            return self.client.online_deployments.begin_create_or_update(self.deployment(*args, **more)).result()

    def invoke(self, endpoint, body=None, **more):
        request = self.file("request.json", json.dumps(body or {}))
        return self.client.online_endpoints.invoke(endpoint, request_file=request, **more)

    def test_life_of_an_endpoint(self):
        made = self.endpoint("sdk-life", description="from the SDK", tags={"a": "b"})
        self.assertEqual("key", made.auth_mode)
        self.assertRegex(made.scoring_uri, r"^https://sdk-life\.eastus\.inference\..*/score$")
        blue = self.deploy("sdk-life", "blue")
        self.assertEqual("Succeeded", blue.provisioning_state)
        self.deploy("sdk-life", "green")
        self.assertEqual({"blue", "green"}, {found.name for found in self.client.online_deployments.list("sdk-life")})

        with self.assertRaises(Exception) as refused:
            self.invoke("sdk-life")
        self.assertIn("No valid deployments to route to", str(refused.exception))
        answer = json.loads(self.invoke("sdk-life", deployment_name="green"))
        self.assertEqual({"word": "hello", "colour": "green"}, answer)

        made.traffic = {"blue": 100, "green": 0}
        shifted = self.client.online_endpoints.begin_create_or_update(made).result()
        self.assertEqual(100, shifted.traffic["blue"])
        # The client keeps the deployment of one call for all later ones.
        EndpointInvokeFields.DEFAULT_HEADER.pop(EndpointInvokeFields.MODEL_DEPLOYMENT, None)
        self.assertEqual("blue", json.loads(self.invoke("sdk-life"))["colour"])
        shifted.traffic = {"blue": 50, "green": 50}
        halves = self.client.online_endpoints.begin_create_or_update(shifted).result()
        self.assertEqual({"blue": 50, "green": 50}, halves.traffic)
        self.assertEqual({"blue", "green"}, {json.loads(self.invoke("sdk-life"))["colour"] for _ in range(40)})
        halves.traffic = {"blue": 100, "green": 0}
        self.client.online_endpoints.begin_create_or_update(halves).result()
        with self.assertRaises(HttpResponseError) as failed:
            self.invoke("sdk-life", {"fail": True})
        self.assertEqual(424, failed.exception.status_code)

        logs = self.client.online_deployments.get_logs("blue", "sdk-life", lines=50)
        self.assertIn("the word is hello", logs)
        self.assertIn("ValueError: asked to", logs)
        with self.assertRaises(HttpResponseError) as kept:
            self.client.online_deployments.begin_delete("blue", "sdk-life").result()
        self.assertIn("non-zero traffic", str(kept.exception))
        self.client.online_deployments.begin_delete("green", "sdk-life").result()
        with self.assertRaises(ResourceNotFoundError):
            self.client.online_deployments.get("green", "sdk-life")

        before = self.client.online_endpoints.get_keys("sdk-life")
        self.client.online_endpoints.begin_regenerate_keys("sdk-life", key_type="secondary").result()
        after = self.client.online_endpoints.get_keys("sdk-life")
        self.assertEqual(before.primary_key, after.primary_key)
        self.assertNotEqual(before.secondary_key, after.secondary_key)

        self.client.online_endpoints.begin_delete("sdk-life").result()
        self.assertNotIn("sdk-life", [found.name for found in self.client.online_endpoints.list()])

    def test_tokens(self):
        for mode in ("aml_token", "aad_token"):
            name = "sdk-" + mode.replace("_", "-")
            self.endpoint(name, auth_mode=mode)
            self.deploy(name, "blue")
            self.assertEqual("blue", json.loads(self.invoke(name, deployment_name="blue"))["colour"])
        token = self.client.online_endpoints.get_keys("sdk-aml-token")
        self.assertGreater(token.expiry_time_utc, token.refresh_after_time_utc)

    def test_deployment_that_fails(self):
        self.endpoint("sdk-fails")
        with self.assertRaises(HttpResponseError) as failed:
            self.deploy("sdk-fails", "blue", code="broken")
        self.assertIn("ResourceNotReady: User container has crashed or terminated", str(failed.exception))
        self.assertIn("no weights", self.client.online_deployments.get_logs("blue", "sdk-fails", lines=50))
        with self.assertRaises(HttpResponseError) as again:
            self.deploy("sdk-fails", "blue")
        self.assertEqual(400, again.exception.status_code)
        self.assertIn("unrecoverable state", str(again.exception))

    def test_batch_endpoint(self):
        self.client.batch_endpoints.begin_create_or_update(BatchEndpoint(name="sdk-batch")).result()
        deployment = ModelBatchDeployment(
            name="count",
            endpoint_name="sdk-batch",
            model=Model(path=str(Path(self.folder.name) / "word.txt")),
            code_configuration=CodeConfiguration(code=str(Path(self.folder.name) / "count"), scoring_script="score.py"),
            environment="AzureML-sklearn-1.5@latest",
            compute="cpu-cluster",
            settings=ModelBatchDeploymentSettings(mini_batch_size=1, output_file_name="sizes.txt", instance_count=1),
        )
        self.client.batch_deployments.begin_create_or_update(deployment).result()
        endpoint = self.client.batch_endpoints.get("sdk-batch")
        endpoint.defaults.deployment_name = "count"
        self.client.batch_endpoints.begin_create_or_update(endpoint).result()
        rows = Input(type="uri_folder", path=str(Path(self.folder.name) / "rows"))
        job = self.client.batch_endpoints.invoke("sdk-batch", inputs={"rows": rows})
        for _ in range(120):
            found = self.client.jobs.get(job.name).status
            if found in ("Completed", "Failed", "Canceled"):
                break
            time.sleep(0.5)
        self.assertEqual("Completed", found)
        self.assertIn(job.name, [found.name for found in self.client.batch_endpoints.list_jobs("sdk-batch")])
        with tempfile.TemporaryDirectory() as target:
            self.client.jobs.download(job.name, download_path=target, output_name="score")
            [sizes] = Path(target).rglob("sizes.txt")
            self.assertEqual("a.txt 1\nb.txt 2\n", sizes.read_text())
        self.client.batch_endpoints.begin_delete("sdk-batch").result()
        self.assertNotIn("sdk-batch", [found.name for found in self.client.batch_endpoints.list()])


if __name__ == "__main__":
    unittest.main(verbosity=2)

"""Calls beside the main road: every type of input, where models come from, what can be changed, what there is none of."""

import tempfile
import time
import unittest
from pathlib import Path

from azure.ai.ml import Input, Output, command, dsl, load_component
from azure.ai.ml.entities import (
    ComputeInstance,
    CronTrigger,
    Data,
    Environment,
    JobSchedule,
    Model,
    PatTokenConfiguration,
    WorkspaceConnection,
)
from azure.ai.ml.sweep import Choice
from azure.core.exceptions import HttpResponseError, ResourceExistsError, ResourceNotFoundError

from workspace_client import TestWithFiles, connect

COMPONENT = """
name: variants
version: "1"
type: command
inputs:
  count: {type: integer, default: 3}
  flag: {type: boolean, default: true}
outputs:
  out: {type: uri_folder}
environment: azureml:AzureML-sklearn-1.5@latest
command: echo ${{inputs.count}} > ${{outputs.out}}/count
"""


class Variants(TestWithFiles):
    files = {
        "table/rows.csv": "a,b\n1,2\n",
        "table/MLTable": "paths:\n  - file: ./rows.csv\n",
        "component.yml": COMPONENT,
    }

    def hello(self, text, **more):
        return command(command=text, **{"environment": "AzureML-sklearn-1.5@latest", "compute": "cpu-cluster", **more})

    def finish(self, job, status="Completed"):
        made = self.client.jobs.create_or_update(job)
        for _ in range(120):
            found = self.client.jobs.get(made.name)
            if found.status in ("Completed", "Failed", "Canceled"):
                break
            time.sleep(0.25)
        self.assertEqual(status, found.status)
        return found

    def test_inputs_of_every_type(self):
        rows = str(self.root / "table" / "rows.csv")
        made = self.client.data.create_or_update(Data(name="v-rows", version="1", path=rows, type="uri_file"))
        self.client.data.create_or_update(
            Data(name="v-table", version="1", path=str(self.root / "table"), type="mltable", skip_validation=True)
        )
        self.client.models.create_or_update(
            Model(name="v-model", version="1", path=str(self.root / "table"), type="custom_model")
        )
        inputs = {
            "asset": Input(type="uri_file", path="azureml:v-rows:1"),
            "latest": Input(type="uri_file", path="azureml:v-rows@latest"),
            "store": Input(type="uri_file", path=made.path, mode="download"),
            "local": Input(type="uri_folder", path=str(self.root / "table")),
            "table": Input(type="mltable", path="azureml:v-table@latest", mode="eval_mount"),
            "model": Input(type="custom_model", path="azureml:v-model:1"),
            "words": "two words",
            "number": 0.5,
        }
        files = "cat ${{inputs.asset}} ${{inputs.latest}} ${{inputs.store}} ${{inputs.local}}/rows.csv"
        folders = "test -f ${{inputs.table}}/MLTable && test -f ${{inputs.model}}/rows.csv"
        values = "test '${{inputs.words}}' = 'two words' && test ${{inputs.number}} = 0.5"
        self.finish(self.hello(f"{files} && {folders} && {values}", inputs=inputs))

    def test_models_from_jobs(self):
        text = "mkdir -p ${{outputs.made}} outputs; echo 1 > ${{outputs.made}}/w.txt; echo 2 > outputs/art.txt"
        job = self.finish(self.hello(text, outputs={"made": Output(type="custom_model")}))
        sources = {
            "whole": (f"azureml://jobs/{job.name}/outputs/made", "w.txt"),
            "part": (f"azureml://jobs/{job.name}/outputs/made/paths/w.txt", "w.txt"),
            "artifacts": (f"azureml://jobs/{job.name}/outputs/artifacts/paths/outputs/", "art.txt"),
            "run": (f"runs:/{job.name}/outputs", "art.txt"),
        }
        for name, (path, file) in sources.items():
            made = self.client.models.create_or_update(Model(name=f"from-{name}", path=path, type="custom_model"))
            self.assertEqual(job.name, made.job_name)
            with tempfile.TemporaryDirectory() as target:
                self.client.models.download(f"from-{name}", made.version, download_path=target)
                self.assertEqual([file], [found.name for found in Path(target).rglob("*.txt")])
            again = Model(name=f"from-{name}", version=made.version, path=path, type="custom_model", tags={"a": "b"})
            self.assertEqual({"a": "b"}, self.client.models.create_or_update(again).tags)

    def test_outputs_with_names(self):
        outputs = {
            # The service refuses `version` of a command job's output in the api-version that the client uses.
            "file": Output(type="uri_file", name="named-out"),
            "custom": Output(type="uri_folder", path="azureml://datastores/workspaceblobstore/paths/custom/${{name}}/"),
        }
        self.finish(self.hello("echo 1 > ${{outputs.file}}", outputs=outputs))
        self.assertTrue(self.client.data.get("named-out", "1").path.startswith("azureml://"))

    def test_compute_left_out_is_serverless(self):
        self.finish(self.hello("true", compute=None))
        self.finish(self.hello("true", compute="serverless"))

    def test_environments(self):
        self.client.environments.create_or_update(Environment(name="v-env", version="1", image="python"))
        for environment in ("azureml:v-env:1", "azureml:v-env@latest", "v-env@latest", Environment(image="python")):
            self.finish(self.hello("true", environment=environment))

    def test_component_changes(self):
        self.client.components.create_or_update(load_component(self.root / "component.yml"))
        found = self.client.components.get("variants", "1")
        found.description, found.display_name, found.tags = "changed", "Changed", {"a": "b"}
        self.client.components.create_or_update(found)
        shown = self.client.components.get("variants", "1")
        self.assertEqual(("changed", "Changed", {"a": "b"}), (shown.description, shown.display_name, shown.tags))
        shown.command = "echo other"
        with self.assertRaises(HttpResponseError):
            self.client.components.create_or_update(shown)

    def test_sweep_in_a_pipeline(self):
        component = load_component(self.root / "component.yml")

        @dsl.pipeline(default_compute="cpu-cluster")
        def search():
            step = component(count=Choice([1, 2])).sweep(
                sampling_algorithm="grid", primary_metric="none", goal="minimize"
            )
            step.set_limits(max_total_trials=2)

        job = self.finish(search())
        self.assertEqual(["step"], [child.display_name for child in self.client.jobs.list(parent_job_name=job.name)])

    def test_resubmitted(self):
        first = self.finish(self.hello("echo ${{inputs.n}}", inputs={"n": 1}))
        first.name = f"{first.name}-again"
        self.finish(first)

    def test_share(self):
        self.client.models.create_or_update(
            Model(name="v-share", version="1", path=str(self.root / "table"), type="custom_model")
        )
        share = {"share_with_name": "v-shared", "share_with_version": "7", "registry_name": "azureml"}
        self.assertEqual("7", self.client.models.share("v-share", "1", **share).version)
        with tempfile.TemporaryDirectory() as target:
            connect(registry_name="azureml").models.download("v-shared", "7", download_path=target)
            self.assertEqual(1, len(list(Path(target).rglob("rows.csv"))))
        with self.assertRaises(Exception):
            self.client.models.share("v-share", "1", **share)

    def test_schedules(self):
        component = load_component(self.root / "component.yml")

        @dsl.pipeline(default_compute="cpu-cluster")
        def nightly():
            component(count=1)

        trigger = CronTrigger(expression="0 1 * * *", time_zone="UTC")
        schedule = JobSchedule(name="v-nightly", trigger=trigger, create_job=nightly())
        self.assertTrue(self.client.schedules.begin_create_or_update(schedule).result().is_enabled)
        self.assertFalse(self.client.schedules.begin_disable("v-nightly").result().is_enabled)
        self.assertNotIn("v-nightly", [found.name for found in self.client.schedules.list()])
        self.client.schedules.begin_delete("v-nightly").result()
        with self.assertRaises(ResourceNotFoundError):
            self.client.schedules.get("v-nightly")

    def test_compute_instance(self):
        operations = self.client.compute
        operations.begin_create_or_update(ComputeInstance(name="v-instance", size="STANDARD_DS3_V2")).result()
        self.assertEqual("Running", operations.get("v-instance").state)
        operations.begin_stop("v-instance").result()
        self.assertEqual("Stopped", operations.get("v-instance").state)
        operations.begin_start("v-instance").result()
        operations.begin_restart("v-instance").result()
        self.assertTrue(operations.list_sizes(compute_type="amlcompute"))
        operations.begin_delete("v-instance").result()
        with self.assertRaises(HttpResponseError):
            operations.begin_start("cpu-cluster").result()

    def test_workspace_and_connections(self):
        self.assertTrue(self.client.workspaces.get_keys(name="sandbox-ws").user_storage_key)
        self.client.workspaces.begin_sync_keys(name="sandbox-ws").result()
        with self.assertRaises(ResourceExistsError):
            self.client.workspaces.begin_delete(name="sandbox-ws", delete_dependent_resources=False).result()
        credentials = PatTokenConfiguration(pat="p")
        connection = WorkspaceConnection(name="v-git", type="git", target="https://x", credentials=credentials)
        self.client.connections.create_or_update(connection)
        self.assertEqual("https://x", self.client.connections.get("v-git").target)
        self.assertEqual(["v-git"], [found.name for found in self.client.connections.list()])
        self.client.connections.delete("v-git")
        with self.assertRaises(ResourceNotFoundError):
            self.client.connections.get("v-git")

    def test_what_there_is_none_of(self):
        with self.assertRaises(ResourceNotFoundError):
            self.client.online_endpoints.get("none")
        with self.assertRaises(ResourceNotFoundError):
            list(self.client.online_deployments.list("none"))


if __name__ == "__main__":
    unittest.main(verbosity=2)

"""The example's pipeline job: submitted, streamed, downloaded, registered; and the life of other jobs."""

import contextlib
import io
import tempfile
import time
import unittest
import uuid
from pathlib import Path

from azure.ai.ml import command, load_job
from azure.ai.ml.entities import Model
from azure.core.exceptions import ResourceNotFoundError

from workspace_client import EXAMPLE, connect


class Jobs(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.client = connect()

    def hello(self, text="echo hello", **more):
        return command(
            name=f"hello-{uuid.uuid4()}",
            command=text,
            environment="AzureML-sklearn-1.5@latest",
            compute="cpu-cluster",
            experiment_name="hello",
            **more,
        )

    def wait(self, name, status):
        for _ in range(60):
            found = self.client.jobs.get(name).status
            if found == status:
                return
            time.sleep(0.5)
        self.fail(f"{name} has the status {found}, not {status}.")

    def test_example_pipeline(self):
        job = self.client.jobs.create_or_update(load_job(EXAMPLE / "jobs" / "train.yml"))
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            self.client.jobs.stream(job.name)
        self.assertIn(f"RunId: {job.name}", printed.getvalue())
        self.assertIn("Execution Summary", printed.getvalue())
        self.assertEqual("Completed", self.client.jobs.get(job.name).status)

        children = list(self.client.jobs.list(parent_job_name=job.name))
        self.assertEqual(3, len(children))
        self.assertEqual({"Completed"}, {child.status for child in children})
        self.assertEqual(children[0].name, self.client.jobs.get(children[0].name).name)
        self.assertIn(job.name, [found.name for found in self.client.jobs.list()])

        with tempfile.TemporaryDirectory() as target:
            self.client.jobs.download(job.name, download_path=target, output_name="model")
            self.assertEqual(1, len(list(Path(target).rglob("MLmodel"))))
        with tempfile.TemporaryDirectory() as target:
            self.client.jobs.download(job.name, download_path=target, all=True)
            self.assertTrue(list(Path(target).rglob("MLmodel")))
        with tempfile.TemporaryDirectory() as target:
            self.client.jobs.download(children[0].name, download_path=target)
            self.assertTrue(list(Path(target).rglob("*.txt")), "a step's artifacts hold its log")

        model = self.client.models.create_or_update(
            Model(name="classifier", path=f"azureml://jobs/{job.name}/outputs/model", type="mlflow_model")
        )
        self.assertEqual(("1", job.name), (model.version, model.job_name))
        self.assertTrue(self.client.models.get("classifier", "1").flavors)

        self.client.jobs.archive(job.name)
        self.assertNotIn(job.name, [found.name for found in self.client.jobs.list()])
        self.client.jobs.restore(job.name)
        self.assertIn(job.name, [found.name for found in self.client.jobs.list()])

    def test_command_job(self):
        # Of a job that has ended `stream` shows no log, so this one runs until a slow machine has begun to follow it.
        job = self.client.jobs.create_or_update(self.hello("echo from-the-job; sleep 15", tags={"kind": "hello"}))
        self.assertTrue(job.studio_url.startswith("https://"))
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            self.client.jobs.stream(job.name)
        self.assertIn("from-the-job", printed.getvalue())
        self.assertEqual("hello", self.client.jobs.get(job.name).tags["kind"])
        with tempfile.TemporaryDirectory() as target:
            self.client.jobs.download(job.name, download_path=target)
            logs = [path.read_text() for path in Path(target).rglob("std_log.txt")]
            self.assertEqual(["from-the-job\n"], logs)

    def test_failing_job(self):
        job = self.client.jobs.create_or_update(self.hello("echo broken; exit 3"))
        with self.assertRaises(Exception) as raised, contextlib.redirect_stdout(io.StringIO()):
            self.client.jobs.stream(job.name)
        self.assertIn("exit", str(raised.exception).lower())
        self.assertEqual("Failed", self.client.jobs.get(job.name).status)

    def test_cancel(self):
        job = self.client.jobs.create_or_update(self.hello("sleep 120"))
        self.client.jobs.begin_cancel(job.name).result()
        self.wait(job.name, "Canceled")
        # The service takes the cancellation of a job that has ended, and does nothing.
        self.client.jobs.begin_cancel(job.name).result()

    def test_update(self):
        job = self.client.jobs.create_or_update(self.hello("true"))
        self.wait(job.name, "Completed")
        job = self.client.jobs.get(job.name)
        job.tags = {"reviewed": "yes"}
        self.client.jobs.create_or_update(job)
        self.assertEqual("yes", self.client.jobs.get(job.name).tags["reviewed"])

    def test_refused(self):
        with self.assertRaises(Exception) as raised:
            bad = self.hello("true")
            bad.compute = "no-such-cluster"
            self.client.jobs.create_or_update(bad)
        self.assertIn("no-such-cluster", str(raised.exception))
        with self.assertRaises(ResourceNotFoundError):
            self.client.jobs.get("no-such-job")


if __name__ == "__main__":
    unittest.main(verbosity=2)

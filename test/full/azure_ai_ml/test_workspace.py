"""The workspace and what a fresh one holds."""

import tempfile
import unittest
from pathlib import Path

from azure.ai.ml.entities import Model
from azure.core.exceptions import ResourceNotFoundError

from workspace_client import connect


class Workspace(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.client = connect()

    def test_workspace(self):
        workspace = self.client.workspaces.get("sandbox-ws")
        self.assertEqual("eastus", workspace.location)
        self.assertTrue(workspace.mlflow_tracking_uri.startswith("azureml://"))
        self.assertTrue(workspace.discovery_url.startswith("https://"))
        self.assertEqual(["sandbox-ws"], [found.name for found in self.client.workspaces.list()])
        with self.assertRaises(ResourceNotFoundError):
            self.client.workspaces.get("no-such-workspace")

    def test_datastores(self):
        self.assertEqual("workspaceblobstore", self.client.datastores.get_default().name)
        names = sorted(store.name for store in self.client.datastores.list())
        own = ["workspaceartifactstore", "workspaceblobstore", "workspacefilestore", "workspaceworkingdirectory"]
        self.assertEqual(own, names)
        secret = self.client.datastores.list(include_secrets=True)
        # The client asks for secrets that expire, so it gets no account key for the store of its uploads.
        [uploads] = [store for store in secret if store.name == "workspaceblobstore"]
        self.assertTrue(uploads.credentials.sas_token.startswith("?sv="))

    def test_computes(self):
        names = sorted(compute.name for compute in self.client.compute.list())
        self.assertEqual(["cpu-cluster", "gpu-cluster"], names)
        self.assertEqual("amlcompute", self.client.compute.get("cpu-cluster").type)
        with self.assertRaises(ResourceNotFoundError):
            self.client.compute.get("no-such-cluster")

    def test_curated_environment(self):
        found = self.client.environments.get("AzureML-sklearn-1.5", label="latest")
        self.assertEqual("1", found.version)

    def test_registry(self):
        with tempfile.TemporaryDirectory() as folder:
            registry = connect(registry_name="azureml")
            self.assertIn("sklearn-1.5", [found.name for found in registry.environments.list()])
            self.assertTrue(registry.environments.get("sklearn-1.5", label="latest").id.startswith("azureml://"))
            (Path(folder) / "weights.json").write_text("{}")
            model = Model(name="shared", version="1", path=str(Path(folder) / "weights.json"), type="custom_model")
            registry.models.create_or_update(model)
            registry.models.download("shared", "1", download_path=folder + "/down")
            self.assertEqual(1, len(list(Path(folder, "down").rglob("weights.json"))))

    def test_empty_collections(self):
        for operations in (self.client.online_endpoints, self.client.batch_endpoints, self.client.schedules):
            self.assertEqual([], list(operations.list()))


if __name__ == "__main__":
    unittest.main(verbosity=2)

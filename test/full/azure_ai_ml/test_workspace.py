"""The workspace and what a fresh one holds."""

import unittest

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
        self.assertEqual(["workspaceartifactstore", "workspaceblobstore"], names)
        secret = self.client.datastores.list(include_secrets=True)
        self.assertTrue(all(store.credentials.account_key for store in secret))

    def test_computes(self):
        names = sorted(compute.name for compute in self.client.compute.list())
        self.assertEqual(["cpu-cluster", "gpu-cluster"], names)
        self.assertEqual("amlcompute", self.client.compute.get("cpu-cluster").type)
        with self.assertRaises(ResourceNotFoundError):
            self.client.compute.get("no-such-cluster")

    def test_curated_environment(self):
        found = self.client.environments.get("AzureML-sklearn-1.5", label="latest")
        self.assertEqual("1", found.version)


if __name__ == "__main__":
    unittest.main(verbosity=2)

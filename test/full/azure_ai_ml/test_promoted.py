"""What AzureMLPromoteModel made, read by azure-ai-ml; and a model that azure-ai-ml shares with the registry."""

import unittest
from pathlib import Path
from tempfile import TemporaryDirectory

from workspace_client import connect


def files_below(folder):
    root = next(Path(folder).rglob("MLmodel")).parent
    return {str(path.relative_to(root)): path.read_text() for path in root.rglob("*") if path.is_file()}


class Promoted(unittest.TestCase):
    EXPECTED = {"MLmodel": "flavors: {}\n", "data/net.bin": "weights"}

    def check(self, client, name):
        model = client.models.get(name, "1")
        self.assertEqual("1", model.version)
        self.assertEqual("job-1", model.properties["lineage.job"])
        self.assertEqual("risk", model.tags["team"])
        with TemporaryDirectory() as target:
            client.models.download(name, "1", download_path=target)
            self.assertEqual(self.EXPECTED, files_below(target))
        return model

    def test_registry(self):
        registry = connect(registry_name="azureml")
        self.check(registry, "net")
        self.assertEqual(["1"], [model.version for model in registry.models.list(name="net")])

    def test_production(self):
        model = self.check(connect(workspace_name="sandbox-prod-ws", resource_group_name="sandbox-prod-rg"), "net")
        self.assertEqual("azureml://registries/azureml/models/net/versions/1", model.properties["lineage.copiedFrom"])
        self.assertEqual("Production", model.stage)
        self.assertEqual("Production", model.tags["stage"])

    def test_share(self):
        share = {"share_with_name": "net-shared", "share_with_version": "1", "registry_name": "azureml"}
        self.assertEqual("1", connect().models.share("net", "1", **share).version)
        self.check(connect(registry_name="azureml"), "net-shared")


if __name__ == "__main__":
    unittest.main()

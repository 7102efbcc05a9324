"""Every kind of asset: made from local files, listed, shown, archived, restored."""

import tempfile
import unittest
from pathlib import Path

from azure.ai.ml import Input, Output, command, load_component
from azure.ai.ml.entities import Data, Environment, Model
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError

from workspace_client import EXAMPLE, TestWithFiles


class Assets(TestWithFiles):
    files = {
        "data/rows.csv": "a,b\n1,2\n",
        "data/inner/more.csv": "a,b\n3,4\n",
        "model/weights.json": "{}",
        "src/main.py": "print('hello')\n",
    }

    def archive_and_restore(self, operations, name, version):
        versions = lambda: [found.version for found in operations.list(name)]
        operations.archive(name, version)
        self.assertNotIn(version, versions())
        operations.restore(name, version)
        self.assertIn(version, versions())
        self.archive_and_restore_all(operations, name)

    def archive_and_restore_all(self, operations, name):
        names = lambda: [found.name for found in operations.list()]
        self.assertIn(name, names())
        operations.archive(name)
        self.assertNotIn(name, names())
        self.assertIn(name, [found.name for found in operations.list(list_view_type="All")])
        operations.restore(name)
        self.assertIn(name, names())

    def test_data(self):
        file = self.client.data.create_or_update(
            Data(name="rows", version="7", path=str(self.root / "data" / "rows.csv"), type="uri_file", tags={"a": "b"})
        )
        self.assertTrue(file.path.endswith("/rows.csv"))
        shown = self.client.data.get("rows", "7")
        self.assertEqual(("uri_file", {"a": "b"}), (shown.type, shown.tags))
        folder = Data(name="folder", path=str(self.root / "data"), type="uri_folder")
        self.assertEqual("1", self.client.data.create_or_update(folder).version)
        again = Data(name="folder", path=str(self.root / "data"), type="uri_folder")
        self.assertEqual("2", self.client.data.create_or_update(again).version)
        self.assertEqual("2", self.client.data.get("folder", label="latest").version)
        self.archive_and_restore(self.client.data, "rows", "7")

    def test_model(self):
        made = self.client.models.create_or_update(
            Model(name="weights", path=str(self.root / "model"), type="custom_model", description="first")
        )
        self.assertEqual(("1", "first"), (made.version, self.client.models.get("weights", "1").description))
        made.tags = {"stage": "staging"}
        self.assertEqual({"stage": "staging"}, self.client.models.create_or_update(made).tags)
        with tempfile.TemporaryDirectory() as target:
            self.client.models.download("weights", "1", download_path=target)
            self.assertEqual(["weights.json"], [path.name for path in Path(target).rglob("*.json")])
        with self.assertRaises(HttpResponseError):
            self.client.models.create_or_update(
                Model(name="weights", version="1", path=str(self.root / "data"), type="custom_model")
            )
        with self.assertRaises(ResourceNotFoundError):
            self.client.models.get("weights", "99")
        self.archive_and_restore(self.client.models, "weights", "1")

    def test_environment(self):
        made = self.client.environments.create_or_update(
            Environment(name="py", version="3", image="docker.io/python", conda_file=EXAMPLE / "environment" / "conda.yml")
        )
        self.assertEqual("docker.io/python", made.image)
        self.assertIn("dependencies", self.client.environments.get("py", "3").conda_file)
        self.assertEqual("3", self.client.environments.get("py", label="latest").version)
        with self.assertRaises(HttpResponseError):
            self.client.environments.create_or_update(Environment(name="py", version="3", image="docker.io/other"))
        # The service ignores the request to archive a single version of an environment (recorded).
        self.client.environments.archive("py", "3")
        self.assertIn("3", [found.version for found in self.client.environments.list("py")])
        self.archive_and_restore_all(self.client.environments, "py")

    def test_component_from_yaml(self):
        component = load_component(EXAMPLE / "jobs" / "components" / "prepare.yml")
        made = self.client.components.create_or_update(component, version="11")
        shown = self.client.components.get(made.name, "11")
        self.assertEqual((component.command, "11"), (shown.command, shown.version))
        self.assertIn("11", [found.version for found in self.client.components.list(made.name)])
        self.archive_and_restore(self.client.components, made.name, "11")

    def test_component_from_code(self):
        step = command(
            name="hello",
            version="1",
            command="python main.py --rows ${{inputs.rows}} --out ${{outputs.out}}",
            code=str(self.root / "src"),
            environment="AzureML-sklearn-1.5@latest",
            inputs={"rows": Input(type="uri_file")},
            outputs={"out": Output(type="uri_folder")},
        )
        made = self.client.components.create_or_update(step.component)
        again = self.client.components.create_or_update(step.component)
        self.assertEqual(made.id, again.id)
        self.assertEqual(["uri_file"], [entry["type"] for entry in again.inputs.values()])


if __name__ == "__main__":
    unittest.main(verbosity=2)

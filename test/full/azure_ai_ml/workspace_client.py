"""An MLClient made from the variables that the sandbox's --env-file writes."""

import logging
import os
import tempfile
import unittest
import warnings
from pathlib import Path

from azure.ai.ml import MLClient
from azure.identity import ClientSecretCredential

warnings.filterwarnings("ignore")
logging.getLogger("azure").setLevel(logging.ERROR)

REPOSITORY = Path(__file__).resolve().parents[3]
EXAMPLE = REPOSITORY / "examples" / "breast-cancer"


def connect(**more) -> MLClient:
    """A client of the workspace, or of the registry that `registry_name` names."""
    env = os.environ
    credential = ClientSecretCredential(
        env["AZURE_TENANT_ID"],
        env["AZURE_CLIENT_ID"],
        env["AZURE_CLIENT_SECRET"],
        authority=env["AZURE_AUTHORITY_HOST"],
        disable_instance_discovery=True,
    )
    if "registry_name" in more:
        return MLClient(credential, **more)
    names = {"resource_group_name": env["AZURE_RESOURCE_GROUP"], "workspace_name": env["AZUREML_WORKSPACE_NAME"]}
    return MLClient(credential, env["AZURE_SUBSCRIPTION_ID"], **{**names, **more})


class TestWithFiles(unittest.TestCase):
    """Has a client, and the folder `root` with the class's `files`: contents by path."""

    files: dict = {}

    @classmethod
    def setUpClass(cls):
        cls.client = connect()
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.root = Path(folder.name)
        for path, content in cls.files.items():
            (cls.root / path).parent.mkdir(parents=True, exist_ok=True)
            (cls.root / path).write_text(content)

"""Follows a job as a user of Microsoft's SDK does: `jobs.stream`. The workspace is in the environment."""

import os
import sys

from azure.ai.ml import MLClient
from azure.identity import ClientSecretCredential

credential = ClientSecretCredential(
    os.environ["AZURE_TENANT_ID"],
    os.environ["AZURE_CLIENT_ID"],
    os.environ["AZURE_CLIENT_SECRET"],
    authority=os.environ["AZURE_AUTHORITY_HOST"],
    disable_instance_discovery=True,
)
client = MLClient(
    credential,
    os.environ["AZURE_SUBSCRIPTION_ID"],
    os.environ["AZURE_RESOURCE_GROUP"],
    os.environ["AZUREML_WORKSPACE_NAME"],
)
client.jobs.stream(sys.argv[1])

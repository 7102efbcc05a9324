"""Submits job files with Microsoft's SDK, as their users do: load the file, create the job.

Reads {"folder": ..., "files": {file: job name}} from standard input and prints one JSON line a file.
"""

import json
import logging
import os
import sys
from pathlib import Path

from azure.ai.ml import MLClient, load_job
from azure.identity import ClientSecretCredential

logging.disable(logging.CRITICAL)
client = MLClient(
    ClientSecretCredential(
        os.environ["AZURE_TENANT_ID"],
        os.environ["AZURE_CLIENT_ID"],
        os.environ["AZURE_CLIENT_SECRET"],
        authority=os.environ["AZURE_AUTHORITY_HOST"],
        disable_instance_discovery=True,
    ),
    os.environ["AZURE_SUBSCRIPTION_ID"],
    os.environ["AZURE_RESOURCE_GROUP"],
    os.environ["AZUREML_WORKSPACE_NAME"],
)
wanted = json.load(sys.stdin)
for file, name in wanted["files"].items():
    path = Path(wanted["folder"], file)
    os.chdir(path.parent)  # the SDK names the experiment after the working directory
    failure = None
    try:
        job = load_job(path)
        job.name = name
        client.jobs.create_or_update(job)
    except BaseException as error:  # SystemExit too: whatever happens to one file, the others are submitted
        failure = f"{type(error).__name__}: {error}"
    print("\n" + json.dumps({"file": file, "failure": failure}), flush=True)

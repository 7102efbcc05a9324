"""What a user of Microsoft's SDK does, in the workspace of the environment.

sdk.py submit FILE: loads a job file, creates the job and prints its name.
sdk.py stream JOB: follows a job.
"""

import os
import sys

from azure.ai.ml import MLClient, load_job
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
command, subject = sys.argv[1:3]
if command == "submit":
    print(client.jobs.create_or_update(load_job(subject)).name)
else:
    client.jobs.stream(subject)

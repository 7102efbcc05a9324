"""The app: which customers get an offer. It asks the model's endpoint how likely they are to leave."""

import json
import urllib.request

THRESHOLD = 0.5


def offers_for(customers, leaving):
    """The customers that are more likely to leave than to stay."""
    return [customer for customer, probability in zip(customers, leaving) if probability > THRESHOLD]


def ask(scoring_uri, key, customers, deployment=None):
    """Probabilities from the endpoint; of one deployment, whatever its share of the traffic is, when it is named."""
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {key}"}
    if deployment:
        headers["azureml-model-deployment"] = deployment
    body = json.dumps({"customers": customers}).encode()
    request = urllib.request.Request(scoring_uri, data=body, headers=headers)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)["leaving"]

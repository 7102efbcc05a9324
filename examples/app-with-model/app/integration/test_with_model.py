"""The app together with a model. The environment says which one:

MODEL_RELEASE  path of model-release.json
SCORING_KEY    key of the endpoint
TARGET         `new`: the deployment that the file names, before it has traffic. `live`: what users get.
"""

import json
import os
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from offers import ask, offers_for  # noqa: E402

LOYAL = {"months": 60, "complaints": 0}
ANNOYED = {"months": 2, "complaints": 4}


class WithModel(unittest.TestCase):
    def setUp(self):
        release = json.loads(Path(os.environ["MODEL_RELEASE"]).read_text())
        endpoint = release["endpoint"]
        deployment = endpoint["deployment"] if os.environ.get("TARGET") == "new" else None
        print(f"endpoint {endpoint['name']}, {deployment or 'live traffic'}")
        self.leaving = ask(endpoint["scoringUri"], os.environ["SCORING_KEY"], [LOYAL, ANNOYED], deployment)

    def test_answers_are_probabilities(self):
        self.assertTrue(all(0 <= probability <= 1 for probability in self.leaving))

    def test_annoyed_customers_get_an_offer(self):
        self.assertEqual(offers_for(["loyal", "annoyed"], self.leaving), ["annoyed"])


if __name__ == "__main__":
    unittest.main()

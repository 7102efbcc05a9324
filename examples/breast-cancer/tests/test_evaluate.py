import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from context import ROOT
import evaluate


class Auc(unittest.TestCase):
    def test_perfect_reversed_and_tied(self):
        self.assertEqual(evaluate.auc([0.1, 0.2, 0.8, 0.9], [0, 0, 1, 1]), 1.0)
        self.assertEqual(evaluate.auc([0.9, 0.8, 0.2, 0.1], [0, 0, 1, 1]), 0.0)
        self.assertEqual(evaluate.auc([0.5] * 4, [0, 1, 0, 1]), 0.5)

    def test_it_is_the_share_of_ordered_pairs(self):
        self.assertEqual(evaluate.auc([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1]), 0.75)

    def test_one_class_alone_is_an_error(self):
        with self.assertRaisesRegex(ValueError, "both classes"):
            evaluate.auc([0.2, 0.4], [1, 1])


class Metrics(unittest.TestCase):
    def test_known_counts(self):
        metrics = evaluate.evaluate([0.9, 0.6, 0.4, 0.1, 0.2], [1, 0, 1, 0, 0])
        self.assertAlmostEqual(metrics["accuracy"], 3 / 5)
        self.assertAlmostEqual(metrics["precision"], 1 / 2)
        self.assertAlmostEqual(metrics["recall"], 1 / 2)

    def test_a_model_that_never_says_malignant_has_precision_zero(self):
        metrics = evaluate.evaluate([0.5, 0.5], [1, 0])
        self.assertEqual((metrics["precision"], metrics["recall"], metrics["auc"]), (0.0, 0.0, 0.5))


class Steps(unittest.TestCase):
    """The three scripts one after the other, as the pipeline job runs them."""

    def run_steps(self, folder, epochs):
        steps = [
            ["prepare.py", "--data", ROOT / "data", "--output", folder / "prepared"],
            ["train.py", "--data", folder / "prepared", "--model", folder / "model", "--epochs", epochs],
            ["evaluate.py", "--data", folder / "prepared", "--model", folder / "model", "--report", folder / "report"],
        ]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("MLFLOW_")}
        for step in steps:
            subprocess.run(
                [sys.executable, *map(str, step)], cwd=ROOT / "src", env=environment, check=True, capture_output=True
            )
        return json.loads((folder / "report" / "metrics.json").read_text())

    def test_the_trained_model_is_good(self):
        with tempfile.TemporaryDirectory() as folder:
            report = self.run_steps(Path(folder), 60)
        self.assertGreater(report["metrics"]["accuracy"], 0.95)
        self.assertGreater(report["metrics"]["auc"], 0.98)
        self.assertEqual(sum(report["confusion"].values()), report["test_rows"])

    def test_the_untrained_model_is_a_coin_toss(self):
        with tempfile.TemporaryDirectory() as folder:
            report = self.run_steps(Path(folder), 0)
        self.assertEqual(report["metrics"]["auc"], 0.5)
        self.assertLess(report["metrics"]["accuracy"], 0.7)


if __name__ == "__main__":
    unittest.main()

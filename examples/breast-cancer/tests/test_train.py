import json
import math
import random
import tempfile
import unittest
from pathlib import Path

import context  # noqa: F401
import model
import train


def two_clouds(seed=1, count=200):
    """Rows of two overlapping clouds; the first value tells the class, the second is noise."""
    chance = random.Random(seed)
    targets = [i % 2 for i in range(count)]
    return [[chance.gauss(2.0 * t - 1.0, 1.0), chance.gauss(0.0, 1.0)] for t in targets], targets


class Fit(unittest.TestCase):
    def test_the_loss_falls_from_the_coin_toss(self):
        losses = []
        train.fit(*two_clouds(), 0.5, 40, on_epoch=lambda epoch, loss: losses.append(loss))
        self.assertEqual(len(losses), 41)
        self.assertAlmostEqual(losses[0], math.log(2))
        self.assertTrue(all(later < earlier for earlier, later in zip(losses, losses[1:])))
        self.assertLess(losses[-1], 0.5)

    def test_the_telling_value_outweighs_the_noise(self):
        weights, _ = train.fit(*two_clouds(), 0.5, 100)
        self.assertGreater(weights[0], 1.0)
        self.assertLess(abs(weights[1]), 0.4)

    def test_one_step_follows_the_gradient(self):
        weights, bias = train.fit([[1.0], [-3.0]], [1, 1], learning_rate=1.0, epochs=1, l2=0.0)
        self.assertAlmostEqual(weights[0], -0.5)  # errors -0.5 each: slope (-0.5 * 1 + -0.5 * -3) / 2
        self.assertAlmostEqual(bias, 0.5)

    def test_no_epochs_means_an_untrained_model(self):
        self.assertEqual(train.fit(*two_clouds(), 0.5, 0), ([0.0, 0.0], 0.0))

    def test_a_diverging_run_says_why(self):
        with self.assertRaisesRegex(ValueError, "learning rate"):
            train.fit([[1e200], [-1e200]], [0, 1], learning_rate=1e200, epochs=5)


class LogLoss(unittest.TestCase):
    def test_known_values(self):
        self.assertAlmostEqual(train.log_loss([0.8, 0.4], [1, 0]), -(math.log(0.8) + math.log(0.6)) / 2)

    def test_certainty_that_is_wrong_stays_finite(self):
        self.assertAlmostEqual(train.log_loss([0.0], [1]), -math.log(1e-15))


class ModelFolder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name) / "model"
        self.model = model.Model(["a", "b"], [10.0, 0.0], [2.0, 1.0], [1.0, -1.0], 0.5)
        train.write_mlflow_model(self.folder, self.model)

    def test_every_file_that_mlmodel_names_is_there(self):
        text = (self.folder / "MLmodel").read_text()
        for line in ("loader_module: model", "data: weights.json", "code: code", "conda: conda.yaml"):
            self.assertIn(line, text)
        for name in ("weights.json", "code/model.py", "conda.yaml", "python_env.yaml", "requirements.txt"):
            self.assertTrue((self.folder / name).is_file(), name)

    def test_the_signature_lists_the_features(self):
        line = next(line for line in (self.folder / "MLmodel").read_text().splitlines() if "inputs:" in line)
        columns = json.loads(line.split("inputs: ")[1].strip("'"))
        self.assertEqual([column["name"] for column in columns], ["a", "b"])

    def test_the_loader_gives_the_same_predictions_for_raw_values(self):
        loaded = model._load_pyfunc(str(self.folder / "weights.json"))
        expected = model.sigmoid(0.5 + (14.0 - 10.0) / 2.0 - 3.0)
        for given in ([[14.0, 3.0]], [{"b": 3.0, "a": 14.0}]):
            self.assertAlmostEqual(loaded.predict(given)[0], expected)

    def test_a_missing_measurement_is_named(self):
        with self.assertRaisesRegex(ValueError, "lacks the measurements: b"):
            self.model.predict([{"a": 1.0}])


class Sigmoid(unittest.TestCase):
    def test_extremes_do_not_overflow(self):
        self.assertEqual((model.sigmoid(-1000.0), model.sigmoid(0.0), model.sigmoid(1000.0)), (0.0, 0.5, 1.0))


if __name__ == "__main__":
    unittest.main()

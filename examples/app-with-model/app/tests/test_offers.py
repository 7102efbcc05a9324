import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from offers import offers_for  # noqa: E402


class Offers(unittest.TestCase):
    def test_go_to_those_who_are_likely_to_leave(self):
        self.assertEqual(offers_for(["ada", "bob"], [0.2, 0.8]), ["bob"])

    def test_go_to_nobody_at_the_threshold(self):
        self.assertEqual(offers_for(["ada"], [0.5]), [])


if __name__ == "__main__":
    unittest.main()

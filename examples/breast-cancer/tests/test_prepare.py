import tempfile
import unittest
from pathlib import Path

from context import ROOT
import prepare


def row(first="1.0", target="0"):
    return [first, *["2.0"] * (len(prepare.FEATURES) - 1), target]


class ReadRows(unittest.TestCase):
    def test_the_shipped_file_has_569_rows(self):
        rows = prepare.read_rows(ROOT / "data" / "breast_cancer.csv")
        self.assertEqual(len(rows), 569)
        self.assertEqual({len(r) for r in rows}, {31})

    def test_a_cut_off_file_is_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "cut.csv"
            path.write_text("3,2,malignant,benign\n1,2,0\n1,3,1\n")
            with self.assertRaisesRegex(ValueError, "promises 3 rows, the file has 2"):
                prepare.read_rows(path)


class Clean(unittest.TestCase):
    def test_malignant_is_the_positive_class(self):
        self.assertEqual([target for _, target in prepare.clean([row("1", "0"), row("2", "1")])], [1, 0])

    def test_the_class_counts_are_those_of_the_data_set(self):
        examples = prepare.clean(prepare.read_rows(ROOT / "data" / "breast_cancer.csv"))
        self.assertEqual(sum(target for _, target in examples), 212)
        self.assertEqual(len(examples), 569)

    def test_duplicates_gaps_and_text_are_dropped(self):
        rows = [row("1.5"), row("1.5"), row(""), row("n/a"), row("nan"), row("-1"), row("3", "2"), ["1", "0"]]
        self.assertEqual([values[0] for values, _ in prepare.clean(rows)], [1.5])


class Split(unittest.TestCase):
    examples = [([float(i), i * 0.5], i % 2) for i in range(1000)]

    def test_every_row_lands_on_exactly_one_side(self):
        train, test = prepare.split(self.examples, 0.25)
        self.assertEqual(sorted(train + test), sorted(self.examples))

    def test_the_share_is_about_what_was_asked_for(self):
        _, test = prepare.split(self.examples, 0.25)
        self.assertAlmostEqual(len(test) / 1000, 0.25, delta=0.05)

    def test_neither_order_nor_new_rows_move_a_row(self):
        _, test = prepare.split(self.examples, 0.25)
        _, later = prepare.split([([-1.0, 0.0], 0), *reversed(self.examples)], 0.25)
        self.assertLessEqual({tuple(v) for v, _ in test}, {tuple(v) for v, _ in later})


class Scaling(unittest.TestCase):
    def test_mean_and_standard_deviation_per_column(self):
        mean, scale = prepare.fit_scaling([([1.0, 10.0], 0), ([3.0, 30.0], 1)])
        self.assertEqual((mean, scale), ([2.0, 20.0], [1.0, 10.0]))

    def test_a_constant_column_does_not_divide_by_zero(self):
        self.assertEqual(prepare.fit_scaling([([5.0], 0), ([5.0], 1)]), ([5.0], [1.0]))


if __name__ == "__main__":
    unittest.main()

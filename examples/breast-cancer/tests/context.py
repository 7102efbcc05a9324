"""Lets the tests import the training code the way the job runs it: with `src` as the working folder."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))

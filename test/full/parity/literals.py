"""What PyYAML makes of texts: reads YAML texts as JSON from standard input, writes type and `str()` of their values."""

import json
import sys

import yaml

results = []
for text in json.load(sys.stdin):
    try:
        value = yaml.safe_load(text)["v"]
        results.append({"type": type(value).__name__, "text": str(value)})
    except (yaml.YAMLError, ValueError, KeyError, TypeError) as error:
        results.append({"type": "error", "text": type(error).__name__})
json.dump(results, sys.stdout)

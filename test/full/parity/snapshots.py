"""What azure-ai-ml makes of code folders: reads cases as JSON from standard input, writes hashes and file names."""

import json
import sys
from pathlib import Path

from azure.ai.ml._utils._asset_utils import get_content_hash, get_ignore_file, get_upload_files_from_folder
from azure.ai.ml.entities._component._additional_includes import AdditionalIncludes
from azure.ai.ml.entities._component.code import ComponentIgnoreFile


def plain(folder):
    rules = get_ignore_file(folder)
    files = [name for _, name in get_upload_files_from_folder(folder, ignore_file=rules)]
    return {"hash": get_content_hash(folder, ignore_file=rules), "files": sorted(files)}


def merged(folder, code, includes):
    whole = AdditionalIncludes(origin_code_value=code, base_path=Path(folder), configs=includes)
    with whole.merge_local_code_and_additional_includes() as gathered:
        rules = ComponentIgnoreFile(gathered)
        files = [name for _, name in get_upload_files_from_folder(gathered, ignore_file=rules)]
        return {"hash": get_content_hash(gathered, ignore_file=rules), "files": sorted(files)}


results = []
for case in json.load(sys.stdin):
    result = merged(case["folder"], case["code"], case["includes"]) if "includes" in case else plain(case["folder"])
    results.append(result)
json.dump(results, sys.stdout)

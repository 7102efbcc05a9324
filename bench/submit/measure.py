"""Runs a command and prints, as the last line, what it cost: wall and CPU seconds, peak memory in KiB, exit code."""

import json
import resource
import subprocess
import sys
import time

start = time.perf_counter()
process = subprocess.run(sys.argv[1:], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
wall = time.perf_counter() - start
usage = resource.getrusage(resource.RUSAGE_CHILDREN)
if process.returncode != 0:
    print(process.stdout)
print(
    json.dumps(
        {
            "wall": wall,
            "cpu": usage.ru_utime + usage.ru_stime,
            "peak": usage.ru_maxrss,
            "code": process.returncode,
        }
    )
)

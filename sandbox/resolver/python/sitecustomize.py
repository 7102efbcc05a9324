"""Found by Python through PYTHONPATH: resolves names ending in `.localhost` to 127.0.0.1.

The C resolver of many Linux systems doesn't do that. Everything else goes to the original getaddrinfo. A
sitecustomize module that this one hides is run too.
"""

import os
import socket
import sys

_getaddrinfo = socket.getaddrinfo


def _local_getaddrinfo(host, *args, **kwargs):
    name = host.decode("ascii", "ignore") if isinstance(host, bytes) else host
    if isinstance(name, str) and name.lower().rstrip(".").endswith(".localhost"):
        host = "127.0.0.1"
    return _getaddrinfo(host, *args, **kwargs)


socket.getaddrinfo = _local_getaddrinfo


def _run_hidden_sitecustomize():
    here = os.path.dirname(os.path.abspath(__file__))
    for folder in sys.path:
        path = os.path.join(folder or ".", "sitecustomize.py")
        if os.path.abspath(folder or ".") != here and os.path.isfile(path):
            with open(path, "rb") as source:
                code = compile(source.read(), path, "exec")
            exec(code, {"__name__": "sitecustomize", "__file__": path})
            return


_run_hidden_sitecustomize()

"""The scoring script of a deployment, which is imported as Azure's images do it."""

import importlib.util
import os
import sys


def load(script):
    """Imports the script as the module `main`, calls its init() and returns its run()."""
    path = os.path.abspath(script)
    sys.path.insert(0, os.path.dirname(path))
    spec = importlib.util.spec_from_file_location("main", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules["main"] = module
    spec.loader.exec_module(module)
    for name in ("init", "run"):
        if not hasattr(module, name):
            raise RuntimeError(f"User script at {path} does not have a {name}() function defined.")
    module.init()
    return module.run

"""Serves one deployment: imports score.py, calls init() once and run(data) for every request.

Started by the sandbox. The environment has AML_APP_ROOT with the script AZUREML_ENTRY_SCRIPT in it (none for an MLflow model)
and AZUREML_MODEL_DIR. The port is written to file descriptor 3 once requests are taken. The end of standard input ends the
process, so that nothing is left when the sandbox is killed.

With the package azureml-inference-server-http that server is used, which is what Azure's images have.
"""

import importlib.util
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import traceback
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import sandbox_mlflow
import sandbox_script


def report(port):
    with os.fdopen(3, "w") as ready:
        ready.write(f"{port}\n")


def end_with_parent(stop):
    def watch():
        while os.read(0, 4096):
            pass
        stop()

    threading.Thread(target=watch, daemon=True).start()


def end_group():
    """Ends this process and all that the script has started."""
    os.killpg(os.getpgid(0), signal.SIGKILL)


not_found = "The requested URL was not found on the server. If you entered the URL manually please check your spelling and try again."


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    run = None

    def log_message(self, *_args):
        pass

    def answer(self, status, body, failed=None, took=None, kind="application/json"):
        content = body if isinstance(body, bytes) else body.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        request = self.headers.get("x-ms-request-id") or str(uuid.uuid4())
        self.send_header("x-ms-request-id", request)
        self.send_header("x-request-id", request)
        self.send_header("x-ms-server-version", "azmlinfsrv/sandbox")
        if failed is not None:
            self.send_header("x-ms-run-function-failed", str(failed))
        if took is not None:
            self.send_header("x-ms-run-fn-exec-ms", f"{took:.3f}")
        self.end_headers()
        self.wfile.write(content)

    def do_GET(self):
        if self.path.split("?")[0] == "/":
            self.answer(200, "Healthy", kind="text/html; charset=utf-8")
        else:
            self.answer(404, json.dumps({"message": not_found}), failed=False)

    def do_POST(self):
        data = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path.split("?")[0] != "/score":
            self.answer(404, json.dumps({"message": not_found}), failed=False)
            return
        start = time.perf_counter()
        try:
            result = Handler.run(data.decode("utf-8"))
            status = 200
            # An AMLResponse or a Flask response says its status itself.
            if hasattr(result, "status_code") and hasattr(result, "get_data"):
                status, result = result.status_code, result.get_data()
            content = result if isinstance(result, bytes) else json.dumps(result)
        except Exception:
            print(f"Encountered Exception: {traceback.format_exc()}", flush=True)
            message = "An unexpected error occurred in scoring script. Check the logs for more info."
            status, content = 500, json.dumps({"message": message})
        took = (time.perf_counter() - start) * 1000
        print(f"POST /score {status} {took:.3f}ms {len(content)}", flush=True)
        self.answer(status, content, failed=status >= 500, took=took)


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256
    allow_reuse_address = False

    def server_bind(self):
        # The original asks for the host's name, which can take seconds.
        socket.socket.setsockopt(self.socket, socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = "localhost", self.server_address[1]


def serve_with_azure():
    """As the images do, but on this machine alone; the package's own command listens on all addresses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "-b", f"127.0.0.1:{port}", "--timeout", "300"]
    command += ["-w", os.environ.get("WORKER_COUNT", "1"), "--access-logfile", "-", "--error-logfile", "/dev/null"]
    server = subprocess.Popen([*command, "azureml_inference_server_http.server.entry:app"], stdin=subprocess.DEVNULL)
    end_with_parent(end_group)
    report(port)
    sys.exit(server.wait())


def main():
    script = os.environ.get("AZUREML_ENTRY_SCRIPT")
    entry = os.path.join(os.environ["AML_APP_ROOT"], script) if script else None
    if entry and importlib.util.find_spec("azureml_inference_server_http"):
        serve_with_azure()
    end_with_parent(end_group)
    try:
        Handler.run = staticmethod(sandbox_script.load(entry) if entry else sandbox_mlflow.load(os.environ["AZUREML_MODEL_DIR"]))
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(1)
    server = Server(("127.0.0.1", 0), Handler)
    print("Liveness route: GET /\nScore route: POST /score", flush=True)
    report(server.server_port)
    server.serve_forever()


if __name__ == "__main__":
    main()

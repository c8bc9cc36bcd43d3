"""A LiteLLM proxy with the callback of examples/litellm, without a database and without a network."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import requests

FOLDER = Path(__file__).parent
EXAMPLES = FOLDER.parent.parent / "examples"


class Proxy:
    def __init__(self, bursar, token):
        """Starts one; `wait` for it before the first call."""
        # As an operator installs it: the callback and its client beside the configuration.
        self.folder = tempfile.TemporaryDirectory()
        for file in (FOLDER / "config.yaml", EXAMPLES / "litellm/bursar_callback.py", EXAMPLES / "python/bursar_gateway.py"):
            shutil.copy(file, self.folder.name)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.origin = f"http://127.0.0.1:{port}"
        self.log = Path(self.folder.name, "log")
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": self.folder.name,
            "LITELLM_DANGEROUSLY_PERMIT_WEAK_OR_UNSET_MASTER_KEY": "true",
            "LITELLM_LOCAL_MODEL_COST_MAP": "True",
            "BURSAR_URL": bursar,
            "BURSAR_GATEWAY_TOKEN": token,
            "BURSAR_RESERVE": "1",
            "BURSAR_LONGEST_CALL": "8",
            # Without a database LiteLLM has no keys of users.
            "BURSAR_TRUST_REQUEST_USER": "true",
        }
        command = [Path(sys.executable).parent / "litellm", "--config", "config.yaml", "--host", "127.0.0.1", "--port", str(port)]
        with self.log.open("w") as log:
            self.process = subprocess.Popen(command, cwd=self.folder.name, env=environment, stdout=log, stderr=log)

    def wait(self):
        deadline = time.monotonic() + 120
        while True:
            try:
                requests.get(f"{self.origin}/health/liveliness", timeout=5).raise_for_status()
                return self
            except requests.RequestException:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"LiteLLM does not start:\n{self.log.read_text()}") from None
                time.sleep(0.2)

    def chat(self, user, model="dollar", headers=None, in_parts=False, **fields):
        body = {"model": model, "messages": [{"role": "user", "content": "Hello?"}], "max_tokens": 20, "user": user} | fields
        return requests.post(f"{self.origin}/v1/chat/completions", json=body, headers=headers, timeout=60, stream=in_parts)

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=30)
        self.folder.cleanup()

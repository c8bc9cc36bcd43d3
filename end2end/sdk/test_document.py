"""docs/openapi.json for tools of others: it is valid, and a client that is made from it finds nothing wrong."""

import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import requests

from console import MAINTAINER, Console

FOLDER = Path(__file__).parent
DOCUMENT = FOLDER.parent.parent / "docs" / "openapi.json"
# None of the passwords in the examples of the document, which are sent too.
PASSWORD = "seven lamps at the harbour"


class Document(unittest.TestCase):
    def test_document_is_valid_openapi(self):
        subprocess.run([sys.executable, "-m", "openapi_spec_validator", DOCUMENT], check=True)

    def test_requests_made_from_the_document_find_nothing(self):
        storage = self.enterContext(tempfile.TemporaryDirectory())
        # The least length of a password is a setting; the document states the least that can be set.
        settings = {"BURSAR_API_RATE": "0", "BURSAR_LOG": "error", "BURSAR_PASSWORD_MIN_LENGTH": "8"}
        console = Console(password=PASSWORD, settings=settings)
        try:
            token = console.login(MAINTAINER)
            me = requests.get(f"{console.origin}/v1/user", headers={"Authorization": f"Bearer {token}"}).json()
            environment = os.environ | {
                "BURSAR_TEST_TOKEN": token,
                "BURSAR_TEST_TOKEN_TO_END": console.login(MAINTAINER),
                "BURSAR_TEST_USER_ID": me["user_id"],
                "BURSAR_TEST_GATEWAY_TOKEN": console.create_gateway(),
                "HYPOTHESIS_STORAGE_DIRECTORY": storage,
            }
            schemathesis = [sys.executable, "-m", "schemathesis.cli", "run", f"{console.origin}/v1/openapi.json"]
            more = os.environ.get("BURSAR_TEST_SCHEMATHESIS", "").split()
            subprocess.run([*schemathesis, "--checks", "all", *more], cwd=FOLDER, env=environment, check=True)
        finally:
            console.stop()


if __name__ == "__main__":
    unittest.main()

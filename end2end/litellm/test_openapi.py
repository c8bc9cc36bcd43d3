"""What the tests of Bursar hold its requests and its stub of LiteLLM against is what LiteLLM says of itself."""

import json
import unittest
from pathlib import Path

import openapi

KEPT = Path(__file__).parents[2] / "services/tests/litellm/openapi.json"


class OpenApi(unittest.TestCase):
    def test_kept_document_is_that_of_the_package(self):
        kept = json.loads(KEPT.read_text())
        self.assertEqual(kept, openapi.extract(), "run: python end2end/litellm/openapi.py > services/tests/litellm/openapi.json")


if __name__ == "__main__":
    unittest.main()

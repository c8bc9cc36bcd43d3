"""What the callback of examples/litellm reserves for a call."""

import os
import sys
import unittest
from decimal import Decimal
from pathlib import Path

EXAMPLES = Path(__file__).parent.parent.parent / "examples"
sys.path += [str(EXAMPLES / "litellm"), str(EXAMPLES / "python")]
os.environ |= {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "BURSAR_URL": "http://127.0.0.1:9", "BURSAR_GATEWAY_TOKEN": "none"}

from bursar_callback import handler, price_of, tokens_of  # noqa: E402

# It charges more for prompts above 200,000 tokens, and for the tier "priority".
MODEL = "gemini/gemini-2.5-pro"
USUAL = [Decimal("0.00000125"), Decimal("0.00001")]


class Prices(unittest.TestCase):
    def price(self, prompt, tier=None):
        return price_of(MODEL, prompt, tier)[:2]

    def test_long_prompt_is_reserved_at_its_higher_price(self):
        self.assertEqual(self.price(200_000), USUAL)
        self.assertEqual(self.price(200_001), [Decimal("0.0000025"), Decimal("0.000015")])

    def test_service_tier_is_reserved_at_its_higher_price(self):
        self.assertEqual(self.price(1, "priority"), [Decimal("0.00000225"), Decimal("0.000018")])
        self.assertEqual(self.price(200_001, "priority"), [Decimal("0.0000045"), Decimal("0.000027")])
        for tier in ("flex", "batches", "other"):
            self.assertEqual(self.price(1, tier), USUAL, tier)

    def test_reservation_is_for_the_prompt_and_every_answer(self):
        call = {"input": "x" * 2000, "max_output_tokens": 100, "n": 3}
        amount = handler.most(call, tokens_of(call), price_of(MODEL, 1000, None))
        self.assertEqual(amount, 1000 * USUAL[0] + 300 * USUAL[1])


if __name__ == "__main__":
    unittest.main()

"""Limits of Bursar hold for calls through a real LiteLLM proxy, and what calls cost arrives."""

import json
import sys
import time
import unittest
import uuid
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

import psycopg
import requests

from proxy import Proxy

sys.path.append(str(Path(__file__).parent.parent / "sdk"))

from console import MAINTAINER, Console  # noqa: E402


class Limits(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.console = Console(settings={"BURSAR_API_RATE": "6000"})
        cls.addClassCleanup(cls.console.stop)
        cls.token = cls.console.login(MAINTAINER)
        cls.gateway = cls.console.create_gateway()
        cls.proxy = Proxy(cls.console.origin, cls.gateway)
        cls.addClassCleanup(cls.proxy.stop)
        # Nothing answers where it looks for Bursar. Both start at the same time.
        cls.alone = Proxy("http://127.0.0.1:9", "bursar_gw_" + "a" * 43)
        cls.addClassCleanup(cls.alone.stop)
        cls.proxy.wait()
        budget = {"budget_id": "ten", "name": "Ten", "soft_budget": 8, "max_budget": 10}
        cls.call("post", "/v1/admin/budgets", budget | {"budget_duration": "30d", "budget_category": "platform"})

    @classmethod
    def call(cls, method, path, body):
        headers = {"Authorization": f"Bearer {cls.token}"}
        answer = requests.request(method, cls.console.origin + path, json=body, headers=headers)
        answer.raise_for_status()
        return answer

    def user_with_ten_dollars(self):
        """The e-mail address of a new user with a budget that has room for ten calls."""
        name = f"zelda-{uuid.uuid4().hex[:12]}"
        email = f"{name}@example.com"
        user = self.call("post", "/v1/admin/users", {"email": email, "username": name, "password": "seven lamps at the harbour"}).json()
        self.call("put", f"/v1/admin/users/{user['id']}/budgets", {"assignments": {"platform": "ten"}})
        return email

    def spent(self, email):
        """What the ledger, the window and the totals hold for the user, once nothing is reserved."""
        deadline = time.monotonic() + 20
        with psycopg.connect(self.console.database_url, autocommit=True) as connection:
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            while True:
                # Both as they are at one moment.
                with connection.transaction():
                    reserved, in_window = connection.execute(
                        "select coalesce(sum(w.reserved), 0), coalesce(sum(w.spent), 0) from budget_windows w"
                        " join users u on u.id = w.user_id where u.email = %s", [email]).fetchone()
                    events = connection.execute(
                        "select e.amount, e.input_tokens, e.output_tokens from spend_events e"
                        " join users u on u.id = e.user_id where u.email = %s", [email]).fetchall()
                if reserved == 0:
                    break
                self.assertLess(time.monotonic(), deadline, f"{reserved} is still reserved:\n{self.proxy.log.read_text()}")
                time.sleep(0.05)
        self.assertEqual(sum(amount for amount, *_ in events), in_window)
        return events

    def release(self, email):
        """Releases what is reserved for a call of the user, as soon as there is one."""
        deadline, found = time.monotonic() + 20, None
        with psycopg.connect(self.console.database_url, autocommit=True) as connection:
            while found is None:
                self.assertLess(time.monotonic(), deadline, "nothing is reserved")
                found = connection.execute(
                    "select r.id from reservations r join users u on u.id = r.user_id where u.email = %s", [email]).fetchone()
        answer = requests.post(
            f"{self.console.origin}/v1/gateway/reservations/{found[0]}/release",
            headers={"Authorization": f"Bearer {self.gateway}"})
        answer.raise_for_status()

    def test_of_64_calls_at_once_exactly_ten_answer(self):
        user = self.user_with_ten_dollars()
        with ThreadPoolExecutor(64) as pool:
            answers = list(pool.map(lambda _: self.proxy.chat(user), range(64)))
        statuses = [answer.status_code for answer in answers]
        self.assertEqual((statuses.count(200), statuses.count(429)), (10, 54), statuses)
        denied = next(answer.json() for answer in answers if answer.status_code == 429)
        text = json.dumps(denied)
        self.assertIn("The budget Ten has $0.00 of $10.00 left until it resets.", text)
        self.assertIn("hard_limit_reached", text)
        self.assertRegex(text, r"20\d\d-\d\d-\d\dT")
        events = self.spent(user)
        self.assertEqual(len(events), 10)
        self.assertEqual({amount for amount, *_ in events}, {Decimal(1)})
        self.assertTrue(all(input > 0 and output == 20 for _, input, output in events))

    def test_call_that_failed_releases_what_was_held(self):
        user = self.user_with_ten_dollars()
        for _ in range(12):
            self.assertEqual(self.proxy.chat(user, model="fails").status_code, 500)
        self.assertEqual(self.spent(user), [])
        self.assertEqual(self.proxy.chat(user).status_code, 200)

    def test_call_that_fell_back_to_another_model_is_charged_once(self):
        user = self.user_with_ten_dollars()
        self.assertEqual(self.proxy.chat(user, model="falls-back").status_code, 200)
        self.assertEqual([amount for amount, *_ in self.spent(user)], [Decimal(1)])

    def test_streamed_answer_is_charged_at_its_end(self):
        user = self.user_with_ten_dollars()
        answer = self.proxy.chat(user, stream=True, stream_options={"include_usage": True})
        self.assertIn("[DONE]", answer.text)
        [(amount, _, output)] = self.spent(user)
        self.assertEqual(amount, output * Decimal("0.05"))

    def test_call_whose_client_hangs_up_is_not_free(self):
        user = self.user_with_ten_dollars()
        with self.proxy.chat(user, stream=True, in_parts=True, mock_response="Hello. " * 500) as answer:
            self.assertEqual(answer.status_code, 200)
            next(answer.iter_lines())
        [(amount, *_)] = self.spent(user)
        self.assertGreater(amount, 0)

    def test_call_whose_reservation_was_released_is_charged_all_the_same(self):
        user = self.user_with_ten_dollars()
        with ThreadPoolExecutor(1) as pool:
            answer = pool.submit(self.proxy.chat, user, model="slow")
            self.release(user)
            self.assertEqual(answer.result().status_code, 200)
        deadline = time.monotonic() + 20
        while not (events := self.spent(user)):
            self.assertLess(time.monotonic(), deadline, f"nothing is charged:\n{self.proxy.log.read_text()}")
            time.sleep(0.05)
        [(amount, input, output)] = events
        self.assertEqual((amount, output), (Decimal(1), 20))
        self.assertGreater(input, 0)

    def test_client_cannot_have_its_calls_share_a_reservation(self):
        user = self.user_with_ten_dollars()
        first = self.proxy.chat(user)
        chosen = {"bursar_reservation": str(uuid.uuid4()), "user_api_key": "chosen"}
        fields = {"metadata": chosen, "litellm_metadata": chosen, "litellm_call_id": first.json()["id"]}
        for _ in range(9):
            answer = self.proxy.chat(user, headers={"x-litellm-call-id": "the-same"}, **fields)
            self.assertEqual(answer.status_code, 200, answer.text)
        self.assertEqual(self.proxy.chat(user, headers={"x-litellm-call-id": "the-same"}, **fields).status_code, 429)
        self.assertEqual(len(self.spent(user)), 10)

    def test_call_without_a_known_price_is_charged_with_what_was_held(self):
        user = self.user_with_ten_dollars()
        self.assertEqual(self.proxy.chat(user, model="no-price").status_code, 200)
        self.assertEqual([amount for amount, *_ in self.spent(user)], [Decimal(1)])

    def test_other_endpoints_are_charged_too(self):
        messages = {"messages": [{"role": "user", "content": "Hello?"}], "max_tokens": 20}
        for path, body in [
            ("/v1/messages", messages),
            ("/v1/messages", messages | {"stream": True}),
            ("/v1/responses", {"input": "Hello?", "max_output_tokens": 20}),
        ]:
            user = self.user_with_ten_dollars()
            body |= {"model": "dollar", "user": user}
            answer = requests.post(self.proxy.origin + path, json=body, timeout=60)
            self.assertEqual(answer.status_code, 200, answer.text)
            [(amount, *_)] = self.spent(user)
            self.assertGreater(amount, 0, path)

    def test_unknown_user_is_refused(self):
        answer = self.proxy.chat("unknown@example.com")
        self.assertEqual(answer.status_code, 403, answer.text)
        self.assertIn("No user has this id, e-mail address or username.", answer.text)

    def test_calls_are_refused_while_bursar_does_not_answer(self):
        answer = self.alone.wait().chat("zelda@example.com")
        self.assertEqual(answer.status_code, 503, answer.text)
        self.assertIn("The budget cannot be checked now.", answer.text)


if __name__ == "__main__":
    unittest.main()

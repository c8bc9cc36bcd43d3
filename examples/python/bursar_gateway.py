"""A client of Bursar's gateway API: reserve before a call, settle or release after it.

Every request carries a key, so that it can be sent again when its answer is lost: the same key is the same request.
Nothing but the standard library is needed.
"""

import http.client
import json
import time
import urllib.error
import urllib.request
from decimal import Decimal

# How often a request is sent when there is no answer, and how long to wait before the next time.
ATTEMPTS = 4
FIRST_PAUSE = 0.1


class BursarError(Exception):
    """Bursar refused the request, or did not answer. `code` is that of the answer, or `no_answer`; `passing` says
    whether the same request can succeed later."""

    def __init__(self, code, message, passing=False):
        super().__init__(message)
        self.code, self.passing = code, passing


class Denied(BursarError):
    """The call may not be made. `resets_at` says when the budget resets, where a limit is the reason."""

    def __init__(self, decision):
        super().__init__(decision["code"], decision["reason"])
        self.resets_at = decision["resets_at"]


class Gateway:
    def __init__(self, origin, token, timeout=5.0):
        self.address = origin.rstrip("/") + "/v1/gateway"
        self.token = token
        self.timeout = timeout

    def reserve(self, key, amount, category="platform", user=None, project=None, model=None, expires_in=None):
        """Holds `amount` for a call and returns the id of the reservation, or raises `Denied`."""
        body = {"key": key, "amount": Decimal(amount), "budget_category": category, "user": user}
        body |= {"project": project, "model": model, "expires_in": expires_in}
        decision = self.post("/reservations", body)
        if not decision["allowed"]:
            raise Denied(decision)
        return decision["reservation_id"]

    def settle(self, reservation, amount, input_tokens=0, output_tokens=0):
        """Records what the call did cost."""
        body = {"amount": Decimal(amount), "input_tokens": input_tokens, "output_tokens": output_tokens}
        self.post(f"/reservations/{reservation}/settle", body)

    def release(self, reservation):
        """Gives back what was held for a call that was not made."""
        self.post(f"/reservations/{reservation}/release")

    def report(self, events):
        """Reports calls that were made without a reservation; returns a result for each, in its place."""
        return self.post("/spend-events", {"events": events})["results"]

    def post(self, path, body=None):
        request = urllib.request.Request(self.address + path, method="POST", data=None if body is None else encode(body))
        request.add_header("Authorization", f"Bearer {self.token}")
        request.add_header("Content-Type", "application/json")
        pause, why = FIRST_PAUSE, None
        for attempt in range(ATTEMPTS):
            if attempt > 0:
                time.sleep(pause)
                pause *= 3
            try:
                with urllib.request.urlopen(request, timeout=self.timeout) as answer:
                    return json.load(answer, parse_float=Decimal)
            except urllib.error.HTTPError as refused:
                why = refusal(refused)
                if not why.passing:
                    raise why from None
            except (OSError, http.client.HTTPException, ValueError) as fault:
                why = BursarError("no_answer", f"Bursar does not answer: {fault}", passing=True)
        raise why


def refusal(refused):
    """The refusal of an answer, which a proxy before Bursar may have written."""
    passing = refused.code == 429 or refused.code >= 500
    try:
        error = json.load(refused)["error"]
        return BursarError(error["code"], error["message"], passing)
    except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError):
        return BursarError("no_answer", f"Bursar does not answer: status {refused.code}", passing)


def encode(body):
    """JSON with the digits of every amount as they are: a float has only 15 of them."""
    if isinstance(body, dict):
        return b"{" + b",".join(encode(name) + b":" + encode(value) for name, value in body.items()) + b"}"
    if isinstance(body, list):
        return b"[" + b",".join(encode(value) for value in body) + b"]"
    if isinstance(body, Decimal):
        return f"{body:f}".encode()
    return json.dumps(body).encode()

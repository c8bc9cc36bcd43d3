"""Has a LiteLLM proxy ask Bursar before each call and report what the call cost.

Before a call the callback reserves the most that the call can cost: when the budget has no room, LiteLLM refuses the call
with Bursar's reason. Afterwards it settles the real cost and the tokens, or releases the amount of a call that failed. The
reservation is what makes limits hold for calls at the same moment. docs/gateways.md explains the variables.
"""

import asyncio
import os
import re
import uuid
from datetime import datetime, timezone
from decimal import Decimal

import litellm
from fastapi import HTTPException
from litellm._logging import verbose_proxy_logger as log
from litellm.integrations.custom_logger import CustomLogger

from bursar_gateway import BursarError, Denied, Gateway

# Codes of denials by a limit; other denials are about the user or the project.
LIMITS = ("hard_limit_reached", "member_limit_reached")
# Where a request keeps its reservation on the way through LiteLLM: the name of the metadata depends on the endpoint.
PLACES = ("metadata", "litellm_metadata")
RESERVATION = "bursar_reservation"
# Fields that limit the answer, by endpoint.
LONGEST = ("max_completion_tokens", "max_tokens", "max_output_tokens")
# Fields beside the messages that the model reads.
PROMPTS = ("prompt", "input", "instructions", "tools", "functions", "response_format")


class BursarCallback(CustomLogger):
    def __init__(self):
        super().__init__()
        self.gateway = Gateway(os.environ["BURSAR_URL"], os.environ["BURSAR_GATEWAY_TOKEN"])
        self.category = os.environ.get("BURSAR_CATEGORY", "platform")
        # Held for a call whose price is not known before.
        self.default_amount = Decimal(os.environ.get("BURSAR_RESERVE", "0.10"))
        # The longest that a call can last, in seconds.
        self.longest = int(os.environ.get("BURSAR_LONGEST_CALL", "1800"))
        # Only where every API client of the proxy may be trusted to name its user in the request.
        self.trusts_request = os.environ.get("BURSAR_TRUST_REQUEST_USER") == "true"
        # Calls that have not ended, by their reservations, and what is being sent.
        self.open, self.sending = {}, set()

    async def async_pre_call_hook(self, user_api_key_dict, cache, data, call_type):
        """Reserves, or refuses the call. Requests without a model, for files for example, cost nothing."""
        forget(data)
        if not data.get("model"):
            return data
        user, project = self.subject(user_api_key_dict)
        prompt = tokens_of(data)
        price = price_of(data["model"], prompt, data.get("service_tier"))
        amount, reserved_at = self.most(data, prompt, price), datetime.now(timezone.utc).isoformat()
        # Not LiteLLM's call id, which clients may choose: two calls with one id would share a reservation.
        key = str(uuid.uuid4())
        try:
            reservation = await asyncio.to_thread(
                self.gateway.reserve, key, amount, self.category, user, project, data["model"], self.longest + 60
            )
        except Denied as denied:
            detail = {"error": str(denied), "code": denied.code, "resets_at": denied.resets_at}
            raise HTTPException(429 if denied.code in LIMITS else 403, detail) from None
        except BursarError as fault:
            log.error("Bursar did not decide on a call: %s", fault)
            raise HTTPException(503, {"error": "The budget cannot be checked now.", "code": fault.code}) from None
        call = {"user": user, "project": project, "model": data["model"], "budget_category": self.category}
        data[place_of(data)][RESERVATION] = {
            "id": reservation, "held": str(amount), "is_priced": price is not None,
            "call": call | {"spent_at": reserved_at},
        }
        self.open[reservation] = asyncio.create_task(self.charge_unless_ended(reservation, amount))
        return data

    async def async_log_success_event(self, kwargs, response_obj, start_time, end_time):
        """Settles the real cost, also at the end of a stream."""
        reservation = found(kwargs.get("litellm_params") or {})
        if reservation is None:
            return
        cost = kwargs.get("response_cost")
        if cost is None or (cost == 0 and not reservation["is_priced"] and not kwargs.get("cache_hit")):
            # LiteLLM knows no price and says 0: what was held is charged, so that no call is free.
            cost = reservation["held"]
            log.warning("the cost of a call to %s is not known: %s is settled", kwargs.get("model"), cost)
        usage = getattr(response_obj, "usage", None)
        tokens = [getattr(usage, name, None) or 0 for name in ("prompt_tokens", "completion_tokens")]
        self.end(reservation["id"], self.settle, reservation["call"], Decimal(str(cost)), *tokens)

    async def async_post_call_failure_hook(self, request_data, original_exception, user_api_key_dict, traceback_str=None):
        """Releases the amount of a call that failed for good. LiteLLM logs a failure for every attempt, and a later one may
        succeed, so `async_log_failure_event` is the wrong place."""
        reservation = found(request_data)
        if reservation is not None:
            self.end(reservation["id"], self.gateway.release)

    def subject(self, key):
        """The user and the project that LiteLLM's key belongs to."""
        user = key.user_email or key.user_id or (key.end_user_id if self.trusts_request else None)
        return user, (key.metadata or {}).get("bursar_project") or key.team_alias

    def most(self, data, prompt, price):
        """The most that the call can cost."""
        if price is None:
            return self.default_amount
        answers = max(whole(data.get("n")), whole(data.get("best_of")), 1)
        longest = max([whole(data.get(name)) for name in LONGEST]) or price[2]
        longest *= answers
        return max(prompt * price[0] + longest * price[1], Decimal("0.000000001"))

    async def charge_unless_ended(self, reservation, held):
        """LiteLLM does not tell the end of every call, for example when a client hangs up. Such a call is not free."""
        await asyncio.sleep(self.longest)
        self.open.pop(reservation, None)
        await self.send(self.gateway.settle, reservation, held)

    def settle(self, reservation, call, cost, input_tokens, output_tokens):
        """Settles. LiteLLM may report a failure and then the end of the call: its reservation was released, and the money
        is spent all the same, so it is reported as an event."""
        try:
            return self.gateway.settle(reservation, cost, input_tokens, output_tokens)
        except BursarError as refused:
            if refused.code != "already_released":
                raise
        if cost > 0:
            event = {"key": f"{reservation} after its release", "amount": cost}
            event |= call | {"input_tokens": input_tokens, "output_tokens": output_tokens}
            [result] = self.gateway.report([event])
            if result["status"] == "refused":
                raise BursarError(result["code"], result["reason"])

    def end(self, reservation, work, *arguments):
        """Settles or releases without keeping the caller."""
        if waiting := self.open.pop(reservation, None):
            waiting.cancel()
        task = asyncio.create_task(self.send(work, reservation, *arguments))
        self.sending.add(task)
        task.add_done_callback(self.sending.discard)

    async def send(self, work, *arguments):
        """Tries until Bursar answers."""
        pause = 1
        while True:
            try:
                return await asyncio.to_thread(work, *arguments)
            except BursarError as fault:
                if not fault.passing:
                    return log.error("%s of %s was refused: %s", work.__name__, arguments, fault)
                await asyncio.sleep(pause)
                pause = min(2 * pause, 60)


def tokens_of(data):
    """How long the prompt of a request is."""
    messages = data.get("messages") or []
    # Tools and other endpoints' prompts by their length: a token is seldom shorter than two characters.
    others = sum(len(str(data[name])) for name in PROMPTS if data.get(name)) // 2
    return (litellm.token_counter(messages=messages) if messages else 0) + others


def price_of(name, prompt, tier):
    """What an input and an output token of a model cost at most, with a prompt this long and the service tier of the
    request, and the longest answer; None where that is not known."""
    from litellm.proxy.proxy_server import llm_router

    deployments = llm_router.get_model_list(model_name=name) if llm_router else None
    prices = []
    for deployment in deployments or [{"litellm_params": {"model": name}}]:
        own = deployment["litellm_params"] | (deployment.get("model_info") or {})
        try:
            known = litellm.get_model_info(deployment["litellm_params"]["model"])
        except Exception:
            known = {}
        # LiteLLM enters models that it does not know with a price of 0; only a price in the configuration may be 0.
        is_own = own.get("input_cost_per_token") is not None or own.get("output_cost_per_token") is not None
        costs = [cost_of(own if is_own else known, kind, prompt, tier) for kind in ("input", "output")]
        if not is_own and not any(costs):
            return None
        prices.append(costs + [known.get("max_output_tokens") or 4096])
    return [max(column) for column in zip(*prices)]


def cost_of(prices, kind, prompt, tier):
    """The highest price of a token that applies: many models charge more for a long prompt, or for a faster answer."""
    costs = [Decimal(0)]
    for name, cost in prices.items():
        rule = re.fullmatch(rf"{kind}_cost_per_token(?:_above_(\d+)k_tokens)?(?:_([a-z]+))?", name)
        if cost and rule and (rule[1] is None or prompt > 1000 * int(rule[1])) and rule[2] in (None, tier):
            costs.append(Decimal(str(cost)))
    return max(costs)


def whole(value):
    """A whole number of a request, or 0; the provider refuses anything else."""
    return value if isinstance(value, int) else 0


def place_of(request):
    """Where LiteLLM keeps what it knows of a request. The other name may be a field of the call itself, which is sent on."""
    return next(place for place in PLACES if "user_api_key" in (request.get(place) or {}))


def forget(data):
    """Drops what a client may have put into the place of a reservation."""
    for place in PLACES:
        if isinstance(data.get(place), dict):
            data[place] = {name: value for name, value in data[place].items() if name != RESERVATION}


def found(request):
    """The reservation of a request: its id, what it holds, whether a price was known, and the call as an event has it."""
    return next(filter(None, ((request.get(place) or {}).get(RESERVATION) for place in PLACES)), None)


handler = BursarCallback()

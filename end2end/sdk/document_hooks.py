"""What Schemathesis cannot know from the document, each with the reason. `schemathesis.toml` names this module."""

import base64
import datetime
import os
import unicodedata
import uuid

import schemathesis
from hypothesis import strategies as st

CURRENT_USER = os.environ["BURSAR_TEST_USER_ID"]


# Formats that are rules in words: the document says that they hold, and no keyword of JSON Schema can state them.


def cursor(id, key):
    """A place in a list, as the header `Link` holds it."""
    flags = b"\1" if key else b"\0"
    return base64.urlsafe_b64encode(id.bytes + flags + key.encode()).decode().rstrip("=")


def visible_text():
    """Text in normalization form C that begins with a character that is seen and has none that is not."""
    ignorable = "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0" + "".join(
        chr(code) for start, end in [(0x180B, 0x180F), (0xFE00, 0xFE0F)] for code in range(start, end + 1)
    )
    seen = st.characters(categories=["L", "N", "P", "S"], exclude_characters=ignorable, max_codepoint=0x1F6FF)
    more = st.characters(categories=["L", "M", "N", "P", "S", "Zs"], exclude_characters=ignorable, max_codepoint=0x1F6FF)
    text = st.builds(str.__add__, seen, st.text(more, max_size=40))
    return text.map(lambda text: unicodedata.normalize("NFC", text))


schemathesis.openapi.format("visible-text", visible_text())
schemathesis.openapi.format("password", st.uuids().map(lambda id: f"a quiet {id}"))
schemathesis.openapi.format("time-zone", st.sampled_from(["UTC", "Europe/Warsaw", "Asia/Kolkata", "America/Sao_Paulo"]))
schemathesis.openapi.format("reset-period", st.sampled_from(["1d", "30d", "024h", "60m", "60s", "0120s", "31622400s"]))
schemathesis.openapi.format("cursor", st.builds(cursor, st.uuids(), st.sampled_from(["", "ada", "2026-03-02T09:00:00Z"])))


@schemathesis.hook
def before_call(context, case, kwargs):
    # A key belongs to one request for a day: one that is drawn twice is refused, and rightly.
    if "Idempotency-Key" in (case.headers or {}) and case.meta.generation.mode.is_positive:
        case.headers["Idempotency-Key"] = str(uuid.uuid4())
    # Closing the account that the requests are sent by, or changing its password, would end the test.
    if case.path_parameters.get("id") == CURRENT_USER and case.method != "GET":
        case.path_parameters["id"] = str(uuid.uuid4())


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """Drops what a schema cannot say: rules about several values or a stored one, and formats that are rules in words."""
    if failure.title == "Schema-violating request accepted":
        return not breaks_only_formats(case)
    if failure.title != "Schema-valid request rejected" or response.status_code != 400:
        return True
    return not breaks_a_rule(case, case.body if isinstance(case.body, dict) else {}, case.query or {})


def breaks_only_formats(case):
    """Whether a body fits its schema but for formats that are rules in words: to Schemathesis, any text violates those."""
    mutations = getattr(case.meta.phase.data, "mutations", ())
    is_format = bool(mutations) and all(mutation.keywords == ("format",) for mutation in mutations)
    return is_format and all(body.is_valid(case.body) for body in case.operation.body)


def breaks_a_rule(case, body, query):
    operation = case.operation.definition.raw["operationId"]
    if operation in ("create_budget", "update_budget", "create_project_budget", "update_project_budget"):
        # A limit that is not sent is the stored one. Windows of the calendar have a duration of 1, 7 or 30 days.
        soft, hard = body.get("soft_budget"), body.get("max_budget")
        return soft is None or hard is None or soft > hard or bool(body.get("calendar"))
    if operation == "set_member_allocation":
        return body["allocated_soft_budget"] > body["allocated_max_budget"]
    if operation in ("create_budget_group", "update_budget_group"):
        # Categories that are not sent keep the stored percentage.
        return not is_spread(body.get("total_amount"), body.get("categories") or {})
    if "start_date" in query or "end_date" in query:
        return not is_range(query.get("start_date", ""), query.get("end_date", ""))
    if operation in ("create_user", "set_user_password", "change_password"):
        # At the bounds of the length, passwords are drawn without regard to their format: one character over and over.
        return is_common(body.get("password") or body["new_password"])
    if operation == "update_user":
        # Only admins may be without a limit.
        return "project_limit" in body and body["project_limit"] is None
    if operation == "reserve":
        # A reservation names a user, a project, or both.
        return not (body.get("user") or "").strip() and not (body.get("project") or "").strip()
    if operation in ("list_users", "list_projects", "list_budgets", "list_project_budgets"):
        return int(query.get("page", 0)) * int(query.get("per_page", 20)) > 50_000
    if operation == "add_members":
        ids = [user["user_id"].lower() for user in body["users"]]
        return len(set(ids)) < len(ids)
    return False


def is_spread(total, categories):
    """Whether the percentages sum to 100, `platform` has a part, and each soft limit is within its amount."""
    parts = [part for part in categories.values() if part]
    amounts = [((total or 0) * part["pct"] / 100, part.get("soft_budget") or 0) for part in parts]
    return (
        abs(sum(part["pct"] for part in parts) - 100) <= 0.5
        and categories.get("platform", {}).get("pct", 0) > 0
        and all(soft <= amount for amount, soft in amounts)
    )


def is_range(first, last):
    """Whether the days belong together: both or neither, in order, at most 366, in the years from 2000 to 2199."""
    if not first.strip() and not last.strip():
        return True
    try:
        first, last = (datetime.date.fromisoformat(day[:10]) for day in (first, last))
    except ValueError:
        return False
    return 2000 <= first.year and last.year <= 2199 and 0 <= (last - first).days < 366


def is_common(password):
    return len(set(password)) <= 5 or "\0" in password

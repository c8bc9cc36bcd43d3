"""The part of LiteLLM's OpenAPI document that Bursar uses: run as a program, it prints it."""

import json
import os

os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")

PATHS = [
    "/budget/new",
    "/budget/update",
    "/budget/info",
    "/budget/list",
    "/budget/delete",
    "/customer/new",
    "/customer/update",
    "/customer/info",
    "/customer/list",
]


def references(part):
    """The names of the schemas that a part refers to."""
    if isinstance(part, dict):
        reference = part.get("$ref", "")
        found = {reference.rsplit("/", 1)[1]} if reference.startswith("#/components/schemas/") else set()
        return found.union(*map(references, part.values()))
    return set().union(*map(references, part)) if isinstance(part, list) else set()


def without_prose(part):
    """Descriptions and examples change with every release and say nothing of the form."""
    if isinstance(part, dict):
        return {
            key: without_prose(value)
            for key, value in part.items()
            if key not in ("summary", "examples") and not (key == "description" and isinstance(value, str))
        }
    return [without_prose(item) for item in part] if isinstance(part, list) else part


def extract():
    """The paths with every schema that they need."""
    from litellm.proxy.proxy_server import app

    whole = app.openapi()
    paths = {path: whole["paths"][path] for path in PATHS}
    schemas, wanted = {}, references(paths)
    while wanted:
        name = wanted.pop()
        schemas[name] = whole["components"]["schemas"][name]
        wanted |= references(schemas[name]) - schemas.keys()
    return without_prose({"paths": paths, "components": {"schemas": schemas}})


if __name__ == "__main__":
    print(json.dumps(extract(), indent=1, sort_keys=True))

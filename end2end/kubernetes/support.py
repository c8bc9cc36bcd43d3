"""Renders the chart with Helm and compares manifests with the schemas of Kubernetes and of custom resources."""

import functools
import os
import pathlib
import re
import shlex
import subprocess

import jsonschema
import kubernetes_validate
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
CHART = ROOT / "deploy/helm/bursar"
EXAMPLES = ROOT / "deploy/helm/examples"
DOCUMENT = ROOT / "docs/kubernetes.md"

# The oldest version that Chart.yaml allows, and the newest whose schemas are installed.
VERSIONS = ("1.30", kubernetes_validate.latest_version())


class Refused(Exception):
    """A tool ended with an error; the text is what it wrote."""


def run(program, *arguments, **options):
    done = subprocess.run([program, *map(str, arguments)], capture_output=True, text=True, cwd=ROOT, **options)
    if done.returncode != 0:
        raise Refused(done.stdout + done.stderr)
    return done.stdout


def helm(*arguments):
    return run(os.environ["HELM"], *arguments)


def documented_commands():
    """The options of every `helm upgrade --install` in docs/kubernetes.md: files of values, and single values."""
    blocks = re.findall(r"```sh\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    lines = "\n".join(blocks).replace("\\\n", " ").splitlines()
    words = [shlex.split(line, comments=True) for line in lines]
    return [options(command[5:]) for command in words if command[:3] == ["helm", "upgrade", "--install"]]


def options(words):
    """The options that choose values, without those that need a cluster."""
    pairs = list(zip(words, words[1:]))
    return [word for pair in pairs if pair[0] in ("--values", "--set", "--set-string") for word in pair]


def render(*arguments):
    """The manifests that Helm would send, hooks included."""
    text = helm("template", "bursar", CHART, "--namespace", "bursar", *arguments)
    return [manifest for manifest in yaml.safe_load_all(text) if manifest]


def notes(*arguments):
    """What Helm tells the operator after an installation."""
    install = ("install", "bursar", CHART, "--dry-run=client", "--namespace", "bursar")
    return helm(*install, *arguments).split("\nNOTES:\n")[1]


def example(name):
    return "--values", EXAMPLES / f"{name}.yaml"


def one(manifests, kind, name=None):
    found = [item for item in manifests if item["kind"] == kind and name in (None, item["metadata"]["name"])]
    assert len(found) == 1, f"{len(found)} x {kind} {name}"
    return found[0]


def pods(manifests):
    """The specification of every pod."""
    return [item["spec"]["template"] for item in manifests if item["kind"] in ("Deployment", "Job")]


@functools.cache
def custom_resources():
    """A validator for each kind of custom resource, by version and kind."""
    validators = {}
    for path in os.environ["CUSTOM_RESOURCES"].split(os.pathsep):
        for definition in yaml.load_all(pathlib.Path(path).read_text(), Loader=yaml.CSafeLoader):
            spec = definition["spec"]
            for version in spec["versions"]:
                schema = closed(version["schema"]["openAPIV3Schema"])
                api = f"{spec['group']}/{version['name']}"
                validators[api, spec["names"]["kind"]] = jsonschema.Draft202012Validator(schema)
    return validators


def closed(schema):
    """The schema, refusing fields that it does not name: Kubernetes would drop them."""
    if isinstance(schema, list):
        return [closed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    result = {key: closed(value) for key, value in schema.items()}
    is_open = "additionalProperties" in schema or schema.get("x-kubernetes-preserve-unknown-fields")
    if isinstance(schema.get("properties"), dict) and schema.get("type") == "object" and not is_open:
        result["additionalProperties"] = False
    return result


def validate(manifest, version):
    """Raises what is wrong with a manifest."""
    custom = custom_resources().get((manifest["apiVersion"], manifest["kind"]))
    if custom is not None:
        custom.validate(manifest)
    else:
        kubernetes_validate.validate(manifest, version, strict=True)

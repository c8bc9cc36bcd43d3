"""Every manifest that the documents lead to is one that Kubernetes accepts, and wrong ones are refused."""

import copy
import os
import unittest

import jsonschema
import yaml
from support import CHART, EXAMPLES, ROOT, VERSIONS, Refused, documented_commands, example, helm, one, render, run
from support import validate

EVERYTHING = (*example("platform-managed"), *example("production"), *example("gateway"))


class Manifests(unittest.TestCase):
    def test_every_documented_command_renders_valid_manifests(self):
        commands = documented_commands()
        self.assertGreaterEqual(len(commands), 8)
        for options in commands:
            with self.subTest(options=options):
                helm("lint", "--strict", CHART, *options)
                for manifest in render(*options):
                    for version in VERSIONS:
                        validate(manifest, version)

    def test_every_example_is_used_by_a_documented_command(self):
        used = {word for options in documented_commands() for word in options}
        for path in EXAMPLES.iterdir():
            self.assertIn(str(path.relative_to(ROOT)), used)

    def test_chart_without_values_is_linted(self):
        helm("lint", "--strict", CHART)

    def test_postgres_of_cloudnativepg_is_valid(self):
        manifests = list(yaml.safe_load_all((ROOT / "deploy/kubernetes/postgres.yaml").read_text()))
        self.assertEqual([item["kind"] for item in manifests], ["Cluster", "ScheduledBackup"])
        for manifest in manifests:
            validate(manifest, VERSIONS[0])
        secrets = {f"{manifests[0]['metadata']['name']}-{suffix}" for suffix in ("app", "ca")}
        database = yaml.safe_load((EXAMPLES / "platform-managed.yaml").read_text())["database"]
        self.assertEqual({database["existingSecret"], database["caSecret"]}, secrets)

    def test_wrong_manifests_are_refused(self):
        cluster = next(yaml.safe_load_all((ROOT / "deploy/kubernetes/postgres.yaml").read_text()))
        manifests = [*render(*EVERYTHING), cluster]
        wrong = [
            ("Deployment", "spec.replica", 2),
            ("Deployment", "spec.template.spec.containers.0.ports.0.containerPort", "3000"),
            ("Deployment", "spec.template.spec.containers.0.securityContext.readOnlyRootFileSystem", True),
            ("HorizontalPodAutoscaler", "spec.maxReplicas", "six"),
            ("NetworkPolicy", "spec.ingress.0.form", []),
            ("HTTPRoute", "spec.rules.0.matches.0.path.type", "Prefix"),
            ("HTTPRoute", "spec.rules.0.backendRef", []),
            ("ServiceMonitor", "spec.endpoints.0.intervall", "30s"),
            ("ServiceMonitor", "spec.endpoints.0.interval", "half a minute"),
            ("Cluster", "spec.instances", 0),
            ("Cluster", "spec.postgresql.synchronous.method", "quorum"),
        ]
        for kind, path, value in wrong:
            manifest = copy.deepcopy(one(manifests, kind, {"Cluster": "bursar-db"}.get(kind, "bursar")))
            validate(manifest, VERSIONS[0])
            put(manifest, path.split("."), value)
            for version in VERSIONS:
                with self.subTest(kind=kind, path=path), self.assertRaises(jsonschema.ValidationError):
                    validate(manifest, version)


class Compose(unittest.TestCase):
    def test_compose_reads_the_file(self):
        project = yaml.safe_load(run(os.environ["COMPOSE"], ROOT / "docker-compose.yaml"))
        self.assertEqual(set(project["services"]), {"bursar", "keycloak", "postgres"})

    def test_compose_refuses_wrong_files(self):
        text = (ROOT / "docker-compose.yaml").read_text()
        wrong = [("read_only: true\n", "readonly: true\n"), ("service_healthy", "healthy"),
                 ("127.0.0.1:3000:3000", "127.0.0.1:web:3000")]
        for right, mistake in wrong:
            self.assertIn(right, text)
            with self.subTest(mistake=mistake), self.assertRaises(Refused):
                run(os.environ["COMPOSE"], "-", input=text.replace(right, mistake))

    def test_services_refer_to_each_other_by_their_names(self):
        services = yaml.safe_load((ROOT / "docker-compose.yaml").read_text())["services"]
        bursar = services["bursar"]
        self.assertEqual(bursar["network_mode"], "service:keycloak")
        self.assertEqual(set(bursar["depends_on"]), {"keycloak", "postgres"})
        for name in bursar["depends_on"]:
            self.assertIn("healthcheck", services[name])


class Dockerfile(unittest.TestCase):
    def test_linter_has_nothing_to_say(self):
        # Debian removes old versions of a package from its mirrors: a pinned one would end the build within weeks.
        run(os.environ["HADOLINT"], "--ignore", "DL3008", ROOT / "deploy/Dockerfile")

    def test_linter_refuses_what_is_wrong(self):
        with self.assertRaisesRegex(Refused, "DL3006|DL3007"):
            run(os.environ["HADOLINT"], "-", input='FROM debian:latest\nCMD ["bursar"]\n')


def put(manifest, path, value):
    """Sets the field of the manifest at the path."""
    *parents, field = path
    for name in parents:
        manifest = manifest[int(name) if name.isdigit() else name]
    manifest[field] = value


if __name__ == "__main__":
    unittest.main()

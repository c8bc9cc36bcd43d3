"""What the chart promises: its variables, its safety, its probes, and that its objects find each other."""

import json
import os
import re
import tomllib
import unittest

import yaml
from support import CHART, DOCUMENT, EXAMPLES, ROOT, Refused, documented_commands, example, notes, one, pods, render, run

PLATFORM = example("platform-managed")
PRODUCTION = (*PLATFORM, *example("production"), *example("two-roles"))

# Secrets that the examples refer to, as an operator would make them.
SECRETS = {
    "DATABASE_URL": "postgresql://bursar:secret@bursar-db-rw.bursar:5432/bursar",
    "BURSAR_SECRET_KEY": "kzN0Yq1nXy7oP0mV8bq0n3v1o0q2J4c8d1w5r6t7u8k=",
    "OIDC_CLIENT_SECRET": "secret-for-trying",
    "SUPERADMIN_PASSWORD": "a quiet ledger line",
    "KEYCLOAK_ADMIN_CLIENT_SECRET": "secret-for-trying",
}

# Read by the TLS library and by the driver of Postgres.
OF_LIBRARIES = {"SSL_CERT_FILE", "PGSSLMODE", "PGSSLROOTCERT"}


def variables(pod):
    """The environment of the pod's container, with the secrets as texts."""
    container = pod["spec"]["containers"][0]
    return {item["name"]: item["value"] if "value" in item else SECRETS[item["name"]] for item in container["env"]}


def check_config(environment):
    """`bursar check-config` in this environment."""
    environment = {**environment, "BURSAR_SITE_DIR": os.environ["BURSAR_SITE_DIR"]}
    if "SSL_CERT_FILE" in environment:
        environment["SSL_CERT_FILE"] = "/etc/ssl/certs/ca-certificates.crt"
    return run(os.environ["BURSAR_BIN"], "check-config", env=environment)


class Variables(unittest.TestCase):
    def test_every_variable_is_in_the_table_of_the_readme(self):
        table = (ROOT / "README.md").read_text().split("<!-- generated:config -->")[1].split("<!-- /generated -->")[0]
        known = {name for row in table.splitlines() for name in re.findall(r"`(\w+)`", row.split("|")[1] if row else "")}
        self.assertGreater(len(known), 40)
        for options in documented_commands():
            for pod in pods(render(*options)):
                self.assertEqual(set(variables(pod)) - known - OF_LIBRARIES, set(), options)

    def test_bursar_accepts_the_environment_of_every_documented_command(self):
        for options in documented_commands():
            for pod in pods(render(*options)):
                with self.subTest(options=options, command=pod["spec"]["containers"][0]["args"]):
                    self.assertIn("The configuration is good.", check_config(variables(pod)))

    def test_bursar_refuses_an_environment_with_a_wrong_name(self):
        environment = variables(pods(render(*PLATFORM))[0])
        with self.assertRaisesRegex(Refused, "BURSAR_TRUSTED_PROXIES"):
            check_config({**environment, "BURSAR_TRUSTED_PROXY": "10.42.0.0/16"})

    def test_switches_of_the_earlier_charts_become_bursars_variables(self):
        for user, budget in [("true", "false"), ("false", "true")]:
            switches = ("--set", f"viteEnableUserManagement={user}", "--set", f"viteEnableBudgetManagement={budget}")
            environment = variables(pods(render(*example("keycloak-managed"), *switches))[0])
            self.assertEqual(environment["ENABLE_USER_MANAGEMENT"], user)
            self.assertEqual(environment["ENABLE_BUDGET_MANAGEMENT"], budget)

    def test_no_variable_is_set_twice(self):
        for options in documented_commands():
            for pod in pods(render(*options)):
                names = [item["name"] for item in pod["spec"]["containers"][0]["env"]]
                self.assertEqual(sorted(names), sorted(set(names)), options)

    def test_check_and_server_have_the_same_environment(self):
        manifests = render(*PRODUCTION)
        server, check = (one(manifests, *which)["spec"]["template"]["spec"]["containers"][0]
                         for which in [("Deployment", "bursar"), ("Job", "bursar-check-config")])
        for field in ("image", "env", "volumeMounts"):
            self.assertEqual(server[field], check[field])


class Refusals(unittest.TestCase):
    def refused(self, message, *arguments):
        with self.subTest(message=message), self.assertRaisesRegex(Refused, message):
            render(*arguments)

    def test_wrong_values_are_refused_with_what_to_do(self):
        extra = ("--set", "extraEnv[0].name=OIDC_CLIENT_SECRET,extraEnv[0].value=s3cret")
        self.refused("image.repository: name", "--set", "database.existingSecret=db")
        self.refused("database.existingSecret: name", "--set", "image.repository=bursar")
        self.refused("value of OIDC_CLIENT_SECRET is a secret", *PLATFORM, *extra)
        self.refused("ENABLE_USER_MANAGEMENT is \"true\" there, and \"false\"",
                     *PLATFORM, "--set", "viteEnableUserManagement=false")
        self.refused("extraEnv names BURSAR_LOG twice", *PLATFORM, "--set", "extraEnv[0].name=BURSAR_LOG,"
                     "extraEnv[0].value=info,extraEnv[1].name=BURSAR_LOG,extraEnv[1].value=debug")
        self.refused("PORT moves Bursar away", *PLATFORM,
                     "--set", "extraEnv[0].name=PORT", "--set-string", "extraEnv[0].value=8080")
        self.refused("together take 65 seconds", *PLATFORM, "--set", "extraEnv[0].name=BURSAR_SHUTDOWN_TIMEOUT",
                     "--set-string", "extraEnv[0].value=60")
        self.refused("DATABASE_URL comes from the Secret", *PLATFORM,
                     "--set", "extraEnv[0].name=DATABASE_URL,extraEnv[0].value=postgres://db/bursar")
        self.refused("publicUrl: Ingress and HTTPRoute need", *PLATFORM, "--set", "publicUrl=")
        self.refused("networkPolicy.from: name", *PLATFORM, "--set", "networkPolicy.enabled=true")
        self.refused("httpRoute.parentRefs: name", *PLATFORM, "--set", "httpRoute.enabled=true")
        self.refused("set metrics.enabled too", *PLATFORM, "--set", "metrics.serviceMonitor.enabled=true")
        self.refused("minReplicas is larger", *PLATFORM, "--set", "autoscaling.enabled=true,autoscaling.minReplicas=9")
        self.refused("migration.existingSecret: name", *PLATFORM, "--set", "migration.enabled=true")

    def test_schema_refuses_unknown_names_and_wrong_types(self):
        for wrong in ["replicas=3", "ingress.host=bursar.example.com", "viteEnableUserManagement=yes",
                      "publicUrl=bursar.example.com", "publicUrl=https://bursar.example.com/console",
                      "extraEnv[0].name=USER_PROJECT_LIMIT,extraEnv[0].value=3", "image.digest=latest"]:
            self.refused("schema", *PLATFORM, "--set", wrong)


class Notes(unittest.TestCase):
    def test_notes_of_every_documented_command_name_the_address_and_warn_of_nothing(self):
        for options in documented_commands():
            text = notes(*options)
            self.assertIn("open https://bursar.example.com", text)
            self.assertNotIn("WARNING", text)

    def test_notes_warn_of_a_missing_proxy_and_of_one_instance(self):
        text = notes(*PLATFORM, "--set", "replicaCount=1,trustedProxies=null")
        self.assertIn("WARNING: trustedProxies is empty", text)
        self.assertIn("WARNING: one instance serves", text)

    def test_notes_say_when_to_remove_the_variables_of_the_import(self):
        self.assertIn("when the import is complete", notes(*example("keycloak-import")))
        self.assertNotIn("import", notes(*PLATFORM))


class Safety(unittest.TestCase):
    """The profile `restricted` of the Pod Security Standards, and what goes beyond it."""

    def test_no_pod_has_more_rights_than_it_needs(self):
        found = pods(render(*PRODUCTION))
        self.assertEqual(len(found), 3)
        for pod in found:
            spec, (container,) = pod["spec"], pod["spec"]["containers"]
            self.assertEqual(spec["securityContext"], {"runAsNonRoot": True, "runAsUser": 65534, "runAsGroup": 65534,
                                                       "seccompProfile": {"type": "RuntimeDefault"}})
            self.assertEqual(container["securityContext"], {"allowPrivilegeEscalation": False,
                                                            "readOnlyRootFilesystem": True,
                                                            "capabilities": {"drop": ["ALL"]}})
            self.assertIs(spec["automountServiceAccountToken"], False)
            self.assertIs(spec["enableServiceLinks"], False)
            self.assertTrue({"cpu", "memory"} <= set(container["resources"]["requests"]))
            self.assertIn("memory", container["resources"]["limits"])
            self.assertFalse({"hostNetwork", "hostPID", "hostIPC"} & set(spec))

    def test_secrets_are_references_alone(self):
        for options in documented_commands():
            for pod in pods(render(*options)):
                for item in pod["spec"]["containers"][0]["env"]:
                    if item["name"] in SECRETS:
                        self.assertEqual(set(item["valueFrom"]), {"secretKeyRef"}, item["name"])

    def test_chart_makes_no_secret(self):
        for options in documented_commands():
            self.assertNotIn("Secret", {item["kind"] for item in render(*options)})

    def test_image_runs_as_the_user_of_the_chart(self):
        dockerfile = (ROOT / "deploy/Dockerfile").read_text()
        self.assertIn("\nUSER 65534:65534\n", dockerfile)
        self.assertIn("ca-certificates.crt", dockerfile.split("FROM ${RUN_IMAGE}")[1])


class Objects(unittest.TestCase):
    def test_start_up_probe_allows_600_seconds_for_migrations(self):
        deployment = one(render(*PLATFORM), "Deployment")["spec"]
        (container,) = deployment["template"]["spec"]["containers"]
        probe = container["startupProbe"]
        self.assertEqual(probe["periodSeconds"] * probe["failureThreshold"], 600)
        self.assertGreater(deployment["progressDeadlineSeconds"], 600)
        paths = {name: container[name]["httpGet"]["path"] for name in ("startupProbe", "readinessProbe", "livenessProbe")}
        self.assertEqual(paths, {"startupProbe": "/health/ready", "readinessProbe": "/health/ready",
                                 "livenessProbe": "/health/live"})
        health = (ROOT / "server/src/health.rs").read_text()
        for path in paths.values():
            self.assertIn(f'.route("{path}"', health)

    def test_upgrade_never_serves_with_fewer_instances(self):
        strategy = one(render(*PLATFORM), "Deployment")["spec"]["strategy"]
        self.assertEqual(strategy["rollingUpdate"], {"maxSurge": 1, "maxUnavailable": 0})

    def test_check_runs_before_every_change_and_before_the_migration(self):
        manifests = render(*PRODUCTION)
        weights = {}
        for name in ("check-config", "migrate"):
            job = one(manifests, "Job", f"bursar-{name}")
            annotations = job["metadata"]["annotations"]
            self.assertEqual(annotations["helm.sh/hook"], "pre-install,pre-upgrade")
            self.assertEqual(job["spec"]["template"]["spec"]["containers"][0]["args"], [name])
            weights[name] = int(annotations["helm.sh/hook-weight"])
        self.assertLess(weights["check-config"], weights["migrate"])

    def test_jobs_need_nothing_that_the_chart_makes_later(self):
        manifests = render(*PRODUCTION)
        made = {item["kind"] for item in manifests if item["kind"] in ("ServiceAccount", "ConfigMap", "Secret")}
        self.assertEqual(made, {"ServiceAccount"})
        for name in ("bursar-check-config", "bursar-migrate"):
            self.assertNotIn("serviceAccountName", one(manifests, "Job", name)["spec"]["template"]["spec"])

    def test_migration_alone_connects_as_the_owner(self):
        manifests = render(*PRODUCTION)
        secrets = {}
        for kind, name in [("Deployment", "bursar"), ("Job", "bursar-check-config"), ("Job", "bursar-migrate")]:
            environment = one(manifests, kind, name)["spec"]["template"]["spec"]["containers"][0]["env"]
            (url,) = (item for item in environment if item["name"] == "DATABASE_URL")
            secrets[name] = url["valueFrom"]["secretKeyRef"]["name"]
        self.assertEqual(secrets, {"bursar": "bursar-db-serving", "bursar-check-config": "bursar-db-serving",
                                   "bursar-migrate": "bursar-db-app"})

    def test_selectors_select_the_servers_pods_alone(self):
        manifests = render(*PRODUCTION)
        deployment = one(manifests, "Deployment")
        labels = deployment["spec"]["template"]["metadata"]["labels"]
        job = one(manifests, "Job", "bursar-check-config")["spec"]["template"]["metadata"]["labels"]
        constraints = deployment["spec"]["template"]["spec"]["topologySpreadConstraints"]
        selectors = [
            deployment["spec"]["selector"]["matchLabels"],
            one(manifests, "Service", "bursar")["spec"]["selector"],
            one(manifests, "Service", "bursar-metrics")["spec"]["selector"],
            one(manifests, "PodDisruptionBudget")["spec"]["selector"]["matchLabels"],
            one(manifests, "NetworkPolicy")["spec"]["podSelector"]["matchLabels"],
            *(constraint["labelSelector"]["matchLabels"] for constraint in constraints),
        ]
        stable = {f"app.kubernetes.io/{name}" for name in ("name", "instance", "component")}
        for selector in selectors:
            # With the version in it a Service would leave the pods of the previous release.
            self.assertEqual(set(selector), stable)
            self.assertTrue(selector.items() <= labels.items(), selector)
            self.assertFalse(selector.items() <= job.items(), selector)

    def test_prometheus_finds_the_service_of_the_metrics_alone(self):
        manifests = render(*PRODUCTION)
        selector = one(manifests, "ServiceMonitor")["spec"]["selector"]["matchLabels"].items()
        services = [item for item in manifests if item["kind"] == "Service"]
        found = [item["metadata"]["name"] for item in services if selector <= item["metadata"]["labels"].items()]
        self.assertEqual(found, ["bursar-metrics"])
        self.assertEqual([port["name"] for port in one(services, "Service", "bursar")["spec"]["ports"]], ["http"])

    def test_routes_lead_to_the_service_by_the_public_host(self):
        manifests = render(*PLATFORM)
        ingress, service = one(manifests, "Ingress")["spec"], one(manifests, "Service")
        (rule,) = ingress["rules"]
        self.assertEqual(rule["host"], "bursar.example.com")
        self.assertEqual(ingress["tls"][0]["hosts"], ["bursar.example.com"])
        backend = rule["http"]["paths"][0]["backend"]["service"]
        self.assertEqual((backend["name"], backend["port"]["name"]), ("bursar", service["spec"]["ports"][0]["name"]))
        route = one(render(*PLATFORM, *example("gateway")), "HTTPRoute")["spec"]
        self.assertEqual(route["hostnames"], ["bursar.example.com"])
        self.assertEqual(route["rules"][0]["backendRefs"], [{"name": "bursar", "port": service["spec"]["ports"][0]["port"]}])

    def test_one_instance_has_no_disruption_budget_that_blocks_a_drain(self):
        kinds = {item["kind"] for item in render(*PLATFORM, "--set", "replicaCount=1")}
        self.assertNotIn("PodDisruptionBudget", kinds)

    def test_autoscaler_decides_the_number_of_instances_alone(self):
        manifests = render(*PRODUCTION)
        self.assertNotIn("replicas", one(manifests, "Deployment")["spec"])
        target = one(manifests, "HorizontalPodAutoscaler")["spec"]["scaleTargetRef"]
        self.assertEqual((target["kind"], target["name"]), ("Deployment", one(manifests, "Deployment")["metadata"]["name"]))


class Documents(unittest.TestCase):
    def test_examples_are_quoted_as_they_are(self):
        blocks = re.findall(r"```yaml\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
        quoted = {block.splitlines()[0].removeprefix("# "): block for block in blocks}
        for path in EXAMPLES.iterdir():
            name = str(path.relative_to(ROOT))
            self.assertEqual(quoted.get(name), path.read_text(), name)

    def test_every_value_is_documented_with_its_default(self):
        rows = re.findall(r"^\| `([\w.]+)` \| (.*?) \|", DOCUMENT.read_text(), re.MULTILINE)
        documented = {name: default.strip("`") for name, default in rows}
        self.assertEqual(documented, dict(defaults(yaml.safe_load((CHART / "values.yaml").read_text()))))

    def test_schema_knows_every_value_and_no_other(self):
        schema = json.loads((CHART / "values.schema.json").read_text())
        values = yaml.safe_load((CHART / "values.yaml").read_text())
        self.assertEqual(names(schema) - {"global"}, {name for name, _ in defaults(values)})

    def test_example_has_the_variables_that_setup_prints(self):
        source = (ROOT / "server/src/commands/keycloak/variables.rs").read_text()
        lists = [source.split(f"{kind}: vec![")[1].split("],")[0] for kind in ("plain", "secret")]
        plain, secret = (set(re.findall(r'\("([A-Z_]+)",', part)) for part in lists)
        self.assertIn("OIDC_ISSUER_URL", plain)
        example = yaml.safe_load((EXAMPLES / "keycloak-setup.yaml").read_text())
        self.assertEqual({item["name"] for item in example["extraEnv"]}, plain | {"BURSAR_SECRET_KEY"})
        self.assertTrue(secret and secret <= set(SECRETS), secret)
        for item in example["extraEnvFrom"]:
            self.assertIn(f"name: {item['secretRef']['name']}", source)

    def test_versions_are_those_of_the_release(self):
        chart = yaml.safe_load((CHART / "Chart.yaml").read_text())
        workspace = tomllib.loads((ROOT / "Cargo.toml").read_text())["workspace"]["package"]["version"]
        self.assertEqual((chart["version"], chart["appVersion"]), (workspace, workspace))

    def test_compose_has_the_keycloak_and_the_client_of_the_tests(self):
        services = yaml.safe_load((ROOT / "docker-compose.yaml").read_text())["services"]
        version = tomllib.loads((ROOT / "xtask/keycloak.toml").read_text())["version"]
        self.assertEqual(services["keycloak"]["image"], f"quay.io/keycloak/keycloak:{version}")
        realm = json.loads((ROOT / "deploy/keycloak/bursar-realm.json").read_text())
        clients = {client["clientId"]: client["secret"] for client in realm["clients"]}
        environment = services["bursar"]["environment"]
        self.assertEqual(clients[environment["OIDC_CLIENT_ID"]], environment["OIDC_CLIENT_SECRET"])
        self.assertIn("The configuration is good.", check_config({**environment, "BURSAR_ADDRESS": "127.0.0.1:3000"}))


def defaults(values, prefix=""):
    """Every value by its path, with its default as a text. Requests and limits are one value."""
    for name, value in values.items():
        if isinstance(value, dict) and value and name != "resources":
            yield from defaults(value, f"{prefix}{name}.")
        else:
            yield prefix + name, text(value)


def text(value):
    if value in ("", None):
        return ""
    return "see values.yaml" if isinstance(value, dict) and value else json.dumps(value).strip('"')


def names(schema, prefix=""):
    """The path of every value that the schema describes."""
    found = set()
    for name, part in schema["properties"].items():
        assert part.get("description") or "properties" in part, name
        found |= names(part, f"{prefix}{name}.") if "properties" in part else {prefix + name}
    return found


if __name__ == "__main__":
    unittest.main()

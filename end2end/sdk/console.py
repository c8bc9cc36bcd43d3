"""A Bursar of one's own for the tests: started on a new database, stopped and dropped at the end."""

import os
import re
import subprocess
import uuid
from urllib.parse import urlsplit, urlunsplit

import psycopg
import requests

MAINTAINER = "superadmin@example.com"
PASSWORD = "a quiet ledger line"


class Console:
    """A started Bursar whose maintainer has chosen a password."""

    def __init__(self, password=PASSWORD, settings=None):
        self.password = password
        self.database = f"bursar_sdk_{uuid.uuid4().hex}"
        administer(f"create database {self.database}")
        self.database_url = urlunsplit(urlsplit(setting("BURSAR_TEST_DATABASE_URL"))._replace(path=f"/{self.database}"))
        environment = {
            "PATH": os.environ["PATH"],
            "DATABASE_URL": self.database_url,
            "BURSAR_SITE_DIR": setting("BURSAR_SITE_DIR"),
            "PORT": "0",
            "SUPERADMIN_EMAIL": MAINTAINER,
            "BURSAR_LOG": "warn,sqlx=error",
        } | (settings or {})
        self.process = subprocess.Popen(
            [setting("BURSAR_BIN"), "serve"], env=environment, stdout=subprocess.PIPE, text=True
        )
        greeting = ""
        while "This is shown once" not in greeting:
            line = self.process.stdout.readline()
            if not line:
                raise RuntimeError(f"Bursar ended at its start: {greeting}")
            greeting += line
        self.origin = re.search(r"answers on (\S+)", greeting)[1]
        self.choose_password(MAINTAINER, re.search(r"one-time password (\S+)", greeting)[1])

    def choose_password(self, email, one_time_password):
        """As a person does at the first sign-in."""
        token = self.login(email, one_time_password)
        answer = requests.post(
            f"{self.origin}/v1/local-auth/change-password",
            json={"current_password": one_time_password, "new_password": self.password},
            headers={"Authorization": f"Bearer {token}"},
        )
        answer.raise_for_status()

    def login(self, email, password=None):
        """A token."""
        password = password or self.password
        answer = requests.post(f"{self.origin}/v1/local-auth/login", json={"email": email, "password": password})
        answer.raise_for_status()
        return answer.json()["access_token"]

    def client(self, email=MAINTAINER, password=PASSWORD):
        """The published client, signed in the way it does on its own."""
        # Only the tests of the client have it installed.
        from codemie_sdk import CodeMieClient

        return CodeMieClient(
            auth_server_url="http://127.0.0.1",
            auth_realm_name="none",
            codemie_api_domain=self.origin,
            username=email,
            password=password,
        )

    def run(self, statement, *values):
        """Prepares data that no call makes."""
        with psycopg.connect(self.database_url, autocommit=True) as connection:
            connection.execute(statement, values)

    def create_gateway(self):
        """As a maintainer does on the page, without scripts. Returns the token that the page shows once."""
        cookies = {}

        def send(method, path, fields=None):
            headers = {"Sec-Fetch-Site": "same-origin", "Accept": "text/html", "Referer": self.origin + path}
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
            answer = requests.request(method, self.origin + path, data=fields, headers=headers, allow_redirects=False)
            cookies.update(answer.cookies.get_dict())
            return answer

        send("post", "/act/sign-in", {"email": MAINTAINER, "password": self.password, "next": "/"})
        created = send("post", "/act/gateways/create", {"name": "LiteLLM", "lifetime": "30d"})
        page = send("get", "/settings/administration/gateways")
        tokens = set(re.findall(r"bursar_gw_[\w-]{43}", page.text))
        if len(tokens) != 1:
            raise RuntimeError(f"the page shows no token after {created.status_code}: {page.text}")
        return tokens.pop()

    def stop(self):
        """As an operator would."""
        self.process.terminate()
        code = self.process.wait(timeout=30)
        self.process.stdout.close()
        administer(f"drop database {self.database} with (force)")
        if code != 0:
            raise RuntimeError(f"Bursar stopped with exit code {code}")


def administer(statement):
    with psycopg.connect(setting("BURSAR_TEST_DATABASE_URL"), autocommit=True) as connection:
        connection.execute(statement)


def setting(name):
    value = os.environ.get(name)
    if not value:
        raise RuntimeError(f"{name} is not set; `cargo xtask test --only sdk` and `--only litellm` set it")
    return value

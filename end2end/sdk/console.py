"""A Bursar of one's own for the tests: started on a new database, stopped and dropped at the end."""

import os
import re
import subprocess
import uuid
from urllib.parse import urlsplit, urlunsplit

import psycopg
import requests
from codemie_sdk import CodeMieClient

MAINTAINER = "superadmin@example.com"
PASSWORD = "a quiet ledger line"


class Console:
    """A started Bursar whose maintainer has chosen a password."""

    def __init__(self, password=PASSWORD, settings=None):
        self.password = password
        self.database = f"bursar_sdk_{uuid.uuid4().hex}"
        administer(f"create database {self.database}")
        environment = {
            "PATH": os.environ["PATH"],
            "DATABASE_URL": urlunsplit(urlsplit(setting("BURSAR_TEST_DATABASE_URL"))._replace(path=f"/{self.database}")),
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
        return CodeMieClient(
            auth_server_url="http://127.0.0.1",
            auth_realm_name="none",
            codemie_api_domain=self.origin,
            username=email,
            password=password,
        )

    def run(self, statement, *values):
        """Prepares data that no call makes."""
        address = urlunsplit(urlsplit(setting("BURSAR_TEST_DATABASE_URL"))._replace(path=f"/{self.database}"))
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(statement, values)

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
        raise RuntimeError(f"{name} is not set; `cargo xtask test --only sdk` sets it")
    return value

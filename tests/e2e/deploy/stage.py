# SPDX-License-Identifier: Apache-2.0
"""What a deployment is rehearsed on: a PostgreSQL that takes nothing but TLS, and a local workspace that mints its
passwords, both thrown away afterwards."""

import contextlib
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

ADMIN = {"Authorization": "Bearer dapi-local"}


def skip(why):
    print(f"*** skipped: {why}", file=sys.stderr)
    sys.exit(77)


class checks:
    """Counts what was compared, and says what differed."""

    def __init__(self):
        self.made = 0
        self.failed = 0

    def equal(self, what, seen, wanted):
        self.made += 1
        if seen != wanted:
            self.failed += 1
            print(f"FAILED: {what}\n  seen:   {seen!r}\n  wanted: {wanted!r}")

    def true(self, what, seen):
        self.equal(what, bool(seen), True)

    def end(self):
        print(f"{self.made} checks, {self.failed} failed")
        sys.exit(1 if self.failed else 0)


def environment(env=None):
    """This process's, with `env`, without what only the tests know."""
    mine = {name: value for name, value in os.environ.items() if not name.startswith("WEIR_") or name == "WEIR_PG_BINDIR"}
    return {**mine, **(env or {})}


def run(arguments, expected=0, env=None, **more):
    """A command's output; it must exit with `expected`."""
    done = subprocess.run([str(each) for each in arguments], text=True, capture_output=True, env=environment(env), **more)
    if done.returncode != expected:
        raise SystemExit(f"{' '.join(map(str, arguments))}: exit {done.returncode}, not {expected}\n{done.stdout}{done.stderr}")
    return done


def ask(url, method="GET", body=None, headers=None):
    """Status and parsed answer."""
    data = None if body is None else json.dumps(body).encode()
    asked = urllib.request.Request(url, data, {"Content-Type": "application/json", **(headers or {})}, method=method)
    try:
        with urllib.request.urlopen(asked, timeout=60) as answer:
            status, text = answer.status, answer.read()
    except urllib.error.HTTPError as refused:
        status, text = refused.code, refused.read()
    return status, json.loads(text) if text else None


class process:
    """A program until its `with` ends; `address` once it listens."""

    def __init__(self, arguments, **how):
        self.log = tempfile.TemporaryFile()
        self.child = subprocess.Popen([str(each) for each in arguments], stdout=self.log, stderr=self.log, **how)
        self.address = None

    def output(self):
        self.log.seek(0)
        return self.log.read().decode()

    def wait_until_listening(self):
        for _ in range(6000):
            for line in self.output().splitlines():
                if "listening on http" in line:
                    self.address = "http" + line.split("listening on http", 1)[1].split('"')[0].strip()
                    return self
            if self.child.poll() is not None:
                break
            time.sleep(0.02)
        raise SystemExit(f"does not listen:\n{self.output()}")

    def stop(self):
        if self.child.poll() is None:
            self.child.send_signal(signal.SIGTERM)
        return self.child.wait(timeout=60)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.child.poll() is None:
            self.child.kill()
            self.child.wait()


class postgres:
    def __init__(self, folder):
        self.script = os.environ["WEIR_POSTGRES_SCRIPT"]
        self.folder = folder / "postgres"
        run([self.script, "start", self.folder])
        lines = (self.folder / "settings").read_text().splitlines()
        self.settings = dict(each.split("=", 1) for each in lines)
        self.only_by_tls(folder)

    def sql(self, text, base="postgres"):
        return run(["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", text],
                   env={**self.settings, "PGUSER": "postgres", "PGDATABASE": base}).stdout.strip()

    def only_by_tls(self, folder):
        self.certificate = folder / "certificate.pem"
        run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
             "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", folder / "key.pem", "-out", self.certificate])
        data = pathlib.Path(self.sql("show data_directory"))
        owner = data.stat()
        for source, name in ((self.certificate, "server.crt"), (folder / "key.pem", "server.key")):
            (data / name).write_bytes(source.read_bytes())
            os.chown(data / name, owner.st_uid, owner.st_gid)
            os.chmod(data / name, 0o600)
        (data / "pg_hba.conf").write_text("local all all trust\nhostssl all all 127.0.0.1/32 scram-sha-256\n")
        self.sql("alter system set ssl = on")
        self.sql("select pg_reload_conf()")
        self.port = self.settings["PGPORT"]

    def stop(self):
        run([self.script, "stop", self.folder])


@contextlib.contextmanager
def workspace(at, *options):
    """A local workspace whose service principal is the role weir_app of the PostgreSQL `at`."""
    if "WEIR_DUCKDB_LIBRARY" not in os.environ:
        skip("WEIR_DUCKDB_LIBRARY names no engine")
    connection = f"host={at.settings['PGHOST']} port={at.port} user=postgres dbname=postgres"
    arguments = [os.environ["WEIR_LOCAL_WORKSPACE"], "--client", "weir_app:a-client-secret", "--token", "dapi-local",
                 "--postgres", connection, *options]
    with process(arguments, cwd="/") as started:
        yield started.wait_until_listening()


@contextlib.contextmanager
def stage():
    """A folder and a PostgreSQL."""
    with tempfile.TemporaryDirectory(prefix="weir-deploy-") as name:
        folder = pathlib.Path(name)
        at = postgres(folder)
        try:
            yield folder, at
        finally:
            at.stop()

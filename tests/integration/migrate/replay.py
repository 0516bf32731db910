#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Replays edits of a schema on filled PostgreSQL schemas and compares every row before and after.

    replay.py WEIR [NAME…]      cases whose name contains one of the words; all without any

WEIR_TEST_PG names the folder of the server, as for the other suites; without it nothing is tested (exit 77)."""

import concurrent.futures
import contextlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
import documented  # noqa: E402
import fuzz  # noqa: E402
import init  # noqa: E402
import introspected  # noqa: E402
from cases import CASES  # noqa: E402
from replaying import check, failure, here, replay, replay_all, replay_cut_off, tool  # noqa: E402

base = (here / "shop.yaml").read_text()
rows = (here / "shop.sql").read_text()

WORKERS = 2


def settings():
    folder = os.environ.get("WEIR_TEST_PG")
    if not folder:
        print("*** skipped: WEIR_TEST_PG names no PostgreSQL", file=sys.stderr)
        sys.exit(77)
    lines = pathlib.Path(folder, "settings").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines)


class session:
    """psql kept open on one database: a process for every statement would cost more than the statements."""

    def __init__(self, env, user=None):
        self.env = {**env, "PGOPTIONS": "-c weir.scope=all -c client_min_messages=warning", **({"PGUSER": user} if user else {})}
        self.process = None

    def run(self, text):
        if self.process is None:
            self.process = subprocess.Popen(
                ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-f", "-"], env=self.env, text=True,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        end = "-- that was all"
        self.process.stdin.write(f"{text}\n;\\echo '{end}'\n")
        self.process.stdin.flush()
        lines = []
        for line in self.process.stdout:
            line = line.rstrip("\n")
            if line == end:
                return "\n".join(lines).strip()
            lines.append(line)
        # It ends with the first error.
        self.close()
        raise failure("psql: " + "\n".join(lines) + f"\n{text}")

    def close(self):
        if self.process is not None:
            self.process.stdin.close()
            self.process.stdout.close()
            self.process.wait()
            self.process = None


class place(tool):
    """A database of its own, made anew, with one PostgreSQL schema at a time."""

    schema = "weir_replay"
    origin = "weir_replay_origin"
    base = base

    def __init__(self, weir, folder, name):
        self.weir = weir
        self.file = pathlib.Path(folder, name + ".yaml")
        self.env = {**{k: v for k, v in os.environ.items() if not k.startswith(("PG", "DATABASE_", "LAKEBASE_", "WEIR_"))},
                    **settings()}
        self.owner = session(self.env, "postgres")
        self.owner.run(f"drop database if exists {name} with (force)")
        self.owner.run(f"create database {name} owner {self.env['PGUSER']}")
        self.name = name
        self.env["PGDATABASE"] = name
        self.superuser = session(self.env, "postgres")
        self.session = session(self.env)
        # What the tool does to an empty database, and remembers of it, is done again for each case by its own statements.
        self.env["LAKEBASE_SCHEMA"] = self.origin
        self.first_statements = self.run(base, "migrate", "--sql")
        self.run(base, "migrate")
        self.env["LAKEBASE_SCHEMA"] = self.schema

    def close(self):
        self.session.close()
        self.superuser.close()
        self.owner.run(f"drop database {self.name} with (force)")
        self.owner.close()

    def sql(self, text):
        return self.session.run(text)

    looks_first = True
    # Locks of PostgreSQL end with who held them.
    after_a_kill = []

    def prepare(self, case):
        if "before" in case:
            self.sql(case["before"])
        if "before_as_superuser" in case:
            self.superuser.run(f"set search_path = {self.schema}; {case['before_as_superuser']}")

    def holds(self, condition):
        return self.sql(f"select {condition}") == "t"

    def runs(self):
        return self.sql("select count(*) from weir_migrations where outcome = 'done'")

    def start(self):
        self.sql(f"""drop schema if exists {self.schema} cascade;
            {self.first_statements.replace(self.origin, self.schema)};
            set search_path = {self.schema};
            create table weir_migrations (like {self.origin}.weir_migrations including all);
            insert into weir_migrations overriding system value select * from {self.origin}.weir_migrations;
            select setval(pg_get_serial_sequence('weir_migrations', 'id'), max(id)) from weir_migrations;
            {rows}""")

    def contents(self):
        """{table: {column: values in the order of the first column}}, as texts; nothing of tables without rows."""
        lines = self.sql("""select format('select %L, row_to_json(t) from (select * from %I order by 1) as t', c.relname,
            c.relname) from pg_class as c where c.relnamespace = current_schema()::regnamespace and c.relkind = 'r'
            and c.relname not like 'weir\\_%' order by 1 \\gexec""").splitlines()
        found = {}
        for line in lines:
            table, row = line.split("|", 1)
            for column, value in json.loads(row, parse_float=str).items():
                found.setdefault(table, {}).setdefault(column, []).append(value)
        return found


def main():
    weir = str(pathlib.Path(sys.argv[1]).resolve())
    wanted = sys.argv[2:]
    settings()
    tests = [("cut off at any step", lambda at: replay_cut_off(at, CASES[-1]))]
    tests.append(("what the documentation says", lambda at: documented.run(at, check)))
    tests.append(("introspect writes what a file made", lambda at: introspected.comes_back(at, check)))
    tests.append(("introspect tells the rest", lambda at: introspected.tells_the_rest(at, check)))
    tests.append(("init-db", lambda at: init.begins_and_serves(at, check)))
    tests += [(each["name"], lambda at, each=each: replay(at, each)) for each in CASES]
    tests += [(f"fuzzed pair {seed}", lambda at, seed=seed: fuzz.pair(at, seed, check)) for seed in range(fuzz.PAIRS)]
    tests = [each for each in tests if not wanted or any(word in each[0] for word in wanted)]
    total = len(tests)
    failed = []
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        os.chmod(folder, 0o755)

        def work(number):
            with contextlib.closing(place(weir, folder, f"weir_replay_{number}")) as at:
                replay_all(at, tests, failed)

        for each in [pool.submit(work, number) for number in range(WORKERS)]:
            each.result()
    print(f"{total - len(failed)} passed, {len(failed)} failed")
    sys.exit(1 if failed or not total else 0)


if __name__ == "__main__":
    main()

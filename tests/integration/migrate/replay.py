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
import signal
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
import documented  # noqa: E402
import fuzz  # noqa: E402
import init  # noqa: E402
import introspected  # noqa: E402
from cases import CASES  # noqa: E402

here = pathlib.Path(__file__).parent
base = (here / "shop.yaml").read_text()
rows = (here / "shop.sql").read_text()

WORKERS = 2
RUNS = "select count(*) from weir_migrations where outcome = 'done'"


class failure(Exception):
    pass


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


class place:
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

    def run(self, text, *words, expected=0):
        self.file.write_text(text)
        return self.weir_run(words[0], str(self.file), *words[1:], expected=expected)

    def weir_run(self, *words, expected=0):
        done = subprocess.run([self.weir, *words], env=self.env, capture_output=True,
                              text=True, cwd=self.file.parent)
        if expected is not None and done.returncode not in (expected if isinstance(expected, list) else [expected]):
            raise failure(f"weir {' '.join(words)}: exit {done.returncode}, not {expected}\n{done.stdout}{done.stderr}")
        return done.stdout

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


def edited(case):
    text = base
    for old, new in case["edits"]:
        if old.endswith("$"):
            old, at_end = old[:-1], True
            if not text.endswith(old):
                raise failure(f"the file does not end in {old!r}")
            text = text[: len(text) - len(old)] + new
            continue
        if old not in text:
            raise failure(f"the file has no {old!r}")
        text = text.replace(old, new, 1)
    return text


def check(what, got, wanted):
    if got != wanted:
        raise failure(f"{what}:\n  got    {got}\n  wanted {wanted}")


def survived(case, before, after):
    """Every value that was not meant to go or to change is where it belongs."""
    for table, columns in before.items():
        new_table = case.get("tables", {}).get(table, table)
        lost = case.get("lost", {}).get(table, [])
        changed = case.get("changed", {}).get(table, [])
        renamed = case.get("renamed", {}).get(table, {})
        for column, values in columns.items():
            if column in lost:
                continue
            new_name = renamed.get(column, column)
            if new_name not in after.get(new_table, {}):
                raise failure(f"{table}.{column} is gone")
            if column not in changed:
                check(f"values of {table}.{column}", after[new_table][new_name], values)
            else:
                check(f"rows of {table}", len(after[new_table][new_name]), len(values))


def replay(at, case):
    at.start()
    if "before" in case:
        at.sql(case["before"])
    if "before_as_superuser" in case:
        at.superuser.run(f"set search_path = {at.schema}; {case['before_as_superuser']}")
    before = at.contents()
    text = edited(case)
    keep = [word for each in case.get("keep", []) for word in ("--keep", each)]
    words = [word for each in case.get("approve", []) for word in ("--approve", each)] + keep
    expected = case.get("exit", 0)

    # Looking changes nothing: neither a look nor a rehearsal, which find the same.
    if "report" in case:
        # The documentation quotes it.
        check("report", at.run(text, "diff", expected=4), (here / case["report"]).read_text())
        at.run(base, "diff")
    seen = json.loads(at.run(text, "migrate", "--dry-run", "--format", "json", *words, expected=expected))
    changes = {each["id"]: each for each in seen["changes"]}
    ids = [each["id"] for each in seen["changes"]]
    if case.get("any_order"):
        check("changes", sorted(ids), sorted(case["ids"]))
    else:
        check("changes", ids, case["ids"])
    check("breaking", sorted(each for each in ids if changes[each]["breaks_clients"]), sorted(case.get("breaks", [])))
    for name, effect in case.get("effects", {}).items():
        check(f"effect of {name}", changes[name]["effect"], effect)
    check("rows after looking", at.contents(), before)

    at.run(text, "migrate", *words, expected=expected)
    after = at.contents()
    if expected != 0:
        check("rows after a refusal", after, before)
        return
    survived(case, before, after)
    for condition in case.get("holds", []):
        check(condition, at.sql(f"select {condition}"), "t")
    # What is done is found done, and is not done or recorded again.
    runs = at.sql(RUNS)
    again = json.loads(at.run(text, "migrate", "--format", "json", *keep))
    check("changes of a second run", [each["id"] for each in again["changes"]], case.get("keep", []))
    check("runs after a second run", at.sql(RUNS), runs)


def replay_cut_off(at, case):
    """Kills the tool as it begins each step; the next run finishes."""
    text = edited(case)
    words = [word for each in case.get("approve", []) for word in ("--approve", each)]
    cut = 0
    while True:
        at.start()
        before = at.contents()
        at.file.write_text(text)
        with subprocess.Popen([at.weir, "migrate", str(at.file), *words], env=at.env, stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE, text=True, cwd=at.file.parent) as running:
            steps = 0
            for line in running.stderr:
                steps += line.startswith("[")
                if steps > cut:
                    running.send_signal(signal.SIGKILL)
                    break
            running.stderr.read()
        if steps <= cut:
            break
        # What is decided already and done already is no change any more.
        left = json.loads(at.run(text, "diff", "--format", "json", expected=None))
        still = {each["id"] for each in left["changes"]}
        again = [word for each in case.get("approve", []) if each in still for word in ("--approve", each)]
        at.run(text, "migrate", *again)
        survived(case, before, at.contents())
        check("a look after the second run", json.loads(at.run(text, "diff", "--format", "json"))["changes"], [])
        cut += 1
    if cut < 5:
        raise failure(f"only {cut} steps to be cut off at")


def replay_all(at, tests, failed):
    """Takes tests until none is left."""
    while tests:
        try:
            name, test = tests.pop(0)
        except IndexError:
            return
        try:
            test(at)
        except failure as told:
            failed.append(name)
            print(f"FAILED: {name}\n{told}\n", flush=True)


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

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Replays edits of a schema on filled tables of a SQL warehouse, the local workspace's, and compares every row before and after.

    warehouse.py WEIR WORKSPACE [NAME…]      cases whose name contains one of the words; all without any

WEIR_DUCKDB_LIBRARY names the engine; without it nothing is tested (exit 77)."""

import concurrent.futures
import contextlib
import json
import os
import pathlib
import shlex
import subprocess
import sys
import tempfile
import threading
import urllib.request

sys.dont_write_bytecode = True
import compiled  # noqa: E402
import documented  # noqa: E402
from replaying import check, failure, here, replay, replay_all, replay_cut_off, tool  # noqa: E402
from warehouse_cases import EACH, on_warehouse  # noqa: E402

WORKERS = 2

BASE = (here / "shop.yaml").read_text()
for old, new in [
        ("  lakebase: {schema: app_data}", "  warehouse: {catalog: replay, schema: app_data}"),
        ("    indexes:\n      - {columns: [customer_id, day desc]}\n", ""), ("    history: true\n", ""),
        ("tables:\n", "defaults: {backend: warehouse}\ntables:\n")]:
    assert old in BASE, old
    BASE = BASE.replace(old, new, 1)

ROWS = """
insert into customers (id, name, email, rating, visits, total, score, note, record_uuid, inserted_by)
select id, concat('customer ', id), concat('c', id, '@example.com'), id % 5, id, id * 1000000000, id / 4.0,
    case when id % 3 = 0 then null else concat('note ', id) end, uuid(), 'test' from range(1, 41);
insert into orders (id, customer_id, status, quantity, price, day, memo, code, extra, tags, tiny, record_uuid, inserted_by)
select id, 1 + id % 40, case id % 3 when 0 then 'draft' when 1 then 'placed' else 'shipped' end, id, id * 1.25, date_add(date'2024-01-01', cast(id as int)),
    concat('memo ', id), concat('c', id % 10), concat('{"n": ', id, '}'), array('a', concat('it\\'s ', id)), id, uuid(), 'test' from range(1, 101);
insert into diaries (id, user_id, mood, page, record_uuid, inserted_by)
select id, concat('user ', id % 3), case when id % 2 = 0 then 'fine' end, id, uuid(), 'test' from range(1, 21);
insert into plain (id, word, size)
select id, case when id % 4 = 0 then null else concat('word ', id) end, id from range(1, 31)
"""


class workspace:
    """The program local-workspace, for as long as it is needed."""

    def __init__(self, program):
        self.process = subprocess.Popen([program], stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        if "listening on" not in line:
            raise failure(f"the workspace said {line!r}")
        self.url = line.split()[-1]
        # What it says later must not fill the pipe.
        threading.Thread(target=self.process.stdout.read, daemon=True).start()

    def post(self, path, body):
        request = urllib.request.Request(self.url + path, data=json.dumps(body).encode(),
                                         headers={"Authorization": "Bearer dapi-local", "Content-Type": "application/json"})
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    def close(self):
        self.process.terminate()
        self.process.wait()


class place(tool):
    """A catalog's schema on a workspace of its own."""

    base = BASE
    # A look costs as much as a change: one case does it for all.
    looks_first = False
    # Its lock holds for a minute more.
    after_a_kill = ["--break-lock"]

    def __init__(self, weir, program, folder, name):
        self.weir = weir
        self.file = pathlib.Path(folder, name + ".yaml")
        self.at = workspace(program)
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("PG", "DATABASE_", "LAKEBASE_", "WEIR_", "DATABRICKS_"))}
        self.env = {**kept, "DATABRICKS_HOST": self.at.url, "DATABRICKS_TOKEN": "dapi-local", "DATABRICKS_WAREHOUSE_ID": "local"}
        try:
            self.begin()
        except BaseException:
            self.close()
            raise

    def begin(self):
        # What the tool does where nothing is, and remembers of it, is done again for each case by its own statements.
        self.first_statements = [each for each in self.run(self.base, "migrate", "--sql").split(";\n") if each.strip()]
        self.run(self.base, "migrate")
        self.ask("create schema replay.kept")
        self.ask("create table replay.kept.records as select * from replay.app_data.weir_migrations")

    def close(self):
        self.at.close()

    def ask(self, text):
        """The names of the columns and the rows of one statement's answer."""
        body = {"warehouse_id": "local", "catalog": "replay", "schema": "app_data", "statement": text, "wait_timeout": "50s"}
        # It may not be there; these name it in full.
        if text.startswith(("create schema", "drop schema")):
            del body["catalog"], body["schema"]
        told = self.at.post("/api/2.0/sql/statements/", body)
        if told["status"]["state"] != "SUCCEEDED":
            raise failure(f"{told['status']}\n{text}")
        columns = told.get("manifest", {}).get("schema", {}).get("columns", [])
        return [each["name"] for each in columns], told.get("result", {}).get("data_array", [])

    def sql(self, texts):
        for text in texts.split(";\n" if ";\n" in texts else "; "):
            self.ask(text.strip())

    def start(self):
        self.ask("drop schema if exists replay.app_data cascade")
        for each in self.first_statements:
            self.ask(each)
        self.ask("create table weir_migrations as select * from replay.kept.records")
        self.sql(ROWS.strip())

    def prepare(self, case):
        if "before" in case:
            self.sql(case["before"])

    def holds(self, condition):
        return self.ask(f"select {condition}")[1] == [["true"]]

    def runs(self):
        return self.ask("select count(*) from weir_migrations where outcome = 'done'")[1]

    def contents(self):
        """{table: {column: values in the order of the first column}}, as texts; nothing of tables without rows."""
        found = {}
        _, tables = self.ask("select table_name from replay.information_schema.tables where table_schema = 'app_data'")
        for (table,) in tables:
            if table.startswith("weir_"):
                continue
            names, rows = self.ask(f"select * from {table} order by 1")
            for row in rows:
                for name, value in zip(names, row):
                    found.setdefault(table, {}).setdefault(name, []).append(value)
        return found


def one_at_a_time(at):
    """While a run holds the lock, another is refused; what the first one made is found."""
    at.start()
    at.ask("create table weir_migration_lock (name string not null, holder string not null, expires_at timestamp not null)")
    at.ask("insert into weir_migration_lock values ('migrate', 'another', current_timestamp() + interval '60' second)")
    grown = at.base.replace("  - name: plain\n", "  - name: parcels\n    key: [id]\n    columns:\n      - {name: id, type: int, required: true}\n  - name: plain\n")
    at.run(grown, "migrate", "--wait", "0", expected=3)
    check("tables", at.ask("select count(*) from replay.information_schema.tables where table_name = 'parcels'")[1], [["0"]])
    # One whose time is over is nobody's.
    at.ask("update weir_migration_lock set expires_at = current_timestamp() - interval '1' second")
    at.run(grown, "migrate", "--wait", "0")
    check("what is left of the lock", at.ask("select count(*) from weir_migration_lock")[1], [["0"]])


def init_db(at):
    """All that is missing is told, made and given; then the principal can serve, and others cannot."""
    at.ask("drop schema if exists replay.app_data cascade")
    role = ["init-db", "--on", "warehouse", "--role", "field-ops"]
    missing = json.loads(at.run(at.base, *role, "--check", "--format", "json", expected=4))
    place = "`replay`.`app_data`"
    check("tables that are missing", [each for each in missing["changes"] if each.startswith("create_table")],
          [f"create_table:{each}" for each in ("customers", "orders", "diaries", "plain", "empty", "weir_idempotency")])
    everything = f"USE SCHEMA, CREATE TABLE, SELECT, MODIFY on schema {place}"
    check("rights that are missing", [each["what"] for each in missing["grants"]], ["USE CATALOG on catalog `replay`", everything])
    at.run(at.base, *role)
    check("the rest", at.run(at.base, *role, "--check"), "nothing is missing\n")
    check("who may do what", at.ask("show grants on schema replay.app_data")[1],
          [["field-ops", each, "SCHEMA", "replay.app_data"] for each in ("USE SCHEMA", "CREATE TABLE", "SELECT", "MODIFY")])
    # One right that was taken away is one line, and comes back.
    at.ask("revoke modify on schema replay.app_data from `field-ops`")
    check("what is told", at.run(at.base, *role, "--check", expected=4), f"missing  MODIFY on schema {place}\n")
    check("what is done", at.run(at.base, *role), f"done     MODIFY on schema {place}\n")
    at.ask("drop schema if exists replay.app_data cascade")


KINDS = """version: 1
name: kinds
backends:
  warehouse: {catalog: replay, schema: app_data}
defaults: {backend: warehouse}
tables:
  - name: kinds
    description: One of each, "quoted" and it's
    key: [a, b]
    audit: false
    soft_delete: false
    columns:
      - {name: a, type: bigint, required: true}
      - {name: b, type: varchar(7), required: true, default: "no"}
      - {name: c, type: tinyint, default: -5}
      - {name: f, type: double, required: true, default: -640.0}
      - {name: g, type: "decimal(20,4)", default: "-0.0001"}
      - {name: h, type: char(3), default: "a'b"}
      - {name: i, type: boolean, default: true}
      - {name: j, type: date, default: 2024-02-29}
      - {name: k, type: timestamp, default: "2024-05-01T10:00:00Z"}
      - {name: l, type: timestamp_ntz}
      - {name: m, type: binary}
      - {name: n, type: timestamp, generated: now}
      - {name: q, type: array<int>}
      - {name: r, type: string, description: "colon: # and \\"quotes\\""}
      - {name: s, type: string, enum: [draft, "no", "it's"], default: "no"}
      - {name: t, type: "struct<x:double,y:array<int>>"}
      - {name: u, type: "map<string,int>"}
      - {name: number, type: bigint, generated: identity}
    cluster_by: [j, a]
    checks:
      - {name: sane, expr: "c > 0 OR r = 'x'"}
"""


def introspected(at):
    """The file of what a file made is, written again, the same file; what cannot be said is told."""
    for text, made in ((at.base, "customers"), (KINDS, "kinds")):
        found = []
        for _ in range(2):
            at.ask("drop schema if exists replay.app_data cascade")
            at.run(text, "migrate")
            text = at.weir_run("introspect", "--on", "warehouse", "--schema", "replay.app_data", "--name", "again")
            found.append(text)
        check(f"{made}, written of what it made", found[1], found[0])
        check(f"what {made} compiles to", compiled.problems(found[0]), "")
        check(f"remarks about {made}", [each for each in found[0].splitlines() if each.startswith("#")], [])
        check(f"differences of {made}", json.loads(at.run(found[0], "diff", "--format", "json"))["changes"], [])
    at.ask("create table heap (id int)")
    at.ask("create table odd (id int not null, note string default concat('a', 'b'), constraint odd_pkey primary key (id)) "
           "using delta tblproperties ('delta.feature.allowColumnDefaults' = 'supported')")
    at.ask("create view seen as select id from odd")
    at.ask("alter table odd add constraint strict check (id > 0)")
    told = [each for each in at.weir_run("introspect", "--on", "warehouse", "--schema", "replay.app_data", expected=4).splitlines()
            if each.startswith("# not in this file: ")]
    for each in ("heap: it has no primary key", "seen: it is no Delta table", "odd: the default of column note, concat('a', 'b')",
                 "odd: that constraint strict refuses NULL"):
        check(f"told of {each}", any(line.startswith("# not in this file: " + each) for line in told) or told, True)
    at.ask("drop schema if exists replay.app_data cascade")


def documentation(at):
    """The commands of the page, as they stand there."""
    at.start()
    at.file.write_text(at.base)
    found = documented.commands("migrations.md", on_warehouse=True)
    check("commands", len(found) >= 5, True)
    for line in found:
        # 4: there is something to do.
        at.weir_run(*shlex.split(line.replace("schemas/wells.yaml", str(at.file)))[1:], expected=[0, 4])
    at.ask("drop schema if exists replay.app_data cascade")


def main():
    weir, program = (str(pathlib.Path(each).resolve()) for each in sys.argv[1:3])
    wanted = sys.argv[3:]
    if not os.environ.get("WEIR_DUCKDB_LIBRARY"):
        print("*** skipped: WEIR_DUCKDB_LIBRARY names no engine", file=sys.stderr)
        sys.exit(77)
    tests = [("cut off at any step", lambda at: replay_cut_off(at, EACH)), ("one at a time", one_at_a_time)]
    tests += [("init-db", init_db), ("introspect", introspected), ("what the documentation says", documentation)]
    tests += [(each["name"], lambda at, each=each: replay(at, each)) for each in on_warehouse()]
    tests = [each for each in tests if not wanted or any(word in each[0] for word in wanted)]
    total = len(tests)
    failed = []
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        def work(number):
            with contextlib.closing(place(weir, program, folder, f"warehouse_{number}")) as at:
                replay_all(at, tests, failed)

        for each in [pool.submit(work, number) for number in range(WORKERS)]:
            each.result()
    print(f"{total - len(failed)} passed, {len(failed)} failed")
    sys.exit(1 if failed or not total else 0)


if __name__ == "__main__":
    main()

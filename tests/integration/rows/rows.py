#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Moves rows in and out of PostgreSQL with `weir dump`, `weir load`, and counts what arrives.

    rows.py WEIR [WORKSPACE]

WORKSPACE is the program of the local workspace: the same on its warehouse; WEIR_DUCKDB_LIBRARY names the engine. WEIR_TEST_PG names the folder of the server, as for the other suites; without it nothing is tested (exit 77)."""

import contextlib
import os
import pathlib
import pty
import re
import shlex
import signal
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
here = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(here.parent / "migrate"))
import documented  # noqa: E402
import warehouse_rows  # noqa: E402
from replay import check, failure, session, settings  # noqa: E402
from tool import tool  # noqa: E402

schemas = here.parents[2] / "schemas"
PEOPLE = str(here / "people.yaml")
SPECIMENS = str(schemas / "specimens.yaml")


class place(tool):
    """A database of its own, made anew."""

    def __init__(self, weir, folder):
        super().__init__(weir, folder, {**{k: v for k, v in os.environ.items() if not k.startswith(("PG", "DATABASE_", "LAKEBASE_", "WEIR_"))},
                                        **settings()})
        self.owner = session(self.env, "postgres")
        self.owner.run("drop database if exists weir_rows with (force)")
        self.owner.run(f"create database weir_rows owner {self.env['PGUSER']}")
        self.env["PGDATABASE"] = "weir_rows"
        self.session = session(self.env)

    def close(self):
        self.session.close()
        self.owner.run("drop database weir_rows with (force)")
        self.owner.close()

    def start(self, *files, schema="rows"):
        """Empty tables in a schema, which is the one to work in."""
        self.env["LAKEBASE_SCHEMA"] = schema
        self.sql(f"drop schema if exists {schema} cascade")
        for file in files:
            self.run("migrate", file)
        self.sql(f"set search_path = {schema}")

    def sql(self, text):
        return self.session.run(text)

    def run(self, *words, expected=0):
        return self.done(*words, expected=expected).stderr


def every_value_comes_back(at):
    at.start(SPECIMENS, schema="rows_from")
    at.sql((here / "specimens.sql").read_text())
    at.start(SPECIMENS)
    for form in ("csv", "ndjson"):
        at.sql("truncate specimens, counters, bare_notes")
        for table in ("specimens", "counters", "bare_notes"):
            first, second = (str(at.folder / f"{name}_{table}.{form}") for name in ("first", "second"))
            at.env["LAKEBASE_SCHEMA"] = "rows_from"
            at.run("dump", SPECIMENS, "--table", table, "-o", first)
            at.env["LAKEBASE_SCHEMA"] = "rows"
            at.run("load", SPECIMENS, "--table", table, first)
            at.run("dump", SPECIMENS, "--table", table, "-o", second)
            check(f"{table} as {form}", pathlib.Path(second).read_bytes(), pathlib.Path(first).read_bytes())
            check(f"rows of {table} that differ", at.sql(
                f"select count(*) from (select * from rows_from.{table} except select * from rows.{table}) as x"), "0")
    # Who inserts afterwards gets a number that is free.
    check("the next number", at.sql("insert into counters (label, inserted_by) values ('new', 'me') returning id"), "301")


def what_the_file_leaves_out_is_filled(at):
    at.start(PEOPLE)
    file = at.write("people.csv", "name,email,secret,seen\r\nAnn,ann@example.com,s3cret,2024-05-01T10:00:00+02:00\r\nBob,,,\r\n")
    at.run("load", PEOPLE, "--table", "people", "--as", "carol", file)
    check("rows", at.sql("select id, name, email, mood, balance, secret, seen at time zone 'UTC', inserted_by, is_deleted, "
                         "inserted_at > now() - interval '1 hour', record_uuid is not null, updated_at is null from people order by id"),
          "1|Ann|ann@example.com|calm|0.00|s3cret|2024-05-01 08:00:00|carol|f|t|t|t\n2|Bob||calm|0.00|||carol|f|t|t|t")
    file = at.write("more.ndjson", '{"name":"Cid","mood":"cross"}\n\n{"id":70,"name":"Dee","inserted_by":"dump"}\n')
    at.run("load", PEOPLE, "--table", "people", file)
    check("rows of the second file", at.sql("select id, name, mood, inserted_by from people where id > 2 order by id"),
          f"3|Cid|cross|{at.env['PGUSER']}\n70|Dee|calm|dump")


def bad_rows_are_told_and_good_ones_loaded(at):
    at.start(PEOPLE)
    at.sql("insert into people (name, email, inserted_by) values ('Old', 'old@example.com', 'me')")
    text = ("name,email,phone,age,mood\n"
            "Ann,ann@example.com,+4930123456,30,calm\n"
            "B,bad,12,131,angry\n"
            "Cid,old@example.com,,,calm\n"
            "Dee,dee@example.com,,x,\n"
            '"Eve,eve@example.com,,,\nAb",only\n'
            "Fay,fay@example.com,,,calm\n"
            "Gus,fay@example.com,,,calm\n"
            ",,,,\n"
            'H"o,,,,')
    file = at.write("bad.csv", text)
    told = at.run("load", PEOPLE, "--table", "people", file, expected=4)
    rejected = at.rejects(file)
    check("lines", [each["line"] for each in rejected], [3, 4, 5, 6, 9, 10, 11])
    check("rows as they stand", [each["row"] for each in rejected][:1] + [rejected[3]["row"], rejected[6]["row"]],
          ["B,bad,12,131,angry", '"Eve,eve@example.com,,,\nAb",only', 'H"o,,,,'])
    reasons = [each["reason"] for each in rejected]
    check("every rule that is broken", reasons[0],
          "Column 'name' must have at least 2 characters; Column 'email' must be an e-mail address; Column 'phone' must match the pattern "
          "^\\+[0-9]{7,15}$; Column 'age' must be at most 130; Column 'mood' must be one of 'calm', 'cross'")
    check("a taken address", "Key (email)=(old@example.com) already exists" in reasons[1], True)
    check("no number", reasons[2], "Column 'age' expects integer, got str")
    check("fields", reasons[3], "it has 2 fields, and line 1 names 5 columns")
    check("twice in the file", "Key (email)=(fay@example.com) already exists" in reasons[4], True)
    check("a needed value", reasons[5], "Column 'name' is required")
    check("a quote", reasons[6], "a quote stands inside a field that does not begin with one")
    check("who is there", at.sql("select string_agg(name, ',' order by id) from people"), "Old,Ann,Fay")
    check("what is told", told.splitlines()[0].startswith("line 3: Column 'name'") and
          "people: 2 rows loaded, 7 rejected" in told, True)

    file = at.write("bad.ndjson", '{"name":"Ida","nmae":1}\n{"name":\n[1]\n{"name":"Jo\xfcrgen"}\n')
    pathlib.Path(file).write_bytes(pathlib.Path(file).read_bytes() + b'{"name":"\xff\xfe"}\n')
    at.run("load", PEOPLE, "--table", "people", file, expected=4)
    check("reasons", [each["reason"].split(" at byte")[0] for each in at.rejects(file)],
          ["Column 'nmae' is unknown; did you mean 'name'?", "it is not JSON: the text ends where a value should be",
           "A record must be an object, got list", "it is not UTF-8"])

    # What is wrong with all rows is no row's fault, and nothing is done.
    for header, why in (("nam,email\nx,\n", "did you mean 'name'?"), ("email\nx\n", "the table needs 'name'"), ("", "must name the columns")):
        check(why, why in at.run("load", PEOPLE, "--table", "people", at.write("head.csv", header), expected=3), True)
    check("a wrong name", "did you mean 'people'?" in at.run("load", PEOPLE, "--table", "peopl", file, expected=3), True)


def rows_may_stand_before_those_they_refer_to(at):
    at.start(PEOPLE)
    rows = "".join(f"{n},{'' if n == 900 else n + 1},t{n}\n" for n in range(1, 901))
    at.run("load", PEOPLE, "--table", "folders", at.write("folders.csv", "id,parent,title\n" + rows))
    check("folders", at.sql("select count(*), count(parent) from folders"), "900|899")
    # One that refers to nothing takes only those with it that refer to it.
    file = at.write("orphans.csv", "id,parent,title\n1001,1002,a\n1002,5000,b\n1003,1004,c\n1004,1,d\n")
    at.run("load", PEOPLE, "--table", "folders", file, expected=4)
    check("rejected", [each["line"] for each in at.rejects(file)], [2, 3])
    check("the others", at.sql("select count(*) from folders where id > 1000"), "2")


def a_load_that_was_killed_goes_on(at):
    """Killed while a batch waits for somebody else's row: no row is lost, none is there twice."""
    for batch, at_row in ((100, 50), (250, 777)):
        at.start(PEOPLE)
        rows = [f"name {n},p{n}@example.com,{'x' if n % 100 == 3 else n % 90}" for n in range(1000)]
        file = at.write("long.csv", "name,email,age\n" + "\n".join(rows) + "\n")
        other = session(at.env)
        other.run(f"begin; insert into rows.people (name, email, inserted_by) values ('Other', 'p{at_row}@example.com', 'other')")
        words = [at.weir, "load", PEOPLE, "--table", "people", file, "--batch", str(batch)]
        with subprocess.Popen(words, env=at.env, stderr=subprocess.DEVNULL, cwd=at.folder) as running:
            at.sql("do $$ begin for i in 1..6000 loop exit when exists (select from pg_locks where not granted); "
                   "perform pg_sleep(0.01); end loop; end $$")
            running.send_signal(signal.SIGKILL)
        # Rejects of a batch that was never committed may have been written: they are not there twice.
        other.run("rollback")
        other.close()
        done = at_row // batch * batch
        check("what was done", at.sql("select rows + rejected, finished_at is null from weir_loads"), f"{done}|t")
        check("without --resume", "was cut off after line" in at.run("load", PEOPLE, "--table", "people", file, expected=1), True)
        at.run(*words[1:], "--resume", expected=4)
        check("rows", at.sql("select count(*), count(distinct email), sum(substr(name, 6)::int) from people"),
              f"990|990|{sum(n for n in range(1000) if n % 100 != 3)}")
        check("rejected", [each["line"] for each in at.rejects(file)], [n + 2 for n in range(1000) if n % 100 == 3])
        # Once it is done, it is done.
        at.run(*words[1:], "--resume", expected=4)
        check("without a word", "was loaded into 'people' before" in at.run(*words[1:], expected=1), True)
        check("rows after that", at.sql("select count(*) from people"), "990")
        at.run(*words[1:], "--again", expected=4)
        check("rejected the second time", len(at.rejects(file)), 1000)


def what_the_documentation_says_works(at):
    shop = here.parent / "migrate" / "shop.yaml"
    at.start(str(shop), schema="weir_rows_from")
    at.sql("insert into customers (name, email, inserted_by) values ('Ann', 'a@example.com', 'me')")
    at.start(str(shop))
    found = documented.commands("data.md")
    check("commands", len(found) >= 7, True)
    for line in found:
        words = shlex.split(line)[1:]
        at.env["LAKEBASE_SCHEMA"] = "rows" if words[0] == "load" else "weir_rows_from"
        # Taken addresses, the second time.
        at.run(*[str(shop) if word.endswith("/shop.yaml") else word for word in words], expected=4 if "--again" in words else 0)
    check("what arrived", at.sql("select name, email from customers"), "Ann|a@example.com")


SAMPLED = [PEOPLE, SPECIMENS, str(here.parent / "migrate" / "shop.yaml"), str(schemas / "freight.yaml"), str(schemas / "field_ops.yaml"),
           str(schemas / "ledger.yaml"), str(schemas / "chains.yaml"), str(schemas / "tutorial.yaml")]


def tables_of(at):
    return at.sql("select relname from pg_class where relnamespace = current_schema()::regnamespace and relkind = 'r' "
                  "and relname not like 'weir\\_%' and relname not like '%\\_history' order by 1").splitlines()


def contents(at):
    return {table: at.sql(f"select row_to_json(t) from {table} as t order by row_to_json(t)::text") for table in tables_of(at)}


def every_schema_is_filled_and_emptied(at):
    """The server has kept its constraints; the rules that only weir knows, `load` judges: what was made is loaded again."""
    for schema in SAMPLED:
        at.start(schema, schema="rows_from")
        at.run("sample", schema)
        made = {table: int(at.sql(f"select count(*) from {table}")) for table in tables_of(at)}
        check(f"rows of {schema}", [table for table, rows in made.items() if not 5 <= rows <= 10], [])
        first = contents(at)
        at.run("sample", schema)
        check(f"a second run of {schema}", contents(at) == first, True)
        order = [line.split(":")[0] for line in at.run("sample", schema).splitlines() if "already" in line]
        check(f"tables of {schema}", sorted(order), sorted(made))
        files = {}
        for table in order:
            files[table] = str(at.folder / f"{table}.csv")
            at.run("dump", schema, "--table", table, "-o", files[table])
        at.run("sample", schema, "--clean")
        check(f"what is left of {schema}", [table for table in made if at.sql(f"select count(*) from {table}") != "0"], [])
        for table in order:
            at.run("load", schema, "--table", table, files[table])
        check(f"rows of {schema} that were judged", contents(at) == first, True)


def the_same_seed_gives_the_same_rows(at):
    found = []
    for seed in ("3", "3", "4"):
        at.start(PEOPLE)
        at.run("sample", PEOPLE, "--seed", seed, "--rows", "50")
        found.append(contents(at))
    check("the same seed", found[1] == found[0], True)
    check("another seed", found[2] == found[0], False)
    check("who owns letters", at.sql("select bool_and(user_id like 'sample.%@example.com') from letters"), "t")
    at.start(PEOPLE)
    at.run("sample", PEOPLE, "--owner", "me@example.com", "--table", "letters")
    check("who owns letters then", at.sql("select distinct user_id from letters"), "me@example.com")
    check("tables that were not asked for", at.sql("select count(*) from people where inserted_by = 'weir-sample'") != "0"
          and at.sql("select count(*) from folders") == "0", True)


def cleaning_takes_nobody_elses_rows(at):
    for rows in ("20", "1200"):
        at.start(PEOPLE)
        at.sql("insert into people (name, email, inserted_by) values ('Mine', 'mine@example.com', 'me'); insert into folders values (5000000, null, 'mine')")
        at.run("sample", PEOPLE, "--rows", rows)
        at.sql("insert into letters (user_id, person_id, sent, text, inserted_by) select 'me', max(id), '2024-01-01', 'mine', 'me' from people; "
               "insert into folders select 5000001, max(id), 'mine' from folders where id < 5000000")
        chain = at.sql("with recursive up as (select id, parent from folders where id = 5000001 union "
                       "select f.id, f.parent from folders as f join up on f.id = up.parent) select count(*) from up")
        told = at.run("sample", PEOPLE, "--clean")
        check("letters", at.sql("select text from letters"), "mine")
        check("people", at.sql("select count(*), count(*) filter (where inserted_by = 'me') from people"), "2|1")
        check("folders", at.sql("select count(*), count(*) filter (where title = 'mine') from folders"), f"{int(chain) + 1}|2")
        check("what is told", f"people: {int(rows) - 1:,} rows removed, 1 kept: other rows refer to them" in told, True)


def what_cannot_be_made_up_is_told(at):
    text = """version: 1
name: odd
tables:
  - name: oddities
    row: oddity
    key: [code]
    columns:
      - {name: code, type: string, required: true, PATTERN}
      - {name: small, enum: [a, b, c], required: true, unique: true}
      - {name: low, type: int, required: true}
      - {name: high, type: int, required: true}
    checks: [CHECKS]
"""
    greek = at.write("odd.yaml", text.replace("PATTERN", r'pattern: "^\\p{Greek}+$"').replace("CHECKS", ""))
    at.start(greek)
    told = at.run("sample", greek, expected=1)
    check("a pattern", f"{greek}:8: column 'code' of table 'oddities': no values can be made up: its pattern has a property of characters" in told, True)
    tagged = at.write("odd.yaml", text.replace("PATTERN", r'pattern: "^\\p{Greek}+$", tags: ["sample=αβγ", "sample=δ", "sample=ωψ"]')
                      .replace("CHECKS", '{name: ordered, expr: "low < high"}'))
    at.start(tagged)
    told = at.run("sample", tagged, "--rows", "10")
    check("values that run out", "oddities: 3 rows of 10: values of " in told, True)
    check("values of tags", at.sql("select string_agg(code, ',' order by code), bool_and(low < high) from oddities"), "αβγ,δ,ωψ|t")
    never = at.write("odd.yaml", text.replace("PATTERN", "max_length: 9").replace("CHECKS", '{name: never, expr: "low > 5000"}'))
    at.start(never)
    told = at.run("sample", never, expected=3)
    check("a check", f"{never}:4: table 'oddities': no row keeps 'never' in 60 tries" in told, True)
    check("rows", at.sql("select count(*) from oddities"), "0")


def on_a_terminal(at, *words):
    """What a command shows on the terminal that its standard error is."""
    ours, its = pty.openpty()
    with subprocess.Popen([at.weir, *words], env=at.env, stderr=its, cwd=at.folder) as running:
        os.close(its)
        shown = b""
        # EIO: nobody has its end open any more.
        with contextlib.suppress(OSError):
            while piece := os.read(ours, 4096):
                shown += piece
        os.close(ours)
        if running.wait() != 0:
            raise failure(f"weir {' '.join(words)}: {shown}")
    return shown.decode()


def a_hundred_thousand_rows_are_made(at):
    shop = str(here.parent / "migrate" / "shop.yaml")
    at.start(shop)
    shown = on_a_terminal(at, "sample", shop, "--rows", "100000", "--table", "customers")
    check("how far it is", re.match("(\r\x1b\\[Kcustomers [0-9,]+ rows, [0-9,]+ a second, [0-9]+ %)+\r\x1b\\[Kcustomers: 100,000 rows", shown) is not None, True)
    check("rows", at.sql("select count(*), count(distinct email) > 80000, max(id) from customers"), "100000|t|100000")
    at.run("sample", shop, "--clean")
    check("rows then", at.sql("select count(*) from customers"), "0")


CASES = [every_schema_is_filled_and_emptied, the_same_seed_gives_the_same_rows, cleaning_takes_nobody_elses_rows,
         what_cannot_be_made_up_is_told, a_hundred_thousand_rows_are_made,
         what_the_documentation_says_works, every_value_comes_back, what_the_file_leaves_out_is_filled, bad_rows_are_told_and_good_ones_loaded,
         rows_may_stand_before_those_they_refer_to, a_load_that_was_killed_goes_on]


def run_all(at, cases):
    failed = 0
    try:
        for name, case in cases:
            try:
                case(at)
                print(f"ok   {name}", flush=True)
            except failure as why:
                failed += 1
                print(f"FAIL {name}: {why}", flush=True)
    finally:
        at.close()
    return failed


def main(weir, program=None):
    with tempfile.TemporaryDirectory() as folder:
        failed = run_all(place(weir, folder), [(case.__name__, case) for case in CASES])
        if program and os.environ.get("WEIR_DUCKDB_LIBRARY"):
            files = {(table, form): str(pathlib.Path(folder, f"second_{table}.{form}"))
                     for form in ("csv", "ndjson") for table in ("specimens", "counters", "bare_notes")}
            failed += run_all(warehouse_rows.place(weir, program, folder), warehouse_rows.cases(files))
        elif program:
            print("SKIPPED: on a warehouse, for WEIR_DUCKDB_LIBRARY names no engine")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

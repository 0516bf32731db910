# SPDX-License-Identifier: Apache-2.0
"""The same on a SQL warehouse, the local workspace's: what `weir load` brings, `weir dump` writes and `weir sample` makes up there."""

import json
import os
import pathlib
import signal
import subprocess

from replay import check, failure
from tool import tool
from warehouse import workspace

here = pathlib.Path(__file__).resolve().parent
PEOPLE = here / "people.yaml"
SPECIMENS = here.parents[2] / "schemas" / "specimens.yaml"


class place(tool):
    """A catalog of its own on a workspace of its own."""

    def __init__(self, weir, program, folder):
        self.at = workspace(program)
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("PG", "DATABASE_", "LAKEBASE_", "WEIR_", "DATABRICKS_"))}
        super().__init__(weir, folder, {**kept, "DATABRICKS_HOST": self.at.url, "DATABRICKS_TOKEN": "dapi-local", "DATABRICKS_WAREHOUSE_ID": "local"})

    def close(self):
        self.at.close()

    def start(self, file):
        """Empty tables of a schema file, all on the warehouse. Answers the file that says so."""
        text = pathlib.Path(file).read_text()
        assert "  lakebase: {schema: app_data}" in text
        text = text.replace("  lakebase: {schema: app_data}", "  warehouse: {catalog: rows, schema: app_data}")
        made = self.write(pathlib.Path(file).name, text.replace("\ntables:\n", "\ndefaults: {backend: warehouse}\ntables:\n"))
        self.ask("drop schema if exists rows.app_data cascade")
        self.run("migrate", made)
        return made

    def ask(self, text):
        body = {"warehouse_id": "local", "statement": text, "wait_timeout": "50s"}
        if "schema" not in text:
            body |= {"catalog": "rows", "schema": "app_data"}
        answer = self.at.post("/api/2.0/sql/statements/", body)
        if answer["status"]["state"] != "SUCCEEDED":
            raise failure(f"{answer['status']}\n{text}")
        return answer.get("result", {}).get("data_array", [])

    def values(self, text):
        """The rows of a query as psql prints them."""
        return "\n".join("|".join("" if each is None else each for each in row) for row in self.ask(text))

    def run(self, *words, expected=0):
        return self.done(*words, expected=expected).stdout

    def report(self, *words, expected=0):
        return json.loads(self.run(*words, "--format", "json", expected=expected))


def every_value_comes_back(at, files):
    """What was dumped from Lakebase: byte for byte the same, after it was in a warehouse."""
    schema = at.start(SPECIMENS)
    for (table, form), file in files.items():
        at.ask(f"delete from {table}")
        at.run("load", schema, "--table", table, "--again", file)
        second = str(at.folder / f"third_{table}.{form}")
        told = at.report("dump", schema, "--table", table, "-o", second)
        check("what is told", (told["outcome"], told["output"], told["rows"]), ("done", second, int(at.values(f"select count(*) from {table}"))))
        check(f"{table} as {form}", pathlib.Path(second).read_bytes(), pathlib.Path(file).read_bytes())
    # Who inserts afterwards gets a number that is free.
    at.ask("insert into counters (label, record_uuid, inserted_by) values ('new', uuid(), 'me')")
    check("the next number", int(at.values("select id from counters where label = 'new'")) > 300, True)


def rows_are_judged(at):
    schema = at.start(PEOPLE)
    at.ask("insert into people (name, email, record_uuid, inserted_by) values ('Old', 'old@example.com', uuid(), 'me')")
    file = at.write("bad.csv", "name,email,age,mood\n"
                    "Ann,ann@example.com,30,\n"
                    "B,bad,131,calm\n"
                    "Cid,old@example.com,,calm\n"
                    "Fay,fay@example.com,,calm\n"
                    "Gus,fay@example.com,,calm\n")
    check("what is told", at.report("load", schema, "--table", "people", "--as", "carol", file, expected=4),
          {"outcome": "rejected", "table": "people", "file": file, "rows": 2, "rejected": 3, "rejects": file + ".rejects.ndjson"})
    rejects = [(each["line"], each["reason"]) for each in at.rejects(file)]
    check("rejected", rejects, [(3, "Column 'name' must have at least 2 characters; Column 'email' must be an e-mail address; "
                                    "Column 'age' must be at most 130"),
                                (4, "Another row has the same email"), (6, "Another row has the same email")])
    check("rows", at.values("select name, email, mood, balance, inserted_by, is_deleted, inserted_at > current_timestamp() - interval '1' hour, "
                            "id is not null from people where inserted_by <> 'me' order by name"),
          "Ann|ann@example.com|calm|0.00|carol|false|true|true\nFay|fay@example.com|calm|0.00|carol|false|true|true")
    # By its numbers, which the warehouse goes on behind; a key is one row's alone.
    file = at.write("numbered.ndjson", '{"id":70,"name":"Dee"}\n{"name":"Eve"}\n{"id":70,"name":"Dan"}\n')
    at.run("load", schema, "--table", "people", file, expected=4)
    check("a key that is taken", at.rejects(file), [{"line": 3, "reason": "Another row has the same id", "row": '{"id":70,"name":"Dan"}'}])
    at.ask("insert into people (name, record_uuid, inserted_by) values ('New', uuid(), 'me')")
    check("the next number", int(at.values("select id from people where name = 'New'")) > 70, True)
    at.run("load", schema, "--table", "people", file, expected=1)
    at.run("load", schema, "--table", "people", "--again", file, expected=4)
    check("keys that are taken", [each["line"] for each in at.rejects(file)], [1, 3])
    file = at.write("letters.csv", "id,user_id,person_id,sent,read,text\n"
                    ",me,1,2024-05-02,2024-05-01,a\n,me,1,2024-05-02,2024-05-02,b\n,me,1,2024-05-02,,c\n")
    at.run("load", schema, "--table", "letters", file, expected=4)
    check("a check", at.rejects(file), [{"line": 2, "reason": "The check 'read_after_sent' does not hold",
                                         "row": ",me,1,2024-05-02,2024-05-01,a"}])
    check("the others", at.values("select text from letters order by 1"), "b\nc")


def a_load_that_was_killed_goes_on(at):
    """Whether what was brought last was noted or not: no row is lost, none is there twice."""
    schema = at.start(PEOPLE)
    for table, column, head, row in (("people", "email", "name,email", lambda n: f"name {n},p{n}@example.com"),
                                     ("folders", "id", "id,parent,title", lambda n: f"{n},,title {n}")):
        file = at.write(f"{table}.csv", head + "\n" + "".join(row(n) + "\n" for n in range(1000)))
        words = ["load", schema, "--table", table, file]
        for is_noted in (True, False):
            at.ask(f"delete from {table}")
            with subprocess.Popen([at.weir, *words, "--again", "--batch", "40"], env=at.env, stderr=subprocess.DEVNULL, cwd=at.folder) as running:
                while int(at.values(f"select count(*) from {table}")) < 80:
                    check("running", running.poll(), None)
                running.send_signal(signal.SIGKILL)
            # Its lock ends by itself, a minute later.
            at.ask("delete from weir_migration_lock")
            if not is_noted:
                at.ask(f"update weir_loads set bytes = 0, line = 1, `rows` = 0, doubtful = 1000 where table_name = '{table}'")
            at.run(*words, expected=1)
            at.run(*words, "--resume", "--batch", "700")
            check(f"rows of {table}", at.values(f"select count(*), count(distinct {column}) from {table}"), "1000|1000")
            check("rejected", at.rejects(file), [])
            check("what is noted", at.values(f"select `rows`, rejected, finished_at is not null from weir_loads where table_name = '{table}'"), "1000|0|true")


def tables_are_filled_and_emptied(at):
    for file in (SPECIMENS, PEOPLE):
        schema = at.start(file)
        made = at.report("sample", schema)["tables"]
        check("tables", [each for each in made if each["what"] != "made" or not 5 <= each["rows"] <= 10], [])
        tables = [each["table"] for each in made]
        check("rows", {each: int(at.values(f"select count(*) from {each}")) for each in tables}, {each["table"]: each["rows"] for each in made})
        check("a second run", [each["what"] for each in at.report("sample", schema)["tables"]], ["there"] * len(tables))
        files = {}
        for table in tables:
            files[table] = str(at.folder / f"sampled_{table}.ndjson")
            at.run("dump", schema, "--table", table, "-o", files[table])
        removed = at.report("sample", schema, "--clean")["tables"]
        check("removed", sorted((each["table"], each["rows"], each["kept"]) for each in removed), sorted((each["table"], each["rows"], 0) for each in made))
        # What was made keeps the rules that only weir knows as well.
        for table in tables:
            at.run("load", schema, "--table", table, files[table])
            again = str(at.folder / "again.ndjson")
            at.run("dump", schema, "--table", table, "-o", again)
            check(f"rows of {table} that were judged", pathlib.Path(again).read_bytes(), pathlib.Path(files[table]).read_bytes())
    # Nobody else's rows are taken, nor what they refer to.
    schema = at.start(PEOPLE)
    at.ask("insert into people (name, record_uuid, inserted_by) values ('Mine', uuid(), 'me')")
    made = {each["table"]: each["rows"] for each in at.report("sample", schema)["tables"]}
    at.ask("insert into letters (id, user_id, person_id, sent, text, record_uuid, inserted_by) "
           "select uuid(), 'me', max(id), date'2024-01-01', 'mine', uuid(), 'me' from people")
    at.ask("insert into folders (id, title) values (-1, 'mine')")
    removed = {each["table"]: (each["rows"], each["kept"]) for each in at.report("sample", schema, "--clean")["tables"]}
    check("removed", removed, {"letters": (made["letters"], 0), "people": (made["people"] - 1, 1), "folders": (made["folders"], 0)})
    check("left", at.values("select (select count(*) from people), (select count(*) from letters), (select count(*) from folders)"), "2|1|1")


def cases(files):
    return [("every value comes back from a warehouse", lambda at: every_value_comes_back(at, files)),
            ("rows are judged on a warehouse", rows_are_judged),
            ("a load into a warehouse that was killed goes on", a_load_that_was_killed_goes_on),
            ("tables on a warehouse are filled and emptied", tables_are_filled_and_emptied)]

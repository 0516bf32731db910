# SPDX-License-Identifier: Apache-2.0
"""`weir introspect`: what a file made can be written as a file again, and what cannot be said is told."""

import compiled

FOREIGN = """
create table parents ("id" serial primary key, note text collate "C");
create table things (
    id bigint generated always as identity primary key, spot point, "Name" text collate "C", made_on date default current_date,
    parent_id int references parents, amount numeric, code text collate "C" unique, word text, size int check (size > 0),
    flags boolean[] default '{t}', label varchar(10) default 'it''s');
create unique index things_some on things (size) where size > 5;
create index things_lower on things (lower(word));
create index things_hash on things using hash (size);
create table heap (id int);
create table "Odd" (id int primary key);
create view seen as select id from things;
"""

TOLD = [
    "Odd: its name is none that a schema can have", "heap: it has no primary key", "seen: it is no plain table",
    "parents: the default of column id, nextval(", "things: column spot, a point", "things: column Name, a text",
    "things: column amount, a numeric", "things: the default of column made_on, CURRENT_DATE",
    "things: constraint things_code_key, UNIQUE (code)",
    "things: index things_some, using btree (size) WHERE (size > 5)", "things: index things_lower, using btree (lower(word))",
    "things: index things_hash, using hash (size)", "weir migrate would drop_column:things.spot",
    "weir migrate would change_type:things.word",
]

TYPES = """version: 1
name: kinds
backends:
  lakebase: {schema: SCHEMA}
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
      - {name: d, type: smallint}
      - {name: e, type: float, default: 0.5}
      - {name: f, type: double, required: true, default: -640.0}
      - {name: g, type: "decimal(20,4)", default: "-0.0001"}
      - {name: h, type: char(3), default: "a'b"}
      - {name: i, type: boolean, default: true}
      - {name: j, type: date, default: 2024-02-29}
      - {name: k, type: timestamp, default: "2024-05-01T10:00:00Z"}
      - {name: l, type: timestamp_ntz}
      - {name: m, type: binary}
      - {name: n, type: uuid}
      - {name: o, type: json, default: {"a": [1, "x: y"]}}
      - {name: p, type: array<string>, default: ["it's", "a, b", "null"]}
      - {name: q, type: array<int>, default: []}
      - {name: r, type: string, description: "colon: # and \\"quotes\\""}
      - {name: s, type: string, enum: [draft, "no", "it's"], default: "no"}
    unique: [[r, s]]
    indexes:
      - {columns: [d desc, e], where: "r <> 'x'"}
    checks:
      - {name: sane, expr: "d > 0 OR r = 'it''s'"}
"""


def written(at, text):
    """The file of a schema that a file made, and the one of the schema that this file makes."""
    found = []
    for _ in range(2):
        at.sql(f"drop schema if exists {at.schema} cascade")
        at.run(text, "migrate")
        text = at.weir_run("introspect", "--name", "again")
        found.append(text)
    return found


def comes_back(at, check):
    for what, text in (("shop", at.base.replace("app_data", at.schema)), ("kinds", TYPES.replace("SCHEMA", at.schema))):
        first, second = written(at, text)
        check(f"{what}, written of what it made", second, first)
        check(f"what {what} compiles to", compiled.problems(first), "")
        check(f"remarks about {what}", [each for each in first.splitlines() if each.startswith("#")], [])
        # Neither is anything there that the first file did not ask for, nor is anything gone.
        at.sql(f"drop schema if exists {at.schema} cascade")
        at.run(text, "migrate")
        report = at.run(first, "migrate", "--dry-run")
        left = [line for line in report.splitlines() if " drop_table:weir_idempotency" not in line]
        check(f"differences of {what}", [line for line in left if line[:8].strip() in ("free", "backfill", "rewrite",
              "exposes", "destroys", "refused")], [])


def tells_the_rest(at, check):
    at.sql(f"drop schema if exists {at.schema} cascade; create schema {at.schema}; set search_path = {at.schema}; {FOREIGN}")
    told = [each for each in at.weir_run("introspect", expected=4).splitlines() if each.startswith("# not in this file: ")]
    for each in TOLD:
        check(f"told of {each}", any(line.startswith("# not in this file: " + each) for line in told) or told, True)
    text = at.weir_run("introspect", expected=4)
    for each in ("name: parents", "{name: parent_id", "to: parents", "things_size_check", "default: \"it's\"", "default: [true]"):
        check(f"written: {each}", each in text or text, True)
    check("what the rest compiles to", compiled.problems(text), "")

# SPDX-License-Identifier: Apache-2.0
"""Random pairs of schema versions, the second one run on a filled database of the first: what nobody approved of is not
lost, and what survives keeps its values. A pair is its seed; WEIR_MIGRATE_PAIRS says how many there are."""

import copy
import decimal
import json
import os
import random

PAIRS = int(os.environ.get("WEIR_MIGRATE_PAIRS", "10"))

# What rows hold: an expression over the row's number n. Every value fits in every wider type exactly.
VALUES = {
    "smallint": "n", "int": "n * 7", "bigint": "n * 10000000000", "float": "n / 4.0", "double": "n / 8.0",
    "decimal(8,2)": "n * 1.25", "decimal(10,2)": "n * 1.25", "decimal(12,4)": "n * 1.25", "string": "'text ' || n",
    "varchar(12)": "'word ' || n", "varchar(40)": "'word ' || n", "char(9)": "'c' || n", "boolean": "n % 2 = 0",
    "date": "date '2024-01-01' + n", "timestamp_ntz": "timestamp '2024-01-01' + n * interval '1 hour'",
    "timestamp": "timestamptz '2024-01-01Z' + n * interval '1 hour'", "uuid": "md5(n::text)::uuid",
    "json": "jsonb_build_object('n', n)", "array<string>": "array['a', n::text]", "tinyint": "n",
}
DEFAULTS = {"smallint": "3", "int": "4", "bigint": "5", "string": "some", "varchar(12)": "some", "varchar(40)": "some",
            "boolean": "true", "decimal(8,2)": '"1.50"', "decimal(10,2)": '"1.50"', "double": "0.5", "float": "0.5"}
LABELS = ["red", "green", "blue", "grey"]


def new_column(chance, name):
    kind = chance.choice(list(VALUES))
    made = dict(name=name, type=kind, required=chance.random() < 0.3)
    if kind in DEFAULTS and chance.random() < 0.5:
        made["default"] = DEFAULTS[kind]
    if kind == "string" and chance.random() < 0.3:
        made["enum"] = LABELS[: chance.randint(2, 4)]
        made.pop("default", None)
    return made


def new_table(chance, name, names):
    made = dict(name=name, audit=chance.random() < 0.5, columns=[new_column(chance, next(names)) for _ in range(chance.randint(2, 5))])
    if chance.random() < 0.3:
        made["columns"].append(dict(name="person", type="string", required=True))
        made["owner"] = True
    made["history"] = made["audit"] and chance.random() < 0.3
    if chance.random() < 0.4:
        made["index"] = [chance.choice(indexable(made))["name"]] if indexable(made) else None
    if chance.random() < 0.3:
        made["unique"] = [each["name"] for each in indexable(made)[:1]]
    return made


def indexable(table):
    return [each for each in table["columns"] if each["type"] in ("int", "bigint", "string", "date") and "enum" not in each]


def text_of(tables):
    out = ["version: 1", "name: fuzz", "backends:", "  lakebase: {schema: app_data}", "tables:"]
    for table in tables:
        out += [f"  - name: {table['name']}", "    key: [id]", f"    audit: {str(table['audit']).lower()}",
                f"    soft_delete: {str(table['audit']).lower()}"]
        if "was" in table:
            out.append(f"    was: {table['was']}")
        out += ["    columns:", "      - {name: id, type: int, required: true}"]
        for column in table["columns"]:
            words = [f"name: {column['name']}", f"type: \"{column['type']}\""]
            words += ["required: true"] if column["required"] else []
            words += [f"default: {column['default']}"] if "default" in column else []
            words += [f"enum: [{', '.join(column['enum'])}]"] if "enum" in column else []
            words += [f"was: {column['was']}"] if "was" in column else []
            out.append("      - {" + ", ".join(words) + "}")
        # What an edit made another type is in no index any more.
        names = [column["name"] for column in indexable(table)]
        if table.get("index") and table["index"][0] in names:
            out.append(f"    indexes: [{{columns: [{table['index'][0]}]}}]")
        if table.get("unique") and table["unique"][0] in names:
            out.append(f"    unique: [[{table['unique'][0]}]]")
        if table.get("owner"):
            out.append("    access: {owner: person}")
        if table["history"]:
            out.append("    history: true")
    return "\n".join(out) + "\n"


def rows_of(chance, table):
    names, values = ["id"], ["n"]
    for column in table["columns"]:
        value = VALUES[column["type"]]
        if "enum" in column:
            value = f"(array[{', '.join(repr(each) for each in column['enum'])}])[1 + n % {len(column['enum'])}]"
        if not column["required"]:
            value = f"case when n % {chance.randint(2, 6)} <> 0 then {value} end"
        names.append(column["name"])
        values.append(value)
    if table["audit"]:
        names.append("inserted_by")
        values.append("'test'")
    return (f"insert into {table['name']} ({', '.join(names)}) select {', '.join(values)} "
            f"from generate_series(1, {chance.choice([0, 9, 40, 40])}) as n;\n")


def change(chance, tables, names):
    """One edit of a file, as people make them."""
    table = chance.choice(tables)
    column = chance.choice(table["columns"])
    is_owner = column["name"] == "person"
    kind = chance.choice(["add", "add", "drop", "rename", "type", "type", "required", "default", "enum", "index", "unique",
                          "audit", "history", "access", "drop table", "rename table", "new table"])
    if kind == "add":
        table["columns"].insert(chance.randint(0, len(table["columns"])), new_column(chance, next(names)))
    elif kind == "drop" and len(table["columns"]) > 1 and not is_owner:
        table["columns"].remove(column)
    elif kind == "rename" and "was" not in column and not is_owner:
        column["was"] = column["name"]
        column["name"] = next(names)
    elif kind == "type" and not is_owner:
        column["type"] = chance.choice(list(VALUES))
        column.pop("default", None)
        column.pop("enum", None)
    elif kind == "required" and not is_owner:
        column["required"] = not column["required"]
    elif kind == "default" and column["type"] in DEFAULTS and "enum" not in column and not is_owner:
        column.pop("default", None) or column.update(default=DEFAULTS[column["type"]])
    elif kind == "enum" and "enum" in column:
        column["enum"] = LABELS[: chance.randint(1, 4)]
    elif kind in ("index", "unique"):
        table[kind] = None if table.get(kind) else [each["name"] for each in indexable(table)[:1]] or None
    elif kind == "audit":
        table["audit"] = not table["audit"]
        table["history"] = table["history"] and table["audit"]
    elif kind == "history":
        table["history"] = table["audit"] and not table["history"]
    elif kind == "access" and any(each["name"] == "person" for each in table["columns"]):
        table["owner"] = not table.get("owner")
    elif kind == "drop table" and len(tables) > 1:
        tables.remove(table)
    elif kind == "rename table" and "was" not in table:
        table["was"] = table["name"]
        table["name"] = "table_" + next(names)
    elif kind == "new table":
        tables.append(new_table(chance, "table_" + next(names), names))


def plain(value):
    """A value by its meaning, whatever type it has."""
    text = str(value).rstrip() if not isinstance(value, (dict, list)) else json.dumps(value)
    try:
        return str(decimal.Decimal(text).normalize())
    except decimal.InvalidOperation:
        return text.lower()


def is_same(old, new):
    return plain(old) == plain(new) or plain(new) == plain(old) + "t00:00:00"


def held(before, after, tables, lost, check):
    """Every table and column that was there is where it is by the new file, or as it was, but for what may be lost."""
    for name, columns in before.items():
        base = name.removesuffix("_history")
        table = next((each for each in tables if each.get("was", each["name"]) == base), None)
        new_name = table["name"] + name[len(base):] if table else name
        for column, values in columns.items():
            wanted = next((each for each in table["columns"] if each.get("was", each["name"]) == column), None) if table else None
            new_column = wanted["name"] if wanted else column
            if lost & {f"drop_table:{name}", f"drop_table:{new_name}", f"drop_column:{new_name}.{column}"}:
                continue
            there = after.get(new_name, after.get(name, {}))
            found = there.get(new_column)
            check(f"{name}.{column} is there", found is not None, True)
            check(f"rows of {name}.{column}", len(found), len(values))
            for old, new in zip(values, found):
                filled = old is None and wanted is not None and wanted["required"]
                check(f"a value of {name}.{column}: {old!r} became {new!r}", filled or is_same(old, new), True)


def pair(at, seed, check):
    chance = random.Random(seed)
    names = (f"c{number}" for number in range(1000))
    old = [new_table(chance, f"table_{number}", names) for number in range(chance.randint(1, 3))]
    new = copy.deepcopy(old)
    for _ in range(chance.randint(1, 7)):
        change(chance, new, names)
    at.sql(f"drop schema if exists {at.schema} cascade")
    at.run(text_of(old), "migrate")
    at.sql(f"set search_path = {at.schema}; " + "".join(rows_of(chance, each) for each in old))
    before = at.contents()
    text = text_of(new)
    words = []
    lost = set()
    while True:
        report = json.loads(at.run(text, "migrate", "--format", "json", *words, expected=[0, 1, 5]) or "{}")
        check("the file is sound", "outcome" in report, True)
        after = at.contents()
        if report["outcome"] != "refused":
            break
        check("rows after a refusal", after, before)
        if report["refused"] or words:
            return
        for each in report["undecided"]:
            if chance.random() < 0.6:
                words += ["--approve", each]
                lost.add(each)
            else:
                words += ["--keep", each]
    held(before, after, new, lost, check)
    if "--keep" not in words:
        check("a second look", json.loads(at.run(text, "diff", "--format", "json"))["changes"], [])

# SPDX-License-Identifier: Apache-2.0
"""`weir init-db`: what it says is missing, what it gives, and that the role can serve then."""

import json


def rights(at, schema, role):
    """What a role may do, as the catalogs tell it."""
    return at.sql(f"""select
        has_schema_privilege('{role}', '{schema}', 'usage') and has_schema_privilege('{role}', '{schema}', 'create'),
        (select bool_and(has_table_privilege('{role}', c.oid, 'select') and has_table_privilege('{role}', c.oid, 'insert')
            and has_table_privilege('{role}', c.oid, 'update') and has_table_privilege('{role}', c.oid, 'delete'))
            from pg_class as c where relnamespace = '{schema}'::regnamespace and relkind = 'r'
            and relname not in ('weir_migrations', 'tariffs', 'letters'))""")


# One that is only read, and one that rows are only added to.
SPARING = """  - name: tariffs
    key: [id]
    audit: false
    api: {path: tariffs, operations: [list, get]}
    columns:
      - {name: id, type: int, required: true}
  - name: letters
    key: [id]
    audit: false
    api: {path: letters, operations: [list, create]}
    columns:
      - {name: id, type: int, required: true}
"""


def begins_and_serves(at, check):
    base = at.base.replace("  - name: plain\n", SPARING + "  - name: plain\n")
    role = f"weir_init_{at.name}"
    at.owner.run(f"drop role if exists {role}")
    at.sql(f"drop schema if exists {at.schema} cascade")
    missing = json.loads(at.run(base, "init-db", "--role", role, "--check", "--format", "json", expected=4))
    check("outcome", missing["outcome"], "missing")
    check("tables that are missing", [each for each in missing["changes"] if each.startswith("create_table")],
          [f"create_table:{each}" for each in TABLES])
    place = f'"{at.schema}"'
    check("rights that are missing", [each["what"] for each in missing["grants"]], [
        f'role "{role}"', f'connect, temporary on database "{at.name}"', f"usage, create on schema {place}",
        f"usage, select on all sequences in schema {place}", f"select, insert, update, delete on later tables in schema {place}",
        f"usage, select on later sequences in schema {place}",
        *[f'{SPARED.get(each, "select, insert, update, delete")} on table {place}."{each}"' for each in TABLES]])
    # Nobody can give rights to nobody, and then nothing else is done either.
    at.run(base, "init-db", "--role", role, expected=1)
    check("the schema", at.sql(f"select to_regnamespace('{at.schema}') is null"), "t")

    at.owner.run(f"create role {role} login")
    try:
        at.run(base, "init-db", "--role", role)
        check("rights", rights(at, at.schema, role), "t|t")
        check("rights by what the API offers", at.sql(f"""select c.relname, string_agg(p, ', ' order by n)
            from pg_class as c, unnest(array['select', 'insert', 'update', 'delete']) with ordinality as w(p, n)
            where relnamespace = '{at.schema}'::regnamespace and relname in ('tariffs', 'letters') and has_table_privilege('{role}', c.oid, p)
            group by 1 order by 1"""), "letters|select, insert, update\ntariffs|select")
        check("the rest", json.loads(at.run(base, "init-db", "--role", role, "--check", "--format", "json")),
              {"outcome": "same", "changes": [], "grants": []})
        # What a later migration makes is the role's to use as well.
        grown = base.replace("  - name: plain\n", "  - name: parcels\n    key: [id]\n    columns:\n"
                                "      - {name: id, type: int, required: true}\n  - name: plain\n")
        at.run(grown, "migrate")
        check("rights after a migration", rights(at, at.schema, role), "t|t")
        # One right that was taken away is one line, and comes back.
        at.sql(f"revoke delete, update on {at.schema}.plain from {role}; revoke usage on schema {at.schema} from {role}")
        check("what is told", at.run(grown, "init-db", "--role", role, "--check", expected=4),
              f'missing  usage on schema {place}\nmissing  update, delete on table {place}."plain"\n')
        check("what is done", at.run(grown, "init-db", "--role", role),
              f'done     usage on schema {place}\ndone     update, delete on table {place}."plain"\n')
        check("the end", at.run(grown, "init-db", "--role", role), "nothing is missing\n")
    finally:
        at.superuser.run(f"drop owned by {role}; drop role {role}")


SPARED = {"tariffs": "select", "letters": "select, insert, update"}
TABLES = ["customers", "orders", "diaries", "diaries_history", "tariffs", "letters", "plain", "empty", "weir_idempotency"]

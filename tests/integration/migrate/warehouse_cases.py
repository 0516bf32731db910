# SPDX-License-Identifier: Apache-2.0
"""The edits of cases.py on a warehouse: what each means there, where that is something else, and edits of its own.

A value of None: it means nothing there (indexes, row policies, histories, a relation's actions)."""

from cases import CASES, NOTE, SIZE, WORD, column

DIFFERENT = {
    "a required column with a default is added": dict(effects={"add_column:customers.level": "backfill"}),
    "a required text with quotes in its default is added": dict(holds=["not exists (select 1 from plain where label <> 'it\\'s; \\'so\\'')"]),
    "a column of uuids is added": dict(effects={"add_column:plain.token": "backfill"}),
    # An identity is declared when the table is made.
    "an identity is added": dict(exit=1, effects={"add_column:plain.number": "refused"}, holds=[]),
    # Arrays have no default there, so that rows would have none.
    "an array is added": dict(exit=1, ids=["add_column:plain.labels"], holds=[]),
    "a column with an index is renamed": dict(
        ids=["rename_column:orders.buyer_id", "add_foreign_key:orders.orders_buyer_id_fkey"],
        edits=[("- {name: customer_id, type: bigint, required: true}", "- {name: buyer_id, type: bigint, required: true, was: customer_id}"),
               ("from: [customer_id]", "from: [buyer_id]")]),
    # Delta lets no check name a column that is renamed: it goes, and comes back.
    "a column with a check is renamed": dict(ids=["rename_column:orders.amount", "add_check:orders.quantity_positive"]),
    "an enumeration is renamed": dict(ids=["rename_column:orders.state", "add_check:orders.orders_state_enum"]),
    "the owner's column is renamed": dict(ids=["rename_column:diaries.owner_id"], renamed={"diaries": {"user_id": "owner_id"}}),
    "a key's column is renamed": dict(ids=["rename_column:plain.number", "add_primary_key:plain.plain_pkey"]),
    # Keys are found by what they say, not by their names.
    "a table is renamed": dict(ids=["rename_table:words"]),
    "a table and its column are renamed at once": dict(ids=["rename_table:words", "rename_column:words.text"]),
    "a table with policies and a history is renamed": dict(ids=["rename_table:journals"], tables={"diaries": "journals"}),
    "a table that others refer to is renamed": dict(ids=["rename_table:clients"]),
    "an integer grows": dict(effects={"change_type:customers.visits": "free"}),
    "the smallest integer grows without a rewrite": dict(ids=["change_type:orders.tiny"]),
    "a decimal gets more digits after the point": dict(effects={"change_type:orders.price": "free"}),
    "a padded text becomes a text": dict(exit=1, changed={}, holds=[]),
    "a date becomes a time": dict(holds=["not exists (select 1 from orders where day <> date_add(date'2024-01-01', id))"]),
    "an integer becomes a text": dict(exit=1, changed={}, holds=[]),
    "a type under a row policy grows": dict(ids=["change_type:diaries.page"]),
    # Both are STRING.
    "json becomes a text": dict(exit=0, ids=[], breaks=[]),
    "a column becomes required with a default that fills it": dict(
        holds=["(select count(*) from customers where note = 'none') = 13",
               "not exists (select 1 from customers where id % 3 <> 0 and note <> concat('note ', id))"]),
    "a type and a default change at once": dict(ids=["change_type:customers.visits", "change_default:customers.visits"]),
    "a text becomes an enumeration that fits": dict(
        ids=["add_check:customers.customers_note_enum"], before="update customers set note = 'c1'",
        edits=[(NOTE, "- {name: note, type: string, enum: [c1, c2]}")]),
    # A warehouse keeps the text of a check.
    "a check is spelled another way": dict(ids=["change_check:orders.quantity_positive"]),
    "an index is added": None, "a partial index is added": None, "an index's direction changes": None, "an index goes": None,
    "a unique set is added": dict(ids=[]), "a unique set is added that rows break": None, "a unique set goes": dict(ids=[]),
    "deleted rows count in unique sets again": None,
    # Relations inform there.
    "a relation is added that rows break": dict(exit=0),
    "what deleting does to a relation changes": None,
    "a column goes and is kept": dict(
        holds=["(select is_nullable from replay.information_schema.columns where table_schema = 'app_data' "
               "and table_name = 'customers' and column_name = 'name') = 'YES'"]),
    "a column under a row policy goes": dict(ids=["drop_column:diaries.mood"], approve=["drop_column:diaries.mood"], lost={"diaries": ["mood"]}),
    "isolation is added": None, "isolation goes without approval": None, "isolation goes with approval": None, "who reads all changes": None,
    "a history is added": None, "a history goes without approval": None,
    "a column with a history is added": dict(ids=["add_column:diaries.weather"]),
    "what somebody else made stays": dict(
        before="alter table plain add constraint by_hand_too check (id > 0); create table others (id int); insert into others values (1)",
        holds=["(select count(*) from others) = 1"]),
    "what somebody dropped comes back": dict(before="alter table orders drop constraint quantity_positive", ids=["add_check:orders.quantity_positive"]),
    "an index that was not finished is built again": None, "a check that was not finished is finished": None,
    "a policy that was changed by hand is made anew": None,
}

OWN = [
    dict(name="files are ordered by columns", ids=["cluster:orders"], edits=[("    checks:\n", "    cluster_by: [day, customer_id]\n    checks:\n")]),
    dict(name="a column that files are ordered by goes", before="alter table customers cluster by (score, id)",
         ids=["drop_column:customers.score", "cluster:customers"], breaks=["drop_column:customers.score"], approve=["drop_column:customers.score"],
         edits=[("      - {name: score, type: float}\n", "")], lost={"customers": ["score"]}),
    dict(name="a column that files are ordered by is renamed", before="alter table plain cluster by (word)", ids=["rename_column:plain.text"],
         edits=[(WORD, "- {name: text, type: string, was: word}\n      " + SIZE + "\n    cluster_by: [text]")], renamed={"plain": {"word": "text"}}),
    dict(name="a column that was added and not filled is filled", ids=["fill_column:customers.level", "change_default:customers.level"],
         before="alter table customers set tblproperties ('weir.unfilled.level' = 'true'); alter table customers add column (level int)",
         edits=[column(NOTE, "{name: level, type: int, default: 3}")],
         changed={"customers": ["level"]}, holds=["not exists (select 1 from customers where level is distinct from 3)"]),
    dict(name="somebody else's check stands in the way of a rename", exit=1, ids=["rename_column:customers.remark"],
         breaks=["rename_column:customers.remark"], before="alter table customers add constraint by_hand check (length(note) < 100 is not false)",
         edits=[(NOTE, "- {name: remark, type: string, was: note}")]),
]

MANY = dict(
    name="many things at once", looks_first=True, approve=["drop_column:customers.score"], any_order=True,
    ids=["rename_column:customers.remark", "add_column:customers.level", "add_column:customers.rank", "change_type:customers.visits",
         "drop_column:customers.score", "rename_column:orders.amount", "add_check:orders.quantity_positive",
         "grow_enumeration:orders.orders_status_enum", "require:orders.amount", "cluster:orders", "create_table:parcels"],
    breaks=["rename_column:customers.remark", "drop_column:customers.score", "rename_column:orders.amount", "require:orders.amount"],
    edits=[(NOTE, "- {name: remark, type: string, was: note}\n      - {name: level, type: int, required: true, default: 3}\n"
            "      - {name: rank, type: int, default: 5}"),
           ("visits, type: int", "visits, type: bigint"), ("      - {name: score, type: float}\n", ""),
           ("[draft, placed, shipped]", "[draft, placed, shipped, lost]"),
           ("quantity, type: int", "amount, was: quantity, type: int, required: true"), ("quantity > 0", "amount > 0"),
           ("    checks:\n", "    cluster_by: [day]\n    checks:\n"),
           ("  - name: plain\n", "  - name: parcels\n    key: [id]\n    columns:\n      - {name: id, type: int, required: true}\n  - name: plain\n")],
    renamed={"customers": {"note": "remark"}, "orders": {"quantity": "amount"}}, lost={"customers": ["score"]},
    holds=["not exists (select 1 from customers where level <> 3 or rank is distinct from 5)"])


# Every kind of step, once: a run is cut off at each of them.
EACH = dict(
    name="each kind of step",
    edits=[(NOTE, "- {name: note, type: string}\n      - {name: level, type: int, required: true, default: 3}"),
           (WORD, "- {name: text, type: string, was: word}\n      - {name: size, type: bigint, required: true, default: 0}\n"
            "      - {name: rank, type: int, default: 5}\n    checks:\n      - {name: rank_positive, expr: \"rank > 0\"}\n    cluster_by: [text]")],
    renamed={"plain": {"word": "text"}})


def on_warehouse():
    made = []
    for case in CASES:
        if case["name"] == MANY["name"]:
            continue
        change = DIFFERENT.get(case["name"], {})
        if change is not None:
            made.append({**case, **change})
    unknown = set(DIFFERENT) - {case["name"] for case in CASES}
    if unknown:
        raise ValueError(f"cases.py has no {unknown}")
    return made + OWN + [MANY]

# SPDX-License-Identifier: Apache-2.0
"""What replaying an edit is, wherever the tables are. `at` is a place: start(), prepare(case), contents(), holds(condition),
runs(), run(text, command, …), and base, file, env, weir, looks_first, after_a_kill."""

import json
import pathlib
import signal
import subprocess

here = pathlib.Path(__file__).parent


class failure(Exception):
    pass


class tool:
    """The command `weir`, run on `file` in `env`."""

    def run(self, text, *words, expected=0):
        self.file.write_text(text)
        return self.weir_run(words[0], str(self.file), *words[1:], expected=expected)

    def weir_run(self, *words, expected=0):
        done = subprocess.run([self.weir, *words], env=self.env, capture_output=True,
                              text=True, cwd=self.file.parent)
        if expected is not None and done.returncode not in (expected if isinstance(expected, list) else [expected]):
            raise failure(f"weir {' '.join(words)}: exit {done.returncode}, not {expected}\n{done.stdout}{done.stderr}")
        return done.stdout


def edited(at, case):
    text = at.base
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
    at.prepare(case)
    before = at.contents()
    text = edited(at, case)
    keep = [word for each in case.get("keep", []) for word in ("--keep", each)]
    words = [word for each in case.get("approve", []) for word in ("--approve", each)] + keep
    expected = case.get("exit", 0)

    # Looking changes nothing: neither a look nor a rehearsal, which find the same.
    if "report" in case:
        # The documentation quotes it.
        check("report", at.run(text, "diff", expected=4), (here / case["report"]).read_text())
        at.run(at.base, "diff")
    doing = ["migrate", "--format", "json", *words]
    if at.looks_first or case.get("looks_first"):
        seen = json.loads(at.run(text, *doing, "--dry-run", expected=expected))
        check("rows after looking", at.contents(), before)
        at.run(text, *doing, expected=expected)
    else:
        seen = json.loads(at.run(text, *doing, expected=expected))
    changes = {each["id"]: each for each in seen["changes"]}
    ids = [each["id"] for each in seen["changes"]]
    if case.get("any_order"):
        check("changes", sorted(ids), sorted(case["ids"]))
    else:
        check("changes", ids, case["ids"])
    check("breaking", sorted(each for each in ids if changes[each]["breaks_clients"]), sorted(case.get("breaks", [])))
    for name, effect in case.get("effects", {}).items():
        check(f"effect of {name}", changes[name]["effect"], effect)

    after = at.contents()
    if expected != 0:
        check("rows after a refusal", after, before)
        return
    survived(case, before, after)
    for condition in case.get("holds", []):
        check(condition, at.holds(condition), True)
    # What is done is found done, and is not done or recorded again.
    runs = at.runs()
    again = json.loads(at.run(text, "migrate", "--format", "json", *keep))
    check("changes of a second run", [each["id"] for each in again["changes"]], case.get("keep", []))
    check("runs after a second run", at.runs(), runs)


def replay_cut_off(at, case):
    """Kills the tool as it begins each step; the next run finishes."""
    text = edited(at, case)
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
        again = []
        if words:
            left = json.loads(at.run(text, "diff", "--format", "json", expected=None))
            still = {each["id"] for each in left["changes"]}
            again = [word for each in case["approve"] if each in still for word in ("--approve", each)]
        # It compares again after its last step, and fails where anything is left.
        at.run(text, "migrate", *at.after_a_kill, *again)
        survived(case, before, at.contents())
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

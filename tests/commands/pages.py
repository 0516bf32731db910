#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every command of a program, as its own tree tells of them: a whole page of help, exit codes, reports as JSON.

pages.py PROGRAM [COMMAND…]   COMMANDs print something that is no report
"""
import os
import re
import subprocess
import sys
import tempfile

PROGRAM, NO_REPORT = sys.argv[1], set(sys.argv[2:])
NAME = os.path.basename(PROGRAM)
problems = []


def run(*words, **environment):
    return subprocess.run([PROGRAM, *words], capture_output=True, text=True, stdin=subprocess.DEVNULL,
                          env={"PATH": os.environ["PATH"], "LC_ALL": "C", "HOME": "/nonexistent", **environment})


def wrong(what):
    problems.append(f"{NAME} {what}")


def next_words(*words):
    return {line.split("\t")[0]: line.partition("\t")[2] for line in run("complete", "--", *words).stdout.splitlines()}


def sections(text):
    found, title = {}, None
    for line in text.splitlines():
        if line and not line.startswith(" "):
            title = line
            found[title] = []
        elif line:
            found[title].append(line)
    return found


def check_page(command):
    """`command`: a list of words; empty: the program."""
    where = " ".join([*command, "--help"])
    made = run(*command, "--help")
    if made.returncode != 0 or made.stderr:
        return wrong(f"{where}: exit {made.returncode}, {made.stderr}")
    page = sections(made.stdout)
    for title in ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXAMPLES", "EXIT STATUS"]:
        if not page.get(title):
            wrong(f"{where}: no {title}")
    for line in made.stdout.splitlines():
        if len(line) > 80:
            wrong(f"{where}: wider than 80 columns: {line}")
    codes = {line.split()[0] for line in page.get("EXIT STATUS", []) if re.match(r"    \d", line)}
    if not {"0", "2"} <= codes:
        wrong(f"{where}: exit codes {sorted(codes)}")
    for title in ["ARGUMENTS", "OPTIONS"]:
        lines = page.get(title, [])
        for at, line in enumerate(lines):
            if not re.match(r"    \S", line):
                continue
            is_told = "  " in line.strip() or (at + 1 < len(lines) and re.match(r"     +\S", lines[at + 1]))
            if not is_told:
                wrong(f"{where}: nothing said of {line.strip()}")
            if re.search(r" U?INT| FLOAT| NUMBER", line):
                wrong(f"{where}: no unit of {line.strip()}")
    examples = [line.strip() for line in page.get("EXAMPLES", []) if re.match(r"    \S", line)]
    known = set(next_words(*command, "-"))
    for example in examples:
        said = re.search(rf"\b{NAME} ([^|>)]*)", example)
        if said is None:
            wrong(f"{where}: no {NAME} in the example {example}")
            continue
        words = said.group(1).split()
        if command and words[: len(command)] != command:
            wrong(f"{where}: an example of another command: {example}")
        elif command:
            for word in words:
                if word.startswith("-") and word.split("=")[0] not in known and word != "--":
                    wrong(f"{where}: {word} of an example is no option")
    return page


def check_command(command):
    check_page([command])
    refused = run(command, "--no-such-option")
    if refused.returncode != 2 or refused.stdout or not refused.stderr:
        wrong(f"{command} --no-such-option: exit {refused.returncode}, {refused.stdout}{refused.stderr}")
    if command not in NO_REPORT and "json" not in next_words(command, "--format", ""):
        wrong(f"{command}: takes no --format json")


commands = next_words("")
if not {"completion", "manual"} <= set(commands):
    wrong(f"has the commands {commands}")
listed = "\n".join(check_page([])["COMMANDS"])
for each, meaning in commands.items():
    if each not in listed or not meaning:
        wrong(f"--help says nothing of {each}")
    check_command(each)
for each in NO_REPORT - set(commands):
    wrong(f"has no command {each}")

if run().returncode != 2 or run("no-such-command").returncode != 2:
    wrong("without a command, or with an unknown one: exit 2 is wanted")
if run("--version").returncode != 0:
    wrong("--version: exit 0 is wanted")

# Pages are made of the same tree: the manual has every command, and nothing in it is an instruction by accident.
manual = run("manual").stdout
for each in commands:
    if f'.SH "{NAME} {each}"'.replace("-", "\\-") not in manual:
        wrong(f"manual: nothing of {each}")
for line in manual.splitlines():
    if line.startswith((".", "'")) and not re.match(r'\.(TH|SH|SS) "|\.PP$|\.TP$|\.B ', line):
        wrong(f"manual: {line}")

with tempfile.TemporaryDirectory() as folder:
    bad, good = f"{folder}/bad.yaml", f"{folder}/good.yaml"
    with open(bad, "w") as file:
        file.write("version: 1\nname: x\nname: y\ntable: []\n")
    with open(good, "w") as file:
        file.write("version: 1\nname: x\nbackends: {lakebase: {schema: s}}\n"
                   "tables:\n  - name: wells\n    backend: lakebase\n    key: [id]\n"
                   "    columns:\n      - {name: id, type: bigint, required: true}\n")
    nowhere = {"DATABASE_URL": "postgres://nobody@127.0.0.1:1/none"}
    exits = {
        "weir": [(["diff"], bad, 1), (["migrate"], bad, 1), (["init-db", "--role", "r"], bad, 1),
                 (["diff"], good, 3), (["migrate"], good, 3), (["init-db", "--role", "r"], good, 3),
                 (["diff"], f"{folder}/none.yaml", 3), (["introspect"], None, 3),
                 (["diff", "--from", good], good, 0), (["completion"], "csh", 2)],
        "weir-gen": [(["check"], bad, 1), (["fmt"], bad, 1), (["generate", "--out-dir", folder], bad, 1),
                     (["ddl", "--dialect", "lakebase"], bad, 1), (["openapi"], bad, 1),
                     (["check"], good, 0), (["ddl", "--dialect", "oracle"], good, 2),
                     (["check"], f"{folder}/none.yaml", 3), (["generate", "--out-dir", f"{folder}/no/such"], good, 3),
                     (["schema"], None, 0)],
    }
    for words, file, wanted in exits[NAME]:
        made = run(*words, *([file] if file else []), **nowhere)
        if made.returncode != wanted:
            wrong(f"{' '.join(words)} {file}: exit {made.returncode} instead of {wanted}\n{made.stderr}")

print(f"{len(commands)} commands")
for each in problems:
    print(each)
sys.exit(1 if problems else 0)

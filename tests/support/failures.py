#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tells what failed in a run of meson test, with the end of what each test said: failures.py TESTLOG_JSON…"""

import json
import pathlib
import sys

LINES = 25  # of each test: enough for a failed assertion and what led to it
PASSED = {"OK", "EXPECTEDFAIL", "SKIP", "IGNORED"}


def end_of(test):
    said = (test.get("stdout", "") + test.get("stderr", "")).rstrip().splitlines()
    return [f"    {line[:300]}" for line in said[-LINES:]]


for log in map(pathlib.Path, sys.argv[1:]):
    for test in map(json.loads, log.read_text(encoding="utf-8").splitlines()):
        if test["result"] not in PASSED:
            print(f"{test['result']}: {test['name']} ({test['duration']:.0f} s)", *end_of(test), sep="\n")

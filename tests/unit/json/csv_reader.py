# SPDX-License-Identifier: Apache-2.0
"""Reads what csv_rows wrote with Python's CSV reader: csv_reader.py CSV_ROWS

An empty field is the empty text to it, quoted or not: NULL is told from it by unit tests."""
import csv
import io
import json
import subprocess
import sys

written = io.BytesIO(subprocess.run([sys.argv[1]], check=True, stdout=subprocess.PIPE).stdout)
tables = 0
while line := written.readline():
    size, rows = line.split(b" ", 1)
    text = written.read(int(size)).decode("utf-8")
    read = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    if read != json.loads(rows):
        sys.exit(f"not read as written: {text!r}\n  read {read}\n  not  {json.loads(rows)}")
    tables += 1
if tables < 1000:
    sys.exit(f"only {tables} tables")
print(f"{tables} tables read back")

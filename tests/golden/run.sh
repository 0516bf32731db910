#!/bin/bash
# Runs weir-gen on every case below this folder and compares, byte for byte, what it writes and says.
#
#   run.sh WEIR_GEN [--update] [CASE…]
#
# A case is a folder with `schema.yaml` and, where the usual command does not do, `args`: words for weir-gen,
# with {out} for a fresh folder that ends up compared with `expected/` (`fmt` finds a copy of the schema there). `stderr.txt` and `stdout.txt` hold what is
# printed (no file: nothing), `exit` the exit code (no file: 0). Paths are relative to the case.
set -u
here=$(cd "$(dirname "$0")" && pwd)
weir_gen=$(realpath "$1")
shift
update=no
if [ "${1:-}" = --update ]; then
  update=yes
  shift
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export LC_ALL=C

# Fills $work with what a case gives: expected/ stdout.txt stderr.txt exit.
run_case() {
  rm -rf "$work"/*
  mkdir "$work/expected"
  local arguments="generate --out-dir {out} schema.yaml"
  [ -f "$1/args" ] && arguments=$(cat "$1/args")
  [[ $arguments == fmt\ * ]] && cp "$1/schema.yaml" "$work/expected"
  local status=0
  # Unquoted on purpose: words become arguments.
  (cd "$1" && "$weir_gen" ${arguments//\{out\}/$work/expected}) >"$work/stdout.txt" 2>"$work/stderr.txt" || status=$?
  [ "$status" = 0 ] || echo "$status" >"$work/exit"
  [ -s "$work/stdout.txt" ] || rm "$work/stdout.txt"
  [ -s "$work/stderr.txt" ] || rm "$work/stderr.txt"
  # Depfiles name the folder they were written to.
  find "$work/expected" -name '*.d' -exec sed -i "s#$work/expected/##g" {} +
  rmdir "$work/expected" 2>/dev/null
  return 0
}

passed=0
failed=0
for folder in "$here"/*/; do
  case=$(basename "$folder")
  if [ $# -gt 0 ] && [[ " $* " != *" $case "* ]]; then continue; fi
  run_case "$folder"
  good=yes
  for part in expected stdout.txt stderr.txt exit; do
    if [ "$update" = yes ]; then
      rm -rf "${folder:?}/$part"
      [ -e "$work/$part" ] && cp -r "$work/$part" "$folder/$part"
    elif [ -e "$work/$part" ] && [ -e "$folder/$part" ]; then
      diff -ru "$folder/$part" "$work/$part" || good=no
    elif [ -e "$work/$part" ]; then
      echo "$case: unexpected $part:"
      [ -d "$work/$part" ] && ls "$work/$part" || cat "$work/$part"
      good=no
    elif [ -e "$folder/$part" ]; then
      echo "$case: no $part"
      good=no
    fi
  done
  if [ "$good" = yes ]; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "FAILED: $case"
  fi
done

# Every diagnostic has a golden: the ids of the sources against the ids that were printed.
if [ $# = 0 ] && [ "$update" = no ]; then
  cat "$here"/../../codegen/*.cpp | tr '\n' ' ' |
    grep -oE '(error|warning)\( *"[a-z0-9-]+"|\{ *"[a-z0-9-]+", *severity|"bad-(default|limit)"' |
    grep -oE '"[a-z0-9]+(-[a-z0-9]+)+"' | tr -d '"' | sort -u >"$work/ids"
  cat "$here"/*/stderr.txt | grep -oE '\[[a-z0-9-]+\]$' | tr -d '[]' | sort -u >"$work/shown"
  missing=$(comm -23 "$work/ids" "$work/shown")
  if [ -n "$missing" ]; then
    echo "FAILED: no golden shows:" $missing
    failed=$((failed + 1))
  else
    passed=$((passed + 1))
  fi
fi
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
